/* transfer.c: "这个不归我们，是热力公司的". A refusal names a reason; the next owner is the one
 * named, else the grid worker decides; after two refusals the estate grid head decides and the
 * first owner keeps it meanwhile. No clock starts anew but the time to accept. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

static bool fits(const struct turn *turn, const struct event *event)
{
    if (event->state == STATE_REPORTED) /* at night, before it was sent on */
        return guard_relations(turn, event) & IS_GRID_UP;
    return (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING) &&
           guard_may(turn, event, RIGHT_TRANSFER);
}

static const char *reason_of(const struct turn *turn)
{
    const struct meaning *m = turn->meaning;
    if (m->reason && m->reason[0] && m->reason[1]) /* not the s of "it's the company's" */
        return say_masked(turn, m->reason);
    return m->owner ? say_masked(turn, turn->text) : NULL;
}

/* "转给谁呢": nobody is named and nothing refused. */
static bool asks_whom(const struct turn *turn)
{
    static const char *const words[] = {"谁", "哪", "吗", "？", "?", "呢"};
    for (size_t i = 0; i < sizeof words / sizeof *words && !turn->meaning->owner; i++)
        if (strstr(turn->text, words[i]))
            return true;
    return false;
}

/* "12 报平台 T-55": somebody outside, who is no owner of the community's. */
static bool names_upper(const struct turn *turn)
{
    static const char *const words[] = {"报平台", "转平台", "市平台",
                                        "报街道", "报区里", "报12345"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(turn->text, words[i]))
            return true;
    return false;
}

/* Named as an owner ("热力公司"), or by the name of one of its people. */
static enum owner owner_named(const struct turn *turn)
{
    if (turn->meaning->owner)
        return owner_by_name(turn->meaning->owner);
    if (names_upper(turn))
        return OWNER_UPPER;
    for (size_t i = 0; i < community_member_count(turn->community); i++) {
        const struct member *member = community_member_at(turn->community, i);
        for (size_t k = 0; k < member->role_count; k++)
            if (member->roles[k].owner != OWNER_NONE && strstr(turn->text, member->name))
                return member->roles[k].owner;
    }
    return OWNER_NONE;
}

static bool is_refusal(const struct turn *turn, const struct event *event)
{
    return guard_relations(turn, event) & (IS_ASSIGNEE | IS_COMPANY);
}

static bool to_owner(struct turn *turn, struct event *event, enum owner owner,
                     const char *reason)
{
    bool sent_on = event->state != STATE_REPORTED;
    if (event_move(event, STATE_DISPATCHED, turn->sender->id, reason, turn->now_ms,
                   turn->arena) < 0)
        return false;
    event->owner = owner;
    dispatch_choose(turn, event);
    if (!sent_on)
        clocks_send_on(turn, event);
    return true;
}

/* The time to accept begins with the ping. */
static void ping_owner(struct turn *turn, struct event *event, const char *reason, bool kept)
{
    const struct member *owner =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    const char *data = arena_printf(turn->arena, "%d|%s", kept, reason);
    if (clocks_keep_for_morning(turn, event, "owner", "transfer", data, owner)) {
        turn_timer_cancel(turn, event, "accept");
        return;
    }
    clocks_wait_accept(turn, event);
    struct outgoing *out = dispatch_ping(turn, event, "ping_transferred");
    if (!out)
        return;
    out_text(out, "reason", reason);
    out_flag(out, "kept", kept);
    if (!out->member && say_is_private(turn, event))
        dispatch_details(turn, event, event->assignee, out->lang);
}

/* Of several events one may be sent on and another be refused twice: one message a group. */
static struct outgoing *tell_residents(struct turn *turn, const struct event *event,
                                       const char *template)
{
    const char *home = say_home(turn, event);
    bool other = home && say_has(turn, home) && !say_find(turn, home, template);
    return other ? NULL : say_residents(turn, event, template);
}

static void tell_owner(struct turn *turn, struct event *event, const char *reason, bool kept)
{
    ping_owner(turn, event, reason, kept);
    struct outgoing *out = tell_residents(turn, event, "transferred");
    if (!out)
        return;
    out_flag(out, "kept", kept);
    out_term(out, "owner", arena_printf(turn->arena, "owner.%s", owner_name(event->owner)));
    out_member(out, "member", event->assignee);
    out_text(out, "reason", reason);
}

/* Nobody is named: a rung decides whose it is, the present owner keeps it meanwhile. */
static void let_decide(struct turn *turn, struct event *event, int level, const char *who,
                       const char *reason)
{
    const struct member *rung =
        community_rung(turn->community, level, event->building, event->unit);
    const struct member *keeper =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    const char *data = arena_printf(turn->arena, "%d|%s|%s", level, who, reason);
    if (!rung || clocks_keep_for_morning(turn, event, "decide", "transfer", data, rung))
        return;
    bool other = keeper && !is_same(keeper->id, who) && !is_same(keeper->id, rung->id);
    struct outgoing *out = turn_ping(turn, rung, &keeper, other, event, "ask_owner");
    say_event(turn, out, event);
    out_member(out, "member", who);
    out_text(out, "reason", reason);
    if (other)
        out_member(out, "keeper", keeper->id);
    turn_ask(turn, out->group, rung->id, "transfer", "owner", event, turn->now_ms + 3 * DAY_MS,
             NULL, 0);
}

