/* fair_rules.h: the fairness rules of an event's life, judged on one event before and after
 * something happened to it, whoever keeps it: the world in memory (handlers_rules.c) or a real
 * redis-server (tests/live/event_walk_live_test.c). */
#ifndef LOUBOT_TESTS_FAIR_RULES_H
#define LOUBOT_TESTS_FAIR_RULES_H

#include "event/event.h"

struct fair {
    const struct community *community;
    const struct calendar *calendar;
    int64_t now_ms;
    /* The event of that number as it is now, for what follows a duplicate; NULL: not known. */
    const struct event *(*find)(void *arg, uint32_t id);
    void *arg;
};

/* Fails the test when a rule is broken. `before`: NULL for a new event; `after` holds the steps
 * that were made since. */
void fair_check(const struct fair *fair, const struct event *before, const struct event *after);
/* A duplicate's reporter, households and photos are with the other event too. */
void fair_check_followed(const struct fair *fair, const struct event *event);
/* What an event waits for, in any turn of its life (fair_waits.c): the timers that its state
 * needs, none later than it may be. `asked`: a question about it is open to somebody. */
struct fair_timer {
    const char *name;
    int64_t due_ms;
};
void fair_check_waits(const struct fair *fair, const struct event *event,
                      const struct fair_timer *timers, size_t count, bool asked);
void fair_broken(const struct event *event, const char *rule);

#endif
