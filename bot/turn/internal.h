/* internal.h: what the files of the heart share: the core, its communities, accounts and group
 * queues. Private to bot/turn/.
 *
 * How a line travels: intake.c (queues, one turn at a time in a group) → hint.c (does it
 * matter? in memory) → context.c (what the turn must know, one read) → decide.c (which handler,
 * pure) → commit.c (effects, one script) → outbox.c (send, retry) with render.c (words).
 * timers.c turns due timers into inputs.
 */
#ifndef LOUBOT_TURN_INTERNAL_H
#define LOUBOT_TURN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "adapter.h"
#include "event/media.h"
#include "handler.h"
#include "store/redis.h"
#include "turn/core.h"
#include "turn/decision.h"
#include "turn/health.h"
#include "turn/people.h"
#include "turn/poison.h"
#include "turn/pinged.h"
#include "turn/queues.h"
#include "turn/render.h"
#include "turn/scripts.h"
#include "turn/stored.h"
#include "turn/turn.h"

#define TURN_ARENA_MAX (8u * 1024 * 1024)
#define SCRATCH_MAX (64u * 1024 * 1024) /* a hint understands UNDERSTAND_MAX bytes at most */
#define INTAKE_MAX 20000                /* inputs waiting in memory, over all groups */
#define INTAKE_GROUP_MAX 2000           /* in one group; emergencies pass it */
#define DECISIONS_MAX 5 /* times that a turn is decided again on fresh context */
#define LATE_SILENT_MS                                                                         \
    (30 * 60 * 1000) /* what was written earlier than that is not answered (DESIGN §3.6) */
#define KEEP_MESSAGE_DAYS 30
#define SEEN_BUCKET_MS (8 * 3600 * 1000)
#define NEARBY_BYTES 512
#define PEOPLE_MAX 20000 /* found people remembered in memory, a community */

struct commit;

struct home { /* a community at run time */
    struct core *core;
    struct community *community; /* its people may change between two turns (rows.c) */
    const struct calendar *calendar;
    const struct policy *policy;
    char *tag; /* "{nanfeng}" */
    struct person *people;
    struct pinged *pinged;
    int64_t next_due_ms; /* earliest timer known, INT64_MAX: none */
    bool asking_due;     /* a timers_due script is under way */
    bool more_due;       /* more were due than were read at once */
    bool ask_again;
    size_t timer_turns;   /* timer inputs queued or in flight */
    int64_t past_next_ms; /* when archived events are looked for again (past.c) */
    bool past_busy;
    bool forget_wanted, forget_busy; /* somebody asked to be forgotten (forgetting.c) */
    int64_t forget_next_ms;
    bool roster_new;       /* who leaves by it is to be looked for */
    bool rows_busy;        /* the roster is being read anew */
    int64_t rows_next_ms;  /* on the boot-time clock, when it is looked at again */
    size_t misfits;        /* amendments that were left out, as it was logged */
    bool agreed;           /* its stored data may be used (gate.c) */
    char told[64];         /* digest that commits agree with */
    int64_t sweep_next_ms; /* sweep.c */
    size_t swept;
    bool looking; /* health.c */
    int64_t looked_ms;
    struct health_stored stored;
    struct commit *commits, **commits_end; /* that wait for the next call (commit.c) */
    size_t committing;                     /* calls under way */
    uint8_t nearby[NEARBY_BYTES];          /* places where something was found (nearby.c) */
};

struct core {
    struct core_config config;
    struct redis *redis;
    struct ws *ws;
    struct http *http;
    struct redis_script scripts[SCRIPT_COUNT];
    struct home *homes;
    size_t home_count;
    struct account *accounts;
    struct queue *queues;
    struct queue *directs; /* of these, the direct chats */
    size_t direct_queues;
    size_t queued;                        /* inputs waiting or in flight */
    size_t deciding;                      /* queues that are busy */
    struct queue *waiting, **waiting_end; /* that could go on and may not yet */
    size_t loading;                       /* answers that core_is_ready waits for */
    size_t in_flight;                     /* scripts whose answer somebody waits for */
    uint64_t last_send;                   /* ids of sends */
    uint64_t notes;                       /* sweeps begun */
    uint32_t wanted;                      /* intents that some handler hears unaddressed */
    struct arena *scratch;                /* for hints */
    struct poison *poison;
    struct flood *flood;
    struct loop_timer *tick;
    uint64_t ticks;
    bool ready, stopping;
    bool open;    /* Redis is there and its data are ours to use (gate.c) */
    bool refused; /* they are not, and will not be */
    size_t gate_asking;
    bool unread; /* something was asked of Redis in vain: the next tick asks again */
    bool full_said;
    bool no_room; /* on the disk of the stored data */
    struct health_counts counts;
    int64_t look_at_ms, round_trip_ms; /* health.c */
    struct media_sweep pictures;       /* pictures.c */
    int64_t pictures_next_ms;
};

