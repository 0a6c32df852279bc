/* tally.h: counts what becomes of the Redis commands of one test. */
#ifndef LOUBOT_TESTS_LIVE_TALLY_H
#define LOUBOT_TESTS_LIVE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/redis.h"

/* What became of the commands of one test. */
struct tally {
    int want; /* tally_is_complete() when so many callbacks came */
    int calls, ok, away, timeout, full, closed, errors;
    bool in_call; /* a redis_ function is running: no callback may come */
    char text[256];
    int64_t last;      /* of INT replies */
    bool out_of_order; /* INT replies did not rise */
    struct redis **destroy;
};

/* Gives a command of one to three words (NULL ends them early), or a script, and counts its
 * answer; fails the test when that comes too early. */
void tally_command(struct redis *redis, uint32_t lane, struct tally *tally, const char *a,
                   const char *b, const char *c);
void tally_eval(struct redis *redis, uint32_t lane, struct tally *tally,
                struct redis_script *script, const char *key, const char *arg);
/* The redis_cb of both. */
void tally_on_reply(void *arg, int error, const struct redis_reply *reply);
/* All have been answered; for support_until(). */
bool tally_is_complete(void *arg);

#endif
