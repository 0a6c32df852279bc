/* backfill.c: what was told while the bot was away and is older than half an hour: the events
 * are made and sent on, residents read one collected line a group (DESIGN §3.6). */
#include "handlers/skills.h"

#define COLLECT_MS (5 * SECOND_MS)

static bool is_known(const struct turn *turn, const struct fault_found *fault)
{
    int sure;
    const struct event *near = report_near(turn, fault, &sure);
    return near && sure == 2 && event_is_open(near);
}

static int match(const struct turn *turn)
{
    bool late = turn->input->backfilled && turn->late_ms > 30 * MINUTE_MS;
    return late && turn->meaning->report && turn->session && turn->sender ? 95 : 0;
}

/* One of that name a group: the next one replaces it. */
static void collect(struct turn *turn)
{
    struct session *group = arena_alloc(turn->arena, sizeof *group);
    group->group = turn->group->name;
    group->member = LOUBOT_ITSELF;
    turn_session_timer_set(turn, group, "collected", "backfill", turn->now_ms + COLLECT_MS,
                           NULL);
}

static void handle(struct turn *turn)
{
    const struct fault_found *faults[TURN_NEW_MAX];
    size_t count = report_faults(turn, faults);
    for (size_t i = 0; i < count; i++) {
        struct made made;
        if (is_known(turn, faults[i]))
            continue;
        if (!report_make(turn, faults[i], &made))
            return;
        report_attach_photos(turn, made.event, false);
        event_move(made.event, STATE_REPORTED, turn->sender->id, NULL, turn->now_ms,
                   turn->arena);
        dispatch(turn, made.event);
    }
    collect(turn);
}

static void on_timer(struct turn *turn)
{
    turn_say(turn, turn->group->name, "collected",
             is_same(turn->group->lang, "en") ? LANG_EN : LANG_ZH);
}

const struct handler handler_backfill = {
    .name = "backfill",
    .listens = LISTEN_MESSAGE | LISTEN_BACKFILLED,
    .intents = 1u << INTENT_REPORT | 1u << INTENT_EMERGENCY,
    .needs = NEED_NEARBY,
    .priority = 50,
    .match = match,
    .handle = handle,
    .on_timer = on_timer,
};