/* core.c */
/* Runs a script for a community; counts as in flight until the callback. */
void core_eval(struct core *core, struct home *home, uint32_t lane, enum script script,
               int argc, const char *const *argv, const size_t *lens, redis_cb *cb, void *arg);
void core_opened(struct core *core); /* everything is loaded anew */
void core_kill_point(const struct core *core, const char *name);
/* Through which account a group or person is reached, and how the platform calls it. Strings
 * live as long as the core's tables, or are put into `arena`. NULL: there is no account. */
struct account *core_reach(struct core *core, struct home *home, const char *group,
                           const char *member, struct arena *arena,
                           const char **ret_platform_group);

/* queues.c, intake.c */
/* `member` is used for direct chats only. */
struct queue *intake_queue(struct core *core, struct home *home, const struct group *group,
                           const char *member);
/* The same, without making it; or NULL. */
struct queue *intake_find(const struct core *core, const struct home *home,
                          const struct group *group, const char *member);
/* What is known of a platform group; NULL when there are too many. */
struct route *intake_route(struct account *account, const char *platform_group);
void intake_destroy(struct core *core);
int intake_add(struct core *core, struct account *account, const struct input *input);
/* A parked input once more; `id`: the one under which it was parked. */
void intake_add_again(struct core *core, struct account *account, const struct input *input,
                      const char *id);
/* A due timer as an input. */
void intake_add_timer(struct home *home, const char *timer, int64_t due_ms, const char *payload,
                      uint32_t event);
void intake_go_on(struct queue *queue); /* something it waited for is there */
/* What the item says by itself (hint_read), read when first asked for. */
const struct hint *intake_hint(const struct queue *queue, struct item *item);
/* Who wrote, by the present roster; NULL for timers. */
const struct member *intake_sender(const struct queue *queue, struct item *item);
void intake_go_on_all(struct core *core);  /* the same for every queue */
void intake_resume(struct core *core);     /* Redis is back: every queue goes on */
void intake_read_again(struct core *core); /* what hint_load asked for in vain */
/* The first item of a queue is settled: taken, freed; the next one begins. */
void intake_done(struct queue *queue);
/* The first item brings a code that its community does not know, from somebody who is in no
 * roster: the next community's direct chat gets it. False: all were asked. */
bool intake_elsewhere(struct queue *queue);
/* The first item must be tried again, after a pause. */
void intake_retry(struct queue *queue, int64_t pause_ms);

/* outbox.c */
struct outbox *outbox_create(struct account *account);
void outbox_destroy(struct outbox **outbox);
/* A row that was committed (by this daemon or an earlier one). Known ids are ignored. */
void outbox_add(struct outbox *outbox, struct home *home, const char *id, const char *stored,
                int parts_out);
void outbox_load(struct outbox *outbox, struct home *home);
void outbox_kick(struct outbox *outbox);
bool outbox_is_idle(const struct outbox *outbox);
int64_t outbox_next_due(const struct outbox *outbox);
void outbox_on_sent(struct outbox *outbox, uint64_t send_id, enum sent result,
                    const char *message, int64_t retry_ms, const char *why);
void outbox_on_redis(struct outbox *outbox); /* Redis is back */
/* Tells Redis what was sent, on this lane's connection. */
void outbox_tell(struct outbox *outbox, uint32_t lane);

/* health.c: looks when it is time */
void health_tick(struct core *core);
/* pictures.c: harmless when it is not due */
void pictures_tick(struct core *core);
/* sweep.c: harmless when it is not due */
void sweep_tick(struct home *home);
/* parked_again.c: what was parked under that id is decided. */
void parked_settled(struct home *home, const char *id);

/* timers.c */
void timers_tick(struct home *home);
/* One of the turns of due timers has ended: after the last, what else is due is read. */
void timers_settled(struct home *home);
void timers_note(struct home *home, int64_t due_ms);

#endif
