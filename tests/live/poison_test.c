/* What our own code dies of twice is put aside, and the house goes on (DESIGN §3.11). The
 * processes that die are children of the test; each leaves the journal in the data folder as a
 * crash leaves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/core_stage.h"
#include "tests/live/played.h"
#include "turn/poison.h"

/* ---- the journal by itself --------------------------------------------------------------- */

static char folder[64];

static int make_folder(void **state)
{
    strcpy(folder, "/tmp/loubot-poison-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* A process that is killed while it works on the last of these; those before are done. */
static void crash_in(const char *id, bool settled_before)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct poison *poison = poison_create(folder);
        poison_enter(poison, id);
        poison_leave(poison);
        if (settled_before)
            poison_settled(poison, id);
        poison_enter(poison, id);
        raise(SIGKILL);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static bool is_poison(const char *id)
{
    struct poison *poison = poison_create(folder);
    bool is = poison_is(poison, id);
    poison_destroy(&poison);
    return is;
}

static void two_crashes_make_poison(void **state)
{
    crash_in("abcdefghijkl", false);
    assert_false(is_poison("abcdefghijkl"));
    crash_in("abcdefghijkl", false);
    assert_true(is_poison("abcdefghijkl"));
    assert_false(is_poison("abcdefghijkm"));
    struct poison *poison = poison_create(folder);
    poison_settled(poison, "abcdefghijkl");
    poison_destroy(&poison);
    assert_false(is_poison("abcdefghijkl"));
}

static void two_that_take_turns_are_both_found(void **state)
{
    for (int i = 0; i < 2; i++) {
        crash_in("a", false);
        crash_in("b", false);
    }
    assert_true(is_poison("a"));
    assert_true(is_poison("b"));
}

static void what_was_settled_in_between_is_none(void **state)
{
    crash_in("a", false);
    crash_in("a", true);
    assert_false(is_poison("a"));
}

static void a_file_of_rubbish_is_begun_anew(void **state)
{
    char path[100];
    snprintf(path, sizeof path, "%s/deciding", folder);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 6000; i++)
        fputc(i * 37 % 251 + 1, file);
    fclose(file);
    crash_in("a", false);
    crash_in("a", false);
    assert_true(is_poison("a"));
}

/* ---- through the heart ------------------------------------------------------------------- */

/* What two crashed processes leave behind, for inputs and outgoing whose id is known. */
static void leave_crashes(const char *id)
{
    stage_stop_core();
    strcpy(folder, s.dir);
    crash_in(id, false);
    crash_in(id, false);
    stage_start_core();
}

static struct input message_of(const char *text, const char *id)
{
    static struct segment segment;
    segment = (struct segment){.kind = SEGMENT_TEXT, .text = text};
    struct input input = {.kind = INPUT_MESSAGE,
                          .adapter = "play",
                          .account = "t",
                          .group = "b4",
                          .user = "孙大姐",
                          .user_name = "孙大姐",
                          .message = id,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    input_set_id(&input);
    return input;
}

static void an_input_is_put_aside(void **state)
{
    assert_true(settle());
    struct input input = message_of("楼道灯坏了", "7");
    leave_crashes(input.id);
    assert_true(settle());
    say_id("b4", "孙大姐", "楼道灯坏了", 7);
    say_id("b4", "孙大姐", "电梯坏了", 8);
    assert_true(settle());
    assert_int_equal(rec.taken, 2);
    assert_int_equal(rec.count, 1);
    assert_non_null(strstr(LOOK("HGET", "{nanfeng}:inputs", input.id), "楼道灯坏了"));
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
    say_id("b4", "孙大姐", "楼道灯坏了", 7); /* once more: it is known and stays aside */
    assert_true(settle());
    assert_int_equal(rec.taken, 3);
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
}

static void a_timer_is_put_aside(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    int64_t due = clock_now_ms(s.clock) + 60000;
    struct input input = {.kind = INPUT_TIMER,
                          .adapter = "timer",
                          .account = "",
                          .group = "nanfeng",
                          .timer = "e1:once",
                          .due_ms = due,
                          .time_ms = due};
    input_set_id(&input);
    leave_crashes(input.id);
    assert_true(settle());
    clock_set_ms(s.clock, due + 1000);
    for (int i = 0; i < 3; i++) {
        core_run_due(s.core);
        assert_true(settle());
    }
    assert_non_null(strstr(LOOK("HGET", "{nanfeng}:inputs", input.id), "e1:once"));
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:timers"), "0");
    for (size_t i = 0; i < rec.count; i++)
        assert_null(strstr(rec.texts[i], "{{x}}")); /* what it would have said */
}

static void an_outgoing_is_parked(void **state)
{
    assert_true(settle());
    struct input input = message_of("楼道灯坏了", "7");
    char id[POISON_ID_SIZE];
    snprintf(id, sizeof id, "%s.1", input.id);
    leave_crashes(id);
    assert_true(settle());
    say_id("b4", "孙大姐", "楼道灯坏了", 7);
    say_id("b4", "孙大姐", "电梯坏了", 8);
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    assert_string_equal(rec.texts[0], "b4:^孙大姐#2 电梯坏了");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:parked:play:t", id), "1");
    assert_non_null(strstr(LOOK("LINDEX", "{nanfeng}:t:1", "-1"), "unsent"));
}

/* With the real program: it dies each time it decides the report, until it lets it be. */
static void a_daemon_that_dies_of_a_report_lives_on(void **state)
{
    if (!played_binary())
        skip();
    setenv("LOUBOT_KILLS", "2", 1);
    struct played played = played_script("@ 2026-03-02 09:00\n"
                                         "b4 孙大姐> 2单元4楼的灯不亮\n"
                                         "b4 <! *#1*\n"
                                         "b5 周大爷> 2单元4楼的灯不亮\n"
                                         "b5 < *#1*\n",
                                         "deciding:1");
    unsetenv("LOUBOT_KILLS");
    if (played.status != 0)
        fail_msg("%s%s", played.out, played.err);
    played_free(&played);
}

int main(void)
{
#define ALONE(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
#define LIVE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        ALONE(two_crashes_make_poison),
        ALONE(two_that_take_turns_are_both_found),
        ALONE(what_was_settled_in_between_is_none),
        ALONE(a_file_of_rubbish_is_begun_anew),
        LIVE(an_input_is_put_aside),
        LIVE(a_timer_is_put_aside),
        LIVE(an_outgoing_is_parked),
        cmocka_unit_test(a_daemon_that_dies_of_a_report_lives_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
