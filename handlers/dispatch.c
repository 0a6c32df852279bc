/* dispatch.c: to whom an event goes: owner by class, person by owner and place; where one is
 * missing, one rung up. Also the ping itself. */
#include "handlers/skills.h"

#include <stddef.h>

void dispatch_choose(const struct turn *turn, struct event *event)
{
    if (event->owner == OWNER_NONE)
        event->owner = policy_of(turn, event)->owner;
    if (event->owner == OWNER_NONE)
        event->owner = OWNER_COMMUNITY;
    const struct member *person =
        community_owner_person(turn->community, event->owner, event->building);
    for (int level = 1; !person && level <= 3; level++) {
        person = community_rung(turn->community, level, event->building, event->unit);
        if (person && level > event->level)
            event->level = level;
    }
    event->assignee = person ? person->id : NULL;
}

/* The two rungs that an emergency mentions beside the assignee. */
static size_t rungs(const struct turn *turn, const struct event *event,
                    const struct member *first, const struct member **others)
{
    size_t count = 0;
    for (int level = 1; emergency_is(event) && level <= event->level && level <= 3; level++) {
        const struct member *member =
            community_rung(turn->community, level, event->building, event->unit);
        if (member && !is_same(member->id, first->id))
            others[count++] = member;
    }
    return count;
}

void dispatch_details(struct turn *turn, const struct event *event, const char *member,
                      enum lang lang)
{
    struct outgoing *details = turn_say_direct(turn, member, "ping_details", lang);
    say_event(turn, details, event);
    out_member(details, "reporter", event->reporter);
    out_text(details, "text", event->text);
    if (event->photo_count)
        details->photo = event->photos[0];
}

void dispatch_words(const struct turn *turn, struct outgoing *out, const struct event *event)
{
    bool hidden = say_is_private(turn, event) && !out->member;
    if (!hidden)
        out_text(out, "text", say_masked(turn, event->text));
    out_flag(out, "private", hidden);
}

struct outgoing *dispatch_ping(struct turn *turn, const struct event *event,
                               const char *template)
{
    const struct member *assignee =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    if (!assignee)
        return NULL;
    const struct member *others[3];
    size_t count = rungs(turn, event, assignee, others);
    struct outgoing *out = turn_ping(turn, assignee, others, count, event, template);
    say_event(turn, out, event);
    out_member(out, "reporter", event->via ? event->via : event->reporter);
    out_time(out, "opened", event->opened_ms);
    if (event->due_finish_ms)
        out_time(out, "due", event->due_finish_ms);
    dispatch_words(turn, out, event);
    out_flag(out, "check_place",
             report_lacks_unit(turn, event) || report_lacks_floor(turn, event));
    if (event->photo_count && !(say_is_private(turn, event) && !out->member))
        out->photo = event->photos[0];
    if (emergency_is(event))
        out->lane = LANE_EMERGENCY;
    return say_merged(turn, out, event) ? NULL : out;
}

/* What is private is told to the person alone; the work group sees that something came. */
static struct outgoing *ping_private(struct turn *turn, const struct event *event)
{
    struct outgoing *out = dispatch_ping(turn, event, "ping_private");
    if (out && !out->member)
        dispatch_details(turn, event, event->assignee, out->lang);
    return out;
}

struct outgoing *dispatch_first_ping(struct turn *turn, const struct event *event)
{
    if (say_is_private(turn, event))
        return ping_private(turn, event);
    struct outgoing *out =
        dispatch_ping(turn, event, emergency_is(event) ? "ping_emergency" : "ping");
    if (out && event->due_accept_ms)
        out_time(out, "accept", event->due_accept_ms);
    return out;
}

void dispatch(struct turn *turn, struct event *event)
{
    clocks_open(turn, event);
    dispatch_choose(turn, event);
    event->dirty = true;
    if (!emergency_is(event) && is_quiet(turn)) {
        turn_timer_set(turn, event, "dispatch", "ladder",
                       calendar_quiet_end_ms(turn->calendar, turn->now_ms), NULL);
        return;
    }
    if (event_move(event, STATE_DISPATCHED, LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena) < 0)
        return;
    clocks_wait_accept(turn, event);
    clocks_wait_finish(turn, event);
    dispatch_first_ping(turn, event);
    list_for_grid_worker(turn, event);
}
