#include "adapters/web/web_parts.h"

#include <string.h>

json_t *web_parts_json(const struct segment *segments, size_t count)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct segment *s = &segments[i];
        json_t *part = json_object();
        switch (s->kind) {
        case SEGMENT_TEXT:
            json_object_set_new(part, "text", json_string(s->text));
            break;
        case SEGMENT_AT:
            json_object_set_new(part, "at", json_string(s->id));
            json_object_set_new(part, "name", json_string(s->text ? s->text : s->id));
            if (s->self)
                json_object_set_new(part, "self", json_true());
            break;
        case SEGMENT_IMAGE:
            json_object_set_new(part, "image", json_string(s->text));
            break;
        case SEGMENT_REPLY:
            json_object_set_new(part, "reply", json_string(s->id));
            break;
        case SEGMENT_OTHER:
            break;
        }
        json_array_append_new(parts, part);
    }
    return parts;
}

const char *web_json_text(const json_t *object, const char *key, size_t max,
                          struct arena *arena)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || json_string_length(value) > max)
        return NULL;
    return arena_strndup(arena, json_string_value(value), json_string_length(value));
}

/* "media:", 64 hex digits, and the kind. */
static bool is_media(const char *ref)
{
    static const char *const kinds[] = {".jpg", ".jpeg", ".png", ".gif", ".webp"};
    if (strncmp(ref, "media:", 6) != 0 || strspn(ref + 6, "0123456789abcdef") != 64)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(ref + 70, kinds[i]))
            return true;
    return false;
}

static bool read_part(const json_t *part, struct segment *segment, struct arena *arena)
{
    const char *text = web_json_text(part, "text", MESSAGE_TEXT_MAX, arena);
    const char *at = web_json_text(part, "at", WEB_NAME_MAX + 6, arena);
    const char *image = web_json_text(part, "image", 80, arena);
    const char *reply = web_json_text(part, "reply", 20, arena);
    *segment = (struct segment){.kind = SEGMENT_OTHER};
    if (text && *text) {
        segment->kind = SEGMENT_TEXT;
        segment->text = text;
    } else if (at && *at) {
        segment->kind = SEGMENT_AT;
        segment->id = at;
        segment->text = web_json_text(part, "name", WEB_NAME_MAX, arena);
        segment->self = json_is_true(json_object_get(part, "self"));
        if (!segment->text)
            segment->text = at;
    } else if (image && is_media(image)) {
        segment->kind = SEGMENT_IMAGE;
        segment->text = image;
    } else if (reply && web_is_number(reply)) {
        segment->kind = SEGMENT_REPLY;
        segment->id = reply;
    }
    return segment->kind != SEGMENT_OTHER;
}

int web_parts_read(const json_t *parts, struct web_record *record, struct arena *arena,
                   const char **why)
{
    size_t count = json_array_size(parts), bytes = 0;
    if (!count || count > MESSAGE_SEGMENTS_MAX) {
        *why = "parts is not a list of 1 to 64 parts";
        return ERR_INVALID;
    }
    for (size_t i = 0; i < count; i++) {
        struct segment *segment = &record->segments[i];
        if (!read_part(json_array_get(parts, i), segment, arena)) {
            *why = "a part is not a text, a mention, a picture or a reply";
            return ERR_INVALID;
        }
        bytes += segment->kind == SEGMENT_TEXT ? strlen(segment->text) : 0;
    }
    if (bytes > MESSAGE_TEXT_MAX) {
        *why = "the text is too long";
        return ERR_INVALID;
    }
    record->segment_count = count;
    return 0;
}
