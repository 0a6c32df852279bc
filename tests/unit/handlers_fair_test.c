/* handlers_fair_test.c: what the walks of event_walk_test.c have found, each on a small stage:
 * who grants a hold, what a refusal needs, whose work it is, who is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_life.h"

static void a_refusal_needs_a_reason(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "网格员1", "不同意 1");
    SAID("work", "#1", "原因");
    assert_true(world_event(world, 1)->until_ms != 0);
    SAY("work", "网格员1", "配件今天就到");
    assert_int_equal(world_event(world, 1)->until_ms, 0);
    SAID("work", "@物业1", "#1", "配件今天就到");
    SAY("work", "网格员1", "同意 1");
    expect_state(1, STATE_HANDLING);
}

/* "驳回 2" was taken for the answer to what had been asked about #1. */
static void a_command_about_another_event_is_no_answer(void **state)
{
    lamp_in_hand();
    SAY("b5", "小何", "3单元5楼灯坏了");
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "网格员1", "驳回 2");
    SAY("work", "网格员1", "2 驳回 不在小区内");
    assert_int_equal(world_event(world, 2)->outcome, OUTCOME_REJECTED);
    assert_true(world_event(world, 1)->until_ms != 0);
    SAY("work", "网格员1", "同意");
    expect_state(1, STATE_SUSPENDED);
}

static void a_hold_needs_a_reason(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日");
    SAID("work", "#1", "为什么");
    assert_int_equal(world_event(world, 1)->until_ms, 0);
    SAY("work", "物业1", "谢谢");
    SAY("work", "物业1", "上报");
    assert_int_equal(world_event(world, 1)->until_ms, 0);
    SAY("work", "物业1", "1 on hold until 18 March, waiting for parts");
    assert_string_equal(world_event(world, 1)->until_reason, "waiting for parts");
    SAY("work", "物业1", "1 挂起到下周三，一个配件没到");
    assert_string_equal(world_event(world, 1)->until_reason, "一个配件没到");
    SAY("work", "物业1", "等配件，1 挂起到3月18日");
    assert_string_equal(world_event(world, 1)->until_reason, "等配件");
}

static void conferring_needs_a_reason(void **state)
{
    lamp_in_hand();
    SAY("work", "小区网格长", "上会 1");
    SAID("work", "#1", "原因");
    expect_state(1, STATE_HANDLING);
    SAY("work", "小区网格长", "上会 1 两家说不清");
    expect_state(1, STATE_CONFERRING);
}

/* The grid worker stands below the estate grid head: he was asked, and could grant it. */
static void a_hold_is_granted_from_above(void **state)
{
    lamp();
    SAY("work", "小区网格长", "1 报街道 T-56");
    expect_state(1, STATE_HANDLING);
    SAY("work", "小区网格长", "1 挂起到3月18日 等街道批");
    SAID("work", "@社区网格长", "#1");
    SAY("work", "网格员1", "同意 1");
    SAY("work", "小区网格长", "同意 1");
    expect_state(1, STATE_HANDLING);
    SAY("work", "社区网格长", "同意 1");
    expect_state(1, STATE_SUSPENDED);
}

/* On leave the work was his deputy's, and he could grant what he had asked for himself. */
static void nobody_grants_what_he_asked_for(void **state)
{
    lamp();
    SAY("work", "小区网格长", "1 报街道 T-56");
    SAY("work", "小区网格长", "1 挂起到3月18日 等街道批");
    SAY("dm", "小区网格长", "我今天休假 网格员1代");
    world_pass(world, MINUTE_MS);
    assert_string_equal(world_event(world, 1)->assignee, world_id(world, "网格员1"));
    SAY("work", "小区网格长", "同意 1");
    expect_state(1, STATE_HANDLING);
    SAY("work", "社区网格长", "同意 1");
    expect_state(1, STATE_SUSPENDED);
}

static void a_hold_is_asked_for_by_who_has_it(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "网格员1", "1 转供电 线路的事");
    SAY("work", "供电", "收到 1");
    SAY("work", "网格员1", "同意 1");
    expect_state(1, STATE_HANDLING);
    assert_int_equal(world_event(world, 1)->until_ms, 0);
}

/* The second of two has no line of its own; there the daemon fell. */
static void two_are_referred_in_one_line(void **state)
{
    lamp();
    SAY("b4", "老李", "单元门关不上，3单元");
    SAY("work", "网格员1", "1 2 报街道 T-56");
    expect_state(1, STATE_HANDLING);
    expect_state(2, STATE_HANDLING);
    SAID("b4", "#1", "#2", "T-56");
}

/* What was told at night waits until 07:00, unless somebody sends it on. */
static void at_night_the_grid_worker_sends_on(void **state)
{
    world_pass(world, 14 * HOUR_MS);
    lamp();
    SAY("b4", "老李", "单元门关不上，3单元");
    expect_state(1, STATE_REPORTED);
    SAY("work", "物业1", "1 不归我管，是供电的");
    expect_state(1, STATE_REPORTED);
    SAY("work", "网格员1", "1 报街道 T-56");
    expect_state(1, STATE_HANDLING);
    SAY("work", "网格员1", "2 转供电 线路的事");
    expect_state(2, STATE_DISPATCHED);
    assert_string_equal(world_event(world, 2)->assignee, world_id(world, "供电"));
    rules_check_all(world);
    world_pass(world, 12 * HOUR_MS);
    rules_check_all(world);
    assert_string_equal(world_event(world, 1)->assignee, world_id(world, "网格员1"));
    assert_string_equal(world_event(world, 2)->assignee, world_id(world, "供电"));
}

