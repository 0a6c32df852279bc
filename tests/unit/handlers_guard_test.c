/* handlers_guard_test.c: rights, dates, masking and the small judgements that the handlers
 * share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handlers/skills.h"
#include "handlers_world.h"

static struct world *world;
static struct turn turn;
static struct event event;

static int setup(void **state)
{
    world = world_create();
    world_say(world, "b4", "孙大姐", "哈哈"); /* gives the world an arena */
    turn = (struct turn){.community = world->community,
                         .calendar = world->calendar,
                         .policy = world->policy,
                         .now_ms = world->now_ms,
                         .arena = world->arena,
                         .text = ""};
    event = (struct event){.building = "4",
                           .unit = "2",
                           .category = "lighting",
                           .code = "WY01",
                           .owner = OWNER_PROPERTY,
                           .reporter = world_id(world, "孙大姐"),
                           .assignee = world_id(world, "物业1"),
                           .state = STATE_DISPATCHED,
                           .floor = FLOOR_NONE,
                           .floor_to = FLOOR_NONE};
    return 0;
}

static int teardown(void **state)
{
    world_destroy(&world);
    return 0;
}

static bool may(const char *name, enum right right)
{
    turn.sender =
        community_sender(world->community, "play", "play", name, name, NULL, turn.arena);
    return guard_may(&turn, &event, right);
}

