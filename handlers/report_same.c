/* report_same.c: is what is told now an event that is known already? Sure ones are joined, the
 * unsure ones become a new event with a proposal to merge. */
#include "handlers/skills.h"

#include <string.h>

static uint32_t start_of(const struct fault_found *fault)
{
    if (fault->object_span.to)
        return fault->object_span.from;
    return fault->symptom_span.to ? fault->symptom_span.from : UINT32_MAX;
}

size_t report_faults(const struct turn *turn,
                     const struct fault_found *ret_faults[TURN_NEW_MAX])
{
    const struct meaning *m = turn->meaning;
    size_t count = 0;
    for (size_t i = 0; i <= m->more_count && count < TURN_NEW_MAX; i++) {
        const struct fault_found *fault = i ? &m->more[i - 1] : &m->fault;
        size_t at = count++;
        for (; at > 0 && start_of(ret_faults[at - 1]) > start_of(fault); at--)
            ret_faults[at] = ret_faults[at - 1];
        ret_faults[at] = fault;
    }
    return count;
}

const char *report_building(const struct turn *turn, const struct fault_found *fault)
{
    if (fault->where.building)
        return fault->where.building;
    if (turn->group->building)
        return turn->group->building;
    return turn->sender ? turn->sender->building : NULL;
}

/* 2: equal, or said in one of them only and it does not matter; 1: said in one only; 0: differ.
 */
static int compare_text(const char *a, const char *b)
{
    if (a && b)
        return strcmp(a, b) == 0 ? 2 : 0;
    return a || b ? 1 : 2;
}

static int compare_floor(const struct event *event, const struct location *where)
{
    if (event->floor == FLOOR_NONE || where->floor == FLOOR_NONE)
        return event->floor == where->floor ? 2 : 1;
    int32_t to = event->floor_to == FLOOR_NONE ? event->floor : event->floor_to;
    return where->floor >= event->floor && where->floor <= to ? 2 : 0;
}

/* A garage or a roof is another place than a stairwell that was not named. */
static int compare_place(const struct event *event, const struct location *where)
{
    if (event->place && where->place)
        return strcmp(event->place, where->place) == 0 ? 2 : 0;
    const char *named = event->place ? event->place : where->place;
    return named && report_is_apart(named) ? 0 : 2;
}

/* "No hot water" is not the water that drips. */
static bool is_leak(const char *symptom)
{
    static const char *const words[] = {"漏", "爆", "滴", "渗", "leak", "burst", "drip"};
    for (size_t i = 0; symptom && i < sizeof words / sizeof *words; i++)
        if (strstr(symptom, words[i]))
            return true;
    return false;
}

/* A fight and a falling tile are both danger. */
static bool is_of_many_kinds(const char *category)
{
    return is_same(category, "public_safety") || is_same(category, "elderly_care") ||
           is_same(category, "other");
}

static bool is_other_way(const struct event *event, const struct fault_found *fault)
{
    return event->symptom && fault->symptom &&
           is_leak(event->symptom) != is_leak(fault->symptom);
}

bool report_is_wide(const struct event *event)
{
    return event_is_wide(event->category) && !is_leak(event->symptom);
}

static int compare_what(const struct turn *turn, const struct event *event,
                        const struct fault_found *fault)
{
    bool leaks = is_leak(event->symptom) && is_leak(fault->symptom);
    if (!is_same(event->category, fault->category) && !leaks)
        return 0;
    if (is_of_many_kinds(event->category) && event->symptom && fault->symptom &&
        strcmp(event->symptom, fault->symptom) != 0)
        return 0;
    if (is_same(event->category, "water_supply") && is_other_way(event, fault))
        return 0;
    bool emergency = fault->urgency == URGENCY_EMERGENCY;
    if (emergency && !emergency_is(event))
        return 0;
    if (!event->object || !fault->object || strcmp(event->object, fault->object) == 0)
        return 2;
    if (!is_same(event->code, fault->code))
        return 0;
    return event->lang == turn->meaning->lang ? 1 : 2; /* the same thing in two languages */
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int report_is_same(const struct turn *turn, const struct event *event,
                   const struct fault_found *fault)
{
    int what = compare_what(turn, event, fault);
    if (!what || compare_text(event->building, report_building(turn, fault)) != 2)
        return 0;
    if (report_is_wide(event) && !is_leak(fault->symptom) && !event->room && !fault->where.room)
        return what;
    if (turn->sender && is_same(event->reporter, turn->sender->id) && !fault->where.unit &&
        (!fault->where.place || is_same(fault->where.place, event->place)) &&
        (fault->where.floor == FLOOR_NONE || fault->where.floor == event->floor) &&
        (!fault->where.room || is_same(fault->where.room, event->room)))
        return what; /* the reporter himself, told shorter */
    if (compare_place(event, &fault->where) == 0)
        return 0;
    int where = compare_text(event->unit, fault->where.unit);
    where = least(where, compare_floor(event, &fault->where));
    if (event->room && fault->where.room && strcmp(event->room, fault->where.room) != 0)
        where = 0;
    return least(what, where);
}

/* Closed events come back only when told anew within seven days. */
static bool is_recent(const struct turn *turn, const struct event *event)
{
    if (event_is_open(event))
        return true;
    return event->outcome == OUTCOME_RESOLVED && turn->now_ms - event->done_ms <= 30 * DAY_MS;
}

struct event *report_near(const struct turn *turn, const struct fault_found *fault,
                          int *ret_sure)
{
    struct event *best = NULL;
    int best_sure = 0;
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (!is_recent(turn, event))
            continue;
        int sure = report_is_same(turn, event, fault);
        bool better = sure > best_sure || (sure && sure == best_sure && event_is_open(event) &&
                                           !event_is_open(best));
        if (better) {
            best = event;
            best_sure = sure;
        }
    }
    *ret_sure = best_sure;
    return best;
}
