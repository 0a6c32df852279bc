/* wording_test.c: places and moments in words, terms, and the templates that are shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "host/conf.h"
#include "words/wording.h"

static struct wording *wording;

static int setup(void **state)
{
    struct faults *faults = faults_create();
    wording = wording_create(NULL, NULL, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_error("%s\n", faults_text(faults, i));
    int result = faults_count(faults) ? -1 : 0;
    faults_destroy(&faults);
    return result;
}

static int teardown(void **state)
{
    wording_destroy(&wording);
    return 0;
}

static void expect_place(struct location where, enum lang lang, const char *want)
{
    struct buf out;
    buf_init(&out, 1000);
    wording_place(wording, &where, lang, &out);
    assert_string_equal(buf_text(&out), want);
    buf_finish(&out);
}

#define NOWHERE .floor = FLOOR_NONE, .floor_to = FLOOR_NONE

static void places(void **state)
{
    struct location lamp = {NOWHERE, .building = "4", .unit = "2"};
    lamp.floor = 4;
    expect_place(lamp, LANG_ZH, "4号楼2单元4层");
    expect_place(lamp, LANG_EN, "Bldg 4, unit 2, floor 4");
    struct location cellar = {NOWHERE, .building = "B", .room = "12"};
    cellar.floor = -2;
    cellar.floor_to = -1;
    expect_place(cellar, LANG_ZH, "B座负2到负1层12室");
    expect_place(cellar, LANG_EN, "Bldg B, floors B2-B1, flat 12");
    expect_place((struct location){NOWHERE}, LANG_ZH, "");
    expect_place((struct location){NOWHERE, .unit = "3"}, LANG_EN, "unit 3");
}

static void expect_time(int64_t at_ms, int64_t now_ms, enum lang lang, const char *want)
{
    struct buf out;
    buf_init(&out, 1000);
    wording_time(wording, at_ms, now_ms, 28800, lang, &out);
    assert_string_equal(buf_text(&out), want);
    buf_finish(&out);
}

static void moments(void **state)
{
    const int64_t hour = 3600000, now = 1772413200000; /* 2026-03-02 09:00 +08:00 */
    expect_time(now + 9 * hour, now, LANG_ZH, "今天18:00");
    expect_time(now + 27 * hour, now, LANG_ZH, "明天12:00");
    expect_time(now - 10 * hour, now, LANG_ZH, "昨天23:00");
    expect_time(now + 81 * hour, now, LANG_ZH, "3月5日18:00");
    expect_time(now + 9 * hour, now, LANG_EN, "today 18:00");
    expect_time(now + 27 * hour, now, LANG_EN, "tomorrow 12:00");
    expect_time(now + 81 * hour, now, LANG_EN, "5 March 18:00");
    expect_time(now + 366 * 24 * hour, now, LANG_ZH, "2027年3月3日09:00");
    expect_time(now + 15 * hour - 1, now, LANG_ZH, "今天23:59");
    expect_time(now + 15 * hour, now, LANG_ZH, "明天00:00");
}

static void unknown_templates_and_terms(void **state)
{
    struct buf out;
    buf_init(&out, 1000);
    assert_false(wording_has(wording, "no_such_message"));
    assert_false(wording_render(wording, "no_such_message", LANG_ZH, NULL, &out));
    assert_int_equal(out.len, 0);
    assert_string_equal(wording_term(wording, "没有这个词", LANG_EN), "没有这个词");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(moments),
        cmocka_unit_test(unknown_templates_and_terms),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
