/* help.c: somebody greets the bot or asks what it can do: one line that says what one can
 * write, once in a while a person. And who looks after this building: names, no phone. */
#include "handlers/skills.h"

#define HELP_AGAIN_MS HOUR_MS

static bool commands(const struct turn *turn, const char *command)
{
    return is_same(turn->meaning->command, command);
}

/* ---- hello ---- */

static bool helped_lately(const struct turn *turn)
{
    int64_t at_ms = turn->session->helped_ms;
    return at_ms && turn->now_ms - at_ms < HELP_AGAIN_MS;
}

static void say_hello(struct turn *turn)
{
    struct outgoing *out = turn_answer(turn, "hello", turn->meaning->lang);
    out_flag(out, "staff", turn->staff);
    out_flag(out, "direct", turn->group->kind == GROUP_DIRECT && !turn->sender->building);
    turn->session->helped_ms = turn->now_ms;
    turn->session->dirty = true;
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
    return commands(turn, "hello") && !helped_lately(turn) ? 10 : 0;
}

static void handle(struct turn *turn)
{
    if (commands(turn, "who"))
        say_who(turn);
    else
        say_hello(turn);
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
    .intents = 1u << INTENT_CHAT | 1u << INTENT_ENQUIRY,
    .priority = 5,
    .match = match,
    .handle = handle,
    .answer = answer,
};
