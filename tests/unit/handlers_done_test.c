/* handlers_done_test.c: the rows of the table of DESIGN §5 from "it is done" on, by a literal
 * turn: who says what, and what becomes of the event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_life.h"

static void done_asks_the_building_head(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "[photo] 好了");
    SAID("b4", "@楼长4", "#1");
    assert_int_equal(world_said_in(world, "b4"), 1);
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_CHECKING);
    assert_int_equal(event->photos_after, 1);
    assert_string_equal(event->handler_member, world_id(world, "物业1"));
    assert_string_equal(event->verifier, world_id(world, "楼长4"));
}

static void nobody_confirms_his_own_work(void **state)
{
    lamp_checked();
    SAY("b4", "物业1", "确认 1");
    SAY("b4", "物业2", "确认 1");
    SAY("b4", "路人甲", "确认 1");
    expect_state(1, STATE_CHECKING);
}

static void the_verifier_closes_and_the_reporter_rates(void **state)
{
    lamp_done();
    SAID("b4", "@孙大姐", "#1", "楼长4");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->outcome, OUTCOME_RESOLVED);
    assert_int_equal(event->confirmed_by, CONFIRMED_VERIFIER);
    SAY("b4", "老李", "👍");
    SAY("b4", "孙大姐", "谢谢");
    expect_state(1, STATE_DONE);
    SAY("b4", "孙大姐", "👍");
    event = world_event(world, 1);
    assert_int_equal(event->state, STATE_ARCHIVED);
    assert_int_equal(event->rating, RATING_GOOD);
    SILENT("b4");
}

static void a_bad_rating_asks_why(void **state)
{
    lamp_done();
    SAY("b4", "孙大姐", "不满意");
    SAID("b4", "#1");
    assert_int_equal(world_event(world, 1)->rating, RATING_BAD);
    SAY("b4", "孙大姐", "等了三天才来");
    SAID("work", "@网格员1", "等了三天才来");
}

static void a_reaction_rates_too(void **state)
{
    lamp_done();
    SAY("b4", "老李", "[reply 1] [react 👍]");
    expect_state(1, STATE_DONE);
    SAY("b4", "孙大姐", "[reply 1] [react 👍]");
    assert_int_equal(world_event(world, 1)->rating, RATING_GOOD);
}

static void unrated_events_are_archived_after_seven_days(void **state)
{
    lamp_done();
    world_pass(world, 7 * DAY_MS - 1);
    expect_state(1, STATE_DONE);
    world_pass(world, 2);
    expect_state(1, STATE_ARCHIVED);
}

static void not_fixed_goes_back_and_climbs_the_second_time(void **state)
{
    lamp_checked();
    int64_t due_ms = world_event(world, 1)->due_finish_ms;
    SAY("b4", "楼长4", "没修好");
    SAID("b4", "#1", "物业1");
    SAID("work", "@物业1", "#1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_HANDLING);
    assert_int_equal(event->rework, 1);
    assert_int_equal(event->level, 1);
    assert_int_equal(event->due_finish_ms, due_ms);
    SAY("work", "物业1", "好了");
    SAY("b4", "孙大姐", "还是不亮");
    event = world_event(world, 1);
    assert_int_equal(event->rework, 2);
    assert_int_equal(event->level, 2);
    assert_int_equal(event->solved, 1);
}

static void the_reporter_says_it_is_fixed(void **state)
{
    lamp_in_hand();
    SAY("b4", "孙大姐", "修好了");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->confirmed_by, CONFIRMED_REPORTER);
    assert_int_equal(event->solved, 2);
    assert_false(world_has_timer(world, 1, "finish"));
}

static void silence_closes_only_with_a_photo(void **state)
{
    lamp_checked();
    world_pass(world, 47 * HOUR_MS);
    expect_state(1, STATE_CHECKING);
    SILENT("b4");
    world_pass(world, HOUR_MS);
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->confirmed_by, CONFIRMED_SILENCE);
}

static void silence_without_a_photo_asks_on(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "好了");
    world_pass(world, 24 * HOUR_MS);
    SAID("b4", "@孙大姐", "#1");
    world_pass(world, 24 * HOUR_MS);
    SAID("work", "@网格员1", "#1");
    expect_state(1, STATE_CHECKING);
    SAY("work", "网格员1", "确认 1");
    expect_state(1, STATE_DONE);
}

static void reopened_within_seven_days(void **state)
{
    lamp_done();
    world_pass(world, 6 * DAY_MS);
    SAY("b4", "老李", "1 没修好");
    expect_state(1, STATE_DONE);
    SAY("b4", "孙大姐", "又坏了");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_HANDLING);
    assert_int_equal(event->reopened, 1);
    assert_int_equal(event->outcome, OUTCOME_NONE);
}

static void later_a_new_event_names_the_old_one(void **state)
{
    lamp_done();
    world_pass(world, 5 * DAY_MS);
    SAY("b4", "孙大姐", "👍");
    world_pass(world, 3 * DAY_MS);
    SAY("b4", "孙大姐", "#1 又坏了");
    assert_int_equal(world->event_count, 2);
    struct event *event = world_event(world, 2);
    assert_int_equal(event->former, 1);
    assert_string_equal(event->unit, "2");
    expect_state(1, STATE_ARCHIVED);
    SAID("b4", "#2", "#1");
}

static void thanks_never_reopen(void **state)
{
    lamp_done();
    SAY("b4", "楼长4", "谢谢");
    SAY("b4", "楼长4", "👍");
    SAY("b4", "楼长4", "[reply 1] [react 👍]");
    expect_state(1, STATE_DONE);
}

static void closed_with_a_reason(void **state)
{
    lamp();
    SAY("work", "网格员1", "1 驳回");
    SAID("work", "原因");
    expect_state(1, STATE_DISPATCHED);
    SAY("work", "物业1", "1 驳回 不想去");
    expect_state(1, STATE_DISPATCHED);
    SAY("work", "网格员1", "1 驳回 不在小区范围");
    SAID("b4", "#1", "不在小区范围");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->outcome, OUTCOME_REJECTED);
    lamp();
    SAY("work", "网格员1", "2 已解释 声控灯白天不亮");
    assert_int_equal(world_event(world, 2)->outcome, OUTCOME_EXPLAINED);
}

static void withdrawn_by_word_and_by_recall(void **state)
{
    lamp();
    SAY("b4", "老李", "1 不用修了");
    expect_state(1, STATE_DISPATCHED);
    SAY("b4", "孙大姐", "不用修了");
    SAID("b4", "#1", "撤回");
    SAID("work", "@物业1", "#1");
    assert_int_equal(world_event(world, 1)->outcome, OUTCOME_WITHDRAWN);
    world_pass(world, 8 * 86400000LL);
    expect_state(1, STATE_ARCHIVED);
    size_t message = SAY("b5", "小何", "3单元2楼灯坏了");
    world_recall(world, "b5", "小何", message);
    assert_int_equal(world_event(world, 2)->outcome, OUTCOME_WITHDRAWN);
    message = SAY("b5", "小何", "3单元6楼灯坏了");
    SAY("work", "物业1", "收到 3");
    world_recall(world, "b5", "小何", message);
    expect_state(3, STATE_HANDLING);
}

static void nobody_closes_what_his_company_has(void **state)
{
    SAY("b4", "物业经理", "2单元4楼的灯不亮");
    SAY("b4", "老李", "#1 我家也是");
    SAY("b4", "物业经理", "我自己修好了");
    expect_state(1, STATE_DISPATCHED);
}

static void merged_keeps_everybody(void **state)
{
    lamp();
    SAY("b4", "老李", "[photo] 2单元楼道的声控灯坏了");
    SAY("b4", "老李", "6楼");
    assert_int_equal(world->event_count, 2);
    SAY("work", "网格员1", "合并 2 1");
    SAID("b4", "#2", "#1");
    struct event *gone = world_event(world, 2), *stays = world_event(world, 1);
    assert_int_equal(gone->outcome, OUTCOME_DUPLICATE);
    assert_int_equal(gone->duplicate_of, 1);
    assert_int_equal(stays->also_count, 1);
    assert_int_equal(stays->photo_count, 1);
    world_pass(world, 8 * 86400000LL);
    expect_state(2, STATE_ARCHIVED);
}

static void settled_on_the_spot(void **state)
{
    lamp();
    SAY("b4", "老李", "1 当场解决");
    SAY("work", "网格员2", "1 当场解决");
    expect_state(1, STATE_DISPATCHED);
    SAY("work", "网格员1", "1 当场解决 拧紧了灯泡");
    SAID("b4", "#1", "网格员1当场处理的");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->outcome, OUTCOME_RESOLVED);
    SAY("b5", "小何", "有人遛狗不牵绳"); /* the grid worker's own: he confirms it not himself */
    SAY("work", "网格员1", "2 当场解决 说过了");
    expect_state(2, STATE_CHECKING);
}

