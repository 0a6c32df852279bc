/* handlers_talk_test.c: how people talk: in pieces, with photos, correcting themselves, for
 * others, asking how it goes, answering for a neighbour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_world.h"

#define SECOND_MS 1000LL
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

static void pieces_within_half_a_minute_are_one_report(void **state)
{
    SAY("b4", "孙大姐", "4号楼");
    world_pass(world, 5 * SECOND_MS);
    SAY("b4", "老李", "哈哈");
    SAY("b4", "孙大姐", "灯");
    world_pass(world, 25 * SECOND_MS);
    SAY("b4", "孙大姐", "不亮");
    SAID("b4", "#1", "几单元几楼");
    assert_int_equal(world->event_count, 1);
    assert_string_equal(world_event(world, 1)->category, "lighting");
}

static void pieces_too_far_apart_are_nothing(void **state)
{
    SAY("b4", "孙大姐", "灯");
    world_pass(world, 31 * SECOND_MS);
    SAY("b4", "孙大姐", "不亮");
    assert_int_equal(world->event_count, 0);
    SILENT("b4");
}

static void a_photo_right_after_attaches_silently(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼灯坏了");
    SAY("b4", "孙大姐", "[photo]");
    SILENT("b4");
    SAY("b4", "老李", "[photo]");
    assert_int_equal(world_event(world, 1)->photo_count, 1);
    world_pass(world, 10 * MINUTE_MS);
    SAY("b4", "孙大姐", "[photo]");
    assert_int_equal(world_event(world, 1)->photo_count, 1);
}

static void a_worker_s_photo_may_come_later(void **state)
{
    SAY("b26", "周阿姨", "26号楼2单元大厅地砖破损");
    SAY("work", "物业6", "好了");
    SAID("work", "#1", "照片");
    SAY("work", "物业6", "[photo]");
    assert_int_equal(world_event(world, 1)->photos_after, 1);
}

static void what_is_known_is_not_answered_twice(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    for (int i = 0; i < 5; i++) {
        SAY("b4", "孙大姐", "2单元4楼的灯不亮");
        SILENT("b4");
    }
    world_pass(world, 3 * HOUR_MS);
    SAY("b4", "孙大姐", "2单元4楼的灯不亮"); /* hours later she asks, in her way */
    SAID("b4", "#1", "物业1");
    assert_int_equal(world->event_count, 1);
}

static void a_flood_is_told_to_the_operator_once(void **state)
{
    int told = 0;
    for (int i = 0; i < 30; i++) {
        SAY("b4", "孙大姐", "2单元4楼的灯不亮");
        told += world->turn.operator_line != NULL;
        if (i > 0)
            SILENT("b4");
    }
    assert_int_equal(world->event_count, 1);
    assert_int_equal(told, 1);
}

static void neighbours_join_once_a_household(void **state)
{
    SAY("b4", "孙大姐", "4号楼停水了");
    SAY("b4", "老李", "我家也没水");
    SAID("b4", "react");
    SAY("b4", "老李", "我家也停水");
    SILENT("b4");
    assert_int_equal(world_event(world, 1)->also_count, 1);
    SAY("b4", "小陈", "+1");
    assert_int_equal(world_event(world, 1)->also_count, 2);
    world_pass(world, 2 * HOUR_MS);
    SAY("b4", "阿芳", "+1"); /* about something else by now */
    assert_int_equal(world_event(world, 1)->also_count, 2);
    SAY("b4", "阿芳", "#1 我家也是");
    assert_int_equal(world_event(world, 1)->also_count, 3);
}

static void unsure_ones_are_proposed_to_the_grid_worker(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼电梯坏了");
    SAY("b4", "老李", "2单元电梯坏了");
    assert_int_equal(world->event_count, 2);
    world_pass(world, MINUTE_MS);
    SAID("work", "@网格员1", "#2", "#1");
    SAY("work", "路人甲", "合并");
    assert_int_equal(world_event(world, 2)->state, STATE_DISPATCHED);
    SAY("work", "网格员1", "是");
    assert_int_equal(world_event(world, 2)->outcome, OUTCOME_DUPLICATE);
    assert_int_equal(world_event(world, 1)->also_count, 1);
}

