/* ladder.c: the clocks' turns. Nobody accepts: a reminder, then a rung each time the same time
 * has passed again, up to the community grid head. A missed deadline climbs a rung by the
 * class's own clock. In an emergency the same message comes every five minutes until somebody
 * says that he has it. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

#define ACCEPT_TOP 3 /* missing acceptance climbs no higher */
#define TOP 5

/* Somebody may stand on two rungs, as a deputy does: he knows of it from the lower one. */
static bool was_told(const struct turn *turn, const struct event *event,
                     const struct member *member)
{
    if (is_same(event->assignee, member->id))
        return true;
    for (int level = 2; level <= event->level; level++) {
        const struct member *lower =
            community_rung(turn->community, level, event->building, event->unit);
        if (lower && is_same(lower->id, member->id))
            return true;
    }
    return false;
}

/* The next one who has not heard of it. */
static const struct member *next_rung(const struct turn *turn, const struct event *event,
                                      int top, int *ret_level)
{
    for (int level = event->level + 1; level <= top; level++) {
        const struct member *member =
            community_rung(turn->community, level, event->building, event->unit);
        if (member && !was_told(turn, event, member)) {
            *ret_level = level;
            return member;
        }
    }
    return NULL;
}

static const char *households_text(const struct turn *turn, const struct event *event)
{
    return arena_printf(turn->arena, "%zu", event_households(event));
}

static void tell_rung(struct turn *turn, const struct event *event, const struct member *member,
                      const char *why)
{
    const struct member *assignee =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    bool accused = !is_same(why, "households"); /* he was told, and may be on his way */
    bool both = assignee && accused && !is_same(assignee->id, member->id);
    struct outgoing *out = turn_ping(turn, member, &assignee, both, event, "ping_raise");
    say_event(turn, out, event);
    out_flag(out, arena_printf(turn->arena, "why_%s", why), true);
    out_member(out, "assignee", event->assignee);
    out_time(out, "opened", event->opened_ms);
    if (event->accepted_ms)
        out_time(out, "accepted", event->accepted_ms);
    if (event->due_finish_ms)
        out_time(out, "due", event->due_finish_ms);
    dispatch_words(turn, out, event);
    out_text(out, "households", households_text(turn, event));
    out_flag(out, "emergency", emergency_is(event));
    bool hidden = say_hides(turn, out, event);
    if (event->photo_count && !hidden)
        out->photo = event->photos[0];
    enum lang lang = out->lang;
    say_merged(turn, out, event);
    if (hidden)
        out_flag(dispatch_details(turn, event, member->id, lang), "rung", true);
}

/* Nobody has said that he has it: the calls every five minutes tell the rungs too. */
static bool alarm_runs(const struct event *event)
{
    return emergency_is(event) && event->state == STATE_DISPATCHED;
}

/* Residents hear of a rise once. */
static void tell_residents(struct turn *turn, const struct event *event, int from_level,
                           const struct member *member, const char *why)
{
    int base = emergency_is(event) ? 2 : 1;
    const char *home = say_home(turn, event);
    bool told =
        turn->input->kind == INPUT_TIMER && is_same(why, "again"); /* when it was denied */
    bool has = home && say_has(turn, home) && !say_find(turn, home, "raised");
    if (from_level != base || !home || has || is_quiet(turn) || told)
        return;
    if (list_is_late(turn)) {
        list_raised(turn, home, event);
        return;
    }
    struct outgoing *out = say_residents(turn, event, "raised");
    if (!out)
        return;
    out_member(out, "member", member->id);
    if (is_same(why, "households"))
        out_text(out, "households", households_text(turn, event));
    out_flag(out, "alarm", alarm_runs(event));
}

/* By whom it is looked into from now on, in the quiet hours at 07:00. */
static void tell(struct turn *turn, const struct event *event, int from_level,
                 const struct member *member, const char *why)
{
    const char *data = arena_printf(turn->arena, "%d|%s", from_level, why);
    if (list_is_late(turn))
        list_collect(turn, member->id);
    else if (clocks_keep_for_morning(turn, event, "rung", "ladder", data, member))
        return;
    else if (!alarm_runs(event) || !is_same(why, "accept"))
        tell_rung(turn, event, member, why);
    tell_residents(turn, event, from_level, member, why);
}

static void tell_at_seven(struct turn *turn, const struct event *event)
{
    const struct member *member =
        community_rung(turn->community, event->level, event->building, event->unit);
    const char *bar = turn->timer_data ? strchr(turn->timer_data, '|') : NULL;
    if (member && bar && event_is_open(event))
        tell(turn, event, atoi(turn->timer_data), member, bar + 1);
}