static void a_reason_may_come_as_a_digit(void **state)
{
    lamp();
    SAY("work", "网格员1", "1 驳回");
    SAID("work", "1 不在小区范围内");
    SAY("work", "网格员2", "1");
    expect_state(1, STATE_DISPATCHED);
    SAY("work", "网格员1", "2");
    SAID("b4", "#1", "属于自己家里的事");
    assert_int_equal(world_event(world, 1)->outcome, OUTCOME_REJECTED);
}

static void its_reporter_ends_a_pause(void **state)
{
    lamp();
    SAY("work", "小区网格长", "上会 1 两家说不清");
    SAY("b4", "孙大姐", "修好了");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DONE);
    assert_int_equal(event->confirmed_by, CONFIRMED_REPORTER);
    assert_int_equal(event->paused_ms, 0);
    assert_false(world_has_timer(world, 1, "resume"));
}

static void done_before_the_date(void **state)
{
    lamp_in_hand();
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "网格员1", "同意 1");
    expect_state(1, STATE_SUSPENDED);
    SAY("work", "物业1", "[photo] 完成 1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_CHECKING);
    assert_int_equal(event->paused_ms, 0);
    assert_false(world_has_timer(world, 1, "resume"));
    assert_false(world_has_timer(world, 1, "finish"));
}

