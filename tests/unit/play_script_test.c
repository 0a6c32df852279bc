/* The language of conversation scripts: every line of DESIGN §7.1, and every way to get one
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/play_script.h"
#include "host/conf.h"
#include "host/mem.h"

static struct arena *arena;
static struct faults *faults;

static int setup(void **state)
{
    arena = arena_create(1 << 20);
    faults = faults_create();
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    faults_destroy(&faults);
    return 0;
}

static struct play_line *parse(const char *text)
{
    return play_script_parse("x.play", text, strlen(text), arena, faults);
}

/* The only line of a text that must be right. */
static struct play_line *one(const char *text)
{
    struct play_line *line = parse(text);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_int_equal(faults_count(faults), 0);
    assert_non_null(line);
    assert_null(line->next);
    return line;
}

static void test_clock(void **state)
{
    struct play_line *line = one("@ 2026-03-02 09:05\r\n");
    assert_int_equal(line->kind, PLAY_CLOCK);
    assert_int_equal(line->time.year, 2026);
    assert_int_equal(line->time.month, 3);
    assert_int_equal(line->time.day, 2);
    assert_int_equal(line->time.hour, 9);
    assert_int_equal(line->time.minute, 5);
    line = one("@ 2028-02-29T23:59:07");
    assert_int_equal(line->time.second, 7);
    assert_int_equal(one("+ 40m")->span_ms, 40 * 60000);
    assert_int_equal(one("+90s")->span_ms, 90000);
    assert_int_equal(one("+ 2h")->span_ms, 7200000);
    assert_int_equal(one("+ 7d")->span_ms, 7 * 86400000LL);
    assert_int_equal(one("+ 1h30m")->span_ms, 5400000);
}

static void test_said(void **state)
{
    struct play_line *line = one("  b4 孙大姐> 4号楼二单元4楼的灯不亮 ");
    assert_int_equal(line->kind, PLAY_SAY);
    assert_string_equal(line->group, "b4");
    assert_string_equal(line->person, "孙大姐");
    assert_string_equal(line->marks.text, "4号楼二单元4楼的灯不亮");
    line = one("b9 Tom Smith> a < b > c & d");
    assert_string_equal(line->person, "Tom Smith");
    assert_string_equal(line->marks.text, "a < b > c & d");
    line = one("dm 网格员1> 完成 12 14");
    assert_string_equal(line->group, "dm");
    line = one("b4 孙大姐<< ");
    assert_int_equal(line->kind, PLAY_RECALL);
    assert_string_equal(line->person, "孙大姐");
}

static void test_marks(void **state)
{
    struct play_marks *marks = &one("b4 a> [at][reply #12] [photo] [photo] [bot] 好了")->marks;
    assert_true(marks->at && marks->reply && marks->bot && !marks->again);
    assert_string_equal(marks->reply_to, "#12");
    assert_int_equal(marks->photos, 2);
    assert_string_equal(marks->text, "好了");
    marks = &one("b4 a> [reply #12] [react 👍]")->marks;
    assert_string_equal(marks->react, "👍");
    assert_string_equal(marks->reply_to, "#12");
    assert_true(one("b4 a> [again]")->marks.again);
    assert_int_equal(one("b4 a> [photo]")->marks.photos, 1);
    assert_null(one("b4 a> [reply] 是4楼的")->marks.reply_to);
    assert_string_equal(one("b4 a> [doge] 哈哈")->marks.text, "[doge] 哈哈");
    assert_string_equal(one("b4 a> [CQ:at,qq=all] 灯")->marks.text, "[CQ:at,qq=all] 灯");
    assert_string_equal(one("b4 a> [at] [ 没完")->marks.text, "[ 没完");
}

static void test_expected(void **state)
{
    struct play_expect *expect = &one("b4 < *#1* & *4楼* & ?收到*")->expect;
    assert_int_equal(expect->kind, PLAY_NEXT);
    assert_int_equal(expect->glob_count, 3);
    assert_string_equal(expect->globs[0], "*#1*");
    assert_string_equal(expect->globs[2], "?收到*");
    expect = &one("b4 <!")->expect;
    assert_int_equal(expect->kind, PLAY_EXACT);
    assert_int_equal(expect->max, 0);
    expect = &one("work <2")->expect;
    assert_true(expect->kind == PLAY_EXACT && expect->min == 2 && expect->max == 2);
    expect = &one("b4 <0-2")->expect;
    assert_true(expect->kind == PLAY_EXACT && expect->min == 0 && expect->max == 2);
    expect = &one("b4 <1 *告5*")->expect;
    assert_true(expect->kind == PLAY_EXACT && expect->min == 1 && expect->glob_count == 1);
    expect = &one("b4 <! *301* & *张*")->expect;
    assert_true(expect->kind == PLAY_NEVER && expect->glob_count == 2);
    expect = &one("all <! *301*")->expect;
    assert_string_equal(expect->group, "all");
    expect = &one("dm 物业2 < *#1*")->expect;
    assert_string_equal(expect->person, "物业2");
    assert_string_equal(one("b4 <2单元*")->expect.globs[0], "2单元*");
    assert_string_equal(one("b4 < [reply 孙大姐]*")->expect.globs[0], "[reply 孙大姐]*");
}

