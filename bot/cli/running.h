/* running.h: a command's way to a running Loubot: configuration and data are read, and the
 * Redis server is asked that the daemon uses. Faults are printed to standard error. */
#ifndef LOUBOT_CLI_RUNNING_H
#define LOUBOT_CLI_RUNNING_H

#include <stdbool.h>

#include "cli/daemon.h"

struct faults;

struct running {
    struct config *config;
    struct daemon daemon; /* its data and its loop only */
    struct redis *redis;
    struct faults *misfits; /* amendments of rosters that do not fit */
    bool quiet;
};

#define RUNNING_ANSWER_MS 10000

/* False: why was printed. running_close() is due in any case. The rosters are as they are at
 * run time. */
bool running_open(struct running *running, const char *config_path);
/* The same for whom it is as well when nothing runs: nothing is printed. */
bool running_look(struct running *running, const char *config_path);
void running_close(struct running *running);
/* Runs the loop until `*flag` is set, at most so long. */
bool running_wait(struct running *running, const bool *flag, int wait_ms);

#endif
