/* roster.h: `loubot roster`: what was changed in a roster at run time, who did it and when;
 * `loubot roster --undo N` takes a change back; `--diff FILE` compares a new table
 * (roster_diff.h); `loubot audit` lists every change and code. */
#ifndef LOUBOT_CLI_ROSTER_H
#define LOUBOT_CLI_ROSTER_H

/* Exit status: 0; 1: nothing runs there, no such change, or it failed; 2: usage. */
int cli_roster(int argc, char **argv);
int cli_audit(int argc, char **argv);

#endif
