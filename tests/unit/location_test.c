/* location_test.c: building, unit, floor, room and place in every notation, and numbers that
 * are no place. A row is "text | building unit floor floor_to room place", "-" for none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/location.h"

static struct lexicon *lexicon;

static int setup(void **state)
{
    struct faults *faults = faults_create();
    lexicon = lexicon_create(NULL, 0, faults);
    faults_destroy(&faults);
    return 0;
}

static int teardown(void **state)
{
    lexicon_destroy(&lexicon);
    return 0;
}

static void number(char *out, size_t size, int32_t floor)
{
    if (floor == FLOOR_NONE)
        snprintf(out, size, "-");
    else
        snprintf(out, size, "%d", floor);
}

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void check(const char *text, const char *want)
{
    struct arena *arena = arena_create(1 << 16);
    struct meaning meaning;
    understand(lexicon, text, strlen(text), NULL, arena, &meaning);
    const struct location *where = &meaning.fault.where;
    char floor[16], floor_to[16], got[200];
    number(floor, sizeof floor, where->floor);
    number(floor_to, sizeof floor_to, where->floor_to);
    snprintf(got, sizeof got, "%s %s %s %s %s %s", or_dash(where->building),
             or_dash(where->unit), floor, floor_to, or_dash(where->room),
             or_dash(where->place));
    if (strcmp(got, want) != 0)
        fail_msg("%s\n  want %s\n  got  %s", text, want, got);
    arena_destroy(&arena);
}

static void notations(void **state)
{
    check("4号楼二单元4楼的灯不亮", "4 2 4 - - -");
    check("4-2-401", "4 2 - - 401 -");
    check("4#2-401", "4 2 - - 401 -");
    check("４＃２单元", "4 2 - - - -");
    check("四栋B座1203灯不亮", "4 - - - 1203 -");
    check("b座", "B - - - - -");
    check("4栋B座", "4 - - - - -");
    check("十二号楼三单元", "12 3 - - - -");
    check("3单元从一楼到五楼灯都不亮", "- 3 1 5 - -");
    check("2单元1-5楼没水", "- 2 1 5 - -");
    check("负一层车库灯不亮", "- - -1 - - 车库");
    check("B2车库漏水", "- - -2 - - 车库");
    check("地下二层", "- - -2 - - -");
    check("一楼大厅", "- - 1 - - 大厅");
    check("顶楼漏水", "- - - - - 顶楼");
    check("楼顶积水", "- - - - - 楼顶");
    check("天台的门坏了", "- - - - - 天台");
    check("5幢301室停电", "5 - - - 301 -");
    check("12号楼1203水管漏水", "12 - - - 1203 -");
    check("8号楼11F电梯坏了", "8 - 11 - - -");
    check("西单元", "- 西 - - - -");
    check("6栋836B", "6 - - - 836B -");
    check("010号楼02单元", "10 2 - - - -");
}

static void english_notations(void **state)
{
    check("the light on floor 4 is out", "- - 4 - - -");
    check("Bldg 4 unit 2 apt 402", "4 2 - - 402 -");
    check("the lift on the 12th floor is broken", "- - 12 - - -");
    check("no hot water in flat 3B", "- - - - 3B -");
    check("building B, third floor", "B - 3 - - -");
    check("the tap in flat 3B drips", "- - - - 3B -");
    check("bed bugs in unit 4F", "- - - - 4F -");
    check("noise in 4B again", "- - - - 4B -");
    check("the kitchen is on fire in 704!", "- - - - 704 -");
    check("the tap in #1204 leaks", "- - - - 1204 -");
    check("apt 3-402 has no heat", "- 3 - - 402 -");
    check("level B1 is flooded", "- - -1 - - -");
    check("basement 2 is flooded", "- - -2 - - basement");
    check("basement level 2 is dark", "- - -2 - - basement");
    check("the ground floor light is out", "- - 1 - - -");
    check("tower 3 lift stuck", "3 - - - - -");
    check("block C gate broken", "C - - - - -");
    check("floor twelve is dark", "- - 12 - - -");
    check("twelfth floor light out", "- - 12 - - -");
    check("light out on 3/F", "- - 3 - - -");
    check("leak on lvl 4", "- - 4 - - -");
    check("no water on floors 6 to 10", "- - 6 10 - -");
    check("a rat ran in 500 metres of pipe", "- - - - - -");
    check("missed garbage in the 500 block of Villa", "- - - - - -");
    check("lobby light is out", "- - - - - lobby");
    check("block 12 room 1203", "12 - - - 1203 -");
}

static void no_places(void **state)
{
    check("电话13812345678", "- - - - - -");
    check("12号线停运了", "- - - - - -");
    check("1号下午停水吗", "- - - - - -");
    check("4楼的王姐说灯坏了", "- - - - - -");
    check("一共300块钱", "- - - - - -");
    check("2020-03-04 停水", "- - - - - -");
    check("3点到5点没水", "- - - - - -");
    check("下午4:30停电", "- - - - - -");
    check("120平米的房子漏水", "- - - - - -");
    check("打12345投诉", "- - - - - -");
}

static void a_room_tells_its_floor(void **state)
{
    struct location where;
    location_init(&where);
    assert_int_equal(location_floor(&where), FLOOR_NONE);
    where.room = "1203";
    assert_int_equal(location_floor(&where), 12);
    where.room = "96";
    assert_int_equal(location_floor(&where), FLOOR_NONE);
    where.floor = 3;
    assert_int_equal(location_floor(&where), 3);
}

static void the_group_implies_its_building(void **state)
{
    struct arena *arena = arena_create(1 << 16);
    struct meaning meaning;
    struct hints hints = {.building = "4"};
    understand(lexicon, "楼道灯坏了", strlen("楼道灯坏了"), &hints, arena, &meaning);
    assert_string_equal(meaning.fault.where.building, "4");
    assert_true(meaning.fault.where.building_span.from == meaning.fault.where.building_span.to);
    understand(lexicon, "5号楼灯坏了", strlen("5号楼灯坏了"), &hints, arena, &meaning);
    assert_string_equal(meaning.fault.where.building, "5");
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notations),
        cmocka_unit_test(english_notations),
        cmocka_unit_test(no_places),
        cmocka_unit_test(a_room_tells_its_floor),
        cmocka_unit_test(the_group_implies_its_building),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
