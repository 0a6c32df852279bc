/* No room on the disk: no platform's word is taken, and all goes on when there is some again.
 * The append-only file is rewritten when it is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/err.h"
#include "store/upkeep.h"
#include "tests/live/core_stage.h"

static int try_to_say(const char *text, const char *id)
{
    struct segment segment = {.kind = SEGMENT_TEXT, .text = text};
    struct input input = {.kind = INPUT_MESSAGE,
                          .group = "b4",
                          .user = "孙大姐",
                          .user_name = "孙大姐",
                          .message = id,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    return bot_on_input(rec.account, &input);
}

static void without_room_nothing_is_taken(void **state)
{
    assert_true(settle());
    core_set_room(s.core, false);
    assert_int_equal(try_to_say("楼道灯坏了", "1"), ERR_FULL);
    assert_int_equal(try_to_say("今天天气真好", "2"), 0); /* chat costs nothing */
    assert_true(settle());
    assert_int_equal(rec.taken, 1);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:n"), "0");
    core_set_room(s.core, true);
    assert_int_equal(try_to_say("楼道灯坏了", "1"), 0);
    assert_true(settle());
    assert_int_equal(rec.taken, 2);
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
}

static void an_emergency_passes(void **state)
{
    assert_true(settle());
    core_set_room(s.core, false);
    assert_int_equal(try_to_say("3单元有煤气味！！", "1"), 0);
    assert_true(settle());
    assert_int_equal(rec.taken, 1);
}

static int64_t file_sizes(int64_t *ret_base)
{
    int64_t aof, room;
    redis_server_sizes(s.server, &aof, ret_base, &room);
    assert_true(room > 0);
    return aof;
}

static void the_file_is_rewritten(void **state)
{
    int64_t base = 0;
    assert_true(settle());
    for (int i = 0; i < 2000; i++)
        (void)LOOK("SET", "x", "a value that is written again and again and again");
    int64_t before = file_sizes(&base);
    assert_true(before > 100000 && base < 1000);
    core_rewrite_aof(s.core);
    assert_true(settle());
    for (int i = 0; i < 500 && file_sizes(&base) >= before; i++)
        loop_poll(s.loop, 10);
    assert_true(file_sizes(&base) < 20000);
    assert_string_equal(LOOK("GET", "x"), "a value that is written again and again and again");
}

static int rewrites, rooms;

static void on_rewrite(void *arg)
{
    rewrites++;
}

static void on_room(void *arg, bool has_room)
{
    rooms++;
}

static void upkeep_leaves_a_small_file_alone(void **state)
{
    struct upkeep_config config = {.loop = s.loop,
                                   .clock = s.clock,
                                   .server = s.server,
                                   .room = on_room,
                                   .rewrite = on_rewrite};
    struct upkeep *upkeep = upkeep_start(&config);
    for (int i = 0; i < 150; i++)
        loop_poll(s.loop, 10);
    upkeep_stop(&upkeep);
    assert_int_equal(rewrites, 0);
    assert_int_equal(rooms, 0);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(without_room_nothing_is_taken),
        LIVE(an_emergency_passes),
        LIVE(the_file_is_rewritten),
        LIVE(upkeep_leaves_a_small_file_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