static void second_refusal(struct turn *turn, struct event *event, const char *reason)
{
    if (!to_owner(turn, event, policy_of(turn, event)->owner, reason))
        return;
    clocks_wait_accept(turn, event);
    if (event->level < 2)
        event->level = 2;
    event_note(event, "raised", LOUBOT_ITSELF, "two refusals", turn->now_ms, turn->arena);
    let_decide(turn, event, 2, turn->sender->id, reason);
    struct outgoing *out = tell_residents(turn, event, "refused_twice");
    if (out)
        out_member(out, "member", event->assignee);
}

/* To whom it went and under which number: what stands behind "转" or "报". */
static const char *receiver_of(const struct turn *turn, const char *reason)
{
    static const char *const verbs[] = {"转给", "转交",      "报给",     "报到",        "转",
                                        "报",   "refer to ", "pass to ", "transfer to "};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const char *at = strcasestr(turn->text, verbs[i]);
        if (at && at[strlen(verbs[i])])
            return say_masked(turn, at + strlen(verbs[i]));
    }
    return reason;
}

/* Referred to somebody outside, who reads no chat: whoever referred it hears of the end there,
 * and tells it here. */
static void refer(struct turn *turn, struct event *event, const char *reason)
{
    const char *receiver = receiver_of(turn, reason), *who = turn->sender->id;
    if (event->state == STATE_HANDLING &&
        event_move(event, STATE_DISPATCHED, who, receiver, turn->now_ms, turn->arena) < 0)
        return;
    if (event->state == STATE_REPORTED)
        clocks_send_on(turn, event);
    event->owner = OWNER_UPPER;
    event->assignee = who;
    event_move(event, STATE_HANDLING, who, receiver, turn->now_ms, turn->arena);
    turn_timer_cancel(turn, event, "accept");
    turn_close_questions(turn, event);
    struct outgoing *out = say_residents(turn, event, "referred");
    if (out)
        out_text(out, "receiver", receiver);
}

static void transfer(struct turn *turn, struct event *event, enum owner owner,
                     const char *reason)
{
    bool above = guard_relations(turn, event) & IS_GRID_UP;
    if (owner == OWNER_UPPER && above) {
        refer(turn, event, reason);
        return;
    }
    bool refusal = is_refusal(turn, event), kept = owner == event->owner;
    if (owner == OWNER_UPPER || (refusal && kept))
        owner = OWNER_NONE; /* the grid worker refers it, and knows the number */
    if (refusal)
        event->refusals++;
    if (refusal && event->refusals == 2) {
        second_refusal(turn, event, reason);
    } else if (owner != OWNER_NONE) {
        if (to_owner(turn, event, owner, reason))
            tell_owner(turn, event, reason, kept);
    } else if (to_owner(turn, event, event->owner, reason)) {
        clocks_wait_accept(turn, event);
        let_decide(turn, event, 1, turn->sender->id, reason);
    }
}

/* A number beside the event's own: the receiver's. */
static bool tells_number(const struct turn *turn)
{
    const char *receiver = receiver_of(turn, "");
    return strcspn(receiver, "0123456789") < strlen(receiver) && !is_same(receiver, "12345");
}

static void ask_receiver(struct turn *turn, struct event *event)
{
    if (say_has_here(turn))
        return;
    say_answer(turn, event, "ask_receiver");
    turn_ask(turn, turn->group->name, turn->sender->id, "transfer", "receiver", event,
             turn->now_ms + 10 * MINUTE_MS, NULL, 0);
}

/* "1 转张三": to somebody whom nobody knows; "不归我管，…" names nobody on purpose. */
static bool names_nobody(const struct turn *turn)
{
    static const char *const verbs[] = {"转", "移交", "transfer", "pass ", "hand "};
    static const char *const refusals[] = {"不归", "不是", "不属于", "不在", "not "};
    bool hands_on = false;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        hands_on |= strcasestr(turn->text, verbs[i]) != NULL;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        hands_on &= strcasestr(turn->text, refusals[i]) == NULL;
    return hands_on;
}

/* One question at a time. */
static void ask_reason(struct turn *turn, const struct event *event, bool unknown)
{
    if (say_has_here(turn))
        return;
    out_flag(say_answer(turn, event, "ask_reason"), "unknown", unknown);
    turn_ask(turn, turn->group->name, turn->sender->id, "transfer", "reason", event,
             turn->now_ms + 10 * MINUTE_MS, NULL, 0);
}

