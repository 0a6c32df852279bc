/* check.h: `loubot check [-c FILE]`: reads configuration, communities, words, templates,
 * classes and calendar, and prints every fault, "file:line: what; what to do". */
#ifndef LOUBOT_CLI_CHECK_H
#define LOUBOT_CLI_CHECK_H

#include "cli/tables.h"

int cli_check(const struct tables *tables, int argc,
              char **argv); /* argv[0] is "check"; returns the exit status */

#endif
