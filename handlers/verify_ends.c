/* verify_ends.c: what follows from the answer: the completion notice and the question for a
 * rating; back to the worker, or opened again, and up a rung the second time. */
#include "handlers/skills.h"

#include <string.h>

#define QUESTION_MS (7 * DAY_MS)

/* ---- closing ---- */

/* Who may be asked for a rating: the reporter, if he wrote himself and did not do the work. */
static bool may_rate(const struct turn *turn, const struct event *event)
{
    if (!event->reporter || event->via)
        return false;
    return !guard_is_of_handlers(turn, event, event->reporter);
}

static void tell_done(struct turn *turn, const struct event *event)
{
    struct outgoing *out = say_residents(turn, event, "done");
    bool himself = is_same(turn->meaning->command, "fixed"); /* nobody is to be thanked */
    bool spot = is_same(turn->meaning->command, "spot");
    bool rate = may_rate(turn, event) && !himself;
    const char *home = say_home(turn, event);
    if (rate && (home || say_is_private(turn, event)))
        turn_ask(turn, home ? home : "dm", event->reporter, "rate", "rate", event,
                 turn->now_ms + QUESTION_MS, NULL, 0);
    struct outgoing *told = out || !home ? out : say_find(turn, home, "done");
    bool wakes = is_quiet(turn) && !emergency_is(event);
    if (told && rate && !wakes && !is_same(told->quote_member, event->reporter))
        out_mention(told, event->reporter);
    if (!out)
        return;
    out_flag(out, "by_reporter", event->confirmed_by == CONFIRMED_REPORTER);
    out_flag(out, "by_silence", event->confirmed_by == CONFIRMED_SILENCE);
    if (event->confirmed_by == CONFIRMED_VERIFIER && turn->sender)
        out_member(out, "member", turn->sender->id);
    if (spot)
        out_member(out, "worker", turn->sender->id);
    out_flag(out, "spot", spot);
    bool taken = event->handler_member || event->accepted_ms;
    if (!himself && !spot && taken)
        out_member(out, "worker",
                   event->handler_member ? event->handler_member : event->assignee);
    out_flag(out, "rate", rate);
}

/* The reporter says that it is fixed, while it was on hold or on the meeting's docket. */
static void end_pause(struct turn *turn, struct event *event, const char *who)
{
    bool held = event->state == STATE_SUSPENDED;
    event_move(event, held ? STATE_HANDLING : STATE_DISPATCHED, who,
               held ? NULL : say_masked(turn, turn->text), turn->now_ms, turn->arena);
    event->until_ms = 0;
    clocks_resume(turn, event);
}

void verify_close(struct turn *turn, struct event *event, enum confirmed_by by)
{
    enum outcome before = event->outcome;
    const char *who = by == CONFIRMED_SILENCE ? LOUBOT_ITSELF : turn->sender->id;
    if (event->paused_ms)
        end_pause(turn, event, who);
    bool asked = event->state == STATE_DISPATCHED;
    event->outcome = OUTCOME_RESOLVED;
    const char *note = by == CONFIRMED_SILENCE ? "48 h without objection"
                       : turn->text[0]         ? say_masked(turn, turn->text)
                                               : NULL;
    if (event_move(event, STATE_DONE, who, note, turn->now_ms, turn->arena) < 0) {
        event->outcome = before;
        return;
    }
    event->confirmed_by = by;
    if (by == CONFIRMED_REPORTER)
        event->solved = 2;
    clocks_end(turn, event);
    turn_close_questions(turn, event);
    tell_done(turn, event);
    if (asked && by == CONFIRMED_REPORTER)
        correct_tell_off(turn, event, true);
}

bool verify_spot(struct turn *turn, struct event *event, const char *what)
{
    event->outcome = OUTCOME_RESOLVED;
    if (event_move(event, STATE_DONE, turn->sender->id, what, turn->now_ms, turn->arena) < 0) {
        event->outcome = OUTCOME_NONE;
        return false;
    }
    clocks_end(turn, event);
    turn_close_questions(turn, event);
    tell_done(turn, event);
    return true;
}

/* ---- not fixed ---- */

