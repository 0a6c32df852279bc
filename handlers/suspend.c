/* suspend.c: "12 挂起到5月18日 等配件": the assignee asks, a rung above grants ("同意 12"); it
 * resumes by itself, and residents are told both. "上会 12 两家说不清" puts an event on the
 * joint meeting's docket. These two, and nothing else, pause the clock. */
#include "handlers/skills.h"

#include <string.h>

#define YEAR_MS (366 * DAY_MS)

static bool commands(const struct turn *turn, const char *command)
{
    return is_same(turn->meaning->command, command);
}

/* ---- asking ---- */

static bool fits_hold(const struct turn *turn, const struct event *event)
{
    return event->state == STATE_HANDLING && guard_may(turn, event, RIGHT_SUSPEND);
}

/* What stands behind the date, or the whole text. */
static const char *reason_of(const struct turn *turn)
{
    const char *reason = turn->meaning->reason;
    const char *text = say_masked(turn, reason ? reason : turn->text);
    const char *space = strrchr(text, ' ');
    return space && space[1] ? space + 1 : text;
}

static void complain(struct turn *turn, const struct event *event, const char *what)
{
    struct outgoing *out = say_answer(turn, event, "suspend_how");
    out_flag(out, what, true);
    out_flag(out, "example", true);
}

/* The rung above the assignee's: over an owner's person the grid worker. */
static const struct member *granter(const struct turn *turn, const struct event *event)
{
    for (int level = 1; level <= 3; level++) {
        const struct member *member =
            community_rung(turn->community, level, event->building, event->unit);
        if (member && !is_same(member->id, event->assignee))
            return member;
    }
    return NULL;
}

static void ask_hold(struct turn *turn, struct event *event)
{
    int64_t until_ms;
    if (!fits_hold(turn, event))
        return;
    if (!date_find(turn, turn->text, &until_ms)) {
        complain(turn, event, "no_date");
        return;
    }
    if (until_ms <= turn->now_ms || until_ms > turn->now_ms + YEAR_MS) {
        complain(turn, event, until_ms <= turn->now_ms ? "past" : "far");
        return;
    }
    const struct member *member = granter(turn, event);
    if (!member)
        return;
    event->until_ms = until_ms;
    event->until_reason = reason_of(turn);
    event_note(event, "asked to suspend", turn->sender->id, say_masked(turn, turn->text),
               turn->now_ms, turn->arena);
    struct outgoing *out = turn_ping(turn, member, NULL, 0, event, "ask_suspend");
    say_event(turn, out, event);
    out_member(out, "member", turn->sender->id);
    out_time(out, "until", until_ms);
    out_text(out, "reason", event->until_reason);
    turn_ask(turn, out->group, member->id, "suspend", "grant", event, turn->now_ms + 3 * DAY_MS,
             NULL, 0);
}

/* ---- granting ---- */

/* Over an owner's person the grid worker is enough, over a grid worker it takes the next rung.
 */
static bool stands_above(const struct turn *turn, const struct event *event)
{
    const struct member *assignee =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    bool grid = assignee && member_has_role(turn->community, assignee, ROLE_GRID_WORKER,
                                            event->building, event->unit);
    bool above = !grid || guard_relations(turn, event) & IS_ESTATE_UP;
    return above && !is_same(event->assignee, turn->sender->id);
}

static bool fits_grant(const struct turn *turn, const struct event *event)
{
    return event->state == STATE_HANDLING && event->until_ms > turn->now_ms &&
           guard_may(turn, event, RIGHT_GRANT) && stands_above(turn, event);
}

static void grant(struct turn *turn, struct event *event)
{
    if (event_move(event, STATE_SUSPENDED, turn->sender->id, event->until_reason, turn->now_ms,
                   turn->arena) < 0)
        return;
    clocks_pause(turn, event);
    turn_timer_set(turn, event, "resume", "suspend", event->until_ms, NULL);
    turn_close_questions(turn, event);
    struct outgoing *out = say_residents(turn, event, "suspended");
    if (out) {
        out_time(out, "until", event->until_ms);
        out_text(out, "reason", event->until_reason);
    }
}

static void refuse(struct turn *turn, struct event *event)
{
    event->until_ms = 0;
    event->until_reason = NULL;
    event_note(event, "suspension refused", turn->sender->id, say_masked(turn, turn->text),
               turn->now_ms, turn->arena);
    dispatch_ping(turn, event, "suspend_refused");
}

