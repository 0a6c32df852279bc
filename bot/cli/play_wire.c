#include "cli/play_wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

static void finish(json_t *line, struct buf *out)
{
    char *text = json_dumps(line, JSON_COMPACT);
    buf_puts(out, text ? text : "{}");
    buf_puts(out, "\n");
    free(text);
    json_decref(line);
}

static const char *text_of(json_t *object, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static int64_t int_of(json_t *object, const char *key, int64_t fallback)
{
    json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

static json_t *segments_json(const struct play_item *item)
{
    json_t *list = json_array();
    if (item->reply)
        json_array_append_new(list, json_pack("{s:s,s:s}", "kind", "reply", "id", item->reply));
    if (item->mention)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b}", "kind", "at", "text",
                                              item->mention, "id", "bot", "self", 1));
    if (*item->text)
        json_array_append_new(list, json_pack("{s:s,s:s}", "kind", "text", "text", item->text));
    for (int i = 0; i < item->photos; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", item->photo + (unsigned)i);
        json_array_append_new(list, json_pack("{s:s,s:s}", "kind", "image", "id", number));
    }
    if (item->lost)
        json_array_append_new(list, json_pack("{s:s,s:s}", "kind", "image", "id", "lost"));
    return list;
}

void play_wire_item(const struct play_item *item, bool backfilled, struct buf *out)
{
    const char *type = item->kind == INPUT_RECALL     ? "recall"
                       : item->kind == INPUT_REACTION ? "reaction"
                       : item->kind == INPUT_EDIT     ? "edit"
                                                      : "message";
    finish(json_pack("{s:s,s:I,s:s,s:s,s:b,s:s,s:b,s:I,s:b,s:s*,s:o}", "type", type, "token",
                     (json_int_t)item->token, "id", item->id, "group", item->group, "direct",
                     item->direct, "user", item->user, "bot", item->bot, "time",
                     (json_int_t)item->time_ms, "backfilled", backfilled, "value", item->value,
                     "segments", segments_json(item)),
           out);
}

void play_wire_sent(uint64_t send, const char *message, struct buf *out)
{
    finish(json_pack("{s:s,s:I,s:s}", "type", "sent", "send", (json_int_t)send, "message",
                     message),
           out);
}

void play_wire_backfilled(const char *group, struct buf *out)
{
    finish(json_pack("{s:s,s:s}", "type", "backfilled", "group", group), out);
}

static void read_part(json_t *item, struct play_wire_part *part, struct arena *arena)
{
    static const char *const kinds[] = {
        [SEGMENT_TEXT] = "text",   [SEGMENT_AT] = "at",       [SEGMENT_IMAGE] = "image",
        [SEGMENT_REPLY] = "reply", [SEGMENT_OTHER] = "other",
    };
    const char *kind = json_string_value(json_object_get(item, "kind"));
    part->kind = SEGMENT_OTHER;
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i]) == 0)
            part->kind = (enum segment_kind)i;
    }
    part->text = text_of(item, "text", arena);
    part->id = text_of(item, "id", arena);
}

static int read_send(json_t *line, struct play_wire *wire, struct arena *arena)
{
    json_t *parts = json_object_get(line, "parts"), *events = json_object_get(line, "events");
    wire->kind = PLAY_WIRE_SEND;
    wire->send = (uint64_t)int_of(line, "send", 0);
    wire->stable = text_of(line, "stable", arena);
    wire->reaction = text_of(line, "reaction", arena);
    wire->direct = json_is_true(json_object_get(line, "direct"));
    for (size_t i = 0; i < json_array_size(parts) && i < PLAY_WIRE_PARTS_MAX; i++)
        read_part(json_array_get(parts, i), &wire->parts[wire->part_count++], arena);
    for (size_t i = 0; i < json_array_size(events) && i < PLAY_WIRE_EVENTS_MAX; i++)
        wire->events[wire->event_count++] =
            (uint32_t)json_integer_value(json_array_get(events, i));
    return wire->group && wire->stable ? 0 : ERR_INVALID;
}

