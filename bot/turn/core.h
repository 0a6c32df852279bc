/* core.h: the heart put together: intake, context, handlers, commit, timers and outbox over one
 * loop, one clock and one Redis, for any number of communities and accounts.
 *
 *   adapter ──input──▶ hint ──▶ read context ──▶ handler ──effects──▶ commit ──▶ outbox ──▶
 * adapter ──▶ group
 *
 * It knows no platform and no conversation: adapters and handlers are tables given to it.
 */
#ifndef LOUBOT_TURN_CORE_H
#define LOUBOT_TURN_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;
struct adapter;
struct calendar;
struct clock;
struct community;
struct conf_node;
struct core;
struct faults;
struct handler;
struct lexicon;
struct loop;
struct policy;
struct redis_config;
struct wording;
struct ws;

/* Everything is borrowed and outlives the core. Tables end with a row whose name is NULL. */
struct core_config {
    struct loop *loop;
    struct clock *clock;
    const struct redis_config *redis;
    const char *data_dir; /* media are kept below it */
    const struct lexicon *lexicon;
    const struct wording *wording;
    const struct handler *const *handlers;   /* NULL-terminated */
    struct community *const *communities;    /* their people change: people/amend.h */
    const struct calendar *const *calendars; /* one for each community */
    const struct policy *const *policies;    /* one for each community */
    size_t community_count;
    int photo_days; /* pictures go when they were kept that long; 0: never */
    bool paced;     /* false in play and benchmarks: sends follow each other at once; and on the
                       system's clock no ping waits for others to come in one list with */
    /* Throws the process away at a named point (chaos tests): called at each with its name;
     * NULL in earnest. */
    void (*kill_point)(const char *name);
    /* The stored data are not for this release: `why` is a sentence for the operator. Called
     * once, from the loop; nothing is read or written. May be NULL. */
    void (*refused)(void *arg, const char *why);
    void *refused_arg;
};

struct core *core_create(const struct core_config *config);
/* Adds an account and starts its adapter. 0, or an error after adding a fault. */
int core_add_account(struct core *core, const struct adapter *adapter, const char *name,
                     struct conf_node *conf, struct faults *faults);
/* The account of that adapter and name, or NULL. */
struct account *core_account(struct core *core, const char *adapter, const char *name);
/* Stops adapters and timers, waits for what is in flight (at most `wait_ms` of real time),
 * frees everything. Sets the pointer NULL, accepts NULL. */
void core_destroy(struct core **core, int wait_ms);

/* Whether there is room for what inputs write. While there is none bot_on_input() answers
 * ERR_FULL (emergencies pass as long as Redis takes them), so that no platform's word is taken.
 * What was taken goes on. */
void core_set_room(struct core *core, bool has_room);
/* Has Redis rewrite its append-only file; its outcome is logged by whoever looks at the sizes.
 */
void core_rewrite_aof(struct core *core);

/* For the daemon's own servers; they are closed before the core is destroyed. */
struct ws *core_ws(const struct core *core);

/* Redis answers and the state of every group is loaded: inputs are decided. */
bool core_is_ready(const struct core *core);
/* Nothing is queued, in flight, or due at the clock's present time. */
bool core_is_idle(const struct core *core);
/* With a virtual clock nothing runs by itself. core_next_due() asks for the earliest timer or
 * send that waits, in ms (INT64_MAX: none); `cb` comes once, later. core_run_due() starts all
 * that is due at the clock's time; core_is_idle() tells when it is done. */
void core_next_due(struct core *core, void (*cb)(void *arg, int64_t due_ms), void *arg);
void core_run_due(struct core *core);

#endif
