/* event_walk_test.c: random people say random things, and time passes; after every turn the
 * rules of handlers_rules.c must hold. WALK_STEPS and WALK_SEED in the environment make it
 * longer or repeat it; the seed is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_world.h"
#include "walk_texts.h"

#define STEPS 1000
#define MINUTE_MS 60000LL

static bool is_in_grid_2(const struct event *event)
{
    return event->building && atoi(event->building) > 5;
}

/* An emergency calls every five minutes for ever: before a long pause somebody mostly hears it.
 */
static void hear_emergencies(struct world *world)
{
    char text[40];
    for (uint32_t id = 1; id <= world->event_count; id++) {
        const struct event *event = world_event(world, id);
        bool waits = event->urgency == URGENCY_EMERGENCY && event->state == STATE_DISPATCHED;
        snprintf(text, sizeof text, "收到 %u", id);
        if (waits && walk_dice(10))
            world_say(world, "work", is_in_grid_2(event) ? "网格员2" : "网格员1", text);
    }
}

static void random_step(struct world *world)
{
    char buffer[200];
    const char *group = walk_group(), *name = walk_person(group);
    size_t message;
    switch (walk_dice(20)) {
    case 0:
        hear_emergencies(world);
        world_pass(world, (int64_t)walk_dice(40) * 3600000 + 1);
        break;
    case 1:
    case 2:
        world_pass(world, (int64_t)walk_dice(120) * MINUTE_MS);
        break;
    case 3:
        message = world_say(world, group, name, walk_report());
        if (message && walk_dice(2))
            world_recall(world, group, name, message);
        else if (message)
            world_edit(world, group, name, message, "2单元6楼的灯不亮");
        break;
    default:
        world_say(world, group, name, walk_text(world->event_count, buffer, sizeof buffer));
    }
}

static void the_rules_hold_on_every_walk(void **state)
{
    const char *given = getenv("WALK_SEED"), *length = getenv("WALK_STEPS");
    walk_seed =
        given ? strtoull(given, NULL, 10) : 20260302; /* `make test` always walks one way */
    long steps = length ? strtol(length, NULL, 10) : STEPS;
    print_message("WALK_SEED=%llu WALK_STEPS=%ld\n", (unsigned long long)walk_seed, steps);
    struct world *world = world_create();
    for (long i = 0; i < steps; i++) {
        random_step(world);
        for (size_t k = 0; k < world->said_count; k++)
            walk_hear(world->said[k]);
        if (i % 50 == 0)
            rules_check_all(world);
        if (world->event_count > WORLD_EVENTS - 10 ||
            world->message_count > WORLD_MESSAGES - 100) {
            world_destroy(&world);
            world = world_create();
        }
    }
    rules_check_all(world);
    print_message("%u events\n", world->event_count);
    world_destroy(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_rules_hold_on_every_walk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
