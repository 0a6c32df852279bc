#include "adapters/web/web_out.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool segment_of(const struct send_part *part, struct segment *segment)
{
    *segment = (struct segment){.kind = part->kind, .text = part->text, .id = part->id};
    switch (part->kind) {
    case SEGMENT_TEXT:
    case SEGMENT_IMAGE:
        return part->text && *part->text;
    case SEGMENT_AT:
        return part->id && *part->id;
    case SEGMENT_REPLY:
        return part->id && web_is_number(part->id);
    case SEGMENT_OTHER:
        break;
    }
    return false;
}

void web_out_record(const struct send *send, struct web_record *record)
{
    memset(record, 0, sizeof *record);
    record->stable = send->stable;
    if (send->reaction) {
        record->kind = WEB_REACT;
        record->emoji = send->reaction;
        record->to = send->about;
        return;
    }
    record->kind = WEB_SAY;
    for (size_t i = 0; i < send->part_count && record->segment_count < MESSAGE_SEGMENTS_MAX;
         i++)
        if (segment_of(&send->parts[i], &record->segments[record->segment_count]))
            record->segment_count++;
}

void web_out_string(const char *text, struct buf *out)
{
    json_t *json = json_string(text);
    char *encoded = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
    buf_puts(out, encoded ? encoded : "\"\"");
    free(encoded);
    json_decref(json);
}

void web_out_frame_record(const char *room, const char *json, struct buf *out)
{
    buf_puts(out, "{\"op\":\"record\",\"room\":");
    web_out_string(room, out);
    buf_puts(out, ",\"record\":");
    buf_puts(out, json);
    buf_puts(out, "}");
}

void web_out_frame_news(const char *room, struct buf *out)
{
    buf_puts(out, "{\"op\":\"news\",\"room\":");
    web_out_string(room, out);
    buf_puts(out, "}");
}

void web_out_frame_said(const char *client, uint64_t n, struct buf *out)
{
    buf_puts(out, "{\"op\":\"said\",\"client\":");
    web_out_string(client, out);
    buf_printf(out, ",\"n\":%llu}", (unsigned long long)n);
}

void web_out_frame_events(const char *group, const char *events, struct buf *out)
{
    buf_puts(out, "{\"op\":\"events\",\"group\":");
    web_out_string(group, out);
    buf_puts(out, ",\"events\":");
    buf_puts(out, events);
    buf_puts(out, "}");
}

void web_out_frame_error(const char *client, const char *why, struct buf *out)
{
    buf_puts(out, "{\"op\":\"error\",\"why\":");
    web_out_string(why, out);
    if (client) {
        buf_puts(out, ",\"client\":");
        web_out_string(client, out);
    }
    buf_puts(out, "}");
}

void web_out_frame_hello(const char *bot, bool demo, const char *communities, struct buf *out)
{
    buf_puts(out, "{\"op\":\"hello\",\"bot\":");
    web_out_string(bot, out);
    buf_printf(out, ",\"demo\":%s,\"communities\":", demo ? "true" : "false");
    buf_puts(out, communities);
    buf_puts(out, "}");
}
