/* queues.c: the groups and direct chats at run time, each with the queue of its inputs;
 * intake.c fills them and lets them go on. A group's stays, a direct chat's gives way when
 * there are too many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

#define QUEUE_KEY_SIZE 300
#define DIRECT_MAX 5000 /* direct chats in memory */

static uint32_t lane_of(const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash;
}

static void write_key(const struct home *home, const struct group *group, const char *member,
                      char key[QUEUE_KEY_SIZE])
{
    snprintf(key, QUEUE_KEY_SIZE, "%s %s %s", community_id(home->community), group->name,
             group->kind == GROUP_DIRECT ? member : "");
}

struct queue *intake_find(const struct core *core, const struct home *home,
                          const struct group *group, const char *member)
{
    char key[QUEUE_KEY_SIZE];
    write_key(home, group, member, key);
    struct queue *queue;
    HASH_FIND_STR(core->queues, key, queue);
    return queue;
}

static void queue_free(struct queue *queue)
{
    struct item *next;
    for (struct item *item = queue->first; item; item = next) {
        next = item->next;
        struct arena *arena = item->arena;
        arena_destroy(&arena);
    }
    loop_timer_stop(&queue->again);
    hint_forget(queue);
    free(queue->person);
    free(queue->key);
    free(queue);
}

/* Anybody can write to the bot: the direct chat that has been known longest and is idle gives
 * way. What it has open is read again when its person is back. */
static void make_room(struct core *core)
{
    struct queue *queue, *next;
    if (core->direct_queues < DIRECT_MAX)
        return;
    HASH_ITER(hh, core->queues, queue, next)
    {
        if (!queue->person || queue->first || queue->busy || queue->loads)
            continue;
        HASH_DEL(core->queues, queue);
        queue_free(queue);
        core->direct_queues--;
        return;
    }
}

struct queue *intake_queue(struct core *core, struct home *home, const struct group *group,
                           const char *member)
{
    struct queue *queue = intake_find(core, home, group, member);
    if (queue)
        return queue;
    char key[QUEUE_KEY_SIZE];
    write_key(home, group, member, key);
    queue = xcalloc(1, sizeof *queue);
    queue->key = xstrdup(key);
    queue->core = core;
    queue->home = home;
    queue->group = group;
    if (group->kind == GROUP_DIRECT) {
        make_room(core);
        core->direct_queues++;
        queue->person = xstrdup(member);
    }
    queue->lane = lane_of(key);
    queue->last = &queue->first;
    HASH_ADD_KEYPTR(hh, core->queues, queue->key, strlen(queue->key), queue);
    if (core->open)
        hint_load(queue);
    return queue;
}

void intake_destroy(struct core *core)
{
    struct queue *queue, *next;
    HASH_ITER(hh, core->queues, queue, next)
    {
        HASH_DEL(core->queues, queue);
        queue_free(queue);
    }
}
