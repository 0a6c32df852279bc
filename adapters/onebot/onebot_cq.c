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

#include "bot/adapter.h"

static void add_decoded(struct buf *out, const char *text, size_t len)
{
    static const struct {
        const char *entity, *plain;
    } entities[] = {{"&amp;", "&"}, {"&#91;", "["}, {"&#93;", "]"}, {"&#44;", ","}};
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        for (size_t e = 0; text[i] == '&' && e < 4; e++) {
            if (len - i < 5 || memcmp(text + i, entities[e].entity, 5) != 0)
                continue;
            buf_add(out, text + from, i - from);
            buf_puts(out, entities[e].plain);
            from = i + 5;
            i += 4;
            break;
        }
    }
    buf_add(out, text + from, len - from);
}

static json_t *decoded(const char *text, size_t len)
{
    struct buf plain;
    buf_init(&plain, len + 1);
    add_decoded(&plain, text, len);
    json_t *string = json_stringn_nocheck(buf_text(&plain), plain.len);
    buf_finish(&plain);
    return string;
}

static size_t name_length(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (text[n] == '_' || (text[n] >= '0' && text[n] <= '9') ||
                       ((text[n] | 32) >= 'a' && (text[n] | 32) <= 'z')))
        n++;
    return n;
}

/* One ",name=value" at `text`: adds it to `data` and returns its length, 0 when it is none. */
static size_t parameter(const char *text, size_t len, json_t *data)
{
    if (len < 2 || text[0] != ',')
        return 0;
    size_t name = name_length(text + 1, len - 1);
    size_t at = 1 + name;
    if (!name || at >= len || text[at] != '=')
        return 0;
    size_t end = ++at;
    while (end < len && text[end] != ',' && text[end] != ']')
        end++;
    char *key = xstrndup(text + 1, name);
    json_object_set_new_nocheck(data, key, decoded(text + at, end - at));
    free(key);
    return end;
}

/* The code that begins at `text`, or NULL; its length goes to `ret_len`. */
static json_t *code(const char *text, size_t len, size_t *ret_len)
{
    if (len < 6 || memcmp(text, "[CQ:", 4) != 0)
        return NULL;
    size_t name = name_length(text + 4, len - 4);
    size_t at = 4 + name, used;
    if (!name)
        return NULL;
    json_t *data = json_object();
    while ((used = parameter(text + at, len - at, data)))
        at += used;
    if (at >= len || text[at] != ']') {
        json_decref(data);
        return NULL;
    }
    *ret_len = at + 1;
    return json_pack("{s:s%,s:o}", "type", text + 4, name, "data", data);
}

static void add_text(json_t *segments, const char *text, size_t len, size_t max)
{
    if (len && json_array_size(segments) < max)
        json_array_append_new(segments, json_pack("{s:s,s:{s:o}}", "type", "text", "data",
                                                  "text", decoded(text, len)));
}

json_t *onebot_cq_parse(const char *text, size_t len, size_t max)
{
    json_t *segments = json_array();
    size_t from = 0, at = 0, used;
    while (at < len && json_array_size(segments) < max) {
        json_t *segment = text[at] == '[' ? code(text + at, len - at, &used) : NULL;
        if (!segment) {
            at++;
            continue;
        }
        add_text(segments, text + from, at - from, max);
        if (json_array_size(segments) < max)
            json_array_append(segments, segment);
        json_decref(segment);
        from = at += used;
    }
    add_text(segments, text + from, len - from, max);
    return segments;
}
