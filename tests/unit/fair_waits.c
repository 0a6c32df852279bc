/* fair_waits.c: every open event waits for something: a timer, or somebody who was asked; and
 * in each state for that which will move it on. */
#include "fair_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "people/community.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define NIGHT_MS (12 * HOUR_MS) /* what the quiet hours may add */

struct waits {
    const struct fair_timer *timers;
    size_t count;
};

static int64_t due(const struct waits *waits, const char *name)
{
    for (size_t i = 0; i < waits->count; i++)
        if (strcmp(waits->timers[i].name, name) == 0)
            return waits->timers[i].due_ms;
    return 0;
}

/* There is a timer of that name, and not later. */
static void needs(const struct event *event, const struct waits *waits, const char *name,
                  int64_t latest_ms)
{
    int64_t due_ms = due(waits, name);
    char rule[100];
    if (due_ms && due_ms <= latest_ms)
        return;
    if (due_ms)
        snprintf(rule, sizeof rule, "its timer \"%s\" comes %lld minutes too late", name,
                 (long long)(due_ms - latest_ms) / MINUTE_MS);
    else
        snprintf(rule, sizeof rule, "no timer \"%s\"", name);
    fair_broken(event, rule);
}

static void has_none(const struct event *event, const struct waits *waits,
                     const char *const *names)
{
    char rule[100];
    for (; *names; names++)
        if (due(waits, *names)) {
            snprintf(rule, sizeof rule, "a timer \"%s\" is left", *names);
            fair_broken(event, rule);
        }
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void check_work(const struct fair *fair, const struct event *event,
                       const struct waits *waits)
{
    int64_t ahead = event->due_finish_ms > fair->now_ms ? event->due_finish_ms + NIGHT_MS
                                                        : fair->now_ms + 400 * DAY_MS;
    needs(event, waits, "finish", ahead);
    if (event->state == STATE_DISPATCHED && event->urgency == URGENCY_EMERGENCY)
        needs(event, waits, "accept", fair->now_ms + 5 * MINUTE_MS);
    has_none(event, waits,
             (const char *const[]){"draft", "dispatch", "resume", "archive", NULL});
}

static bool is_there(const struct member *member)
{
    return member && !member->away;
}

/* Whoever has it in hand is in the roster, if anybody else is, and not on leave, unless he took
 * it himself. */
static void check_hands(const struct fair *fair, const struct event *event,
                        const struct waits *waits)
{
    const struct community *c = fair->community;
    bool in_hand = event->state >= STATE_DISPATCHED && event->state <= STATE_SUSPENDED;
    const struct member *assignee = community_member(c, event->assignee);
    bool took = assignee && event->state != STATE_DISPATCHED;
    if (!in_hand || due(waits, "gone") || is_there(assignee) || took)
        return;
    for (int level = 1; level <= 3; level++)
        if (is_there(community_rung(c, level, event->building, event->unit)))
            fair_broken(event, "in the hands of somebody who is gone");
}

static void check_state(const struct fair *fair, const struct event *event,
                        const struct waits *waits)
{
    int64_t now_ms = fair->now_ms;
    switch (event->state) {
    case STATE_DRAFT:
        needs(event, waits, "draft", later(now_ms, event->opened_ms) + 10 * MINUTE_MS);
        break;
    case STATE_REPORTED:
        needs(event, waits, "dispatch", now_ms + NIGHT_MS);
        break;
    case STATE_DISPATCHED:
    case STATE_HANDLING:
        check_work(fair, event, waits);
        break;
    case STATE_CONFERRING:
        needs(event, waits, "resume", later(now_ms, event->paused_ms + 9 * DAY_MS) + NIGHT_MS);
        has_none(event, waits, (const char *const[]){"accept", "finish", "check", NULL});
        break;
    case STATE_SUSPENDED:
        needs(event, waits, "resume", later(now_ms, event->until_ms) + NIGHT_MS);
        has_none(event, waits, (const char *const[]){"accept", "finish", "check", NULL});
        break;
    case STATE_CHECKING:
        needs(event, waits, "check", now_ms + 2 * DAY_MS + NIGHT_MS);
        has_none(event, waits, (const char *const[]){"accept", "finish", "resume", NULL});
        break;
    case STATE_DONE:
        needs(event, waits, "archive", later(now_ms, event->done_ms) + 7 * DAY_MS);
        has_none(event, waits,
                 (const char *const[]){"draft", "dispatch", "accept", "finish", "check",
                                       "resume", "merge", "households", NULL});
        break;
    default:
        has_none(event, waits,
                 (const char *const[]){"draft", "dispatch", "accept", "finish", "check",
                                       "resume", "merge", "households", "archive", NULL});
    }
}

void fair_check_waits(const struct fair *fair, const struct event *event,
                      const struct fair_timer *timers, size_t count, bool asked)
{
    struct waits waits = {timers, count};
    if (event_is_open(event) && !count && !asked)
        fair_broken(event, "open, without a timer or a question");
    check_state(fair, event, &waits);
    check_hands(fair, event, &waits);
}
