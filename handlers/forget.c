/* forget.c: "忘记我" in direct chat: what goes and what stays is shown, a second word confirms.
 * Then, a moment later so that the last answer still reaches him, the core does what `loubot
 * forget` does (bot/turn/forgetting.c). */
#include "handlers/skills.h"

#include <string.h>

#define SURE_MS (10 * MINUTE_MS)
#define LAST_WORD_MS (10 * SECOND_MS)

static bool commands(const struct turn *turn, const char *command)
{
    return is_same(turn->meaning->command, command);
}

/* ---- asking ---- */

static size_t count_open(const struct turn *turn)
{
    size_t count = 0;
    for (size_t i = 0; i < turn->event_count; i++)
        count += event_is_open(turn->events[i]) &&
                 is_same(turn->events[i]->reporter, turn->sender->id);
    return count;
}

static void ask(struct turn *turn)
{
    struct outgoing *out = turn_answer(turn, "forget_ask", turn->meaning->lang);
    size_t open = count_open(turn);
    if (open)
        out_text(out, "open", arena_printf(turn->arena, "%zu", open));
    out_flag(out, "staff", turn->staff);
    turn_ask(turn, turn->group->name, turn->sender->id, "forget", "sure", NULL,
             turn->now_ms + SURE_MS, NULL, 0);
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    if (session != turn->session || !commands(turn, "forget_sure"))
        return false;
    session_close(session, index);
    turn_answer(turn, "forget_done", turn->meaning->lang);
    turn_session_timer_set(turn, session, "forget", "forget", turn->now_ms + LAST_WORD_MS,
                           NULL);
    return true;
}

/* ---- the row ---- */

static int match(const struct turn *turn)
{
    bool mine = commands(turn, "forget") || commands(turn, "forget_sure");
    return mine && turn->session && turn->sender && turn->addressed ? 60 : 0;
}

static void handle(struct turn *turn)
{
    if (turn->group->kind == GROUP_DIRECT)
        ask(turn);
    else
        turn_answer(turn, "forget_private", turn->meaning->lang);
}

/* Where he lives goes with him; an office is the roster's. */
static void drop_home(struct turn *turn, const char *id)
{
    const struct member *member = community_member(turn->community, id);
    if (member && member_is_staff(member))
        return;
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *row = community_amendment_at(turn->community, i);
        if (is_same(row->entry.id, id) && turn->dropped_count < TURN_ROWS_MAX)
            turn_roster_drop(turn, row->number);
    }
}

static void on_timer(struct turn *turn)
{
    if (!turn->session)
        return;
    drop_home(turn, turn->session->member);
    turn_forget(turn, turn->session->member);
}

const struct handler handler_forget = {
    .name = "forget",
    .listens = LISTEN_MESSAGE,
    .intents = 1u << INTENT_CHAT,
    .needs = NEED_MINE,
    .priority = 50,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