static void me_too_in_an_emergency_is_about_that(void **state)
{
    SAY("b4", "Mike", "there's a strong smell of gas in unit 1");
    SAY("b4", "Lucy", "me too, I smell it as well");
    assert_int_equal(world->event_count, 1);
    assert_int_equal(world_event(world, 1)->also_count, 1);
}

static void a_refused_hold_is_not_granted_by_number(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("work", "物业1", "收到");
    SAY("work", "物业1", "1 挂起到3月18日 等配件");
    SAY("work", "小区网格长", "不同意 1");
    assert_int_equal(world_event(world, 1)->state, STATE_HANDLING);
    SAY("work", "小区网格长", "同意 1");
    assert_int_equal(world_event(world, 1)->state, STATE_SUSPENDED);
}

static void corrections(void **state)
{
    size_t message = SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "老李", "打错了，是6楼");
    assert_int_equal(world_event(world, 1)->floor, 4);
    SAY("b4", "孙大姐", "打错了，是5楼");
    SAID("b4", "#1", "5层");
    SAID("work", "@物业1", "5层");
    world_edit(world, "b4", "孙大姐", message, "3单元5楼的灯不亮");
    assert_string_equal(world_event(world, 1)->unit, "3");
    SAY("b4", "孙大姐", "打错了，是9单元");
    assert_string_equal(world_event(world, 1)->unit, "3");
    SAID("b4", "9单元");
}

static void a_correction_completes_a_draft(void **state)
{
    SAY("b4", "孙大姐", "2单元灯不亮");
    SAY("b4", "孙大姐", "应该是3单元5楼");
    struct event *event = world_event(world, 1);
    assert_string_equal(event->unit, "3");
    assert_int_equal(event->state, STATE_DISPATCHED);
}

static void a_neighbour_may_answer_by_quote_or_number(void **state)
{
    SAY("b4", "孙大姐", "2单元的灯坏了");
    SAY("b4", "老李", "是4楼的");
    assert_int_equal(world_event(world, 1)->state, STATE_DRAFT);
    SAY("b4", "老李", "[reply 1] 是4楼的");
    assert_int_equal(world_event(world, 1)->floor, 4);
    SAY("b5", "小何", "2单元的灯坏了");
    SAY("b5", "阿玲", "#2 是5楼的");
    assert_int_equal(world_event(world, 2)->floor, 5);
    assert_int_equal(world_event(world, 2)->state, STATE_DISPATCHED);
}

static void a_bare_number_of_somebody_else_is_nothing(void **state)
{
    SAY("b4", "孙大姐", "楼道灯坏了");
    SAY("b4", "老李", "1");
    struct event *event = world_event(world, 1);
    assert_int_equal(event->state, STATE_DRAFT);
    assert_null(event->unit);
}

static void progress(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "孙大姐", "我报的灯怎么样了");
    SAID("b4", "#1", "物业1", "18:00");
    SAY("b4", "老李", "1号修了吗");
    SAID("b4", "#1");
    SAY("b4", "老李", "7号修了吗"); /* an unknown number in a group: silence */
    SILENT("b4");
    SAY("dm", "老李", "#7 进度");
    SAID("dm 老李", "#7");
    SAY("b4", "老李", "12号楼");
    SILENT("b4");
    SAY("b4", "孙大姐", "3单元电梯坏了");
    SAY("dm", "孙大姐", "我报的怎么样了");
    SAID("dm 孙大姐", "#1", "#2");
}

static void which_one_is_asked(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b5", "小何", "3单元5楼灯坏了");
    SAY("work", "物业1", "收到 1 2");
    SAY("dm", "物业1", "好了"); /* no ping came to him there, two of his are open */
    SAID("dm 物业1", "#1", "#2");
    SAY("dm", "物业1", "2");
    assert_int_equal(world_event(world, 2)->state, STATE_CHECKING);
    assert_int_equal(world_event(world, 1)->state, STATE_HANDLING);
}