bool ladder_raise(struct turn *turn, struct event *event, const char *why, const char *who)
{
    int from_level = event->level, level;
    int top = is_same(why, "accept") ? ACCEPT_TOP : TOP;
    const struct member *member = next_rung(turn, event, top, &level);
    if (!member)
        return false;
    event->level = level;
    event->raised_ms = turn->now_ms;
    event_watch(event, member->id, turn->arena);
    event_note(event, "raised", who, why, turn->now_ms, turn->arena);
    tell(turn, event, from_level, member, why);
    return true;
}

static void wait_again(struct turn *turn, const struct event *event, const char *data)
{
    int64_t at_ms = clocks_accept_ms(turn, event, turn->now_ms);
    if (!emergency_is(event))
        at_ms = after_quiet(turn, at_ms);
    turn_timer_set(turn, event, "accept", "ladder", at_ms, data);
}

static void remind(struct turn *turn, struct event *event)
{
    if (list_is_late(turn) && !emergency_is(event) && event->assignee) {
        event_note(event, "reminded", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
        list_collect(turn, event->assignee);
        return;
    }
    struct outgoing *out =
        dispatch_ping(turn, event, alarm_runs(event) ? "ping_emergency" : "remind");
    bool alarm = emergency_is(event) && is_same(turn->timer_data, "raise");
    if (!alarm) /* the trail would be full of calls every five minutes */
        event_note(event, "reminded", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
    if (!out)
        return;
    out_flag(out, "taken", event->state != STATE_DISPATCHED);
    out->replace_key = arena_printf(turn->arena, "remind:%u", event->id);
}

/* By its deadline, or by word: whoever is asked has his time. */
static bool rose_lately(const struct turn *turn, const struct event *event)
{
    return event->raised_ms && !emergency_is(event) &&
           clocks_accept_ms(turn, event, event->raised_ms) > turn->now_ms + MINUTE_MS;
}

static void let_have_his_time(struct turn *turn, const struct event *event, const char *timer,
                              const char *data)
{
    int64_t at_ms = after_quiet(turn, clocks_accept_ms(turn, event, event->raised_ms));
    turn_timer_set(turn, event, timer, "ladder", at_ms, data);
}

static void nobody_accepted(struct turn *turn, struct event *event)
{
    if (event->state != STATE_DISPATCHED)
        return;
    bool first = is_same(turn->timer_data, "remind");
    if (!first && rose_lately(turn, event)) {
        let_have_his_time(turn, event, "accept", "raise");
        return;
    }
    bool climbed = !first && event->level < ACCEPT_TOP &&
                   ladder_raise(turn, event, "accept", LOUBOT_ITSELF);
    if (first || emergency_is(event))
        remind(turn, event);
    if (first || (climbed && event->level < ACCEPT_TOP) || emergency_is(event))
        wait_again(turn, event, "raise");
}

/* Where the class's clock keeps working days, on the next of these. */
static int64_t a_day_later_ms(const struct turn *turn, const struct event *event)
{
    enum clock_kind clock = policy_finish(policy_of(turn, event), event->urgency).clock;
    bool works = clock == CLOCK_WORK_DAY || clock == CLOCK_WORK_HOUR;
    return works ? calendar_due_ms(turn->calendar, CLOCK_WORK_DAY, 1, turn->now_ms)
                 : after_quiet(turn, turn->now_ms + DAY_MS);
}

static void deadline_passed(struct turn *turn, struct event *event)
{
    if (event->state != STATE_DISPATCHED && event->state != STATE_HANDLING)
        return;
    if (turn->now_ms - event->raised_ms < 10 * MINUTE_MS && rose_lately(turn, event)) {
        let_have_his_time(turn, event, "finish", NULL);
        return;
    }
    bool raised = ladder_raise(turn, event, "finish", LOUBOT_ITSELF);
    if (!raised && !alarm_runs(event))
        remind(turn, event);
    if (raised)
        clocks_wait_finish(turn, event);
    else /* nobody stands above: once a day is enough */
        turn_timer_set(turn, event, "finish", "ladder", a_day_later_ms(turn, event), NULL);
}

static void fall_due(struct turn *turn, struct event *event)
{
    handover_if_gone(turn, event);
    if (is_same(turn->timer_name, "dispatch") && event->state == STATE_REPORTED)
        dispatch(turn, event);
    else if (is_same(turn->timer_name, "accept"))
        nobody_accepted(turn, event);
    else if (is_same(turn->timer_name, "finish"))
        deadline_passed(turn, event);
    else if (is_same(turn->timer_name, "households") && event_is_open(event))
        ladder_raise(turn, event, "households", LOUBOT_ITSELF);
    else if (is_same(turn->timer_name, "rung"))
        tell_at_seven(turn, event);
    else if (is_same(turn->timer_name, "changed"))
        dispatch_changed(turn, event, turn->timer_data);
    else if (is_same(turn->timer_name, "photo"))
        dispatch_photo_now(turn, event);
}

/* Falls due at the same moment, or, where hours count, soon. */
static bool is_along(const struct turn *turn, const struct event *event)
{
    if (!(event->reached & EVENT_BY_ALONG) || emergency_is(event) ||
        say_is_private(turn, event) || is_same(turn->timer_name, "photo"))
        return false;
    bool hours = policy_accept(policy_of(turn, event), event->urgency).clock == CLOCK_WORK_HOUR;
    bool soon = hours && is_same(turn->timer_name, "accept");
    return soon || event->along_ms <= turn->now_ms;
}

static void find_due(const struct turn *turn, struct event *first, struct targets *ret)
{
    bool alone = emergency_is(first) || say_is_private(turn, first);
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i] == first || (!alone && is_along(turn, turn->events[i])))
            ret->events[ret->count++] = turn->events[i];
    targets_sort(ret);
}

