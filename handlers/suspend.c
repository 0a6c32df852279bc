/* suspend.c: "12 挂起到5月18日 等配件": the assignee asks, a rung above grants ("同意 12"); it
 * resumes by itself, and residents are told both. "上会 12 两家说不清" puts an event on the
 * joint meeting's docket. These two, and nothing else, pause the clock. */
#include "handlers/skills.h"

#include <stdlib.h>
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

/* "，因为等配件" and ", waiting for parts" without what joins it to the date. */
static const char *without_joints(const char *text)
{
    static const char *const joints[] = {" ",  "，", ",",  "。", ".",    "、",       "：", ":",
                                         "；", ";",  "前", "再", "因为", "because ", "as "};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (strncasecmp(text, joints[i], strlen(joints[i])) == 0)
            return without_joints(text + strlen(joints[i]));
    return text;
}

/* What stands before the command or between two words of it, "等配件，12 挂起到5月18日", "12
 * 等配件 挂起到5月18日", or NULL. */
static const char *before_command(const struct turn *turn)
{
    static const char comma[] = "，";
    struct span span = turn->meaning->intent_span;
    if (span.to <= span.from)
        return NULL;
    char *text = arena_strndup(turn->arena, turn->text, span.from);
    for (size_t len = strlen(text), cut = 1; len && cut; text[len] = '\0') {
        bool joins = len >= strlen(comma) && strcmp(text + len - strlen(comma), comma) == 0;
        cut = strchr(" #0123456789,", text[len - 1]) ? 1 : joins ? strlen(comma) : 0;
        len -= cut;
    }
    text += strspn(text, " #0123456789");
    return strlen(text) >= 6 ? text : NULL;
}

/* Behind the date, or before the command; NULL: none is told. */
static const char *reason_of(const struct turn *turn, const char *behind_date)
{
    const char *reason = without_joints(behind_date);
    if (!*reason)
        reason = before_command(turn);
    return reason ? say_masked(turn, reason) : NULL;
}

static void say_how(struct turn *turn, const struct event *event, const char *what,
                    const char *example)
{
    if (say_has_here(turn))
        return;
    struct outgoing *out = say_answer(turn, event, "suspend_how");
    out_flag(out, what, true);
    out_flag(out, example, true);
}

/* What is missing may come alone within ten minutes; the date that was told stands among the
 * choices. */
static void complain(struct turn *turn, const struct event *event, const char *what)
{
    say_how(turn, event, what, "example");
    turn_ask(turn, turn->group->name, turn->sender->id, "suspend", "hold", event,
             turn->now_ms + 10 * MINUTE_MS, &turn->text, is_same(what, "no_reason"));
}

/* The rung that somebody stands on for the event's place; an owner's people stand on none. */
static int rung_of(const struct turn *turn, const struct event *event,
                   const struct member *member)
{
    static const enum role roles[] = {
        ROLE_DISTRICT,         ROLE_STREET,      ROLE_COMMUNITY_GRID_HEAD,
        ROLE_ESTATE_GRID_HEAD, ROLE_GRID_WORKER, ROLE_PARTY_GROUP_LEADER};
    for (int i = 0; member && i < (int)(sizeof roles / sizeof *roles); i++)
        if (member_has_role(turn->community, member, roles[i], event->building, event->unit))
            return i < 5 ? 5 - i : 1;
    return 0;
}

static int rung_of_assignee(const struct turn *turn, const struct event *event)
{
    const struct member *assignee =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    return rung_of(turn, event, assignee);
}

/* The rung above the assignee's: over an owner's person the grid worker. */
static const struct member *granter(const struct turn *turn, const struct event *event)
{
    for (int level = rung_of_assignee(turn, event) + 1; level <= 5; level++) {
        const struct member *member =
            community_rung(turn->community, level, event->building, event->unit);
        if (member && !guard_is_handler_side(turn, event, member))
            return member;
    }
    return NULL;
}

static void ask_granter(struct turn *turn, struct event *event, const char *who)
{
    const struct member *member = granter(turn, event);
    if (!member || clocks_keep_for_morning(turn, event, "hold", "suspend", who, member))
        return;
    struct outgoing *out = turn_ping(turn, member, NULL, 0, event, "ask_suspend");
    say_event(turn, out, event);
    out_member(out, "member", who);
    out_time(out, "until", event->until_ms);
    out_text(out, "reason", event->until_reason);
    turn_ask(turn, out->group, member->id, "suspend", "grant", event, turn->now_ms + 3 * DAY_MS,
             NULL, 0);
}

