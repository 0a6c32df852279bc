/* event_json.c: the stored form of an event (fields that have their default are left out), of a
 * step, and the public form that people and pages read. */
#include "event/event.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "event/calendar.h"
#include "host/buf.h"
#include "host/err.h"
#include "host/jnode.h"
#include "host/jput.h"
#include "host/mem.h"
#include "host/text.h"

static void put_list(struct buf *out, const char *key, const char *const *items, size_t count)
{
    if (!count)
        return;
    jput_key(out, key);
    jput_open(out, '[');
    for (size_t i = 0; i < count; i++)
        jput_text(out, items[i]);
    jput_close(out, ']');
}

/* The fields that are plain texts or plain numbers, once for both directions. */
#define TEXT_FIELDS(X)                                                                         \
    X(community)                                                                               \
    X(group)                                                                                   \
    X(building)                                                                                \
    X(unit)                                                                                    \
    X(room)                                                                                    \
    X(place)                                                                                   \
    X(category)                                                                                \
    X(code)                                                                                    \
    X(nature) X(object) X(symptom) X(message) X(reporter) X(via) X(assignee) X(verifier)       \
        X(handler_member) X(source) X(until_reason) X(until_by) X(said) X(correction)          \
            X(before)
#define NUMBER_FIELDS(X)                                                                       \
    X(urgency)                                                                                 \
    X(lang)                                                                                    \
    X(photos_after)                                                                            \
    X(shared)                                                                                  \
    X(level)                                                                                   \
    X(owner)                                                                                   \
    X(outcome)                                                                                 \
    X(confirmed_by)                                                                            \
    X(rating)                                                                                  \
    X(solved) X(rework) X(reopened) X(refusals) X(former) X(duplicate_of) X(opened_ms)         \
        X(dispatched_ms) X(accepted_ms) X(checking_ms) X(done_ms) X(due_accept_ms)             \
            X(due_finish_ms) X(raised_ms) X(nudged_ms) X(listed_ms) X(acked_ms) X(until_ms)    \
                X(paused_ms)

static void put_floors(const struct event *event, struct buf *out)
{
    if (event->floor != FLOOR_NONE) {
        jput_key(out, "floor");
        jput_integer(out, event->floor);
    }
    if (event->floor_to != FLOOR_NONE) {
        jput_key(out, "floor_to");
        jput_integer(out, event->floor_to);
    }
}

void event_encode(const struct event *event, struct buf *out)
{
    jput_open(out, '{');
    jput_member_text(out, "state", state_name(event->state));
#define X(field) jput_member_text(out, #field, event->field);
    TEXT_FIELDS(X)
#undef X
#define X(field) jput_member_integer(out, #field, (int64_t)event->field);
    NUMBER_FIELDS(X)
#undef X
    put_floors(event, out);
    put_list(out, "also", event->also, event->also_count);
    put_list(out, "sees", event->sees, event->sees_count);
    put_list(out, "watchers", event->watchers, event->watcher_count);
    jput_close(out, '}');
}

#define PLACE_FIELDS(X) X(building) X(unit) X(room) X(place)
#define THING_FIELDS(X) X(category) X(code) X(object) X(symptom)

char *event_remember(const struct event *event, struct arena *arena)
{
    struct buf out;
    buf_init(&out, EVENT_TEXT_MAX);
    jput_open(&out, '{');
#define X(field) jput_member_text(&out, #field, event->field);
    PLACE_FIELDS(X)
    THING_FIELDS(X)
#undef X
    put_floors(event, &out);
    jput_member_integer(&out, "text", (int64_t)strlen(event->text));
    jput_close(&out, '}');
    char *text = arena_strdup(arena, buf_text(&out));
    buf_finish(&out);
    return text;
}

void event_encode_photos(const struct event *event, struct buf *out)
{
    jput_open(out, '[');
    for (size_t i = 0; i < event->photo_count; i++)
        jput_text(out, event->photos[i]);
    jput_close(out, ']');
}

/* NULL: no JSON. What is read lives in `arena`. */
static const struct jnode *read_json(const char *text, struct arena *arena)
{
    size_t len = strlen(text);
    return text_is_utf8(text, len) ? jnode_read(text, len, arena) : NULL;
}

static int64_t get_int(const struct jnode *json, const char *key)
{
    int64_t value;
    jnode_integer(jnode_get(json, key), &value);
    return value;
}

static size_t get_list(const struct jnode *list, const char **items, size_t max)
{
    size_t count = 0;
    for (const struct jnode *item = jnode_first(list); item && count < max; item = item->next)
        if (jnode_text(item))
            items[count++] = item->text;
    return count;
}

static int32_t get_floor(const struct jnode *json, const char *key)
{
    int64_t value;
    return jnode_integer(jnode_get(json, key), &value) ? (int32_t)value : FLOOR_NONE;
}