static int read_wire(json_t *line, struct play_wire *wire, struct arena *arena)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    wire->group = text_of(line, "group", arena);
    wire->token = (uint64_t)int_of(line, "token", 0);
    wire->since_ms = int_of(line, "since", 0);
    if (!type)
        return ERR_INVALID;
    if (strcmp(type, "send") == 0)
        return read_send(line, wire, arena);
    wire->kind = strcmp(type, "taken") == 0 ? PLAY_WIRE_TAKEN : PLAY_WIRE_BACKFILL;
    if (wire->kind == PLAY_WIRE_TAKEN)
        return 0;
    return strcmp(type, "backfill") == 0 && wire->group ? 0 : ERR_INVALID;
}

int play_wire_parse(const char *line, size_t len, struct play_wire *ret, struct arena *arena)
{
    memset(ret, 0, sizeof *ret);
    json_t *json = json_loadb(line, len, 0, NULL);
    int error = json_is_object(json) ? read_wire(json, ret, arena) : ERR_INVALID;
    json_decref(json);
    return error;
}

static const char *const do_names[] = {
    [PLAY_DO_SETTLE] = "settle", [PLAY_DO_DUE] = "due",       [PLAY_DO_RUN] = "run",
    [PLAY_DO_EVENT] = "event",   [PLAY_DO_EVENTS] = "events", [PLAY_DO_REDIS] = "redis",
    [PLAY_DO_CODE] = "code",     [PLAY_DO_DEVICE] = "device",
};

void play_request_write(const struct play_request *request, struct buf *out)
{
    json_t *args = json_array();
    for (size_t i = 0; i < request->arg_count; i++)
        json_array_append_new(args, json_string(request->args[i]));
    finish(json_pack("{s:s,s:I,s:I,s:b,s:o}", "do", do_names[request->what], "to",
                     (json_int_t)request->to_ms, "id", (json_int_t)request->id, "open",
                     request->open, "args", args),
           out);
}

static int read_request(json_t *json, struct play_request *request, struct arena *arena)
{
    const char *what = json_string_value(json_object_get(json, "do"));
    json_t *args = json_object_get(json, "args");
    request->to_ms = int_of(json, "to", 0);
    request->id = (uint32_t)int_of(json, "id", 0);
    request->open = json_is_true(json_object_get(json, "open"));
    for (size_t i = 0; i < json_array_size(args) && i < 8; i++) {
        const char *arg = json_string_value(json_array_get(args, i));
        request->args[request->arg_count++] = arena_strdup(arena, arg ? arg : "");
    }
    for (int i = 0; what && i < PLAY_DO_COUNT; i++) {
        if (strcmp(what, do_names[i]) == 0) {
            request->what = (enum play_do)i;
            return 0;
        }
    }
    return ERR_INVALID;
}

int play_request_parse(const char *line, size_t len, struct play_request *ret,
                       struct arena *arena)
{
    memset(ret, 0, sizeof *ret);
    json_t *json = json_loadb(line, len, 0, NULL);
    int error = json_is_object(json) ? read_request(json, ret, arena) : ERR_INVALID;
    json_decref(json);
    return error;
}

void play_answer_write(const struct play_answer *answer, struct buf *out)
{
    json_t *json = json_pack("{s:s*,s:I,s:s*}", "error", answer->error, "number",
                             (json_int_t)answer->number, "json", answer->json);
    if (answer->due_ms != INT64_MAX)
        json_object_set_new(json, "due", json_integer(answer->due_ms));
    finish(json, out);
}

int play_answer_parse(const char *line, size_t len, struct play_answer *ret,
                      struct arena *arena)
{
    json_t *json = json_loadb(line, len, 0, NULL);
    int error = json_is_object(json) ? 0 : ERR_INVALID;
    *ret = (struct play_answer){
        .error = text_of(json, "error", arena),
        .due_ms = int_of(json, "due", INT64_MAX),
        .number = int_of(json, "number", 0),
        .json = text_of(json, "json", arena),
    };
    json_decref(json);
    return error;
}
