/* rows.h: the amendments of a roster (people/amend.h) at run time; see rows.c. */
#ifndef LOUBOT_TURN_ROWS_H
#define LOUBOT_TURN_ROWS_H

#include <stdbool.h>
#include <stdint.h>

struct community;
struct faults;
struct home;
struct redis_reply;

/* The answer of roster.lua or rows.lua: the community's roster is made of it. False: it was not
 * understood. `now_ms` tells the day. */
bool rows_take(struct community *community, const struct redis_reply *reply, int64_t now_ms,
               struct faults *misfits);
/* Reads them anew when they have changed; until the answer is there no turn of the community is
 * begun. Harmless when it is asked already. */
void rows_ask(struct home *home);
/* Once in a while: a minute has gone by, or the day on which the roster means something else
 * has come. */
void rows_tick(struct home *home);
void rows_day(struct home *home);
/* A gate's answer: taken, misfits logged. */
void rows_loaded(struct home *home, const struct redis_reply *reply);

#endif
