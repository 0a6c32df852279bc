/* codec.c: the stored JSON of what is rare. What every report stores is in row.c. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

static char *dump(json_t *json, struct arena *arena)
{
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    char *copy = arena_strdup(arena, text ? text : "{}");
    free(text);
    return copy;
}

static void set(json_t *json, const char *key, const char *text)
{
    if (text)
        json_object_set_new(json, key, json_string(text));
}

static const char *get(const json_t *json, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(json, key)));
}

/* ---- parked inputs ---------------------------------------------------------------------- */

char *parked_encode(const struct input *input, const char *text, const char *why,
                    struct arena *arena)
{
    json_t *json = json_object();
    set(json, "why", why);
    json_object_set_new(json, "kind", json_integer(input->kind));
    json_object_set_new(json, "time", json_integer(input->time_ms));
    set(json, "adapter", input->adapter);
    set(json, "account", input->account);
    set(json, "group", input->group);
    set(json, "user", input->user);
    set(json, "name", input->user_name);
    set(json, "message", input->message);
    set(json, "value", input->value);
    set(json, "quoted", input_quoted(input));
    if (input->direct)
        json_object_set_new(json, "direct", json_true());
    if (input_mentions_self(input))
        json_object_set_new(json, "self", json_true());
    set(json, "timer", input->timer);
    set(json, "payload", input->payload);
    set(json, "text", text);
    return dump(json, arena);
}

static void add_segment(struct input *input, const struct segment *segment, struct arena *arena)
{
    struct segment *segments = (struct segment *)input->segments;
    if (!segments)
        segments = arena_alloc(arena, 3 * sizeof *segments);
    segments[input->segment_count++] = *segment;
    input->segments = segments;
}

int parked_decode(struct input *input, const char *text, const char **ret_why,
                  struct arena *arena)
{
    json_t *json = json_loads(text, 0, NULL);
    if (!json)
        return ERR_INVALID;
    const char *said = get(json, "text", arena), *quoted = get(json, "quoted", arena);
    *ret_why = get(json, "why", arena);
    *input = (struct input){
        .kind = (enum input_kind)json_integer_value(json_object_get(json, "kind")),
        .time_ms = json_integer_value(json_object_get(json, "time")),
        .adapter = get(json, "adapter", arena),
        .account = get(json, "account", arena),
        .group = get(json, "group", arena),
        .user = get(json, "user", arena),
        .user_name = get(json, "name", arena),
        .message = get(json, "message", arena),
        .value = get(json, "value", arena),
        .direct = json_is_true(json_object_get(json, "direct")),
        .timer = get(json, "timer", arena),
        .payload = get(json, "payload", arena)};
    if (said)
        add_segment(input, &(struct segment){.kind = SEGMENT_TEXT, .text = said}, arena);
    if (quoted)
        add_segment(input, &(struct segment){.kind = SEGMENT_REPLY, .id = quoted}, arena);
    if (json_is_true(json_object_get(json, "self")))
        add_segment(input,
                    &(struct segment){.kind = SEGMENT_AT, .text = "", .id = "", .self = true},
                    arena);
    json_decref(json);
    return input->adapter && input->account && input->group ? 0 : ERR_INVALID;
}
