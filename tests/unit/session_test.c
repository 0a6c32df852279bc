/* session_test.c: questions of one person, and the stored form that the commit rewrites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "event/session.h"
#include "host/buf.h"
#include "host/mem.h"

static struct question question(const char *kind, uint32_t event, int64_t expires_ms)
{
    return (struct question){.handler = "verify",
                             .kind = kind,
                             .event = event,
                             .asked_ms = 1,
                             .expires_ms = expires_ms};
}

static void a_fifth_question_pushes_the_oldest_out(void **state)
{
    struct session session = {0};
    for (uint32_t i = 1; i <= 5; i++) {
        struct question q = question("confirm", i, 100);
        session_ask(&session, &q);
    }
    assert_int_equal(session.question_count, 4);
    assert_int_equal(session.questions[0].event, 2);
    assert_int_equal(session.questions[3].event, 5);
    assert_true(session.dirty);
}

static void asking_again_replaces(void **state)
{
    struct session session = {0};
    struct question first = question("confirm", 7, 100), again = question("confirm", 7, 200);
    session_ask(&session, &first);
    session_ask(&session, &again);
    assert_int_equal(session.question_count, 1);
    assert_int_equal(session.questions[0].expires_ms, 200);
}

static void what_is_over_is_dropped(void **state)
{
    struct session session = {
        .half = "4号楼", .half_until_ms = 50, .last_report = 3, .last_report_until_ms = 90};
    struct question early = question("unit", 1, 40), late = question("rate", 1, 400);
    session_ask(&session, &early);
    session_ask(&session, &late);
    session_expire(&session, 49);
    assert_non_null(session.half);
    assert_int_equal(session.question_count, 1);
    session_expire(&session, 50);
    assert_null(session.half);
    assert_int_equal(session.last_report, 3);
    session_expire(&session, 90);
    assert_int_equal(session.last_report, 0);
    assert_string_equal(session.questions[0].kind, "rate");
    assert_false(session_is_empty(&session));
    session_close(&session, 0);
    assert_true(session_is_empty(&session));
}

static void round_trip(void **state)
{
    struct session in = {.half = "灯 \"坏\"了\n",
                         .half_from_ms = 1700000000000,
                         .half_until_ms = 1700000030000,
                         .half_message = "m\\1",
                         .last_report = 12,
                         .last_report_until_ms = 1700000060000,
                         .last_ping = 9};
    struct question q = question("which", 0, 1700000600000);
    q.choices[0] = "12";
    q.choices[1] = "14";
    q.choice_count = 2;
    session_ask(&in, &q);
    struct buf out;
    buf_init(&out, 4096);
    session_encode(&in, &out);
    struct arena *arena = arena_create(1 << 16);
    struct session back = {0};
    assert_int_equal(session_decode(&back, buf_text(&out), arena), 0);
    assert_string_equal(back.half, in.half);
    assert_string_equal(back.half_message, in.half_message);
    assert_int_equal(back.half_until_ms, in.half_until_ms);
    assert_int_equal(back.last_report, 12);
    assert_int_equal(back.last_ping, 9);
    assert_int_equal(back.question_count, 1);
    assert_string_equal(back.questions[0].choices[1], "14");
    assert_int_equal(back.questions[0].expires_ms, q.expires_ms);
    arena_destroy(&arena);
    buf_finish(&out);
}

static size_t occurrences(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *p = text; (p = strstr(p, what)); p++)
        count++;
    return count;
}

static void only_refs_look_like_refs(void **state)
{
    struct session in = {.half = "#1", .last_report_ref = 1, .last_ping_ref = 2};
    struct question q = question("unit", 0, 9);
    q.event_ref = 1;
    q.choices[0] = "#2";
    q.choice_count = 1;
    session_ask(&in, &q);
    struct buf out;
    buf_init(&out, 4096);
    session_encode(&in, &out);
    assert_int_equal(occurrences(buf_text(&out), "\"#1\""), 2);
    assert_int_equal(occurrences(buf_text(&out), "\"#2\""), 1);
    struct arena *arena = arena_create(1 << 16);
    struct session back = {0};
    assert_int_equal(session_decode(&back, buf_text(&out), arena), 0);
    assert_string_equal(back.half, "#1");
    assert_string_equal(back.questions[0].choices[0], "#2");
    assert_int_equal(back.questions[0].event_ref, 1);
    assert_int_equal(back.last_ping_ref, 2);
    assert_int_equal(session_decode(&back, "{\"report\":\"126\",\"ping\":7}", arena), 0);
    assert_int_equal(back.last_report, 126);
    assert_int_equal(back.last_ping, 7);
    assert_int_equal(back.question_count, 0);
    arena_destroy(&arena);
    buf_finish(&out);
}

static void rubbish_is_refused(void **state)
{
    struct arena *arena = arena_create(1 << 16);
    struct session back = {0};
    static const char *const bad[] = {"", "[]", "{", "null", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(session_decode(&back, bad[i], arena), 0);
    assert_int_equal(session_decode(&back, "{\"questions\":[1,{}],\"half\":3}", arena), 0);
    assert_int_equal(back.question_count, 0);
    assert_null(back.half);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fifth_question_pushes_the_oldest_out),
        cmocka_unit_test(asking_again_replaces),
        cmocka_unit_test(what_is_over_is_dropped),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(only_refs_look_like_refs),
        cmocka_unit_test(rubbish_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
