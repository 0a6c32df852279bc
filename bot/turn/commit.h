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
    struct commit *next; /* of those that go in the same round */
    struct decision *d;
    struct args args; /* the operations */
    struct pending pending[TURN_OUT_MAX];
    size_t pending_count;
    bool parked; /* no effects: the input is only put aside */
};

/* Writers of operations, shared by commit_build.c and commit_event.c. */
void commit_op(struct commit *c, const char *name);
void commit_add(struct commit *c, const char *text);
void commit_add_number(struct commit *c, int64_t number);
/* "126", or "#1" for an event made in this turn. */
const char *commit_reference(const struct commit *c, const struct event *event);
/* The buffer's text in the turn's arena; finishes the buffer. */
const char *commit_encoded(const struct commit *c, struct buf *buf);
void commit_add_events(struct commit *c);
/* The message that made or joined events leads to them: a recall, an edit or a quote finds
 * them. */
void commit_add_message(struct commit *c);

/* Which of the group's buckets of seen inputs it falls into. */
int64_t commit_bucket(const struct input *input);
/* The script's arguments for a decided turn; lives in the decision's arena, `args` is the
 * caller's to finish. */
struct commit *commit_build(struct decision *d);
/* The same for an input that is put aside. */
struct commit *commit_build_parked(struct decision *d, const char *why);

#endif
