#include "turn/query.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "host/buf.h"
#include "host/mem.h"
#include "store/redis.h"
#include "store/script.h"
#include "turn/internal.h"

#define QUERY_MAX 1000
#define QUERY_JSON_MAX (16u * 1024 * 1024)
#define QUERY_ARENA_MAX (64u * 1024 * 1024)
#define TRAIL_MAX 200
#define FIELDS 7 /* of one event in the script's answer */

struct query {
    struct redis_script script;
    const struct calendar *calendar;
    const char *community;
    char *group;
    bool one;
    int limit;
    query_cb *cb;
    void *arg;
};

static void finish(struct query *query, const char *json)
{
    query->cb(query->arg, json);
    script_finish(&query->script);
    free(query->group);
    free(query);
}

static bool add_event(const struct query *query, const struct redis_reply *const *fields,
                      struct arena *arena, struct buf *out)
{
    struct event *event = event_create(arena);
    const char *photos = fields[4]->text;
    if (event_decode(event, fields[2]->text, fields[3]->text, photos[0] ? photos : NULL, arena))
        return false;
    if (query->group && strcmp(event->group, query->group) != 0)
        return false;
    event->id = (uint32_t)strtoul(fields[0]->text, NULL, 10);
    event->version = (uint32_t)strtoul(fields[1]->text, NULL, 10);
    event->acked_ms = strtoll(fields[5]->text, NULL, 10);
    event->community = query->community;
    const char *trail[TRAIL_MAX];
    size_t count = 0;
    for (size_t i = 0; i < fields[6]->len && count < TRAIL_MAX; i++)
        trail[count++] = fields[6]->items[i]->text;
    event_public_json(event, query->calendar, trail, count, out);
    return true;
}

/* The names of people found in chats, put at the end of the event's object. */
static void add_names(const struct redis_reply *people, struct arena *arena, struct buf *out)
{
    json_t *names = json_object();
    for (size_t i = 0; i + 1 < people->len; i += 2) {
        struct person person;
        if (person_decode(&person, people->items[i + 1]->text, arena) == 0)
            json_object_set_new(names, people->items[i]->text, json_string(person.name));
    }
    char *text = json_dumps(names, JSON_COMPACT);
    out->len--; /* the closing brace */
    buf_printf(out, ",\"names\":%s}", text);
    free(text);
    json_decref(names);
}

static void reply_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct query *query = arg;
    if (error || reply->type != REDIS_LIST) {
        finish(query, NULL);
        return;
    }
    struct arena *arena = arena_create(QUERY_ARENA_MAX);
    struct buf out;
    buf_init(&out, QUERY_JSON_MAX);
    int found = 0;
    if (!query->one)
        buf_puts(&out, "[");
    for (size_t i = 0; i + FIELDS <= reply->len && found < query->limit; i += FIELDS) {
        size_t before = out.len;
        if (found)
            buf_puts(&out, ",");
        if (add_event(query, &reply->items[i], arena, &out))
            found++;
        else
            out.len = before;
    }
    if (!query->one)
        buf_puts(&out, "]");
    else if (found && reply->len > FIELDS && reply->items[FIELDS]->len)
        add_names(reply->items[FIELDS], arena, &out);
    bool missing = query->one && !found;
    finish(query, out.failed || missing ? NULL : buf_text(&out));
    buf_finish(&out);
    arena_destroy(&arena);
}

static void start(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *what, int number,
                  const char *group, query_cb *cb, void *arg)
{
    struct query *query = xcalloc(1, sizeof *query);
    script_init(&query->script, "bot/turn/query.lua");
    query->calendar = calendar;
    query->community = community_id(community);
    query->group = group ? xstrdup(group) : NULL;
    query->one = strcmp(what, "one") == 0;
    query->limit = query->one ? 1 : number;
    query->cb = cb;
    query->arg = arg;
    char *tag = xasprintf("{%s}", community_id(community));
    char count[16];
    /* A group's events lie among the others': more are read, the rest is left out here. */
    snprintf(count, sizeof count, "%d", group ? QUERY_MAX : number);
    redis_eval(redis, 0, &query->script, 1, (const char *const[]){tag}, 3,
               (const char *const[]){what, count, ""}, NULL, reply_cb, query);
    free(tag);
}

void query_events(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *group, bool open_only, int limit,
                  query_cb *cb, void *arg)
{
    if (limit > QUERY_MAX)
        limit = QUERY_MAX;
    start(redis, community, calendar, open_only ? "open" : "all", limit, group, cb, arg);
}

void query_event(struct redis *redis, const struct community *community,
                 const struct calendar *calendar, uint32_t id, query_cb *cb, void *arg)
{
    start(redis, community, calendar, "one", (int)id, NULL, cb, arg);
}
