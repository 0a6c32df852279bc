/* list.c: several events in one message: the grid worker's morning list, and the same for any
 * of the staff who asks for his ("清单", "what's open"); what became due while the bot was
 * away, to the staff and, what rose meanwhile, to the residents of a building; what was handed
 * over to somebody. All others are timers of a person: one of a name, so that the next event
 * sets the same one again. Where the events themselves must be remembered until then
 * (list_gather), they are kept as questions of somebody who is nobody, and nobody answers. */
#include "handlers/list.h"

#include <string.h>

#define RAISED_MAX 4 /* events named in a line to residents */
#define COLLECT_MS (2 * SECOND_MS)
#define LATE_MS (10 * MINUTE_MS)

static struct session *person(const struct turn *turn, const char *group, const char *member)
{
    struct session *session = arena_alloc(turn->arena, sizeof *session);
    session->group = group;
    session->member = member;
    return session;
}

bool list_is_late(const struct turn *turn)
{
    return turn->input->kind == INPUT_TIMER && turn->late_ms > LATE_MS;
}

void list_collect(struct turn *turn, const char *member)
{
    turn_session_timer_set(turn, person(turn, "work", member), "late", "list",
                           turn->now_ms + COLLECT_MS, NULL);
}

/* ---- gathering ---- */

static void gather(struct turn *turn, const char *group, const char *key, const char *name,
                   const struct event *event, int64_t at_ms)
{
    turn_ask(turn, group, key, "list", name, event, at_ms + DAY_MS, NULL, 0);
    turn_session_timer_set(turn, person(turn, group, key), name, "list", at_ms, NULL);
}

void list_raised(struct turn *turn, const char *group, const struct event *event)
{
    gather(turn, group, LOUBOT_ITSELF, "raised", event, turn->now_ms + COLLECT_MS);
}

void list_drafts(struct turn *turn, const struct event *event)
{
    gather(turn, turn->group->name, "drafts", "drafts", event, turn->now_ms + LIST_DRAFTS_MS);
}

#define HANDED_TO "handed:" /* and the member's id: whose list it is */

void list_handed(struct turn *turn, const char *member, const struct event *event)
{
    gather(turn, "work", arena_printf(turn->arena, HANDED_TO "%s", member), "handed", event,
           after_quiet(turn, turn->now_ms + COLLECT_MS));
}

#define PINGS_OF "pings:" /* likewise */

void list_pings(struct turn *turn, const char *member, const struct event *event, int64_t at_ms)
{
    gather(turn, "work", arena_printf(turn->arena, PINGS_OF "%s", member), "pings", event,
           at_ms);
}

/* The open events of a gathering, in the order of their numbers. */
static size_t gathered(const struct turn *turn, const struct event *ret_events[TURN_EVENTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < turn->event_count; i++) {
        const struct event *event = turn->events[i];
        if (!event_is_open(event))
            continue;
        size_t at = count++;
        for (; at > 0 && ret_events[at - 1]->id > event->id; at--)
            ret_events[at] = ret_events[at - 1];
        ret_events[at] = event;
    }
    return count;
}

static void end_gathering(struct turn *turn)
{
    turn->session->question_count = 0;
    turn->session->dirty = true;
}

/* ---- the morning ---- */

static int64_t next_morning_ms(const struct turn *turn)
{
    for (int days = 0; days < 30; days++) {
        struct local_time day = calendar_local(turn->calendar, turn->now_ms + days * DAY_MS);
        day.hour = 8;
        day.minute = 30;
        day.second = 0;
        int64_t at_ms = calendar_from_local(turn->calendar, &day);
        if (at_ms > turn->now_ms &&
            calendar_is_workday(turn->calendar, day.year, day.month, day.day))
            return at_ms;
    }
    return turn->now_ms + DAY_MS;
}

void list_for_grid_worker(struct turn *turn, struct event *event)
{
    const struct member *worker =
        community_holder(turn->community, ROLE_GRID_WORKER, event->building, event->unit);
    if (!worker || !event->building)
        return;
    event_watch(event, worker->id, turn->arena);
    turn_session_timer_set(turn, person(turn, "dm", worker->id), "morning", "list",
                           next_morning_ms(turn), NULL);
}

static enum lang lang_of(const struct turn *turn)
{
    const struct group *work = community_group(turn->community, "work");
    return work && is_same(work->lang, "en") ? LANG_EN : LANG_ZH;
}

/* ---- timers ---- */

static bool is_watched(const struct event *event, const char *member)
{
    if (event->state == STATE_CHECKING && is_same(event->verifier, member))
        return true;
    for (size_t i = 0; i < event->watcher_count; i++)
        if (strcmp(event->watchers[i], member) == 0)
            return true;
    return is_same(event->assignee, member);
}