static void hold(struct turn *turn, struct event *event, int64_t until_ms, const char *reason)
{
    const char *wrong = until_ms <= turn->now_ms            ? "past"
                        : until_ms > turn->now_ms + YEAR_MS ? "far"
                        : !reason                           ? "no_reason"
                                                            : NULL;
    if (wrong) {
        complain(turn, event, wrong);
        return;
    }
    event->until_ms = until_ms;
    event->until_reason = reason;
    event->until_by = turn->sender->id;
    event_note(event, "asked to suspend", turn->sender->id, say_masked(turn, turn->text),
               turn->now_ms, turn->arena);
    ask_granter(turn, event, turn->sender->id);
}

static void ask_hold(struct turn *turn, struct event *event)
{
    int64_t until_ms;
    if (!fits_hold(turn, event))
        return;
    const char *behind = date_find(turn, turn->text, &until_ms);
    if (behind)
        hold(turn, event, until_ms, reason_of(turn, behind));
    else
        complain(turn, event, "no_date");
}

/* "收到", "好了", "谢谢": words for something else, no reason. */
static bool is_other_word(const struct turn *turn)
{
    static const unsigned others =
        1u << INTENT_ACCEPT | 1u << INTENT_DONE | 1u << INTENT_CONFIRM | 1u << INTENT_TRANSFER |
        1u << INTENT_RAISE | 1u << INTENT_THANKS | 1u << INTENT_ME_TOO;
    return others & (1u << turn->meaning->intent);
}

/* "3月18日 等配件", or only the reason where the date was told before. */
static bool answer_hold(struct turn *turn, struct session *session, size_t index,
                        struct event *event)
{
    int64_t until_ms;
    const struct question *question = &session->questions[index];
    const char *behind = date_find(turn, turn->text, &until_ms);
    const char *reason = behind ? reason_of(turn, behind) : say_masked(turn, turn->text);
    if (!behind && is_other_word(turn))
        return false;
    if (!behind && question->choice_count)
        behind = date_find(turn, question->choices[0], &until_ms);
    if (!behind || session != turn->session || turn->meaning->report ||
        turn->meaning->number_count || !fits_hold(turn, event))
        return false;
    session_close(session, index);
    hold(turn, event, until_ms, reason);
    return true;
}

/* ---- granting ---- */

static bool stands_above(const struct turn *turn, const struct event *event)
{
    return rung_of(turn, event, turn->sender) > rung_of_assignee(turn, event) &&
           !is_same(event->until_by, turn->sender->id) &&
           !guard_is_handler_side(turn, event, turn->sender);
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

static void tell_refused(struct turn *turn, struct event *event, const char *reason)
{
    if (clocks_keep_for_morning(turn, event, "hold_refused", "suspend", reason, NULL))
        return;
    struct outgoing *out = dispatch_ping(turn, event, "suspend_refused");
    if (out)
        out_text(out, "reason", reason);
}

static void refuse(struct turn *turn, struct event *event, const char *reason)
{
    event->until_ms = 0;
    event->until_reason = event->until_by = NULL;
    event_note(event, "suspension refused", turn->sender->id, reason, turn->now_ms,
               turn->arena);
    turn_close_questions(turn, event);
    tell_refused(turn, event, reason);
}

static const char *skip_number(const char *text, uint32_t number)
{
    char *end;
    text += strspn(text, " #,.!:");
    return strtoul(text, &end, 10) == number && end > text ? end + strspn(end, " ,.!:") : text;
}

/* What stands beside the no; NULL: nothing. */
static const char *why_not(const struct turn *turn, const struct event *event)
{
    static const char *const words[] = {"不同意", "我不同意", "不批准", "不行",
                                        "驳回",   "refuse",   "no"};
    if (turn->meaning->reason)
        return say_masked(turn, turn->meaning->reason);
    const char *text = skip_number(turn->text, event->id);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(text, words[i], strlen(words[i])) == 0) {
            text = skip_number(text + strlen(words[i]), event->id);
            break;
        }
    static const char comma[] = "，";
    text += strncmp(text, comma, strlen(comma)) == 0 ? strlen(comma) : 0;
    return text[0] ? say_masked(turn, text) : NULL;
}

/* A refusal needs a reason: the next words are it. */
static void ask_why_not(struct turn *turn, const struct event *event)
{
    say_how(turn, event, "no_reason", "refusal");
    turn_ask(turn, turn->group->name, turn->sender->id, "suspend", "why", event,
             turn->now_ms + 10 * MINUTE_MS, NULL, 0);
}

