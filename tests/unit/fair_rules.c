/* fair_rules.c: what must hold whatever happens to an event (DESIGN §5, hard rules). */
#include "fair_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "event/calendar.h"
#include "people/community.h"
#include "walk_cover.h"
#include "walk_texts.h"

#define DAY_MS 86400000LL
#define SILENCE_MS (2 * DAY_MS)
#define WEEK_MS (7 * DAY_MS)
#define YEAR_MS (366 * DAY_MS)

void fair_broken(const struct event *event, const char *rule)
{
    for (const struct step *step = event->new_steps; step; step = step->next)
        print_message("  %s: %s -> %s %s %s\n", step->who, state_name(step->from),
                      state_name(step->to), step->what, step->note ? step->note : "");
    print_message("  assignee %s, done by %s, verifier %s, owner %s\n",
                  event->assignee ? event->assignee : "-",
                  event->handler_member ? event->handler_member : "-",
                  event->verifier ? event->verifier : "-", owner_name(event->owner));
    fail_msg("step %u, event %u, state %s: %s", walk_step, event->id, state_name(event->state),
             rule);
}

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- nobody confirms his own work ---- */

static bool is_of_company(const struct member *a, const struct member *b)
{
    for (size_t i = 0; i < a->role_count; i++)
        if (a->roles[i].owner != OWNER_NONE && a->roles[i].owner != OWNER_COMMUNITY &&
            member_acts_for(b, a->roles[i].owner))
            return true;
    return false;
}

/* `who` and the one who did the work: the same, of one company, or one the other's deputy. */
static bool is_one_side(const struct fair *fair, const char *who, const char *worker)
{
    if (!who || !worker)
        return false;
    if (is_same(who, worker))
        return true;
    const struct member *a = community_member(fair->community, who);
    const struct member *b = community_member(fair->community, worker);
    return a && b &&
           (is_of_company(b, a) || is_same(a->deputy, worker) || is_same(b->deputy, who));
}

/* The highest rung that somebody stands on for that place; 0: none. */
static int rung_of(const struct fair *fair, const struct event *event, const char *who)
{
    static const struct {
        enum role role;
        int rung;
    } roles[] = {
        {ROLE_DISTRICT, 5},         {ROLE_STREET, 4},      {ROLE_COMMUNITY_GRID_HEAD, 3},
        {ROLE_ESTATE_GRID_HEAD, 2}, {ROLE_GRID_WORKER, 1}, {ROLE_PARTY_GROUP_LEADER, 1}};
    const struct member *member = who ? community_member(fair->community, who) : NULL;
    for (size_t i = 0; member && i < sizeof roles / sizeof *roles; i++)
        if (member_has_role(fair->community, member, roles[i].role, event->building,
                            event->unit))
            return roles[i].rung;
    return 0;
}

static void check_silence(const struct event *event, const struct step *step)
{
    bool waited = event->checking_ms && step->at_ms - event->checking_ms >= SILENCE_MS;
    if (step->from != STATE_CHECKING || event->confirmed_by != CONFIRMED_SILENCE || !waited ||
        !event->photos_after)
        fair_broken(event, "Loubot closed it without a photo or 48 hours of silence");
}

/* The trail says which of the three confirmed it; settled on the spot, by a rung, none did. */
static void check_confirmed_by(const struct fair *fair, const struct event *event,
                               const struct step *step)
{
    bool told = is_same(step->who, event->reporter) || is_same(step->who, event->via);
    bool spot = step->from != STATE_CHECKING && event->confirmed_by == CONFIRMED_NONE;
    if (spot && rung_of(fair, event, step->who) > 0 && step->note)
        return;
    if (event->confirmed_by != (told ? CONFIRMED_REPORTER : CONFIRMED_VERIFIER))
        fair_broken(event, "it is not told rightly who confirmed it");
}

