/* When the append-only file is rewritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "store/upkeep.h"

#define MB ((int64_t)1 << 20)
#define HOUR ((int64_t)3600000)
#define NOON 1772424000000 /* 2026-03-02 12:00 in China */
#define NIGHT (NOON + 11 * HOUR)

static struct upkeep_state state_at(int64_t now_ms, int64_t aof_mb, int64_t base_mb)
{
    return (struct upkeep_state){.now_ms = now_ms,
                                 .utc_offset_s = 28800,
                                 .aof_bytes = aof_mb * MB,
                                 .base_bytes = base_mb * MB,
                                 .free_bytes = 100000 * MB,
                                 .has_room = true};
}

static void it_waits_for_the_night(void **state)
{
    for (int hour = 0; hour < 24; hour++) {
        struct upkeep_state s = state_at(NOON + hour * HOUR, 100, 20);
        bool quiet = hour >= 10 && hour < 19; /* 22:00 to 07:00 */
        assert_int_equal(upkeep_wants_rewrite(&s), quiet);
    }
}

static void it_waits_until_the_file_has_grown(void **state)
{
    struct upkeep_state s = state_at(NIGHT, 31, 1);
    assert_false(upkeep_wants_rewrite(&s));
    s = state_at(NIGHT, 39, 20);
    assert_false(upkeep_wants_rewrite(&s));
    s = state_at(NIGHT, 41, 20);
    assert_true(upkeep_wants_rewrite(&s));
}

static void once_a_night(void **state)
{
    struct upkeep_state s = state_at(NIGHT + 5 * HOUR, 100, 20);
    s.last_ms = NIGHT;
    assert_false(upkeep_wants_rewrite(&s));
    s.now_ms = NIGHT + 24 * HOUR;
    assert_true(upkeep_wants_rewrite(&s));
}

static void above_the_ceiling_at_any_hour(void **state)
{
    struct upkeep_state s = state_at(NOON, 1025, 400);
    assert_true(upkeep_wants_rewrite(&s));
    s.last_ms = NOON - HOUR / 2; /* one that is under way, or did not help */
    assert_false(upkeep_wants_rewrite(&s));
    s = state_at(NOON, 1025, 600); /* it is what it is */
    assert_false(upkeep_wants_rewrite(&s));
}

static void a_full_disk_is_helped_where_it_fits(void **state)
{
    struct upkeep_state s = state_at(NOON, 200, 20);
    s.has_room = false;
    s.free_bytes = 150 * MB;
    assert_true(upkeep_wants_rewrite(&s));
    s.free_bytes = 50 * MB;
    assert_false(upkeep_wants_rewrite(&s));
    s = state_at(NIGHT, 200, 20);
    s.free_bytes = 50 * MB;
    assert_false(upkeep_wants_rewrite(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_the_night),
        cmocka_unit_test(it_waits_until_the_file_has_grown),
        cmocka_unit_test(once_a_night),
        cmocka_unit_test(above_the_ceiling_at_any_hour),
        cmocka_unit_test(a_full_disk_is_helped_where_it_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
