/* progress.c: "我报的灯怎么样了", "#12 进度": where it stands, who has it, since when, and what
 * comes next by when. */
#include "handlers/skills.h"

#define LIST_MAX 4
#define TOLD_MS (5 * MINUTE_MS)
#define TOLD_TIMES 3
#define NUDGE_MS (2 * HOUR_MS) /* the one who must act has his peace so long */

/* What is over need not be fixed: it is told how it ended. */
static void say_state(const struct turn *turn, struct outgoing *out, const struct event *event,
                      const char *key)
{
    bool over = !event_is_open(event) && event->outcome != OUTCOME_NONE;
    if (over && event->outcome != OUTCOME_RESOLVED) {
        const char *name = outcome_name(event->outcome);
        out_term(out, key, arena_printf(turn->arena, "outcome.%s", name));
        return;
    }
    out_term(out, key, arena_printf(turn->arena, "state.%s", state_name(event->state)));
}

static int64_t since(const struct event *event)
{
    switch (event->state) {
    case STATE_DISPATCHED:
        return event->dispatched_ms;
    case STATE_HANDLING:
        return event->accepted_ms;
    case STATE_CHECKING:
        return event->checking_ms;
    case STATE_DONE:
    case STATE_ARCHIVED:
        return event->done_ms;
    default:
        return event->opened_ms;
    }
}

struct outgoing *progress_say(struct turn *turn, const struct event *event)
{
    if (say_has_here(turn))
        return NULL;
    struct outgoing *out = say_answer(turn, event, "progress");
    say_state(turn, out, event, "state");
    out_time(out, "since", since(event) ? since(event) : event->opened_ms);
    bool open = event_is_open(event), waits = event->paused_ms || event->checking_ms;
    out_flag(out, "open", open);
    if (open)
        out_member(out, "assignee", event->assignee);
    if (event->state == STATE_SUSPENDED)
        out_time(out, "until", event->until_ms);
    else if (open && !waits && event->due_finish_ms > turn->now_ms)
        out_time(out, "due", event->due_finish_ms);
    out_flag(out, "late",
             open && !waits && event->due_finish_ms && event->due_finish_ms <= turn->now_ms);
    if (event->outcome == OUTCOME_DUPLICATE && event->duplicate_of)
        out_text(out, "other", arena_printf(turn->arena, "%u", event->duplicate_of));
    return out;
}

/* What is private is for those whom it concerns. */
static bool may_ask(const struct turn *turn, const struct event *event)
{
    if (!say_is_private(turn, event))
        return true;
    return turn->staff || guard_relations(turn, event);
}

static bool concerns(const struct turn *turn, const struct event *event)
{
    return guard_relations(turn, event) & (IS_REPORTER | IS_JOINED | IS_VIA);
}

struct found {
    struct event *events[TURN_EVENTS_MAX];
    size_t count;
};

static void add(struct found *found, struct event *event)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->events[i] == event)
            return;
    found->events[found->count++] = event;
}

static void find_reached(const struct turn *turn, uint32_t reached, bool open_only,
                         struct found *found)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (!(event->reached & reached) || !may_ask(turn, event))
            continue;
        if (open_only && !event_is_open(event))
            continue;
        add(found, event);
    }
}

static bool fits_category(const struct turn *turn, const struct event *event)
{
    const char *category = turn->meaning->fault.category;
    return !category || is_same(category, event->category);
}

static void find_mine(const struct turn *turn, bool open_only, struct found *found)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        if (event->reached & EVENT_BY_MINE && concerns(turn, event) &&
            fits_category(turn, event) && (!open_only || event_is_open(event)))
            add(found, event);
    }
}

static void find(const struct turn *turn, struct found *found)
{
    found->count = 0;
    find_reached(turn, EVENT_BY_NUMBER | EVENT_BY_QUOTE, false, found);
    if (found->count || turn->meaning->number_count)
        return;
    find_mine(turn, true, found);
    if (!found->count && turn->meaning->fault.category)
        find_reached(turn, EVENT_BY_NEAR, true, found);
    if (!found->count)
        find_mine(turn, false, found);
    if (found->count > 1 && !event_is_open(found->events[0]))
        found->count = 1; /* of what is over, the newest will do */
}

/* A resident's command about an event by number that nobody else takes: not his to say. */
static bool is_command(const struct turn *turn)
{
    return turn->meaning->intent != INTENT_PROGRESS;
}

static bool answers_command(const struct turn *turn)
{
    bool polite = turn->meaning->intent == INTENT_ACCEPT && turn->group->kind != GROUP_DIRECT;
    return !turn->staff && !polite && turn->meaning->number_count && targets_are_heard(turn);
}

