/* marks.c: how far each group of a replayable platform has been settled. Written now and then,
 * not with every line: what is read back twice is harmless, since input ids tell repeats.
 *
 * A mark never passes what is not settled: what comes over a new link moves it only when the
 * history before it has been read (marks_may_move), what overtakes others in a queue not at
 * all.
 */
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/args.h"
#include "turn/internal.h"
#include "turn/marks.h"

#define BEGIN_BEFORE_MS 60000 /* platforms' clocks may be behind ours */

static void eval_marks(struct account *account, const struct args *args, redis_cb *cb,
                       void *arg)
{
    struct core *core = account->core;
    char *tag = xasprintf("{a:%s:%s}", account->adapter->name, account->name);
    core->in_flight++;
    redis_eval(core->redis, 0, &core->scripts[SCRIPT_MARKS], 1, (const char *const[]){tag},
               args->count, args->values, NULL, cb, arg);
    free(tag);
}

static struct route *find(const struct account *account, const char *platform_group)
{
    struct route *route;
    HASH_FIND_STR(account->routes, platform_group, route);
    return route;
}

void marks_advance(struct account *account, const char *platform_group, int64_t time_ms)
{
    if (account->adapter->capabilities.delivery != DELIVERY_REPLAYABLE ||
        !account->marks_loaded) /* too early: it would hide what is to be read back */
        return;
    struct route *route = find(account, platform_group);
    if (!route || !route->group || time_ms <= route->mark_ms)
        return;
    route->mark_ms = time_ms;
    route->mark_dirty = true;
}

bool marks_may_move(struct account *account, const struct input *input)
{
    const struct route *route = input->direct ? NULL : find(account, input->group);
    return input->kind == INPUT_MESSAGE && route && (route->read || input->backfilled);
}

void marks_set_read(struct account *account, const char *platform_group)
{
    struct route *route, *next;
    if (platform_group) {
        route = find(account, platform_group);
        if (route)
            route->read = true;
        return;
    }
    HASH_ITER(hh, account->routes, route, next) route->read = false;
}

static void write_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct account *account = arg;
    account->core->in_flight--;
}

void marks_write(struct account *account)
{
    if (!account->core->open)
        return;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct args args;
    args_init(&args);
    struct route *route, *next;
    HASH_ITER(hh, account->routes, route, next)
    {
        if (!route->mark_dirty || args.count > 2000)
            continue;
        route->mark_dirty = false;
        args_add(&args, route->platform_group);
        args_add_number(&args, arena, route->mark_ms);
    }
    if (args.count)
        eval_marks(account, &args, write_cb, account);
    args_finish(&args);
    arena_destroy(&arena);
}

static void begin_mark(struct account *account, struct route *route)
{
    if (route->mark_ms || account->adapter->capabilities.delivery != DELIVERY_REPLAYABLE)
        return;
    route->mark_ms = clock_now_ms(account->core->config.clock) - BEGIN_BEFORE_MS;
    route->mark_dirty = true;
    route->read = account->up; /* else it is read when the link comes */
}

/* Groups that were never heard before: from now on their history counts. */
static void begin_marks(struct account *account)
{
    struct core *core = account->core;
    for (size_t h = 0; h < core->home_count; h++) {
        struct home *home = &core->homes[h];
        for (size_t i = 0; i < community_group_count(home->community); i++) {
            const char *platform_group = NULL;
            const struct group *group = community_group_at(home->community, i);
            if (core_reach(core, home, group->name, NULL, NULL, &platform_group) == account &&
                group->kind != GROUP_DIRECT && intake_route(account, platform_group))
                begin_mark(account, find(account, platform_group));
        }
    }
    marks_write(account);
}

static void load_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct account *account = arg;
    struct core *core = account->core;
    core->in_flight--;
    core->loading--;
    if (error || reply->type != REDIS_LIST) {
        core->unread = true;
        return;
    }
    for (size_t i = 0; i + 1 < reply->len; i += 2) {
        struct route *route = intake_route(account, reply->items[i]->text);
        int64_t mark = strtoll(reply->items[i + 1]->text, NULL, 10);
        if (route && mark > route->mark_ms)
            route->mark_ms = mark;
    }
    account->marks_loaded = true;
    marks_backfill(account);
    begin_marks(account);
}

void marks_load(struct account *account)
{
    struct args args;
    args_init(&args);
    account->core->loading++;
    eval_marks(account, &args, load_cb, account);
    args_finish(&args);
}

/* History is read back once the marks are known and the link is up. */
void marks_backfill(struct account *account)
{
    if (!account->up || !account->marks_loaded || !account->adapter->backfill ||
        account->core->stopping)
        return;
    struct route *route, *next;
    HASH_ITER(hh, account->routes, route, next)
    {
        if (route->mark_ms && route->group) {
            route->read = false;
            account->backfills++;
            account->adapter->backfill(account, route->platform_group, route->mark_ms);
        }
    }
}