static bool is_today(const struct turn *turn, int64_t at_ms)
{
    struct local_time a = calendar_local(turn->calendar, at_ms);
    struct local_time b = calendar_local(turn->calendar, turn->now_ms);
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static void say_count(struct turn *turn, struct outgoing *out, const char *key, size_t count)
{
    if (count)
        out_text(out, key, arena_printf(turn->arena, "%zu", count));
}

/* On leave nobody gets a list: his deputy does. NULL: there is none. */
static const char *reader(const struct turn *turn, const char *member)
{
    const struct member *m = community_member(turn->community, member);
    return m && m->away ? m->deputy : member;
}

/* What is open of somebody's, the oldest first; `near`: also what is of his building. */
static size_t open_of(const struct turn *turn, const char *member, bool near,
                      const struct event *ret_events[TURN_EVENTS_MAX])
{
    const struct event *events[TURN_EVENTS_MAX];
    size_t count = 0, most = gathered(turn, events);
    for (size_t i = 0; i < most; i++)
        if (is_watched(events[i], member) ||
            (near && guard_relations(turn, events[i]) & IS_NEAR_STAFF))
            ret_events[count++] = events[i];
    return count;
}

/* What is on hold or on the docket comes back by its own timer; alone it is no morning's news.
 */
static bool all_wait(const struct event *const *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!events[i]->paused_ms)
            return false;
    return true;
}

/* Those of `events`, which are open, with how many of them are due today and late. */
static void say_open(struct turn *turn, struct outgoing *out, const struct event *const *events,
                     size_t count)
{
    size_t today = 0, late = 0;
    for (size_t i = 0; i < count; i++) {
        const struct event *event = events[i];
        list_say_line(turn, out, event, i);
        bool over = list_is_over(turn, event);
        late += over;
        today += !over && !list_rests(event) && event->due_finish_ms &&
                 is_today(turn, event->due_finish_ms);
    }
    say_count(turn, out, "open", count);
    say_count(turn, out, "today", today);
    say_count(turn, out, "late", late);
    list_say_rest(turn, out, count);
}

static void say_morning(struct turn *turn, const char *member)
{
    const char *to = reader(turn, member);
    const struct event *events[TURN_EVENTS_MAX];
    size_t count = open_of(turn, member, false, events);
    if (!count) { /* the next event sets the timer again */
        turn_session_timer_cancel(turn, turn->session, "morning");
        return;
    }
    turn_session_timer_set(turn, turn->session, "morning", "list", next_morning_ms(turn), NULL);
    if (turn->late_ms > 2 * HOUR_MS || !to || all_wait(events, count))
        return; /* it is no morning any more, or nothing is to be done */
    say_open(turn, turn_say_direct(turn, to, "morning", lang_of(turn)), events, count);
}

static bool waits(const struct turn *turn, const struct event *event)
{
    bool accept = event->state == STATE_DISPATCHED && event->due_accept_ms &&
                  event->due_accept_ms <= turn->now_ms;
    bool finish = (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING) &&
                  event->due_finish_ms && event->due_finish_ms <= turn->now_ms;
    return accept || finish;
}

static struct outgoing *to_staff(struct turn *turn, const struct member *member,
                                 const char *template)
{
    struct outgoing *out = member->wants_direct
                               ? turn_say_direct(turn, member->id, template, lang_of(turn))
                               : turn_say(turn, "work", template, lang_of(turn));
    out_mention(out, member->id);
    return out;
}

static void say_late(struct turn *turn, const char *member)
{
    const struct member *somebody = community_member(turn->community, member);
    struct outgoing *out = NULL;
    size_t count = 0;
    bool own = false;
    for (size_t i = turn->event_count; i-- > 0 && somebody;) {
        const struct event *event = turn->events[i];
        bool read = turn->now_ms - event->listed_ms < LATE_MS; /* a moment ago */
        if (read || !waits(turn, event) || !is_watched(event, member))
            continue;
        if (!out)
            out = to_staff(turn, somebody, "late_list");
        own |= is_same(event->assignee, member);
        list_say_line(turn, out, event, count++);
    }
    if (out)
        out_flag(out, "rung", !own);
    list_say_rest(turn, out, count);
}

/* ---- several pings, reminders or rises in one turn ---- */

/* A bare "收到" is about all of the list. */
static void note_listed(struct turn *turn, const struct outgoing *out)
{
    for (size_t i = 0; i < out->event_count; i++) {
        struct event *event = turn_event_numbered(turn, out->events[i]->id);
        if (!event || !is_same(event->assignee, out->member ? out->member : out->mentions[0]))
            continue;
        event->listed_ms = turn->now_ms;
        event->dirty = true;
    }
}

static void make_list(struct turn *turn, struct outgoing *out)
{
    bool first = is_same(out->template, "ping"), rung = is_same(out->template, "ping_raise");
    out->template = first ? "pings" : "late_list";
    out->photo = out->replace_key = NULL;
    out->arg_count = 0;
    for (size_t i = 0; i < out->event_count; i++)
        list_put_line(turn, out, out->events[i], i);
    say_count(turn, out, "count", out->event_count);
    list_say_rest(turn, out, out->event_count);
    out_flag(out, "rung", rung);
    out_flag(out, "taken", out->events[0]->state == STATE_HANDLING);
    out_flag(out, "accept", is_same(turn->timer_name, "accept"));
    note_listed(turn, out);
}

