/* export.h: `loubot export roster [-c FILE] [COMMUNITY]`: a community's roster as a table for
 * spreadsheets, on standard output. */
#ifndef LOUBOT_CLI_EXPORT_H
#define LOUBOT_CLI_EXPORT_H

int cli_export(int argc, char **argv); /* argv[0] is "export"; returns the exit status */

#endif
