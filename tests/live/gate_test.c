/* Data of another release are left alone, and the operator hears why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/live/core_stage.h"

static void poll_for_a_while(void)
{
    for (int i = 0; i < 40; i++)
        loop_poll(s.loop, 10);
}

static void the_first_start_writes_the_version(void **state)
{
    assert_true(settle());
    assert_string_equal(LOOK("GET", "{nanfeng}:schema"), "1");
    assert_int_equal(strncmp(LOOK("GET", "{nanfeng}:roster"), "1 ", 2), 0);
    assert_string_equal(s.refused, "");
}

static void newer_data_are_refused(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    stage_stop_core();
    (void)LOOK("SET", "{nanfeng}:schema", "2");
    (void)LOOK("SET", "{nanfeng}:roster", "2 x");
    stage_start_core();
    say("b4", "孙大姐", "电梯坏了");
    poll_for_a_while();
    assert_false(core_is_ready(s.core));
    assert_non_null(strstr(s.refused, "community nanfeng are of version 2"));
    assert_non_null(strstr(s.refused, "newer release"));
    assert_int_equal(rec.taken, 1);
    assert_int_equal(rec.count, 1);
    assert_string_equal(LOOK("GET", "{nanfeng}:schema"), "2");
    assert_string_equal(LOOK("GET", "{nanfeng}:roster"), "2 x");
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
}

static void data_that_are_none_of_ours_are_refused(void **state)
{
    assert_true(settle());
    stage_stop_core();
    (void)LOOK("SET", "{nanfeng}:schema", "soon");
    stage_start_core();
    poll_for_a_while();
    assert_false(core_is_ready(s.core));
    assert_non_null(strstr(s.refused, "version soon"));
}

/* A newer daemon has begun while this one still runs: its commits are refused, nothing is
 * taken, and all is decided again when it is alone. */
static void an_older_daemon_cannot_commit_any_more(void **state)
{
    assert_true(settle());
    char roster[200];
    snprintf(roster, sizeof roster, "%s", LOOK("GET", "{nanfeng}:roster"));
    (void)LOOK("SET", "{nanfeng}:roster", "2 x");
    say("b4", "孙大姐", "楼道灯坏了");
    poll_for_a_while();
    assert_int_equal(rec.taken, 0);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "0");
    (void)LOOK("SET", "{nanfeng}:roster", roster);
    assert_true(settle());
    assert_int_equal(rec.taken, 1);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "1");
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(the_first_start_writes_the_version),
        LIVE(newer_data_are_refused),
        LIVE(data_that_are_none_of_ours_are_refused),
        LIVE(an_older_daemon_cannot_commit_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
