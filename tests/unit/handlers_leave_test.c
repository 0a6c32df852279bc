/* handlers_leave_test.c: what staff say of being away is taken apart: days, deputy, whose it
 * is, and what is no such wish. And the table of who may change the roster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handlers/handlers.h"
#include "handlers/leave.h"
#include "handlers_world.h"
#include "host/conf.h"
#include "people_files.h"

static struct world *world;
static struct turn turn;
static struct input input;

static int setup(void **state)
{
    world = world_create();
    world_say(world, "b4", "孙大姐", "哈哈"); /* gives the world an arena */
    turn = (struct turn){.community = world->community,
                         .calendar = world->calendar,
                         .policy = world->policy,
                         .input = &input,
                         .now_ms = world->now_ms,
                         .arena = world->arena};
    turn.group = community_group(world->community, "dm");
    return 0;
}

static int teardown(void **state)
{
    world_destroy(&world);
    return 0;
}

static void be(const char *name)
{
    turn.sender =
        community_sender(world->community, "play", "play", name, name, NULL, turn.arena);
}

/* "网格员1 20260303-20260308 小区网格长", "-" for no wish. */
static const char *read_it(const char *text)
{
    struct leave_wish wish;
    bool nobody = false;
    const char *name = "";
    turn.text = text;
    if (!leave_read(&turn, &wish))
        return "-";
    const struct member *deputy =
        wish.deputy ? leave_deputy(&turn, wish.deputy, &nobody, &name) : NULL;
    const char *stands = deputy        ? deputy->name
                         : nobody      ? "nobody"
                         : wish.deputy ? arena_printf(turn.arena, "?%s", name)
                                       : "";
    if (wish.fault)
        return arena_printf(turn.arena, "%s %s", wish.who->name, wish.fault);
    return arena_printf(turn.arena, "%s %d-%d %s%s", wish.who->name, wish.from % 10000,
                        wish.until % 10000, stands, wish.rest ? "+" : "");
}

/* Today is Monday, 2 March 2026. */
static void wishes(void **state)
{
    static const char *const cases[][2] = {
        {"我3号到8号休假 小区网格长代", "网格员1 303-308 小区网格长"},
        {"我3号到8号休假小区网格长代", "网格员1 303-308 小区网格长"},
        {"我3月3日至3月8日休假，由网格员2代班", "网格员1 303-308 网格员2"},
        {"我3-8号休假，网格员2替我", "网格员1 303-308 网格员2"},
        {"我请假到8号 网格员2代", "网格员1 302-308 网格员2"},
        {"请假到8号，网格员2代", "网格员1 302-308 网格员2"},
        {"明天休息一天，物业2替我", "网格员1 303-303 物业2"},
        {"我明天起请假三天，让网格员3顶我", "网格员1 303-305 网格员3+"},
        {"我请假两周，没人代", "网格员1 302-315 nobody"},
        {"我28号到3号休假 网格员2代", "网格员1 328-403 网格员2"},
        {"我1号到8号休假", "网格员1 302-308 "},
        {"下周一到下周三我休年假", "网格员1 309-311 "},
        {"我周五调休", "网格员1 306-306 "},
        {"我3号到8号休假 张三代", "网格员1 303-308 ?张三"},
        {"我3号到8号休假回老家 网格员2代", "网格员1 303-308 网格员2+"},
        {"网格员2 3号到8号休假 网格员3代", "网格员2 303-308 网格员3"},
        {"网格员2明天请假，网格员3代", "网格员2 303-303 网格员3"},
        {"I'm on leave 3rd to 8th, 网格员2 stands in", "网格员1 303-308 网格员2"},
        {"I am on leave until 8th, 网格员2 will stand in", "网格员1 302-308 网格员2"},
        {"I'm on leave 3rd to 8th of March, nobody stands in", "网格员1 303-308 nobody"},
        {"on leave 3-8 March, 网格员2 covers for me", "网格员1 303-308 网格员2+"},
        {"day off tomorrow, 网格员2 covers", "网格员1 303-303 网格员2"},
        {"I'm on leave for 3 days from tomorrow", "网格员1 303-305 "},
        {"我2月30日休假", "网格员1 no_day"},
        {"我31号到4月31号休假", "网格员1 no_day"},
        {"我8号到3号休假", "网格员1 order"},
        {"我2月1日到2月5日休假", "网格员1 past"},
        {"我请假", "网格员1 no_dates"},
        {"我明天休假吗", "-"},
        {"大家周末休息得好", "-"},
        {"修水泵的人明天休息", "-"},
        {"3号楼的灯不亮", "-"},
        {"", "-"},
    };
    be("网格员1");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = read_it(cases[i][0]);
        if (strcmp(got, cases[i][1]) != 0)
            fail_msg("\"%s\" is %s, want %s", cases[i][0], got, cases[i][1]);
    }
}

