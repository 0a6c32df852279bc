/* correct.c: "打错了，是5楼", an edited message, a recalled one, "不用修了". */
#include "handlers/skills.h"

#include <string.h>

#define CORRECT_MS                                                                             \
    (30 * MINUTE_MS) /* without a number, what was reported that recently is meant */

/* ---- which event ---- */

static bool may_correct(const struct turn *turn, const struct event *event)
{
    return event_is_open(event) && guard_may(turn, event, RIGHT_CORRECT);
}

static struct event *newest_mine(const struct turn *turn, enum right right)
{
    struct event *best = NULL;
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        bool mine = guard_relations(turn, event) & (IS_REPORTER | IS_VIA);
        if (mine && event_is_open(event) && guard_may(turn, event, right) &&
            turn->now_ms - event->opened_ms <= CORRECT_MS && (!best || event->id > best->id))
            best = event;
    }
    return best;
}

/* Later on only words that are clearly about it count, and only when they fit one event. */
static struct event *only_mine(const struct turn *turn, enum right right)
{
    const char *category = turn->meaning->fault.category;
    bool clear = turn->addressed || category || is_same(turn->meaning->command, "fixed");
    struct event *only = NULL;
    for (size_t i = 0; clear && i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        bool mine = guard_relations(turn, event) & (IS_REPORTER | IS_VIA);
        if (!mine || !event_is_open(event) || !guard_may(turn, event, right) ||
            (category && !is_same(category, event->category)))
            continue;
        if (only)
            return NULL;
        only = event;
    }
    return only;
}

static struct event *meant(const struct turn *turn, enum right right)
{
    const uint32_t ways[] = {EVENT_BY_NUMBER, EVENT_BY_QUOTE, EVENT_BY_MESSAGE,
                             EVENT_BY_RECENT};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct event *event = turn_event_by(turn, ways[i]);
        if (event)
            return event_is_open(event) && guard_may(turn, event, right) ? event : NULL;
        if (turn->meaning->number_count)
            return NULL; /* what is named is unknown */
    }
    struct event *newest = newest_mine(turn, right);
    return newest || right != RIGHT_WITHDRAW ? newest : only_mine(turn, right);
}

/* ---- correcting ---- */

/* "不是灯，是电梯". */
static bool is_other_thing(const struct turn *turn, const struct event *event)
{
    const struct fault_found *fault = &turn->meaning->fault;
    return fault->category && fault->object &&
           !(is_same(fault->category, event->category) &&
             is_same(fault->object, event->object));
}

/* While somebody is on his way, and in an emergency, the class stays, and the words go along. A
 * new limit counts when it is the earlier one. */
static bool take_what(struct turn *turn, struct event *event)
{
    const struct fault_found *fault = &turn->meaning->fault;
    if (!is_other_thing(turn, event) || event->state > STATE_DISPATCHED || emergency_is(event))
        return false;
    event->category = fault->category;
    event->code = fault->code;
    event->object = fault->object;
    event->symptom = fault->symptom;
    event->said = NULL;
    event->owner = OWNER_NONE;
    int64_t due_ms = event->due_finish_ms;
    event->due_finish_ms = 0;
    clocks_open(turn, event);
    if (due_ms && (!event->due_finish_ms || due_ms < event->due_finish_ms))
        event->due_finish_ms = due_ms;
    if (event->state == STATE_DISPATCHED)
        clocks_wait_finish(turn, event);
    return true;
}

/* Another building may be somebody else's work; his time to accept it begins. */
static void choose_again(struct turn *turn, struct event *event)
{
    const char *former = event->assignee;
    dispatch_choose(turn, event);
    if (is_same(former, event->assignee))
        return;
    if (event->state == STATE_HANDLING)
        event_move(event, STATE_DISPATCHED, turn->sender->id, "corrected", turn->now_ms,
                   turn->arena);
    clocks_wait_accept(turn, event);
}

