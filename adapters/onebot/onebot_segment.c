/* onebot_segment.c: message segments → struct segment. Called by onebot_in.c.
 *
 * Text, mentions, pictures, quotes and the faces that stand for a word are taken; everything
 * else (cards, voice, stickers, forwards) is SEGMENT_OTHER: it was there, and is nothing to us.
 * When you add a kind, give it a row in `kinds` and a frame in tests/unit/onebot_in_test.c.
 */
#include "adapters/onebot/onebot_segment.h"

#include <string.h>

#include "adapters/onebot/onebot_cq.h"
#include "adapters/onebot/onebot_emoji.h"

#define URL_MAX 2048
#define NAME_MAX 96

struct reading {
    struct arena *arena;
    const char *self_id;
    size_t text_left; /* bytes of text that the message may still have */
};

const char *onebot_id(const struct jnode *id, struct arena *arena)
{
    int64_t value;
    if (jnode_integer(id, &value))
        return arena_strndup(arena, id->text, id->len);
    const char *text = jnode_text(id);
    if (!text || !id->len || id->len > ONEBOT_ID_MAX)
        return NULL;
    for (size_t i = 0; i < id->len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return NULL;
    return text;
}

static size_t cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    while (max && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return max;
}

const char *onebot_text(const struct jnode *string, size_t max, struct arena *arena)
{
    const char *text = jnode_text(string);
    if (!text || (string->len <= max && !memchr(text, '\0', string->len)))
        return text;
    size_t len = cut(text, string->len, max), used = 0;
    char *copy = arena_strndup(arena, text, len);
    for (size_t i = 0; i < len; i++)
        if (copy[i])
            copy[used++] = copy[i];
    copy[used] = '\0';
    return copy;
}

static void read_text(struct reading *reading, const struct jnode *data,
                      struct segment *segment)
{
    segment->text = onebot_text(jnode_get(data, "text"), reading->text_left, reading->arena);
    if (!segment->text)
        segment->text = "";
    reading->text_left -= strlen(segment->text);
    segment->kind = SEGMENT_TEXT;
}

static void read_at(struct reading *reading, const struct jnode *data, struct segment *segment)
{
    const char *id = onebot_id(jnode_get(data, "qq"), reading->arena);
    if (!id || strcmp(id, "all") == 0)
        return;
    segment->kind = SEGMENT_AT;
    segment->id = id;
    segment->text = onebot_text(jnode_get(data, "name"), NAME_MAX, reading->arena);
    segment->self = reading->self_id && strcmp(id, reading->self_id) == 0;
}

static void read_reply(struct reading *reading, const struct jnode *data,
                       struct segment *segment)
{
    segment->id = onebot_id(jnode_get(data, "id"), reading->arena);
    if (segment->id)
        segment->kind = SEGMENT_REPLY;
}

/* sub_type 0 is a photo, everything above it a sticker of some sort. */
static bool is_sticker(const struct jnode *data)
{
    const struct jnode *sub_type = jnode_get(data, "sub_type");
    int64_t number;
    if (jnode_is(sub_type, JNODE_STRING))
        return strcmp(jnode_text(sub_type), "0") != 0;
    return jnode_integer(sub_type, &number) && number != 0;
}

static void read_image(struct reading *reading, const struct jnode *data,
                       struct segment *segment)
{
    if (is_sticker(data))
        return;
    segment->kind = SEGMENT_IMAGE;
    segment->text = onebot_text(jnode_get(data, "url"), URL_MAX, reading->arena);
    if (!segment->text || !*segment->text)
        segment->text = onebot_text(jnode_get(data, "file"), URL_MAX, reading->arena);
    if (!segment->text)
        segment->text = "";
}

static void read_face(struct reading *reading, const struct jnode *data,
                      struct segment *segment)
{
    char emoji[ONEBOT_EMOJI_SIZE];
    const char *id = onebot_id(jnode_get(data, "id"), reading->arena);
    if (!id || !onebot_emoji_of(id, emoji) || strlen(emoji) > reading->text_left)
        return;
    segment->kind = SEGMENT_TEXT;
    segment->text = arena_strdup(reading->arena, emoji);
    reading->text_left -= strlen(emoji);
}

static const struct {
    const char *type;
    void (*read)(struct reading *reading, const struct jnode *data, struct segment *segment);
} kinds[] = {
    {"text", read_text},   {"at", read_at},     {"reply", read_reply},
    {"image", read_image}, {"face", read_face},
};

static struct segment read_segment(struct reading *reading, const struct jnode *segment)
{
    struct segment result = {.kind = SEGMENT_OTHER};
    const char *type = jnode_text(jnode_get(segment, "type"));
    const struct jnode *data = jnode_get(segment, "data");
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            kinds[i].read(reading, data, &result);
    return result;
}

static void read_array(struct reading *reading, const struct jnode *array, struct input *input)
{
    size_t count = array->len;
    if (count > MESSAGE_SEGMENTS_MAX)
        count = MESSAGE_SEGMENTS_MAX;
    struct segment *segments = arena_alloc(reading->arena, (count + 1) * sizeof *segments);
    const struct jnode *segment = jnode_first(array);
    for (size_t i = 0; i < count; i++, segment = segment->next)
        segments[i] = read_segment(reading, segment);
    input->segments = segments;
    input->segment_count = count;
}

int onebot_segments(const struct jnode *message, const char *self_id, struct arena *arena,
                    struct input *input)
{
    struct reading reading = {arena, self_id, MESSAGE_TEXT_MAX};
    if (jnode_is(message, JNODE_ARRAY)) {
        read_array(&reading, message, input);
    } else if (jnode_is(message, JNODE_STRING)) {
        read_array(&reading,
                   onebot_cq_parse(message->text, message->len, MESSAGE_SEGMENTS_MAX, arena),
                   input);
    } else if (jnode_is(message, JNODE_OBJECT)) {
        struct segment *segment = arena_alloc(arena, sizeof *segment);
        *segment = read_segment(&reading, message);
        input->segments = segment;
        input->segment_count = 1;
    } else {
        return ERR_INVALID;
    }
    return 0;
}
