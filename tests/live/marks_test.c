/* The low-water mark of a group never passes what is not settled: otherwise a crash would hide
 * it from the next reading of the history (DESIGN §3.6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "tests/live/core_stage.h"

#define MINUTE 60000
#define START 1772413200000 /* where the stage's clock begins */

static int readings;

static void backfill(struct account *account, const char *platform_group, int64_t since_ms)
{
    readings++;
}

static int set_up(void **state)
{
    if (stage_set_up(state) || !settle())
        return -1;
    stage_stop_core();
    readings = 0;
    recorder.capabilities.delivery = DELIVERY_REPLAYABLE;
    recorder.backfill = backfill;
    return 0;
}

static int tear_down(void **state)
{
    recorder.backfill = NULL;
    return stage_tear_down(state);
}

static void begin(void)
{
    stage_start_core();
    for (int i = 0; i < 300 && !core_is_ready(s.core); i++)
        loop_poll(s.loop, 10);
}

/* The mark of building 4's group as it is stored, in minutes since the stage's clock began. */
static int mark(void)
{
    for (int i = 0; i < 250; i++) /* it is written every two seconds */
        loop_poll(s.loop, 10);
    long long stored = strtoll(LOOK("HGET", "{a:play:t}:mark", "b4"), NULL, 10);
    return (int)((stored - START) / MINUTE);
}

static void say_at(int minute, const char *text)
{
    clock_set_ms(s.clock, START + minute * (int64_t)MINUTE);
    say("b4", "孙大姐", text);
}

static void what_comes_before_the_history_moves_no_mark(void **state)
{
    begin();
    say_at(1, "早上好");
    assert_int_equal(mark(), 1);
    bot_on_down(rec.account, "test");
    bot_on_up(rec.account);
    assert_true(readings > 0);
    say_at(5, "今天天气真好"); /* what was said in minutes 2 to 4 has not been read */
    say_at(6, "楼道灯坏了");
    assert_int_equal(mark(), 1);
    bot_on_backfilled(rec.account, "b4", true);
    assert_int_equal(mark(), 1);
    say_at(7, "大家好");
    assert_int_equal(mark(), 7);
}

static void a_new_daemon_reads_first(void **state)
{
    begin();
    say_at(1, "早上好");
    assert_int_equal(mark(), 1);
    stage_stop_core();
    begin();
    say_at(5, "今天天气真好");
    assert_int_equal(mark(), 1);
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "楼道灯坏了"};
    struct input old = {.kind = INPUT_MESSAGE,
                        .group = "b4",
                        .user = "孙大姐",
                        .user_name = "孙大姐",
                        .message = "77",
                        .time_ms = START + 2 * (int64_t)MINUTE,
                        .backfilled = true,
                        .segments = &segment,
                        .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &old), 0);
    assert_int_equal(mark(), 2);
}

/* What a bot says is nobody's business, and settled before what waits in front of it. */
static void what_overtakes_moves_no_mark(void **state)
{
    begin();
    bot_on_backfilled(rec.account, "b4", true);
    say_at(1, "早上好");
    assert_int_equal(mark(), 1);
    (void)LOOK("CONFIG", "SET", "min-replicas-to-write", "1"); /* nothing can be written */
    say_at(2, "楼道灯坏了");
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "叮"};
    struct input bot = {.kind = INPUT_MESSAGE,
                        .group = "b4",
                        .user = "bot",
                        .message = "78",
                        .time_ms = START + 3 * (int64_t)MINUTE,
                        .from_bot = true,
                        .segments = &segment,
                        .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &bot), 0);
    for (int i = 0; i < 100; i++)
        loop_poll(s.loop, 10);
    (void)LOOK("CONFIG", "SET", "min-replicas-to-write", "0");
    assert_int_equal(mark(), 2);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(what_comes_before_the_history_moves_no_mark),
        LIVE(a_new_daemon_reads_first),
        LIVE(what_overtakes_moves_no_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
