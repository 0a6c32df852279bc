/* roster_diff.h: `loubot roster --diff FILE`: what a new roster.csv would change against what
 * holds now, run-time changes included. It changes nothing. */
#ifndef LOUBOT_CLI_ROSTER_DIFF_H
#define LOUBOT_CLI_ROSTER_DIFF_H

/* `config` and `community` NULL: the default, the only one. Exit status: 0; 1: the file has
 * faults, or nothing could be read. */
int cli_roster_diff(const char *table, const char *config, const char *community);

#endif
