/* intake.c: what comes in waits here: one queue a group, so that its turns are decided one
 * after the other in the platform's order, also across a retry, while groups do not wait for
 * each other (DESIGN §3.7). Bounded; while Redis is away nothing is taken from the platforms
 * and the queues keep what they have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/flood.h"
#include "turn/internal.h"
#include "turn/marks.h"

static void item_free(struct item *item)
{
    struct arena *arena = item->arena;
    arena_destroy(&arena);
}

#define DECIDING_MAX 64 /* turns under way at once; emergencies go past */
#define HINTS_KEPT 2000 /* of those that wait; beyond, what they say is read again */
#define UNKNOWN_SAID 20
#define UNKNOWN_AGAIN_MS (3600 * 1000)
#define ROUTES_MAX 50000

/* ---- settling -------------------------------------------------------------------------- */

static void taken(struct account *account, const struct input *input, bool marks)
{
    if (!account)
        return;
    if (marks)
        marks_advance(account, input->group, input->time_ms);
    if (account->adapter->taken)
        account->adapter->taken(account, input->token);
}

static void go_on(struct queue *queue);

static void pop(struct queue *queue)
{
    struct item *item = queue->first;
    queue->first = item->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->length--;
    queue->core->queued--;
    if (item->input->kind == INPUT_TIMER)
        timers_settled(queue->home);
    if (item->again)
        parked_settled(queue->home, item->again);
    poison_settled(queue->core->poison, item->input->id);
    taken(item->account, item->input, item->marks);
    item_free(item);
}

/* A turn has ended: who has waited longest begins. */
static void end_turn(struct queue *queue)
{
    struct core *core = queue->core;
    queue->busy = false;
    core->deciding--;
    while (core->waiting && core->deciding < DECIDING_MAX) {
        struct queue *next = core->waiting;
        core->waiting = next->waits_next;
        next->waits = false;
        go_on(next);
    }
}

/* Thousands of groups may wake at once; each turn under way takes memory. */
static bool must_wait(struct queue *queue)
{
    struct core *core = queue->core;
    if (core->deciding < DECIDING_MAX || queue->first->emergency)
        return false;
    if (queue->waits)
        return true;
    queue->waits = true;
    queue->waits_next = NULL;
    if (!core->waiting)
        core->waiting_end = &core->waiting;
    *core->waiting_end = queue;
    core->waiting_end = &queue->waits_next;
    return true;
}

void intake_done(struct queue *queue)
{
    pop(queue);
    end_turn(queue);
    go_on(queue);
}

static void again_cb(void *arg)
{
    struct queue *queue = arg;
    loop_timer_stop(&queue->again);
    go_on(queue);
}

void intake_retry(struct queue *queue, int64_t pause_ms)
{
    end_turn(queue);
    if (queue->core->stopping || queue->again)
        return;
    queue->again = loop_timer_start(queue->core->config.loop, pause_ms, 0, again_cb, queue);
}

void intake_go_on_all(struct core *core)
{
    struct queue *queue, *next;
    HASH_ITER(hh, core->queues, queue, next) go_on(queue);
}

void intake_read_again(struct core *core)
{
    struct queue *queue, *next;
    HASH_ITER(hh, core->queues, queue, next)
    {
        if (queue->unread)
            hint_load(queue);
        queue->unread = false;
    }
}

void intake_resume(struct core *core)
{
    struct queue *queue, *next;
    HASH_ITER(hh, core->queues, queue, next)
    {
        hint_load(queue);
        go_on(queue);
    }
}

/* ---- going on --------------------------------------------------------------------------- */

static const struct member *sender_in(const struct home *home, const struct account *account,
                                      const struct input *input, const struct group *group,
                                      struct arena *arena)
{
    return community_sender(home->community, account->adapter->name, account->name,
                            input->user ? input->user : "",
                            input->user_name ? input->user_name : "", group, arena);
}

const struct member *intake_sender(const struct queue *queue, struct item *item)
{
    uint64_t serial = community_serial(queue->home->community);
    if (item->account && (!item->sender || item->serial != serial))
        item->sender =
            sender_in(queue->home, item->account, item->input, queue->group, item->arena);
    item->serial = serial;
    return item->sender;
}

const struct hint *intake_hint(const struct queue *queue, struct item *item)
{
    if (!item->hint) {
        struct hint *hint = arena_alloc(item->arena, sizeof *hint);
        hint_read(queue, item->input, item->arena, hint);
        item->hint = hint;
    }
    return item->hint;
}

/* Nobody's business, as far as memory can tell: settled without a word to Redis. */
static bool is_nothing(struct queue *queue, struct item *item)
{
    struct core *core = queue->core;
    if (item->input->kind == INPUT_TIMER || item->unsure ||
        poison_is(core->poison, item->input->id))
        return false;
    arena_clear(core->scratch);
    poison_enter(core->poison, item->input->id);
    struct hint hint = *intake_hint(queue, item);
    hint_judge(queue, item->input, intake_sender(queue, item), core->scratch, &hint);
    poison_leave(core->poison);
    return !hint.matters;
}