static void two_questions_need_a_number(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b4", "老李", "3单元2楼灯坏了");
    SAY("work", "物业1", "完成 1 2");
    SAID("b4", "@楼长4", "#1", "#2");
    assert_int_equal(world_said_in(world, "b4"), 1);
    SAY("b4", "楼长4", "好了");
    SAID("b4", "#1", "#2");
    SAY("b4", "楼长4", "2");
    assert_int_equal(world_event(world, 2)->state, STATE_DONE);
    assert_int_equal(world_event(world, 1)->state, STATE_CHECKING);
    SAY("b4", "楼长4", "1 没修好");
    assert_int_equal(world_event(world, 1)->state, STATE_HANDLING);
}

static void on_behalf(void **state)
{
    SAY("work", "网格员6", "代报：26号楼张大爷家水管漏水 301");
    struct event *event = world_event(world, 1);
    assert_string_equal(event->via, world_id(world, "网格员6"));
    assert_string_equal(event->reporter, world_id(world, "张大爷"));
    assert_string_equal(event->room, "301");
    assert_int_equal(world_said_in(world, "work"), 1);
    SAID("work", "@物业6", "301");
    SAY("work", "物业6", "收到");
    assert_false(strstr(world->said[0], "301") != NULL);
}

static void private_matters_stay_out_of_groups(void **state)
{
    SAY("b4", "孙大姐", "楼上301天天半夜吵架打孩子");
    assert_int_equal(world_said_in(world, "b4"), 1);
    for (size_t i = 0; i < world->said_count; i++)
        if (strncmp(world->said[i], "dm", 2) != 0)
            assert_null(strstr(world->said[i], "打孩子"));
    SAID("dm 网格员1", "打孩子");
    SAY("dm", "网格员1", "收到");
    SAID("dm 孙大姐", "#1");
    SILENT("b4");
    SAY("b4", "老李", "#1 进度");
    SILENT("b4");
}

static void unknown_numbers_are_said_to_staff_only(void **state)
{
    SAY("work", "物业1", "完成 99");
    SAID("work", "#99");
    SAY("b4", "路人甲", "完成 99");
    SILENT("b4");
}

static void old_news_is_taken_silently(void **state)
{
    world->late_ms = 40 * MINUTE_MS;
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SILENT("b4");
    SAID("work", "@物业1", "#1");
    SAY("b4", "老李", "3单元2楼灯坏了");
    SILENT("b4");
    SAY("b4", "老李", "谢谢");
    world->late_ms = 0;
    world_pass(world, MINUTE_MS);
    assert_int_equal(world_said_in(world, "b4"), 1); /* one collected line */
    assert_int_equal(world->event_count, 2);
}

static void the_morning_list(void **state)
{
    SAY("b4", "孙大姐", "2单元4楼的灯不亮");
    SAY("b5", "小何", "3单元5楼灯坏了");
    world_pass(world, 23 * HOUR_MS + 31 * MINUTE_MS);
    SAID("dm 网格员1", "#1", "#2");
    assert_int_equal(world_said_in(world, "dm 网格员1"), 1);
    assert_int_equal(world_said_in(world, "dm 网格员2"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pieces_within_half_a_minute_are_one_report),
        TEST(pieces_too_far_apart_are_nothing),
        TEST(a_photo_right_after_attaches_silently),
        TEST(a_worker_s_photo_may_come_later),
        TEST(what_is_known_is_not_answered_twice),
        TEST(a_flood_is_told_to_the_operator_once),
        TEST(neighbours_join_once_a_household),
        TEST(unsure_ones_are_proposed_to_the_grid_worker),
        TEST(me_too_in_an_emergency_is_about_that),
        TEST(a_refused_hold_is_not_granted_by_number),
        TEST(corrections),
        TEST(a_correction_completes_a_draft),
        TEST(a_neighbour_may_answer_by_quote_or_number),
        TEST(a_bare_number_of_somebody_else_is_nothing),
        TEST(progress),
        TEST(which_one_is_asked),
        TEST(two_questions_need_a_number),
        TEST(on_behalf),
        TEST(private_matters_stay_out_of_groups),
        TEST(unknown_numbers_are_said_to_staff_only),
        TEST(old_news_is_taken_silently),
        TEST(the_morning_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
