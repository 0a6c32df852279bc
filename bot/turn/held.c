/* held.c: see held.h. A few hundred events a script, so that nobody waits for a long one. */
#include "turn/held.h"

#include <stdlib.h>

#include "host/mem.h"
#include "people/community.h"
#include "store/redis.h"
#include "store/script.h"
#include "turn/args.h"

#define STEP_EVENTS 300
#define ARENA_MAX (1u << 20)

struct count {
    struct redis *redis;
    struct redis_script script;
    const struct community *community;
    const char *const *members;
    size_t member_count, from, *held;
    changes_cb *cb;
    void *arg;
};

static void finish(struct count *count, const char *why)
{
    count->cb(count->arg, why);
    script_finish(&count->script);
    free(count);
}

static void step(struct count *count);

static void step_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct count *count = arg;
    if (error || reply->type != REDIS_LIST || reply->len != count->member_count + 1) {
        finish(count, "Redis does not answer");
        return;
    }
    for (size_t i = 0; i < count->member_count; i++)
        count->held[i] += (size_t)reply->items[i + 1]->integer;
    if (reply->items[0]->integer < STEP_EVENTS) {
        finish(count, NULL);
        return;
    }
    count->from += STEP_EVENTS;
    step(count);
}

static void step(struct count *count)
{
    struct arena *arena = arena_create(ARENA_MAX);
    struct args args;
    char *tag = xasprintf("{%s}", community_id(count->community));
    args_init(&args);
    args_add_number(&args, arena, count->from);
    args_add_number(&args, arena, STEP_EVENTS);
    for (size_t i = 0; i < count->member_count; i++)
        args_add(&args, count->members[i]);
    redis_eval(count->redis, 0, &count->script, 1, (const char *const[]){tag}, args.count,
               args.values, NULL, step_cb, count);
    args_finish(&args);
    arena_destroy(&arena);
    free(tag);
}

void held_count(struct redis *redis, const struct community *community,
                const char *const *members, size_t count, size_t *ret_held, changes_cb *cb,
                void *arg)
{
    struct count *c = xcalloc(1, sizeof *c);
    script_init(&c->script, "bot/turn/held.lua");
    c->redis = redis;
    c->community = community;
    c->members = members;
    c->member_count = count;
    c->held = ret_held;
    c->cb = cb;
    c->arg = arg;
    step(c);
}
