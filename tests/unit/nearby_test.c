/* Places where something near was found are looked at before anybody decides there again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "turn/internal.h"

static struct home home;
static struct queue queue = {.home = &home};

static struct decision report(const char *building, const char *category)
{
    struct decision d = {.queue = &queue, .place_count = 2};
    d.places[0].building = building;
    d.places[0].category = category;
    d.places[1].building = "-";
    d.places[1].category = category;
    return d;
}

static void what_was_found_is_known_until_it_is_not(void **state)
{
    struct decision here = report("4", "water_supply"), there = report("5", "water_supply"),
                    other = report("4", "lighting");
    assert_false(nearby_is_known(&here));
    nearby_note(&here, true);
    assert_true(nearby_is_known(&here));
    assert_false(nearby_is_known(&there)); /* though both look at the community's */
    assert_false(nearby_is_known(&other));
    nearby_note(&there, false);
    assert_true(nearby_is_known(&here));
    nearby_note(&here, false);
    assert_false(nearby_is_known(&here));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_found_is_known_until_it_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