static void check_closing(const struct fair *fair, const struct event *event,
                          const struct step *step)
{
    if (step->to != STATE_DONE || event->outcome == OUTCOME_NONE)
        return;
    if (event->outcome == OUTCOME_WITHDRAWN &&
        (event->also_count ||
         !(is_same(step->who, event->reporter) || is_same(step->who, event->via))))
        fair_broken(event, "withdrawn by another, or over the head of those who joined");
    if (event->outcome != OUTCOME_RESOLVED)
        return;
    if (is_same(step->who, LOUBOT_ITSELF)) {
        check_silence(event, step);
        return;
    }
    check_confirmed_by(fair, event, step);
    if (is_one_side(fair, step->who, event->handler_member))
        fair_broken(event, "somebody confirmed his own work, or his company's");
    if (is_one_side(fair, step->who, event->assignee))
        fair_broken(event, "somebody closed what he had in hand himself, or his company");
}

static void print_bond(const struct fair *fair, const struct event *event)
{
    const struct member *asked = community_member(fair->community, event->verifier);
    const struct member *worker = community_member(fair->community, event->handler_member);
    if (asked && worker)
        print_message(
            "  of one company: %s; who stands in for the worker: %s, for the asked: %s\n",
            is_of_company(worker, asked) ? "yes" : "no", worker->deputy ? worker->deputy : "-",
            asked->deputy ? asked->deputy : "-");
}

static void check_verifier(const struct fair *fair, const struct event *before,
                           const struct event *event)
{
    bool asked = event->state == STATE_CHECKING && event->verifier &&
                 (!before || !is_same(before->verifier, event->verifier));
    if (!asked || !is_one_side(fair, event->verifier, event->handler_member))
        return;
    print_bond(fair, event);
    fair_broken(event, "asked to confirm his own work, or his company's");
}

/* ---- what Loubot may do by itself ---- */

static void check_itself(const struct event *event, const struct step *step)
{
    static const struct {
        enum state from, to;
    } mays[] = {
        {STATE_DRAFT, STATE_REPORTED},     {STATE_REPORTED, STATE_DISPATCHED},
        {STATE_SUSPENDED, STATE_HANDLING}, {STATE_CONFERRING, STATE_DISPATCHED},
        {STATE_CHECKING, STATE_DONE},      {STATE_DONE, STATE_ARCHIVED},
    };
    if (!is_same(step->who, LOUBOT_ITSELF) || step->to == STATE_NONE)
        return;
    for (size_t i = 0; i < sizeof mays / sizeof *mays; i++)
        if (mays[i].from == step->from && mays[i].to == step->to)
            return;
    fair_broken(event, "Loubot did by itself what people decide");
}

/* ---- on hold: asked by one, granted by another on a higher rung ---- */

#define ASKERS_MAX 20000
static char askers[ASKERS_MAX][24];

static void check_hold(const struct fair *fair, const struct event *before,
                       const struct event *event, const struct step *step)
{
    char *asker = askers[event->id % ASKERS_MAX];
    if (is_same(step->what, "asked to suspend"))
        snprintf(asker, sizeof *askers, "%s", step->who);
    bool granted = step->to == STATE_SUSPENDED && step->from == STATE_HANDLING;
    if (!granted)
        return;
    if (!asker[0] || is_same(asker, step->who) || is_one_side(fair, step->who, event->assignee))
        fair_broken(event, "somebody granted himself to suspend it");
    if (before && rung_of(fair, event, step->who) <= rung_of(fair, event, event->assignee))
        fair_broken(event, "suspended by nobody above who has it");
    if (event->until_ms > step->at_ms + YEAR_MS)
        fair_broken(event, "suspended for more than a year");
}

/* ---- the trail ---- */

/* A command that is all of the note, or its number: that gives no reason. */
static bool is_bare(const char *note)
{
    static const char *const commands[] = {
        "不归我管", "驳回", "不同意", "同意",     "上会", "挂起", "转",     "收到", "谢谢",
        "上报",     "好了", "是",     "我家也是", "+1",   "同问", "reject", "no"};
    const char *from = note + strspn(note, " #0123456789");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strncmp(from, commands[i], strlen(commands[i])) == 0) {
            from += strlen(commands[i]);
            break;
        }
    return from[strspn(from, " #0123456789.!")] == '\0';
}

