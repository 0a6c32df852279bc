/* verify.c: is it fixed? The building head or the micro-grid worker is asked first, then the
 * reporter; never who did the work, nor his company. Silence closes only after 48 hours and
 * only where there is a photo. What follows from the answer is in verify_ends.c. */
#include "handlers/skills.h"

#include <string.h>

#define QUESTION_MS (7 * DAY_MS)
#define ASK_REPORTER_MS (24 * HOUR_MS)
#define SILENCE_MS (48 * HOUR_MS)

/* ---- asking ---- */

/* The one of the narrowest area, or the newest; where he did the work himself, another. */
static const char *holder_of(const struct turn *turn, const struct event *event, enum role role)
{
    const struct member *member =
        community_holder(turn->community, role, event->building, event->unit);
    if (!member || !guard_is_handler_side(turn, event, member))
        return member ? member->id : NULL;
    for (size_t i = 0; i < community_member_count(turn->community); i++) {
        const struct member *other = community_member_at(turn->community, i);
        if (!other->away && event->building &&
            member_has_role(turn->community, other, role, event->building, event->unit) &&
            !guard_is_handler_side(turn, event, other))
            return other->id;
    }
    return NULL;
}

/* The reporter; who told it for him, where he does not write himself. NULL: neither, or he did
 * the work. */
static const char *told_by(const struct turn *turn, const struct event *event)
{
    const char *id = event->via ? event->via : event->reporter;
    return id && guard_is_of_handlers(turn, event, id) ? NULL : id;
}

static const char *choose(const struct turn *turn, const struct event *event)
{
    static const enum role order[] = {ROLE_BUILDING_HEAD, ROLE_MICRO_GRID_WORKER};
    for (size_t i = 0; i < sizeof order / sizeof *order && !say_is_private(turn, event); i++) {
        const char *id = holder_of(turn, event, order[i]);
        if (id)
            return id;
    }
    const char *teller = told_by(turn, event);
    if (teller)
        return teller;
    for (int level = 1; level <= 3; level++) {
        const struct member *rung =
            community_rung(turn->community, level, event->building, event->unit);
        if (rung && !guard_is_handler_side(turn, event, rung))
            return rung->id;
    }
    return NULL;
}

static void wait_check(struct turn *turn, const struct event *event, int64_t at_ms,
                       const char *data)
{
    turn_timer_set(turn, event, "check", "verify", after_quiet(turn, at_ms), data);
}

/* What is settled rather than mended. */
static bool is_repair(const struct turn *turn, const struct event *event)
{
    static const enum owner settlers[] = {OWNER_POLICE, OWNER_MEDIATION, OWNER_COMMUNITY,
                                          OWNER_URBAN_MANAGEMENT, OWNER_UPPER};
    for (size_t i = 0; i < sizeof settlers / sizeof *settlers; i++)
        if (event->owner == settlers[i])
            return false;
    return !say_is_private(turn, event) && !emergency_is(event);
}

static void put_question(struct turn *turn, struct event *event, const char *member,
                         const char *template)
{
    bool reporter = is_same(member, event->reporter) || is_same(member, event->via);
    const char *home = reporter ? say_home(turn, event) : say_building(turn, event);
    const char *where = home ? home : "dm";
    turn_ask(turn, where, member, "verify", "confirm", event, turn->now_ms + QUESTION_MS, NULL,
             0);
    /* the reporter reads his own language, the building head that of the group */
    const struct group *group = home ? community_group(turn->community, home) : NULL;
    bool english = reporter || !group ? event->lang == LANG_EN : is_same(group->lang, "en");
    enum lang lang = english ? LANG_EN : LANG_ZH;
    struct outgoing *out = home ? say_once(turn, home, template, event, lang)
                                : say_direct_once(turn, member, template, event);
    struct outgoing *told = out || !home ? out : say_find(turn, home, template);
    if (told)
        out_mention(told, member);
    if (!out)
        return;
    say_event(turn, out, event);
    out_member(out, "worker", event->handler_member);
    out_flag(out, "settled", !is_repair(turn, event));
    out_flag(out, "private", say_is_private(turn, event));
    if (event->photos_after)
        out->photo = event->photos[event->photo_count - 1];
}

