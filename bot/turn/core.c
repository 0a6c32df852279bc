/* core.c: the heart put together, and its slow pulse: timers are looked for, marks written,
 * deadlines checked. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/log.h"
#include "host/mem.h"
#include "store/script.h"
#include "turn/outbox.h"
#include "turn/flood.h"
#include "turn/forgetting.h"
#include "turn/gate.h"
#include "turn/leavers.h"
#include "turn/past.h"
#include "turn/rows.h"
#include "turn/marks.h"

#define TICK_MS 200

static const char *const script_files[SCRIPT_COUNT] = {
    [SCRIPT_CONTEXT] = "bot/turn/context.lua",
    [SCRIPT_COMMIT] = "bot/turn/commit.lua",
    [SCRIPT_DUE] = "bot/turn/timers_due.lua",
    [SCRIPT_LOAD] = "bot/turn/load.lua",
    [SCRIPT_OUTBOX_LOAD] = "bot/turn/outbox_load.lua",
    [SCRIPT_OUTBOX_SENT] = "bot/turn/outbox_sent.lua",
    [SCRIPT_OUTBOX_PARK] = "bot/turn/outbox_park.lua",
    [SCRIPT_PEOPLE] = "bot/turn/people.lua",
    [SCRIPT_MARKS] = "bot/turn/marks.lua",
    [SCRIPT_ROSTER] = "bot/turn/roster.lua",
    [SCRIPT_ROWS] = "bot/turn/rows.lua",
    [SCRIPT_PAST_DUE] = "bot/turn/past_due.lua",
    [SCRIPT_PAST_MOVE] = "bot/turn/past_move.lua",
    [SCRIPT_LEAVERS] = "bot/turn/leavers.lua",
    [SCRIPT_FORGETTING] = "bot/turn/forgetting.lua",
    [SCRIPT_HEALTH] = "bot/turn/health.lua",
    [SCRIPT_PARKED] = "bot/turn/parked.lua",
    [SCRIPT_SWEEP] = "bot/turn/sweep.lua",
};

/* ---- scripts -------------------------------------------------------------------------- */

/* Counts a script as in flight until its callback has run. */
struct flight {
    struct core *core;
    redis_cb *cb;
    void *arg;
};

static void flight_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct flight flight = *(struct flight *)arg;
    free(arg);
    flight.core->in_flight--;
    flight.cb(flight.arg, error, reply);
}

void core_eval(struct core *core, struct home *home, uint32_t lane, enum script script,
               int argc, const char *const *argv, const size_t *lens, redis_cb *cb, void *arg)
{
    struct flight *flight = xmalloc(sizeof *flight);
    *flight = (struct flight){core, cb, arg};
    core->in_flight++;
    redis_eval(core->redis, lane, &core->scripts[script], 1, (const char *const[]){home->tag},
               argc, argv, lens, flight_cb, flight);
}

void core_kill_point(const struct core *core, const char *name)
{
    if (core->config.kill_point)
        core->config.kill_point(name);
}

/* ---- Redis comes and goes ---------------------------------------------------------------- */

static void check_ready(struct core *core)
{
    if (core->ready || core->loading || !core->open)
        return;
    core->ready = true;
    log_info("core", "ready communities=%zu", core->home_count);
    for (size_t i = 0; i < core->home_count; i++) {
        timers_tick(
            &core->homes[i]); /* what fell due while nobody ran, and when the next does */
        past_tick(&core->homes[i]);
        forgetting_tick(&core->homes[i]);
    }
}

static void open_groups(struct core *core, struct home *home)
{
    for (size_t i = 0; i < community_group_count(home->community); i++) {
        const struct group *group = community_group_at(home->community, i);
        if (group->kind != GROUP_DIRECT)
            intake_queue(core, home, group, NULL);
    }
}

static void redis_cb_state(void *arg, bool up)
{
    struct core *core = arg;
    if (!up) {
        log_warn("core", "redis is away: nothing is taken from the platforms until it is back");
        gate_shut(core);
    } else if (!core->stopping) {
        gate_ask(core);
    }
}

void core_opened(struct core *core)
{
    for (size_t i = 0; i < core->home_count; i++) {
        core->homes[i].next_due_ms = 0;
        core->homes[i].asking_due = false;
        leavers_look(&core->homes[i]);
        core->homes[i].forget_wanted = true;
    }
    intake_resume(core);
    for (struct account *a = core->accounts; a; a = a->next) {
        marks_load(a);
        outbox_on_redis(a->outbox);
        for (size_t i = 0; i < core->home_count; i++)
            outbox_load(a->outbox, &core->homes[i]);
    }
}