static void check_reason(const struct event *event, const struct step *step)
{
    bool refusal = step->to == STATE_DISPATCHED &&
                   (step->from == STATE_DISPATCHED || step->from == STATE_HANDLING);
    bool closing = step->to == STATE_DONE &&
                   (event->outcome == OUTCOME_EXPLAINED || event->outcome == OUTCOME_REJECTED);
    bool pausing = step->to == STATE_CONFERRING || step->to == STATE_SUSPENDED;
    bool no = is_same(step->what, "suspension refused");
    if ((refusal || closing || pausing || no) && (!step->note || is_bare(step->note)))
        fair_broken(event, "a refusal without a reason");
}

/* Who said last that it is done did the work: him nobody asks whether it is. */
static void check_worker(const struct event *event)
{
    const char *worker = NULL;
    for (const struct step *step = event->new_steps; step; step = step->next)
        if (step->to == STATE_CHECKING)
            worker = step->who;
    if (worker && !is_same(worker, event->handler_member))
        fair_broken(event, "it is not told rightly who did the work");
}

/* After two refusals the estate grid head decides, however high it stood. */
static void check_refusals(const struct event *before, const struct event *event)
{
    if (!before || before->refusals >= 2 || event->refusals < 2)
        return;
    for (const struct step *step = event->new_steps; step; step = step->next)
        if (is_same(step->what, "raised") && is_same(step->note, "two refusals"))
            return;
    fair_broken(event, "refused twice, and nobody above decides");
}

static void check_reopened(const struct event *before, const struct event *event,
                           const struct step *step)
{
    bool over = before && before->state >= STATE_DONE && before->done_ms;
    if (over && step->from == before->state && step->to == STATE_HANDLING &&
        step->at_ms - before->done_ms > WEEK_MS)
        fair_broken(event, "reopened after more than seven days");
}

static void check_steps(const struct fair *fair, const struct event *before,
                        const struct event *event)
{
    enum state at = before ? before->state : STATE_NONE;
    if (!before)
        askers[event->id % ASKERS_MAX][0] = '\0';
    for (const struct step *step = event->new_steps; step; step = step->next) {
        if (!step->who || !step->what)
            fair_broken(event, "a step without who or what");
        cover_step(event, step);
        check_reason(event, step);
        check_closing(fair, event, step);
        check_reopened(before, event, step);
        check_itself(event, step);
        check_hold(fair, before, event, step);
        if (step->to == STATE_NONE)
            continue;
        if (step->from != at)
            fair_broken(event, "the trail has a gap");
        at = step->to;
    }
    check_worker(event);
    check_refusals(before, event);
    if (at != event->state)
        fair_broken(event, "the trail does not end where the event is");
}

/* ---- clocks ---- */

static bool was_paused(const struct event *before, const struct event *after)
{
    if (before->state == STATE_CONFERRING || before->state == STATE_SUSPENDED)
        return true;
    for (const struct step *step = after->new_steps; step; step = step->next)
        if (step->from == STATE_CONFERRING || step->from == STATE_SUSPENDED)
            return true;
    return false;
}

/* After a pause a deadline ends with a working day: none lies between. */
static int64_t latest_ms(const struct fair *fair, const struct event *before)
{
    int64_t since_ms = before->paused_ms ? before->paused_ms : fair->now_ms;
    int64_t at_ms = before->due_finish_ms + fair->now_ms - since_ms;
    for (int days = 0; days < 30; days++) {
        struct local_time day = calendar_local(fair->calendar, at_ms + days * DAY_MS);
        day.hour = 18;
        day.minute = day.second = 0;
        int64_t end_ms = calendar_from_local(fair->calendar, &day);
        if (end_ms >= at_ms &&
            calendar_is_workday(fair->calendar, day.year, day.month, day.day))
            return end_ms;
    }
    return at_ms;
}

