/* handlers_rules.c: what must hold in every reachable state (DESIGN §5, hard rules; the
 * fairness rules of the event's life). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_world.h"

#define DAY_MS 86400000LL
#define TEXT_MAX 900 /* bytes of a message: about 300 characters */

static void broken(const struct event *event, const char *rule)
{
    for (const struct step *step = event->new_steps; step; step = step->next)
        print_message("  %s: %s -> %s %s %s\n", step->who, state_name(step->from),
                      state_name(step->to), step->what, step->note ? step->note : "");
    fail_msg("event %u, state %s: %s", event->id, state_name(event->state), rule);
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void check_steps(const struct event *event)
{
    for (const struct step *step = event->new_steps; step; step = step->next) {
        bool refusal = step->to == STATE_DISPATCHED &&
                       (step->from == STATE_DISPATCHED || step->from == STATE_HANDLING);
        if (refusal && (!step->note || !step->note[0]))
            broken(event, "a refusal without a reason");
        if (step->from == STATE_CHECKING && step->to == STATE_DONE &&
            event->outcome == OUTCOME_RESOLVED &&
            is_same_text(step->who, event->handler_member))
            broken(event, "somebody confirmed his own work");
        if (!step->who || !step->what)
            broken(event, "a step without who or what");
    }
}

static bool was_paused(const struct event *before, const struct event *after)
{
    if (before->state == STATE_CONFERRING || before->state == STATE_SUSPENDED)
        return true;
    for (const struct step *step = after->new_steps; step; step = step->next)
        if (step->from == STATE_CONFERRING || step->from == STATE_SUSPENDED)
            return true;
    return false;
}

static void check_deadline(int64_t before_ms, int64_t after_ms, const struct event *before,
                           const struct event *after)
{
    if (before_ms && after_ms > before_ms && !was_paused(before, after))
        broken(after, "a deadline moved later");
    if (before_ms && !after_ms)
        broken(after, "a deadline was dropped");
}

static bool has(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (is_same_text(list[i], text))
            return true;
    return false;
}

static void check_kept(const struct event *before, const struct event *after)
{
    for (size_t i = 0; i < before->photo_count; i++)
        if (!has(after->photos, after->photo_count, before->photos[i]))
            broken(after, "a photo was dropped");
    for (size_t i = 0; i < before->also_count; i++)
        if (!has(after->also, after->also_count, before->also[i]))
            broken(after, "a household was dropped");
    if (before->reporter && !is_same_text(before->reporter, after->reporter))
        broken(after, "the reporter changed");
    if (after->rework < before->rework || after->reopened < before->reopened ||
        after->refusals < before->refusals || after->level < before->level)
        broken(after, "a counter went back");
    check_deadline(before->due_finish_ms, after->due_finish_ms, before, after);
    check_deadline(before->due_accept_ms, after->due_accept_ms, before, after);
}

void rules_check_event(struct world *world, const struct event *before,
                       const struct event *after)
{
    bool closed = after->state == STATE_DONE || after->state == STATE_ARCHIVED;
    if (closed && after->outcome == OUTCOME_NONE)
        broken(after, "closed without an outcome");
    if (!closed && after->outcome != OUTCOME_NONE)
        broken(after, "open with an outcome");
    if (after->state == STATE_NONE)
        broken(after, "without a state");
    bool assigned = after->state == STATE_DISPATCHED || after->state == STATE_HANDLING;
    if (assigned && !after->assignee)
        broken(after, "assigned to nobody");
    check_steps(after);
    if (before)
        check_kept(before, after);
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
    for (size_t i = 0; i < world->said_count; i++) {
        const char *text = world->said[i];
        if (strstr(text, "{{") || strstr(text, "#0") || strstr(text, "NO TEMPLATE") ||
            strlen(text) > TEXT_MAX)
            fail_msg("a bad message: %s", text);
    }
}

static bool somebody_was_asked(struct world *world, uint32_t event)
{
    char number[20];
    snprintf(number, sizeof number, "\"event\":%u,", event);
    for (size_t i = 0; i < world->session_count; i++)
        if (strstr(world->sessions[i].json, number))
            return true;
    return false;
}

void rules_check_all(struct world *world)
{
    for (uint32_t id = 1; id <= world->event_count; id++) {
        struct event *event = world_event(world, id);
        if (event_is_open(event) && !world_has_timer(world, id, NULL) &&
            !somebody_was_asked(world, id))
            broken(event, "open, without a timer or a question");
    }
}
