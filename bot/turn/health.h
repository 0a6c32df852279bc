/* health.h: how the daemon is, for operators and their alarms: what it has counted, what waits,
 * what was put aside. bot/cli/status.c serves it, `loubot health` prints it.
 *
 * Counting is adding to a plain number where the thing happens. What only Redis knows (parked,
 * open events, timers) is looked up every ten seconds by health.lua, which also tells how long
 * Redis takes, and whether the operator wants something parked to be tried again
 * (turn/parked.h).
 *
 * When you add a figure: a field here, its line in health_metrics(), and in the README's list
 * when an operator should watch it.
 */
#ifndef LOUBOT_TURN_HEALTH_H
#define LOUBOT_TURN_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct core;

struct health_counts { /* since this process began */
    uint64_t inputs;   /* that adapters brought */
    uint64_t idle;     /* of these: nobody's business, judged in memory */
    uint64_t full;     /* not taken: no room in memory or on the disk */
    uint64_t turns;    /* committed, timers too */
    uint64_t again;    /* decided again on fresh context */
    uint64_t refused;  /* commits that Redis did not take */
    uint64_t parked;   /* inputs put aside */
    uint64_t timers, timers_late;
    uint64_t sends[4]; /* by enum sent */
    uint64_t unsent;   /* outgoing parked */
    uint64_t expired;  /* outgoing that were replaced or came too late */
};

struct health_stored { /* a community's, as Redis had it last */
    int64_t open, old, timers, overdue, inputs, unsent;
    int64_t retries; /* how often the operator has asked for another try; -1: not known yet */
};

/* Whether it can do its work now: Redis answers, the data are ours, the disk has room, every
 * account is connected. Appends the whole as one JSON object; what an operator should look at
 * is in its "notes", also while all is well. */
bool health_json(struct core *core, struct buf *out);
/* The figures, as Prometheus reads them (host/metrics.h). */
void health_metrics(struct core *core, struct buf *out);
/* Asks Redis now, without waiting for the next look. */
void health_look(struct core *core);

#endif