static void one(struct turn *turn, struct event *event)
{
    if (!fits(turn, event))
        return;
    enum owner owner = owner_named(turn);
    const char *reason = reason_of(turn);
    bool refusal = is_refusal(turn, event);
    if (owner == OWNER_UPPER && (guard_relations(turn, event) & IS_GRID_UP) &&
        !tells_number(turn))
        ask_receiver(turn, event);
    else if (!reason || (owner == OWNER_NONE && (!refusal || names_nobody(turn))))
        ask_reason(turn, event, reason != NULL);
    else
        transfer(turn, event, owner, reason);
}

/* "转城管 门口违建挡着": reads like a report, and is one unless the sender was pinged. */
static bool hands_on(const struct turn *turn, const struct targets *targets)
{
    return turn->meaning->owner && !targets->several && targets->count == 1 &&
           fits(turn, targets->events[0]);
}

static int match(const struct turn *turn)
{
    struct targets targets;
    if (asks_whom(turn))
        return 0;
    targets_find(turn, fits, &targets);
    if (turn->meaning->intent != INTENT_TRANSFER)
        return hands_on(turn, &targets) ? 90 : 0;
    for (size_t i = 0; i < targets.count; i++)
        if (fits(turn, targets.events[i]))
            return 70;
    if (targets_are_unfit(turn, &targets, RIGHT_TRANSFER, fits))
        return 20;
    return targets.unknown_count ? 20 : 0;
}

static void handle(struct turn *turn)
{
    struct targets targets;
    targets_find(turn, fits, &targets);
    if (targets.several) {
        targets_ask(turn, &targets, "transfer", "which");
        return;
    }
    for (size_t i = 0; i < targets.count; i++)
        one(turn, targets.events[i]);
    targets_say_unknown(turn, &targets);
    targets_say_unfit(turn, &targets, RIGHT_TRANSFER, fits);
    say_heard(turn);
}

/* "街道 T-55", or "没有编号"; anything else is no answer. */
static bool take_receiver(struct turn *turn, struct event *event, struct session *session,
                          size_t index)
{
    bool number = turn->text[strcspn(turn->text, "0123456789")];
    enum intent intent = turn->meaning->intent;
    if (turn->meaning->number_count && turn->meaning->numbers[0] != event->id)
        return false;
    if (!(guard_relations(turn, event) & IS_GRID_UP) || turn->meaning->report ||
        (intent != INTENT_CHAT && intent != INTENT_TRANSFER && intent != INTENT_FRAGMENT) ||
        (!number && !strstr(turn->text, "没有") && !turn->meaning->is_no))
        return false;
    session_close(session, index);
    refer(turn, event, say_masked(turn, turn->text));
    return true;
}

/* Another event that is named is meant, not the question's. */
static bool names_other(const struct turn *turn, const struct event *event)
{
    const struct meaning *m = turn->meaning;
    for (size_t i = 0; i < m->number_count; i++)
        if (m->numbers[i] == event->id)
            return false;
    return m->number_count > 0;
}

/* The reason that was missing, or the owner that a rung decides. */
static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    if (session != turn->session || turn->input->kind != INPUT_MESSAGE || !turn->text[0])
        return false;
    bool which = is_same(question->kind, "which");
    struct event *event =
        which ? targets_chosen(turn, question) : turn_event_numbered(turn, question->event);
    if (!event || !fits(turn, event) || (!which && names_other(turn, event)))
        return false;
    if (is_same(question->kind, "receiver"))
        return take_receiver(turn, event, session, index);
    enum owner owner = owner_named(turn);
    enum intent intent = turn->meaning->intent;
    if (owner == OWNER_NONE && !which &&
        (is_same(question->kind, "owner") || asks_whom(turn) ||
         (intent != INTENT_TRANSFER && intent != INTENT_CHAT)))
        return false;
    bool bare = !which && owner == OWNER_NONE && !turn->meaning->reason;
    if (bare && turn->meaning->intent == INTENT_TRANSFER)
        return false; /* "不归我管" once more: no reason */
    session_close(session, index);
    const char *reason = turn->meaning->reason ? reason_of(turn) : NULL;
    if (which)
        one(turn, event);
    else
        transfer(turn, event, owner, reason ? reason : say_masked(turn, turn->text));
    say_heard(turn);
    return true;
}

/* ---- at 07:00 ---- */

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (!event || event->state != STATE_DISPATCHED || !turn->timer_data)
        return;
    const char *data = turn->timer_data, *bar = strchr(data, '|');
    const char *rest = bar ? bar + 1 : "";
    if (is_same(turn->timer_name, "owner")) {
        ping_owner(turn, event, rest, atoi(data));
        return;
    }
    bar = strchr(rest, '|');
    if (bar)
        let_decide(turn, event, atoi(data),
                   arena_strndup(turn->arena, rest, (size_t)(bar - rest)), bar + 1);
}

const struct handler handler_transfer = {
    .name = "transfer",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_TRANSFER | 1u << INTENT_REPORT,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT,
    .priority = 35,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