/* Of several done in the building's group one is asked about there: no second line for a photo.
 */
static void one_line_for_several_done(void **state)
{
    SAY("b8", "小陈", "3单元漏水，水管");
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("work", "物业2", "收到 1");
    SAY("work", "物业2", "收到 2");
    SAY("b4", "物业2", "完成 1 2");
    expect_state(1, STATE_CHECKING);
    expect_state(2, STATE_CHECKING);
    assert_int_equal(world_said_in(world, "b4"), 1);
}

static void the_same_words_once_more_are_no_reason(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 不归我管");
    SAID("work", "#1", "为什么");
    SAY("work", "物业1", "不归我管");
    expect_state(1, STATE_HANDLING);
    SAY("work", "物业1", "是开发商留下的");
    expect_state(1, STATE_DISPATCHED);
    assert_int_equal(world_event(world, 1)->refusals, 1);
}

/* Residents would have read "驳回：不归我管". */
static void other_commands_are_no_reason_to_reject(void **state)
{
    static const char *const words[] = {"不归我管", "收到", "谢谢", "上报", "好了"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        lamp();
        SAY("work", "网格员1", "驳回 1");
        SAID("work", "#1", "原因");
        SAY("work", "网格员1", words[i]);
        assert_int_not_equal(world_event(world, 1)->state, STATE_DONE);
        SAY("work", "网格员1", "1 驳回 是自家的灯");
        assert_int_equal(world_event(world, 1)->outcome, OUTCOME_REJECTED);
        world_destroy(&world);
        world = world_create();
    }
}

/* The lift's day comes before the lamp's: the ladder looked at the lamp's only. */
static void a_correction_brings_the_clock_forward(void **state)
{
    lamp();
    int64_t before_ms = world_event(world, 1)->due_finish_ms;
    SAY("b4", "孙大姐", "打错了，不是灯，是电梯坏了");
    assert_true(world_event(world, 1)->due_finish_ms < before_ms);
    rules_check_all(world);
}

static void two_refused_in_one_line(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "老李", "单元门关不上，3单元");
    SAY("work", "物业1", "1 不归我管，是开发商留下的");
    SAY("work", "物业1", "1 2 不归我管，是热力的事");
    assert_int_equal(world_event(world, 1)->level, 2);
    assert_string_equal(world_event(world, 2)->assignee, world_id(world, "热力"));
    assert_int_equal(world_said_in(world, "b4"), 1);
}

/* ---- whose it is ---- */

/* The code that the bot told last. */
static void use_code(const char *what, const char *name)
{
    char code[10] = "";
    SAY("dm", "小区网格长", what);
    for (size_t i = 0; i < world->said_count; i++)
        for (const char *at = world->said[i]; (at = strchr(at, '-')); at++)
            if (at - world->said[i] >= 4 &&
                strspn(at + 1, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ") >= 4)
                snprintf(code, sizeof code, "%.9s", at - 4);
    SAY("dm", name, code);
}

static void a_role_taken_back_takes_its_work_along(void **state)
{
    use_code("发码 物业 1", "老周");
    lamp();
    assert_string_equal(world_event(world, 1)->assignee, world_id(world, "老周"));
    SAY("dm", "小区网格长", "收回 物业 1");
    world_pass(world, MINUTE_MS);
    assert_string_equal(world_event(world, 1)->assignee, world_id(world, "物业1"));
}

static void a_reporter_of_no_roster_stays_who_was_asked(void **state)
{
    SAY("b4", "孙大姐", "楼上301天天半夜吵架");
    SAY("dm", "网格员1", "收到 1");
    SAY("dm", "网格员1", "完成 1");
    assert_string_equal(world_event(world, 1)->verifier, world_id(world, "孙大姐"));
    use_code("发码 物业 1", "老周");
    world_pass(world, MINUTE_MS);
    assert_string_equal(world_event(world, 1)->verifier, world_id(world, "孙大姐"));
}

/* ---- who is counted ---- */

static void a_flat_is_counted_once_when_reports_are_merged(void **state)
{
    use_code("发码 4-2-301", "孙大姐");
    use_code("发码 4-2-301", "老李");
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "老李", "1单元6楼的灯不亮");
    SAY("work", "网格员1", "合并 2 1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->also_count, 1);
    assert_int_equal(event_households(event), 1);
}

static void merging_makes_the_third_household(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "老李", "#1 我家也是");
    SAY("b4", "小陈", "1单元6楼的灯不亮");
    SAY("work", "网格员1", "合并 2 1");
    world_pass(world, MINUTE_MS);
    assert_int_equal(event_households(world_event(world, 1)), 3);
    assert_int_equal(world_event(world, 1)->level, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_refusal_needs_a_reason),
        TEST(a_command_about_another_event_is_no_answer),
        TEST(a_hold_needs_a_reason),
        TEST(conferring_needs_a_reason),
        TEST(a_hold_is_granted_from_above),
        TEST(nobody_grants_what_he_asked_for),
        TEST(a_hold_is_asked_for_by_who_has_it),
        TEST(two_are_referred_in_one_line),
        TEST(at_night_the_grid_worker_sends_on),
        TEST(one_line_for_several_done),
        TEST(the_same_words_once_more_are_no_reason),
        TEST(other_commands_are_no_reason_to_reject),
        TEST(a_correction_brings_the_clock_forward),
        TEST(two_refused_in_one_line),
        TEST(a_role_taken_back_takes_its_work_along),
        TEST(a_reporter_of_no_roster_stays_who_was_asked),
        TEST(a_flat_is_counted_once_when_reports_are_merged),
        TEST(merging_makes_the_third_household),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
