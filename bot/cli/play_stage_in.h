/* play_stage_in.h: what play_stage.c (the lines of a script) and play_life.c (the daemon's
 * life) share; nobody else includes it. Functions return 0, ERR_CLOSED (the daemon died),
 * ERR_TIMEOUT (it hangs) or ERR_REFUSED (stopped by a signal); after an error the script ends.
 */
#ifndef LOUBOT_CLI_PLAY_STAGE_IN_H
#define LOUBOT_CLI_PLAY_STAGE_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/play_print.h"
#include "cli/play_stage.h"
#include "cli/play_wire.h"
#include "host/buf.h"

#define PLAY_WHY_MAX (1u << 20)

struct play_stage {
    const struct community *community;
    const char *data;
    struct play_print print;
    struct play_platform *platform;
    struct play_claims *claims;
    struct play_puppet *puppet;
    struct arena *arena;
    struct buf why;
    const struct play_line *line;
    struct play_score *score;
    int64_t now_ms;
    bool began, is_down, clock_named;
    int mortal; /* daemons that LOUBOT_KILL_AT still kills: the first, or LOUBOT_KILLS */
};

/* The present line failed for that reason. */
void play_fail(struct play_stage *stage, const char *why);
/* A line of the daemon on the platform link. */
void play_on_platform(void *arg, const char *line, size_t len, struct buf *out);

/* Starts the first daemon, once. */
int play_life_begin(struct play_stage *stage);
/* A new daemon on the old data, which reads back what it has missed. */
int play_life_revive(struct play_stage *stage);
/* Until everything that was written is taken and nothing is in flight. */
int play_life_settle(struct play_stage *stage);
/* Asks the daemon; strings of the answer live in the stage's arena. */
int play_life_ask(struct play_stage *stage, const struct play_request *request,
                  struct play_answer *ret);
/* Lets time pass until `to_ms`; every timer runs on its way, unless the daemon is down. */
int play_life_advance(struct play_stage *stage, int64_t to_ms);

#endif
