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
    check("the ground floor light is out", "- - - - - ground floor");
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

static void english_flats_by_number_alone(void **state)
{
    check("water runs from under the door of 803", "- - - - 803 -");
    check("a mattress lies in front of 7A", "- - - - 7A -");
    check("the lamp by 9D flickers", "- - - - 9D -");
    check("the doorbell for 10E is dead", "- - - - 10E -");
    check("there is smoke at 6B!", "- - - - 6B -");
    check("the bulb near 1106 is out", "- - - - 1106 -");
    check("the pipe behind C07 drips", "- - - - C07 -");
    check("sewage in the bathroom of A301", "- - - - A301 -");
    check("603 is drilling again", "- - - - 603 -");
    check("Please come, 603 is drilling again", "- - - - 603 -");
    check("1206: no hot water", "- - - - 1206 -");
    check("4B keeps shouting at night", "- - - - 4B -");
    check("the tap in my flat, 316, leaks", "- - - - 316 -");
    check("our apartment (7C) has no heat", "- - - - 7C -");
    check("the radiator is cold in my unit, 214.", "- - - - 214 -");
    check("loud music in unit 910", "- - - - 910 -");
    check("building 4 unit 1203 leaks", "4 - - - 1203 -");
    check("unit 2 lift is stuck", "- 2 - - - -");
}

static void english_floors_by_number_alone(void **state)
{
    check("the lift is stuck, elevator at 9 for an hour", "- - 9 - - -");
    check("the elevator stopped at 7, people inside", "- - 7 - - -");
    check("the lift door on 8 opens onto the shaft", "- - 8 - - -");
    check("the light on 5 flickers", "- - 5 - - -");
    check("someone throws bottles from a window on the 14th, please stop them", "- - 14 - - -");
    check("a pipe burst on the 6th and water is everywhere", "- - 6 - - -");
    check("the garage light on level -2 is out", "- - -2 - - garage");
    check("level minus 1 is flooded", "- - -1 - - -");
    check("the -3 floor is dark", "- - -3 - - -");
}

static void english_numbers_that_are_no_places(void **state)
{
    check("no 5G signal in the lift", "- - - - - -");
    check("the antenna for 5G hums all night", "- - - - - -");
    check("the screen for 3D films is broken", "- - - - - -");
    check("the camera for 4K is broken", "- - - - - -");
    check("the radiator is stuck at 16C", "- - - - - -");
    check("the heating dropped by 5C", "- - - - - -");
    check("no water for 24h", "- - - - - -");
    check("no heat for 120 minutes", "- - - - - -");
    check("the plumber asked for 310 dollars for a leak", "- - - - - -");
    check("the light by 402 Maple is out", "- - - - - -");
    check("on Mill street, in front of 208, the lamp is out", "- - - - - -");
    check("the lamp for the stop of route 66 is out", "- - - - - -");
    check("911 is busy and there is smoke", "- - - - - -");
    check("the pipe of 2015 leaks", "- - - - - -");
    check("the socket for 16A plugs sparks", "- - - - - -");
    check("the lift stopped at 10:30", "- - - - - -");
    check("the lift stopped at 10 pm", "- - - - - -");
    check("the lights on 24 hours a day", "- - - - - -");
    check("the lift on 6 may was broken", "- - - - - -");
    check("no water since the notice on the 3rd, when is it back", "- - - - - -");
    check("the water will be off on the 15th", "- - - - - -");
    check("the lift dropped two floors", "- - - - - -");
    check("lights are out on 3 floors", "- - - - - -");
    check("a step is broken between the second and third floor", "- - - - - -");
    check("the lift is stuck between floors 3 and 4", "- - - - - -");
    check("no water above the 9th floor", "- - - - - -");
}

static void what_only_sounds_like_a_floor(void **state)
{
    check("电梯坏了，我爬了十六层", "- - - - - -");
    check("电梯坏了，背着娃爬二十六楼", "- - - - - -");
    check("电梯不动，轮椅抬上六楼", "- - - - - -");
    check("电梯从八楼直接坠到二楼", "- - - - - -");
    check("墙从三楼裂至六楼", "- - - - - -");
    check("2单元从三楼到六楼没水", "- 2 3 6 - -");
    check("电梯一到九楼就响", "- - 9 - - -");
    check("电梯下坠三层", "- - - - - -");
    check("电梯停在两层中间", "- - - - - -");
    check("电梯卡在三四层中间", "- - - - - -");
    check("电梯停在十二层", "- - 12 - - -");
    check("一层楼都停电了", "- - - - - -");
    check("5层楼道灯坏了", "- - 5 - - 楼道");
    check("第三层楼的灯坏了", "- - 3 - - -");
    check("楼道地上积了一层灰", "- - - - - 楼道");
    check("门口结了厚厚一层冰", "- - - - - 门口");
    check("一层大厅灯不亮", "- - 1 - - 大厅");
    check("屋顶被人加盖一层", "- - - - - 楼顶");
    check("电梯按7楼没反应", "- - - - - -");
    check("6号楼电梯按不到负1", "6 - - - - -");
}

static void flats_by_number_alone(void **state)
{
    check("楼上1702天天拖凳子", "- - - - 1702 -");
    check("304的大爷摔倒了", "- - - - 304 -");
    check("905那家天天装修，太吵了", "- - - - 905 -");
    check("物业，1104阳台漏水", "- - - - 1104 -");
    check("906家漏水，我806的天花板湿了", "- - - - - -");
    check("120的车进不来，消防通道被堵", "- - - - - -");
    check("2号楼着火了，快打119", "2 - - - - -");
    check("2018的管子漏水", "- - - - - -");
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
        cmocka_unit_test(english_flats_by_number_alone),
        cmocka_unit_test(english_floors_by_number_alone),
        cmocka_unit_test(english_numbers_that_are_no_places),
        cmocka_unit_test(what_only_sounds_like_a_floor),
        cmocka_unit_test(flats_by_number_alone),
        cmocka_unit_test(no_places),
        cmocka_unit_test(a_room_tells_its_floor),
        cmocka_unit_test(the_group_implies_its_building),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