static enum state state_by_name(const char *name)
{
    for (int state = STATE_DRAFT; name && state <= STATE_ARCHIVED; state++)
        if (strcmp(state_name(state), name) == 0)
            return state;
    return STATE_NONE;
}

/* Numbers that index tables of names must be in their range. */
static bool enums_are_good(const struct event *event)
{
    return event->urgency <= URGENCY_EMERGENCY && event->lang <= LANG_EN &&
           event->owner <= OWNER_UPPER && event->outcome <= OUTCOME_DUPLICATE &&
           event->confirmed_by <= CONFIRMED_SILENCE && event->rating <= RATING_GOOD &&
           event->level >= 0 && event->level <= 5;
}

static void decode_fields(struct event *event, const struct jnode *json)
{
#define X(field) event->field = jnode_text(jnode_get(json, #field));
    TEXT_FIELDS(X)
#undef X
#define X(field) event->field = get_int(json, #field);
    NUMBER_FIELDS(X)
#undef X
    event->floor = get_floor(json, "floor");
    event->floor_to = get_floor(json, "floor_to");
    event->also_count = get_list(jnode_get(json, "also"), event->also, EVENT_ALSO_MAX);
    event->watcher_count = get_list(jnode_get(json, "watchers"), event->watchers,
                                    sizeof event->watchers / sizeof *event->watchers);
    event->sees_count = get_list(jnode_get(json, "sees"), event->sees,
                                 sizeof event->sees / sizeof *event->sees);
}

bool event_restore(struct event *event, bool what, struct arena *arena)
{
    const struct jnode *json = event->before ? read_json(event->before, arena) : NULL;
    if (!jnode_is(json, JNODE_OBJECT))
        return false;
#define X(field) event->field = jnode_text(jnode_get(json, #field));
    PLACE_FIELDS(X)
    if (what) {
        THING_FIELDS(X)
    }
#undef X
    event->floor = get_floor(json, "floor");
    event->floor_to = get_floor(json, "floor_to");
    size_t len = (size_t)get_int(json, "text");
    if (len && len <= strlen(event->text))
        event->text = arena_strndup(arena, event->text, len);
    event->correction = event->before = NULL;
    event->dirty = true;
    return true;
}

int event_decode(struct event *event, const char *body, const char *text, const char *photos,
                 struct arena *arena)
{
    const struct jnode *json = read_json(body, arena);
    if (!jnode_is(json, JNODE_OBJECT))
        return ERR_INVALID;
    event->new_steps_end = &event->new_steps;
    event->state = state_by_name(jnode_text(jnode_get(json, "state")));
    decode_fields(event, json);
    event->text = text ? arena_strdup(arena, text) : "";
    const struct jnode *list = photos && photos[0] ? read_json(photos, arena) : NULL;
    event->photo_count = get_list(list, event->photos, EVENT_PHOTOS_MAX);
    if (!event->source)
        event->source = "chat";
    return event->state != STATE_NONE && enums_are_good(event) ? 0 : ERR_INVALID;
}

void step_encode(const struct step *step, struct buf *out)
{
    jput_open(out, '{');
    jput_member_integer(out, "at", step->at_ms);
    jput_member_text(out, "who", step->who);
    if (step->from != STATE_NONE)
        jput_member_text(out, "from", state_name(step->from));
    if (step->to != STATE_NONE)
        jput_member_text(out, "to", state_name(step->to));
    jput_member_text(out, "what", step->what);
    jput_member_text(out, "note", step->note);
    jput_close(out, '}');
}

int step_decode(struct step *step, const char *text, struct arena *arena)
{
    const struct jnode *json = read_json(text, arena);
    if (!jnode_is(json, JNODE_OBJECT))
        return ERR_INVALID;
    *step = (struct step){
        .at_ms = get_int(json, "at"),
        .who = jnode_text(jnode_get(json, "who")),
        .from = state_by_name(jnode_text(jnode_get(json, "from"))),
        .to = state_by_name(jnode_text(jnode_get(json, "to"))),
        .what = jnode_text(jnode_get(json, "what")),
        .note = jnode_text(jnode_get(json, "note")),
    };
    return step->what ? 0 : ERR_INVALID;
}

static void dump(json_t *json, struct buf *out)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (text)
        buf_puts(out, text);
    else
        out->failed = true;
    free(text);
    json_decref(json);
}

/* From here on the public form: every field of DESIGN §5 is there, empty ones as null. */
static void show_text(json_t *json, const char *key, const char *text)
{
    json_object_set_new(json, key, text ? json_string(text) : json_null());
}

static json_t *time_json(const struct calendar *calendar, int64_t at_ms)
{
    char text[40];
    return at_ms ? json_string(calendar_rfc3339(calendar, at_ms, text, sizeof text))
                 : json_null();
}