static void send_on(struct turn *turn, struct event *event, const char *old_building)
{
    if (event->state == STATE_DRAFT && !report_lacks(turn, event)) {
        report_go_on(turn, event, NULL);
        return;
    }
    if (event->state != STATE_DISPATCHED && event->state != STATE_HANDLING)
        return;
    const char *former = event->assignee;
    if (event->owner == OWNER_NONE || !is_same(old_building, event->building))
        choose_again(turn, event);
    dispatch_changed(turn, event, former);
}

static void say_corrected(struct turn *turn, const struct event *event, bool told)
{
    if (say_has_here(turn))
        return; /* the ping stands there */
    struct outgoing *out = say_answer(turn, event, "corrected");
    report_say_short_place(turn, out, event);
    if (told)
        out_member(out, "told", event->assignee);
}

/* What was told and what was put right are read together from now on; an edited report stands
 * for itself. */
static const char *corrected_text(const struct turn *turn, const struct event *event)
{
    bool edited =
        turn->input->kind == INPUT_EDIT && is_same(turn->input->message, event->message);
    if (edited || strlen(event->text) + strlen(turn->text) + 4 > EVENT_TEXT_MAX)
        return edited ? turn->text : event->text;
    const char *mark = event->lang == LANG_EN ? "; " : "；";
    return arena_printf(turn->arena, "%s%s%s", event->text, mark, turn->text);
}

/* False: nothing new was told. */
static bool correct(struct turn *turn, struct event *event)
{
    struct location where = turn->meaning->fault.where;
    if (where.building && where.building_span.from == where.building_span.to)
        where.building = NULL; /* the group's, not said */
    const char *building = where.building ? where.building : event->building;
    const char *wrong = report_wrong(turn, &where, building);
    if (wrong) {
        struct outgoing *out = say_answer(turn, event, "ask_again");
        out_text(out, "wrong", wrong);
        return true;
    }
    const char *old_building = event->building, *before = event_remember(event, turn->arena);
    bool changed = report_take_place(turn, event, &where);
    report_leave_home(turn, event, &where);
    changed |= take_what(turn, event);
    bool on_the_way = event->state == STATE_HANDLING ||
                      (event->state == STATE_DISPATCHED && emergency_is(event));
    bool told = on_the_way && is_other_thing(turn, event);
    if (!changed && !told)
        return false;
    event_note(event, "corrected", turn->sender->id, say_masked(turn, turn->text), turn->now_ms,
               turn->arena);
    event->text = corrected_text(turn, event);
    event->correction = turn->input->message;
    event->before = before;
    send_on(turn, event, old_building);
    say_corrected(turn, event, told);
    return true;
}

bool correct_piece(struct turn *turn, struct event *event)
{
    return turn_word_at(turn, "it_is", turn->text) && may_correct(turn, event) &&
           correct(turn, event);
}

/* A correction was recalled: what stood before it holds again. */
static void take_back(struct turn *turn, struct event *event)
{
    const char *old_building = event->building, *category = event->category;
    if (!event_restore(event, event->state <= STATE_DISPATCHED, turn->arena))
        return;
    if (!is_same(category, event->category)) {
        event->said = NULL;
        event->owner = OWNER_NONE;
    }
    event_note(event, "correction recalled", turn->sender->id, NULL, turn->now_ms, turn->arena);
    send_on(turn, event, old_building);
    struct outgoing *out = say_residents(turn, event, "corrected");
    if (out)
        report_say_short_place(turn, out, event);
}

/* ---- withdrawing ---- */

void correct_tell_off(struct turn *turn, const struct event *event, bool fixed)
{
    if (clocks_keep_for_morning(turn, event, "withdrawn", "correct", fixed ? "fixed" : NULL,
                                NULL))
        return;
    struct outgoing *out = dispatch_ping(turn, event, "ping_withdrawn");
    if (out)
        out_flag(out, "fixed", fixed);
}

static bool withdraw(struct turn *turn, struct event *event)
{
    if (!guard_may(turn, event, RIGHT_WITHDRAW) || event->also_count)
        return false;
    enum outcome outcome = event->outcome;
    bool pinged = event->state == STATE_DISPATCHED;
    event->outcome = OUTCOME_WITHDRAWN;
    if (event_move(event, STATE_DONE, turn->sender->id, NULL, turn->now_ms, turn->arena) < 0) {
        event->outcome = outcome;
        return false;
    }
    clocks_end(turn, event);
    turn_close_questions(turn, event);
    if (pinged)
        correct_tell_off(turn, event, false);
    return true;
}

