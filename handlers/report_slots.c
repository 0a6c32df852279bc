/* report_slots.c: the one question about a report, and its answer. */
#include "handlers/skills.h"

#include <string.h>

#define ANSWER_MS (10 * MINUTE_MS)
#define LATE_ANSWER_MS (30 * MINUTE_MS) /* it has gone out meanwhile */

void report_put_question(struct turn *turn, struct event *event)
{
    turn_ask(turn, turn->group->name, turn->sender->id, "report", "slots", event,
             turn->now_ms + LATE_ANSWER_MS, NULL, 0);
}

void report_wait_answer(struct turn *turn, const struct event *event, bool several)
{
    several &= turn->group->kind == GROUP_BUILDING;
    int64_t at_ms = turn->now_ms + ANSWER_MS - (several ? LIST_DRAFTS_MS : 0);
    turn_timer_set(turn, event, "draft", "report", at_ms, several ? "several" : NULL);
}

struct event *report_lacking(const struct turn *turn, const struct made *made, size_t count)
{
    struct event *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct event *event = made[i].event;
        if (event->state != STATE_DRAFT)
            continue;
        if (report_lacks_floor(turn, event))
            return event;
        if (!first)
            first = event;
    }
    return first;
}

void report_say_missing(const struct turn *turn, struct outgoing *out,
                        const struct event *event)
{
    bool building = report_lacks_building(turn, event);
    out_flag(out, "ask", true);
    out_flag(out, "ask_building", building);
    out_flag(out, "ask_unit", !building && report_lacks_unit(turn, event));
    out_flag(out, "ask_floor", !building && report_lacks_floor(turn, event));
}

void report_go_on(struct turn *turn, struct event *event, const char *note)
{
    if (event->state != STATE_REPORTED &&
        event_move(event, STATE_REPORTED, LOUBOT_ITSELF, note, turn->now_ms, turn->arena) < 0)
        return;
    turn_timer_cancel(turn, event, "draft");
    dispatch(turn, event);
}

static bool is_unknowing(const char *text)
{
    static const char *const words[] = {"不知道",     "不清楚",   "不晓得", "不记得",
                                        "don't know", "not sure", "no idea"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

static void say_filled(struct turn *turn, const struct event *event, const char *more)
{
    if (say_has_here(turn))
        return; /* the ping stands there */
    struct outgoing *out = turn_answer(turn, "ack_filled", event->lang);
    say_event(turn, out, event);
    report_say_short_place(turn, out, event);
    out_text(out, "more", more);
    out_member(out, "assignee", event->assignee);
    if (event->due_finish_ms)
        out_time(out, "due", event->due_finish_ms);
    out_flag(out, "night", event->state == STATE_REPORTED);
    out_flag(out, "lost", input_lost_count(turn->input) > 0);
    out_flag(out, "check_place",
             report_lacks_unit(turn, event) || report_lacks_floor(turn, event));
}

/* Two troubles told in one message lack the same: one answer fills both. */
static const char *fill_siblings(struct turn *turn, const struct event *event)
{
    const char *more = NULL;
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *other = turn->events[i];
        if (other == event || other->state != STATE_DRAFT ||
            !is_same(other->reporter, event->reporter) || other->opened_ms != event->opened_ms)
            continue;
        struct location where = {.building = event->building,
                                 .unit = event->unit,
                                 .floor = event->floor,
                                 .floor_to = event->floor_to};
        report_take_place(turn, other, &where);
        report_go_on(turn, other, NULL);
        more = say_also(turn, more, other, event->lang);
    }
    return more;
}

/* The slots of the text, or bare numbers. */
static bool told_place(const struct turn *turn, const struct event *event, bool bare,
                       struct location *ret_where)
{
    *ret_where = turn->meaning->fault.where;
    if (ret_where->building && ret_where->building_span.from == ret_where->building_span.to)
        ret_where->building = NULL; /* the group's, not said */
    if (ret_where->unit || ret_where->floor != FLOOR_NONE || ret_where->room ||
        ret_where->place || ret_where->building)
        return true;
    return bare && report_bare_place(turn, event, ret_where);
}

static bool ask_again(struct turn *turn, struct event *event, const char *wrong)
{
    struct outgoing *out = turn_answer(turn, "ask_again", event->lang);
    say_event(turn, out, event);
    out_text(out, "wrong", wrong);
    report_say_missing(turn, out, event);
    return true;
}

bool report_fill(struct turn *turn, struct event *event, bool bare)
{
    struct location where;
    bool told = told_place(turn, event, bare, &where);
    if (!told && !(bare && is_unknowing(turn->text)))
        return false;
    const char *building = where.building ? where.building : event->building;
    if (!building) /* the one told does not exist: a unit or floor is of the group's building */
        building = where.building = turn->group->building;
    const char *wrong = told ? report_wrong(turn, &where, building) : NULL;
    if (wrong) {
        if (!event->building && community_building(turn->community, building)) {
            event->building = building;
            event->dirty = true;
        }
        return ask_again(turn, event, wrong);
    }
    bool late = event->state != STATE_DRAFT;
    if (told && !report_take_place(turn, event, &where))
        return false;
    report_attach_photos(turn, event, false);
    const char *who = turn->sender->id;
    event_note(event, "answered", who, say_masked(turn, turn->text), turn->now_ms, turn->arena);
    if (late)
        dispatch_changed(turn, event, NULL);
    else
        report_go_on(turn, event, NULL);
    say_filled(turn, event, late ? NULL : fill_siblings(turn, event));
    return true;
}

/* Whoever is on his way still wants to know where. */
static bool comes_late(const struct turn *turn, const struct event *event)
{
    bool out = event->state == STATE_REPORTED || event->state == STATE_DISPATCHED ||
               event->state == STATE_HANDLING;
    return out && !turn->meaning->report &&
           (report_lacks_unit(turn, event) || report_lacks_floor(turn, event));
}

bool report_answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = turn_event_numbered(turn, question->event);
    if (!event || turn->input->kind != INPUT_MESSAGE)
        return false;
    bool draft = event->state == STATE_DRAFT;
    if (!draft && !comes_late(turn, event))
        return false;
    const struct meaning *m = turn->meaning;
    if (m->intent == INTENT_CORRECT) /* "oops, floor 5": what was asked is still open */
        return false;
    if (m->report && !is_same(m->fault.category, event->category))
        return false;
    if (!report_fill(turn, event, draft))
        return false;
    if (event->state != STATE_DRAFT)
        session_close(session, index);
    return true;
}
