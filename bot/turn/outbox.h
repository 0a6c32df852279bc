/* outbox.h: what outbox.c and outbox_report.c share. The calls for the rest of the heart are in
 * internal.h. */
#ifndef LOUBOT_TURN_OUTBOX_H
#define LOUBOT_TURN_OUTBOX_H

#include "turn/internal.h"

#define OUTBOX_LANES 3
#define ENTRY_MISSING_MAX 16

struct entry {                 /* one outgoing */
    struct entry *prev, *next; /* in its target's list, while it waits */
    struct arena *arena;
    struct outbox *outbox;
    struct home *home;
    const char *id;
    struct row row;
    struct target *target;
    const char *text; /* rendered at the first send */
    int parts_out;
    bool last_piece, named;
    int tries, unknowns;
    uint64_t send_id; /* under way, else 0 */
    int64_t started_ms;
    int64_t since_ms;       /* boot-time clock: when it was committed, as far as is known */
    int64_t maybe_since_ms; /* of struct send, until it is known not to be there */
    int64_t again_at_ms; /* the next try, after one that failed; those behind it wait too, what
                            is more urgent goes past */
    const char *missing[ENTRY_MISSING_MAX];
    UT_hash_handle by_id, by_send, by_key;
};

struct target { /* where it goes */
    char *name;
    struct entry *waiting[OUTBOX_LANES]; /* oldest first */
    struct entry *keyed;                 /* those that a newer one would replace */
    bool busy, is_ready;
    int ready_lane;
    int64_t free_at_ms;
    struct target *ready_prev, *ready_next;
    UT_hash_handle hh;
};

struct report { /* a sent script that Redis has not confirmed yet */
    struct report *prev, *next;
    struct outbox *outbox;
    struct home *home;
    struct arena *arena;
    struct entry *entry; /* freed when the row is gone; NULL for a part */
    const char *argv[6 + 3 * OUTGOING_MENTIONS_MAX]; /* of its script */
    int argc;                                        /* of outbox_park.lua */
    bool park;
    bool under_way;
};

struct outbox {
    struct account *account;
    char *name; /* "web:local" */
    struct entry *entries, *sending;
    struct target *targets;
    size_t targets_left; /* by the last make_room() */
    struct target *ready[OUTBOX_LANES];
    size_t sends, naming, reporting;
    struct report *reports;
    int64_t free_at_ms;
    struct loop_timer *wake, *report_soon;
    bool kicked;
    size_t loads;       /* pages of rows that are being read */
    struct entry *gone; /* done with since; freed when all are read */
    bool unread;        /* Redis holds rows that may not be here */
    bool refused;       /* Redis took a report not; said once */
};

/* outbox_wait.c */
struct target *outbox_target(struct outbox *outbox, const char *name); /* made when missing */
void target_free(struct outbox *outbox, struct target *target);
/* Puts an entry behind the others of its lane, or in front of them (it was under way). */
void outbox_wait(struct outbox *outbox, struct entry *entry, bool in_front);
void outbox_wait_leave(struct outbox *outbox, struct entry *entry);
struct entry *outbox_wait_first(const struct target *target);
/* The one that waits in the same target and has the same replace-key, or NULL. */
struct entry *outbox_wait_replaced(const struct entry *newer);
/* A target has one send under way at most: taken for it, and free again. */
void outbox_target_take(struct outbox *outbox, struct target *target);
void outbox_target_free(struct outbox *outbox, struct target *target);
/* The most urgent target that may send now, or NULL. */
struct target *outbox_target_next(const struct outbox *outbox, int64_t now);

void entry_free(struct outbox *outbox, struct entry *entry);
/* A part, or the whole, is out: says so in Redis; frees the entry when it was the last piece.
 */
void outbox_report(struct outbox *outbox, struct entry *entry, const char *message);
/* The row leaves the queue unsent; `keep` keeps it for the operator. Frees the entry. */
void outbox_drop(struct outbox *outbox, struct entry *entry, const char *why, bool keep);
/* The same in two steps. */
struct report *outbox_park(struct outbox *outbox, struct entry *entry, const char *why,
                           bool keep);
void outbox_park_start(struct report *report);

/* outbox_next.c */
/* The platform will never take it: dropped and kept, and it goes the next way to its people. */
void outbox_refused(struct outbox *outbox, struct entry *entry, const char *why);
/* Rows of outbox_refused are in Redis: every account looks for its own. */
void outbox_next_ways(struct core *core, struct home *home);

void outbox_loaded(struct outbox *outbox); /* a page was taken */
/* Forgets what Redis has not confirmed (at the end). */
void outbox_drop_reports(struct outbox *outbox);
void outbox_check_deadlines(struct outbox *outbox);

#endif
