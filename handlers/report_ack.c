/* report_ack.c: the one answer to a message that made events: what was understood, the number,
 * what happens next and by when. */
#include "handlers/skills.h"

#include <stdio.h>

void report_say_short_place(const struct turn *turn, struct outgoing *out,
                            const struct event *event)
{
    if (out->lang != LANG_EN || !event->building)
        return;
    say_place(turn, out, "place_zh", event);
}

static void say_next(struct turn *turn, struct outgoing *out, const struct event *event)
{
    out_member(out, "assignee", event->assignee);
    if (event->due_finish_ms)
        out_time(out, "due", event->due_finish_ms);
    out_flag(out, "night", event->state == STATE_REPORTED);
    if (event->former) {
        const struct event *former = turn_event_numbered(turn, event->former);
        if (former)
            out_number(out, "former", former);
    }
}

static bool is_with_grid_worker(const struct turn *turn, const struct event *event)
{
    const struct member *worker =
        community_rung(turn->community, 1, event->building, event->unit);
    return worker && is_same(worker->id, event->assignee);
}

static const char *template_for(const struct turn *turn, const struct event *event)
{
    if (emergency_is(event))
        return "ack_emergency";
    if (say_is_private(turn, event))
        return "ack_private";
    return event->state == STATE_DRAFT ? "ack_ask" : "ack";
}

static void ack_one(struct turn *turn, const struct made *made)
{
    const struct event *event = made->event;
    struct outgoing *out = turn_answer(turn, template_for(turn, event), event->lang);
    out->acknowledges = true;
    if (emergency_is(event)) {
        out->lane = LANE_EMERGENCY;
        out_flag(out, "private", say_is_private(turn, event));
    }
    say_event(turn, out, event);
    report_say_short_place(turn, out, event);
    say_next(turn, out, event);
    out_text(out, "wrong", made->wrong);
    if (made->known)
        out_number(out, "known", made->known);
    out_flag(out, "at_home", made->at_home);
    out_flag(out, "lost", input_lost_count(turn->input) > 0);
    out_flag(out, "grid", is_with_grid_worker(turn, event));
    if (event->state == STATE_DRAFT)
        report_say_missing(turn, out, event);
}

/* Up to four events in one message: n1, p1, c1, o1, s1 and so on. */
static const char *const keys[][5] = {{"n1", "p1", "c1", "o1", "s1"},
                                      {"n2", "p2", "c2", "o2", "s2"},
                                      {"n3", "p3", "c3", "o3", "s3"},
                                      {"n4", "p4", "c4", "o4", "s4"}};

static void say_item(struct turn *turn, struct outgoing *out, const struct event *event,
                     const char *const *key)
{
    out_number(out, key[0], event);
    say_place(turn, out, key[1], event);
    if (say_hides(turn, out, event) || !event->object) {
        out_term(out, key[2], say_category(turn, out, event));
        return;
    }
    say_thing(turn, out, event, key[3], key[4]);
}

static void ack_many(struct turn *turn, const struct made *made, size_t count)
{
    struct outgoing *out = turn_answer(turn, "ack_many", made[0].event->lang);
    out->acknowledges = true;
    for (size_t i = 0; i < count; i++) {
        say_item(turn, out, made[i].event, keys[i]);
        if (emergency_is(made[i].event))
            out->lane = LANE_EMERGENCY;
    }
    if (made->known)
        out_number(out, "known", made->known);
    out_flag(out, "at_home", made->at_home);
    out_flag(out, "lost", input_lost_count(turn->input) > 0);
    const struct event *lacking = report_lacking(turn, made, count);
    if (lacking)
        report_say_missing(turn, out, lacking);
    else
        out_flag(out, "night", made[0].event->state == STATE_REPORTED);
}

void report_ack(struct turn *turn, const struct made *made, size_t count)
{
    if (count == 1)
        ack_one(turn, made);
    else
        ack_many(turn, made, count);
}
