/* handlers_life_test.c: each row of the table of DESIGN §5 up to the work's end, by a literal
 * turn: who says what, and what becomes of the event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_life.h"

static void a_report_is_acknowledged_and_dispatched(void **state)
{
    lamp();
    SAID("b4", "#1", "4号楼2单元4层", "物业1");
    SAID("work", "@物业1", "#1", "收到");
    assert_int_equal(world_said_in(world, "b4"), 1);
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DISPATCHED);
    assert_int_equal(event->owner, OWNER_PROPERTY);
    assert_string_equal(event->assignee, world_id(world, "物业1"));
    assert_int_equal(event->level, 1);
    assert_true(world_has_timer(world, 1, "accept"));
    assert_true(world_has_timer(world, 1, "finish"));
}

static void a_missing_slot_makes_a_draft_that_goes_on(void **state)
{
    SAY("b4", "孙大姐", "楼道灯坏了");
    SAID("b4", "#1", "几单元几楼");
    SILENT("work");
    expect_state(1, STATE_DRAFT);
    world_pass(world, 9 * MINUTE_MS);
    expect_state(1, STATE_DRAFT);
    world_pass(world, 2 * MINUTE_MS);
    expect_state(1, STATE_DISPATCHED);
    SAID("b4", "#1", "到现场看");
    SAID("work", "@物业1", "#1");
}

static void the_answer_to_the_question_completes_it(void **state)
{
    SAY("b4", "孙大姐", "楼道灯坏了");
    SAY("b4", "老李", "二单元");
    expect_state(1, STATE_DRAFT);
    SAY("b4", "孙大姐", "2 3");
    struct event *event = world_event(world, 1);
    assert_string_equal(event->unit, "2");
    assert_int_equal(event->floor, 3);
    assert_int_equal(event->state, STATE_DISPATCHED);
    assert_false(world_has_timer(world, 1, "draft"));
}

static void not_knowing_is_an_answer(void **state)
{
    SAY("b4", "孙大姐", "2单元灯坏了");
    SAY("b4", "孙大姐", "不清楚");
    expect_state(1, STATE_DISPATCHED);
    assert_int_equal(world_event(world, 1)->floor, FLOOR_NONE);
}

static void accepting_tells_the_group(void **state)
{
    lamp();
    SAY("work", "物业1", "收到");
    SAID("b4", "#1", "物业1接单了");
    SILENT("work");
    expect_state(1, STATE_HANDLING);
    assert_false(world_has_timer(world, 1, "accept"));
    assert_true(world_has_timer(world, 1, "finish"));
}

static void others_may_not_accept(void **state)
{
    lamp();
    SAY("b4", "路人甲", "收到 1");
    SAY("work", "热力", "收到 1");
    SAY("work", "网格员1", "收到 1");
    expect_state(1, STATE_DISPATCHED);
    SAY("work", "物业2", "收到 1"); /* a colleague takes it over */
    expect_state(1, STATE_HANDLING);
    assert_string_equal(world_event(world, 1)->assignee, world_id(world, "物业2"));
}

static void a_refusal_goes_to_the_owner_named(void **state)
{
    lamp();
    SAY("work", "物业1", "不归我管");
    SAID("work", "#1", "为什么");
    expect_state(1, STATE_DISPATCHED);
    assert_int_equal(world_event(world, 1)->refusals, 0);
    SAY("work", "物业1", "1 转供电 总闸的问题");
    SAID("b4", "#1", "供电公司", "总闸的问题");
    SAID("work", "@供电", "#1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->owner, OWNER_POWER);
    assert_int_equal(event->refusals, 1);
    assert_int_equal(event->state, STATE_DISPATCHED);
}

static void the_second_refusal_is_decided_above(void **state)
{
    lamp();
    int64_t finish_ms = world_event(world, 1)->due_finish_ms;
    SAY("work", "物业1", "1 转供电 总闸的问题");
    SAY("work", "供电", "1 转物业 楼里的线");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->refusals, 2);
    assert_int_equal(event->level, 2);
    assert_int_equal(event->owner, OWNER_PROPERTY); /* the first owner keeps it meanwhile */
    assert_int_equal(event->due_finish_ms, finish_ms);
    SAID("work", "@小区网格长", "#1");
    SAY("work", "小区网格长", "1 转供电 就是总闸");
    event = world_event(world, 1);
    assert_int_equal(event->owner, OWNER_POWER);
    assert_int_equal(event->refusals, 2);
}

