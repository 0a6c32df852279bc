/* district_people.c: the people of a district: what they report, and what they answer to what
 * the bot says. They read the words, as people do, and not every one reacts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/live/district.h"

#define REPORTS 2 /* a grid and day */
#define CHATS 8
#define MINUTE_MS ((int64_t)60000)

uint32_t district_random(struct district *district, uint32_t below)
{
    district->random = district->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(district->random >> 33) % below;
}

static bool chance(struct district *district, uint32_t percent)
{
    return district_random(district, 100) < percent;
}

static void plan(struct district *district, const struct action *action)
{
    if (district->action_count == district->action_room) {
        district->action_room = district->action_room * 2 + 64;
        district->actions =
            realloc(district->actions, district->action_room * sizeof *district->actions);
    }
    size_t at = district->action_count++;
    for (; at > 0 && district->actions[at - 1].at_ms > action->at_ms; at--)
        district->actions[at] = district->actions[at - 1];
    district->actions[at] = *action;
}

static void plan_in(struct district *district, int from_min, int to_min, const char *group,
                    const char *name, bool photo, const char *text)
{
    struct action action = {.photo = photo};
    uint32_t minutes =
        (uint32_t)from_min + district_random(district, (uint32_t)(to_min - from_min + 1));
    action.at_ms = clock_now_ms(district->clock) + minutes * MINUTE_MS;
    snprintf(action.group, sizeof action.group, "%s", group);
    snprintf(action.name, sizeof action.name, "%s", name);
    snprintf(action.text, sizeof action.text, "%s", text);
    plan(district, &action);
}

/* ---- what they say of themselves -----------------------------------------------------------
 */

static const char *const faults[] = {
    "%d单元%d楼的灯不亮",
    "%d单元%d楼楼道灯坏了",
    "%d单元电梯坏了，%d楼没停",
    "%d单元%d楼楼道有人堆杂物",
    "%d单元%d楼水管漏水",
    "%d单元%d楼堵着电动车，没法走",
    "%d单元门禁刷不开，我在%d楼",
    "%d单元%d楼垃圾没人清",
    "%d单元%d楼墙皮掉了",
    "%d单元%d楼暖气不热",
    "%d单元%d楼下水道堵了",
    "%d单元%d楼窗户玻璃碎了",
    "%d单元%d楼晚上太吵",
    "%d单元%d楼消防栓没水",
    "%d单元%d楼停水了",
    "%d单元%d楼跳闸没电了",
    "楼下路面坏了，%d单元门口%d米的地方",
};
static const char *const bare[] = {"灯不亮", "电梯坏了", "门禁坏了", "楼道灯坏了"};
static const char *const chats[] = {"早上好",       "谁家的快递放门口了", "今天天气真好",
                                    "物业费交了吗", "有人拼菜吗",         "谢谢邻居"};
#define PICK(district, list)                                                                   \
    list[district_random(district, (uint32_t)(sizeof list / sizeof *list))]

static void report_text(struct district *district, char *text, size_t size)
{
    int unit = 1 + (int)district_random(district, 4);
    int floor = 1 + (int)district_random(district, 33);
    if (district_random(district, 400) == 0)
        snprintf(text, size, "%d单元%d楼有很浓的煤气味", unit, floor);
    else if (chance(district, 12))
        snprintf(text, size, "%s", PICK(district, bare));
    else {
        const char *fault = PICK(district, faults);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, size, fault, unit, floor);
#pragma GCC diagnostic pop
    }
}

static void plan_line(struct district *district, int64_t from_ms, bool report)
{
    static const int last_building[] = {5, 10, 14, 18, 22, 27};
    struct action action = {0};
    uint32_t grid = district_random(district, (uint32_t)district->grids);
    int first = grid % 6 ? last_building[grid % 6 - 1] + 1 : 1;
    int building =
        first + (int)district_random(district, (uint32_t)(last_building[grid % 6] - first + 1));
    action.at_ms = from_ms + (report ? 7 * 60 + district_random(district, 15 * 60)
                                     : district_random(district, 24 * 60)) *
                                 MINUTE_MS;
    snprintf(action.group, sizeof action.group, "c%02u-b%d", grid / 6 + 1, building);
    snprintf(action.name, sizeof action.name, "住户%u", district_random(district, 110));
    if (report)
        report_text(district, action.text, sizeof action.text);
    else
        snprintf(action.text, sizeof action.text, "%s", PICK(district, chats));
    plan(district, &action);
    *(report ? &district->reports : &district->chats) += 1;
    if (report && chance(district, 8)) { /* a neighbour, a little later */
        action.at_ms += MINUTE_MS * (2 + district_random(district, 60));
        snprintf(action.name, sizeof action.name, "住户%u", district_random(district, 110));
        snprintf(action.text, sizeof action.text, "我家也是");
        plan(district, &action);
    }
    if (report && chance(district, 5)) {
        action.at_ms += MINUTE_MS * (60 + district_random(district, 2000));
        snprintf(action.text, sizeof action.text, "@楼宝 进度怎么样了");
        plan(district, &action);
    }
}