/* One connection was lost while others held: what was asked over it is asked again. */
static void read_again(struct core *core)
{
    core->unread = false;
    intake_read_again(core);
    for (struct account *a = core->accounts; a; a = a->next) {
        if (!a->marks_loaded)
            marks_load(a);
        for (size_t i = 0; a->outbox->unread && i < core->home_count; i++)
            outbox_load(a->outbox, &core->homes[i]);
        a->outbox->unread = false;
    }
}

/* ---- the pulse ------------------------------------------------------------------------------
 */

static void tick_cb(void *arg)
{
    struct core *core = arg;
    gate_ask(core);
    if (core->unread && core->open && !core->loading)
        read_again(core);
    check_ready(core);
    if (!core->ready)
        return;
    bool real = !clock_is_virtual(core->config.clock);
    core->ticks++;
    for (size_t i = 0; real && i < core->home_count; i++) {
        rows_day(&core->homes[i]);
        rows_tick(&core->homes[i]);
        timers_tick(&core->homes[i]);
        past_tick(&core->homes[i]);
        forgetting_tick(&core->homes[i]);
        sweep_tick(&core->homes[i]);
    }
    if (real) {
        health_tick(core);
        pictures_tick(core);
    }
    for (struct account *a = core->accounts; a; a = a->next) {
        outbox_on_redis(a->outbox);
        if (real)
            outbox_check_deadlines(a->outbox);
        if (core->ticks % 10 == 0)
            marks_write(a);
    }
}

/* ---- life
 * --------------------------------------------------------------------------------------- */

static void home_init(struct core *core, struct home *home, size_t i)
{
    const struct core_config *config = &core->config;
    *home = (struct home){.core = core,
                          .community = config->communities[i],
                          .calendar = config->calendars[i],
                          .policy = config->policies[i],
                          .stored = {.retries = -1},
                          .next_due_ms = 0};
    home->commits_end = &home->commits;
    home->tag = xasprintf("{%s}", community_id(home->community));
}

struct core *core_create(const struct core_config *config)
{
    struct core *core = xcalloc(1, sizeof *core);
    core->config = *config;
    core->scratch = arena_create(SCRATCH_MAX);
    core->poison = poison_create(config->data_dir);
    core->flood = flood_create();
    for (size_t i = 0; i < SCRIPT_COUNT; i++)
        script_init(&core->scripts[i], script_files[i]);
    for (size_t i = 0; config->handlers[i]; i++)
        if (config->handlers[i]->listens & (LISTEN_MESSAGE | LISTEN_EDIT) &&
            !(config->handlers[i]->listens & LISTEN_CODES))
            core->wanted |= config->handlers[i]->intents & ~INTENTS_TALK;
    core->home_count = config->community_count;
    core->homes = xcalloc(core->home_count, sizeof *core->homes);
    for (size_t i = 0; i < core->home_count; i++)
        home_init(core, &core->homes[i], i);
    core->ws = ws_create(config->loop);
    core->http = http_create(config->loop);
    core->redis = redis_create(config->loop, config->redis, redis_cb_state, core);
    for (size_t i = 0; i < core->home_count; i++)
        open_groups(core, &core->homes[i]);
    core->tick = loop_timer_start(config->loop, TICK_MS, TICK_MS, tick_cb, core);
    assets_rest();  /* words, wording and scripts have been read, */
    malloc_trim(0); /* and what that took is free */
    return core;
}

int core_add_account(struct core *core, const struct adapter *adapter, const char *name,
                     struct conf_node *conf, struct faults *faults)
{
    struct account *account = xcalloc(1, sizeof *account);
    account->core = core;
    account->adapter = adapter;
    account->name = xstrdup(name);
    account->outbox = outbox_create(account);
    account->next = core->accounts;
    core->accounts = account;
    int error = adapter->start(account, conf, faults);
    if (error < 0) {
        core->accounts = account->next;
        outbox_destroy(&account->outbox);
        free(account->name);
        free(account);
        return error;
    }
    if (core->open) {
        marks_load(account);
        for (size_t i = 0; i < core->home_count; i++)
            outbox_load(account->outbox, &core->homes[i]);
    }
    return 0;
}

