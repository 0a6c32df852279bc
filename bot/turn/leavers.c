/* leavers.c: see leavers.h. The script only sets timers; who gets the work is a handler's
 * decision, in a turn of each event. */
#include "turn/leavers.h"

#include <stdlib.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/args.h"
#include "turn/internal.h"

#define STEP_EVENTS 300
#define IDS_MAX (8u << 20)

struct look {
    struct home *home;
    long long from;
};

static const char *hearer(const struct core *core)
{
    for (size_t i = 0; core->config.handlers[i]; i++)
        if (core->config.handlers[i]->hears_leavers)
            return core->config.handlers[i]->name;
    return NULL;
}

static void step(struct look *look);

static void step_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct look *look = arg;
    struct home *home = look->home;
    bool fits = !error && reply->type == REDIS_LIST && reply->len == 2;
    if (!error && !fits)
        log_error("leavers", "script failed why=%s", reply->text ? reply->text : "-");
    if (fits && reply->items[1]->integer)
        timers_note(home, clock_now_ms(home->core->config.clock));
    if (!fits || reply->items[0]->integer < STEP_EVENTS || home->core->stopping) {
        free(look);
        return;
    }
    look->from += STEP_EVENTS;
    step(look);
}

static void step(struct look *look)
{
    struct home *home = look->home;
    struct arena *arena = arena_create(IDS_MAX);
    struct args args;
    args_init(&args);
    args_add_number(&args, arena, clock_now_ms(home->core->config.clock));
    args_add_number(&args, arena, look->from);
    args_add_number(&args, arena, STEP_EVENTS);
    args_add(&args, hearer(home->core));
    for (size_t i = 0; i < community_member_count(home->community); i++) {
        const struct member *member = community_member_at(home->community, i);
        if (!member->away)
            args_add(&args, member->id);
    }
    core_eval(home->core, home, 0, SCRIPT_LEAVERS, args.count, args.values, NULL, step_cb,
              look);
    args_finish(&args);
    arena_destroy(&arena);
}

void leavers_look(struct home *home)
{
    if (!hearer(home->core))
        return;
    struct look *look = xcalloc(1, sizeof *look);
    look->home = home;
    step(look);
}
