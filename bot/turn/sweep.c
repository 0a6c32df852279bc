/* sweep.c: sessions of people who have nothing open any more leave Redis and memory, one group
 * a minute (on a virtual clock: every group once an hour), so that both hold who is talking
 * with the bot, not who ever did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"

#define PAUSE_MS 60000
#define PAUSE_VIRTUAL_MS (3600 * 1000)

struct sweep {
    struct home *home;
    char *group;
    uint64_t began; /* what was noted since then stays in memory */
};

static void forget(const struct sweep *sweep, const char *member)
{
    struct core *core = sweep->home->core;
    const struct group *group = community_group(sweep->home->community, sweep->group);
    struct queue *queue = group ? intake_find(core, sweep->home, group, member) : NULL;
    if (queue)
        hint_drop(queue, member, sweep->began);
}

static void swept_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct sweep *sweep = arg;
    if (!error && reply->type == REDIS_ERROR)
        log_error("sweep", "script failed why=%s", reply->text);
    for (size_t i = 0; !error && reply->type == REDIS_LIST && i < reply->len; i++)
        forget(sweep, reply->items[i]->text);
    free(sweep->group);
    free(sweep);
}

static void start(struct home *home, const struct group *group)
{
    char now[24];
    struct core *core = home->core;
    struct sweep *sweep = xcalloc(1, sizeof *sweep);
    sweep->home = home;
    sweep->group = xstrdup(group->name);
    sweep->began = ++core->notes;
    snprintf(now, sizeof now, "%lld", (long long)clock_now_ms(core->config.clock));
    core_eval(core, home, 0, SCRIPT_SWEEP, 2, (const char *const[]){group->name, now}, NULL,
              swept_cb, sweep);
}

void sweep_tick(struct home *home)
{
    struct core *core = home->core;
    int64_t now = clock_now_ms(core->config.clock);
    bool is_virtual = clock_is_virtual(core->config.clock);
    size_t count = community_group_count(home->community);
    if (!core->ready || core->stopping || now < home->sweep_next_ms || !count)
        return;
    home->sweep_next_ms = now + (is_virtual ? PAUSE_VIRTUAL_MS : PAUSE_MS);
    for (size_t i = 0; i < (is_virtual ? count : 1); i++)
        start(home, community_group_at(home->community, home->swept++ % count));
}
