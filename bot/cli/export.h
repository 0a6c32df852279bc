/* export.h: `loubot export [-c FILE]`: every event of a running Loubot, one line of JSON each;
 * `loubot export roster [-c FILE] [COMMUNITY]`: a community's roster as a table for
 * spreadsheets. Both on standard output. */
#ifndef LOUBOT_CLI_EXPORT_H
#define LOUBOT_CLI_EXPORT_H

int cli_export(int argc, char **argv); /* argv[0] is "export"; returns the exit status */
/* The first of both: 1 when nothing runs there or not all could be read. */
int cli_export_events(int argc, char **argv);

#endif
