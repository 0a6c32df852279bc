#include "turn/query.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/archive.h"
#include "event/event.h"
#include "host/buf.h"
#include "host/mem.h"
#include "store/redis.h"
#include "store/script.h"
#include "turn/internal.h"
#include "turn/past.h"

#define QUERY_MAX 1000
#define QUERY_JSON_MAX (16u * 1024 * 1024)
#define QUERY_ARENA_MAX (64u * 1024 * 1024)
#define FIELDS ARCHIVED_FIELDS

struct query {
    struct redis_script script;
    const struct calendar *calendar;
    const char *community;
    char *group, *data_dir;
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
    free(query->data_dir);
    free(query);
}

static bool add_event(const struct query *query, const struct redis_reply *const *fields,
                      struct arena *arena, struct buf *out)
{
    struct archived stored;
    archived_read(&stored, fields);
    const struct event *event = archived_event(&stored, query->community, arena);
    if (!event || (query->group && strcmp(event->group, query->group) != 0))
        return false;
    event_public_json(event, query->calendar, stored.trail, stored.trail_count, out);
    return true;
}

/* {id, figures}: it is in the archive's files. */
static bool add_past(const struct query *query, const struct redis_reply *reply,
                     struct arena *arena, struct buf *out)
{
    char month[ARCHIVE_MONTH_SIZE];
    if (reply->len != 2 || !query->data_dir ||
        !archive_figures_month(reply->items[1]->text, month))
        return false;
    struct archive_file *file = archive_file_read(query->data_dir, query->community, month);
    struct archived archived;
    const char *line =
        file ? archive_file_line(file, (uint32_t)strtoul(reply->items[0]->text, NULL, 10))
             : NULL;
    bool ok = line && archived_decode(&archived, line, arena) == 0 &&
              archived_public_json(&archived, query->community, query->calendar, out);
    archive_file_close(&file);
    return ok;
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
    else if (!found && add_past(query, reply, arena, &out))
        found++;
    else if (found && reply->len > FIELDS && reply->items[FIELDS]->len)
        add_names(reply->items[FIELDS], arena, &out);
    bool missing = query->one && !found;
    finish(query, out.failed || missing ? NULL : buf_text(&out));
    buf_finish(&out);
    arena_destroy(&arena);
}

static void start(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *what, int number,
                  const char *group, const char *data_dir, query_cb *cb, void *arg)
{
    struct query *query = xcalloc(1, sizeof *query);
    script_init(&query->script, "bot/turn/query.lua");
    query->calendar = calendar;
    query->community = community_id(community);
    query->group = group ? xstrdup(group) : NULL;
    query->data_dir = data_dir ? xstrdup(data_dir) : NULL;
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
    start(redis, community, calendar, open_only ? "open" : "all", limit, group, NULL, cb, arg);
}

void query_event(struct redis *redis, const struct community *community,
                 const struct calendar *calendar, const char *data_dir, uint32_t id,
                 query_cb *cb, void *arg)
{
    start(redis, community, calendar, "one", (int)id, NULL, data_dir, cb, arg);
}
