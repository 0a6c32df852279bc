/* close.c: endings by those who decide: "12 已解释 …", "12 驳回 不在小区内", "12 当场解决 …",
 * "合并 5 3". A reason is always told to the residents; where it is missing the usual ones are
 * offered, and a digit is enough. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

static bool commands(const struct turn *turn, const char *command)
{
    return is_same(turn->meaning->command, command);
}

/* Settled on the spot: by whoever has not the work in hand, since nobody confirms his own. */
static bool fits(const struct turn *turn, const struct event *event)
{
    if ((event->state != STATE_REPORTED && event->state != STATE_DISPATCHED) ||
        !guard_may(turn, event, RIGHT_CLOSE))
        return false;
    return !commands(turn, "spot") || !guard_is_handler_side(turn, event, turn->sender);
}

static bool fits_merge(const struct turn *turn, const struct event *event)
{
    return event_is_open(event) && guard_may(turn, event, RIGHT_MERGE);
}

static bool merges(const struct turn *turn)
{
    return commands(turn, "merge");
}

/* ---- explained, rejected ---- */

static void close_one(struct turn *turn, struct event *event, enum outcome outcome,
                      const char *reason)
{
    enum outcome before = event->outcome;
    event->outcome = outcome;
    if (event_move(event, STATE_DONE, turn->sender->id, reason, turn->now_ms, turn->arena) <
        0) {
        event->outcome = before;
        return;
    }
    clocks_end(turn, event);
    struct outgoing *out = say_residents(turn, event, "closed");
    if (!out)
        return;
    out_flag(out, "explained", event->outcome == OUTCOME_EXPLAINED);
    out_member(out, "member", turn->sender->id);
    out_text(out, "reason", reason);
}

/* One question at a time; the usual reasons are told with it. */
static void ask_reason(struct turn *turn, const struct event *event)
{
    bool explain = commands(turn, "explain");
    if (say_has_here(turn))
        return;
    out_flag(say_answer(turn, event, "ask_closing_reason"), "explain", explain);
    turn_ask(turn, turn->group->name, turn->sender->id, "close", explain ? "explain" : "reject",
             event, turn->now_ms + 10 * MINUTE_MS, NULL, 0);
}

static void close_all(struct turn *turn, const struct targets *targets)
{
    enum outcome outcome = commands(turn, "explain") ? OUTCOME_EXPLAINED : OUTCOME_REJECTED;
    const char *reason = turn->meaning->reason ? say_masked(turn, turn->meaning->reason) : NULL;
    for (size_t i = 0; i < targets->count; i++) {
        struct event *event = targets->events[i];
        if (!fits(turn, event))
            continue;
        if (commands(turn, "spot"))
            verify_spot(turn, event, reason ? reason : say_masked(turn, turn->text));
        else if (reason)
            close_one(turn, event, outcome, reason);
        else
            ask_reason(turn, event);
    }
}

/* "收到", "不归我管", "谢谢": words for something else, which give the residents no reason. */
static bool is_bare_word(const struct turn *turn)
{
    static const unsigned others = 1u << INTENT_ACCEPT | 1u << INTENT_TRANSFER |
                                   1u << INTENT_RAISE | 1u << INTENT_THANKS |
                                   1u << INTENT_ME_TOO;
    const struct meaning *m = turn->meaning;
    bool done = m->intent == INTENT_DONE || m->intent == INTENT_CONFIRM;
    if (done && strlen(turn->text) <= strlen("都修好了"))
        return true;
    return (others & (1u << m->intent)) && !m->reason && !m->owner;
}

/* "2", or the reason in words. The digits stand in the template. */
static const char *reason_told(const struct turn *turn, bool explain)
{
    static const char *const usual[2][2][3] = {
        {{"不在小区范围内", "属于自己家里的事", "核实后没有这个问题"},
         {"outside the estate", "inside the flat, for its owner", "not found on site"}},
        {{"本来就是这样设计的", "已约好时间来办", "情况已当面说明"},
         {"it is meant to be so", "a date for it is agreed", "explained in person"}}};
    const char *text = turn->text + strspn(turn->text, " ");
    enum lang lang = turn->meaning->lang;
    if (text[0] >= '1' && text[0] <= '3' && !text[1])
        return usual[explain][lang == LANG_EN][text[0] - '1'];
    bool none = turn->meaning->number_count || is_bare_word(turn) || strlen(text) < 4;
    return none ? NULL : say_masked(turn, text);
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = turn_event_numbered(turn, question->event);
    bool explain = is_same(question->kind, "explain");
    if (!event || session != turn->session || turn->input->kind != INPUT_MESSAGE ||
        turn->meaning->command || turn->meaning->report || !fits(turn, event))
        return false;
    const char *reason = reason_told(turn, explain);
    if (!reason)
        return false;
    session_close(session, index);
    close_one(turn, event, explain ? OUTCOME_EXPLAINED : OUTCOME_REJECTED, reason);
    return true;
}

