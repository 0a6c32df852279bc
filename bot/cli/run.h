/* run.h: `loubot run [-c FILE]`: the daemon, until SIGINT or SIGTERM. */
#ifndef LOUBOT_CLI_RUN_H
#define LOUBOT_CLI_RUN_H

#include "cli/tables.h"

/* Exit status: 0 ended cleanly, 1 could not start, 2 usage. */
int cli_run(const struct tables *tables, int argc, char **argv);

#endif
