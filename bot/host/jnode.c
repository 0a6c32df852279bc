/* jnode.c: see jnode.h. The text is copied once, and strings are decoded and terminated where
 * they stand in the copy: no form of a character is longer than its escape, and the byte
 * behind a string is its quote.
 */
#include "host/jnode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "host/mem.h"

struct reader {
    char *at; /* the copy ends with a NUL, which is no part of any value */
    struct arena *arena;
    size_t count;
    int depth;
};

static void skip_space(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' ||
           *reader->at == '\t')
        reader->at++;
}

/* ---- strings --------------------------------------------------------------------------- */

/* The four hexadecimal digits of "\u…" at `at`, -1 when it is none. */
static int32_t unit_at(const char *at)
{
    int32_t unit = 0;
    if (at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int c = at[i], letter = c | 32;
        if (c >= '0' && c <= '9')
            unit = unit << 4 | (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            unit = unit << 4 | (letter - 'a' + 10);
        else
            return -1;
    }
    return unit;
}

/* Decodes the "\u…" at `reader->at`, which may be a pair, to `to`; returns the bytes. */
static size_t read_unicode(struct reader *reader, char *to)
{
    int32_t code = unit_at(reader->at);
    if (code < 0)
        return 0;
    reader->at += 6;
    if (code >= 0xD800 && code < 0xE000) {
        int32_t low = code < 0xDC00 ? unit_at(reader->at) : -1;
        bool pair = low >= 0xDC00 && low < 0xE000;
        reader->at += pair ? 6 : 0;
        code = pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    }
    return (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)to);
}

/* The same for any escape; 0: it is none. */
static size_t read_escape(struct reader *reader, char *to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name = reader->at[1] ? strchr(names, reader->at[1]) : NULL;
    if (!name)
        return read_unicode(reader, to);
    *to = values[name - names];
    reader->at += 2;
    return 1;
}

