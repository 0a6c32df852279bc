/* transfer.c: "这个不归我们，是热力公司的". A refusal names a reason; the next owner is the one
 * named, else the grid worker decides; after two refusals the estate grid head decides and the
 * first owner keeps it meanwhile. No clock starts anew but the time to accept. */
#include "handlers/skills.h"

#include <string.h>

static bool fits(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING) &&
           guard_may(turn, event, RIGHT_TRANSFER);
}

static const char *reason_of(const struct turn *turn)
{
    const struct meaning *m = turn->meaning;
    if (m->reason && m->reason[0])
        return say_masked(turn, m->reason);
    return m->owner ? say_masked(turn, turn->text) : NULL;
}

/* Named as an owner ("热力公司"), or by the name of one of its people. */
static enum owner owner_named(const struct turn *turn)
{
    if (turn->meaning->owner)
        return owner_by_name(turn->meaning->owner);
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
    if (event_move(event, STATE_DISPATCHED, turn->sender->id, reason, turn->now_ms,
                   turn->arena) < 0)
        return false;
    event->owner = owner;
    dispatch_choose(turn, event);
    return true;
}

static void tell_new_owner(struct turn *turn, struct event *event, const char *reason)
{
    clocks_wait_accept(turn, event);
    struct outgoing *out = dispatch_ping(turn, event, "ping_transferred");
    if (out)
        out_text(out, "reason", reason);
    if (out && !out->member && say_is_private(turn, event))
        dispatch_details(turn, event, event->assignee, out->lang);
    out = say_residents(turn, event, "transferred");
    if (!out)
        return;
    out_term(out, "owner", arena_printf(turn->arena, "owner.%s", owner_name(event->owner)));
    out_member(out, "member", event->assignee);
    out_text(out, "reason", reason);
}

/* Nobody is named: a rung decides whose it is, the present owner keeps it meanwhile. */
static void let_decide(struct turn *turn, struct event *event, int level, const char *reason)
{
    const struct member *member =
        community_rung(turn->community, level, event->building, event->unit);
    if (!member)
        return;
    struct outgoing *out = turn_ping(turn, member, NULL, 0, event, "ask_owner");
    say_event(turn, out, event);
    out_member(out, "member", turn->sender->id);
    out_text(out, "reason", reason);
    turn_ask(turn, out->group, member->id, "transfer", "owner", event,
             turn->now_ms + 3 * DAY_MS, NULL, 0);
}

static void second_refusal(struct turn *turn, struct event *event, const char *reason)
{
    if (!to_owner(turn, event, policy_of(turn, event)->owner, reason))
        return;
    clocks_wait_accept(turn, event);
    if (event->level < 2)
        event->level = 2;
    event_note(event, "raised", LOUBOT_ITSELF, "two refusals", turn->now_ms, turn->arena);
    let_decide(turn, event, 2, reason);
    struct outgoing *out = say_residents(turn, event, "refused_twice");
    if (out)
        out_member(out, "member", event->assignee);
}

static void transfer(struct turn *turn, struct event *event, enum owner owner,
                     const char *reason)
{
    bool refusal = is_refusal(turn, event);
    if (refusal)
        event->refusals++;
    if (refusal && event->refusals == 2) {
        second_refusal(turn, event, reason);
    } else if (owner != OWNER_NONE) {
        if (to_owner(turn, event, owner, reason))
            tell_new_owner(turn, event, reason);
    } else if (to_owner(turn, event, event->owner, reason)) {
        clocks_wait_accept(turn, event);
        let_decide(turn, event, 1, reason);
    }
}

static void one(struct turn *turn, struct event *event)
{
    if (!fits(turn, event))
        return;
    enum owner owner = owner_named(turn);
    const char *reason = reason_of(turn);
    if (owner == event->owner)
        owner = OWNER_NONE;
    if (!reason || (owner == OWNER_NONE && !is_refusal(turn, event))) {
        if (say_has_here(turn))
            return; /* one question at a time */
        say_answer(turn, event, "ask_reason");
        turn_ask(turn, turn->group->name, turn->sender->id, "transfer", "reason", event,
                 turn->now_ms + 10 * MINUTE_MS, NULL, 0);
        return;
    }
    transfer(turn, event, owner, reason);
}

static int match(const struct turn *turn)
{
    struct targets targets;
    targets_find(turn, fits, &targets);
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
    if (!event || !fits(turn, event))
        return false;
    enum owner owner = owner_named(turn);
    if (!which && turn->meaning->intent != INTENT_TRANSFER && owner == OWNER_NONE &&
        turn->meaning->intent != INTENT_CHAT)
        return false;
    if (is_same(question->kind, "owner") && owner == OWNER_NONE)
        return false;
    session_close(session, index);
    const char *reason = turn->meaning->reason ? reason_of(turn) : NULL;
    if (which)
        one(turn, event);
    else
        transfer(turn, event, owner == event->owner ? OWNER_NONE : owner,
                 reason ? reason : say_masked(turn, turn->text));
    return true;
}

const struct handler handler_transfer = {
    .name = "transfer",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_TRANSFER,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT,
    .priority = 35,
    .match = match,
    .handle = handle,
    .answer = answer,
};
