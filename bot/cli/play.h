/* play.h: `loubot play FILE…`: runs conversation scripts (DESIGN §7.1). */
#ifndef LOUBOT_CLI_PLAY_H
#define LOUBOT_CLI_PLAY_H

/* Exit status: 0, 1 (an expectation failed, or a line of a script is wrong), 2 (usage, or a
 * file cannot be read). */
int cli_play(int argc, char **argv);

#endif
