/* handlers_rules.c: what must hold in every reachable state (DESIGN §5, hard rules; the
 * fairness rules of the event's life). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fair_rules.h"
#include "handlers_world.h"

#define TEXT_MAX 900 /* bytes of a message: about 300 characters */

static bool is_same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static const struct event *find_cb(void *arg, uint32_t id)
{
    return world_event(arg, id);
}

static struct fair fair_of(struct world *world)
{
    return (struct fair){world->community, world->calendar, world->now_ms, find_cb, world};
}

void rules_check_event(struct world *world, const struct event *before,
                       const struct event *after)
{
    struct fair fair = fair_of(world);
    fair_check(&fair, before, after);
}

/* One message a group; in an emergency the advice may stand before it. In the work group a
 * command about several events may have several consequences, each kind in one message. */
static void check_messages(struct world *world)
{
    const struct turn *turn = &world->turn;
    for (size_t i = 0; i < turn->out_count; i++) {
        size_t same = 0;
        bool emergency = false;
        for (size_t k = 0; k < turn->out_count; k++) {
            bool here = is_same_text(turn->out[k]->group, turn->out[i]->group) &&
                        (!turn->out[i]->member ||
                         is_same_text(turn->out[k]->member, turn->out[i]->member));
            bool work = is_same_text(turn->out[i]->group, "work");
            here &= !work || is_same_text(turn->out[k]->template, turn->out[i]->template);
            here &= turn->input->kind != INPUT_TIMER || !work || /* one a person */
                    is_same_text(turn->out[k]->mentions[0], turn->out[i]->mentions[0]);
            same += here;
            emergency |= here && turn->out[k]->lane == LANE_EMERGENCY;
        }
        if (same > 1 && !emergency) {
            for (size_t k = 0; k < world->said_count; k++)
                print_message("  %s\n", world->said[k]);
            fail_msg("%zu messages to %s in one turn, said \"%s\"", same, turn->out[i]->group,
                     turn->text);
        }
    }
}

void rules_check_turn(struct world *world)
{
    if (world->turn.full)
        fail_msg("the turn is full, said \"%s\"", world->turn.text);
    check_messages(world);
    struct fair fair = fair_of(world);
    for (size_t i = 0; i < world->turn.event_count; i++)
        if (world->turn.events[i]->dirty)
            fair_check_followed(&fair, world->turn.events[i]);
    for (size_t i = 0; i < world->said_count; i++) {
        const char *text = world->said[i];
        if (strstr(text, "{{") || strstr(text, "#0") || strstr(text, "NO TEMPLATE") ||
            strlen(text) > TEXT_MAX)
            fail_msg("a bad message: %s", text);
    }
}

/* Is a question about it open to somebody? */
static bool somebody_was_asked(struct world *world, uint32_t event)
{
    for (size_t i = 0; i < world->session_count; i++) {
        struct session session = {0};
        session_decode(&session, world->sessions[i].json, world->arena);
        session_expire(&session, world->now_ms);
        for (size_t k = 0; k < session.question_count; k++)
            if (session.questions[k].event == event)
                return true;
    }
    return false;
}

void rules_check_all(struct world *world)
{
    struct fair fair = fair_of(world);
    if (world->latest_ms > fair.now_ms)
        fair.now_ms = world->latest_ms;
    for (uint32_t id = 1; id <= world->event_count; id++) {
        struct event *event = world_event(world, id);
        struct fair_timer timers[16];
        size_t count = 0;
        for (size_t i = 0; i < world->timer_count && count < 16; i++) {
            const struct kept_timer *t = &world->timers[i];
            if (t->live && t->event == id)
                timers[count++] = (struct fair_timer){t->name, t->due_ms};
        }
        fair_check_waits(&fair, event, timers, count, !count && somebody_was_asked(world, id));
    }
}
