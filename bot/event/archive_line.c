/* archive_line.c: an archived event as a line of JSON and back, and what of it stays in Redis.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "event/archive.h"
#include "event/event.h"
#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

#define LINE_ARENA_MAX (4u << 20)

static bool dump(json_t *json, struct buf *out)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (text)
        buf_puts(out, text);
    free(text);
    json_decref(json);
    return text && !out->failed;
}

bool archived_encode(const struct archived *archived, struct buf *out)
{
    json_t *json = json_object(), *body = json_loads(archived->body, 0, NULL);
    json_t *trail = json_array(), *photos = json_loads(archived->photos, 0, NULL);
    if (!body) {
        json_decref(json);
        json_decref(trail);
        json_decref(photos);
        return false;
    }
    for (size_t i = 0; i < archived->trail_count; i++) {
        json_t *step = json_loads(archived->trail[i], 0, NULL);
        if (step)
            json_array_append_new(trail, step);
    }
    json_object_set_new(json, "id", json_integer(archived->id)); /* first: see archive.c */
    json_object_set_new(json, "version", json_integer(archived->version));
    json_object_set_new(json, "acked", json_integer(archived->acked_ms));
    json_object_set_new(json, "event", body);
    json_object_set_new(json, "text", json_string(archived->text));
    json_object_set_new(json, "photos", photos ? photos : json_array());
    json_object_set_new(json, "trail", trail);
    bool ok = dump(json, out);
    buf_puts(out, "\n");
    return ok && !out->failed;
}

static const char *dumped(const json_t *json, struct arena *arena)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    const char *copy = arena_strdup(arena, text ? text : "");
    free(text);
    return copy;
}

int archived_decode(struct archived *archived, const char *line, struct arena *arena)
{
    json_t *json = json_loads(line, 0, NULL);
    const json_t *trail = json_object_get(json, "trail");
    const char *text = json_string_value(json_object_get(json, "text"));
    *archived = (struct archived){
        .id = (uint32_t)json_integer_value(json_object_get(json, "id")),
        .version = (uint32_t)json_integer_value(json_object_get(json, "version")),
        .acked_ms = json_integer_value(json_object_get(json, "acked")),
        .body = dumped(json_object_get(json, "event"), arena),
        .text = arena_strdup(arena, text ? text : ""),
        .photos = dumped(json_object_get(json, "photos"), arena),
    };
    for (size_t i = 0; i < json_array_size(trail) && i < ARCHIVE_TRAIL_MAX; i++)
        archived->trail[archived->trail_count++] = dumped(json_array_get(trail, i), arena);
    bool ok = archived->id && json_is_object(json_object_get(json, "event"));
    json_decref(json);
    return ok ? 0 : ERR_INVALID;
}

struct event *archived_event(const struct archived *archived, const char *community,
                             struct arena *arena)
{
    struct event *event = event_create(arena);
    const char *photos = archived->photos[0] ? archived->photos : NULL;
    if (event_decode(event, archived->body, archived->text, photos, arena) != 0)
        return NULL;
    event->id = archived->id;
    event->version = archived->version;
    event->acked_ms = archived->acked_ms;
    event->community = community;
    return event;
}

bool archived_public_json(const struct archived *archived, const char *community,
                          const struct calendar *calendar, struct buf *out)
{
    struct arena *arena = arena_create(LINE_ARENA_MAX);
    const struct event *event = archived_event(archived, community, arena);
    if (event)
        event_public_json(event, calendar, archived->trail, archived->trail_count, out);
    arena_destroy(&arena);
    return event != NULL;
}

/* ---- forgetting ------------------------------------------------------------------------- */

static bool names(const json_t *json, const char *key, const char *member)
{
    const char *id = json_string_value(json_object_get(json, key));
    return id && strcmp(id, member) == 0;
}

static size_t blank_notes(const json_t *trail, const char *member)
{
    size_t i, count = 0;
    json_t *step;
    json_array_foreach(trail, i, step)
    {
        if (names(step, "who", member) && json_object_del(step, "note") == 0)
            count++;
    }
    return count;
}

void archived_forget(const char *line, const char *member,
                     void (*picture)(void *arg, const char *ref), void *arg, bool *ret_his,
                     size_t *notes, struct buf *out)
{
    json_t *json = json_loads(line, 0, NULL);
    const json_t *event = json_object_get(json, "event");
    const json_t *photos = json_object_get(json, "photos");
    const char *text = json_string_value(json_object_get(json, "text"));
    size_t i, blanked = blank_notes(json_object_get(json, "trail"), member);
    json_t *photo;
    *notes += blanked;
    *ret_his = (names(event, "reporter", member) || names(event, "via", member)) &&
               ((text && text[0]) || json_array_size(photos));
    if (*ret_his) {
        json_array_foreach(photos, i, photo) picture(arg, json_string_value(photo));
        json_object_set_new(json, "text", json_string(""));
        json_object_set_new(json, "photos", json_array());
    }
    if (*ret_his || blanked) {
        dump(json, out);
        buf_puts(out, "\n");
    } else {
        json_decref(json);
    }
}

/* ---- figures ---------------------------------------------------------------------------- */

static void put(json_t *json, const char *key, const char *text)
{
    if (text)
        json_object_set_new(json, key, json_string(text));
}

static void put_number(json_t *json, const char *key, int64_t number)
{
    if (number)
        json_object_set_new(json, key, json_integer(number));
}

void archive_figures(const struct event *event, const char *month, struct buf *out)
{
    json_t *json = json_object();
    put(json, "month", month);
    put(json, "building", event->building);
    put(json, "unit", event->unit);
    put(json, "category", event->category);
    put(json, "class", event->code);
    put(json, "owner", owner_name(event->owner));
    put(json, "outcome", outcome_name(event->outcome));
    put(json, "rating", rating_name(event->rating));
    put_number(json, "opened", event->opened_ms);
    put_number(json, "accepted", event->accepted_ms);
    put_number(json, "done", event->done_ms);
    put_number(json, "due", event->due_finish_ms);
    put_number(json, "level", event->level);
    put_number(json, "households", (int64_t)event_households(event));
    put_number(json, "rework", event->rework);
    put_number(json, "reopened", event->reopened);
    dump(json, out);
}

bool archive_figures_month(const char *figures, char ret_month[ARCHIVE_MONTH_SIZE])
{
    json_t *json = json_loads(figures, 0, NULL);
    const char *month = json_string_value(json_object_get(json, "month"));
    bool ok = month && strlen(month) == ARCHIVE_MONTH_SIZE - 1 && !strchr(month, '/');
    if (ok)
        memcpy(ret_month, month, ARCHIVE_MONTH_SIZE);
    json_decref(json);
    return ok;
}

void archive_month(int64_t at_ms, int utc_offset_s, char ret_month[ARCHIVE_MONTH_SIZE])
{
    time_t local = (time_t)(at_ms / 1000 + utc_offset_s);
    struct tm tm;
    gmtime_r(&local, &tm);
    strftime(ret_month, ARCHIVE_MONTH_SIZE, "%Y-%m", &tm);
}