/* The first that ends a string or stands for something else, or must not be in one. */
static char *skip_plain(char *at)
{
    while ((unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* The string whose quote is at `reader->at`; NULL: it is none. */
static char *read_string(struct reader *reader, size_t *ret_len)
{
    char *from = ++reader->at, *to = skip_plain(from);
    reader->at = to;
    while (*reader->at == '\\') {
        size_t len = read_escape(reader, to);
        if (!len)
            return NULL;
        char *plain = reader->at;
        reader->at = skip_plain(plain);
        memmove(to + len, plain, (size_t)(reader->at - plain));
        to += len + (size_t)(reader->at - plain);
    }
    if (*reader->at != '"')
        return NULL;
    reader->at++;
    *to = '\0';
    *ret_len = (size_t)(to - from);
    return from;
}

/* ---- values ---------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool skip_digits(struct reader *reader)
{
    const char *from = reader->at;
    while (is_digit(*reader->at))
        reader->at++;
    return reader->at > from;
}

static bool read_number(struct reader *reader, struct jnode *node)
{
    node->text = reader->at;
    node->type = JNODE_INTEGER;
    if (*reader->at == '-')
        reader->at++;
    if (*reader->at == '0')
        reader->at++;
    else if (!skip_digits(reader))
        return false;
    if (*reader->at == '.') {
        node->type = JNODE_REAL;
        reader->at++;
        if (!skip_digits(reader))
            return false;
    }
    if (*reader->at == 'e' || *reader->at == 'E') {
        node->type = JNODE_REAL;
        reader->at++;
        if (*reader->at == '+' || *reader->at == '-')
            reader->at++;
        if (!skip_digits(reader))
            return false;
    }
    node->len = (uint32_t)(reader->at - node->text);
    return true;
}

static bool read_word(struct reader *reader, const char *word, struct jnode *node,
                      enum jnode_type type)
{
    size_t len = strlen(word);
    if (strncmp(reader->at, word, len) != 0)
        return false;
    reader->at += len;
    node->type = type;
    return true;
}

static bool read_value(struct reader *reader, struct jnode *node);

static bool read_key(struct reader *reader, struct jnode *node)
{
    size_t len;
    skip_space(reader);
    if (*reader->at != '"')
        return false;
    node->key = read_string(reader, &len);
    if (!node->key)
        return false;
    node->key_len = (uint32_t)len;
    skip_space(reader);
    return *reader->at++ == ':';
}

/* The values of an array, or, in the reverse of their order, of an object: of two with one key
 * the later is then found first. */
static bool read_children(struct reader *reader, struct jnode *node, char close)
{
    struct jnode **last = &node->first;
    reader->at++;
    skip_space(reader);
    if (*reader->at == close) {
        reader->at++;
        return true;
    }
    if (reader->depth == JNODE_DEPTH_MAX)
        return false;
    reader->depth++;
    do {
        if (reader->count++ == JNODE_COUNT_MAX)
            return false;
        struct jnode *child = arena_alloc(reader->arena, sizeof *child);
        if ((close == '}' && !read_key(reader, child)) || !read_value(reader, child))
            return false;
        child->next = close == '}' ? node->first : NULL;
        *last = child;
        if (close == ']')
            last = &child->next;
        node->len++;
        skip_space(reader);
    } while (*reader->at++ == ',');
    reader->depth--;
    return reader->at[-1] == close;
}

static bool read_value(struct reader *reader, struct jnode *node)
{
    size_t len;
    skip_space(reader);
    switch (*reader->at) {
    case '"':
        node->type = JNODE_STRING;
        node->text = read_string(reader, &len);
        node->len = node->text ? (uint32_t)len : 0;
        return node->text != NULL;
    case '{':
        node->type = JNODE_OBJECT;
        return read_children(reader, node, '}');
    case '[':
        node->type = JNODE_ARRAY;
        return read_children(reader, node, ']');
    case 't':
        return read_word(reader, "true", node, JNODE_TRUE);
    case 'f':
        return read_word(reader, "false", node, JNODE_FALSE);
    case 'n':
        return read_word(reader, "null", node, JNODE_NULL);
    default:
        return read_number(reader, node);
    }
}

struct jnode *jnode_read(const char *bytes, size_t len, struct arena *arena)
{
    struct reader reader = {.at = arena_strndup(arena, bytes, len), .arena = arena};
    const char *end = reader.at + len;
    struct jnode *root = arena_alloc(arena, sizeof *root);
    if (!read_value(&reader, root))
        return NULL;
    skip_space(&reader);
    return reader.at == end ? root : NULL;
}

/* ---- asking ---------------------------------------------------------------------------- */

bool jnode_is(const struct jnode *node, enum jnode_type type)
{
    return node && node->type == type;
}

const struct jnode *jnode_get(const struct jnode *object, const char *key)
{
    size_t len = strlen(key);
    if (!jnode_is(object, JNODE_OBJECT))
        return NULL;
    for (const struct jnode *child = object->first; child; child = child->next)
        if (child->key_len == len && memcmp(child->key, key, len) == 0)
            return child;
    return NULL;
}

const struct jnode *jnode_first(const struct jnode *array)
{
    return jnode_is(array, JNODE_ARRAY) ? array->first : NULL;
}

const char *jnode_text(const struct jnode *node)
{
    return jnode_is(node, JNODE_STRING) ? node->text : NULL;
}

bool jnode_integer(const struct jnode *node, int64_t *ret_value)
{
    *ret_value = 0;
    if (!jnode_is(node, JNODE_INTEGER))
        return false;
    errno = 0;
    long long value = strtoll(node->text, NULL, 10);
    *ret_value = errno ? 0 : value;
    return !errno;
}

double jnode_number(const struct jnode *node)
{
    bool number = jnode_is(node, JNODE_INTEGER) || jnode_is(node, JNODE_REAL);
    return number ? strtod(node->text, NULL) : 0;
}
