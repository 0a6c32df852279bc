/* target.c: which event a command means (DESIGN §5): the number named, else the message quoted,
 * else the last ping to that person in that chat, else his only open event of that building;
 * where several fit, the bot asks which. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef bool fits_fn(const struct turn *turn, const struct event *event);

static void add(struct targets *t, struct event *event)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->events[i] == event)
            return;
    if (t->count < TURN_EVENTS_MAX)
        t->events[t->count++] = event;
}

void targets_take_numbers(const struct turn *turn, struct targets *t)
{
    *t = (struct targets){0};
    for (size_t i = 0; i < turn->meaning->number_count; i++) {
        struct event *event = turn_event_numbered(turn, turn->meaning->numbers[i]);
        if (event)
            add(t, event);
        else
            t->unknown[t->unknown_count++] = turn->meaning->numbers[i];
    }
}

static void take_reached(const struct turn *turn, uint32_t reached, fits_fn *fits,
                         const char *building, struct targets *t)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (!(event->reached & reached) || !fits(turn, event))
            continue;
        if (building && !is_same(event->building, building))
            continue;
        add(t, event);
    }
}

/* "都收到" takes all that wait for him. */
static bool takes_all(const struct turn *turn, const struct event *event)
{
    bool all = strstr(turn->text, "都") || strstr(turn->text, "全") ||
               strncasecmp(turn->text, "all", 3) == 0 || strcasestr(turn->text, "it all");
    return all && turn->meaning->intent == INTENT_ACCEPT && turn->staff &&
           event->state == STATE_DISPATCHED && is_same(event->assignee, turn->sender->id);
}

/* He read both in one list. */
static bool is_listed_with(const struct turn *turn, const struct event *event,
                           const struct event *pinged)
{
    return pinged->listed_ms && event->listed_ms == pinged->listed_ms &&
           is_same(event->assignee, turn->sender->id);
}

/* Who runs to one emergency of a building runs to all of them. */
static bool goes_along(const struct turn *turn, const struct event *event,
                       const struct event *pinged)
{
    if (turn->meaning->intent != INTENT_ACCEPT || event->state != STATE_DISPATCHED)
        return false;
    return emergency_is(event) && emergency_is(pinged) &&
           is_same(event->building, pinged->building);
}

/* One ping may have told two events of one message. */
static void take_siblings(const struct turn *turn, fits_fn *fits, struct targets *t)
{
    const struct event *pinged = t->count == 1 ? t->events[0] : NULL;
    for (size_t i = 0; pinged && i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (event != pinged && event->opened_ms == pinged->opened_ms &&
            is_same(event->reporter, pinged->reporter) &&
            is_same(event->message, pinged->message) && fits(turn, event))
            add(t, event);
        else if (event != pinged && goes_along(turn, event, pinged) && fits(turn, event))
            add(t, event);
    }
}

/* "收到" to a list takes all of it; which of them is done must be said. */
static void take_listed(const struct turn *turn, fits_fn *fits, struct targets *t)
{
    const struct event *pinged = turn_event_by(turn, EVENT_BY_PING);
    for (size_t i = 0; pinged && i < turn->event_count; i++)
        if (is_listed_with(turn, turn->events[i], pinged) && fits(turn, turn->events[i])) {
            add(t, turn->events[i]);
            t->several = t->count > 1 && turn->meaning->intent != INTENT_ACCEPT;
        }
}

static void take_all(const struct turn *turn, fits_fn *fits, struct targets *t)
{
    for (size_t i = 0; i < turn->event_count; i++)
        if (takes_all(turn, turn->events[i]) && fits(turn, turn->events[i]))
            add(t, turn->events[i]);
}

