/* report_place.c: where a trouble is: what is told, what is missing that the repairer cannot do
 * without, and what does not exist. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

/* Places outside the stairwells: the unit does not help to find them. */
static const char *const outdoors[] = {
    "车库", "大门",   "东门", "西门",   "南门",   "北门",   "花园",       "广场",
    "乐园", "活动室", "gate", "garage", "garden", "square", "playground", "activity room"};
/* Places that have one floor only. */
static const char *const one_floor[] = {"大厅",      "楼顶",    "天台",    "顶楼",
                                        "地下室",    "lobby",   "rooftop", "roof terrace",
                                        "top floor", "basement"};

static bool has_word(const char *place, const char *const *words, size_t count)
{
    for (size_t i = 0; place && i < count; i++)
        if (strstr(place, words[i]))
            return true;
    return false;
}

bool report_is_outdoors(const char *place)
{
    return has_word(place, outdoors, sizeof outdoors / sizeof *outdoors);
}

bool report_is_apart(const char *place)
{
    return report_is_outdoors(place) ||
           has_word(place, one_floor, sizeof one_floor / sizeof *one_floor);
}

bool report_lacks_building(const struct turn *turn, const struct event *event)
{
    return !event->building && !report_is_outdoors(event->place);
}

/* Lamps that stand along the roads and paths. */
static bool is_street_lamp(const struct event *event)
{
    static const char *const lamps[] = {"路灯",        "庭院灯",       "草坪灯",
                                        "景观灯",      "高杆灯",       "地灯",
                                        "street lamp", "street light", "streetlight"};
    const char *words = event->said ? event->said : event->text;
    return is_same(event->category, "lighting") && words &&
           has_word(words, lamps, sizeof lamps / sizeof *lamps);
}

/* Neither unit nor floor help to find it. */
bool report_is_outside(const struct event *event)
{
    return report_is_outdoors(event->place) || is_street_lamp(event);
}

bool report_lacks_unit(const struct turn *turn, const struct event *event)
{
    const struct class_policy *policy = policy_of(turn, event);
    if (emergency_is(event) || !policy->ask_unit || event->unit || report_is_outside(event))
        return false;
    const struct building *building =
        event->building ? community_building(turn->community, event->building) : NULL;
    return !building || building->units > 1;
}

bool report_lacks_floor(const struct turn *turn, const struct event *event)
{
    const struct class_policy *policy = policy_of(turn, event);
    if (emergency_is(event) || !policy->ask_floor || event->floor != FLOOR_NONE || event->room)
        return false;
    return !report_is_outside(event) &&
           !has_word(event->place, one_floor, sizeof one_floor / sizeof *one_floor);
}

bool report_lacks(const struct turn *turn, const struct event *event)
{
    if (emergency_is(event))
        return false;
    return report_lacks_building(turn, event) || report_lacks_unit(turn, event) ||
           report_lacks_floor(turn, event);
}

static bool unit_exists(const struct building *building, const char *unit)
{
    char *end;
    long number = strtol(unit, &end, 10);
    if (*end) /* a letter: A is the first */
        number = !unit[1] && unit[0] >= 'A' && unit[0] <= 'Z' ? unit[0] - 'A' + 1 : 0;
    return number >= 1 && number <= building->units;
}

static bool floor_exists(const struct building *building, int32_t floor)
{
    return floor != 0 && floor >= building->floor_min && floor <= building->floor_max;
}

const char *report_wrong(const struct turn *turn, const struct location *where,
                         const char *building_name)
{
    bool zh = turn->meaning->lang == LANG_ZH;
    if (where->building && !community_building(turn->community, where->building))
        return arena_printf(turn->arena, zh ? "%s号楼" : "building %s", where->building);
    const struct building *building =
        building_name ? community_building(turn->community, building_name) : NULL;
    if (!building)
        return NULL;
    if (where->unit && !unit_exists(building, where->unit))
        return arena_printf(turn->arena, zh ? "%s单元" : "unit %s", where->unit);
    if (where->floor != FLOOR_NONE && !floor_exists(building, where->floor))
        return arena_printf(turn->arena, zh ? "%d楼" : "floor %d", where->floor);
    return NULL;
}

static bool set_text(const char **field, const char *value)
{
    if (!value || is_same(*field, value))
        return false;
    *field = value;
    return true;
}

bool report_take_place(struct turn *turn, struct event *event, const struct location *where)
{
    bool changed = false;
    if (where->building && community_building(turn->community, where->building))
        changed |= set_text(&event->building, where->building);
    const struct building *building =
        event->building ? community_building(turn->community, event->building) : NULL;
    if (where->unit && (!building || unit_exists(building, where->unit)))
        changed |= set_text(&event->unit, where->unit);
    if (where->floor != FLOOR_NONE && where->floor != event->floor &&
        (!building || floor_exists(building, where->floor))) {
        event->floor = where->floor;
        event->floor_to = where->floor_to;
        changed = true;
    }
    changed |= set_text(&event->room, where->room);
    changed |= set_text(&event->place, where->place);
    event->dirty |= changed;
    return changed;
}

/* ---- bare numbers as an answer: "2", "2 4", "二" ---- */

static const char *const digits_zh[] = {"零", "一", "二", "三", "四", "五",
                                        "六", "七", "八", "九", "十"};

static bool take_number(const char **at, int32_t *ret)
{
    char *end;
    long number = strtol(*at, &end, 10);
    if (end != *at && number >= -9 && number < 100) {
        *at = end;
        *ret = (int32_t)number;
        return true;
    }
    if (strncmp(*at, "两", strlen("两")) == 0) {
        *at += strlen("两");
        *ret = 2;
        return true;
    }
    for (int i = 1; i <= 10; i++)
        if (strncmp(*at, digits_zh[i], strlen(digits_zh[i])) == 0) {
            *at += strlen(digits_zh[i]);
            *ret = i;
            return true;
        }
    return false;
}

static void skip_blank(const char **at)
{
    static const char *const blanks[] = {" ",  ",",  "，", "-",  "、", "/",
                                         "号", "。", ".",  "！", "!"};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strncmp(*at, blanks[i], strlen(blanks[i])) == 0) {
            *at += strlen(blanks[i]);
            i = (size_t)-1;
        }
}

bool report_bare_place(const struct turn *turn, const struct event *event,
                       struct location *ret_where)
{
    int32_t numbers[2];
    size_t count = 0;
    const char *at = turn->text;
    for (skip_blank(&at); *at; skip_blank(&at)) {
        if (count == 2 || !take_number(&at, &numbers[count]))
            return false;
        count++;
    }
    bool unit = report_lacks_unit(turn, event), floor = report_lacks_floor(turn, event);
    bool building = report_lacks_building(turn, event);
    if (!count || (count == 2 && !(unit && floor)))
        return false;
    if (building && count == 1)
        ret_where->building = arena_printf(turn->arena, "%d", numbers[0]);
    else if (unit)
        ret_where->unit = arena_printf(turn->arena, "%d", numbers[0]);
    else if (floor)
        ret_where->floor = numbers[0];
    else
        return false;
    if (count == 2)
        ret_where->floor = numbers[1];
    return true;
}
