/* play_stage.h: runs one script: the director that moves the clock, lets people speak, kills
 * and starts the daemon, and checks what is expected. */
#ifndef LOUBOT_CLI_PLAY_STAGE_H
#define LOUBOT_CLI_PLAY_STAGE_H

#include "cli/play_script.h"

struct community;

struct play_score {
    int passed, failed;
};

/* Runs on a data folder of its own, which is removed afterwards. Adds to the score; every
 * directive that could not be followed counts as failed too. False: stopped by a signal. */
bool play_stage_run(const char *file, const struct play_line *lines,
                    const struct community *community, struct play_score *score);

#endif