static void a_colleague_refuses_nothing(void **state)
{
    lamp();
    SAY("work", "物业2", "1 不归我管 太远");
    SAID("work", "#1", "物业1");
    SAY("work", "物业2", "1 转供电 总闸的问题");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->owner, OWNER_PROPERTY);
    assert_int_equal(event->refusals, 0);
}

static void a_rung_may_leave_it_where_it_is(void **state)
{
    lamp();
    SAY("work", "物业1", "不归我管，业主自己的灯");
    SAID("work", "@网格员1", "#1");
    SAY("b5", "小何", "3单元5楼灯坏了");
    SAY("work", "网格员1", "2 转物业 业主不在家"); /* no answer about #1 */
    assert_int_equal(world_event(world, 1)->state, STATE_DISPATCHED);
    SAY("work", "网格员1", "1 转物业 楼道灯归物业");
    SAID("work", "@物业1", "#1", "还是由您来办");
    SAID("b4", "#1", "物业1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->owner, OWNER_PROPERTY);
    assert_int_equal(event->refusals, 1);
}

static void a_transfer_at_night_is_told_in_the_morning(void **state)
{
    lamp();
    world_pass(world, 13 * HOUR_MS + 30 * MINUTE_MS);
    SAY("work", "物业1", "1 转供电 总闸的问题");
    SAID("work", "早上7点", "供电");
    assert_int_equal(world_said_in(world, "work"), 1);
    SAID("b4", "#1", "供电公司");
    world_pass(world, 8 * HOUR_MS + 30 * MINUTE_MS);
    SAID("work", "@供电", "#1", "总闸的问题");
    assert_true(world_has_timer(world, 1, "accept"));
}

static void a_hold_may_be_asked_for_in_two_lines(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日");
    SAID("work", "为什么");
    SAY("work", "物业1", "等配件");
    SAID("work", "@网格员1", "3月18日", "等配件");
    assert_string_equal(world_event(world, 1)->until_reason, "等配件");
}

static void a_time_told_with_the_number_is_kept(void **state)
{
    lamp();
    SAY("work", "物业1", "收到 1，下午两点到");
    SAID("b4", "#1", "下午两点到");
}

static void nobody_accepts(void **state)
{
    lamp();
    world_pass(world, 2 * HOUR_MS); /* 11:00 */
    SAID("work", "@物业1", "#1");
    SILENT("b4");
    assert_int_equal(world_event(world, 1)->level, 1);
    world_pass(world, 4 * HOUR_MS); /* 15:00: two working hours later */
    SAID("work", "@小区网格长", "#1");
    SAID("b4", "小区网格长");
    assert_int_equal(world_event(world, 1)->level, 2);
    world_pass(world, 2 * HOUR_MS);
    SAID("work", "@社区网格长", "#1");
    SILENT("b4"); /* residents hear of it once */
    assert_int_equal(world_event(world, 1)->level, 3);
    assert_false(world_has_timer(world, 1, "accept"));
    assert_true(world_has_timer(world, 1, "finish"));
}

static void a_missed_deadline_climbs_and_moves_nothing(void **state)
{
    lamp_in_hand();
    int64_t due_ms = world_event(world, 1)->due_finish_ms;
    world_pass(world, due_ms - world->now_ms);
    struct event *event = world_event(world, 1);
    assert_int_equal(event->level, 2);
    assert_int_equal(event->due_finish_ms, due_ms);
    assert_int_equal(event->state, STATE_HANDLING);
    SAID("work", "@小区网格长", "@物业1", "过了时限");
    assert_true(world_has_timer(world, 1, "finish"));
}

static void raised_by_word(void **state)
{
    lamp_in_hand();
    SAY("b4", "老李", "上报 1");
    assert_int_equal(world_event(world, 1)->level, 1);
    SAY("work", "网格员1", "上报 1");
    assert_int_equal(world_event(world, 1)->level, 2);
    SAID("work", "@小区网格长", "#1");
}

static void three_households_climb(void **state)
{
    SAY("b4", "孙大姐", "4号楼停水了");
    SAY("b4", "老李", "我家也没水");
    SAY("b4", "老李", "我家也没水");
    SILENT("b4");
    assert_int_equal(world_event(world, 1)->level, 1);
    SAY("b4", "小陈", "3单元也停水了");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->also_count, 2);
    assert_int_equal(event->level, 2);
    assert_string_equal(event->sees[0], "3");
    SAID("work", "@小区网格长", "3户");
    assert_int_equal(world->event_count, 1);
}

