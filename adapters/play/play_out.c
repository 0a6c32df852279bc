/* play_out.c: outgoing → bytes for the director. Pure. */
#include "adapters/play/play.h"

#include <jansson.h>

static void finish(json_t *line, struct buf *out)
{
    char *text = json_dumps(line, JSON_COMPACT);
    buf_puts(out, text ? text : "{}");
    buf_puts(out, "\n");
    free(text);
    json_decref(line);
}

static json_t *part_json(const struct send_part *part)
{
    static const char *const kinds[] = {
        [SEGMENT_TEXT] = "text",   [SEGMENT_AT] = "at",       [SEGMENT_IMAGE] = "image",
        [SEGMENT_REPLY] = "reply", [SEGMENT_OTHER] = "other",
    };
    return json_pack("{s:s,s:s*,s:s*}", "kind", kinds[part->kind], "text", part->text, "id",
                     part->id);
}

/* The numbers of the events that a message is about. */
static json_t *event_numbers(const struct send *send)
{
    json_t *numbers = json_array();
    for (size_t i = 0; i < send->event_count; i++)
        json_array_append_new(numbers, json_integer(send->events[i]));
    return numbers;
}

void play_out_send(const struct send *send, struct buf *out)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < send->part_count; i++)
        json_array_append_new(parts, part_json(&send->parts[i]));
    finish(json_pack("{s:s,s:I,s:s,s:s,s:b,s:s*,s:s*,s:o,s:o}", "type", "send", "send",
                     (json_int_t)send->id, "stable", send->stable, "group", send->group,
                     "direct", send->direct, "reaction", send->reaction, "about", send->about,
                     "parts", parts, "events", event_numbers(send)),
           out);
}

void play_out_taken(uint64_t token, struct buf *out)
{
    buf_printf(out, "{\"type\":\"taken\",\"token\":%llu}\n", (unsigned long long)token);
}

void play_out_backfill(const char *platform_group, int64_t since_ms, struct buf *out)
{
    finish(json_pack("{s:s,s:s,s:I}", "type", "backfill", "group", platform_group, "since",
                     (json_int_t)since_ms),
           out);
}
