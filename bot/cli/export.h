/* export.h: `loubot export`: every event, one line of JSON each, to standard output. */
#ifndef LOUBOT_CLI_EXPORT_H
#define LOUBOT_CLI_EXPORT_H

/* Exit status: 0; 1: nothing runs there, or not all could be read; 2: usage. */
int cli_export(int argc, char **argv);

#endif
