/* codec.c: the stored JSON of timers' payloads, outgoing rows and found people. */
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

/* ---- timers -------------------------------------------------------------------------- */

char *payload_encode(const struct payload *payload, struct arena *arena)
{
    json_t *json = json_object();
    set(json, "h", payload->handler);
    set(json, "n", payload->name);
    set(json, "g", payload->group);
    set(json, "m", payload->member);
    set(json, "d", payload->data);
    return dump(json, arena);
}

int payload_decode(struct payload *payload, const char *text, struct arena *arena)
{
    json_t *json = json_loads(text, 0, NULL);
    if (!json)
        return ERR_INVALID;
    *payload = (struct payload){.handler = get(json, "h", arena),
                                .name = get(json, "n", arena),
                                .group = get(json, "g", arena),
                                .member = get(json, "m", arena),
                                .data = get(json, "d", arena)};
    json_decref(json);
    return payload->handler && payload->name && payload->group ? 0 : ERR_INVALID;
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

/* ---- people --------------------------------------------------------------------------- */

char *person_encode(const struct person *person, struct arena *arena)
{
    json_t *json = json_object();
    set(json, "name", person->name);
    set(json, "adapter", person->adapter);
    set(json, "account", person->account);
    set(json, "user", person->user);
    return dump(json, arena);
}

int person_decode(struct person *person, const char *text, struct arena *arena)
{
    json_t *json = json_loads(text, 0, NULL);
    if (!json)
        return ERR_INVALID;
    person->name = (char *)get(json, "name", arena);
    person->adapter = (char *)get(json, "adapter", arena);
    person->account = (char *)get(json, "account", arena);
    person->user = (char *)get(json, "user", arena);
    json_decref(json);
    return person->name && person->user ? 0 : ERR_INVALID;
}

/* ---- outgoing rows: "<events>|<acknowledges>|<json>" ------------------------------------ */

/* An event number is written as its index in the row's list of events, since the number of an
 * event made in the same turn is not known yet. */
static int event_index(const struct outgoing *out, const struct arg *arg)
{
    for (size_t i = 0; i < out->event_count; i++)
        if (out->events[i]->id == arg->event && out->events[i]->ref == arg->ref)
            return (int)i;
    return -1;
}

static json_t *encode_args(const struct outgoing *out)
{
    json_t *list = json_array();
    for (size_t i = 0; i < out->arg_count; i++) {
        const struct arg *arg = &out->args[i];
        json_t *value = NULL;
        if (arg->kind == ARG_TIME)
            value = json_integer(arg->time_ms);
        else if (arg->kind == ARG_NUMBER)
            value = json_integer(event_index(out, arg));
        else if (arg->kind == ARG_FLAG)
            value = json_boolean(arg->flag);
        else
            value = json_string(arg->text);
        if (value)
            json_array_append_new(list, json_pack("[sio]", arg->key, (int)arg->kind, value));
    }
    return list;
}

char *row_encode(const struct outgoing *out, const char *owner, struct arena *arena)
{
    json_t *json = json_object();
    set(json, "g", out->group);
    set(json, "m", out->member);
    json_object_set_new(json, "l", json_integer(out->lane));
    set(json, "t", out->template);
    json_object_set_new(json, "lang", json_integer(out->lang));
    set(json, "re", out->reaction);
    json_object_set_new(json, "a", encode_args(out));
    json_t *mentions = json_array();
    for (size_t i = 0; i < out->mention_count; i++)
        json_array_append_new(mentions, json_string(out->mentions[i]));
    json_object_set_new(json, "at", mentions);
    set(json, "q", out->quote);
    set(json, "qm", out->quote_member);
    set(json, "ph", out->photo);
    set(json, "rk", out->replace_key);
    json_object_set_new(json, "x", json_integer(out->expires_ms));
    set(json, "o", owner);
    return dump(json, arena);
}

static void decode_arg(struct row *row, json_t *item, struct arena *arena)
{
    struct outgoing *out = &row->out;
    if (out->arg_count == OUTGOING_ARGS_MAX)
        return;
    struct arg *arg = &out->args[out->arg_count++];
    arg->key = arena_strdup(arena, json_string_value(json_array_get(item, 0)));
    arg->kind = (enum arg_kind)json_integer_value(json_array_get(item, 1));
    json_t *value = json_array_get(item, 2);
    arg->text = arena_strdup(arena, json_string_value(value));
    arg->time_ms = json_integer_value(value);
    arg->flag = json_is_true(value);
    size_t index = (size_t)json_integer_value(value);
    if (arg->kind == ARG_NUMBER && index < row->number_count)
        arg->event = row->numbers[index];
    if (!arg->key)
        out->arg_count--;
}

static void decode_json(struct row *row, json_t *json, struct arena *arena)
{
    struct outgoing *out = &row->out;
    out->arena = arena;
    out->group = get(json, "g", arena);
    out->member = get(json, "m", arena);
    out->lane = (enum lane)json_integer_value(json_object_get(json, "l"));
    out->template = get(json, "t", arena);
    out->lang = (enum lang)json_integer_value(json_object_get(json, "lang"));
    out->reaction = get(json, "re", arena);
    out->quote = get(json, "q", arena);
    out->quote_member = get(json, "qm", arena);
    out->photo = get(json, "ph", arena);
    out->replace_key = get(json, "rk", arena);
    out->expires_ms = json_integer_value(json_object_get(json, "x"));
    const char *owner = get(json, "o", arena);
    row->owner = owner ? owner : "";
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json, "a"), i, item) decode_arg(row, item, arena);
    json_array_foreach(json_object_get(json, "at"), i, item)
    {
        if (json_is_string(item) && out->mention_count < OUTGOING_MENTIONS_MAX)
            out->mentions[out->mention_count++] = arena_strdup(arena, json_string_value(item));
    }
}

static void decode_numbers(struct row *row)
{
    const char *at = row->events;
    while (*at && row->number_count < OUTGOING_EVENTS_MAX) {
        char *end;
        row->numbers[row->number_count++] = (uint32_t)strtoul(at, &end, 10);
        at = *end == ',' ? end + 1 : end;
        if (end == at && *end)
            break;
    }
}

int row_decode(struct row *row, const char *stored, struct arena *arena)
{
    *row = (struct row){0};
    const char *bar = strchr(stored, '|');
    if (!bar || !bar[1] || bar[2] != '|')
        return ERR_INVALID;
    row->events = arena_strndup(arena, stored, (size_t)(bar - stored));
    row->acknowledges = bar[1] == '1';
    decode_numbers(row);
    json_t *json = json_loads(bar + 3, 0, NULL);
    if (!json)
        return ERR_INVALID;
    decode_json(row, json, arena);
    json_decref(json);
    return row->out.group ? 0 : ERR_INVALID;
}
