/* community_test.c: the demo community, who holds what, platform bindings, community.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "host/conf.h"
#include "host/mem.h"
#include "people/community.h"
#include "tests/unit/people_files.h"

static struct faults *faults;
static struct community *demo;
static struct arena *arena;

static int setup(void **state)
{
    faults = faults_create();
    demo = community_load(NULL, faults);
    arena = arena_create(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    community_destroy(&demo);
    faults_destroy(&faults);
    arena_destroy(&arena);
    return 0;
}

static void is(const struct member *member, const char *name)
{
    if (!name) {
        assert_null(member);
        return;
    }
    assert_non_null(member);
    assert_string_equal(member->name, name);
}

static void the_demo_community_is_nanfeng(void **state)
{
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_non_null(demo);
    assert_string_equal(community_id(demo), "nanfeng");
    assert_true(community_is_demo(demo));
    assert_string_equal(community_bot_name(demo), "楼宝");
    assert_int_equal(community_utc_offset_s(demo), 28800);
    assert_int_equal(strcspn(community_version(demo), " "), 16);
    assert_string_equal(community_version(demo) + 16, " 0");
    assert_int_equal(community_building_count(demo), 27);
    static const int last_of_grid[] = {5, 10, 14, 18, 22, 27};
    int households = 0, grid = 0;
    for (int i = 0; i < 27; i++) {
        const struct building *b = community_building_at(demo, (size_t)i);
        if (i + 1 > last_of_grid[grid])
            grid++;
        assert_int_equal(atoi(b->name), i + 1);
        assert_int_equal(atoi(b->grid), grid + 1);
        assert_int_equal(b->units, 4);
        assert_int_equal(b->floor_min, -2);
        assert_int_equal(b->floor_max, 33);
        households += b->households;
    }
    assert_int_equal(households, 2890);
    const struct building *last = community_building(demo, "27");
    assert_int_equal(last->households, 8);
    assert_int_equal(last->room_count, 2);
    assert_string_equal(last->rooms[1], "102");
    assert_null(community_building(demo, "28"));
}

static void the_demo_people_are_named_by_role_and_area(void **state)
{
    is(community_holder(demo, ROLE_BUILDING_HEAD, "4", "2"), "楼长4");
    is(community_holder(demo, ROLE_MICRO_GRID_WORKER, "4", "2"), "微网格员4");
    is(community_holder(demo, ROLE_GRID_WORKER, "27", NULL), "网格员6");
    is(community_holder(demo, ROLE_PARTY_GROUP_LEADER, "11", NULL), "党小组长3");
    is(community_holder(demo, ROLE_GRID_WORKER, NULL, NULL), NULL);
    is(community_owner_person(demo, OWNER_PROPERTY, "9"), "物业2");
    is(community_owner_person(demo, OWNER_PROPERTY, NULL), "物业经理");
    is(community_owner_person(demo, OWNER_GAS, "9"), "燃气");
    is(community_owner_person(demo, OWNER_LIFT, NULL), "电梯维保");
    is(community_owner_person(demo, OWNER_COMMUNITY, "4"), "网格员1");
    is(community_owner_person(demo, OWNER_UPPER, "4"), NULL);
    is(community_rung(demo, 0, "4", "2"), "楼长4");
    is(community_rung(demo, 1, "4", "2"), "网格员1");
    is(community_rung(demo, 2, "4", NULL), "小区网格长");
    is(community_rung(demo, 3, NULL, NULL), "社区网格长");
    is(community_rung(demo, 4, "4", NULL), "街道");
    is(community_rung(demo, 5, "4", NULL), "区中心");
    is(community_rung(demo, 6, "4", NULL), NULL);
    is(community_rung(demo, -1, "4", NULL), NULL);
    is(community_member_by_name(demo, "食堂"), "食堂");
    is(community_member(demo, "m-0001"), "楼长1");
    is(community_member(demo, "m-9999"), NULL);
    assert_string_equal(role_name(community_member_by_name(demo, "食堂")->roles[0].role),
                        "cook");
}

static void rights_end_at_the_area(void **state)
{
    const struct member *head = community_member_by_name(demo, "楼长4");
    assert_true(member_has_role(demo, head, ROLE_BUILDING_HEAD, "4", "1"));
    assert_false(member_has_role(demo, head, ROLE_BUILDING_HEAD, "5", NULL));
    assert_false(member_has_role(demo, head, ROLE_GRID_WORKER, "4", NULL));
    assert_true(member_has_role(demo, head, ROLE_BUILDING_HEAD, NULL, NULL));
    const struct member *worker = community_member_by_name(demo, "网格员2");
    assert_true(member_has_role(demo, worker, ROLE_GRID_WORKER, "10", NULL));
    assert_false(member_has_role(demo, worker, ROLE_GRID_WORKER, "11", NULL));
    assert_false(member_has_role(demo, worker, ROLE_GRID_WORKER, "99", NULL));
    const struct member *chair = community_member_by_name(demo, "社区网格长");
    assert_true(member_has_role(demo, chair, ROLE_COMMUNITY_GRID_HEAD, "11", "3"));
    const struct member *property = community_member_by_name(demo, "物业经理");
    assert_true(member_acts_for(property, OWNER_PROPERTY));
    assert_false(member_acts_for(property, OWNER_GAS));
    assert_false(member_acts_for(head, OWNER_NONE));
    assert_true(member_is_staff(head));
}

static void groups_are_buildings_work_and_direct(void **state)
{
    assert_int_equal(community_group_count(demo), 29);
    const struct group *b4 = community_group(demo, "b4");
    assert_int_equal(b4->kind, GROUP_BUILDING);
    assert_string_equal(b4->building, "4");
    assert_string_equal(b4->lang, "zh");
    assert_string_equal(b4->community, "nanfeng");
    assert_int_equal(community_group(demo, "work")->kind, GROUP_WORK);
    assert_int_equal(community_group(demo, "dm")->kind, GROUP_DIRECT);
    assert_null(community_group(demo, "b28"));
    assert_ptr_equal(community_bound_group(demo, "web", "any", "b4"), b4);
    assert_ptr_equal(community_bound_group(demo, "play", "any", "dm"),
                     community_group(demo, "dm"));
    assert_null(community_bound_group(demo, "onebot", "1", "b4"));
    struct binding binding;
    assert_false(community_binding(demo, b4, &binding));
}

static void senders_are_bound_or_made_up(void **state)
{
    const struct group *b4 = community_group(demo, "b4");
    is(community_sender(demo, "web", "a", "楼长4", "x", b4, arena), "楼长4");
    is(community_sender(demo, "play", "a", "物业2", NULL, b4, arena), "物业2");
    const struct member *sun = community_sender(demo, "play", "p", "孙大姐", NULL, b4, arena);
    assert_string_equal(sun->name, "孙大姐");
    assert_string_equal(sun->building, "4");
    assert_null(sun->household);
    assert_int_equal(sun->role_count, 0);
    assert_false(member_is_staff(sun));
    /* printf 'play\0p\0孙大姐' | sha256sum */
    assert_string_equal(sun->id, "r-d6f1c6d1a673");
    const struct member *again =
        community_sender(demo, "play", "p", "孙大姐", "x", NULL, arena);
    assert_string_equal(again->id, sun->id);
    assert_null(again->building);
    const struct member *other = community_sender(demo, "play", "q", "孙大姐", "x", b4, arena);
    assert_string_not_equal(other->id, sun->id);
    char longname[400] = "x";
    for (int i = 0; i < 100; i++)
        strcat(longname, "孙");
    other = community_sender(demo, "play", "q", "u", longname, b4, arena);
    assert_int_equal(strlen(other->name), 58);
}

