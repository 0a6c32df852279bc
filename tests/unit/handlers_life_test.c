/* handlers_life_test.c: each row of the table of DESIGN §5, by a literal turn: who says what,
 * and what becomes of the event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_world.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static struct world *world;

static int setup(void **state)
{
    world = world_create();
    return 0;
}

static int teardown(void **state)
{
    world_destroy(&world);
    return 0;
}

#define SAY(group, name, text) world_say(world, group, name, text)
#define SAID(group, ...) assert_true(world_said(world, group, __VA_ARGS__, NULL))
#define SILENT(group) assert_int_equal(world_said_in(world, group), 0)

static void expect_state(uint32_t id, enum state state)
{
    assert_string_equal(state_name(world_event(world, id)->state), state_name(state));
}

static void lamp(void)
{
    SAY("b4", "孙大姐", "4号楼二单元4楼的灯不亮");
}

static void lamp_in_hand(void)
{
    lamp();
    SAY("work", "物业1", "收到");
}

static void lamp_checked(void)
{
    lamp_in_hand();
    SAY("work", "物业1", "[photo] 好了");
}

static void lamp_done(void)
{
    lamp_checked();
    SAY("b4", "楼长4", "亮了");
}

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
    SAID("b4", "#1", "物业1", "09:00");
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
    SAY("work", "网格员1", "不同意");
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
    size_t message = SAY("b5", "小何", "3单元2楼灯坏了");
    world_recall(world, "b5", "小何", message);
    assert_int_equal(world_event(world, 2)->outcome, OUTCOME_WITHDRAWN);
    message = SAY("b5", "小何", "3单元6楼灯坏了");
    SAY("work", "物业1", "收到 3");
    world_recall(world, "b5", "小何", message);
    expect_state(3, STATE_HANDLING);
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
    SAID("b4", "#1", "明早7点");
    SILENT("work");
    expect_state(1, STATE_REPORTED);
    assert_int_equal(world_event(world, 1)->due_accept_ms, 0);
    world_pass(world, 8 * HOUR_MS + 30 * MINUTE_MS);
    SAID("work", "@物业1", "#1");
    SILENT("b4");
    expect_state(1, STATE_DISPATCHED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        TEST(nobody_accepts),
        TEST(a_missed_deadline_climbs_and_moves_nothing),
        TEST(raised_by_word),
        TEST(three_households_climb),
        TEST(on_hold_and_back),
        TEST(a_refused_hold_goes_on),
        TEST(bad_holds_are_explained),
        TEST(conferring_pauses_until_after_the_meeting),
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
        TEST(merged_keeps_everybody),
        TEST(emergencies_alert_two_rungs_until_heard),
        TEST(at_night_nobody_is_pinged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
