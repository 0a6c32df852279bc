/* jnode_test.c: JSON as it is read at every chat line. That it is what jansson reads is held by
 * tests/fuzz/jnode_fuzz.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/jnode.h"
#include "host/mem.h"

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_create(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    return 0;
}

static const struct jnode *read(const char *text)
{
    return jnode_read(text, strlen(text), arena);
}

static void values_are_found(void **state)
{
    const struct jnode *root =
        read(" {\"a\":1,\"list\":[true,false,null,\"x\",{\"b\":-2.5e1}],\"\":{},\"e\":[ ]} ");
    int64_t number;
    assert_true(jnode_is(root, JNODE_OBJECT));
    assert_int_equal(root->len, 4);
    assert_true(jnode_integer(jnode_get(root, "a"), &number));
    assert_int_equal(number, 1);
    const struct jnode *list = jnode_get(root, "list"), *item = jnode_first(list);
    static const enum jnode_type types[] = {JNODE_TRUE, JNODE_FALSE, JNODE_NULL, JNODE_STRING,
                                            JNODE_OBJECT};
    assert_int_equal(list->len, 5);
    for (size_t i = 0; i < 5; i++, item = item->next) {
        assert_int_equal(item->type, types[i]);
        if (i == 4)
            assert_true(jnode_number(jnode_get(item, "b")) == -25);
    }
    assert_null(item);
    assert_true(jnode_is(jnode_get(root, ""), JNODE_OBJECT));
    assert_null(jnode_first(jnode_get(root, "e")));
    assert_null(jnode_get(root, "b"));
}

static void asking_what_is_not_there_is_harmless(void **state)
{
    int64_t number = 7;
    assert_null(jnode_get(NULL, "a"));
    assert_null(jnode_get(read("[1]"), "a"));
    assert_null(jnode_first(NULL));
    assert_null(jnode_first(read("{\"a\":1}")));
    assert_null(jnode_text(read("1")));
    assert_false(jnode_integer(read("1.0"), &number));
    assert_int_equal(number, 0);
    assert_true(jnode_number(read("\"1\"")) == 0);
}

static void the_later_of_two_counts(void **state)
{
    assert_string_equal(jnode_text(jnode_get(read("{\"a\":\"1\",\"a\":\"2\"}"), "a")), "2");
}

static void integers_stay_whole(void **state)
{
    int64_t number;
    assert_true(jnode_integer(read("9223372036854775807"), &number));
    assert_true(number == INT64_MAX);
    assert_true(jnode_integer(read("-9223372036854775808"), &number));
    assert_true(number == INT64_MIN);
    assert_false(jnode_integer(read("9223372036854775808"), &number));
    assert_true(isinf(jnode_number(read("1e999"))));
}

static void strings_are_decoded(void **state)
{
    static const char *const texts[][2] = {
        {"\"\"", ""},
        {"\"灯不亮😀\"", "灯不亮😀"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"a\\u706Fb\\u00e9\\u0041\"", "a灯bé"
                                        "A"},
        {"\"\\ud83d\\ude00!\"", "😀!"},
        {"\"\\ud83d\"", "\xEF\xBF\xBD"},
        {"\"\\ud83dx\\ude00\"", "\xEF\xBF\xBDx\xEF\xBF\xBD"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD😀"},
        {"\"\\\\ud83d\"", "\\ud83d"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct jnode *node = read(texts[i][0]);
        assert_string_equal(jnode_text(node), texts[i][1]);
        assert_int_equal(node->len, strlen(jnode_text(node)));
    }
    const struct jnode *nul = read("\"a\\u0000b\"");
    assert_int_equal(nul->len, 3);
    assert_memory_equal(nul->text, "a\0b", 4);
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const texts[] = {
        "",         " ",       "{",         "}",           "[",
        "]",        "[1",      "[1,",       "[1,]",        "[,1]",
        "[1 2]",    "{\"a\"}", "{\"a\":}",  "{a:1}",       "{\"a\":1,}",
        "{\"a\"",   "{\"a",    "{\"a\":1",  "[1}",         "{\"a\":1]",
        "1 1",      "{} {}",   "nul",       "truex",       "TRUE",
        "01",       "-",       "-01",       "+1",          ".5",
        "1.",       "1.e1",    "1e",        "1e+",         "0x1",
        "NaN",      "\"",      "\"a",       "\"\\\"",      "\"\n\"",
        "\"\x1f\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\",
        "\"\\u",    "'a'",     "[1]x",      "/**/1",       "\xEF\xBB\xBF{}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (read(texts[i]))
            fail_msg("%s was read", texts[i]);
    assert_null(jnode_read("[1]\0", 4, arena));
    assert_null(jnode_read("\"a\0b\"", 5, arena));
}

static void depth_is_capped(void **state)
{
    char text[2 * JNODE_DEPTH_MAX + 4] = "";
    memset(text, '[', JNODE_DEPTH_MAX);
    memset(text + JNODE_DEPTH_MAX, ']', JNODE_DEPTH_MAX);
    assert_non_null(read(text));
    memset(text, '[', JNODE_DEPTH_MAX + 2);
    memset(text + JNODE_DEPTH_MAX + 2, ']', JNODE_DEPTH_MAX + 2);
    text[2 * JNODE_DEPTH_MAX + 3] = '\0';
    assert_null(read(text));
}

/* "[0,0,…]" with so many values, in an arena that has just the room. */
static bool takes(size_t count)
{
    size_t len = 2 * count + 1;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = ",0"[i % 2];
    text[0] = '[';
    text[len - 1] = ']';
    struct arena *just = arena_create(JNODE_ARENA(len));
    bool taken = jnode_read(text, len, just) != NULL;
    arena_destroy(&just);
    free(text);
    return taken;
}

static void count_is_capped(void **state)
{
    assert_true(takes(JNODE_COUNT_MAX));
    assert_false(takes(JNODE_COUNT_MAX + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_are_found, setup, teardown),
        cmocka_unit_test_setup_teardown(asking_what_is_not_there_is_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(the_later_of_two_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(integers_stay_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_are_decoded, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_json_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_is_capped, setup, teardown),
        cmocka_unit_test_setup_teardown(count_is_capped, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
