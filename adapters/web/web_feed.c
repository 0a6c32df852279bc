/* web_feed.c: from the rooms' histories to the core: what is new, and, after a restart, what
 * the core asks to read back. When the core's intake is full, both wait and go on by a timer;
 * nothing is lost, since it lies in the history. */
#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_private.h"

#define AGAIN_MS 200
#define ARENA_MAX (4 * WEB_RECORD_MAX)

/* One history being read back. */
struct web_backfill {
    struct web_room *room;
    char *group;   /* as the core named it */
    uint64_t next; /* number of the record to go on with */
    struct web_backfill *following;
};

static void set_mentions(const struct web *web, struct web_record *record, struct arena *arena)
{
    for (size_t i = 0; i < record->segment_count; i++) {
        struct segment *s = &record->segments[i];
        if (s->kind != SEGMENT_AT)
            continue;
        s->self = !strcmp(s->id, web->bot);
        s->id = s->self ? s->id : web_user(web, s->id, arena);
    }
}

/* The core's input for a line of the history. False: it is not for the core (its own words). */
static bool make_input(struct web *web, const struct web_room *room,
                       const struct web_line *line, struct input *input, struct arena *arena)
{
    static const enum input_kind kinds[] = {INPUT_MESSAGE, INPUT_REACTION, INPUT_RECALL};
    struct web_record *record = arena_alloc(arena, sizeof *record);
    const char *why;
    if (!line->from || web_record_decode(line->json, line->len, record, arena, &why))
        return false;
    set_mentions(web, record, arena);
    const char *user = web_user(web, record->from, arena);
    bool direct = !strncmp(room->name, "dm:", 3);
    *input = (struct input){.kind = kinds[record->kind],
                            .group = direct ? user : room->name,
                            .direct = direct,
                            .user = user,
                            .user_name = record->from,
                            .message =
                                record->kind == WEB_SAY
                                    ? arena_printf(arena, "%llu", (unsigned long long)record->n)
                                    : record->to,
                            .time_ms = record->at_ms,
                            .value = record->kind == WEB_REACT ? record->emoji : NULL,
                            .segments = record->segments,
                            .segment_count = record->segment_count};
    return true;
}

/* False: the core takes no more now. */
static bool give(struct web *web, const struct web_room *room, const struct web_line *line,
                 bool backfilled)
{
    struct arena *arena = arena_create(ARENA_MAX);
    struct input input;
    int error = 0;
    if (make_input(web, room, line, &input, arena)) {
        input.backfilled = backfilled;
        error = bot_on_input(web->account, &input);
    }
    arena_destroy(&arena);
    return error != ERR_FULL;
}

static bool feed_room(struct web *web, struct web_room *room)
{
    for (size_t i = 0; i < room->count; i++) {
        const struct web_line *line = web_room_line(room, i);
        if (line->n <= room->given)
            continue;
        if (!give(web, room, line, false))
            return false;
        room->given = line->n;
    }
    return true;
}

static bool go_on(struct web *web, struct web_backfill *fill)
{
    struct web_room *room = fill->room;
    for (size_t i = 0; i < room->count; i++) {
        const struct web_line *line = web_room_line(room, i);
        if (line->n < fill->next)
            continue;
        if (!give(web, room, line, true))
            return false;
        fill->next = line->n + 1;
    }
    return true;
}

static bool run_backfills(struct web *web)
{
    while (web->backfills) {
        struct web_backfill *fill = web->backfills;
        if (!go_on(web, fill))
            return false;
        web->backfills = fill->following;
        bot_on_backfilled(web->account, fill->group, true);
        free(fill->group);
        free(fill);
    }
    return true;
}

static void on_again(void *arg)
{
    struct web *web = arg;
    loop_timer_stop(&web->feed_timer);
    bool all = run_backfills(web);
    for (struct web_room *room = web->rooms; room; room = room->next)
        all = feed_room(web, room) && all;
    if (!all)
        web->feed_timer =
            loop_timer_start(account_loop(web->account), AGAIN_MS, 0, on_again, web);
}

void web_feed(struct web *web, struct web_room *room)
{
    if (!feed_room(web, room) && !web->feed_timer)
        web->feed_timer =
            loop_timer_start(account_loop(web->account), AGAIN_MS, 0, on_again, web);
}

/* The number of the first record that the core may not know. */
static uint64_t first_since(const struct web_room *room, int64_t since_ms)
{
    for (size_t i = 0; i < room->count; i++)
        if (web_room_line(room, i)->at_ms >= since_ms)
            return web_room_line(room, i)->n;
    return room->last_n + 1;
}

void web_feed_backfill(struct account *account, const char *platform_group, int64_t since_ms)
{
    struct web *web = account_state(account);
    const char *name = platform_group;
    char *direct = NULL;
    if (!web_is_group(web, platform_group)) {
        if (!web->demo && !strncmp(name, "guest:", 6))
            name += 6;
        direct = xasprintf("dm:%s", name);
        name = direct;
    }
    struct web_backfill *fill = xcalloc(1, sizeof *fill);
    fill->room = web_room_of(web, name);
    fill->group = xstrdup(platform_group);
    fill->next = fill->room ? first_since(fill->room, since_ms) : 0;
    free(direct);
    if (!fill->room) {
        free(fill->group);
        free(fill);
        bot_on_backfilled(account, platform_group, false);
        return;
    }
    fill->following = web->backfills;
    web->backfills = fill;
    if (!web->feed_timer)
        web->feed_timer = loop_timer_start(account_loop(account), 0, 0, on_again, web);
}

void web_feed_stop(struct web *web)
{
    loop_timer_stop(&web->feed_timer);
    while (web->backfills) {
        struct web_backfill *fill = web->backfills;
        web->backfills = fill->following;
        free(fill->group);
        free(fill);
    }
}
