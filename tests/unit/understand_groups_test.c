/* understand_groups_test.c: what people write in the group of their building (building 8 here):
 * places by short numbers, troubles with what they lead to, somebody inside a lift. One line a
 * sentence: its intent, its category, building-unit-floor-room; behind "+" a further trouble.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/understand.h"

static struct lexicon *lexicon;
static struct arena *arena;

static int setup(void **state)
{
    struct faults *faults = faults_create();
    lexicon = lexicon_create(NULL, 0, faults);
    faults_destroy(&faults);
    arena = arena_create(64u << 20);
    return 0;
}

static int teardown(void **state)
{
    lexicon_destroy(&lexicon);
    arena_destroy(&arena);
    return 0;
}

static void put_fault(char *got, size_t size, const struct fault_found *fault)
{
    const struct location *where = &fault->where;
    char floor[16] = "";
    if (where->floor != FLOOR_NONE)
        snprintf(floor, sizeof floor, "%d", where->floor);
    snprintf(got + strlen(got), size - strlen(got), "%s %s-%s-%s-%s",
             fault->category ? fault->category : "-", where->building ? where->building : "",
             where->unit ? where->unit : "", floor, where->room ? where->room : "");
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t count)
{
    const struct hints hints = {.building = "8", .units = 4};
    for (size_t i = 0; i < count; i++) {
        struct meaning meaning;
        char got[200] = "";
        understand(lexicon, rows[i].text, strlen(rows[i].text), &hints, arena, &meaning);
        snprintf(got, sizeof got, "%s ", intent_name(meaning.intent));
        put_fault(got, sizeof got, &meaning.fault);
        for (size_t k = 0; k < meaning.more_count; k++) {
            strcat(got, " + ");
            put_fault(got, sizeof got, &meaning.more[k]);
        }
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s\n  want %s\n  got  %s", rows[i].text, rows[i].want, got);
    }
}

static void short_places(void **state)
{
    static const struct row rows[] = {
        {"2-301没水了", "report water_supply 8-2--301"},
        {"We have no water at all in 2-301", "report water_supply 8-2--301"},
        {"8-301没水了", "report water_supply 8---301"},   /* its own number: not a unit */
        {"12-301没水了", "report water_supply 12---301"}, /* no unit 12 here */
        {"4-2-301没水了", "report water_supply 4-2--301"},
        {"4/2/1203 马桶堵了", "report drainage 4-2--1203"},
        {"8栋2门8楼 灯不亮", "report lighting 8-2-8-"},
        {"1单元0302家里没电了", "report power 8-1--302"},
        {"12F走廊灯坏了", "report lighting 8--12-"},
        {"The corridor lights on 12F unit 2 have been off for two days",
         "report lighting 8-2-12-"},
        {"the hallway is pitch black on our floor (11th)", "report lighting 8--11-"},
        {"the light on 5 is dead", "report lighting 8--5-"},
        {"fire!!! smoke coming out of 1502", "emergency fire_safety 8---1502"},
        {"lift in unit 2 not working", "report elevator 8-2--"}, /* 2 names no event */
        {"the door buzzer of unit 2 doesn't work", "report access 8-2--"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

/* Words that were missed, and words that only look like a trouble. */
static void in_other_words(void **state)
{
    static const struct row rows[] = {
        {"谁家狗又在电梯里拉屎了？恶心", "report pets 8---"},
        {"谁家的快递放门口了", "chat other 8---"},
        {"孩子的台灯坏了，哪里有卖的", "chat - 8---"},
        {"单位电梯坏了爬了20楼，累死", "chat elevator 8---"},
        {"楼道灯它不着了 三单元五楼", "report lighting 8-3-5-"},
        {"单元门玻璃碎成这样了", "report access 8---"},
        {"但元门打不开了 三但元", "report access 8-3--"},
        {"2单元下水道反水了，厨房全是脏水", "report drainage 8-2--"},
        {"bins by the east gate are overflowing, smells awful", "report sanitation 8---"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void effects(void **state)
{
    static const struct row rows[] = {
        {"2单元大厅门口地砖碎了两块，老人容易绊倒，请物业来修一下",
         "report public_facility 8-2--"},
        {"三单元进门处的台阶缺了一角，推婴儿车很危险", "report public_facility 8-3--"},
        {"单元门闭门器坏了，咣咣响，1单元", "report access 8-1--"},
        {"1单元2楼灯不亮，物业也不管", "report lighting 8-1-2-"},
        {"电梯坏了，灯不亮", "report elevator 8--- + lighting 8---"},
        {"1单元电梯坏了，还有楼上天天吵", "report elevator 8-1-- + noise 8-1--"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void inside_a_lift(void **state)
{
    static const struct row rows[] = {
        {"电梯卡在12楼不动了，里面有人在拍门！！", "emergency elevator 8--12-"},
        {"电梯突然停了，我们在里面，快来人", "emergency elevator 8---"},
        {"小孩被电梯门夹住手了", "emergency elevator 8---"},
        {"电梯里有人抽烟", "report air 8---"},
        {"电梯里面有人贴小广告", "report sanitation 8---"},
        {"电梯停了两天了没人修", "report elevator 8---"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

/* "请问一下" from whoever tells where he lives is politeness. */
static void polite(void **state)
{
    static const struct row rows[] = {
        {"请问一下，8号楼2单元电梯停了两天了怎么还没人修？老人上下楼不方便",
         "report elevator 8-2--"},
        {"请问一下，1单元12楼过道灯闪个不停，能不能派人看看", "report lighting 8-1-12-"},
        {"有人知道三单元7楼走廊为啥一片漆黑吗", "report lighting 8-3-7-"},
        {"咱们楼大堂墙皮一大片掉下来了", "report building_leak 8---"},
        {"请问2单元电梯什么时候年检", "enquiry elevator 8-2--"},
        {"请问谁知道2单元停水了吗", "enquiry water_supply 8-2--"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

/* What is only imagined is no trouble; what stands beside it is one. */
static void imagined(void **state)
{
    static const struct row rows[] = {
        {"楼道堆了好多纸箱，要是绊倒人怎么办", "report sanitation 8---"},
        {"消防通道被车堵了，要是着火消防车进不来", "report fire_safety 8---"},
        {"要是能早点修就好了，3单元电梯坏了三天了", "report elevator 8-3--"},
        {"如果停电了，电梯困人怎么办", "chat elevator 8---"},
        {"万一煤气漏了，着火了咋整", "chat gas 8---"},
        {"要是下雨，楼道漏水怎么办", "chat building_leak 8---"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

/* Answers and questions in more words than one. */
static void answers(void **state)
{
    static const struct row rows[] = {
        {"换了新灯泡", "done lighting 8---"},
        {"问过了，通了", "confirm - 8---"},
        {"我看了，亮堂了", "confirm - 8---"},
        {"转城管，市政的杆子", "transfer public_safety 8---"},
        {"不用了，好像是被石头卡住，拿掉就好了", "withdraw - 8---"},
        {"没事了没事了，原来是停电", "withdraw - 8---"},
        {"不好意思看错了，13楼", "correct - 8--13-"},
        {"师傅啥时候过来啊", "progress - 8---"},
        {"电梯修得咋样", "progress elevator 8---"},
        {"我反映的霉味没人管吗", "progress - 8---"},
        {"3单元电梯坏了没人管吗", "report elevator 8-3--"},
        {"我家也闻到了", "me_too - 8---"},
        {"还行吧", "rate - 8---"},
        {"不错，挺快的", "rate - 8---"},
        {"你几点来接我", "chat - 8---"},
        {"我姐他们小区电梯困人上新闻了，咱们这儿还好", "chat elevator 8---"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_places), cmocka_unit_test(in_other_words),
        cmocka_unit_test(effects),      cmocka_unit_test(inside_a_lift),
        cmocka_unit_test(polite),       cmocka_unit_test(imagined),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
