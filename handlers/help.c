/* help.c: somebody greets the bot or asks what it can do: one line that says what one can
 * write, once in a while a person; the same for whoever speaks to it by name and is not
 * understood. And who looks after this building: names, no phone. */
#include "handlers/skills.h"

#include <string.h>

#define HELP_AGAIN_MS HOUR_MS
#define UNCLEAR_AGAIN_MS (2 * MINUTE_MS)
#define MUTTER_MAX 6 /* bytes: "算了" asks for no answer */

static bool commands(const struct turn *turn, const char *command)
{
    return is_same(turn->meaning->command, command);
}

/* ---- hello ---- */

static bool helped_lately(const struct turn *turn, int64_t again_ms)
{
    int64_t at_ms = turn->session->helped_ms;
    return at_ms && turn->now_ms - at_ms < again_ms;
}

static void note_helped(struct turn *turn)
{
    turn->session->helped_ms = turn->now_ms;
    turn->session->dirty = true;
}

static void say_hello(struct turn *turn)
{
    struct outgoing *out = turn_answer(turn, "hello", turn->meaning->lang);
    out_flag(out, "staff", turn->staff);
    out_flag(out, "direct", turn->group->kind == GROUP_DIRECT && !turn->sender->building);
    note_helped(turn);
}

/* ---- not understood ---- */

/* Of the estate's matters the grid worker may know more, not of the weather. */
static bool asks(const struct turn *turn)
{
    return turn->meaning->intent == INTENT_ENQUIRY || turn->meaning->fault.category;
}

/* Who may know, where the bot does not. */
static const struct member *who_may_know(const struct turn *turn)
{
    const char *building =
        turn->group->building ? turn->group->building : turn->sender->building;
    return building ? community_holder(turn->community, ROLE_GRID_WORKER, building, NULL)
                    : NULL;
}

static void say_unclear(struct turn *turn)
{
    struct outgoing *out = turn_answer(turn, "unclear", turn->meaning->lang);
    const struct member *worker = asks(turn) && !turn->staff ? who_may_know(turn) : NULL;
    if (worker)
        out_member(out, "grid_worker", worker->id);
    out_flag(out, "staff", turn->staff);
    note_helped(turn);
}

/* Spoken to by name, and no more is meant by it than a quote: platforms add the name to that.
 */
static bool is_unclear(const struct turn *turn)
{
    enum intent intent = turn->meaning->intent;
    return (intent == INTENT_CHAT || intent == INTENT_ENQUIRY || intent == INTENT_SUGGESTION) &&
           !turn->meaning->report && !turn->meaning->command && !input_quoted(turn->input) &&
           (input_mentions_self(turn->input) || strlen(turn->text) > MUTTER_MAX) &&
           !helped_lately(turn, UNCLEAR_AGAIN_MS);
}

/* ---- who looks after us ---- */

static const char *building_asked(const struct turn *turn)
{
    const struct location *where = &turn->meaning->fault.where;
    if (where->building && community_building(turn->community, where->building))
        return where->building;
    if (turn->group->building)
        return turn->group->building;
    return turn->sender->building;
}

static void say_who(struct turn *turn)
{
    static const struct {
        const char *key;
        enum role role;
    } near[] = {{"grid_worker", ROLE_GRID_WORKER},
                {"building_head", ROLE_BUILDING_HEAD},
                {"micro_grid_worker", ROLE_MICRO_GRID_WORKER}};
    const char *building = building_asked(turn);
    struct outgoing *out = turn_answer(turn, "who", turn->meaning->lang);
    if (!building) {
        out_flag(out, "ask_building", true);
        turn_ask(turn, turn->group->name, turn->sender->id, "help", "building", NULL,
                 turn->now_ms + 10 * MINUTE_MS, NULL, 0);
        return;
    }
    const struct event place = {
        .building = building, .floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
    out_place(out, "place", &place);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        const struct member *member =
            community_holder(turn->community, near[i].role, building, NULL);
        if (member)
            out_member(out, near[i].key, member->id);
    }
}

/* ---- the row ---- */

static int match(const struct turn *turn)
{
    if (!turn->session || !turn->sender || !turn->addressed)
        return 0;
    if (commands(turn, "who"))
        return 60;
    if (commands(turn, "hello"))
        return helped_lately(turn, HELP_AGAIN_MS) ? 0 : 10;
    return is_unclear(turn) ? 1 : 0;
}

static void handle(struct turn *turn)
{
    if (commands(turn, "who"))
        say_who(turn);
    else if (commands(turn, "hello"))
        say_hello(turn);
    else
        say_unclear(turn);
}

/* The building that was asked for. */
static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const char *building = turn->meaning->fault.where.building;
    if (session != turn->session || turn->meaning->report || !building ||
        !community_building(turn->community, building))
        return false;
    session_close(session, index);
    say_who(turn);
    return true;
}

const struct handler handler_help = {
    .name = "help",
    .listens = LISTEN_MESSAGE,
    .intents = 1u << INTENT_CHAT | 1u << INTENT_ENQUIRY | 1u << INTENT_SUGGESTION,
    .priority = 5,
    .match = match,
    .handle = handle,
    .answer = answer,
};