static void account_free(struct account *account)
{
    struct route *route, *next;
    HASH_ITER(hh, account->routes, route, next)
    {
        HASH_DEL(account->routes, route);
        free(route->platform_group);
        free(route);
    }
    outbox_destroy(&account->outbox);
    free(account->name);
    free(account);
}

/* What is under way may still end: its answers are waited for. */
static void wait_for_flights(struct core *core, int wait_ms)
{
    struct clock *clock = clock_create_system();
    int64_t end = clock_boot_ms(clock) + wait_ms;
    while (core->in_flight && clock_boot_ms(clock) < end)
        loop_poll(core->config.loop, 20);
    clock_destroy(&clock);
}

void core_destroy(struct core **core, int wait_ms)
{
    struct core *c = *core;
    if (!c)
        return;
    loop_timer_stop(&c->tick);
    if (c->ready)
        wait_for_flights(c, wait_ms);
    for (struct account *a = c->accounts; a; a = a->next)
        outbox_on_redis(a->outbox); /* what was sent and not yet told */
    c->stopping = true;
    for (struct account *a = c->accounts; a; a = a->next) {
        marks_write(a);
        a->adapter->stop(a);
        a->up = false;
    }
    wait_for_flights(c, wait_ms);
    for (size_t i = 0; i < c->home_count; i++)
        commit_end(&c->homes[i]);
    redis_destroy(&c->redis);
    intake_destroy(c);
    struct account *next;
    for (struct account *a = c->accounts; a; a = next) {
        next = a->next;
        account_free(a);
    }
    http_destroy(&c->http);
    ws_destroy(&c->ws);
    for (size_t i = 0; i < SCRIPT_COUNT; i++)
        script_finish(&c->scripts[i]);
    for (size_t i = 0; i < c->home_count; i++) {
        people_forget_all(&c->homes[i]);
        pinged_destroy(&c->homes[i].pinged);
        free(c->homes[i].tag);
    }
    free(c->homes);
    arena_destroy(&c->scratch);
    media_sweep_end(&c->pictures);
    poison_destroy(&c->poison);
    flood_destroy(&c->flood);
    free(c);
    *core = NULL;
}

/* ---- upkeep -------------------------------------------------------------------------------
 */

void core_set_room(struct core *core, bool has_room)
{
    core->no_room = !has_room;
}

static void rewrite_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct core *core = arg;
    core->in_flight--;
    if (error || reply->type == REDIS_ERROR)
        log_warn("core", "append-only file is not rewritten why=%s",
                 error ? "redis is away" : reply->text);
}

struct ws *core_ws(const struct core *core)
{
    return core->ws;
}

void core_rewrite_aof(struct core *core)
{
    core->in_flight++;
    redis_command(core->redis, 0, 1, (const char *const[]){"BGREWRITEAOF"}, NULL, rewrite_cb,
                  core);
}

/* ---- state
 * ------------------------------------------------------------------------------------------ */

bool core_is_ready(const struct core *core)
{
    check_ready((struct core *)core);
    return core->ready;
}

bool core_is_idle(const struct core *core)
{
    if (!core->ready || core->queued || core->in_flight || core->loading)
        return false;
    int64_t now = clock_now_ms(core->config.clock);
    for (size_t i = 0; i < core->home_count; i++)
        if (core->homes[i].timer_turns || core->homes[i].asking_due ||
            core->homes[i].next_due_ms <= now ||
            community_changes_ms(core->homes[i].community) <= now)
            return false;
    for (struct account *a = core->accounts; a; a = a->next)
        if (!outbox_is_idle(a->outbox) || a->backfills)
            return false;
    return true;
}

void core_next_due(struct core *core, void (*cb)(void *arg, int64_t due_ms), void *arg)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < core->home_count; i++) {
        const struct home *home = &core->homes[i];
        int64_t day = community_changes_ms(home->community);
        if (home->next_due_ms < due)
            due = home->next_due_ms;
        if (day < due)
            due = day;
    }
    for (struct account *a = core->accounts; a; a = a->next) {
        int64_t send = outbox_next_due(a->outbox);
        if (send < due)
            due = send;
    }
    cb(arg, due);
}

void core_run_due(struct core *core)
{
    for (size_t i = 0; i < core->home_count; i++) {
        rows_day(&core->homes[i]);
        timers_tick(&core->homes[i]);
        past_tick(&core->homes[i]);
        forgetting_tick(&core->homes[i]);
        sweep_tick(&core->homes[i]);
    }
    for (struct account *a = core->accounts; a; a = a->next)
        outbox_kick(a->outbox);
}
