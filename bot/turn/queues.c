/* queues.c: the groups and direct chats at run time, each with the queue of its inputs;
 * intake.c fills them and lets them go on. A group's stays, a direct chat's gives way when
 * there are too many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/mem.h"
#include "turn/internal.h"

#define QUEUE_KEY_SIZE 300
#define DIRECT_MAX 5000 /* direct chats in memory; more only while things wait in them */
#define DIRECT_LOOKS 16

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
    shown_forget(queue);
    free(queue->person);
    free(queue->key);
    free(queue);
}

static bool is_idle(const struct queue *queue)
{
    return !queue->first && !queue->busy && !queue->loads && !queue->waits;
}

/* Anybody can write to the bot: a direct chat that has been known long and is idle gives way.
 * What it has open is read again when its person is back. Those that are looked at and are not
 * idle go to the end, so that a storm of strangers does not look at them all for each. */
static void make_room(struct core *core)
{
    for (int i = 0; core->direct_queues >= DIRECT_MAX && i < DIRECT_LOOKS; i++) {
        struct queue *queue = core->directs;
        DL_DELETE(core->directs, queue);
        if (!is_idle(queue)) {
            DL_APPEND(core->directs, queue);
            continue;
        }
        HASH_DEL(core->queues, queue);
        queue_free(queue);
        core->direct_queues--;
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
        DL_APPEND(core->directs, queue);
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