void people_day(struct district *district, int64_t from_ms)
{
    for (int i = 0; i < district->grids * REPORTS; i++)
        plan_line(district, from_ms, true);
    for (int i = 0; i < district->grids * CHATS; i++)
        plan_line(district, from_ms, false);
}

/* ---- what they answer ----------------------------------------------------------------------
 */

static void about(char text[60], uint32_t event, const char *words)
{
    snprintf(text, 60, "%u %s", event, words);
}

/* A worker who is pinged: takes it and mends it, refuses it, or does nothing. */
static void on_ping(struct district *district, const char *group, const char *name,
                    uint32_t event)
{
    char text[60];
    uint32_t dice = district_random(district, 100);
    if (dice < 62) {
        snprintf(text, sizeof text, "收到 %u", event);
        plan_in(district, 2, 90, group, name, false, text);
        if (chance(district, 85)) {
            snprintf(text, sizeof text, "完成 %u", event);
            plan_in(district, 120, 1500, group, name, chance(district, 60), text);
        } else if (chance(district, 30)) {
            about(text, event, "挂起到4月20日 等配件");
            plan_in(district, 120, 400, group, name, false, text);
        }
    } else if (dice < 68) {
        about(text, event, "不归我管 不是我们的设备");
        plan_in(district, 5, 100, group, name, false, text);
    } else if (dice < 75) {
        snprintf(text, sizeof text, "完成 %u", event);
        plan_in(district, 60, 600, group, name, chance(district, 50), text);
    }
}

static void on_raised(struct district *district, const char *group, const char *name,
                      uint32_t event)
{
    char text[60];
    uint32_t dice = district_random(district, 100);
    if (dice < 35)
        about(text, event, "办结 现场解决了");
    else if (dice < 55)
        snprintf(text, sizeof text, "收到 %u", event);
    else if (dice < 65)
        snprintf(text, sizeof text, "上会 %u", event);
    else if (dice < 75)
        snprintf(text, sizeof text, "同意 %u", event);
    else
        return;
    plan_in(district, 10, 900, group, name, false, text);
}

static void on_question(struct district *district, const char *group, const char *name,
                        uint32_t event, const char *said)
{
    char text[60];
    uint32_t dice = district_random(district, 100);
    if (strstr(said, "几单元") || strstr(said, "几楼")) {
        if (dice < 60)
            plan_in(district, 0, 12, group, name, false, "2单元4楼");
    } else if (strstr(said, "好了回“好了”") || strstr(said, "回“确认")) {
        about(text, event, dice < 60 ? "修好了" : "没修好");
        if (dice < 68)
            plan_in(district, 5, 700, group, name, false, text);
    } else if (strstr(said, "您看办得怎么样")) {
        if (dice < 45)
            plan_in(district, 1, 300, group, name, false,
                    dice < 30 ? "👍" : (dice < 38 ? "一般" : "不满意"));
    }
}

static void hear_of(struct district *district, const char *group, const char *name,
                    uint32_t event, const char *said)
{
    if (strcmp(group + 4, "work") != 0)
        on_question(district, group, name, event, said);
    else if (strstr(said, "请您过问"))
        on_raised(district, group, name, event);
    else if (strstr(said, "回“确认"))
        on_question(district, group, name, event, said);
    else if (strstr(said, "收到”") || strstr(said, "收到 号码”") || strstr(said, "能去回") ||
             strstr(said, "回“好了”") || strstr(said, "回“完成 "))
        on_ping(district, group, name, event);
}

/* A list tells of several; each is answered by itself. */
void people_hear(struct district *district, const struct send *send)
{
    char said[1200] = "", name[40] = "";
    for (size_t i = 0; i < send->part_count; i++) {
        const struct send_part *part = &send->parts[i];
        if (part->kind == SEGMENT_AT && !name[0])
            snprintf(name, sizeof name, "%s", part->text);
        if (part->kind == SEGMENT_TEXT)
            strncat(said, part->text, sizeof said - strlen(said) - 1);
    }
    if (!send->event_count || send->direct)
        return;
    if (!name[0])
        snprintf(name, sizeof name, "住户%u", district_random(district, 110));
    for (size_t i = 0; i < send->event_count; i++)
        hear_of(district, send->group, name, send->events[i], said);
}
