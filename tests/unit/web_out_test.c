/* web_out_test.c: sends as records, records as lines, frames for pages; text stays data. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/web/web_describe.h"
#include "adapters/web/web_out.h"

#define NASTY "</script><img src=x onerror=alert(1)>\"\\\n\x01 楼宝"

static const struct send_part parts[] = {
    {.kind = SEGMENT_REPLY, .id = "12"},
    {.kind = SEGMENT_AT, .id = "孙大姐", .text = "孙大姐"},
    {.kind = SEGMENT_TEXT, .text = NASTY},
    {.kind = SEGMENT_TEXT, .text = ""},
    {.kind = SEGMENT_REPLY, .id = "not a number"},
    {.kind = SEGMENT_IMAGE,
     .text = "media:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.jpg"},
};

static void test_send(void **state)
{
    struct send send = {.id = 5,
                        .stable = "out-1/1",
                        .group = "b4",
                        .parts = parts,
                        .part_count = sizeof parts / sizeof *parts};
    struct web_record record, again;
    struct arena *arena = arena_create(1024 * 1024);
    struct buf line;
    const char *why;
    buf_init(&line, 65536);
    web_out_record(&send, &record);
    assert_int_equal(record.kind, WEB_SAY);
    assert_int_equal(record.segment_count, 4); /* what says nothing is left out */
    record.n = 17;
    record.at_ms = 1000;
    web_record_encode(&record, &line);
    assert_false(line.failed);
    assert_null(strchr(buf_text(&line), '\n')); /* one line */
    assert_int_equal(web_record_decode(line.p, line.len, &again, arena, &why), 0);
    assert_int_equal(again.n, 17);
    assert_null(again.from);
    assert_string_equal(again.stable, "out-1/1");
    assert_int_equal(again.segment_count, 4);
    assert_string_equal(again.segments[2].text, NASTY);
    assert_int_equal(again.segments[3].kind, SEGMENT_IMAGE);
    buf_finish(&line);
    arena_destroy(&arena);
}

static void test_reaction(void **state)
{
    struct send send = {.stable = "out-2/1", .reaction = "👌", .about = "12"};
    struct web_record record;
    struct buf line;
    web_out_record(&send, &record);
    record.n = 1;
    buf_init(&line, 1000);
    web_record_encode(&record, &line);
    assert_string_equal(buf_text(&line), "{\"n\":1,\"at\":0,\"kind\":\"react\",\"stable\":"
                                         "\"out-2/1\",\"to\":\"12\",\"emoji\":\"👌\"}");
    buf_finish(&line);
}

static json_t *frame_json(struct buf *frame)
{
    json_t *json = json_loads(buf_text(frame), JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        fail_msg("no JSON: %s", buf_text(frame));
    buf_clear(frame);
    return json;
}

static void expect(json_t *json, const char *key, const char *value)
{
    assert_string_equal(json_string_value(json_object_get(json, key)), value);
}

static void test_frames(void **state)
{
    struct buf frame;
    buf_init(&frame, 65536);
    web_out_frame_record(NASTY, "{\"n\":1}", &frame);
    json_t *json = frame_json(&frame);
    expect(json, "op", "record");
    expect(json, "room", NASTY);
    json_decref(json);
    web_out_frame_news("b4", &frame);
    json_decref(frame_json(&frame));
    web_out_frame_said("c-1", 18446744073709551615u, &frame);
    json_decref(json_loads(buf_text(&frame), 0, NULL));
    buf_clear(&frame);
    web_out_frame_error(NULL, NASTY, &frame);
    json = frame_json(&frame);
    expect(json, "why", NASTY);
    assert_null(json_object_get(json, "client"));
    json_decref(json);
    web_out_frame_events("b4", "[{\"id\":1}]", &frame);
    json = frame_json(&frame);
    assert_int_equal(json_array_size(json_object_get(json, "events")), 1);
    json_decref(json);
    web_out_frame_hello("楼宝", true, "[]", &frame);
    json = frame_json(&frame);
    expect(json, "bot", "楼宝");
    assert_true(json_is_true(json_object_get(json, "demo")));
    json_decref(json);
    buf_finish(&frame);
}

static void test_records_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{\"n\":0,\"at\":1,\"kind\":\"say\",\"parts\":[{\"text\":\"x\"}]}",
        "{\"n\":1,\"at\":-1,\"kind\":\"say\",\"parts\":[{\"text\":\"x\"}]}",
        "{\"n\":1,\"at\":1,\"kind\":\"shout\",\"parts\":[{\"text\":\"x\"}]}",
        "{\"n\":1,\"at\":1,\"kind\":\"say\"}",
        "{\"n\":1,\"at\":1,\"kind\":\"react\",\"to\":\"1\"}",
        "{\"n\":1,\"at\":1,\"kind\":\"recall\"}",
        "{\"n\":1,\"at\":1,\"kind\":\"say\",\"parts\":[{\"te"};
    struct arena *arena = arena_create(1024 * 1024);
    struct web_record record;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = NULL;
        if (!web_record_decode(bad[i], strlen(bad[i]), &record, arena, &why) || !why)
            fail_msg("taken: %s", bad[i]);
    }
    arena_destroy(&arena);
}

static void count_group(void *arg, const char *name)
{
    ++*(int *)arg;
    assert_string_not_equal(name, "dm");
}

static void test_describe(void **state)
{
    const char *json = "[{\"bot\":\"楼宝\",\"demo\":true,\"groups\":[{\"name\":\"b4\",\"kind\":"
                       "\"building\"},{\"name\":\"dm\",\"kind\":\"direct\"},{\"name\":3}]}]";
    bool demo = false;
    int groups = 0;
    char *bot = web_describe_bot(json, &demo);
    assert_string_equal(bot, "楼宝");
    assert_true(demo);
    free(bot);
    web_describe_groups(json, count_group, &groups);
    assert_int_equal(groups, 1);
    assert_null(web_describe_bot("[]", &demo));
    assert_false(demo);
    assert_null(web_describe_bot("nonsense", &demo));
    web_describe_groups("nonsense", count_group, &groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_send), cmocka_unit_test(test_reaction),
        cmocka_unit_test(test_frames), cmocka_unit_test(test_records_refused),
        cmocka_unit_test(test_describe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
