/* forget.h: `loubot forget MEMBER`: shows what of a person would go and what stays; with --yes
 * it is done. */
#ifndef LOUBOT_CLI_FORGET_H
#define LOUBOT_CLI_FORGET_H

/* Exit status: 0; 1: nothing runs there, nobody of that name, or it failed; 2: usage. */
int cli_forget(int argc, char **argv);

#endif
