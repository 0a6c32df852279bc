/* The operator's lines: once an hour a cause; too many lines of one person in a minute; another
 * bot that talks to ours. Read from the log, on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/clock.h"
#include "turn/flood.h"
#include "turn/internal.h"

#define START_MS 1772413200000
#define A_MINUTE_MS 60000
#define AN_HOUR_MS 3600000

static struct core core;
static struct queue queue;
static FILE *kept;
static int former;

static int set_up(void **state)
{
    (void)state;
    core = (struct core){.config.clock = clock_create_virtual(START_MS)};
    core.flood = flood_create();
    static char key[] = "nanfeng b4";
    queue = (struct queue){.core = &core, .key = key};
    kept = tmpfile();
    former = dup(STDERR_FILENO);
    dup2(fileno(kept), STDERR_FILENO);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dup2(former, STDERR_FILENO);
    close(former);
    fclose(kept);
    flood_destroy(&core.flood);
    clock_destroy(&core.config.clock);
    return 0;
}

/* Lines of the log that hold this. */
static unsigned lines_with(const char *text)
{
    char line[1000];
    unsigned count = 0;
    fflush(stderr);
    rewind(kept);
    while (fgets(line, sizeof line, kept))
        count += strstr(line, text) != NULL;
    return count;
}

static void later(int64_t by_ms)
{
    clock_set_ms(core.config.clock, clock_now_ms(core.config.clock) + by_ms);
}

static void lines_of(const char *user, int count)
{
    struct input input = {.kind = INPUT_MESSAGE, .user = user};
    for (int i = 0; i < count; i++)
        flood_note_line(&queue, &input);
}

static void a_cause_is_told_once_an_hour(void **state)
{
    (void)state;
    flood_tell(&core, "repeats m-1", "told again");
    flood_tell(&core, "repeats m-1", "told again");
    assert_int_equal(lines_with("told again"), 1);
    flood_tell(&core, "repeats m-2", "told again");
    assert_int_equal(lines_with("told again"), 2);
    later(AN_HOUR_MS - 1);
    flood_tell(&core, "repeats m-1", "told again");
    assert_int_equal(lines_with("told again"), 2);
    later(1);
    flood_tell(&core, "repeats m-1", "told again");
    assert_int_equal(lines_with("told again"), 3);
}

static void forty_lines_a_minute_are_told(void **state)
{
    (void)state;
    lines_of("u1", 39);
    lines_of("u2", 39);
    assert_int_equal(lines_with("member=u"), 0);
    lines_of("u1", 1);
    assert_int_equal(lines_with("member=u1: more lines"), 1);
    assert_int_equal(lines_with("member=u2"), 0);
    lines_of("u1", 100);
    later(A_MINUTE_MS);
    lines_of("u1", 100);
    assert_int_equal(lines_with("member=u1"), 1);
    lines_of("u2", 39);
    assert_int_equal(lines_with("member=u2"), 0);
    later(AN_HOUR_MS);
    lines_of("u1", 40);
    assert_int_equal(lines_with("member=u1"), 2);
}

static void lines_read_back_are_no_flood(void **state)
{
    (void)state;
    struct input input = {.kind = INPUT_MESSAGE, .user = "u1", .backfilled = true};
    for (int i = 0; i < 100; i++)
        flood_note_line(&queue, &input);
    assert_int_equal(lines_with("member="), 0);
}

static void a_bot_that_quotes_ours_is_told(void **state)
{
    (void)state;
    struct segment quote = {.kind = SEGMENT_REPLY, .id = "77"};
    struct input talk = {.kind = INPUT_MESSAGE, .user = "bot2", .from_bot = true};
    struct input quoting = talk;
    quoting.segments = &quote;
    quoting.segment_count = 1;
    for (int i = 0; i < 30; i++)
        flood_note_bot(&queue, &talk);
    for (int i = 0; i < 9; i++)
        flood_note_bot(&queue, &quoting);
    assert_int_equal(lines_with("member=bot2"), 0);
    for (int i = 0; i < 30; i++)
        flood_note_bot(&queue, &quoting);
    assert_int_equal(lines_with("member=bot2: another bot"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_cause_is_told_once_an_hour),
        TEST(forty_lines_a_minute_are_told),
        TEST(lines_read_back_are_no_flood),
        TEST(a_bot_that_quotes_ours_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