static void test_fields(void **state)
{
    struct play_line *line =
        one("= 1 state=handling level>=2 owner!=property due.finish=2026-03-03T18:00 also=3");
    assert_int_equal(line->kind, PLAY_FIELDS);
    assert_int_equal(line->event, 1);
    assert_int_equal(line->field_count, 5);
    assert_string_equal(line->fields[0].name, "state");
    assert_string_equal(line->fields[0].value, "handling");
    assert_int_equal(line->fields[1].op, PLAY_GE);
    assert_int_equal(line->fields[2].op, PLAY_NE);
    assert_string_equal(line->fields[3].name, "due.finish");
    assert_string_equal(line->fields[3].value, "2026-03-03T18:00");
    line = one("= open 2");
    assert_true(line->kind == PLAY_COUNT && line->open && line->count == 2);
    line = one("= total 3");
    assert_true(line->kind == PLAY_COUNT && !line->open && line->count == 3);
}

static void test_directives(void **state)
{
    assert_int_equal(one("! restart")->directive, PLAY_RESTART);
    assert_int_equal(one("!kill")->directive, PLAY_KILL);
    assert_int_equal(one("! kill redis")->directive, PLAY_KILL_REDIS);
    struct play_line *line = parse("! down\n+ 1h\n! up\n");
    assert_int_equal(faults_count(faults), 0);
    assert_int_equal(line->directive, PLAY_DOWN);
    assert_int_equal(line->next->next->directive, PLAY_UP);
    line = one("! code K7M4-PX2D 楼长 18");
    assert_int_equal(line->directive, PLAY_CODE);
    assert_string_equal(line->args[1], "楼长");
    assert_int_equal(one("! code K7M4-PX2D 5-1-101")->arg_count, 2);
    assert_string_equal(one("! device 7 pressure 0.08 raised r1")->args[4], "r1");
}

static void test_lines(void **state)
{
    struct play_line *line =
        parse("\xef\xbb\xbf# a story\n\n   \n@ 2026-03-02 09:00\n# b\nb1 a> b");
    assert_int_equal(faults_count(faults), 0);
    assert_int_equal(line->number, 4);
    assert_int_equal(line->next->number, 6);
    assert_null(line->next->next);
    assert_null(parse(""));
}

static void test_wrong(void **state)
{
    static const char *const wrong[] = {
        "@ morgen",
        "@ 2026-02-30 09:00",
        "@ 2026-03-02 25:00",
        "@ 2026-03-02 09:00 x",
        "+ 40",
        "+ m",
        "+ 99999999d",
        "b4",
        "b4 孙大姐",
        "b4 > hello",
        "b4 a>",
        "b4 a> [bot]",
        "b4 a> [phto] x",
        "b4 a> [Photo] x",
        "b4 a> [react 👍] thanks",
        "b4 a> [react]",
        "c4 a> b",
        "b0 a> b",
        "b a> b",
        "all a> b",
        "all a<<",
        "b4 a < *x*",
        "b4 <",
        "b4 < *a* & ",
        "b4 <2-1",
        "= x state=a",
        "= 1",
        "= 0 state=a",
        "= 1 state",
        "= 1 state=",
        "= 1 state~a",
        "= open",
        "= total x",
        "= 99999999999 state=a",
        "! explode",
        "! up",
        "! restart now",
        "! kill everybody",
        "! code K7M4 5-1-101",
        "! code K7M4-PX2D",
        "! device 7 pressure 0.08",
        "! device 7 pressure high raised r1",
        "! device 7 pressure 0.08 up r1",
        "hello world",
        "b4 a> \xff\xfe",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[200];
        snprintf(text, sizeof text, "# first\n%s\nb1 a> b\n", wrong[i]);
        struct play_line *line = parse(text);
        if (faults_count(faults) != i + 1)
            fail_msg("not refused once: %s", wrong[i]);
        assert_non_null(strstr(faults_text(faults, i), "x.play:2: "));
        assert_int_equal(line->number, 3);
    }
}

static void test_down_twice(void **state)
{
    parse("! down\n! kill\n! down\n! up\n! restart\n");
    assert_int_equal(faults_count(faults), 2);
    assert_non_null(strstr(faults_text(faults, 0), "x.play:2: "));
    assert_non_null(strstr(faults_text(faults, 1), "x.play:3: "));
}

static void test_nul_byte(void **state)
{
    assert_null(play_script_parse("x.play", "b4 a> b\0c", 9, arena, faults));
    assert_int_equal(faults_count(faults), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_clock),    TEST(test_said),       TEST(test_marks), TEST(test_expected),
        TEST(test_fields),   TEST(test_directives), TEST(test_lines), TEST(test_wrong),
        TEST(test_nul_byte), TEST(test_down_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
