/* web_in_test.c: what pages send, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/web/web_in.h"

static struct arena *arena;
static struct web_in in;
static const char *why;

static int setup(void **state)
{
    arena = arena_create(16 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    return 0;
}

static int parse(const char *text)
{
    why = NULL;
    return web_in_parse(text, strlen(text), &in, arena, &why);
}

static void refused(const char *text)
{
    if (parse(text) != ERR_INVALID || !why)
        fail_msg("taken: %.200s", text);
}

#define CLIENT "\"client\":\"c-12345678\""

static void test_enter(void **state)
{
    assert_int_equal(parse("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\"孙大姐\",\"after\":7}"),
                     0);
    assert_int_equal(in.op, WEB_OP_ENTER);
    assert_string_equal(in.room, "b4");
    assert_string_equal(in.as, "孙大姐");
    assert_int_equal(in.after, 7);
    assert_int_equal(parse("{\"op\":\"enter\",\"room\":\"dm\",\"as\":\"x\",\"after\":-1}"), 0);
    assert_int_equal(in.after, 0);
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\"\"}");
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\"a\\nb\"}");
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\"dm:x\"}");
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\" x\"}");
    refused("{\"op\":\"enter\",\"room\":4,\"as\":\"x\"}");
    refused("{\"op\":\"enter\",\"as\":\"x\"}");
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":"
            "\"123456789012345678901234567890123456789012345678901234567890x\"}");
}

static void test_say(void **state)
{
    assert_int_equal(
        parse("{\"op\":\"say\"," CLIENT ",\"parts\":[{\"reply\":\"12\"},"
              "{\"at\":\"楼宝\"},{\"text\":\"灯 <b>不亮</b>\"},{\"image\":\"media:"
              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.png\"}]}"),
        0);
    const struct web_record *r = &in.record;
    assert_int_equal(in.op, WEB_OP_RECORD);
    assert_int_equal(r->kind, WEB_SAY);
    assert_string_equal(r->client, "c-12345678");
    assert_int_equal(r->segment_count, 4);
    assert_int_equal(r->segments[0].kind, SEGMENT_REPLY);
    assert_string_equal(r->segments[0].id, "12");
    assert_int_equal(r->segments[1].kind, SEGMENT_AT);
    assert_string_equal(r->segments[1].id, "楼宝");
    assert_string_equal(r->segments[1].text, "楼宝");
    assert_string_equal(r->segments[2].text, "灯 <b>不亮</b>");
    assert_int_equal(r->segments[3].kind, SEGMENT_IMAGE);
}

static void test_bad_parts(void **state)
{
    static const char *const parts[] = {
        "{}",
        "[]",
        "\"text\"",
        "[{}]",
        "[1]",
        "[[]]",
        "[{\"text\":\"\"}]",
        "[{\"text\":5}]",
        "[{\"text\":\"a\\u0000b\"}]",
        "[{\"reply\":\"x\"}]",
        "[{\"reply\":\"1234567890123456789\"}]",
        "[{\"image\":\"http://x/y.jpg\"}]",
        "[{\"image\":\"media:../../etc/passwd\"}]",
        "[{\"image\":\"media:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde."
        "png\"}]",
        "[{\"at\":null}]",
        "[{\"text\":\"ok\"},null]"};
    char text[400];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(text, sizeof text, "{\"op\":\"say\"," CLIENT ",\"parts\":%s}", parts[i]);
        refused(text);
    }
    refused("{\"op\":\"say\"," CLIENT "}");
    refused("{\"op\":\"say\",\"client\":\"short\",\"parts\":[{\"text\":\"x\"}]}");
    refused("{\"op\":\"say\",\"client\":\"c-1234 678\",\"parts\":[{\"text\":\"x\"}]}");
    refused("{\"op\":\"say\",\"parts\":[{\"text\":\"x\"}]}");
}

static void test_react_and_recall(void **state)
{
    assert_int_equal(parse("{\"op\":\"react\"," CLIENT ",\"to\":\"12\",\"emoji\":\"👍\"}"), 0);
    assert_int_equal(in.record.kind, WEB_REACT);
    assert_string_equal(in.record.emoji, "👍");
    assert_int_equal(parse("{\"op\":\"recall\"," CLIENT ",\"to\":\"12\"}"), 0);
    assert_int_equal(in.record.kind, WEB_RECALL);
    refused("{\"op\":\"react\"," CLIENT ",\"to\":\"12\",\"emoji\":\"\"}");
    refused("{\"op\":\"react\"," CLIENT ",\"to\":\"12\"}");
    refused("{\"op\":\"react\"," CLIENT ",\"to\":12,\"emoji\":\"x\"}");
    refused("{\"op\":\"recall\"," CLIENT ",\"to\":\"-1\"}");
    refused("{\"op\":\"recall\"," CLIENT "}");
}

static void test_rubbish(void **state)
{
    refused("");
    refused("{");
    refused("null");
    refused("[]");
    refused("7");
    refused("\"op\"");
    refused("{\"op\":null}");
    refused("{\"op\":\"drop\"}");
    refused("{\"op\":\"events\",\"op\":\"say\"}");
    refused("{\"op\":\"events\"} trailing");
    refused("{\"op\":\"say\xff\"}");
    refused("{\"op\":\"enter\",\"room\":\"b4\",\"as\":\"\xc0\xaf\"}");
    assert_int_equal(web_in_parse("{\"op\":\0\"events\"}", 16, &in, arena, &why), ERR_INVALID);
    assert_int_equal(parse("{\"op\":\"events\"}"), 0);
}

static void test_size_and_depth(void **state)
{
    size_t size = 10 * 1024 * 1024;
    char *big = malloc(size + 1);
    memset(big, '[', size);
    big[size] = '\0';
    refused(big);
    big[WEB_FRAME_MAX - 1] = '\0'; /* deep, and short enough to be looked at */
    refused(big);
    memset(big, ' ', size);
    refused(big);
    free(big);
    /* the longest text, and one byte more */
    char *text = malloc(MESSAGE_TEXT_MAX + 200), *end;
    end = text + sprintf(text, "{\"op\":\"say\"," CLIENT ",\"parts\":[{\"text\":\"");
    memset(end, 'x', MESSAGE_TEXT_MAX);
    strcpy(end + MESSAGE_TEXT_MAX, "\"}]}");
    assert_int_equal(parse(text), 0);
    strcpy(end + MESSAGE_TEXT_MAX, "\"},{\"text\":\"y\"}]}");
    refused(text);
    free(text);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {WITH(test_enter),     WITH(test_say),
                                       WITH(test_bad_parts), WITH(test_react_and_recall),
                                       WITH(test_rubbish),   WITH(test_size_and_depth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