static void check_deadlines(const struct fair *fair, const struct event *before,
                            const struct event *after)
{
    bool paused = was_paused(before, after);
    if (before->due_finish_ms && after->due_finish_ms > before->due_finish_ms &&
        (!paused || (before->paused_ms && after->due_finish_ms > latest_ms(fair, before))))
        fair_broken(after, "the deadline moved later");
    if (before->due_accept_ms && after->due_accept_ms > before->due_accept_ms)
        fair_broken(after, "the time to accept moved later");
    if ((before->due_finish_ms && !after->due_finish_ms) ||
        (before->due_accept_ms && !after->due_accept_ms))
        fair_broken(after, "a deadline was dropped");
}

/* ---- nothing is dropped, nobody is counted twice ---- */

static bool has(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (is_same(list[i], text))
            return true;
    return false;
}

static const struct member *home_of(const struct fair *fair, const char *id)
{
    const struct member *member = id ? community_member(fair->community, id) : NULL;
    return member && member->household ? member : NULL;
}

/* Members bound to one flat are one household. */
static void check_households(const struct fair *fair, const struct event *before,
                             const struct event *after)
{
    size_t shared = after->shared - before->shared;
    for (size_t i = 0; i < after->also_count; i++) {
        const struct member *one = home_of(fair, after->also[i]);
        if (!one || has(before->also, before->also_count, after->also[i]))
            continue;
        bool counted = false;
        for (size_t k = 0; k <= i; k++) {
            const struct member *other =
                home_of(fair, k ? after->also[k - 1] : after->reporter);
            counted |= other && other != one && is_same(one->building, other->building) &&
                       is_same(one->household, other->household);
        }
        if (counted && !shared--)
            fair_broken(after, "a household was counted twice");
    }
}

static void check_kept(const struct event *before, const struct event *after)
{
    for (size_t i = 0; i < before->photo_count; i++)
        if (!has(after->photos, after->photo_count, before->photos[i]))
            fair_broken(after, "a photo was dropped");
    for (size_t i = 0; i < before->also_count; i++)
        if (!has(after->also, after->also_count, before->also[i]))
            fair_broken(after, "a household was dropped");
    if (before->reporter && !is_same(before->reporter, after->reporter))
        fair_broken(after, "the reporter changed");
    if (before->opened_ms != after->opened_ms || !is_same(before->group, after->group))
        fair_broken(after, "when or where it was told changed");
    if (after->rework < before->rework || after->reopened < before->reopened ||
        after->refusals < before->refusals || after->level < before->level)
        fair_broken(after, "a counter went back");
}

void fair_check_followed(const struct fair *fair, const struct event *event)
{
    const struct event *into = event->outcome == OUTCOME_DUPLICATE && event->duplicate_of
                                   ? fair->find(fair->arg, event->duplicate_of)
                                   : NULL;
    if (!into)
        return;
    for (size_t i = 0; i < event->photo_count && into->photo_count < EVENT_PHOTOS_MAX; i++)
        if (!has(into->photos, into->photo_count, event->photos[i]))
            fair_broken(event, "a photo did not follow to the other event");
    for (size_t i = 0; i <= event->also_count && into->also_count < EVENT_ALSO_MAX; i++) {
        const char *who = i < event->also_count ? event->also[i] : event->reporter;
        if (who && !is_same(into->reporter, who) && !has(into->also, into->also_count, who))
            fair_broken(event, "a household did not follow to the other event");
    }
}

void fair_check(const struct fair *fair, const struct event *before, const struct event *after)
{
    bool closed = after->state == STATE_DONE || after->state == STATE_ARCHIVED;
    if (closed && after->outcome == OUTCOME_NONE)
        fair_broken(after, "closed without an outcome");
    if (!closed && after->outcome != OUTCOME_NONE)
        fair_broken(after, "open with an outcome");
    if (after->state == STATE_NONE)
        fair_broken(after, "without a state");
    bool assigned = after->state >= STATE_DISPATCHED && after->state <= STATE_SUSPENDED;
    if (assigned && !after->assignee)
        fair_broken(after, "assigned to nobody");
    check_steps(fair, before, after);
    check_verifier(fair, before, after);
    if (!before)
        return;
    check_kept(before, after);
    check_households(fair, before, after);
    check_deadlines(fair, before, after);
}
