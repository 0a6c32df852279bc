/* clocks.c: deadlines and their timers. A deadline is set once and never moves later but by a
 * pause; timers that would ping somebody in the quiet hours wait until 07:00 (emergencies do
 * not). */
#include "handlers/skills.h"

#define FINISH_DEFAULT_DAYS 5 /* classes without a limit are looked at after that */

static int64_t due(const struct turn *turn, const struct limit *limit, int64_t from_ms)
{
    return calendar_due_ms(turn->calendar, limit->clock, limit->amount, from_ms);
}

int64_t clocks_accept_ms(const struct turn *turn, const struct event *event, int64_t from_ms)
{
    struct limit limit = policy_accept(policy_of(turn, event), event->urgency);
    return due(turn, &limit, from_ms);
}

void clocks_open(const struct turn *turn, struct event *event)
{
    struct limit limit = policy_finish(policy_of(turn, event), event->urgency);
    int64_t from_ms = event->opened_ms;
    if (limit.clock == CLOCK_URGENT_HOUR && !emergency_is(event))
        from_ms = after_quiet(turn, from_ms); /* who must act hears of it at 07:00 */
    if (!event->due_finish_ms && limit.amount)
        event->due_finish_ms = due(turn, &limit, from_ms);
}

void clocks_wait_accept(struct turn *turn, struct event *event)
{
    int64_t at_ms = clocks_accept_ms(turn, event, turn->now_ms);
    if (!event->due_accept_ms)
        event->due_accept_ms = at_ms;
    if (!emergency_is(event))
        at_ms = after_quiet(turn, at_ms);
    turn_timer_set(turn, event, "accept", "ladder", at_ms, "remind");
}

/* After a missed deadline the next look comes by the class's own clock. */
static int64_t next_step_ms(const struct turn *turn, const struct event *event)
{
    static const struct limit fallback = {CLOCK_WORK_DAY, FINISH_DEFAULT_DAYS};
    struct limit limit = policy_finish(policy_of(turn, event), event->urgency);
    return due(turn, limit.amount ? &limit : &fallback, turn->now_ms);
}

void clocks_wait_finish(struct turn *turn, struct event *event)
{
    int64_t at_ms = event->due_finish_ms;
    if (at_ms <= turn->now_ms)
        at_ms = next_step_ms(turn, event);
    if (!emergency_is(event))
        at_ms = after_quiet(turn, at_ms);
    turn_timer_set(turn, event, "finish", "ladder", at_ms, NULL);
}

void clocks_send_on(struct turn *turn, struct event *event)
{
    turn_timer_cancel(turn, event, "dispatch");
    clocks_wait_finish(turn, event);
}

bool clocks_wait_for_morning(struct turn *turn, const struct event *event, const char *handler)
{
    if (emergency_is(event) || !is_quiet(turn))
        return false;
    turn_timer_set(turn, event, turn->timer_name, handler,
                   calendar_quiet_end_ms(turn->calendar, turn->now_ms), turn->timer_data);
    return true;
}

/* But for what is told of an event that is over: withdrawn, why. */
static const char *const kept_names[] = {"again", "owner",        "decide",  "rung",
                                         "hold",  "hold_refused", "changed", "photo"};

bool clocks_keep_for_morning(struct turn *turn, const struct event *event, const char *name,
                             const char *handler, const char *data, const struct member *whom)
{
    if (emergency_is(event) || !is_quiet(turn))
        return false;
    turn_timer_set(turn, event, name, handler,
                   calendar_quiet_end_ms(turn->calendar, turn->now_ms), data);
    if (whom && turn->sender && turn->group->kind != GROUP_BUILDING && !say_has_here(turn))
        out_member(say_answer(turn, event, "at_seven"), "member", whom->id);
    return true;
}

void clocks_drop_kept(struct turn *turn, const struct event *event)
{
    for (size_t i = 0; i < sizeof kept_names / sizeof *kept_names; i++)
        turn_timer_cancel(turn, event, kept_names[i]);
}

void clocks_end(struct turn *turn, const struct event *event)
{
    static const char *const names[] = {"draft", "dispatch", "accept", "finish",
                                        "check", "resume",   "merge",  "households"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        turn_timer_cancel(turn, event, names[i]);
    turn_timer_set(turn, event, "archive", "rate", turn->now_ms + 7 * DAY_MS, NULL);
}

void clocks_pause(struct turn *turn, struct event *event)
{
    turn_timer_cancel(turn, event, "accept");
    turn_timer_cancel(turn, event, "finish");
    event->paused_ms = turn->now_ms;
}

/* Deadlines on the working clocks end with a working day. */
static int64_t close_of_work(const struct turn *turn, const struct event *event, int64_t at_ms)
{
    enum clock_kind clock = policy_finish(policy_of(turn, event), event->urgency).clock;
    if (clock != CLOCK_WORK_DAY && clock != CLOCK_WORK_HOUR)
        return at_ms;
    for (int days = 0; days < 30; days++) {
        struct local_time day = calendar_local(turn->calendar, at_ms + days * DAY_MS);
        day.hour = 18;
        day.minute = day.second = 0;
        int64_t end_ms = calendar_from_local(turn->calendar, &day);
        if (end_ms >= at_ms &&
            calendar_is_workday(turn->calendar, day.year, day.month, day.day))
            return end_ms;
    }
    return at_ms;
}

void clocks_resume(struct turn *turn, struct event *event)
{
    if (event->paused_ms && event->due_finish_ms > event->paused_ms)
        event->due_finish_ms =
            close_of_work(turn, event, event->due_finish_ms + turn->now_ms - event->paused_ms);
    event->paused_ms = 0;
    event->dirty = true;
    clocks_wait_finish(turn, event);
}
