/* event_walk_test.c: random people say random things, and time passes; after every turn the
 * rules of handlers_rules.c must hold. WALK_STEPS and WALK_SEED in the environment make it
 * longer or repeat it; the seed is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "handlers_world.h"

#define STEPS 1000
#define MINUTE_MS 60000LL

static uint64_t seed;

static uint32_t dice(uint32_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 20) % sides;
}

#define PICK(list) ((list)[dice(sizeof(list) / sizeof *(list))])

static const char *const residents[] = {"孙大姐", "老李", "小陈", "Tom", "阿芳", "路人甲"};
static const char *const staff[] = {"物业1", "物业2", "物业经理",   "网格员1", "小区网格长",
                                    "热力",  "燃气",  "电梯维保",   "楼长4",   "微网格员4",
                                    "楼长5", "供水",  "社区网格长", "民警"};
static const char *const groups[] = {"b4", "b4", "b5", "work", "dm"};

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
};

static const char *random_text(const struct world *world, char *text, size_t size)
{
    uint32_t number =
        world->event_count
            ? world->event_count - dice(world->event_count < 8 ? world->event_count : 8)
            : 1;
    const char *format = PICK(numbered);
    switch (dice(6)) {
    case 0:
    case 1:
        return PICK(told);
    case 2:
    case 3:
        return PICK(answers);
    case 4:
        snprintf(text, size, "[reply %u] %s", number, PICK(answers));
        return text;
    default:
        if (dice(8) == 0)
            snprintf(text, size, "[reply %u] [react %s]", number, dice(2) ? "👍" : "👎");
        else
            snprintf(text, size, strchr(format, '%') ? format : "%u", number);
        return text;
    }
}

static bool is_in_grid_2(const struct event *event)
{
    return event->building && atoi(event->building) > 5;
}

/* An emergency calls every five minutes for ever: before a long pause somebody mostly hears it.
 */
static void hear_emergencies(struct world *world)
{
    char text[40];
    for (uint32_t id = 1; id <= world->event_count; id++) {
        const struct event *event = world_event(world, id);
        bool waits = event->urgency == URGENCY_EMERGENCY && event->state == STATE_DISPATCHED;
        snprintf(text, sizeof text, "收到 %u", id);
        if (waits && dice(10))
            world_say(world, "work", is_in_grid_2(event) ? "网格员2" : "网格员1", text);
    }
}

static void random_step(struct world *world)
{
    char buffer[200];
    const char *group = PICK(groups);
    bool resident = strcmp(group, "work") != 0 && dice(3) != 0;
    const char *name = resident ? PICK(residents) : PICK(staff);
    size_t message;
    switch (dice(20)) {
    case 0:
        hear_emergencies(world);
        world_pass(world, (int64_t)dice(40) * 3600000 + 1);
        break;
    case 1:
    case 2:
        world_pass(world, (int64_t)dice(120) * MINUTE_MS);
        break;
    case 3:
        message = world_say(world, group, name, PICK(told));
        if (message && dice(2))
            world_recall(world, group, name, message);
        else if (message)
            world_edit(world, group, name, message, "2单元6楼的灯不亮");
        break;
    default:
        world_say(world, group, name, random_text(world, buffer, sizeof buffer));
    }
}

static void the_rules_hold_on_every_walk(void **state)
{
    const char *given = getenv("WALK_SEED"), *length = getenv("WALK_STEPS");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
    long steps = length ? strtol(length, NULL, 10) : STEPS;
    print_message("WALK_SEED=%llu WALK_STEPS=%ld\n", (unsigned long long)seed, steps);
    struct world *world = world_create();
    for (long i = 0; i < steps; i++) {
        random_step(world);
        if (i % 50 == 0)
            rules_check_all(world);
        if (world->event_count > WORLD_EVENTS - 10 ||
            world->message_count > WORLD_MESSAGES - 100) {
            world_destroy(&world);
            world = world_create();
        }
    }
    rules_check_all(world);
    print_message("%u events\n", world->event_count);
    world_destroy(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_rules_hold_on_every_walk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
