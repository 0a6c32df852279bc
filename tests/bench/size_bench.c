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

#define TURNS 60
#define ROUNDS 8       /* of different places in one building */
#define YEAR (400 * 365) /* events of 219 grids, as the soak has them */
#define KEPT (400 * 90) /* of these still in Redis: archived less than 90 days ago */
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

/* Copies it `count` times as archived long ago: figures only; `kept` more as archived lately.
 */
static const char age[] =
    "local t, from, count, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), "
    "tonumber(ARGV[4])\n"
    "local e, trail = redis.call('HGETALL', t .. ':e:1'), redis.call('LRANGE', t .. ':t:1', 0, "
    "-1)\n"
    "for k = 1, #e, 2 do if e[k] == 'b' then e[k + 1] = e[k + 1]:gsub('\"state\":\"%a+\"', "
    "'\"state\":\"archived\"') end end\n"
    "while #trail < 10 do trail[#trail + 1] = trail[#trail] end\n"
    "for i = from, from + count - 1 do\n"
    "  redis.call('HSET', t .. ':past:' .. math.floor(i / 128), i, ARGV[5])\n"
    "end\n"
    "for i = from + count, from + count + kept - 1 do\n"
    "  redis.call('HSET', t .. ':e:' .. i, unpack(e))\n"
    "  redis.call('RPUSH', t .. ':t:' .. i, unpack(trail))\n"
    "  redis.call('ZADD', t .. ':old', tonumber(ARGV[6]) + i, i)\n"
    "end\n"
    "redis.call('HSET', t .. ':n', 'event', from + count + kept - 1)\n";

static const char figures[] =
    "{\"month\":\"2025-06\",\"building\":\"4\",\"unit\":\"3\",\"category\":\"lighting\","
    "\"class\":\"WY01\",\"owner\":\"property\",\"outcome\":\"resolved\",\"rating\":\"good\","
    "\"opened\":1749000000000,\"accepted\":1749003600000,\"done\":1749090000000,"
    "\"due\":1749180000000,\"level\":1,\"households\":2}";

static double own_ms(const struct rusage *own)
{
    return (double)(own->ru_utime.tv_sec + own->ru_stime.tv_sec) * 1e3 +
           (double)(own->ru_utime.tv_usec + own->ru_stime.tv_usec) / 1e3;
}

static double own_cpu_ms(void)
{
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    return own_ms(&own);
}

static double redis_cpu_ms(void)
{
    char path[48];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", redis_server_pid(district.server));
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%llu", &ns) != 1)
        ns = 0;
    if (file)
        fclose(file);
    return (double)ns / 1e6;
}

