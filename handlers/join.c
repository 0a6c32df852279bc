/* join.c: "我家也是", the same trouble told anew, pasted again. It joins the open event: one
 * household each, other units are facts worth keeping; nobody gets a second answer. The third
 * household within a day takes the event one rung up. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

#define REPEATS_MS (10 * MINUTE_MS)
#define REPEATS_TOLD 5

/* ---- households ---- */

static bool one_household(const struct turn *turn, const struct member *a, const char *other)
{
    const struct member *b = other ? community_member(turn->community, other) : NULL;
    return b && a->household && b->household && is_same(a->building, b->building) &&
           strcmp(a->household, b->household) == 0;
}

bool join_is_counted(const struct turn *turn, const struct event *event,
                     const struct member *member)
{
    if (one_household(turn, member, event->reporter))
        return true;
    for (size_t i = 0; i < event->also_count; i++)
        if (one_household(turn, member, event->also[i]))
            return true;
    return false;
}

static bool is_counted(const struct turn *turn, const struct event *event)
{
    return join_is_counted(turn, event, turn->sender);
}

/* A unit or floor other than the event's is a fact. */
static bool note_fact(struct turn *turn, struct event *event)
{
    const char *unit = turn->meaning->fault.where.unit;
    size_t max = sizeof event->sees / sizeof *event->sees;
    if (!unit || is_same(unit, event->unit) || event->sees_count == max)
        return false;
    for (size_t i = 0; i < event->sees_count; i++)
        if (is_same(event->sees[i], unit))
            return false;
    event->sees[event->sees_count++] = unit;
    event->dirty = true;
    return true;
}

/* Were there fewer before, and are there three now, within a day? */
static bool is_third(const struct turn *turn, const struct event *event, size_t before)
{
    return before < 3 && event_households(event) >= 3 &&
           turn->now_ms - event->opened_ms <= DAY_MS && event->state != STATE_DRAFT;
}

void join_third(struct turn *turn, const struct event *event, size_t before)
{
    if (!is_third(turn, event, before))
        return;
    int64_t at_ms = emergency_is(event) ? turn->now_ms : after_quiet(turn, turn->now_ms);
    turn_timer_set(turn, event, "households", "ladder", at_ms, NULL);
}

static void third_household(struct turn *turn, struct event *event, size_t before)
{
    if (!is_third(turn, event, before))
        return;
    if (is_quiet(turn) && !emergency_is(event)) /* nobody is pinged at night */
        join_third(turn, event, before);
    else
        ladder_raise(turn, event, "households", LOUBOT_ITSELF);
}

/* The same told again and again by one person: silence, and a line to the operator. */
static void note_repeat(struct turn *turn, const struct event *event)
{
    struct session *session = turn->session;
    if (turn->now_ms - session->repeats_from_ms > REPEATS_MS) {
        session->repeats_from_ms = turn->now_ms;
        session->repeats = 0;
    }
    session->dirty = true;
    if (++session->repeats != REPEATS_TOLD)
        return;
    turn_tell_operator(turn, arena_printf(turn->arena, "repeats %s", turn->sender->id),
                       arena_printf(turn->arena,
                                    "flood group=%s member=%s: #%u was told %d times within "
                                    "minutes; one event, no further answer",
                                    turn->group->name, turn->sender->id, event->id,
                                    REPEATS_TOLD + 1));
}

/* The household of whom the staff report for. */
static const char *household(const struct turn *turn, const struct event *event)
{
    bool behalf = turn->staff && is_same(turn->meaning->command, "on_behalf");
    return behalf ? report_named(turn, event->building) : turn->sender->id;
}

static void join(struct turn *turn, struct event *event)
{
    bool fact = note_fact(turn, event);
    size_t before = event_households(event);
    const char *who = household(turn, event);
    bool joined = !is_counted(turn, event) && event_join(event, who, turn->arena);
    report_attach_photos(turn, event, false);
    if (joined || fact)
        event_note(event, "joined", turn->sender->id, say_masked(turn, turn->text),
                   turn->now_ms, turn->arena);
    if (!joined) {
        if (!say_lost(turn, event))
            note_repeat(turn, event);
        return;
    }
    if (!event->unit && event->floor == FLOOR_NONE)
        report_remember(turn, event); /* he may tell the place that is not known yet */
    third_household(turn, event, before);
    if (!say_lost(turn, event) && !say_has_here(turn))
        turn_react(turn, "👌");
}

/* ---- which event ---- */

static struct event *open_reached(const struct turn *turn, uint32_t reached)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (event->reached & reached && event_is_open(event))
            return event;
    }
    return NULL;
}

