/* decision.h: from a hint to a commit: what is known of one input while its turn is decided.
 * Private to bot/turn/, a part of internal.h. */
#ifndef LOUBOT_TURN_DECISION_H
#define LOUBOT_TURN_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handler.h"
#include "turn/turn.h"

struct home;
struct args;
struct item;
struct queue;
struct redis_reply;

/* hint.c */
struct hint {
    bool matters;
    const char *text;
    bool joined, addressed;
    char code[CODE_LEN + 1]; /* "" none */
    struct meaning meaning;
};
/* What an input says, whatever else is going on: read once. Strings live in `arena`. */
void hint_read(const struct queue *queue, const struct input *input, struct arena *arena,
               struct hint *hint);
/* Whether it matters as things stand, and what it says together with what its sender began.
 * `hint` is as hint_read() left it; `sender` may be NULL where nobody has anything open. */
void hint_judge(struct queue *queue, const struct input *input, const struct member *sender,
                struct arena *arena, struct hint *hint);
/* Notes what a session holds now (after a commit or at load). */
void hint_note(struct queue *queue, const struct session *session);
void hint_note_question(struct queue *queue, const char *member);
/* Has he something open in the group, as far as memory knows? */
bool hint_is_live(const struct queue *queue, const char *member);
/* Nothing of his is open in Redis, unless it was noted in sweep `began` or later. */
void hint_drop(struct queue *queue, const char *member, uint64_t began);
void hint_forget(struct queue *queue);
/* Reads the group's live sessions from Redis. */
void hint_load(struct queue *queue);

/* decision.c, context.c: a decision under way */
#define CONTEXT_PLACES_MAX 8
struct origin { /* how an event stood when it was read: the commit compares */
    bool open;
    const char *building, *category, *where, *reporter, *assignee, *verifier;
    enum state state;
    size_t also_count, watcher_count;
};
struct merged { /* fields of a session that were merged into it */
    const char *fields[40];
    size_t count;
    int64_t version;
};
#define CONTEXT_FORMER_MAX 3
struct decision {
    struct queue *queue;
    struct item *item;
    struct roster *roster; /* what `sender` and the like belong to, held */
    uint64_t serial;
    struct arena *arena;
    struct hint hint;
    struct turn turn;
    const struct handler *handler; /* who decided */
    struct {
        const char *building, *category, *unit, *floor, *top;
    } places[CONTEXT_PLACES_MAX];
    size_t place_count;
    struct origin origins[TURN_EVENTS_MAX];
    struct merged session, asked;               /* of turn.session and turn.asked */
    struct session *former[CONTEXT_FORMER_MAX]; /* of the sender before he was bound: what was
                                                   open with him there is in turn.session now */
    struct merged formerly[CONTEXT_FORMER_MAX];
    size_t former_count;
    const struct redis_reply *reply;
    bool fresh; /* decided without a look: the commit checks that nothing was there */
    const char *timer_handler;
};
/* What its place index tells of an event beside building and category: "unit:floor". */
const char *context_where(const struct event *event, struct arena *arena);
/* Reads the context (or takes it for empty, where nothing is known of the sender), decides,
 * commits. Ends with intake_done() or intake_retry(). */
void decision_start(struct queue *queue);
/* Begins anew, on fresh context. */
void decision_again(struct decision *decision);
void decision_free(struct decision **decision);
/* What context.lua is asked. */
void context_ask(struct decision *decision, struct args *args);
/* Fills turn.session, turn.asked and turn.events from the script's answer. 0 or ERR_INVALID. */
int context_read(struct decision *decision, const struct redis_reply *reply);
/* A session from its stored fields. */
struct session *context_session(const char *group, const char *member,
                                const struct redis_reply *fields, struct arena *arena,
                                struct merged *ret_merged);

/* decide.c: pure */
void decide(struct decision *decision);
bool decide_has_effects(const struct turn *turn);
/* Can what was said be meant for that open question at all, by numbers and quotes? */
bool decide_may_answer(const struct turn *turn, const struct question *question);

/* nearby.c */
/* Its places were looked at, and something near was found there or not. */
void nearby_note(const struct decision *decision, bool found);
/* Something was found in one of its places the last time. */
bool nearby_is_known(const struct decision *decision);

/* commit.c */
void commit_start(struct decision *decision);
/* At the end: what waits is given to Redis, or to its refusal. */
void commit_end(struct home *home);
/* The input cannot be decided: it is kept for the operator and counts as settled (DESIGN §3.11:
 * poison does not spread). Nothing of what was decided is written. */
void commit_park(struct decision *decision, const char *why);

/* shown.c */
/* A picture without words that nothing took: it may belong to its sender's next report. */
void shown_note(struct queue *queue, const struct input *input, const char *text);
/* The input with the pictures that its sender showed just before; or as it is. */
const struct input *shown_join(struct queue *queue, const struct input *input,
                               const struct meaning *meaning, struct arena *arena);
void shown_forget(struct queue *queue);

#endif
