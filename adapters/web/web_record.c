#include "adapters/web/web_record.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_parts.h"

static const char *const kind_names[] = {"say", "react", "recall"};

bool web_is_name(const char *name)
{
    size_t len = strlen(name);
    if (!len || len > WEB_NAME_MAX || name[0] == ' ' || name[len - 1] == ' ')
        return false;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        if (*p < ' ' || *p == 0x7f || *p == ':')
            return false;
    return true;
}

bool web_is_number(const char *text)
{
    size_t len = strlen(text);
    return len && len <= 18 && strspn(text, "0123456789") == len;
}

static void set_text(json_t *json, const char *key, const char *text)
{
    if (text)
        json_object_set_new(json, key, json_string(text));
}

void web_record_encode(const struct web_record *record, struct buf *out)
{
    json_t *json = json_pack("{sI sI ss}", "n", (json_int_t)record->n, "at",
                             (json_int_t)record->at_ms, "kind", kind_names[record->kind]);
    set_text(json, "from", record->from);
    set_text(json, "client", record->client);
    set_text(json, "stable", record->stable);
    set_text(json, "to", record->to);
    set_text(json, "emoji", record->emoji);
    if (record->kind == WEB_SAY)
        json_object_set_new(json, "parts",
                            web_parts_json(record->segments, record->segment_count));
    char *text = json_dumps(json, JSON_COMPACT);
    if (text)
        buf_puts(out, text);
    else
        out->failed = true;
    free(text);
    json_decref(json);
}

static int read_kind(const json_t *json, struct web_record *record)
{
    const char *kind = json_string_value(json_object_get(json, "kind"));
    for (size_t i = 0; kind && i < sizeof kind_names / sizeof *kind_names; i++)
        if (!strcmp(kind, kind_names[i])) {
            record->kind = (enum web_kind)i;
            return 0;
        }
    return ERR_INVALID;
}

static int read_fields(const json_t *json, struct web_record *record, struct arena *arena,
                       const char **why)
{
    *why = "it is not a record";
    json_int_t n = json_integer_value(json_object_get(json, "n"));
    record->at_ms = json_integer_value(json_object_get(json, "at"));
    if (n <= 0 || record->at_ms < 0 || read_kind(json, record))
        return ERR_INVALID;
    record->n = (uint64_t)n;
    record->from = web_json_text(json, "from", WEB_NAME_MAX, arena);
    record->client = web_json_text(json, "client", WEB_CLIENT_MAX, arena);
    record->stable = web_json_text(json, "stable", 200, arena);
    record->to = web_json_text(json, "to", 20, arena);
    record->emoji = web_json_text(json, "emoji", WEB_EMOJI_MAX, arena);
    if (record->kind == WEB_SAY)
        return web_parts_read(json_object_get(json, "parts"), record, arena, why);
    return record->to && (record->kind == WEB_RECALL || record->emoji) ? 0 : ERR_INVALID;
}

int web_record_decode(const char *text, size_t len, struct web_record *record,
                      struct arena *arena, const char **why)
{
    memset(record, 0, sizeof *record);
    *why = "it is not JSON";
    json_t *json = len > WEB_RECORD_MAX ? NULL : json_loadb(text, len, 0, NULL);
    if (!json)
        return ERR_INVALID;
    int error = read_fields(json, record, arena, why);
    json_decref(json);
    return error;
}