/* "Ours is out too": said of lamps, water and lifts alike. */
static bool is_vague(const struct turn *turn)
{
    static const char *const words[] = {"out", "off", "down", "gone", "dead"};
    const struct fault_found *fault = &turn->meaning->fault;
    struct span span = fault->symptom_span;
    if (fault->object || span.to > strlen(turn->text))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span.to - span.from == strlen(words[i]) &&
            strncasecmp(turn->text + span.from, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static struct event *for_me_too(const struct turn *turn)
{
    struct event *event = open_reached(turn, EVENT_BY_NUMBER | EVENT_BY_QUOTE);
    if (event || turn->meaning->number_count)
        return event;
    int sure;
    event =
        turn->meaning->fault.category ? report_near(turn, &turn->meaning->fault, &sure) : NULL;
    if (event && event_is_open(event))
        return event;
    if (turn->meaning->fault.category && !is_vague(turn))
        return NULL;
    event = open_reached(turn, EVENT_BY_NEAR); /* "+1": what was told last, and not long ago */
    return event && turn->now_ms - event->opened_ms <= HOUR_MS ? event : NULL;
}

/* All faults of the message are known surely; the first one's event, or NULL. */
static struct event *known(const struct turn *turn)
{
    const struct fault_found *faults[TURN_NEW_MAX];
    size_t count = report_faults(turn, faults);
    struct event *first = NULL;
    for (size_t i = 0; i < count; i++) {
        int sure;
        struct event *near = report_near(turn, faults[i], &sure);
        if (!near || sure < 2)
            return NULL;
        if (!event_is_open(near) &&
            (!guard_may(turn, near, RIGHT_REOPEN) || turn->now_ms - near->done_ms > 7 * DAY_MS))
            return NULL;
        if (!first)
            first = near;
    }
    return first;
}

struct event *report_known(const struct turn *turn, const struct fault_found *fault)
{
    int sure;
    struct event *near = report_near(turn, fault, &sure);
    return near && sure == 2 && event_is_open(near) ? near : NULL;
}

void report_join(struct turn *turn, struct event *event)
{
    size_t before = event_households(event);
    if (is_same(event->reporter, turn->sender->id) || is_counted(turn, event) ||
        !event_join(event, turn->sender->id, turn->arena))
        return;
    event_note(event, "joined", turn->sender->id, say_masked(turn, turn->text), turn->now_ms,
               turn->arena);
    join_third(turn, event, before);
}

/* ---- told again by the reporter ---- */

/* Pasted again within minutes: silence. Asked after later on: how it stands. Done before: it is
 * opened again. */
static void told_again(struct turn *turn, struct event *event)
{
    if (!event_is_open(event)) {
        verify_deny(turn, event);
        return;
    }
    bool just_now =
        event->reached & EVENT_BY_RECENT || turn->now_ms - event->opened_ms < HOUR_MS;
    report_attach_photos(turn, event, false);
    if (event->state == STATE_CHECKING && guard_may(turn, event, RIGHT_CONFIRM) && !just_now)
        verify_deny(turn, event);
    else if (!just_now)
        progress_say(turn, event);
    report_remember(turn, event);
    if (just_now)
        note_repeat(turn, event);
}

/* A draft told anew in full, by anybody, has its answer. */
static bool completes(struct turn *turn, struct event *event)
{
    return event->state == STATE_DRAFT && is_same(event->reporter, turn->sender->id) &&
           report_fill(turn, event, false);
}

/* "Me too, I smell it as well" while an emergency is open: about that, whatever else it may be.
 */
static struct event *open_emergency(const struct turn *turn)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (event->reached & EVENT_BY_NEAR && event_is_open(event) && emergency_is(event) &&
            turn->now_ms - event->opened_ms <= HOUR_MS)
            return event;
    }
    return NULL;
}

static struct event *joined_event(const struct turn *turn)
{
    bool me_too = turn->meaning->intent == INTENT_ME_TOO;
    struct event *event = turn->meaning->report ? known(turn) : NULL;
    if (!event && me_too && !turn->meaning->report)
        event = for_me_too(turn);
    return event || !me_too ? event : open_emergency(turn);
}

static void handle(struct turn *turn)
{
    struct event *event = joined_event(turn);
    if (completes(turn, event))
        return;
    if (is_same(event->reporter, turn->sender->id) || !event_is_open(event))
        told_again(turn, event);
    else
        join(turn, event);
}

static int match(const struct turn *turn)
{
    if (!turn->session || !turn->sender)
        return 0;
    if (!joined_event(turn))
        return 0;
    return turn->meaning->report ? 80 : 75;
}

/* ---- merging ---- */

/* "是" to the proposal; anything that names numbers must name these. */
static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    const struct meaning *m = turn->meaning;
    if (!is_same(question->kind, "merge") || !question->choice_count ||
        session != turn->session)
        return false;
    struct event *event = turn_event_numbered(turn, question->event);
    struct event *into =
        turn_event_numbered(turn, (uint32_t)strtoul(question->choices[0], NULL, 10));
    if (!event || !into || !event_is_open(event) || !event_is_open(into))
        return false;
    if (m->is_no || m->intent == INTENT_DENY) {
        session_close(session, index);
        return true;
    }
    bool says = m->is_yes || is_same(m->command, "merge");
    if (!says || !guard_may(turn, event, RIGHT_MERGE))
        return false;
    session_close(session, index);
    close_merge(turn, event, into);
    return true;
}

/* The grid worker is asked whether two events are one. */
static void propose(struct turn *turn, const struct event *event)
{
    const struct member *worker =
        community_rung(turn->community, 1, event->building, event->unit);
    if (!worker || !turn->timer_data)
        return;
    struct event *near = arena_alloc(turn->arena, sizeof *near);
    *near = *event; /* of the other one the number is known, and that it is the same place */
    near->id = (uint32_t)strtoul(turn->timer_data, NULL, 10);
    struct outgoing *out = turn_ping(turn, worker, NULL, 0, near, "ask_merge");
    out_number(out, "new", event);
    turn_ask(turn, out->group, worker->id, "join", "merge", event, turn->now_ms + DAY_MS,
             &turn->timer_data, 1);
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (event && event_is_open(event))
        propose(turn, event);
}

const struct handler handler_join = {
    .name = "join",
    .listens = LISTEN_MESSAGE,
    .intents = 1u << INTENT_REPORT | 1u << INTENT_EMERGENCY | 1u << INTENT_ME_TOO,
    .needs = NEED_NEARBY | NEED_NUMBERED | NEED_QUOTED | NEED_RECENT,
    .priority = 20,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