static void a_no_at_night_reaches_the_worker_in_the_morning(void **state)
{
    lamp_checked();
    world_pass(world, 13 * HOUR_MS + 30 * MINUTE_MS); /* 22:30 */
    SAY("b4", "楼长4", "没修好");
    SAID("b4", "#1", "物业1");
    SILENT("work");
    expect_state(1, STATE_HANDLING);
    world_pass(world, 8 * HOUR_MS + 30 * MINUTE_MS);
    SAID("work", "@物业1", "#1", "没修好");
}

static void what_was_said_at_night_is_not_told_when_it_is_over(void **state)
{
    lamp_checked();
    world_pass(world, 13 * HOUR_MS + 30 * MINUTE_MS);
    SAY("b4", "楼长4", "没修好");
    SAY("work", "物业1", "[photo] 完成 1");
    world_pass(world, 8 * HOUR_MS + 30 * MINUTE_MS);
    SILENT("work");
    SAID("b4", "@楼长4", "#1");
}

static void who_told_it_for_somebody_is_asked(void **state)
{
    SAY("work", "网格员2", "代报：9号楼王大妈说她被邻居骂了，请调解");
    SAY("dm", "调解员", "完成 1 谈好了");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_CHECKING);
    assert_string_equal(event->verifier, world_id(world, "网格员2"));
    SAID("dm 网格员2", "#1");
}

static void emergencies_alert_two_rungs_until_heard(void **state)
{
    world_pass(world, 14 * HOUR_MS); /* 23:00 */
    SAY("b4", "孙大姐", "3单元有煤气味！！");
    SAID("b4", "119", "#1");
    SAID("work", "@燃气", "@网格员1", "@小区网格长");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DISPATCHED);
    assert_int_equal(event->level, 2);
    world_pass(world, 5 * MINUTE_MS);
    SAID("work", "@燃气", "@小区网格长");
    world_pass(world, 5 * MINUTE_MS);
    SAID("work", "@燃气", "@社区网格长");
    SAY("work", "小区网格长", "收到");
    expect_state(1, STATE_HANDLING);
    SAID("b4", "#1", "小区网格长");
    world_pass(world, 20 * MINUTE_MS);
    SILENT("work");
}

static void at_night_nobody_is_pinged(void **state)
{
    world_pass(world, 13 * HOUR_MS + 30 * MINUTE_MS); /* 22:30 */
    lamp();
    SAID("b4", "#1", "早上7点");
    SILENT("work");
    expect_state(1, STATE_REPORTED);
    assert_int_equal(world_event(world, 1)->due_accept_ms, 0);
    world_pass(world, 8 * HOUR_MS + 30 * MINUTE_MS);
    SAID("work", "@物业1", "#1");
    SILENT("b4");
    expect_state(1, STATE_DISPATCHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(done_asks_the_building_head),
        TEST(nobody_confirms_his_own_work),
        TEST(the_verifier_closes_and_the_reporter_rates),
        TEST(a_bad_rating_asks_why),
        TEST(a_reaction_rates_too),
        TEST(unrated_events_are_archived_after_seven_days),
        TEST(not_fixed_goes_back_and_climbs_the_second_time),
        TEST(the_reporter_says_it_is_fixed),
        TEST(silence_closes_only_with_a_photo),
        TEST(silence_without_a_photo_asks_on),
        TEST(reopened_within_seven_days),
        TEST(later_a_new_event_names_the_old_one),
        TEST(thanks_never_reopen),
        TEST(closed_with_a_reason),
        TEST(withdrawn_by_word_and_by_recall),
        TEST(nobody_closes_what_his_company_has),
        TEST(merged_keeps_everybody),
        TEST(settled_on_the_spot),
        TEST(a_reason_may_come_as_a_digit),
        TEST(its_reporter_ends_a_pause),
        TEST(done_before_the_date),
        TEST(a_no_at_night_reaches_the_worker_in_the_morning),
        TEST(what_was_said_at_night_is_not_told_when_it_is_over),
        TEST(who_told_it_for_somebody_is_asked),
        TEST(emergencies_alert_two_rungs_until_heard),
        TEST(at_night_nobody_is_pinged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