static bool says_no(const struct turn *turn)
{
    const struct meaning *m = turn->meaning;
    return m->is_no || m->intent == INTENT_DENY || strstr(turn->text, "不同意") ||
           strncasecmp(turn->text, "no", 2) == 0 || strncasecmp(turn->text, "refuse", 6) == 0;
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = turn_event_numbered(turn, question->event);
    if (!event || turn->input->kind != INPUT_MESSAGE || !fits_grant(turn, event))
        return false;
    bool no = says_no(turn);
    if (!no && !turn->meaning->is_yes && !commands(turn, "agree"))
        return false;
    session_close(session, index);
    if (no)
        refuse(turn, event);
    else
        grant(turn, event);
    return true;
}

/* ---- the joint meeting ---- */

static bool fits_confer(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING) &&
           guard_may(turn, event, RIGHT_CONFER);
}

/* Friday 15:00 and two days. */
static int64_t meeting_over_ms(const struct turn *turn)
{
    struct local_time now = calendar_local(turn->calendar, turn->now_ms);
    int away = (5 - now.weekday + 7) % 7;
    if (away == 0 && now.hour >= 15)
        away = 7;
    struct local_time day = calendar_local(turn->calendar, turn->now_ms + away * DAY_MS);
    day.hour = 15;
    day.minute = day.second = 0;
    return calendar_from_local(turn->calendar, &day) + 2 * DAY_MS;
}

static void confer(struct turn *turn, struct event *event)
{
    if (!fits_confer(turn, event) || event_move(event, STATE_CONFERRING, turn->sender->id,
                                                reason_of(turn), turn->now_ms, turn->arena) < 0)
        return;
    clocks_pause(turn, event);
    turn_timer_set(turn, event, "resume", "suspend", meeting_over_ms(turn), NULL);
    say_residents(turn, event, "conferring");
}

/* ---- the row ---- */

typedef bool fits_fn(const struct turn *turn, const struct event *event);

static fits_fn *verb(const struct turn *turn)
{
    if (commands(turn, "suspend"))
        return fits_hold;
    if (commands(turn, "confer"))
        return fits_confer;
    return commands(turn, "agree") && !says_no(turn) ? fits_grant : NULL;
}

static enum right right_of(fits_fn *fits)
{
    return fits == fits_hold ? RIGHT_SUSPEND : fits == fits_confer ? RIGHT_CONFER : RIGHT_GRANT;
}

static int match(const struct turn *turn)
{
    fits_fn *fits = verb(turn);
    if (!fits || !turn->session)
        return 0;
    struct targets targets;
    targets_find(turn, fits, &targets);
    for (size_t i = 0; i < targets.count; i++)
        if (fits(turn, targets.events[i]))
            return 85;
    if (targets_are_unfit(turn, &targets, right_of(fits), fits))
        return 25;
    return targets.unknown_count ? 25 : 0;
}

static void handle(struct turn *turn)
{
    fits_fn *fits = verb(turn);
    struct targets targets;
    targets_find(turn, fits, &targets);
    for (size_t i = 0; i < targets.count; i++) {
        if (!fits(turn, targets.events[i]))
            continue;
        if (fits == fits_hold)
            ask_hold(turn, targets.events[i]);
        else if (fits == fits_confer)
            confer(turn, targets.events[i]);
        else
            grant(turn, targets.events[i]);
    }
    targets_say_unknown(turn, &targets);
    targets_say_unfit(turn, &targets, right_of(fits), fits);
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (!event || clocks_wait_for_morning(turn, event, "suspend"))
        return;
    bool held = event->state == STATE_SUSPENDED;
    handover_if_gone(turn, event);
    if (!held && event->state != STATE_CONFERRING)
        return;
    const char *note = held ? "the date has come" : "two days after the meeting";
    event_move(event, held ? STATE_HANDLING : STATE_DISPATCHED, LOUBOT_ITSELF, note,
               turn->now_ms, turn->arena);
    event->until_ms = 0;
    clocks_resume(turn, event);
    if (!held)
        clocks_wait_accept(turn, event);
    dispatch_ping(turn, event, "ping_resumed");
    struct outgoing *out = say_residents(turn, event, "resumed");
    if (out)
        out_member(out, "assignee", event->assignee);
}

const struct handler handler_suspend = {
    .name = "suspend",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_RAISE | 1u << INTENT_CONFIRM,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT,
    .priority = 45,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
