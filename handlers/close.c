/* close.c: endings by those who decide: "12 已解释 …", "12 驳回 不在小区内", "合并 5 3". A
 * reason is always told to the residents. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

static bool fits(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_REPORTED || event->state == STATE_DISPATCHED) &&
           guard_may(turn, event, RIGHT_CLOSE);
}

static bool fits_merge(const struct turn *turn, const struct event *event)
{
    return event_is_open(event) && guard_may(turn, event, RIGHT_MERGE);
}

static bool merges(const struct turn *turn)
{
    return is_same(turn->meaning->command, "merge");
}

static enum outcome outcome_of(const struct turn *turn)
{
    return is_same(turn->meaning->command, "explain") ? OUTCOME_EXPLAINED : OUTCOME_REJECTED;
}

/* ---- explained, rejected ---- */

static void close_one(struct turn *turn, struct event *event, const char *reason)
{
    enum outcome before = event->outcome;
    event->outcome = outcome_of(turn);
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

static void close_all(struct turn *turn, const struct targets *targets)
{
    const char *reason = turn->meaning->reason ? say_masked(turn, turn->meaning->reason) : NULL;
    for (size_t i = 0; i < targets->count; i++) {
        struct event *event = targets->events[i];
        if (!fits(turn, event))
            continue;
        if (reason)
            close_one(turn, event, reason);
        else if (!say_has_here(turn))
            say_answer(turn, event, "ask_closing_reason");
    }
}

/* ---- merging ---- */

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
    if (event->reporter)
        event_join(into, event->reporter, turn->arena);
    for (size_t i = 0; i < event->also_count; i++)
        event_join(into, event->also[i], turn->arena);
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
}

/* ---- the row ---- */

static bool is_mine(const struct turn *turn)
{
    const char *command = turn->meaning->command;
    return merges(turn) || is_same(command, "explain") || is_same(command, "reject");
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
};