static bool can_go_on(const struct queue *queue)
{
    return queue->first && !queue->busy && !queue->again && queue->loaded &&
           !queue->core->stopping && queue->core->open && !queue->home->rows_busy;
}

static void go_on(struct queue *queue)
{
    while (can_go_on(queue)) {
        struct item *item = queue->first;
        if (is_nothing(queue, item)) {
            queue->core->counts.idle++;
            pop(queue);
            continue;
        }
        if (must_wait(queue))
            return;
        queue->busy = true;
        queue->core->deciding++;
        decision_start(queue);
        return;
    }
}

void intake_go_on(struct queue *queue)
{
    go_on(queue);
}

static bool is_full(struct core *core, const struct queue *queue, bool emergency)
{
    size_t more = emergency ? 2 : 1; /* emergencies pass the cap, but have one of their own */
    bool full = core->queued >= more * INTAKE_MAX || queue->length >= more * INTAKE_GROUP_MAX;
    if (full && !core->full_said)
        log_warn("intake", "full waiting=%zu group=%s", core->queued, queue->key);
    core->full_said = full;
    return full;
}

static struct item *item_create(struct arena *arena, const struct input *input)
{
    struct item *item = arena_alloc(arena, sizeof *item);
    item->arena = arena;
    item->input = input_copy(input, arena);
    return item;
}

static void append(struct queue *queue, struct item *item)
{
    *queue->last = item;
    queue->last = &item->next;
    queue->length++;
    queue->core->queued++;
    go_on(queue);
}

/* ---- inputs of platforms ------------------------------------------------------------------
 */

static struct route *route_make(struct account *account, const char *platform_group)
{
    struct route *route;
    HASH_FIND_STR(account->routes, platform_group, route);
    if (route)
        return route;
    route = xcalloc(1, sizeof *route);
    route->platform_group = xstrdup(platform_group);
    HASH_ADD_KEYPTR(hh, account->routes, route->platform_group, strlen(route->platform_group),
                    route);
    return route;
}

/* Each once; where there are very many, the first of every hour. */
static void say_unknown(struct account *account, const char *platform_group)
{
    int64_t now = clock_boot_ms(account->core->config.clock);
    if (now - account->unknown_ms >= UNKNOWN_AGAIN_MS) {
        account->unknown_ms = now;
        account->unknown = 0;
    }
    if (++account->unknown <= UNKNOWN_SAID)
        log_warn("intake",
                 "unknown group adapter=%s account=%s id=%s; bind it in community.yaml to be "
                 "heard there",
                 account->adapter->name, account->name, platform_group);
    else if (account->unknown == UNKNOWN_SAID + 1)
        log_warn("intake", "more unknown groups adapter=%s account=%s; not listed for an hour",
                 account->adapter->name, account->name);
}

static void find_group(struct account *account, struct route *route)
{
    struct core *core = account->core;
    for (size_t i = 0; i < core->home_count && !route->group; i++) {
        route->home = &core->homes[i];
        route->group = community_bound_group(route->home->community, account->adapter->name,
                                             account->name, route->platform_group);
    }
    if (!route->group)
        say_unknown(account, route->platform_group);
}

struct route *intake_route(struct account *account, const char *platform_group)
{
    struct route *route;
    HASH_FIND_STR(account->routes, platform_group, route);
    if (!route) {
        if (HASH_COUNT(account->routes) >= ROUTES_MAX)
            return NULL;
        route = route_make(account, platform_group);
    }
    if (!route->group && !route->home)
        find_group(account, route);
    return route;
}

/* The direct chat of somebody: in the community whose roster knows him, else in the first. */
static struct queue *direct_queue(struct account *account, const struct input *input)
{
    struct core *core = account->core;
    struct queue *first = NULL;
    for (size_t i = 0; i < core->home_count; i++) {
        struct home *home = &core->homes[i];
        const struct group *group = community_group(home->community, "dm");
        if (!group)
            continue;
        arena_clear(core->scratch);
        const struct member *member = sender_in(home, account, input, group, core->scratch);
        if (community_member(home->community, member->id))
            return intake_queue(core, home, group, member->id);
        if (!first)
            first = intake_queue(core, home, group, member->id);
    }
    return first;
}

static struct queue *queue_of(struct account *account, const struct input *input)
{
    if (input->direct)
        return direct_queue(account, input);
    struct route *route = intake_route(account, input->group);
    if (!route || !route->group)
        return NULL;
    if (!route->queue)
        route->queue = intake_queue(account->core, route->home, route->group, NULL);
    return route->queue;
}