static double cpu_ms(void)
{
    return own_cpu_ms() + redis_cpu_ms();
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

/* All rounds in a building, so that as many neighbours are near in every round; everybody
 * reports once, since what is already his own is read with his next report. */
static void report(int round, int number)
{
    static const char *const things[] = {"灯不亮", "水管漏水", "墙皮掉了", "垃圾没人清"};
    char name[24], text[80], group[16];
    number += round % ROUNDS * TURNS;
    snprintf(group, sizeof group, "c01-b%d", round / ROUNDS + 1);
    snprintf(name, sizeof name, "住户%d", round / ROUNDS * 10000 + number);
    snprintf(text, sizeof text, "%d单元%d楼%s", number / 4 % 4 + 1, number / 16 % 33 + 1,
             things[number % 4]);
    district_say(&district, group, name, text, false);
}

static double round_cost_us(int round)
{
    double before = cpu_ms(), own_before = own_cpu_ms();
    for (int i = 0; i < TURNS; i++) {
        report(round, i);
        if (i % 20 == 19 && !district_settle(&district))
            failed++;
    }
    failed += !district_settle(&district);
    double cost = (cpu_ms() - before) * 1e3 / TURNS;
    printf("  %d turns: %.0f us each, of which Loubot %.0f\n", TURNS, cost,
           (own_cpu_ms() - own_before) * 1e3 / TURNS);
    return cost;
}

/* The cheapest round of a building; the first one only warms, since Redis may have grown and
 * moves its tables over then. The rest is what else the machine does. */
static double turns_cost_us(int building)
{
    double least = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double cost = round_cost_us((building - 1) * ROUNDS + i);
        if (i > 0 && (least == 0 || cost < least))
            least = cost;
    }
    return least;
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

/* So many keys at once make Redis move its table of keys over, a piece at each look into it,
 * which would be counted with the turns that come next. */
static void let_tables_grow(void)
{
    static const char looks[] = "for i = 1, redis.call('DBSIZE') * 3 do "
                                "redis.call('EXISTS', 'nothing') end";
    free(district_ask(&district, 3, (const char *const[]){"EVAL", looks, "0"}));
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

static void age_one(size_t community)
{
    char past[16], kept[16], at[24], tag[32];
    snprintf(past, sizeof past, "%d", (YEAR - KEPT) / (int)district.count);
    snprintf(kept, sizeof kept, "%d", KEPT / (int)district.count);
    snprintf(at, sizeof at, "%lld", (long long)DISTRICT_START_MS - 86400000LL * 30);
    snprintf(tag, sizeof tag, "{c%02zu}", community + 1);
    free(district_ask(
        &district, 9,
        (const char *const[]){"EVAL", age, "0", tag, "1000", past, kept, figures, at}));
}

static double persistence(const char *what)
{
    char *info = district_ask(&district, 2, (const char *const[]){"INFO", "persistence"});
    const char *at = strstr(info, what);
    double value = at ? atof(at + strlen(what)) : 0;
    free(info);
    return value;
}

/* The file is rewritten, and as much stands behind it as may before it is rewritten again
 * (store/upkeep.c). */
static void rewrite_and_go_on(void)
{
    free(district_ask(&district, 1, (const char *const[]){"BGREWRITEAOF"}));
    do
        usleep(50000);
    while (persistence("aof_rewrite_in_progress:") + persistence("aof_rewrite_scheduled:") > 0);
    double most = 2 * persistence("aof_base_size:");
    most = most > 32e6 ? most : 32e6;
    for (size_t i = 0; i < district.count && persistence("aof_current_size:") < most; i++)
        age_one(i);
}

/* Down to words, rosters and redis-server. The archive's files are opened by nobody who starts.
 */
static void start_again(void)
{
    for (size_t i = 0; i < district.count; i++) {
        age_one(i);
        fill(i, 60, "1", "26"); /* what is open at any time */
    }
    rewrite_and_go_on();
    printf("  append-only file: %.0f MB, %.0f of them rewritten\n",
           persistence("aof_current_size:") / 1e6, persistence("aof_base_size:") / 1e6);
    district_down(&district);
    double wall = wall_ms(), cpu = own_cpu_ms();
    uint64_t sends = district.sends;
    if (!district_up(&district)) {
        failed++;
        return;
    }
    double up = wall_ms() - wall;
    district_say(&district, "c01-b2", "住户", "3单元32楼门禁坏了", false);
    while (district.sends == sends && wall_ms() - wall < 30000)
        loop_poll(district.loop, 10);
    double all = wall_ms() - wall, ours = own_cpu_ms() - cpu, of_redis = redis_cpu_ms();
    printf("  start: %.0f ms by the clock (%.0f until Redis had loaded); processor time "
           "of Loubot %.0f, of Redis %.0f\n",
           all, up, ours, of_redis);
    row("start with a year's data to the first answer, CPU of both", ours + of_redis, "ms",
        1000);
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
    let_tables_grow();
    double few = turns_cost_us(1);
    start_again();
    for (size_t i = 0; i < district.count; i++)
        fill(i, MANY / (int)district.count, i ? "1" : "2", i ? "14" : "26");
    let_tables_grow();
    double many = turns_cost_us(2);
    printf("a report: %.0f us with %d open events, %.0f us with %d\n", few, 100, many, MANY);
    row("a turn with 100,000 open events against few", many / few, "", 1.2);
    district_stop(&district);
    return failed ? 1 : 0;
}