static json_t *floor_json(int32_t floor)
{
    return floor == FLOOR_NONE ? json_null() : json_integer(floor);
}

static json_t *list_json(const char *const *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static void show_what(json_t *json, const struct event *event)
{
    json_object_set_new(json, "id", json_integer(event->id));
    show_text(json, "community", event->community);
    show_text(json, "building", event->building);
    show_text(json, "unit", event->unit);
    json_object_set_new(json, "floor", floor_json(event->floor));
    json_object_set_new(json, "floor_to", floor_json(event->floor_to));
    show_text(json, "room", event->room);
    show_text(json, "place", event->place);
    show_text(json, "category", event->category);
    show_text(json, "class", event->code);
    show_text(json, "nature", event->nature);
    show_text(json, "object", event->object);
    show_text(json, "symptom", event->symptom);
    show_text(json, "urgency", urgency_name(event->urgency));
    show_text(json, "text", event->text);
    json_object_set_new(json, "photos", list_json(event->photos, event->photo_count));
    json_object_set_new(json, "photos_after", json_integer((json_int_t)event->photos_after));
    show_text(json, "group", event->group);
    show_text(json, "lang", lang_name(event->lang));
    show_text(json, "source", event->source);
}

static void show_who(json_t *json, const struct event *event)
{
    show_text(json, "reporter", event->reporter);
    show_text(json, "via", event->via);
    json_object_set_new(json, "also", list_json(event->also, event->also_count));
    json_object_set_new(json, "sees", list_json(event->sees, event->sees_count));
    json_object_set_new(json, "households", json_integer((json_int_t)event_households(event)));
    show_text(json, "state", state_name(event->state));
    show_text(json, "stage", state_stage(event->state));
    json_object_set_new(json, "level", json_integer(event->level));
    show_text(json, "owner", owner_name(event->owner));
    show_text(json, "assignee", event->assignee);
    show_text(json, "verifier", event->verifier);
    show_text(json, "handler", event->handler_member);
    show_text(json, "outcome", outcome_name(event->outcome));
    show_text(json, "confirmed_by", confirmed_by_name(event->confirmed_by));
    show_text(json, "rating", rating_name(event->rating));
    json_object_set_new(json, "solved",
                        event->solved ? json_boolean(event->solved == 2) : json_null());
    json_object_set_new(json, "rework", json_integer(event->rework));
    json_object_set_new(json, "reopened", json_integer(event->reopened));
    json_object_set_new(json, "refusals", json_integer(event->refusals));
    json_object_set_new(json, "former",
                        event->former ? json_integer(event->former) : json_null());
    json_object_set_new(json, "duplicate_of",
                        event->duplicate_of ? json_integer(event->duplicate_of) : json_null());
}

static void show_when(json_t *json, const struct event *event, const struct calendar *calendar)
{
    json_object_set_new(json, "opened_at", time_json(calendar, event->opened_ms));
    json_object_set_new(json, "acked_at", time_json(calendar, event->acked_ms));
    json_object_set_new(json, "dispatched_at", time_json(calendar, event->dispatched_ms));
    json_object_set_new(json, "accepted_at", time_json(calendar, event->accepted_ms));
    json_object_set_new(json, "checking_at", time_json(calendar, event->checking_ms));
    json_object_set_new(json, "done_at", time_json(calendar, event->done_ms));
    json_t *due = json_object();
    json_object_set_new(due, "accept", time_json(calendar, event->due_accept_ms));
    json_object_set_new(due, "finish", time_json(calendar, event->due_finish_ms));
    json_object_set_new(json, "due", due);
    json_object_set_new(json, "version", json_integer(event->version));
}

static json_t *public_step(const struct calendar *calendar, const char *stored)
{
    json_t *step = json_loads(stored, 0, NULL);
    if (!json_is_object(step)) {
        json_decref(step);
        return NULL;
    }
    int64_t at_ms = json_integer_value(json_object_get(step, "at"));
    json_object_set_new(step, "at", time_json(calendar, at_ms));
    static const char *const always[] = {"from", "to", "note"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!json_object_get(step, always[i]))
            json_object_set_new(step, always[i], json_null());
    return step;
}

void event_public_json(const struct event *event, const struct calendar *calendar,
                       const char *const *trail, size_t trail_count, struct buf *out)
{
    json_t *json = json_object();
    show_what(json, event);
    show_who(json, event);
    show_when(json, event, calendar);
    if (trail_count) {
        json_t *list = json_array();
        for (size_t i = 0; i < trail_count; i++) {
            json_t *step = public_step(calendar, trail[i]);
            if (step)
                json_array_append_new(list, step);
        }
        json_object_set_new(json, "trail", list);
    }
    dump(json, out);
}