/* What it says, and what that is now. */
static void judge(struct queue *queue, const struct account *account, const struct input *input,
                  struct hint *ret_hint, struct hint *ret_now)
{
    struct core *core = queue->core;
    struct arena *arena = core->scratch;
    arena_clear(arena);
    poison_enter(core->poison, input->id);
    hint_read(queue, input, arena, ret_hint);
    *ret_now = *ret_hint;
    hint_judge(queue, input,
               queue->live ? sender_in(queue->home, account, input, queue->group, arena) : NULL,
               arena, ret_now);
    poison_leave(core->poison);
}

/* What was read of it lies in the scratch, which is the item's from now on. */
static struct item *item_of_judged(struct account *account, const struct input *input,
                                   const struct hint *hint)
{
    struct core *core = account->core;
    struct item *item = item_create(core->scratch, input);
    struct hint *kept = arena_alloc(item->arena, sizeof *kept);
    *kept = *hint;
    item->hint = kept;
    item->account = account;
    core->scratch = arena_create(SCRATCH_MAX);
    return item;
}

static struct item *item_of(struct account *account, const struct input *input)
{
    struct item *item = item_create(arena_create(SCRATCH_MAX), input); /* of its hint, too */
    item->account = account;
    return item;
}

int intake_add(struct core *core, struct account *account, const struct input *input)
{
    core->counts.inputs++;
    struct queue *queue = queue_of(account, input);
    if (queue && input->direct)
        queue->account = account;
    bool marks = marks_may_move(account, input), first = !queue || !queue->first;
    if (queue && input->from_bot)
        flood_note_bot(queue, input);
    if (!queue || input->from_bot) {
        core->counts.idle++;
        taken(account, input, marks && first);
        return 0;
    }
    struct hint hint = {.matters = true}, read;
    bool poison = poison_is(core->poison, input->id);
    if (!poison)
        judge(queue, account, input, &read, &hint);
    bool at_once = first && queue->loaded; /* else what comes before may change it */
    bool echo = hint.matters && hint.text && flood_is_echo(queue, input, hint.text);
    if ((at_once && !hint.matters) || echo) {
        poison_settled(core->poison, input->id);
        core->counts.idle++;
        taken(account, input, marks && first);
        return 0;
    }
    bool emergency = hint.meaning.intent == INTENT_EMERGENCY;
    if ((core->no_room && !emergency) || is_full(core, queue, emergency)) {
        core->counts.full++;
        return ERR_FULL;
    }
    if (hint.matters)
        flood_note_line(queue, input);
    bool keeps = !poison && core->queued < HINTS_KEPT;
    struct item *item = keeps ? item_of_judged(account, input, &read) : item_of(account, input);
    item->marks = marks;
    item->emergency = emergency;
    append(queue, item);
    return 0;
}

void intake_add_again(struct core *core, struct account *account, const struct input *input,
                      const char *id)
{
    struct queue *queue = queue_of(account, input);
    if (!queue)
        return;
    struct item *item = item_of(account, input);
    item->again = arena_strdup(item->arena, id);
    append(queue, item);
}

#define LATE_TIMER_MS 60000 /* counted as late */

/* A newcomer is nobody's yet: his direct chat is the first community's, his code may be any
 * other's. After a whole round it is back where wrong ones are counted. */
bool intake_elsewhere(struct queue *queue)
{
    struct core *core = queue->core;
    struct item *item = queue->first;
    size_t count = core->home_count, at = (size_t)(queue->home - core->homes + 1) % count;
    const struct group *group = community_group(core->homes[at].community, "dm");
    if (count < 2 || item->elsewhere == count || queue->group->kind != GROUP_DIRECT || !group ||
        community_member(queue->home->community, queue->person))
        return false;
    queue->first = item->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->length--;
    core->queued--;
    queue->busy = false;
    item->next = NULL;
    item->sender = NULL;
    item->elsewhere++;
    append(intake_queue(core, &core->homes[at], group, queue->person), item);
    go_on(queue);
    return true;
}

/* ---- timers --------------------------------------------------------------------------------
 */

void intake_add_timer(struct home *home, const char *timer, int64_t due_ms, const char *payload,
                      uint32_t event)
{
    struct input input = {.kind = INPUT_TIMER,
                          .adapter = "timer",
                          .account = "",
                          .group = community_id(home->community),
                          .timer = timer,
                          .due_ms = due_ms,
                          .payload = payload,
                          .event = event,
                          .time_ms = due_ms};
    input_set_id(&input);
    home->core->counts.timers++;
    home->core->counts.timers_late +=
        clock_now_ms(home->core->config.clock) - due_ms > LATE_TIMER_MS;
    struct item *item = item_create(arena_create(TURN_ARENA_MAX), &input);
    struct payload p;
    const struct group *group = NULL;
    if (payload_decode(&p, payload, item->arena) == 0)
        group = community_group(home->community, p.group);
    if (!group) { /* a group that is gone: the turn still removes the timer */
        log_warn("timers", "timer of an unknown group id=%s", timer);
        group = community_group(home->community, "work");
    }
    if (group) {
        home->timer_turns++;
        append(intake_queue(home->core, home, group, p.member ? p.member : ""), item);
    } else {
        item_free(item);
    }
}