#define YAML                                                                                   \
    "id: east-1\nname: East\ntimezone: +05:30\nlanguage: en\n"                                 \
    "buildings:\n  - {names: [1-3, b], units: 2, floors: -1 to 9, grid: 7, households: 10}\n"  \
    "micro_grids:\n  - {name: 1a, building: 1, units: 2}\n"                                    \
    "groups:\n  - name: b1\n    language: zh\n    bindings: {onebot:10: 777, tg:x: -5}\n"      \
    "  - {name: work, bindings: {onebot:10: 778}}\n"
#define ROSTER "id,name,role,owner,area,direct,identities\n"

static void own_communities_come_from_files(void **state)
{
    struct community *c = people_load(YAML,
                                      ROSTER "a,Ann,grid_worker,,grid:7,yes,onebot:5\n"
                                             "b,Bob,micro_grid_worker,,micro:1a,,tg:b\n"
                                             "b,,resident,,flat:2-1-0301,,\n"
                                             "c,Cy,owner,gas,unit:b-2,,\n",
                                      faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_non_null(c);
    assert_false(community_is_demo(c));
    assert_int_equal(community_utc_offset_s(c), 19800);
    assert_string_equal(community_bot_name(c), "楼宝");
    assert_non_null(community_building(c, "B"));
    const struct group *b1 = community_group(c, "b1");
    assert_string_equal(b1->lang, "zh");
    assert_string_equal(community_group(c, "b2")->lang, "en");
    assert_ptr_equal(community_bound_group(c, "onebot", "10", "777"), b1);
    assert_ptr_equal(community_bound_group(c, "tg", "x", "-5"), b1);
    assert_null(community_bound_group(c, "onebot", "11", "777"));
    struct binding binding;
    assert_true(community_binding(c, b1, &binding));
    assert_string_equal(binding.adapter, "onebot");
    assert_string_equal(binding.platform_group, "777");
    is(community_sender(c, "onebot", "10", "5", "zz", b1, arena), "Ann");
    assert_true(community_member(c, "a")->wants_direct);
    is(community_holder(c, ROLE_MICRO_GRID_WORKER, "1", "2"), "Bob");
    is(community_holder(c, ROLE_MICRO_GRID_WORKER, "1", "1"), NULL);
    is(community_rung(c, 0, "1", "2"), "Bob");
    is(community_rung(c, 1, "1", "2"), "Ann");
    is(community_owner_person(c, OWNER_GAS, "B"), NULL);
    assert_string_equal(community_member(c, "b")->household, "2-1-301");
    assert_string_equal(community_member(c, "b")->building, "2");
    const struct member *nobody = community_sender(c, "web", "w", "Ann", "Ann", b1, arena);
    assert_false(member_is_staff(nobody));
    community_destroy(&c);
}

static void the_narrowest_area_wins(void **state)
{
    struct community *c = people_load(YAML,
                                      ROSTER "a,All,owner,property,,,\n"
                                             "g,Grid,owner,property,grid:7,,\n"
                                             "h,House,owner,property,building:2,,\n"
                                             "m,Boss,owner_manager,property,,,\n"
                                             "n,Head,owner_manager,heating,,,\n",
                                      faults);
    assert_non_null(c);
    is(community_owner_person(c, OWNER_PROPERTY, "2"), "House");
    is(community_owner_person(c, OWNER_PROPERTY, "3"), "Grid");
    is(community_owner_person(c, OWNER_PROPERTY, NULL), "All");
    is(community_owner_person(c, OWNER_HEATING, "2"), "Head");
    is(community_holder(c, ROLE_OWNER_MANAGER, NULL, NULL), "Boss");
    community_destroy(&c);
}

static void the_version_changes_with_the_files(void **state)
{
    struct community *a = people_load(YAML, ROSTER "a,Ann,street,,,,\n", faults);
    struct community *b = people_load(YAML, ROSTER "a,Ann,street,,,,\n", faults);
    struct community *c = people_load(YAML, ROSTER "a,Ann,district,,,,\n", faults);
    assert_string_equal(community_version(a), community_version(b));
    assert_string_not_equal(community_version(a), community_version(c));
    community_destroy(&a);
    community_destroy(&b);
    community_destroy(&c);
}

static void expect(const char *yaml, const char *part)
{
    struct faults *f = faults_create();
    struct community *c = people_load(yaml, ROSTER, f);
    assert_null(c);
    people_expect_fault(f, part);
    faults_destroy(&f);
}

#define HEAD "id: x\nbuildings:\n"

static void faults_of_the_file_are_named_by_line(void **state)
{
    expect("id: A B\nbuildings: {names: 1}\n", "community.yaml:1: `id` must be a short word");
    expect("id: x\n", "no `buildings`");
    expect("id: x\nlanguage: fr\nbuildings: {names: 1}\n", ".yaml:2: `fr` is no language");
    expect("id: x\ntimezone: Mars\nbuildings: {names: 1}\n", ".yaml:2: `Mars` is no known");
    expect("id: x\nbuildigs: {names: 1}\n", ".yaml:2: `buildigs` is not known here; did you "
                                            "mean `buildings`?");
    expect(HEAD "- {names: 1}\n- {names: [2, 1]}\n", ".yaml:4: building 1 stands here twice");
    expect(HEAD "- {units: 1}\n", ".yaml:3: a building without `names`");
    expect(HEAD "- {names: 9-1}\n", ".yaml:3: `9-1` is no range");
    expect(HEAD "- {names: 1-99999}\n", ".yaml:3: `1-99999` is no range");
    expect(HEAD "- {names: 四}\n", ".yaml:3: `四` is no name");
    expect(HEAD "- {names: 1, floors: 33 to -2}\n", ".yaml:3: `33 to -2` are no floors");
    expect(HEAD "- {names: 1, units: 0}\n", ".yaml:3: `0` is no whole number from 1 to 40");
    expect(HEAD "- {names: 1}\nmicro_grids:\n- {name: a, building: 2}\n",
           ".yaml:5: micro-grid `a`: there is no building `2`");
    expect(HEAD "- {names: 1, units: 2}\nmicro_grids:\n- {name: a, building: 1, units: 2-3}\n",
           ".yaml:5: `2-3` are no units of building 1");
    expect(HEAD "- {names: 1}\ngroups:\n- {name: b2}\n", ".yaml:5: there is no group `b2`");
    expect(HEAD "- {names: 1}\ngroups:\n- {name: b1, bindings: {onebot: 5}}\n",
           ".yaml:5: `onebot` binds nothing");
    expect(HEAD "- {names: 1}\ngroups:\n- {name: b1, bindings: {o:1: 5}}\n"
                "- {name: work, bindings: {o:1: 5}}\n",
           ".yaml:6: o:1 5 is bound to b1 already");
    struct faults *f = faults_create();
    assert_null(community_load("/nonexistent", f));
    people_expect_fault(f, "/nonexistent/community.yaml:1: cannot be read");
    faults_destroy(&f);
}

static void a_district_is_read_and_asked_fast(void **state)
{
    char *roster = malloc(4 << 20), *yaml = malloc(1 << 20);
    size_t n = 0, y = 0;
    y += (size_t)sprintf(yaml, "id: district\nbuildings:\n");
    n += (size_t)sprintf(roster, ROSTER);
    for (int g = 1; g <= 219; g++) {
        y += (size_t)sprintf(yaml + y, "- {names: [%d-%d], grid: %d, units: 4}\n", g * 5 - 4,
                             g * 5, g);
        n += (size_t)sprintf(roster + n, "w-%d,网格员%d,grid_worker,,grid:%d,,onebot:%d\n", g,
                             g, g, g);
        for (int b = g * 5 - 4; b <= g * 5; b++)
            n += (size_t)sprintf(roster + n, "h-%d,楼长%d,building_head,,building:%d,,\n", b, b,
                                 b);
    }
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    struct community *c = people_load(yaml, roster, faults);
    assert_non_null(c);
    const struct group *g = community_group(c, "b1000");
    for (int i = 0; i < 100000; i++)
        assert_non_null(community_rung(c, 1, g->building, "2"));
    clock_gettime(CLOCK_MONOTONIC, &to);
    double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    assert_true(s < 5);
    community_destroy(&c);
    free(roster);
    free(yaml);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_demo_community_is_nanfeng),
        T(the_demo_people_are_named_by_role_and_area),
        T(rights_end_at_the_area),
        T(groups_are_buildings_work_and_direct),
        T(senders_are_bound_or_made_up),
        T(own_communities_come_from_files),
        T(the_narrowest_area_wins),
        T(the_version_changes_with_the_files),
        T(faults_of_the_file_are_named_by_line),
        T(a_district_is_read_and_asked_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
