/* commit.h: what commit.c and commit_build.c share. */
#ifndef LOUBOT_TURN_COMMIT_H
#define LOUBOT_TURN_COMMIT_H

#include "turn/args.h"
#include "turn/internal.h"

/* An outgoing on its way into Redis, kept to be handed to the outbox when it is in. */
struct pending {
    struct account *account;
    const char *id, *row;
    const struct outgoing *out;
};

struct commit {
    struct decision *d;
    struct args args;
    struct pending pending[TURN_OUT_MAX];
    size_t pending_count;
    bool parked; /* no effects: the input is only put aside */
};

/* The script's arguments for a decided turn; lives in the decision's arena, `args` is the
 * caller's to finish. */
struct commit *commit_build(struct decision *d);
/* The same for an input that is put aside. */
struct commit *commit_build_parked(struct decision *d, const char *why);

#endif
