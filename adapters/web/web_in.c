#include "adapters/web/web_in.h"

#include <string.h>

#include "adapters/web/web_parts.h"

static int read_enter(const json_t *json, struct web_in *in, struct arena *arena,
                      const char **why)
{
    in->op = WEB_OP_ENTER;
    in->room = web_json_text(json, "room", WEB_ROOM_MAX, arena);
    in->as = web_json_text(json, "as", WEB_NAME_MAX, arena);
    json_int_t after = json_integer_value(json_object_get(json, "after"));
    in->after = after > 0 ? (uint64_t)after : 0;
    if (in->room && in->as && web_is_name(in->as))
        return 0;
    *why = "room or as is missing, or no name";
    return ERR_INVALID;
}

static bool is_client(const char *text)
{
    return strlen(text) >= 8 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
               strlen(text);
}

static int read_record(const json_t *json, enum web_kind kind, struct web_in *in,
                       struct arena *arena, const char **why)
{
    struct web_record *record = &in->record;
    in->op = WEB_OP_RECORD;
    record->kind = kind;
    record->client = web_json_text(json, "client", WEB_CLIENT_MAX, arena);
    if (!record->client || !is_client(record->client)) {
        *why = "client is no id";
        return ERR_INVALID;
    }
    if (kind == WEB_SAY)
        return web_parts_read(json_object_get(json, "parts"), record, arena, why);
    record->to = web_json_text(json, "to", 20, arena);
    record->emoji = kind == WEB_REACT ? web_json_text(json, "emoji", WEB_EMOJI_MAX, arena) : "";
    if (record->to && web_is_number(record->to) && record->emoji &&
        (kind == WEB_RECALL || *record->emoji))
        return 0;
    *why = "to is no message, or the emoji is missing";
    return ERR_INVALID;
}

static int read_op(const json_t *json, struct web_in *in, struct arena *arena, const char **why)
{
    const char *op = json_string_value(json_object_get(json, "op"));
    *why = "there is no such op";
    if (!op)
        return ERR_INVALID;
    if (!strcmp(op, "enter"))
        return read_enter(json, in, arena, why);
    if (!strcmp(op, "say"))
        return read_record(json, WEB_SAY, in, arena, why);
    if (!strcmp(op, "react"))
        return read_record(json, WEB_REACT, in, arena, why);
    if (!strcmp(op, "recall"))
        return read_record(json, WEB_RECALL, in, arena, why);
    in->op = WEB_OP_EVENTS;
    return strcmp(op, "events") ? ERR_INVALID : 0;
}

int web_in_parse(const char *text, size_t len, struct web_in *in, struct arena *arena,
                 const char **why)
{
    memset(in, 0, sizeof *in);
    *why = "the frame is too long";
    if (len > WEB_FRAME_MAX)
        return ERR_INVALID;
    *why = "the frame is not JSON";
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        return ERR_INVALID;
    int error = read_op(json, in, arena, why);
    json_decref(json);
    return error;
}
