/* "忘记我" said to the bot: what `loubot forget` does is done after the second word, also when
 * the daemon ends in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "handlers/handlers.h"
#include "tests/live/core_stage.h"

static void say_direct(const char *user, const char *text)
{
    static int count;
    char message[24];
    snprintf(message, sizeof message, "dm%d", ++count);
    struct segment segment = {.kind = SEGMENT_TEXT, .text = text};
    struct input input = {.kind = INPUT_MESSAGE,
                          .direct = true,
                          .group = user,
                          .user = user,
                          .user_name = user,
                          .message = message,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(settle());
}

static int set_up(void **state)
{
    stage_set_up(state);
    stage_stop_core();
    s.handlers = handlers_all;
    stage_start_core();
    assert_true(settle());
    say("b4", "孙大姐", "2单元4楼的灯不亮");
    assert_true(settle());
    say_direct("孙大姐", "忘记我");
    return 0;
}

static void expect_forgotten(void)
{
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:1", "x"), "");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:people"), "0");
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:forgetting"), "0");
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:open"), "1");
}

static void after_the_second_word(void **state)
{
    stage_pass(1000);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:people"), "1");
    size_t sent = rec.count;
    say_direct("孙大姐", "确认忘记");
    assert_int_equal(rec.count, sent + 1);
    assert_non_null(strstr(rec.texts[sent], "马上忘记您"));
    stage_pass(11000);
    expect_forgotten();
}

static void after_a_crash_too(void **state)
{
    say_direct("孙大姐", "确认忘记");
    stage_stop_core(); /* the timer waits in Redis */
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 60000);
    stage_start_core();
    assert_true(settle());
    stage_pass(1000);
    expect_forgotten();
    (void)LOOK("ZADD", "{nanfeng}:forgetting", "1", "r-0123456789ab");
    stage_stop_core(); /* asked for and not done: it is done at the start */
    stage_start_core();
    assert_true(settle());
    /* While the rewrite of before is under way it is tried again, a minute later. */
    for (int i = 0; i < 100 && strcmp(LOOK("ZCARD", "{nanfeng}:forgetting"), "0") != 0; i++) {
        usleep(50 * 1000);
        stage_pass(61000);
    }
    expect_forgotten();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_the_second_word, set_up, stage_tear_down),
        cmocka_unit_test_setup_teardown(after_a_crash_too, set_up, stage_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
