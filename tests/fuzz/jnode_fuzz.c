/* jnode_fuzz.c: the reader of JSON beside jansson: both take the same texts, but for the three
 * things that jnode.h names, and read the same values in them. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/jnode.h"
#include "host/mem.h"
#include "host/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void compare(const json_t *want, const struct jnode *have)
{
    int64_t integer;
    size_t i;
    const char *key;
    json_t *value;
    const struct jnode *child = jnode_first(have);
    switch (json_typeof(want)) {
    case JSON_OBJECT:
        check(jnode_is(have, JNODE_OBJECT) && have->len >= json_object_size(want));
        json_object_foreach((json_t *)want, key, value) compare(value, jnode_get(have, key));
        return;
    case JSON_ARRAY:
        check(jnode_is(have, JNODE_ARRAY) && have->len == json_array_size(want));
        json_array_foreach(want, i, value)
        {
            compare(value, child);
            child = child->next;
        }
        return;
    case JSON_STRING:
        check(jnode_is(have, JNODE_STRING) && have->len == json_string_length(want));
        check(memcmp(have->text, json_string_value(want), have->len + 1) == 0);
        return;
    case JSON_INTEGER:
        check(jnode_integer(have, &integer) && integer == json_integer_value(want));
        return;
    case JSON_REAL:
        check(jnode_is(have, JNODE_REAL) && jnode_number(have) == json_real_value(want));
        return;
    default:
        check(jnode_is(have, json_is_true(want)    ? JNODE_TRUE
                             : json_is_false(want) ? JNODE_FALSE
                                                   : JNODE_NULL));
    }
}

static bool has_surrogate(const char *text, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i++)
        if (memcmp(text + i, "\\u", 2) == 0 && (text[i + 2] | 32) == 'd')
            return true;
    return false;
}

/* jansson refuses the whole text where jnode may go on. */
static bool may_differ(const json_error_t *error, const char *text, size_t len)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
           has_surrogate(text, len);
}

static size_t depth_of(const char *text, size_t len)
{
    size_t most = 0;
    for (size_t i = 0; i < len; i++)
        most += text[i] == '[' || text[i] == '{';
    return most;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    json_error_t error;
    struct arena *arena = arena_create(JNODE_ARENA(len));
    bool utf8 = text_is_utf8(text, len);
    json_t *want = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    const struct jnode *have = jnode_read(text, len, arena);
    if (memchr(text, 0, len)) /* jansson reads over one behind a number */
        check(!have);
    else if (want && have)
        compare(want, have);
    else if (want)
        check(depth_of(text, len) > JNODE_DEPTH_MAX);
    else if (have)
        check(!utf8 || may_differ(&error, text, len));
    json_decref(want);
    arena_destroy(&arena);
    return 0;
}