static bool says_no(const struct turn *turn)
{
    const struct meaning *m = turn->meaning;
    return m->is_no || m->intent == INTENT_DENY || strstr(turn->text, "不同意") ||
           strncasecmp(turn->text, "no", 2) == 0 || strncasecmp(turn->text, "refuse", 6) == 0;
}

/* The residents' line stands elsewhere: who decided sees that he was heard. */
static void show_heard(struct turn *turn)
{
    if (turn->out_count && !say_has_here(turn))
        turn_react(turn, "👌");
}

/* Why it is refused: any words that are no other command. */
static bool answer_why(struct turn *turn, struct session *session, struct event *event)
{
    enum intent intent = turn->meaning->intent;
    const char *reason = why_not(turn, event);
    if (session != turn->session || turn->meaning->is_yes || turn->meaning->report || !reason ||
        (intent != INTENT_CHAT && !says_no(turn)))
        return false;
    refuse(turn, event, reason);
    return true;
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = turn_event_numbered(turn, question->event);
    if (!event || turn->input->kind != INPUT_MESSAGE)
        return false;
    if (is_same(question->kind, "hold"))
        return answer_hold(turn, session, index, event);
    if (!fits_grant(turn, event))
        return false;
    if (is_same(question->kind, "why"))
        return answer_why(turn, session, event);
    bool no = says_no(turn);
    if (!no && !turn->meaning->is_yes && !commands(turn, "agree"))
        return false;
    if (!no) {
        session_close(session, index);
        grant(turn, event);
        show_heard(turn);
    } else if (why_not(turn, event)) {
        refuse(turn, event, why_not(turn, event));
    } else {
        ask_why_not(turn, event);
    }
    return true;
}

/* ---- the joint meeting ---- */

static bool fits_confer(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING) &&
           (guard_may(turn, event, RIGHT_CONFER) ||
            guard_relations(turn, event) & IS_GRID_WORKER);
}

/* A grid worker lists it: no clock stops, which the estate grid head could do. */
static void list(struct turn *turn, struct event *event, const char *reason)
{
    const struct member *head =
        community_rung(turn->community, 2, event->building, event->unit);
    event_note(event, "listed", turn->sender->id, reason, turn->now_ms, turn->arena);
    if (say_has_here(turn))
        return;
    struct outgoing *out = say_answer(turn, event, "listed");
    out_member(out, "head", head ? head->id : NULL);
    if (head && turn->group->kind == GROUP_WORK && !is_quiet(turn))
        out_mention(out, head->id);
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
    const char *told = turn->meaning->reason;
    const char *reason = told ? say_masked(turn, told) : before_command(turn);
    if (!reason) {
        say_how(turn, event, "no_reason", "meeting");
        return;
    }
    if (!guard_may(turn, event, RIGHT_CONFER)) {
        list(turn, event, reason);
        return;
    }
    if (event_move(event, STATE_CONFERRING, turn->sender->id, reason, turn->now_ms,
                   turn->arena) < 0)
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
    show_heard(turn);
}

/* The date has come, or two days after the meeting nothing is decided. */
static void resume(struct turn *turn, struct event *event)
{
    bool held = event->state == STATE_SUSPENDED;
    const char *note = held ? "the date has come" : "two days after the meeting";
    event_move(event, held ? STATE_HANDLING : STATE_DISPATCHED, LOUBOT_ITSELF, note,
               turn->now_ms, turn->arena);
    event->until_ms = 0;
    clocks_resume(turn, event);
    if (!held)
        clocks_wait_accept(turn, event);
    struct outgoing *out = dispatch_ping(turn, event, "ping_resumed");
    if (out)
        out_flag(out, "conferred", !held);
    out = say_residents(turn, event, "resumed");
    if (!out)
        return;
    out_member(out, "assignee", event->assignee);
    out_flag(out, "conferred", !held);
    if (event->due_finish_ms > turn->now_ms)
        out_time(out, "due", event->due_finish_ms);
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (!event || clocks_wait_for_morning(turn, event, "suspend"))
        return;
    bool paused = event->state == STATE_SUSPENDED || event->state == STATE_CONFERRING;
    handover_if_gone(turn, event);
    if (is_same(turn->timer_name, "resume") && paused)
        resume(turn, event);
    else if (is_same(turn->timer_name, "hold") && event->state == STATE_HANDLING &&
             event->until_ms > turn->now_ms && turn->timer_data)
        ask_granter(turn, event, turn->timer_data);
    else if (is_same(turn->timer_name, "hold_refused") && event->state == STATE_HANDLING)
        tell_refused(turn, event, turn->timer_data);
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