/* One person reads one message of all that falls due for him at one moment. */
static void on_timer(struct turn *turn)
{
    struct event *first = turn_event_by(turn, EVENT_BY_TIMER);
    if (!first || clocks_wait_for_morning(turn, first, "ladder"))
        return;
    first->along = turn->timer_data;
    struct targets due = {.count = 0};
    find_due(turn, first, &due);
    for (size_t i = 0; i < due.count; i++) {
        struct event *event = due.events[i];
        if (event != first)
            turn_timer_cancel(turn, event, turn->timer_name);
        turn->timer_data = event->along;
        fall_due(turn, event);
    }
    list_where_several(turn);
}

const struct handler handler_ladder = {
    .name = "ladder", .on_timer = on_timer, .along_ms = 10 * MINUTE_MS}; /* hears nobody */

/* ---- by word: "上报" ---- */

static bool fits_raise(const struct turn *turn, const struct event *event)
{
    return event->state >= STATE_REPORTED && event->state <= STATE_HANDLING &&
           guard_may(turn, event, RIGHT_RAISE);
}

static int match_raise(const struct turn *turn)
{
    struct targets targets;
    if (turn->meaning->command)
        return 0;
    targets_find(turn, fits_raise, &targets);
    for (size_t i = 0; i < targets.count; i++)
        if (fits_raise(turn, targets.events[i]))
            return 60;
    bool unfit = targets_are_unfit(turn, &targets, RIGHT_RAISE, fits_raise);
    return unfit || targets.unknown_count ? 60 : 0;
}

/* NULL: it rose; else the event, which stands on the highest rung already. */
static const struct event *raise_one(struct turn *turn, struct event *event)
{
    bool top = fits_raise(turn, event) && !ladder_raise(turn, event, "word", turn->sender->id);
    return top ? event : NULL;
}

static void say_top(struct turn *turn, const struct event *event)
{
    if (event && !say_has_here(turn))
        say_answer(turn, event, "raise_top");
}

static void handle_raise(struct turn *turn)
{
    struct targets targets;
    targets_find(turn, fits_raise, &targets);
    if (targets.several) {
        targets_ask(turn, &targets, "raise", "which");
        return;
    }
    const struct event *top = NULL;
    for (size_t i = 0; i < targets.count; i++) {
        const struct event *highest = raise_one(turn, targets.events[i]);
        top = highest ? highest : top;
    }
    say_top(turn, top);
    targets_say_unknown(turn, &targets);
    targets_say_unfit(turn, &targets, RIGHT_RAISE, fits_raise);
}

static bool answer_raise(struct turn *turn, struct session *session, size_t index)
{
    struct event *event = targets_chosen(turn, &session->questions[index]);
    if (!event || !fits_raise(turn, event))
        return false;
    session_close(session, index);
    say_top(turn, raise_one(turn, event));
    return true;
}

const struct handler handler_raise = {
    .name = "raise",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_RAISE,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE,
    .priority = 30,
    .match = match_raise,
    .handle = handle_raise,
    .answer = answer_raise,
};