void list_where_several(struct turn *turn)
{
    static const char *const listed[] = {"ping", "remind", "ping_raise"};
    for (size_t i = 0; i < turn->out_count; i++)
        for (size_t k = 0; k < sizeof listed / sizeof *listed; k++)
            if (turn->out[i]->event_count > 1 && is_same(turn->out[i]->template, listed[k]))
                make_list(turn, turn->out[i]);
}

/* What he has taken meanwhile, or others have, he need not hear of; the time to accept starts
 * now. */
static void say_pings(struct turn *turn)
{
    const char *member = turn->session->member + strlen(PINGS_OF);
    const struct event *events[TURN_EVENTS_MAX];
    size_t count = gathered(turn, events);
    end_gathering(turn);
    for (size_t i = 0; i < count; i++) {
        struct event *event = turn_event_numbered(turn, events[i]->id);
        if (event->state != STATE_DISPATCHED || !is_same(event->assignee, member))
            continue;
        dispatch_first_ping(turn, event);
        event->listed_ms = turn->now_ms;
        clocks_wait_accept(turn, event);
        event_note(event, "pinged", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
    }
    list_where_several(turn);
}

/* ---- handed over ---- */

static void say_handed(struct turn *turn)
{
    const char *member = turn->session->member + strlen(HANDED_TO);
    const struct member *somebody = community_member(turn->community, member);
    struct outgoing *out = NULL;
    const struct event *only = NULL, *events[TURN_EVENTS_MAX];
    size_t count = 0, most = gathered(turn, events);
    for (size_t i = 0; i < most && somebody; i++) {
        const struct event *event = events[i];
        if (!is_same(event->assignee, member))
            continue;
        only = count ? NULL : event;
        if (!out)
            out = to_staff(turn, somebody, "handed");
        list_say_line(turn, out, event, count++);
    }
    list_say_rest(turn, out, count);
    if (only) /* then a bare "收到" is about it */
        turn_note_ping(turn, out->group, member, only);
    end_gathering(turn);
}

/* ---- raised while the bot was away: one line a group ---- */

static void say_raised(struct turn *turn)
{
    const struct group *group = turn->group;
    enum lang lang = is_same(group->lang, "en") ? LANG_EN : LANG_ZH;
    const struct event *events[TURN_EVENTS_MAX];
    const char *list = "", *comma = lang == LANG_ZH ? "，" : ", ";
    size_t count = gathered(turn, events);
    end_gathering(turn);
    if (!count)
        return;
    struct outgoing *out = turn_say(turn, group->name, "raised_list", lang);
    for (size_t i = 0; i < count && i < RAISED_MAX; i++) {
        out->events[out->event_count++] = events[i];
        list = arena_printf(turn->arena, "%s%s#%u %s", list, i ? comma : "", events[i]->id,
                            say_short(turn, events[i], lang, group->building));
    }
    out_text(out, "list", list);
    out_flag(out, "one", count == 1);
    say_count(turn, out, "rest", count > RAISED_MAX ? count - RAISED_MAX : 0);
}

static void end_drafts(struct turn *turn)
{
    const struct event *events[TURN_EVENTS_MAX];
    size_t count = gathered(turn, events);
    for (size_t i = 0; i < count; i++)
        report_draft_over(turn, turn_event_numbered(turn, events[i]->id));
    end_gathering(turn);
}

static void on_timer(struct turn *turn)
{
    if (!turn->session)
        return;
    if (is_same(turn->timer_name, "morning"))
        say_morning(turn, turn->session->member);
    else if (is_same(turn->timer_name, "handed"))
        say_handed(turn);
    else if (is_same(turn->timer_name, "pings"))
        say_pings(turn);
    else if (is_same(turn->timer_name, "raised"))
        say_raised(turn);
    else if (is_same(turn->timer_name, "drafts"))
        end_drafts(turn);
    else
        say_late(turn, turn->session->member);
}

/* ---- asked for ---- */

static int match(const struct turn *turn)
{
    bool here = turn->group->kind == GROUP_WORK || turn->group->kind == GROUP_DIRECT;
    return here && turn->session && is_same(turn->meaning->command, "list") ? 75 : 0;
}

static bool may_act(const struct turn *turn, const struct event *const *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (guard_may(turn, events[i], RIGHT_TRANSFER))
            return true;
    return false;
}

static void handle(struct turn *turn)
{
    const struct event *events[TURN_EVENTS_MAX];
    size_t count = open_of(turn, turn->sender->id, true, events);
    struct outgoing *out =
        turn_answer(turn, count ? "morning" : "list_none", turn->meaning->lang);
    out_flag(out, "asked", true);
    out_flag(out, "watching", !may_act(turn, events, count));
    say_open(turn, out, events, count);
}

const struct handler handler_list = {
    .name = "list",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_PROGRESS,
    .needs = NEED_MINE,
    .priority = 30,
    .match = match,
    .handle = handle,
    .on_timer = on_timer,
};
