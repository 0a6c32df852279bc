/* Which message of the bot a line of a script claims, and what it says when it finds none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cli/play_claims.h"
#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"

static struct play_claims *claims;
static struct arena *arena;
static struct faults *faults;
static struct buf why;

static int setup(void **state)
{
    claims = play_claims_create();
    arena = arena_create(1 << 20);
    faults = faults_create();
    buf_init(&why, 4096);
    return 0;
}

static int teardown(void **state)
{
    play_claims_destroy(&claims);
    arena_destroy(&arena);
    faults_destroy(&faults);
    buf_finish(&why);
    return 0;
}

static bool holds(const char *text)
{
    struct play_line *line = play_script_parse("x", text, strlen(text), arena, faults);
    assert_int_equal(faults_count(faults), 0);
    assert_int_equal(line->kind, PLAY_EXPECT);
    return play_claims_check(claims, &line->expect, &why);
}

static void say(const char *group, const char *text)
{
    play_claims_add(claims, group, NULL, text);
}

static void test_glob(void **state)
{
    assert_true(play_glob("*", ""));
    assert_true(play_glob("*#1*", "@孙大姐 收到 #1：灯\n第二行"));
    assert_true(play_glob("?楼", "四楼"));
    assert_false(play_glob("??楼", "四楼"));
    assert_true(play_glob("[react 👍]", "[react 👍]"));
    assert_false(play_glob("收到", "收到 #1"));
    assert_false(play_glob("*a*b*c", "abcabcab"));
    assert_true(play_glob("*a*b*c", "abcabcabc"));
    assert_true(play_glob("a\\*", "a\\bc"));
    assert_false(play_glob("", "x"));
    char many[4001], glob[101];
    memset(many, 'a', 4000);
    many[4000] = 0;
    for (int i = 0; i < 100; i += 2) {
        glob[i] = '*';
        glob[i + 1] = 'a';
    }
    glob[99] = 'b';
    glob[100] = 0;
    assert_false(play_glob(glob, many)); /* at once, not after the end of the world */
}

static void test_next(void **state)
{
    say("b4", "收到 #1 4楼");
    say("work", "@物业1 #1");
    say("b4", "修好了 #1");
    assert_false(holds("b5 < *"));
    assert_string_equal(buf_text(&why), "nothing was said");
    assert_true(holds("b4 < *#1* & *4楼*"));
    assert_false(holds("b4 < *4楼*")); /* the next one is another */
    assert_non_null(strstr(buf_text(&why), "修好了 #1"));
    assert_false(holds("b4 < *"));
    assert_true(holds("work < @物业1*"));
    assert_true(holds("b4 <!"));
    assert_true(holds("all <!"));
}

static void test_next_is_not_any(void **state)
{
    say("b4", "first");
    say("b4", "second");
    assert_false(holds("b4 < second"));
    assert_true(holds("b4 < second")); /* the failed line has claimed "first" */
}

static void test_count(void **state)
{
    say("b4", "a 告5");
    say("b4", "b");
    say("b4", "c 告5");
    assert_true(holds("b4 <0 *301*"));
    assert_true(holds("b4 <2 *告5*"));
    assert_string_equal(buf_text(&why), "");
    assert_true(holds("b4 <0 *告5*"));
    assert_true(holds("b4 < b"));
    say("b4", "d");
    assert_false(holds("b4 <2"));
    assert_string_equal(buf_text(&why), "1 is there\nd");
    assert_true(holds("b4 <0-2"));
    say("b4", "e");
    assert_true(holds("b4 <0-2"));
    say("b4", "f");
    assert_false(holds("b4 <!"));
    assert_string_equal(buf_text(&why), "1 is there\nf");
}

static void test_never(void **state)
{
    say("b4", "flat 301");
    say("work", "ok");
    play_claims_add(claims, "dm", "物业2", "flat 302");
    assert_true(holds("b4 < *"));
    assert_false(holds("b4 <! *301*")); /* claimed or not */
    assert_non_null(strstr(buf_text(&why), "b4"));
    assert_false(holds("all <! *301*"));
    assert_true(holds("all <! *302*")); /* direct chats are not meant */
    assert_true(holds("work <! *301*"));
    assert_false(holds("dm 物业2 <! *302*"));
    assert_true(holds("dm 物业1 <! *302*"));
    assert_false(holds("dm <! *302*"));
}

static void test_direct(void **state)
{
    play_claims_add(claims, "dm", "物业2", "to 2");
    play_claims_add(claims, "dm", "物业1", "to 1");
    assert_true(holds("dm 物业1 < to 1"));
    assert_true(holds("dm 物业1 <!"));
    assert_false(holds("dm 物业2 <!"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_glob),  TEST(test_next),  TEST(test_next_is_not_any),
        TEST(test_count), TEST(test_never), TEST(test_direct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
