/* The platform that a script plays on: what is delivered, read back, posted, quoted. Both
 * codecs of its link are run against each other: what the adapter writes the platform reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/play/play.h"
#include "cli/play_platform.h"
#include "cli/play_script.h"
#include "cli/play_wire.h"
#include "host/buf.h"
#include "host/conf.h"
#include "host/err.h"
#include "host/mem.h"

static struct play_platform *platform;
static struct arena *arena;
static struct faults *faults;
static struct buf out, said;

static void on_said(void *arg, const char *group, const char *person, const char *text)
{
    buf_clear(&said);
    buf_printf(&said, "%s|%s|%s", group, person ? person : "", text);
}

static int setup(void **state)
{
    platform = play_platform_create("楼宝", on_said, NULL);
    arena = arena_create(16 << 20);
    faults = faults_create();
    buf_init(&out, 1 << 20);
    buf_init(&said, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    play_platform_destroy(&platform);
    arena_destroy(&arena);
    faults_destroy(&faults);
    buf_finish(&out);
    buf_finish(&said);
    return 0;
}

/* Plays one line of a script; what comes to the daemon is in `out`. */
static int play(const char *text, int64_t now_ms, bool up)
{
    const char *why;
    struct play_line *line = play_script_parse("x", text, strlen(text), arena, faults);
    assert_int_equal(faults_count(faults), 0);
    buf_clear(&out);
    return play_platform_do(platform, line, now_ms, up ? &out : NULL, &why);
}

/* The next line that the daemon would read. */
static struct play_in next(void)
{
    struct play_in in;
    const char *why;
    char *end = memchr(buf_text(&out), '\n', out.len);
    assert_non_null(end);
    assert_int_equal(play_in_parse(out.p, (size_t)(end - out.p), &in, arena, &why), 0);
    buf_drop(&out, (size_t)(end - out.p) + 1);
    return in;
}

/* The daemon posts one text (or reacts), quoting `reply`, mentioning `at`. */
static void post(const char *stable, const char *group, bool direct, const char *reply,
                 const char *at, const char *text, const char *reaction)
{
    struct send_part parts[3];
    size_t count = 0;
    if (reply)
        parts[count++] = (struct send_part){SEGMENT_REPLY, NULL, reply};
    if (at)
        parts[count++] = (struct send_part){SEGMENT_AT, at, at};
    if (text)
        parts[count++] = (struct send_part){SEGMENT_TEXT, text, NULL};
    const uint32_t events[] = {7};
    struct send send = {.id = 5,
                        .stable = stable,
                        .group = group,
                        .direct = direct,
                        .reaction = reaction,
                        .parts = parts,
                        .part_count = count,
                        .events = events,
                        .event_count = 1};
    struct buf line;
    buf_init(&line, 1 << 20);
    play_out_send(&send, &line);
    buf_clear(&out);
    assert_int_equal(play_platform_line(platform, line.p, line.len, &out), 0);
    buf_finish(&line);
}

static void take(uint64_t token)
{
    struct buf line;
    buf_init(&line, 1000);
    play_out_taken(token, &line);
    assert_int_equal(play_platform_line(platform, line.p, line.len, &out), 0);
    buf_finish(&line);
}

static void test_message(void **state)
{
    assert_int_equal(play("b4 孙大姐> [photo] [at] [bot] 灯\"不亮\"\\n", 1000, true), 0);
    struct play_in in = next();
    assert_int_equal(in.kind, PLAY_IN_INPUT);
    assert_int_equal(in.input.kind, INPUT_MESSAGE);
    assert_string_equal(in.input.group, "b4");
    assert_string_equal(in.input.user, "孙大姐");
    assert_true(in.input.from_bot && !in.input.direct && !in.input.backfilled);
    assert_int_equal(in.input.time_ms, 1000);
    assert_int_equal(in.input.segment_count, 3);
    assert_true(in.segments[0].kind == SEGMENT_AT && in.segments[0].self);
    assert_string_equal(in.segments[1].text, "灯\"不亮\"\\n");
    assert_int_equal(in.segments[2].kind, SEGMENT_IMAGE);
    assert_int_equal(play_platform_delivered(platform), 1);
    take(in.input.token);
    assert_int_equal(play_platform_delivered(platform), 0);
}

static void test_again_and_recall(void **state)
{
    assert_int_equal(play("b4 a> [again]", 1, true), ERR_NOT_FOUND);
    assert_int_equal(play("b4 a<<", 1, true), ERR_NOT_FOUND);
    play("b4 a> one", 1000, true);
    struct play_in first = next();
    assert_int_equal(play("b4 a> [again]", 2000, true), 0);
    struct play_in again = next();
    assert_string_equal(again.input.message, first.input.message);
    assert_int_equal(again.input.time_ms, 1000);
    assert_string_equal(again.segments[0].text, "one");
    play("b4 a> two", 3000, true);
    struct play_in second = next();
    play("b4 a<<", 4000, true);
    struct play_in recall = next();
    assert_int_equal(recall.input.kind, INPUT_RECALL);
    assert_string_equal(recall.input.message, second.input.message);
    play("b4 a<<", 5000, true);
    assert_string_equal(next().input.message, first.input.message);
    assert_int_equal(play("b4 a<<", 6000, true), ERR_NOT_FOUND);
    assert_int_equal(play("b5 a> [again]", 6000, true), ERR_NOT_FOUND);
}

