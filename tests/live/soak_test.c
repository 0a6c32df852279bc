/* soak_test.c: a district lives on the virtual clock, with restarts; then everybody falls
 * silent for a hundred days. At the end of both, what is stored must be sound (soak_judge.lua
 * reads Redis by itself), and neither keys, timers nor memory may have grown beyond what the
 * events themselves need (DESIGN §11: 3 KB for one of ten steps; all of Redis, with message
 * ids, sessions and seen inputs, twice that for each event that was made).
 *
 * What is still open then is what somebody accepted and nobody mends: the longest class of all
 * (a leak: 15 working days) climbs a rung each time as long has passed again, and once it is at
 * the top, he who has it is reminded every day, for good. A bot that shut it by itself would
 * lie. So each of them must have a timer, somebody who has it, and have been told to the third
 * rung.
 *
 * SOAK_DAYS (3), SOAK_GRIDS (12), SOAK_SEED; `make chaos` runs a month of 219 grids. Memory is
 * measured in plain builds only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "tests/live/district.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define STEP_MS 60000
#define QUIET_STEP_MS ((int64_t)20 * 60000)
#define QUIET_DAYS 100
#define FIGURES_MAX 64
#define EVENT_BYTES 1000 /* DESIGN §11: 3 KB with ten steps */
#define STEP_BYTES 200
#define REDIS_BYTES 6000          /* of all Redis, an event made */
#define REDIS_GROWTH (256 * 1024) /* beside them: buffers */
#define EVENT_TIMERS 5
#define SEEN_BUCKETS 20     /* of eight hours, a group: what Redis' expiry leaves */
#define GROUPS 28           /* of a community */
#define HEAP_GROWTH (2.0e6) /* of the daemon's heap, beside what people it has found */
#define PERSON_BYTES 600    /* one who was found, and what he has open, in memory */

static struct district district;
static char *script;

static struct figures {
    char names[FIGURES_MAX][40];
    double values[FIGURES_MAX];
    size_t count;
    size_t faults;
} figures;

static long number_from(const char *name, long fallback)
{
    const char *text = getenv(name);
    return text && *text ? atol(text) : fallback;
}

static double *figure(const char *name)
{
    size_t i = 0;
    while (i < figures.count && strcmp(figures.names[i], name) != 0)
        i++;
    if (i == figures.count) {
        assert_true(i < FIGURES_MAX);
        snprintf(figures.names[figures.count++], 40, "%s", name);
    }
    return &figures.values[i];
}

static void read_script(void)
{
    FILE *file = fopen("tests/live/soak_judge.lua", "r");
    if (!file)
        fail_msg("tests/live/soak_judge.lua is not here: run it from the project's folder");
    script = calloc(1, 65536);
    assert_true(fread(script, 1, 65535, file) > 0);
    fclose(file);
}

static void judge_one(size_t community, int64_t late_ms)
{
    char tag[32], now[24], late[24];
    const char *quiet = district.quiet ? "quiet" : "";
    snprintf(tag, sizeof tag, "{c%02zu}", community + 1);
    snprintf(now, sizeof now, "%lld", (long long)clock_now_ms(district.clock));
    snprintf(late, sizeof late, "%lld", (long long)late_ms);
    char *answer = district_ask(
        &district, 7, (const char *const[]){"EVAL", script, "0", tag, now, late, quiet});
    char *rest = answer;
    if (answer[0] != '=' && answer[0] != '!')
        fail_msg("the judge fails: %s", answer);
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        char name[40];
        double value;
        if (sscanf(line, "= %39s %lf", name, &value) == 2)
            *figure(name) += value;
        else
            fprintf(stderr, "%s\n", line);
    }
    free(answer);
}

/* Sums the figures of every community and tells the faults. */
static void judge(int64_t late_ms)
{
    memset(&figures, 0, sizeof figures);
    for (size_t i = 0; i < district.count; i++)
        judge_one(i, late_ms);
}

static double redis_bytes(void)
{
    char *info = district_ask(&district, 2, (const char *const[]){"INFO", "memory"});
    const char *used = strstr(info, "used_memory:");
    double bytes = used ? atof(used + 12) : 0;
    free(info);
    return bytes;
}

static double heap_bytes(void)
{
    return (double)mallinfo2().uordblks - (double)district.action_room * sizeof(struct action);
}

static double rss_mb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* Redis' own expiry is off on a virtual clock: what it would have collected (six days) goes. */
static void collect_garbage(void)
{
    static const char lua[] =
        "local n = 0 for _, k in ipairs(redis.call('KEYS', '*:seen:*')) do "
        "if tonumber(k:match('(%d+)$')) < tonumber(ARGV[1]) then n = n + redis.call('DEL', k) "
        "end end return n";
    char bucket[24];
    snprintf(bucket, sizeof bucket, "%lld",
             (long long)((clock_now_ms(district.clock) - 6 * DAY_MS) / (8 * 3600000)));
    free(district_ask(&district, 4, (const char *const[]){"EVAL", lua, "0", bucket}));
}