static void recall(struct turn *turn)
{
    struct session *session = turn->session;
    if (session && session->half && is_same(session->half_message, turn->input->message)) {
        session->half = session->half_message = NULL;
        session->half_until_ms = session->half_from_ms = 0;
        session->dirty = true;
    }
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (!(event->reached & EVENT_BY_MESSAGE) || !event_is_open(event))
            continue;
        if (is_same(event->correction, turn->input->message) && may_correct(turn, event))
            take_back(turn, event);
        else if (withdraw(turn, event))
            say_residents(turn, event, "withdrawn");
        else if (guard_may(turn, event, RIGHT_WITHDRAW))
            event_note(event, "recalled", turn->sender->id, NULL, turn->now_ms, turn->arena);
    }
}

/* "我自己换了灯泡": somebody is on his way or has been, and the reporter says that it is fixed.
 */
static bool is_fixed(struct turn *turn, struct event *event)
{
    if (!is_same(turn->meaning->command, "fixed") || !guard_may(turn, event, RIGHT_CONFIRM))
        return false;
    bool works = event->state == STATE_HANDLING; /* who was only asked hears it anyway */
    verify_close(turn, event, CONFIRMED_REPORTER);
    if (works && event->state == STATE_DONE)
        correct_tell_off(turn, event, true);
    return event->state == STATE_DONE;
}

static void withdraw_by_word(struct turn *turn, struct event *event)
{
    if (withdraw(turn, event)) {
        if (!say_has_here(turn))
            say_answer(turn, event, "withdrawn");
        return;
    }
    if (is_fixed(turn, event))
        return;
    struct outgoing *out = say_answer(turn, event, "withdraw_late");
    out_member(out, "assignee", event->assignee);
    if (event->also_count)
        out_text(out, "others", arena_printf(turn->arena, "%zu", event->also_count));
    event_note(event, "asked to stop", turn->sender->id, say_masked(turn, turn->text),
               turn->now_ms, turn->arena);
}

/* ---- the row ---- */

static int match(const struct turn *turn)
{
    if (!turn->sender)
        return 0;
    if (turn->input->kind == INPUT_RECALL)
        return 50;
    if (turn->input->kind == INPUT_EDIT) {
        struct event *event = turn_event_by(turn, EVENT_BY_MESSAGE);
        return event && may_correct(turn, event) ? 90 : 0;
    }
    bool withdraws = turn->meaning->intent == INTENT_WITHDRAW;
    if (!withdraws && turn->meaning->intent != INTENT_CORRECT)
        return 0;
    if (meant(turn, withdraws ? RIGHT_WITHDRAW : RIGHT_CORRECT))
        return 65;
    struct targets targets;
    targets_take_numbers(turn, &targets);
    return targets_are_unknown(turn, &targets) ? 10 : 0;
}

static void by_word(struct turn *turn)
{
    bool withdraws = turn->meaning->intent == INTENT_WITHDRAW;
    struct event *event = meant(turn, withdraws ? RIGHT_WITHDRAW : RIGHT_CORRECT);
    struct targets targets;
    if (event && withdraws)
        withdraw_by_word(turn, event);
    else if (event)
        correct(turn, event);
    targets_take_numbers(turn, &targets);
    targets_say_unknown(turn, &targets);
}

static void handle(struct turn *turn)
{
    if (turn->input->kind == INPUT_RECALL)
        recall(turn);
    else if (turn->input->kind == INPUT_EDIT)
        correct(turn, turn_event_by(turn, EVENT_BY_MESSAGE));
    else
        by_word(turn);
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (event && !event_is_open(event))
        correct_tell_off(turn, event, turn->timer_data != NULL);
}

const struct handler handler_correct = {
    .name = "correct",
    .listens = LISTEN_MESSAGE | LISTEN_EDIT | LISTEN_RECALL,
    .intents = ~0u,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT,
    .priority = 25,
    .match = match,
    .handle = handle,
    .on_timer = on_timer,
};
