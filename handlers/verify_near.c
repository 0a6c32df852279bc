/* verify_near.c: "我家还没有", "my flat still has none": a neighbour whom the repair has not
 * reached. What was just told to be done in his building is opened again, and his household
 * counts; what is open there he joins. */
#include "handlers/skills.h"

#define TOLD_MS (7 * DAY_MS)

bool verify_fits_thing(const struct turn *turn, const struct event *event)
{
    const struct fault_found *fault = &turn->meaning->fault;
    if (is_same(fault->category, "lighting") && !fault->object &&
        is_same(event->category, "power"))
        return true; /* a home that is still dark */
    if (fault->category)
        return is_same(fault->category, event->category);
    return !is_same(turn->meaning->command, "none") || event_is_wide(event->category);
}

/* His home is named, or the thing; who is counted already may say less. */
static bool speaks_of(const struct turn *turn, const struct event *event)
{
    const struct meaning *m = turn->meaning;
    if (m->intent != INTENT_DENY || m->reason || !verify_fits_thing(turn, event))
        return false;
    if (is_same(m->command, "none") || is_same(m->command, "still"))
        return true;
    bool joined = guard_relations(turn, event) & IS_JOINED;
    return is_same(m->command, "again") && (m->fault.category || joined);
}

static bool is_around(const struct turn *turn, const struct event *event)
{
    return turn->sender && event->building && !say_is_private(turn, event) &&
           is_same(event->building, report_building(turn, &turn->meaning->fault)) &&
           !guard_is_handler_side(turn, event, turn->sender);
}

bool verify_may_near(const struct turn *turn, const struct event *event)
{
    return !event_is_open(event) && event->outcome == OUTCOME_RESOLVED &&
           turn->now_ms - event->done_ms <= TOLD_MS && is_around(turn, event);
}

bool verify_is_near(const struct turn *turn, const struct event *event)
{
    return verify_may_near(turn, event) && speaks_of(turn, event);
}

struct event *verify_near_open(const struct turn *turn)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (event->reached & EVENT_BY_NEAR && event_is_open(event) && is_around(turn, event) &&
            speaks_of(turn, event))
            return event;
    }
    return NULL;
}

void verify_find_near(const struct turn *turn, struct targets *ret)
{
    if (verify_near_open(turn))
        return;
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->reached & EVENT_BY_NEAR && verify_is_near(turn, turn->events[i]))
            ret->events[ret->count++] = turn->events[i];
    ret->several = ret->count > 1;
    targets_sort(ret);
}