/* The worker reads who said it, and in which words; at night at 07:00. */
static void ping_again(struct turn *turn, const struct event *event, const char *who,
                       const char *words)
{
    const char *data = arena_printf(turn->arena, "%s|%s", who, words);
    if (clocks_keep_for_morning(turn, event, "again", "verify", data, NULL))
        return;
    struct outgoing *ping = dispatch_ping(turn, event, "ping_again");
    if (!ping)
        return;
    out_member(ping, "member", who);
    if (ping->member || !say_is_private(turn, event))
        out_text(ping, "words", words);
}

void verify_tell_again(struct turn *turn, const struct event *event)
{
    const char *data = turn->timer_data, *bar = data ? strchr(data, '|') : NULL;
    if (bar && event->state == STATE_HANDLING)
        ping_again(turn, event, arena_strndup(turn->arena, data, (size_t)(bar - data)),
                   bar + 1);
}

/* Who looks into it now, by name. */
static void say_above(const struct turn *turn, struct outgoing *out, const struct event *event)
{
    const struct member *above =
        community_rung(turn->community, event->level, event->building, event->unit);
    if (out && above)
        out_member(out, "above", above->id);
}

static void back_to_work(struct turn *turn, struct event *event, bool second,
                         const char *template)
{
    if (is_same(event->reporter, turn->sender->id))
        event->solved = 1;
    turn_close_questions(turn, event);
    turn_timer_cancel(turn, event, "check");
    turn_timer_cancel(turn, event, "archive");
    struct outgoing *out = say_residents(turn, event, template);
    if (out) {
        out_member(out, "assignee", event->assignee);
        out_flag(out, "night", is_quiet(turn) && !emergency_is(event));
    }
    handover_if_gone(turn, event);
    clocks_wait_finish(turn, event);
    if (second && ladder_raise(turn, event, "again", LOUBOT_ITSELF)) {
        say_above(turn, out, event);
        return;
    }
    ping_again(turn, event, turn->sender->id, say_masked(turn, turn->text));
}

/* More than seven days later: a new event that names the old one. */
static void again_as_new(struct turn *turn, const struct event *old)
{
    struct made made = {.event = turn_event_new(turn)};
    struct event *event = made.event;
    size_t from = turn->out_count;
    if (!event)
        return;
    if (strlen(old->text) + strlen(turn->text) + 4 < EVENT_TEXT_MAX)
        event->text = arena_printf(turn->arena, old->lang == LANG_EN ? "%s; %s" : "%s；%s",
                                   old->text, turn->text);
    event->building = old->building;
    event->unit = old->unit;
    event->floor = old->floor;
    event->floor_to = old->floor_to;
    event->room = old->room;
    event->place = old->place;
    event->category = old->category;
    event->code = old->code;
    event->nature = old->nature;
    event->object = old->object;
    event->symptom = old->symptom;
    event->said = old->said;
    event->urgency = old->urgency;
    event->lang = old->lang;
    event->former = old->id;
    event->group = old->group;
    event_move(event, STATE_REPORTED, turn->sender->id, NULL, turn->now_ms, turn->arena);
    dispatch(turn, event);
    report_acknowledge(turn, &made, 1, from);
}

static void reopen(struct turn *turn, struct event *event)
{
    bool may = guard_may(turn, event, RIGHT_REOPEN);
    if (event->outcome != OUTCOME_RESOLVED || !(may || verify_may_near(turn, event)))
        return;
    const char *note = say_masked(turn, turn->text);
    if (event_move(event, STATE_HANDLING, turn->sender->id, note, turn->now_ms, turn->arena) <
        0)
        again_as_new(turn, event);
    else
        back_to_work(turn, event, event->reopened >= 2, "reopened");
    if (!may)
        report_join(turn, event);
}

void verify_deny(struct turn *turn, struct event *event)
{
    if (event->state == STATE_DONE || event->state == STATE_ARCHIVED) {
        reopen(turn, event);
        return;
    }
    if (event->state != STATE_CHECKING) {
        progress_say(turn, event);
        return;
    }
    const char *note = say_masked(turn, turn->text);
    if (event_move(event, STATE_HANDLING, turn->sender->id, note, turn->now_ms, turn->arena) ==
        0)
        back_to_work(turn, event, event->rework >= 2, "denied");
}
