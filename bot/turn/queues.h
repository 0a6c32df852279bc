/* queues.h: what waits and where it leads: inputs in the queue of their group, groups of a
 * platform, accounts. Private to bot/turn/, a part of internal.h; the calls stand there. */
#ifndef LOUBOT_TURN_QUEUES_H
#define LOUBOT_TURN_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct adapter;
struct arena;
struct core;
struct group;
struct hint;
struct home;
struct input;
struct loop_timer;
struct member;

/* Somebody with something open in a group, as far as the hint needs it. */
struct live {
    char *member;
    char *half; /* NULL: none */
    int64_t half_until_ms;
    bool questions;
    int64_t report_until_ms; /* later pieces and photos attach until then */
    uint64_t noted;          /* core->notes, when it was last noted */
    UT_hash_handle hh;
};

struct item { /* an input on its way */
    struct item *next;
    struct arena *arena; /* of the input */
    struct input *input;
    struct account *account;     /* NULL: timers */
    const struct member *sender; /* of the roster with that serial; see intake_sender() */
    uint64_t serial;
    const struct hint *hint; /* see intake_hint() */
    const char *again;       /* the id under which it was parked; NULL: it never was */
    bool unsure;             /* a commit was sent whose outcome is unknown */
    bool marks;              /* when it is settled, so is all that was said before it */
    bool emergency;
    bool alone;                    /* a commit was refused: no other goes in the same call */
    bool look;                     /* what is stored is read, whatever memory says */
    int stales, refusals, rosters; /* decisions that were in vain */
    size_t elsewhere;              /* communities that were asked for a newcomer's code */
};

struct queue { /* a group (or one person's direct chat) at run time */
    char *key;
    struct core *core;
    struct home *home;
    const struct group *group;
    char *person;              /* direct chats: the member id */
    struct queue *prev, *next; /* direct chats: in core->directs */
    struct account *account;   /* direct chats: over which it was written last */
    uint32_t lane;
    struct item *first, **last;
    size_t length;
    bool busy;           /* the first item's turn is under way */
    bool loaded, unread; /* what is open there is known; was asked for in vain */
    unsigned loads;      /* under way */
    int64_t bucket;      /* of seen inputs, in which the last one stands (commit.lua) */
    bool waits;          /* in core->waiting */
    struct queue *waits_next;
    struct live *live;
    struct shown *shown;      /* pictures without words yet (shown.c), or NULL */
    struct loop_timer *again; /* a pause before the next try */
    UT_hash_handle hh;
};

struct route { /* where a platform group leads */
    char *platform_group;
    struct home *home;
    const struct group *group; /* NULL: unknown, said once */
    struct queue *queue;       /* of the group, since something came */
    int64_t mark_ms;           /* newest platform time whose input is settled */
    bool mark_dirty;
    bool read; /* what was said before the link came has been read */
    UT_hash_handle hh;
};

struct outbox;

struct account {
    struct account *next;
    struct core *core;
    const struct adapter *adapter;
    char *name;
    void *state;
    bool up;
    struct route *routes;
    struct outbox *outbox;
    bool marks_loaded;
    size_t unknown; /* groups that are bound nowhere, said since unknown_ms */
    int64_t unknown_ms;
    size_t backfills, incomplete; /* histories being read; that could not be */
};

#endif
