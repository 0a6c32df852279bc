/* parse.h: `loubot parse`: one text per stdin line → one JSON object per line (DESIGN §7). */
#ifndef LOUBOT_CLI_PARSE_H
#define LOUBOT_CLI_PARSE_H

int cli_parse(int argc, char **argv); /* argv[0] is "parse"; returns the exit status */

#endif