static void on_hold_and_back(void **state)
{
    lamp_in_hand();
    int64_t due_ms = world_event(world, 1)->due_finish_ms;
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAID("work", "@网格员1", "3月18日", "等配件");
    expect_state(1, STATE_HANDLING);
    SAY("work", "物业1", "同意 1");
    expect_state(1, STATE_HANDLING);
    SAY("work", "网格员1", "同意 1");
    SAID("b4", "#1", "3月18日");
    expect_state(1, STATE_SUSPENDED);
    assert_false(world_has_timer(world, 1, "finish"));
    world_pass(world, 17 * DAY_MS);
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_HANDLING);
    assert_true(event->due_finish_ms > due_ms + 15 * DAY_MS);
    SAID("b4", "#1", "物业1");
}

static void a_refused_hold_goes_on(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "网格员1", "不同意，今天就有配件");
    expect_state(1, STATE_HANDLING);
    assert_int_equal(world_event(world, 1)->until_ms, 0);
    SAID("work", "@物业1", "#1");
}

static void bad_holds_are_explained(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起 等配件");
    SAID("work", "日期");
    SAY("work", "物业1", "1 挂起到2月30日 等配件");
    SAID("work", "日期");
    SAY("work", "物业1", "1 挂起到3月1日 等配件");
    SAID("work", "已经过了");
    expect_state(1, STATE_HANDLING);
}

static void conferring_pauses_until_after_the_meeting(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "上会 1 说不清");
    expect_state(1, STATE_HANDLING);
    SAY("work", "小区网格长", "上会 1 两家说不清");
    expect_state(1, STATE_CONFERRING);
    SAID("b4", "#1", "联席会议");
    world_pass(world, 7 * DAY_MS);
    expect_state(1, STATE_DISPATCHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_is_acknowledged_and_dispatched),
        TEST(a_missing_slot_makes_a_draft_that_goes_on),
        TEST(the_answer_to_the_question_completes_it),
        TEST(not_knowing_is_an_answer),
        TEST(accepting_tells_the_group),
        TEST(others_may_not_accept),
        TEST(a_refusal_goes_to_the_owner_named),
        TEST(the_second_refusal_is_decided_above),
        TEST(a_colleague_refuses_nothing),
        TEST(a_rung_may_leave_it_where_it_is),
        TEST(a_transfer_at_night_is_told_in_the_morning),
        TEST(a_hold_may_be_asked_for_in_two_lines),
        TEST(a_time_told_with_the_number_is_kept),
        TEST(nobody_accepts),
        TEST(a_missed_deadline_climbs_and_moves_nothing),
        TEST(raised_by_word),
        TEST(three_households_climb),
        TEST(on_hold_and_back),
        TEST(a_refused_hold_goes_on),
        TEST(bad_holds_are_explained),
        TEST(conferring_pauses_until_after_the_meeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
