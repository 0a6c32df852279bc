/* onebot_cq.c: the reader of CQ codes. Called by onebot_segment.c for implementations that are
 * set to send strings.
 *
 * Grammar, as the common implementations read it: "[CQ:" name { "," name "=" value } "]", a
 * name being letters, digits and underscores, a value anything but "," and "]". What does not
 * fit is plain text. Four entities exist (&amp; &#91; &#93; &#44;) and nothing is decoded
 * twice.
 */
#include "adapters/onebot/onebot_cq.h"

#include <string.h>

#define PARAMETERS_MAX 32 /* of one code; further ones are read over */

static char entity_at(const char *text, size_t len)
{
    static const struct {
        const char *entity;
        char plain;
    } entities[] = {{"&amp;", '&'}, {"&#91;", '['}, {"&#93;", ']'}, {"&#44;", ','}};
    for (size_t e = 0; *text == '&' && len >= 5 && e < 4; e++)
        if (memcmp(text, entities[e].entity, 5) == 0)
            return entities[e].plain;
    return '\0';
}

static void set_decoded(struct jnode *node, const char *text, size_t len, struct arena *arena)
{
    char *to = arena_alloc(arena, len + 1);
    node->type = JNODE_STRING;
    node->text = to;
    for (size_t i = 0; i < len; to++) {
        char plain = entity_at(text + i, len - i);
        *to = plain ? plain : text[i];
        i += plain ? 5 : 1;
    }
    node->len = (uint32_t)(to - node->text);
}

/* A new value of an object. */
static struct jnode *add(struct jnode *object, const char *key, size_t key_len,
                         struct arena *arena)
{
    struct jnode *node = arena_alloc(arena, sizeof *node);
    *node = (struct jnode){
        .key = key, .key_len = (uint32_t)key_len, .next = object->first, .type = JNODE_OBJECT};
    object->first = node;
    object->len++;
    return node;
}

static size_t name_length(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (text[n] == '_' || (text[n] >= '0' && text[n] <= '9') ||
                       ((text[n] | 32) >= 'a' && (text[n] | 32) <= 'z')))
        n++;
    return n;
}

/* Length of the ",name=value" at `text`, 0 when it is none; the name's goes to `ret_name`. */
static size_t parameter_length(const char *text, size_t len, size_t *ret_name)
{
    if (len < 2 || text[0] != ',')
        return 0;
    *ret_name = name_length(text + 1, len - 1);
    size_t at = 1 + *ret_name;
    if (!*ret_name || at >= len || text[at] != '=')
        return 0;
    while (at < len && text[at] != ',' && text[at] != ']')
        at++;
    return at;
}

/* Length of the code that begins at `text`. When it is none, false, and the length of what
 * cannot be in a code: one that began in it would end at the same fault. */
static bool measure(const char *text, size_t len, size_t *ret_len)
{
    *ret_len = 1;
    if (len < 6 || memcmp(text, "[CQ:", 4) != 0)
        return false;
    size_t name = name_length(text + 4, len - 4), at = 4 + name, used;
    while (name && (used = parameter_length(text + at, len - at, &name)))
        at += used;
    bool whole = at > 4 && at < len && text[at] == ']';
    *ret_len = at + whole;
    return whole;
}

/* Fills the segment from the code at `text`, which measure() found to be one. */
static void read_code(const char *text, size_t len, struct jnode *segment, struct arena *arena)
{
    size_t name = name_length(text + 4, len - 4), at = 4 + name, used;
    set_decoded(add(segment, "type", 4, arena), text + 4, name, arena);
    struct jnode *data = add(segment, "data", 4, arena);
    while ((used = parameter_length(text + at, len - at, &name))) {
        size_t skip = name + 2;
        if (data->len < PARAMETERS_MAX)
            set_decoded(add(data, text + at + 1, name, arena), text + at + skip, used - skip,
                        arena);
        at += used;
    }
}

static void read_text(const char *text, size_t len, struct jnode *segment, struct arena *arena)
{
    set_decoded(add(segment, "type", 4, arena), "text", 4, arena);
    set_decoded(add(add(segment, "data", 4, arena), "text", 4, arena), text, len, arena);
}

static struct jnode *append(struct jnode *array, struct jnode ***last, struct arena *arena)
{
    struct jnode *segment = arena_alloc(arena, sizeof *segment);
    segment->type = JNODE_OBJECT;
    **last = segment;
    *last = &segment->next;
    array->len++;
    return segment;
}

struct jnode *onebot_cq_parse(const char *text, size_t len, size_t max, struct arena *arena)
{
    struct jnode *array = arena_alloc(arena, sizeof *array), **last = &array->first;
    size_t from = 0, at = 0, used;
    array->type = JNODE_ARRAY;
    while (at < len && array->len < max) {
        bool is_code = text[at] == '[' && measure(text + at, len - at, &used);
        if (is_code && at > from)
            read_text(text + from, at - from, append(array, &last, arena), arena);
        if (is_code && array->len < max)
            read_code(text + at, used, append(array, &last, arena), arena);
        at += text[at] == '[' ? used : 1;
        from = is_code ? at : from;
    }
    if (len > from && array->len < max)
        read_text(text + from, len - from, append(array, &last, arena), arena);
    return array;
}
