/* parked.h: `loubot parked`: what was put aside, and what is to become of it. */
#ifndef LOUBOT_CLI_PARKED_H
#define LOUBOT_CLI_PARKED_H

/* Exit status: 0, 1 (nothing of that id, nothing runs), 2 (usage). */
int cli_parked(int argc, char **argv);

#endif