static void test_posts(void **state)
{
    play("b4 孙大姐> 灯不亮", 1000, true);
    struct play_in in = next();
    post("1/1", "b4", false, in.input.message, "物业1", "收到 #7\n", NULL);
    assert_string_equal(buf_text(&said), "b4||[reply 孙大姐] @物业1 收到 #7");
    struct play_in sent = next();
    assert_int_equal(sent.kind, PLAY_IN_SENT);
    assert_int_equal(sent.send, 5);
    post("2/1", "b4", false, sent.message, NULL, "好", NULL);
    assert_string_equal(buf_text(&said), "b4||[reply 楼宝] 好");
    post("3/1", "孙大姐", true, NULL, NULL, "私聊", NULL);
    assert_string_equal(buf_text(&said), "dm|孙大姐|私聊");
    post("4/1", "b4", false, NULL, NULL, NULL, "👍");
    assert_string_equal(buf_text(&said), "b4||[react 👍]");
    buf_clear(&said);
    post("1/1", "b4", false, NULL, NULL, "收到 #7", NULL);
    assert_string_equal(buf_text(&said), ""); /* the key is known */
    assert_string_equal(next().message, sent.message);
    assert_int_equal(play_platform_repeats(platform), 1);
}

static void test_quotes(void **state)
{
    assert_int_equal(play("b4 a> [reply] x", 1, true), ERR_NOT_FOUND);
    post("1/1", "b4", false, NULL, NULL, "ack #7", NULL);
    const char *seven = next().message;
    post("2/1", "b4", false, NULL, NULL, "ack #71", NULL);
    const char *other = next().message;
    post("3/1", "b4", false, NULL, NULL, NULL, "👍");
    play("b4 a> [reply] x", 2, true);
    assert_string_equal(next().segments[0].id, other); /* a reaction cannot be quoted */
    play("b4 a> [reply #7] x", 3, true);
    assert_string_equal(next().segments[0].id, seven);
    play("b4 a> [reply #71] [react 👍]", 4, true);
    struct play_in in = next();
    assert_int_equal(in.input.kind, INPUT_REACTION);
    assert_string_equal(in.input.message, other);
    assert_string_equal(in.input.value, "👍");
    assert_int_equal(in.input.segment_count, 0);
    assert_int_equal(play("b4 a> [reply #8] x", 5, true), ERR_NOT_FOUND);
    assert_int_equal(play("work a> [reply] x", 5, true), ERR_NOT_FOUND);
}

static void test_read_back(void **state)
{
    play("b4 a> one", 1000, true);
    take(next().input.token);
    play("b4 a> two", 2000, true); /* delivered, lost with the daemon */
    play("b4 a> three", 3000, false);
    play("dm a> four", 3000, false);
    play_platform_lost(platform);
    assert_int_equal(play_platform_waiting(platform), 3);
    struct buf line;
    buf_init(&line, 1000);
    play_out_backfill("b4", 1000, &line);
    buf_clear(&out);
    assert_int_equal(play_platform_line(platform, line.p, line.len, &out), 0);
    buf_finish(&line);
    const char *texts[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        struct play_in in = next();
        assert_true(in.input.backfilled);
        assert_string_equal(in.segments[0].text, texts[i]);
    }
    struct play_in end = next();
    assert_int_equal(end.kind, PLAY_IN_BACKFILLED);
    assert_string_equal(end.group, "b4");
    assert_int_equal(out.len, 0);
    play_platform_push_direct(platform, &out);
    struct play_in direct = next();
    assert_true(direct.input.direct);
    assert_string_equal(direct.input.group, "a");
    assert_int_equal(play_platform_waiting(platform), 0);
}

static void test_broken_lines(void **state)
{
    static const char *const broken[] = {
        "",
        "[]",
        "{",
        "{\"type\":\"bye\"}",
        "{\"type\":\"message\",\"group\":\"b4\",\"user\":\"a\"}",
        "{\"type\":\"message\",\"group\":\"b4\",\"user\":\"a\",\"id\":\"1\","
        "\"segments\":[{\"kind\":\"x\"}]}",
        "{\"type\":\"reaction\",\"group\":\"b4\",\"user\":\"a\",\"id\":\"1\"}",
        "{\"type\":\"sent\"}",
        "{\"type\":\"taken\",\"token\":99}",
        "{\"type\":\"send\",\"group\":\"b4\"}",
        "{\"type\":\"backfill\"}",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct play_in in;
        const char *why;
        size_t len = strlen(broken[i]);
        assert_int_equal(play_in_parse(broken[i], len, &in, arena, &why), ERR_INVALID);
        assert_int_equal(play_platform_line(platform, broken[i], len, &out), ERR_INVALID);
    }
}

static void test_control(void **state)
{
    struct buf line;
    buf_init(&line, 1000);
    struct play_request asked = {.what = PLAY_DO_CODE,
                                 .to_ms = 5,
                                 .id = 6,
                                 .open = true,
                                 .args = {"K7M4-PX2D", "楼长"},
                                 .arg_count = 2};
    struct play_request heard;
    play_request_write(&asked, &line);
    assert_int_equal(play_request_parse(line.p, line.len, &heard, arena), 0);
    assert_int_equal(heard.what, PLAY_DO_CODE);
    assert_true(heard.to_ms == 5 && heard.id == 6 && heard.open && heard.arg_count == 2);
    assert_string_equal(heard.args[1], "楼长");
    assert_int_equal(play_request_parse("{\"do\":\"x\"}", 10, &heard, arena), ERR_INVALID);
    struct play_answer said_back, told = {.due_ms = INT64_MAX, .number = 3, .json = "{}"};
    buf_clear(&line);
    play_answer_write(&told, &line);
    assert_int_equal(play_answer_parse(line.p, line.len, &said_back, arena), 0);
    assert_true(said_back.due_ms == INT64_MAX && said_back.number == 3 && !said_back.error);
    assert_string_equal(said_back.json, "{}");
    buf_finish(&line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_message), TEST(test_again_and_recall), TEST(test_posts),
        TEST(test_quotes),  TEST(test_read_back),        TEST(test_broken_lines),
        TEST(test_control),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