static void tell(const char *when)
{
    double events = *figure("keys.e");
    printf("%s: %.0f events made, %.0f open, %.0f here, %.0f in the archive; %.0f timers, "
           "%.0f live, %.0f sessions, %.0f people, %.0f seen buckets, %.0f message ids; "
           "%.1f steps and %.0f bytes an event; redis %.1f MB, heap %.2f MB, RSS %.0f MB\n",
           when, *figure("made"), *figure("open"), events, *figure("past"), *figure("timers"),
           *figure("live"), *figure("keys.s"), *figure("people"), *figure("keys.seen"),
           *figure("keys.msg"), events ? *figure("steps") / events : 0,
           events ? *figure("bytes") / events : 0, redis_bytes() / 1e6, heap_bytes() / 1e6,
           rss_mb());
    fflush(stdout);
}

static struct { /* at the end of the first day */
    double heap, people, redis, made;
} first;

static void note_first(void)
{
    first.heap = heap_bytes();
    first.people = *figure("people") + *figure("live");
    first.redis = redis_bytes();
    first.made = *figure("made");
}

/* Nothing may grow beside the events and the people. */
static void check_growth(void)
{
    double events = *figure("keys.e"), most = EVENT_BYTES * events;
    most += STEP_BYTES * *figure("steps");
    if (*figure("bytes") > most)
        fail_msg("the events take %.0f bytes, not %.0f", *figure("bytes"), most);
    assert_true(*figure("timers") <= EVENT_TIMERS * events);
    assert_true(*figure("keys.s") == *figure("live"));
    assert_true(*figure("keys.seen") <= (double)(SEEN_BUCKETS * GROUPS * district.count));
    assert_true(*figure("keys.msg") <= (double)(district.sends + district.reports));
    double redis = redis_bytes() - first.redis, made = *figure("made") - first.made;
    if (redis > REDIS_GROWTH + REDIS_BYTES * made)
        fail_msg("redis grew by %.0f bytes for %.0f events", redis, made);
    double people = *figure("people") + *figure("live") - first.people;
    double heap = heap_bytes() - first.heap;
    if (first.heap > 0 && heap > HEAP_GROWTH + PERSON_BYTES * people)
        fail_msg("the heap grew by %.0f bytes", heap);
}

static void live_a_day(long day)
{
    int64_t morning = (int64_t)(1 + district_random(&district, 22)) * 3600000;
    assert_true(district_pass(&district, morning, STEP_MS));
    district_restart(&district, day % 7 == 3);
    assert_true(district_settle(&district));
    assert_true(district_pass(&district, DAY_MS - morning, STEP_MS));
    collect_garbage();
}

static void a_district_stays_sound(void **state)
{
    long days = number_from("SOAK_DAYS", 3), grids = number_from("SOAK_GRIDS", 12);
    long seed = number_from("SOAK_SEED", 1);
    log_set_level(getenv("SOAK_LOG") ? LOG_DEBUG : LOG_ERROR);
    read_script();
    printf("seed %ld: %ld days of %ld grids\n", seed, days, grids);
    assert_true(district_start(&district, (int)grids, (uint64_t)seed));
    district.has_people = true;
    people_day(&district, clock_now_ms(district.clock) - 9 * 3600000);
    for (long day = 1; day <= days; day++) {
        live_a_day(day);
        if (day == 1 || day % 5 == 0 || day == days) {
            char when[32];
            snprintf(when, sizeof when, "day %ld", day);
            judge(2 * STEP_MS);
            tell(when);
            assert_int_equal((int)*figure("faults"), 0);
            if (day == 1)
                note_first();
            check_growth();
        }
    }
    double redis_last = redis_bytes();
    district.quiet = true;
    assert_true(district_pass(&district, QUIET_DAYS * DAY_MS, QUIET_STEP_MS));
    collect_garbage();
    judge(2 * QUIET_STEP_MS);
    tell("a hundred quiet days later");
    assert_int_equal((int)*figure("faults"), 0);
    check_growth();
    assert_true(redis_bytes() <= redis_last);
    double open = *figure("open"); /* what nobody mends */
    assert_true(open <= *figure("made") / 50 + 3);
    assert_true(*figure("timers") <= EVENT_TIMERS * open);
    assert_true(*figure("live") <= 10 * (open + 1));
    assert_int_equal((int)district.lost, 0);
    district_stop(&district);
    free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_district_stays_sound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
