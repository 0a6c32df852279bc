#include "host/jput.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "host/buf.h"
#include "host/text.h"

/* A comma, where a value stands in front. */
static void separate(struct buf *out)
{
    char last = out->len ? out->p[out->len - 1] : '[';
    if (last == '"' || last == '}' || last == ']' || isalnum((unsigned char)last))
        buf_add(out, ",", 1);
}

void jput_open(struct buf *out, char bracket)
{
    separate(out);
    buf_add(out, &bracket, 1);
}

void jput_close(struct buf *out, char bracket)
{
    buf_add(out, &bracket, 1);
}

void jput_bare(struct buf *out, const char *value)
{
    separate(out);
    buf_add(out, value, strlen(value));
}

void jput_key(struct buf *out, const char *key)
{
    separate(out);
    buf_add(out, "\"", 1);
    buf_add(out, key, strlen(key));
    buf_add(out, "\":", 2);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != '#';
}

static void put_escaped(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef", letters[] = "btnvfr";
    char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    bool has_letter = c >= '\b' && c <= '\r' && c != '\v';
    if (has_letter || c == '"' || c == '\\') {
        escape[1] = has_letter ? letters[c - '\b'] : (char)c;
        buf_add(out, escape, 2);
    } else {
        buf_add(out, escape, sizeof escape);
    }
}

static void put_literal(struct buf *out, const char *text)
{
    buf_add(out, "\"", 1);
    while (*text) {
        const char *end = text;
        while (is_plain((unsigned char)*end))
            end++;
        buf_add(out, text, (size_t)(end - text));
        if (*end)
            put_escaped(out, (unsigned char)*end++);
        text = end;
    }
    buf_add(out, "\"", 1);
}

static bool is_text(const char *text)
{
    return text && text_is_utf8(text, strlen(text));
}

void jput_text(struct buf *out, const char *text)
{
    if (!is_text(text)) {
        jput_bare(out, "null");
        return;
    }
    separate(out);
    put_literal(out, text);
}

void jput_integer(struct buf *out, int64_t value)
{
    char text[24], *at = text + sizeof text;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    separate(out);
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

void jput_member_text(struct buf *out, const char *key, const char *text)
{
    if (!is_text(text))
        return;
    jput_key(out, key);
    put_literal(out, text);
}

void jput_member_integer(struct buf *out, const char *key, int64_t value)
{
    if (!value)
        return;
    jput_key(out, key);
    jput_integer(out, value);
}
