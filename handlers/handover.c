/* handover.c: open work does not stay with somebody who is on leave or gone from the roster. It
 * goes to who has his role now (the deputy), else a rung up; the trail says so, the clocks run
 * on as they were, and the new one gets one message for all that became his. The core tells by
 * a timer which events to look at, whenever a roster was loaded (bot/turn/leavers.c); any other
 * step of the clocks looks too. When the leave is over, what the deputy has not taken comes
 * back (the timer names whose it was); what he has taken he finishes. */
#include "handlers/skills.h"

#include <string.h>

static bool is_there(const struct turn *turn, const char *id)
{
    const struct member *member = community_member(turn->community, id);
    return member && !member->away;
}

static bool is_gone(const struct turn *turn, const char *id)
{
    return id && !is_there(turn, id);
}

/* A reporter of no roster who was asked is where he was. */
static bool is_verifier_gone(const struct turn *turn, const struct event *event)
{
    bool found = event->verifier && strncmp(event->verifier, "r-", 2) == 0;
    return is_gone(turn, event->verifier) &&
           !(found && is_same(event->verifier, event->reporter));
}

static bool is_in_work(const struct event *event)
{
    return event->state == STATE_DISPATCHED || event->state == STATE_HANDLING ||
           event->state == STATE_CONFERRING || event->state == STATE_SUSPENDED;
}

void handover_if_gone(struct turn *turn, struct event *event)
{
    if (!is_in_work(event) || !is_gone(turn, event->assignee))
        return;
    const char *before = event->assignee;
    bool on_leave = community_member(turn->community, before) != NULL;
    dispatch_choose(turn, event);
    if (!event->assignee || is_same(event->assignee, before)) {
        event->assignee = before; /* nobody else: the ladder goes on */
        return;
    }
    event_note(event, "handed over", LOUBOT_ITSELF,
               arena_printf(turn->arena, "%s to %s, %s", before, event->assignee,
                            on_leave ? "on leave" : "left the roster"),
               turn->now_ms, turn->arena);
    if (emergency_is(event) && event->state == STATE_DISPATCHED)
        dispatch_ping(turn, event, "ping_emergency");
    else
        list_handed(turn, event->assignee, event);
}

/* What a deputy has not taken comes back with the one who was on leave. */
static void give_back(struct turn *turn, struct event *event, const char *owner)
{
    if (event->state != STATE_DISPATCHED || is_same(event->assignee, owner) ||
        !is_there(turn, owner))
        return;
    const char *deputy = event->assignee;
    dispatch_choose(turn, event);
    if (!is_same(event->assignee, owner)) {
        event->assignee = deputy; /* it is another's by now: it stays */
        return;
    }
    event_note(event, "handed over", LOUBOT_ITSELF,
               arena_printf(turn->arena, "%s to %s, back from leave", deputy, owner),
               turn->now_ms, turn->arena);
    list_handed(turn, owner, event);
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (!event || !event_is_open(event))
        return;
    handover_if_gone(turn, event);
    if (turn->timer_data)
        give_back(turn, event, turn->timer_data);
    if (event->state != STATE_CHECKING || !is_verifier_gone(turn, event))
        return;
    if (!clocks_wait_for_morning(turn, event, "handover"))
        verify_ask_another(turn, event);
}

const struct handler handler_handover = {
    .name = "handover", .hears_leavers = true, .on_timer = on_timer}; /* hears nobody else */