static int by_number(const void *a, const void *b)
{
    const struct event *const *x = a, *const *y = b;
    return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

void targets_sort(struct targets *t)
{
    qsort(t->events, t->count, sizeof *t->events, by_number);
}

void targets_find(const struct turn *turn, fits_fn *fits, struct targets *ret)
{
    targets_take_numbers(turn, ret);
    if (ret->count || ret->unknown_count)
        return;
    take_reached(turn, EVENT_BY_QUOTE, fits, NULL, ret);
    if (ret->count)
        return;
    take_all(turn, fits, ret);
    if (ret->count)
        return;
    take_reached(turn, EVENT_BY_PING, fits, NULL, ret);
    take_siblings(turn, fits, ret);
    take_listed(turn, fits, ret);
    if (ret->several)
        targets_sort(ret);
    if (ret->count)
        return;
    take_reached(turn, EVENT_BY_MINE | EVENT_BY_QUESTION, fits, turn->group->building, ret);
    ret->several = ret->count > 1;
    targets_sort(ret);
}

static const char *number_list(const struct turn *turn, const struct targets *t)
{
    const char *list = "";
    for (size_t i = 0; i < t->count && i < 4; i++)
        list = arena_printf(turn->arena, "%s%s#%u", list, i ? " " : "", t->events[i]->id);
    return list;
}

void targets_ask(struct turn *turn, const struct targets *targets, const char *handler,
                 const char *kind)
{
    const char *choices[SESSION_CHOICES_MAX];
    size_t count = 0, max = turn->input->segment_count > 1 ? 4 : SESSION_CHOICES_MAX;
    for (size_t i = 0; i < targets->count && count < max; i++) /* pictures need room too */
        choices[count++] = arena_printf(turn->arena, "%u", targets->events[i]->id);
    for (size_t i = 0; i < turn->input->segment_count && count < SESSION_CHOICES_MAX; i++)
        if (turn->input->segments[i].kind == SEGMENT_IMAGE && turn->input->segments[i].text)
            choices[count++] = turn->input->segments[i].text;
    struct outgoing *out = turn_answer(turn, "ask_which", turn->meaning->lang);
    out_text(out, "list", number_list(turn, targets));
    if (targets->count > 4)
        out_text(out, "more", arena_printf(turn->arena, "%zu", targets->count - 4));
    for (size_t i = 0; i < targets->count && i < 4; i++)
        out->events[out->event_count++] = targets->events[i];
    turn_ask(turn, turn->group->name, turn->sender->id, handler, kind, NULL,
             turn->now_ms + 10 * MINUTE_MS, choices, count);
}

/* Named by number, and not for the sender to do that to, now or ever. Said before: no answer
 * is needed. */
static bool is_unfit(const struct turn *turn, const struct event *event, enum right right,
                     fits_fn *fits)
{
    bool moved = event->new_steps; /* by this very command */
    if (!(event->reached & EVENT_BY_NUMBER) || moved || fits(turn, event))
        return false;
    bool checked = event->state == STATE_CHECKING;
    bool said = (right == RIGHT_ACCEPT && (checked || event->state == STATE_HANDLING)) ||
                (right == RIGHT_DONE && checked);
    return !(said && guard_may(turn, event, right));
}

bool targets_are_unfit(const struct turn *turn, const struct targets *targets, enum right right,
                       fits_fn *fits)
{
    for (size_t i = 0; i < targets->count; i++)
        if (turn->staff && is_unfit(turn, targets->events[i], right, fits))
            return true;
    return false;
}

static void say_how(struct turn *turn, const struct event *event, const char *what)
{
    out_flag(say_answer(turn, event, "suspend_how"), what, true);
}

/* What the grid's people decide: who that is there. */
static void say_whose_grid(struct turn *turn, const struct event *event)
{
    const struct member *worker =
        community_rung(turn->community, 1, event->building, event->unit);
    struct outgoing *out = say_answer(turn, event, "not_your_grid");
    out_member(out, "member", worker ? worker->id : NULL);
}

/* One short answer: whose it is, how it stands, or what has to come first. */
static void say_unfit(struct turn *turn, const struct event *event, enum right right)
{
    bool may = guard_may(turn, event, right);
    if (!event_is_open(event) || right == RIGHT_CONFIRM || right == RIGHT_REOPEN)
        progress_say(turn, event);
    else if (right == RIGHT_GRANT && event->state != STATE_SUSPENDED)
        say_how(turn, event, event->until_ms > turn->now_ms ? "above" : "not_asked");
    else if (right == RIGHT_CONFER && !may)
        say_how(turn, event, "confer");
    else if (!may && (right == RIGHT_CLOSE || right == RIGHT_MERGE))
        say_whose_grid(turn, event);
    else if (!may)
        out_member(say_answer(turn, event, "not_yours"), "assignee", event->assignee);
    else if (right == RIGHT_SUSPEND && event->state == STATE_DISPATCHED)
        say_how(turn, event, "accept_first");
    else
        progress_say(turn, event);
}

void targets_say_unfit(struct turn *turn, const struct targets *targets, enum right right,
                       fits_fn *fits)
{
    for (size_t i = 0; i < targets->count; i++)
        if (is_unfit(turn, targets->events[i], right, fits) && !say_has_here(turn))
            say_unfit(turn, targets->events[i], right);
}

static uint32_t number_in(const struct turn *turn)
{
    if (turn->meaning->number_count == 1)
        return turn->meaning->numbers[0];
    const char *at = turn->text + strcspn(turn->text, "0123456789");
    return (uint32_t)strtoul(at, NULL, 10);
}

struct event *targets_chosen(const struct turn *turn, const struct question *question)
{
    uint32_t number = number_in(turn);
    for (size_t i = 0; number && i < question->choice_count; i++)
        if (strtoul(question->choices[i], NULL, 10) == number)
            return turn_event_numbered(turn, number);
    return NULL;
}

static bool is_his(const struct turn *turn, const struct event *event)
{
    return event->reached & EVENT_BY_MINE && event_is_open(event) &&
           guard_relations(turn, event) & (IS_REPORTER | IS_VIA | IS_ASSIGNEE | IS_VERIFIER);
}

bool targets_are_heard(const struct turn *turn)
{
    bool heard = turn->staff || turn->group->kind == GROUP_DIRECT;
    for (size_t i = 0; i < turn->event_count && !heard; i++)
        heard = is_his(turn, turn->events[i]);
    return heard;
}

bool targets_are_unknown(const struct turn *turn, const struct targets *targets)
{
    return targets->unknown_count && targets_are_heard(turn);
}

const char *targets_nearest(const struct turn *turn, uint32_t number)
{
    const struct event *best[2] = {NULL, NULL};
    for (size_t i = 0; i < turn->event_count; i++) {
        const struct event *event = turn->events[i];
        if (!is_his(turn, event))
            continue;
        size_t place = 0;
        while (place < 2 && best[place] &&
               labs((long)best[place]->id - number) <= labs((long)event->id - number))
            place++;
        if (place == 0)
            best[1] = best[0];
        if (place < 2)
            best[place] = event;
    }
    if (!best[0])
        return NULL;
    return best[1] ? arena_printf(turn->arena, "#%u #%u", best[0]->id, best[1]->id)
                   : arena_printf(turn->arena, "#%u", best[0]->id);
}

void targets_say_unknown(struct turn *turn, const struct targets *targets)
{
    if (!targets_are_unknown(turn, targets) || say_has_here(turn))
        return;
    const char *list = "";
    for (size_t i = 0; i < targets->unknown_count; i++)
        list = arena_printf(turn->arena, "%s%s#%u", list, i ? " " : "", targets->unknown[i]);
    struct outgoing *out = turn_answer(turn, "unknown_number", turn->meaning->lang);
    out_text(out, "list", list);
    out_text(out, "near", targets_nearest(turn, targets->unknown[0]));
}