static void words_for_being_back(void **state)
{
    static const char *const back[] = {"我回来了",  "销假",     "我回来啦！",
                                       "I'm back",  "im back.", "I am back from leave",
                                       "我休完假了"};
    static const char *const not [] = {"灯回来了吗", "物业的人我回来再找",
                                       "back door is broken"};
    size_t len;
    for (size_t i = 0; i < sizeof back / sizeof *back; i++)
        if (!leave_is_over(back[i], &len))
            fail_msg("%s", back[i]);
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
        if (leave_is_over(not [i], &len))
            fail_msg("%s", not [i]);
    assert_true(leave_is_over("网格员2销假了", &len));
    assert_int_equal(len, strlen("网格员2"));
}

/* Who may change a role of building 4 in grid 1: one line a role, in the order of the people.
 */
static void the_roster_is_changed_as_in_the_table(void **state)
{
    static const char *const people[] = {"孙大姐",     "物业1",   "物业经理",
                                         "楼长4",      "网格员1", "小区网格长",
                                         "社区网格长", "街道",    "区中心"};
    static const struct {
        enum role role;
        const char *expected;
    } rows[] = {
        {ROLE_RESIDENT, ".....xxxx"},
        {ROLE_BUILDING_HEAD, ".....xxxx"},
        {ROLE_GRID_WORKER, ".....xxxx"},
        {ROLE_OWNER, ".....xxxx"},
        {ROLE_OWNER_MANAGER, ".....xxxx"},
        {ROLE_ESTATE_GRID_HEAD, "......xxx"},
        {ROLE_COMMUNITY_GRID_HEAD, ".......xx"},
        {ROLE_DISTRICT, "........."},
    };
    static const enum roster_right rights[] = {ROSTER_CODE, ROSTER_TAKE_BACK, ROSTER_LEAVE};
    struct area where = {.grid = "1", .building = "4"};
    for (size_t k = 0; k < 3; k++)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            for (size_t p = 0; p < sizeof people / sizeof *people; p++) {
                be(people[p]);
                if (guard_may_change(&turn, rights[k], rows[r].role, &where) !=
                    (rows[r].expected[p] == 'x'))
                    fail_msg("right %zu, role %d, %s", k, rows[r].role, people[p]);
            }
}

/* A name on the web chat is anybody's: a code ties nothing to it but in the demo community. */
static void the_web_chat_binds_nobody(void **state)
{
    struct faults *faults = faults_create();
    struct community *town =
        people_load("id: town\nname: Town\nlanguage: zh\n"
                    "timezone: Asia/Shanghai\nbuildings:\n"
                    "  - {names: [4], grid: 1, units: 4, floors: 1 to 9}\n",
                    "id,name,role,area\nm-1,网格员,grid_worker,grid:1\n", faults);
    if (!town)
        fail_msg("%s", faults_text(faults, 0));
    struct meaning meaning = {.lang = LANG_ZH};
    struct turn_code code = {.hash = "h", .record = {.state = CODE_OPEN, .by = "console"}};
    input = (struct input){
        .kind = INPUT_MESSAGE, .adapter = "web", .account = "web", .user = "小周"};
    turn.community = town;
    turn.group = community_group(town, "dm");
    turn.meaning = &meaning;
    turn.text = "绑定 K7M4-PX2D";
    turn.code = &code;
    turn.sender = community_sender(town, "web", "web", "小周", "小周", turn.group, turn.arena);
    assert_true(handler_bind.match(&turn) > 0);
    handler_bind.handle(&turn);
    assert_int_equal(turn.row_count, 0);
    assert_int_equal(code.becomes, CODE_UNKNOWN);
    assert_int_equal(turn.out_count, 1);
    char *words = words_of(world, turn.out[0]);
    assert_non_null(strstr(words, "网页上绑不了"));
    free(words);
    community_destroy(&town);
    faults_destroy(&faults);
}

/* A deputy inherits the bars: what the other one did he does not confirm, nor the other way. */
static void a_deputy_does_not_confirm(void **state)
{
    struct event event = {.building = "4", .unit = "2", .owner = OWNER_COMMUNITY};
    const struct amendment leave = {
        .number = 1,
        .by = "console",
        .entry = {.id = arena_strdup(turn.arena, world_id(world, "网格员1")),
                  .role = "leave",
                  .from = "2026-03-02",
                  .until = "2026-03-08",
                  .deputy = arena_strdup(turn.arena, world_id(world, "楼长4"))}};
    struct faults *misfits = faults_create();
    event.handler_member = leave.entry.id;
    be("楼长4");
    assert_true(guard_may(&turn, &event, RIGHT_CONFIRM));
    community_amend(world->community, &leave, 1, 1, turn.now_ms, misfits);
    assert_int_equal(faults_count(misfits), 0);
    be("楼长4");
    assert_false(guard_may(&turn, &event, RIGHT_CONFIRM));
    event.handler_member = leave.entry.deputy;
    event.reporter = leave.entry.id;
    be("网格员1");
    assert_false(guard_may(&turn, &event, RIGHT_CONFIRM));
    faults_destroy(&misfits);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wishes),
        TEST(words_for_being_back),
        TEST(the_web_chat_binds_nobody),
        TEST(a_deputy_does_not_confirm),
        TEST(the_roster_is_changed_as_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