void verify_ask(struct turn *turn, struct event *event)
{
    if (is_quiet(turn) && !emergency_is(event)) {
        wait_check(turn, event, turn->now_ms, "ask");
        return;
    }
    event->verifier = choose(turn, event);
    event->dirty = true;
    wait_check(turn, event, turn->now_ms + ASK_REPORTER_MS, "reporter");
    if (event->verifier)
        put_question(turn, event, event->verifier, "ask_confirm");
}

void verify_ask_another(struct turn *turn, struct event *event)
{
    const char *another = choose(turn, event);
    if (!another || is_same(another, event->verifier))
        return;
    event->verifier = another;
    event_note(event, "asked", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
    put_question(turn, event, another, "ask_confirm");
}

/* ---- hearing ---- */

static bool is_reporter(const struct turn *turn, const struct event *event)
{
    return guard_relations(turn, event) & (IS_REPORTER | IS_VIA);
}

/* "不亮啊", while it is asked whether the light is on: the trouble alone. */
static bool is_symptom_again(const struct turn *turn, const struct event *event)
{
    const struct fault_found *fault = &turn->meaning->fault;
    return event->state == STATE_CHECKING && fault->symptom && !fault->where.unit &&
           !fault->where.room && is_same(fault->category, event->category);
}

static bool fits_confirm(const struct turn *turn, const struct event *event)
{
    if (event->state == STATE_CHECKING)
        return guard_may(turn, event, RIGHT_CONFIRM);
    bool in_work = event->state == STATE_DISPATCHED || event->state == STATE_HANDLING ||
                   event->state == STATE_SUSPENDED || event->state == STATE_CONFERRING ||
                   event->state == STATE_REPORTED;
    bool says_so = !turn->meaning->is_yes; /* "好的谢谢" thanks for the news */
    return in_work && says_so && is_reporter(turn, event) &&
           guard_may(turn, event, RIGHT_CONFIRM);
}

static bool fits_deny(const struct turn *turn, const struct event *event)
{
    if (turn->meaning->intent == INTENT_FRAGMENT && !is_symptom_again(turn, event))
        return false;
    if (event->state == STATE_CHECKING)
        return guard_may(turn, event, RIGHT_CONFIRM);
    if (event->state == STATE_DONE || event->state == STATE_ARCHIVED)
        return verify_is_near(turn, event) ||
               (event->outcome == OUTCOME_RESOLVED && guard_may(turn, event, RIGHT_REOPEN) &&
                turn->now_ms - event->done_ms <= 60 * DAY_MS);
    return event_is_open(event) && is_reporter(turn, event);
}

/* A bare word counts for the events that the sender reported or was asked about. */
static bool fits_bare(const struct turn *turn, const struct event *event, bool deny)
{
    if (!(deny ? fits_deny : fits_confirm)(turn, event))
        return false;
    return guard_relations(turn, event) & (IS_REPORTER | IS_VIA | IS_VERIFIER);
}

static bool fits_bare_confirm(const struct turn *turn, const struct event *event)
{
    return fits_bare(turn, event, false);
}

static bool fits_bare_deny(const struct turn *turn, const struct event *event)
{
    return fits_bare(turn, event, true);
}

static bool denies(const struct turn *turn)
{
    return turn->meaning->intent == INTENT_DENY || turn->meaning->intent == INTENT_FRAGMENT;
}

/* Of what was checked or done, the newest that fits what is said; where none fits, the newest.
 */
static struct event *newest_of(const struct turn *turn, const struct targets *targets)
{
    struct event *newest = NULL;
    for (size_t i = 0; i < targets->count; i++) {
        struct event *event = targets->events[i];
        bool asked = event->state == STATE_CHECKING || event->state >= STATE_DONE;
        int fits = verify_fits_thing(turn, event);
        int better = newest ? fits - verify_fits_thing(turn, newest) : 1;
        if (asked && (better > 0 || (!better && event->checking_ms + event->done_ms >
                                                    newest->checking_ms + newest->done_ms)))
            newest = event;
    }
    return newest;
}

/* "还是不亮" is about what was checked last: the newest of several counts when it denies. */
static void find(const struct turn *turn, struct targets *targets)
{
    bool deny = denies(turn);
    targets_find(turn, deny ? fits_bare_deny : fits_bare_confirm, targets);
    if (deny && !targets->count && !targets->unknown_count)
        verify_find_near(turn, targets);
    else if (deny && targets->several) {
        struct event *newest = newest_of(turn, targets);
        if (newest)
            *targets = (struct targets){.events = {newest}, .count = 1};
    }
}

/* Staff who may not are told how it stands, but for the groups of the residents. Who did the
 * work confirms nothing, and knows that. */
static bool is_unfit(const struct turn *turn, const struct targets *targets)
{
    bool deny = denies(turn), heard = turn->group->kind != GROUP_BUILDING;
    for (size_t i = 0; i < targets->count; i++)
        heard &= !guard_is_handler_side(turn, targets->events[i], turn->sender);
    return heard && targets_are_unfit(turn, targets, deny ? RIGHT_REOPEN : RIGHT_CONFIRM,
                                      deny ? fits_deny : fits_confirm);
}

static int match(const struct turn *turn)
{
    const char *command = turn->meaning->command;
    bool other = command && !is_same(command, "again") && !is_same(command, "spot") &&
                 !is_same(command, "none") && !is_same(command, "still");
    if (!turn->session || !turn->sender || other)
        return 0;
    struct targets targets;
    find(turn, &targets);
    if (!targets.count && verify_near_open(turn))
        return 70;
    for (size_t i = 0; i < targets.count; i++)
        if ((denies(turn) ? fits_deny : fits_confirm)(turn, targets.events[i]))
            return 70;
    return is_unfit(turn, &targets) || targets_are_unknown(turn, &targets) ? 10 : 0;
}

static void take(struct turn *turn, struct event *event, bool deny)
{
    if (deny) {
        if (fits_deny(turn, event))
            verify_deny(turn, event);
        return;
    }
    if (!fits_confirm(turn, event))
        return;
    bool verifier = !is_reporter(turn, event);
    verify_close(turn, event, verifier ? CONFIRMED_VERIFIER : CONFIRMED_REPORTER);
}

static void handle(struct turn *turn)
{
    struct targets targets;
    find(turn, &targets);
    struct event *open = targets.count ? NULL : verify_near_open(turn);
    if (open) {
        report_join(turn, open);
        turn_react(turn, "👌");
        return;
    }
    if (targets.several) {
        targets_ask(turn, &targets, "verify", denies(turn) ? "which_deny" : "which_confirm");
        return;
    }
    for (size_t i = 0; i < targets.count; i++)
        take(turn, targets.events[i], denies(turn));
    targets_say_unknown(turn, &targets);
    if (is_unfit(turn, &targets))
        targets_say_unfit(turn, &targets, denies(turn) ? RIGHT_REOPEN : RIGHT_CONFIRM,
                          denies(turn) ? fits_deny : fits_confirm);
    say_heard(turn);
}

/* What a reply to "is it fixed?" says: 1 yes, -1 no, 0 neither. */
static int verdict(const struct turn *turn, const struct event *event)
{
    const struct meaning *m = turn->meaning;
    if (turn->input->kind == INPUT_REACTION)
        return is_same(turn->input->value, "👍") || is_same(turn->input->value, "👌") ? 1
               : is_same(turn->input->value, "👎")                                   ? -1
                                                                                    : 0;
    if (m->intent == INTENT_DENY || m->is_no || strstr(turn->text, "不同意"))
        return -1;
    if (m->intent == INTENT_CONFIRM || m->intent == INTENT_DONE || m->is_yes)
        return 1;
    if (m->intent == INTENT_RATE)
        return m->rating == 1 ? -1 : 1;
    bool trouble = m->report || (m->intent == INTENT_FRAGMENT && m->fault.symptom);
    return trouble && is_same(m->fault.category, event->category) ? -1 : 0;
}

static bool answer_which(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = targets_chosen(turn, question);
    if (!event || session != turn->session)
        return false;
    bool deny = is_same(question->kind, "which_deny");
    session_close(session, index);
    if (deny && verify_may_near(turn, event))
        verify_deny(turn, event); /* he said before that it has not reached him */
    else
        take(turn, event, deny);
    return true;
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    if (!is_same(question->kind, "confirm"))
        return answer_which(turn, session, index);
    struct event *event = turn_event_numbered(turn, question->event);
    if (!event || event->state != STATE_CHECKING || !guard_may(turn, event, RIGHT_CONFIRM))
        return false;
    if (turn->input->kind == INPUT_REACTION && !(event->reached & EVENT_BY_QUOTE))
        return false;
    int says = verdict(turn, event);
    if (!says)
        return false;
    session_close(session, index);
    report_attach_photos(turn, event, true);
    take(turn, event, says < 0);
    return true;
}

/* ---- silence ---- */

static void ask_reporter(struct turn *turn, struct event *event)
{
    wait_check(turn, event, event->checking_ms + SILENCE_MS, "final");
    const char *teller = told_by(turn, event);
    if (event->photos_after || !teller)
        return;
    put_question(turn, event, teller, "ask_reporter");
    event_note(event, "asked", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
}

/* No photo and no answer: the grid worker is to look, or the next rung where it was his work.
 */
static void ask_worker(struct turn *turn, struct event *event)
{
    wait_check(turn, event, turn->now_ms + SILENCE_MS, "final");
    for (int level = 1; level <= 3; level++) {
        const struct member *rung =
            community_rung(turn->community, level, event->building, event->unit);
        if (!rung || guard_is_handler_side(turn, event, rung))
            continue;
        event->verifier = rung->id;
        event_note(event, "asked", LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena);
        struct outgoing *out = turn_ping(turn, rung, NULL, 0, event, "ask_worker");
        say_event(turn, out, event);
        out_flag(out, "settled", !is_repair(turn, event));
        turn_ask(turn, out->group, rung->id, "verify", "confirm", event,
                 turn->now_ms + QUESTION_MS, NULL, 0);
        return;
    }
}

/* What one worker did at night is asked about in one line a building. */
static void ask_together(struct turn *turn, struct event *first)
{
    verify_ask(turn, first);
    for (size_t i = 0; i < turn->event_count && !say_is_private(turn, first); i++) {
        struct event *event = turn->events[i];
        bool along = event->reached & EVENT_BY_ALONG && event->along_ms <= turn->now_ms;
        if (along && is_same(event->along, "ask") && event->state == STATE_CHECKING)
            verify_ask(turn, event);
    }
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (!event || clocks_wait_for_morning(turn, event, "verify"))
        return;
    if (is_same(turn->timer_name, "again"))
        verify_tell_again(turn, event);
    if (event->state != STATE_CHECKING || !is_same(turn->timer_name, "check"))
        return;
    if (is_same(turn->timer_data, "ask"))
        ask_together(turn, event);
    else if (is_same(turn->timer_data, "reporter"))
        ask_reporter(turn, event);
    else if (event->photos_after)
        verify_close(turn, event, CONFIRMED_SILENCE);
    else
        ask_worker(turn, event);
}

const struct handler handler_verify = {
    .name = "verify",
    .listens = LISTEN_MESSAGE,
    .intents =
        1u << INTENT_CONFIRM | 1u << INTENT_DENY | 1u << INTENT_DONE | 1u << INTENT_FRAGMENT,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT | NEED_NEARBY,
    .priority = 30,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
    .along_ms = 1,
};