/* Who may do what to the lamp of building 4: one line a right, in the order of the people. */
static void rights_are_as_in_the_table(void **state)
{
    static const char *const people[] = {"孙大姐",  "路人甲",  "物业1",      "物业2",
                                         "热力",    "楼长4",   "楼长5",      "微网格员4",
                                         "网格员1", "网格员2", "小区网格长", "社区网格长"};
    static const struct {
        enum right right;
        const char *expected;
    } rows[] = {
        {RIGHT_ACCEPT, "..xx........"},   {RIGHT_DONE, "..x........."},
        {RIGHT_TRANSFER, "..x.....x.xx"}, {RIGHT_RAISE, "..x..x.xx.xx"},
        {RIGHT_SUSPEND, "..x........."},  {RIGHT_GRANT, "........x.xx"},
        {RIGHT_CONFER, "..........xx"},   {RIGHT_CONFIRM, "x....x.x...."},
        {RIGHT_REOPEN, "x....x.xx.xx"},   {RIGHT_WITHDRAW, "x..........."},
        {RIGHT_CORRECT, "x.......x.xx"},  {RIGHT_CLOSE, "........x.xx"},
        {RIGHT_MERGE, "........x.xx"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t p = 0; p < sizeof people / sizeof *people; p++)
            if (may(people[p], rows[r].right) != (rows[r].expected[p] == 'x'))
                fail_msg("right %d of %s", rows[r].right, people[p]);
}

static void nobody_confirms_his_company_s_work(void **state)
{
    event.handler_member = world_id(world, "物业2");
    event.verifier = world_id(world, "物业经理");
    assert_false(may("物业经理", RIGHT_CONFIRM));
    assert_false(may("物业2", RIGHT_CONFIRM));
    event.reporter = world_id(world, "物业3");
    assert_false(may("物业3", RIGHT_CONFIRM));
    assert_true(may("楼长4", RIGHT_CONFIRM));
}

static void in_an_emergency_any_rung_may_accept(void **state)
{
    event.urgency = URGENCY_EMERGENCY;
    assert_true(may("网格员1", RIGHT_ACCEPT));
    assert_true(may("小区网格长", RIGHT_ACCEPT));
    assert_false(may("路人甲", RIGHT_ACCEPT));
    assert_false(may("网格员2", RIGHT_ACCEPT));
}

static void expect_date(const char *text, const char *want)
{
    int64_t ms;
    char got[40] = "none";
    if (date_find(&turn, text, &ms))
        calendar_rfc3339(world->calendar, ms, got, sizeof got);
    if (strncmp(got, want, strlen(want)) != 0)
        fail_msg("\"%s\" is %s, want %s", text, got, want);
}

/* Today is Monday, 2 March 2026. */
static void dates(void **state)
{
    static const char *const cases[][2] = {
        {"12 挂起到5月18日 等配件", "2026-05-18T18:00"},
        {"挂起到5月18号", "2026-05-18T18:00"},
        {"到18号", "2026-03-18"},
        {"15号前修好", "2026-03-15"},
        {"1号", "2026-04-01"},
        {"昨天", "2026-03-01"},
        {"前天", "2026-02-28"},
        {"until yesterday", "2026-03-01"},
        {"上周五", "2026-02-27"},
        {"去年5月", "none"},
        {"2025年5月1日", "2025-05-01"},
        {"2027年5月1日", "2027-05-01"},
        {"明年1月5号", "2027-01-05"},
        {"18 May 2027", "2027-05-18"},
        {"May 18, 2025", "2025-05-18"},
        {"next Friday", "2026-03-13"},
        {"until Friday", "2026-03-06"},
        {"12 挂起到5/18 等配件", "2026-05-18"},
        {"5.18", "2026-05-18"},
        {"2026-05-18", "2026-05-18"},
        {"12 14", "none"},
        {"4-2-401", "none"},
        {"2月30日", "none"},
        {"13月1日", "none"},
        {"明天", "2026-03-03"},
        {"后天下午", "2026-03-04"},
        {"周五", "2026-03-06"},
        {"下周三前", "2026-03-11"},
        {"下周一", "2026-03-09"},
        {"星期天", "2026-03-08"},
        {"3月1日", "2026-03-01"},
        {"8月1日", "2026-08-01"},
        {"1月5日", "2026-01-05"},
        {"until 18 May", "2026-05-18"},
        {"May 18", "2026-05-18"},
        {"tomorrow", "2026-03-03"},
        {"12号楼", "none"},
        {"等配件", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_date(cases[i][0], cases[i][1]);
}

static void numbers_of_people_are_masked(void **state)
{
    assert_string_equal(say_masked(&turn, "打13812345678找我"), "打138******78找我");
    assert_string_equal(say_masked(&turn, "身份证370811199001011234"),
                        "身份证370*************34");
    assert_string_equal(say_masked(&turn, "0537-226 1234"), "053********34");
    assert_string_equal(say_masked(&turn, "4-2-401 的灯，3月18日"), "4-2-401 的灯，3月18日");
    assert_string_equal(say_masked(&turn, ""), "");
}

static struct fault_found fault(const char *unit, int32_t floor)
{
    return (struct fault_found){
        .category = "lighting",
        .code = "WY01",
        .object = "灯",
        .where = {.building = "4", .unit = unit, .floor = floor, .floor_to = FLOOR_NONE}};
}

static int same(const char *unit, int32_t floor)
{
    struct fault_found found = fault(unit, floor);
    return report_is_same(&turn, &event, &found);
}

static void when_two_tell_the_same(void **state)
{
    struct meaning meaning = {.lang = LANG_ZH};
    turn.meaning = &meaning;
    turn.group = community_group(world->community, "b4");
    turn.sender =
        community_sender(world->community, "play", "play", "老李", "老李", NULL, turn.arena);
    event.floor = 4;
    event.object = "灯";
    assert_int_equal(same("2", 4), 2);
    assert_int_equal(same("2", 5), 0);
    assert_int_equal(same("3", 4), 0);
    assert_int_equal(same("2", FLOOR_NONE), 1);
    assert_int_equal(same(NULL, FLOOR_NONE), 1);
    event.floor_to = 6;
    assert_int_equal(same("2", 5), 2);
    struct fault_found found = fault("2", 4);
    found.category = "elevator";
    assert_int_equal(report_is_same(&turn, &event, &found), 0);
    found = fault("2", 4);
    found.where.building = "5";
    assert_int_equal(report_is_same(&turn, &event, &found), 0);
    found = fault("2", 4);
    found.where.place = "车库";
    assert_int_equal(report_is_same(&turn, &event, &found), 0);
    found = fault("2", 4);
    found.urgency = URGENCY_EMERGENCY;
    assert_int_equal(report_is_same(&turn, &event, &found), 0);
}

static void places_that_do_not_exist(void **state)
{
    struct meaning meaning = {.lang = LANG_ZH};
    turn.meaning = &meaning;
    struct location where = {.unit = "9", .floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
    assert_string_equal(report_wrong(&turn, &where, "4"), "9单元");
    where.unit = "4";
    assert_null(report_wrong(&turn, &where, "4"));
    where.floor = 40;
    assert_string_equal(report_wrong(&turn, &where, "4"), "40楼");
    where.floor = -2;
    assert_null(report_wrong(&turn, &where, "4"));
    where.floor = 0;
    assert_non_null(report_wrong(&turn, &where, "4"));
    where.building = "30";
    assert_string_equal(report_wrong(&turn, &where, "30"), "30号楼");
    struct location letters = {.unit = "B", .floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
    assert_null(report_wrong(&turn, &letters, "4"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rights_are_as_in_the_table),
        TEST(nobody_confirms_his_company_s_work),
        TEST(in_an_emergency_any_rung_may_accept),
        TEST(dates),
        TEST(numbers_of_people_are_masked),
        TEST(when_two_tell_the_same),
        TEST(places_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
