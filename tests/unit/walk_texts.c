/* walk_texts.c: what random people say on a walk through the event's life. */
#include "walk_texts.h"

#include <stdio.h>
#include <string.h>

uint64_t walk_seed;
uint32_t walk_step;

uint32_t walk_dice(uint32_t sides)
{
    walk_seed ^= walk_seed << 13;
    walk_seed ^= walk_seed >> 7;
    walk_seed ^= walk_seed << 17;
    return (uint32_t)(walk_seed >> 20) % sides;
}

#define PICK(list) ((list)[walk_dice(sizeof(list) / sizeof *(list))])

static const char *const residents[] = {"孙大姐", "老李", "小陈", "Tom", "阿芳", "路人甲"};
static const char *const staff[] = {
    "物业1", "物业2",     "物业经理", "网格员1", "小区网格长", "热力", "燃气",    "电梯维保",
    "楼长4", "微网格员4", "楼长5",    "供水",    "社区网格长", "民警", "网格员2", "楼长8"};
static const char *const groups[] = {"b4", "b4", "b5", "b8", "work", "dm"};

/* "%u" is the number of an event. */
static const char *const told[] = {
    "2单元4楼的灯不亮",
    "楼道灯坏了",
    "8号楼停水了",
    "单元门关不上，2单元",
    "3单元有煤气味！！",
    "有人困在电梯里了",
    "the light on floor 4 is out",
    "4号楼1单元3楼水管漏水",
    "楼上301天天半夜吵架",
    "电梯坏了",
    "下水道堵了",
    "9单元的灯不亮",
    "2单元5楼灯不亮，还有电梯也坏了",
    "no water in unit 2",
    "4号楼",
    "灯",
    "不亮",
    "[photo]",
    "[photo] 楼道灯坏了",
    "2",
    "3单元5楼",
    "是4楼的",
    "floor 3",
};
static const char *const answers[] = {
    "收到",
    "好了",
    "[photo] 好了",
    "没修好",
    "还是不亮",
    "又坏了",
    "修好了",
    "亮了",
    "👍",
    "不满意",
    "不归我管",
    "这个不归我们，是热力公司的",
    "上报",
    "我家也是",
    "+1",
    "同问",
    "是",
    "不是",
    "同意",
    "不同意",
    "打错了，是5楼",
    "不用修了",
    "我报的灯怎么样了",
    "谢谢",
    "差",
    "got it",
    "done",
    "fixed",
    "not fixed",
    "me too",
    "合并",
    "哈哈哈",
    "三点来",
    "不知道",
    "热水器打不着火了哈哈",
    "以上都好了",
    "都好了",
    "都收到",
    "all done",
    "打错了，是8号楼",
    "写错了，是8号楼2单元",
    "打错了，是4号楼",
    "sorry, it's building 8",
    "不用修了，自己好了",
    "撤回",
    "我自己修好了",
};
static const char *const numbered[] = {
    "收到 %u",
    "完成 %u",
    "[photo] 完成 %u",
    "确认 %u",
    "%u 没修好",
    "%u 进度",
    "上报 %u",
    "%u 转热力 管道的事",
    "%u 转物业 不是我们的",
    "%u 不归我管",
    "%u 挂起到3月28日 等配件",
    "同意 %u",
    "上会 %u 两家说不清",
    "合并 %u 1",
    "%u 驳回 不在小区",
    "%u 已解释 居民认可",
    "#%u 我家也是",
    "#%u 是4楼的",
    "%u 不用修了",
    "done %u",
    "#%u 是8号楼2单元的",
    "#%u 打错了，是9号楼",
    "#%u 又坏了",
    "%u 还是不亮",
    "%u 不满意",
    "不同意 %u",
};

/* Of staff to the bot: who is away, who has which role. */
static const char *const roster[] = {
    "我今天休假 小区网格长代",
    "我今天到后天休假 网格员2代",
    "我请假三天 物业2代",
    "我请假两天，没人代",
    "我明天休假一天",
    "没人",
    "网格员2",
    "楼长5",
    "我回来了",
    "网格员1今天休假 网格员2代",
    "物业1明天休假两天 物业2代",
    "网格员1回来了",
    "物业1回来了",
    "发码 楼长 4",
    "发码 网格员 1",
    "发码 物业 1",
    "发码 4-2-301",
    "收回 楼长 4",
    "收回 物业 1",
    "撤销",
    "绑定",
};

static char heard[10]; /* the last code that the bot told anybody */

static bool is_code(const char *text)
{
    static const char *const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    return strspn(text, letters) == 4 && text[4] == '-' && strspn(text + 5, letters) == 4;
}

void walk_hear(const char *text)
{
    for (; *text; text++)
        if (is_code(text)) {
            snprintf(heard, sizeof heard, "%.9s", text);
            return;
        }
}

const char *walk_heard(void)
{
    return heard[0] ? heard : NULL;
}

/* Puts the number where "%u" stands. */
static void fill(char *text, size_t size, const char *format, uint32_t number)
{
    const char *at = strstr(format, "%u");
    snprintf(text, size, "%.*s%u%s", (int)(at - format), format, number, at + 2);
}

/* One line about some events. */
static void several(char *text, size_t size, uint32_t number)
{
    static const char *const verbs[] = {"收到", "完成", "[photo] 完成", "合并", "确认"};
    uint32_t other = number > 1 ? number - 1 : 2, third = number > 2 ? number - 2 : 3;
    snprintf(text, size, "%s %u %u %u", PICK(verbs), number, other, third);
}

const char *walk_group(void)
{
    return PICK(groups);
}

const char *walk_person(const char *group)
{
    bool resident = strcmp(group, "work") != 0 && walk_dice(3) != 0;
    return resident ? PICK(residents) : PICK(staff);
}

const char *walk_resident(size_t index)
{
    return index < sizeof residents / sizeof *residents ? residents[index] : NULL;
}

const char *walk_report(void)
{
    return PICK(told);
}

const char *walk_text(uint32_t events, char *text, size_t size)
{
    uint32_t number = events ? events - walk_dice(events < 8 ? events : 8) : 1;
    const char *format = PICK(numbered);
    switch (walk_dice(7)) {
    case 0:
    case 1:
        return PICK(told);
    case 2:
    case 3:
        return PICK(answers);
    case 4:
        snprintf(text, size, "[reply %u] %s", number, PICK(answers));
        return text;
    case 5:
        if (walk_dice(3))
            return walk_report();
        return walk_dice(4) || !heard[0] ? PICK(roster) : heard;
    default:
        if (walk_dice(8) == 0)
            several(text, size, number);
        else if (walk_dice(8) == 0)
            snprintf(text, size, "[reply %u] [react %s]", number, walk_dice(2) ? "👍" : "👎");
        else
            fill(text, size, format, number);
        return text;
    }
}