static int match(const struct turn *turn)
{
    struct found found;
    if (is_command(turn))
        return answers_command(turn) ? 5 : 0;
    if (is_same(turn->meaning->command, "list") && !turn->addressed)
        return 0; /* "还有哪些" among neighbours is their talk */
    find(turn, &found);
    if (found.count)
        return 60;
    return turn->addressed || turn->meaning->number_count ? 20 : 0;
}

static void say_list(struct turn *turn, const struct found *found)
{
    static const char *const keys[LIST_MAX][5] = {{"n1", "p1", "c1", "o1", "s1"},
                                                  {"n2", "p2", "c2", "o2", "s2"},
                                                  {"n3", "p3", "c3", "o3", "s3"},
                                                  {"n4", "p4", "c4", "o4", "s4"}};
    struct outgoing *out = turn_answer(turn, "progress_list", turn->meaning->lang);
    for (size_t i = 0; i < found->count && i < LIST_MAX; i++) {
        struct event shown = *found->events[i];
        const char *category = shown.category ? shown.category : "other";
        out_number(out, keys[i][0], found->events[i]);
        say_place(turn, out, keys[i][1], found->events[i]);
        out_term(out, keys[i][2], arena_printf(turn->arena, "category.%s", category));
        say_state(turn, out, &shown, keys[i][4]);
    }
    out_flag(out, "more", found->count > LIST_MAX);
}

static void say_nothing_found(struct turn *turn)
{
    struct targets targets;
    targets_take_numbers(turn, &targets);
    if (targets.unknown_count)
        targets_say_unknown(turn, &targets);
    else if (turn->addressed && !targets.count)
        turn_answer(turn, "progress_none", turn->meaning->lang);
}

/* Asked again and again within minutes, and nothing has happened since: it was answered. */
static bool is_told(struct turn *turn, const struct found *found)
{
    struct session *session = turn->session;
    if (!session || !found->count)
        return false;
    uint32_t about = 0; /* which events, in which state */
    for (size_t i = 0; i < found->count; i++)
        about = about * 31 + found->events[i]->id * 16 + (uint32_t)found->events[i]->state;
    if (session->told_about != about || turn->now_ms - session->told_ms >= TOLD_MS) {
        session->told_ms = turn->now_ms;
        session->told_about = about;
        session->told_times = 0;
    }
    session->dirty = true;
    return ++session->told_times > TOLD_TIMES;
}

/* "催一下": not a question only, and he has had the event for a while. */
static bool may_nudge(const struct turn *turn, const struct event *event)
{
    int64_t told_ms = event->nudged_ms ? event->nudged_ms : event->dispatched_ms;
    bool works = event->state == STATE_DISPATCHED || event->state == STATE_HANDLING;
    return works && event->assignee && concerns(turn, event) && !is_quiet(turn) &&
           !is_same(event->assignee, turn->sender->id) && turn->now_ms - told_ms >= NUDGE_MS &&
           turn_word_in(turn, "urge", turn->text, NULL);
}

static bool nudge(struct turn *turn, struct event *event)
{
    struct outgoing *out = may_nudge(turn, event) ? dispatch_ping(turn, event, "remind") : NULL;
    if (!out)
        return false;
    out_flag(out, "asked", true);
    out_flag(out, "taken", event->state != STATE_DISPATCHED);
    out->replace_key = arena_printf(turn->arena, "remind:%u", event->id);
    event->nudged_ms = turn->now_ms;
    event_note(event, "reminded", turn->sender->id, NULL, turn->now_ms, turn->arena);
    return true;
}

/* Only who reported it takes it back or calls it fixed. */
static void say_not_his(struct turn *turn, const struct event *event)
{
    struct outgoing *out = say_answer(turn, event, "not_reported");
    out_text(out, "near", targets_nearest(turn, event->id));
}

static void answer(struct turn *turn, struct event *event)
{
    struct outgoing *out = progress_say(turn, event);
    if (out)
        out_flag(out, "nudged", nudge(turn, event));
}

static void handle(struct turn *turn)
{
    struct found found;
    find(turn, &found);
    if (is_told(turn, &found))
        return;
    bool his = !is_command(turn) || !found.count || concerns(turn, found.events[0]);
    if (found.count == 1 && !his && event_is_open(found.events[0]))
        say_not_his(turn, found.events[0]);
    else if (found.count == 1)
        answer(turn, found.events[0]);
    else if (found.count)
        say_list(turn, &found);
    else
        say_nothing_found(turn);
}

const struct handler handler_progress = {
    .name = "progress",
    .listens = LISTEN_MESSAGE,
    .intents = 1u << INTENT_PROGRESS | 1u << INTENT_ACCEPT | 1u << INTENT_DONE |
               1u << INTENT_CONFIRM | 1u << INTENT_DENY | 1u << INTENT_TRANSFER |
               1u << INTENT_RAISE | 1u << INTENT_WITHDRAW,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_NEARBY,
    .priority = 20,
    .match = match,
    .handle = handle,
};