/* ---- merging ---- */

/* Somebody's report goes there; a flat is counted once. */
static void follow(struct turn *turn, struct event *into, const char *who)
{
    const struct member *member = who ? community_member(turn->community, who) : NULL;
    bool counted = member && join_is_counted(turn, into, member);
    if (who && event_join(into, who, turn->arena))
        into->shared += counted;
}

void close_merge(struct turn *turn, struct event *event, struct event *into)
{
    event->outcome = OUTCOME_DUPLICATE;
    event->duplicate_of = into->id;
    const char *note = arena_printf(turn->arena, "the same as #%u", into->id);
    if (event_move(event, STATE_DONE, turn->sender->id, note, turn->now_ms, turn->arena) < 0) {
        event->outcome = OUTCOME_NONE;
        event->duplicate_of = 0;
        return;
    }
    size_t before = event_households(into);
    for (size_t i = 0; i <= event->also_count; i++)
        follow(turn, into, i ? event->also[i - 1] : event->reporter);
    join_third(turn, into, before);
    for (size_t i = 0; i < event->photo_count; i++)
        event_add_photo(into, event->photos[i], false, turn->arena);
    note = arena_printf(turn->arena, "#%u merged into it", event->id);
    event_note(into, "merged", turn->sender->id, note, turn->now_ms, turn->arena);
    clocks_end(turn, event);
    turn_close_questions(turn, event);
    struct outgoing *out = say_residents(turn, event, "merged");
    if (out)
        out_number(out, "into", into);
}

/* "合并 5 3": whichever comes first, the older number stays. */
static void merge_all(struct turn *turn, const struct targets *targets)
{
    struct event *into = NULL;
    for (size_t i = 0; i < targets->count; i++)
        if (fits_merge(turn, targets->events[i]) &&
            (!into || targets->events[i]->id < into->id))
            into = targets->events[i];
    for (size_t i = 0; into && i < targets->count; i++)
        if (targets->events[i] != into && fits_merge(turn, targets->events[i]))
            close_merge(turn, targets->events[i], into);
    if (into && targets->count == 1 && !targets->unknown_count)
        say_answer(turn, into, "merge_how");
}

/* ---- the row ---- */

static bool is_mine(const struct turn *turn)
{
    return merges(turn) || commands(turn, "explain") || commands(turn, "reject") ||
           commands(turn, "spot");
}

static enum right right_of(const struct turn *turn)
{
    return merges(turn) ? RIGHT_MERGE : RIGHT_CLOSE;
}

static int match(const struct turn *turn)
{
    if (!turn->session || !is_mine(turn))
        return 0;
    struct targets targets;
    targets_find(turn, merges(turn) ? fits_merge : fits, &targets);
    for (size_t i = 0; i < targets.count; i++)
        if ((merges(turn) ? fits_merge : fits)(turn, targets.events[i]))
            return 75;
    bool unfit =
        targets_are_unfit(turn, &targets, right_of(turn), merges(turn) ? fits_merge : fits);
    return unfit || targets.unknown_count ? 20 : 0;
}

static void handle(struct turn *turn)
{
    struct targets targets;
    targets_find(turn, merges(turn) ? fits_merge : fits, &targets);
    if (targets.several)
        return;
    if (merges(turn))
        merge_all(turn, &targets);
    else
        close_all(turn, &targets);
    targets_say_unknown(turn, &targets);
    targets_say_unfit(turn, &targets, right_of(turn), merges(turn) ? fits_merge : fits);
}

const struct handler handler_close = {
    .name = "close",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
    .intents = 1u << INTENT_DONE | 1u << INTENT_DENY,
    .needs = NEED_NUMBERED | NEED_QUOTED,
    .priority = 35,
    .match = match,
    .handle = handle,
    .answer = answer,
};
