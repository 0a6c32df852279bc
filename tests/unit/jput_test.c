/* jput.c: what it writes is JSON, and reads as what was put in (jansson is the judge). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "host/buf.h"
#include "host/jput.h"

static json_t *read_back(struct buf *out)
{
    json_t *json = json_loads(buf_text(out), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    buf_finish(out);
    return json;
}

static void values_are_separated(void **state)
{
    struct buf out;
    buf_init(&out, 10000);
    buf_puts(&out, "12|"); /* sessions stand behind their events */
    jput_open(&out, '{');
    jput_member_text(&out, "a", "x");
    jput_member_integer(&out, "b", -5);
    jput_key(&out, "c");
    jput_open(&out, '[');
    jput_integer(&out, 0);
    jput_text(&out, "");
    jput_bare(&out, "true");
    jput_open(&out, '[');
    jput_close(&out, ']');
    jput_open(&out, '{');
    jput_close(&out, '}');
    jput_close(&out, ']');
    jput_member_text(&out, "none", NULL);
    jput_member_integer(&out, "zero", 0);
    jput_close(&out, '}');
    assert_string_equal(buf_text(&out), "12|{\"a\":\"x\",\"b\":-5,\"c\":[0,\"\",true,[],{}]}");
    buf_finish(&out);
}

static void every_byte_comes_back(void **state)
{
    char text[300] = "灯\"不\\亮😀,[{:";
    size_t len = strlen(text);
    for (int c = 1; c < 128; c++)
        text[len++] = (char)c;
    text[len] = '\0';
    struct buf out;
    buf_init(&out, 10000);
    jput_open(&out, '[');
    jput_text(&out, text);
    jput_text(&out, text);
    jput_close(&out, ']');
    assert_null(strchr(buf_text(&out), '#'));
    json_t *json = read_back(&out);
    assert_int_equal(json_array_size(json), 2);
    assert_string_equal(json_string_value(json_array_get(json, 1)), text);
    json_decref(json);
}

static void numbers_come_back(void **state)
{
    static const int64_t numbers[] = {0, 1, -1, 10, INT64_MAX, INT64_MIN, 1795514589693};
    struct buf out;
    buf_init(&out, 10000);
    jput_open(&out, '[');
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        jput_integer(&out, numbers[i]);
    jput_close(&out, ']');
    json_t *json = read_back(&out);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_true(json_integer_value(json_array_get(json, i)) == numbers[i]);
    json_decref(json);
}

static void what_is_not_utf8_is_left_out(void **state)
{
    struct buf out;
    buf_init(&out, 10000);
    jput_open(&out, '{');
    jput_member_text(&out, "a", "\xff\xfe");
    jput_key(&out, "b");
    jput_text(&out, "\xc3");
    jput_close(&out, '}');
    assert_string_equal(buf_text(&out), "{\"b\":null}");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_separated),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(what_is_not_utf8_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
