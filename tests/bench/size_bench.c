/* size_bench.c: what size costs: a district of 219 grids (37 communities, 1,000 groups) in one
 * process with a real redis-server. Memory at rest and after a million lines of chat; the cost
 * of a turn with 100 and with 100,000 open events; a start on all of it, redis-server included,
 * to the first answer. Costs are processor time of both, since the machine may have other work;
 * the targets are those of DESIGN §10. LINES overrides the million.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "tests/live/district.h"

#define TURNS 130 /* four rounds of different places in one building */
#define MANY 100000

static struct district district;
static int failed;

/* Copies the community's first event `count` times over its buildings, as open events. */
static const char clone[] =
    "local t, from, count, due = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]\n"
    "local e, trail = redis.call('HGETALL', t .. ':e:1'), redis.call('LRANGE', t .. ':t:1', 0, "
    "-1)\n"
    "for i = from, from + count - 1 do\n"
    "  redis.call('HSET', t .. ':e:' .. i, unpack(e))\n"
    "  redis.call('RPUSH', t .. ':t:' .. i, unpack(trail))\n"
    "  redis.call('ZADD', t .. ':open', i, i)\n"
    "  redis.call('ZADD', t .. ':timers', due + i, 'e' .. i .. ':finish')\n"
    "  redis.call('HSET', t .. ':timer', 'e' .. i .. ':finish', i .. "
    "'|{\"h\":\"ladder\",\"n\":\"finish\",\"g\":\"b1\"}')\n"
    "  local b, u, f = i % tonumber(ARGV[6]) + tonumber(ARGV[5]), i % 4 + 1, i % 33 + 1\n"
    "  for _, c in ipairs({'lighting', '*'}) do\n"
    "    redis.call('ZADD', t .. ':at:' .. b .. ':' .. c, i, i .. ':' .. u .. ':' .. f)\n"
    "  end\n"
    "  redis.call('ZADD', t .. ':m:m-0067', i, i)\n"
    "end\n"
    "redis.call('HSET', t .. ':n', 'event', from + count - 1)\n"
    "return from + count - 1";

static double own_ms(const struct rusage *own)
{
    return (double)(own->ru_utime.tv_sec + own->ru_stime.tv_sec) * 1e3 +
           (double)(own->ru_utime.tv_usec + own->ru_stime.tv_usec) / 1e3;
}

static double cpu_ms(void)
{
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    double ms = own_ms(&own);
    char path[40];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)redis_server_pid(district.server));
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                       &user, &system) != 2)
        user = system = 0;
    if (file)
        fclose(file);
    return ms + (double)(user + system) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

static double wall_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double rss_mb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void row(const char *what, double value, const char *unit, double most)
{
    bool ok = value <= most;
    failed += !ok;
    printf("%-58s %8.2f %-3s must be at most %g%s\n", what, value, unit, most,
           ok ? "" : "   MISSED");
    fflush(stdout);
}

/* All in the same building, so that as many neighbours are near in every round. */
static void report(int number)
{
    static const char *const things[] = {"灯不亮", "水管漏水", "墙皮掉了", "垃圾没人清"};
    char name[24], text[80];
    snprintf(name, sizeof name, "住户%d", number);
    snprintf(text, sizeof text, "%d单元%d楼%s", number / 4 % 4 + 1, number / 16 % 33 + 1,
             things[number % 4]);
    district_say(&district, "c01-b1", name, text, false);
}

static double turns_cost_us(int from)
{
    double before = cpu_ms();
    struct rusage began;
    getrusage(RUSAGE_SELF, &began);
    for (int i = 0; i < TURNS; i++) {
        report(from + i);
        if (i % 20 == 19 && !district_settle(&district))
            failed++;
    }
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    double cost = (cpu_ms() - before) * 1e3 / TURNS;
    printf("  %d turns: %.0f us each, of which Loubot %.0f\n", TURNS, cost,
           (own_ms(&own) - own_ms(&began)) * 1e3 / TURNS);
    return cost;
}

/* So many open events in a community, in `count` buildings from `first` on. */
static void fill(size_t community, int events, const char *first, const char *count)
{
    char due[24], tag[32], from[16], many[16], number[48];
    snprintf(due, sizeof due, "%lld", (long long)DISTRICT_START_MS + 86400000LL * 30);
    snprintf(tag, sizeof tag, "{c%02zu}", community + 1);
    snprintf(number, sizeof number, "%s:n", tag);
    char *last = district_ask(&district, 3, (const char *const[]){"HGET", number, "event"});
    snprintf(from, sizeof from, "%d", atoi(last) + 1);
    snprintf(many, sizeof many, "%d", events);
    free(last);
    free(district_ask(
        &district, 9,
        (const char *const[]){"EVAL", clone, "0", tag, from, many, due, first, count}));
}

/* The first event of every community, to be copied. */
static void begin_all(void)
{
    for (size_t i = 0; i < district.count; i++) {
        char group[40];
        snprintf(group, sizeof group, "c%02zu-b1", i + 1);
        district_say(&district, group, "住户", "3单元33楼门禁坏了", false);
    }
    failed += !district_settle(&district);
}

static void chat(long lines)
{
    static const char *const words[] = {"早上好", "今天天气真好", "谁家的快递放门口了",
                                        "有人拼菜吗", "好的，谢谢"};
    for (long i = 0; i < lines; i++) {
        char group[24], name[24];
        snprintf(group, sizeof group, "c%02ld-b%ld", i % 36 + 1, i / 36 % 27 + 1);
        snprintf(name, sizeof name, "住户%ld", i % 5000);
        district_say(&district, group, name, words[i % 5], false);
        if (i % 100 == 0 && !district_settle(&district))
            failed++;
    }
}

int main(void)
{
    const char *lines = getenv("LINES");
    log_set_level(LOG_ERROR);
    if (!district_start(&district, DISTRICT_GRIDS, 1))
        return 1;
    row("memory at rest, 1,000 groups", rss_mb(), "MB", 20);
    chat(lines ? atol(lines) : 1000000);
    row("memory after a million lines", rss_mb(), "MB", 20);
    begin_all();
    fill(0, 100, "1", "1");
    turns_cost_us(0); /* warm */
    double few = turns_cost_us(TURNS);
    for (size_t i = 0; i < district.count; i++)
        fill(i, MANY / (int)district.count, i ? "1" : "2", i ? "14" : "26");
    turns_cost_us(2 * TURNS); /* Redis has grown: its tables move over */
    double many = turns_cost_us(3 * TURNS);
    printf("a report: %.0f us with %d open events, %.0f us with %d\n", few, 100, many, MANY);
    row("a turn with 100,000 open events against few", many / few, "", 1.2);
    double wall = wall_ms(), cpu = cpu_ms();
    uint64_t sends = district.sends;
    district_restart(&district, false);
    district_say(&district, "c01-b2", "住户", "3单元32楼门禁坏了", false);
    while (district.sends == sends && wall_ms() - wall < 30000)
        loop_poll(district.loop, 10);
    row("start on all of it to the first answer, processor time", cpu_ms() - cpu, "ms", 1000);
    printf("  (%.0f ms by the clock)\n", wall_ms() - wall);
    district_stop(&district);
    return failed ? 1 : 0;
}
