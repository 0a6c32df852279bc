/* codes.h: `loubot code ROLE [AREA]`, `loubot code BUILDING-UNIT-ROOM` and `loubot code --flats
 * BUILDING`: fresh one-time codes, given out beside a running Loubot. */
#ifndef LOUBOT_CLI_CODES_H
#define LOUBOT_CLI_CODES_H

/* Exit status: 0; 1: nothing runs there, no such place, or it failed; 2: usage. */
int cli_code(int argc, char **argv);

#endif
