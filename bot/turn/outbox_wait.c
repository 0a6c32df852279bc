/* outbox_wait.c: what waits in an outbox: a list a lane for each target, and the targets whose
 * first entry may go. Every step takes the same time however much waits: in a storm of reports
 * the staff's group has thousands of pings before it. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/mem.h"
#include "turn/outbox.h"

#define TARGETS_KEPT 4096

void target_free(struct outbox *outbox, struct target *target)
{
    HASH_DEL(outbox->targets, target);
    free(target->name);
    free(target);
}

/* Anybody can write to the bot: where nothing waits is known anew when it is wanted again. */
static void make_room(struct outbox *outbox)
{
    struct target *target, *next;
    int64_t now = clock_boot_ms(outbox->account->core->config.clock);
    if (HASH_COUNT(outbox->targets) < TARGETS_KEPT + 2 * outbox->targets_left)
        return;
    HASH_ITER(hh, outbox->targets, target, next)
    if (!target->busy && !outbox_wait_first(target) && target->free_at_ms <= now)
        target_free(outbox, target);
    outbox->targets_left = HASH_COUNT(outbox->targets);
}

struct target *outbox_target(struct outbox *outbox, const char *name)
{
    struct target *target;
    HASH_FIND_STR(outbox->targets, name, target);
    if (target)
        return target;
    make_room(outbox);
    target = xcalloc(1, sizeof *target);
    target->name = xstrdup(name);
    HASH_ADD_KEYPTR(hh, outbox->targets, target->name, strlen(target->name), target);
    return target;
}

struct entry *outbox_wait_first(const struct target *target)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++)
        if (target->waiting[lane])
            return target->waiting[lane];
    return NULL;
}

static void make_ready(struct outbox *outbox, struct target *target)
{
    const struct entry *first = outbox_wait_first(target);
    if (target->busy || target->is_ready || !first)
        return;
    target->is_ready = true;
    target->ready_lane = (int)first->row.out.lane;
    DL_APPEND2(outbox->ready[target->ready_lane], target, ready_prev, ready_next);
}

static void unmake_ready(struct outbox *outbox, struct target *target)
{
    if (!target->is_ready)
        return;
    DL_DELETE2(outbox->ready[target->ready_lane], target, ready_prev, ready_next);
    target->is_ready = false;
}

/* The target's place follows its first entry, whose lane may be another now. */
static void renew_ready(struct outbox *outbox, struct target *target)
{
    const struct entry *first = outbox_wait_first(target);
    if (target->is_ready && first && (int)first->row.out.lane == target->ready_lane)
        return;
    unmake_ready(outbox, target);
    make_ready(outbox, target);
}

struct entry *outbox_wait_replaced(const struct entry *newer)
{
    const char *key = newer->row.out.replace_key;
    struct entry *old = NULL;
    if (key)
        HASH_FIND(by_key, newer->target->keyed, key, strlen(key), old);
    return old;
}

void outbox_wait(struct outbox *outbox, struct entry *entry, bool in_front)
{
    struct target *target = entry->target;
    enum lane lane = entry->row.out.lane;
    const char *key = entry->row.out.replace_key;
    if (in_front)
        DL_PREPEND(target->waiting[lane], entry);
    else
        DL_APPEND(target->waiting[lane], entry);
    if (key && !outbox_wait_replaced(entry))
        HASH_ADD_KEYPTR(by_key, target->keyed, key, strlen(key), entry);
    renew_ready(outbox, target);
}

void outbox_wait_leave(struct outbox *outbox, struct entry *entry)
{
    struct target *target = entry->target;
    DL_DELETE(target->waiting[entry->row.out.lane], entry);
    if (outbox_wait_replaced(entry) == entry)
        HASH_DELETE(by_key, target->keyed, entry);
    renew_ready(outbox, target);
}

void outbox_target_take(struct outbox *outbox, struct target *target)
{
    unmake_ready(outbox, target);
    target->busy = true;
}

void outbox_target_free(struct outbox *outbox, struct target *target)
{
    target->busy = false;
    make_ready(outbox, target);
}

/* An emergency does not wait for the group's pace. */
static int64_t ready_at(const struct target *target)
{
    int64_t again = outbox_wait_first(target)->again_at_ms;
    bool is_late = target->ready_lane == LANE_EMERGENCY || again > target->free_at_ms;
    return is_late ? again : target->free_at_ms;
}

struct target *outbox_target_next(const struct outbox *outbox, int64_t now)
{
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        struct target *target;
        DL_FOREACH2(outbox->ready[lane], target, ready_next)
        {
            if (ready_at(target) <= now)
                return target;
        }
    }
    return NULL;
}

int64_t outbox_next_due(const struct outbox *outbox)
{
    int64_t due = INT64_MAX;
    if (!outbox->account->up)
        return due;
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        const struct target *target;
        DL_FOREACH2(outbox->ready[lane], target, ready_next)
        {
            int64_t at = ready_at(target);
            if (at < outbox->free_at_ms)
                at = outbox->free_at_ms;
            if (at < due)
                due = at;
        }
    }
    return due;
}
