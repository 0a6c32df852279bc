/* store_bench.c: how many commits a second the store takes, by connections and commits in
 * flight, on a private redis-server (`appendfsync always`).
 *
 *   store_bench [SECONDS [BYTES]]
 *
 * A commit is one EVALSHA with eight writes that stores BYTES of text (default 1200), on the
 * lane of one of 512 groups. Prints a table: commits a second, mean number of commits that
 * shared an fsync (a write of the AOF), processor time of this process a commit, latency.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "host/log.h"
#include "host/mem.h"
#include "tests/live/support.h"

#define GROUPS 512
#define SAMPLES 200000

static struct redis_script commit = {
    .source =
        "local c, g, n, text = KEYS[1], ARGV[1], redis.call('INCR', KEYS[1] .. ':number'), "
        "ARGV[3]\n"
        "if redis.call('HEXISTS', c .. ':seen:' .. g, ARGV[2]) == 1 then return 'seen' end\n"
        "redis.call('HSET', c .. ':seen:' .. g, ARGV[2], n)\n"
        "redis.call('HSET', c .. ':e:' .. n, 'v', 1, 'state', 'dispatched', 'text', text)\n"
        "redis.call('RPUSH', c .. ':t:' .. n, 'step')\n"
        "redis.call('SADD', c .. ':open:' .. g, n)\n"
        "redis.call('ZADD', c .. ':due', n, 'accept:' .. n)\n"
        "redis.call('ZADD', c .. ':out', n, 'o' .. n)\n"
        "redis.call('HSET', c .. ':o:' .. n, 'to', g, 'template', 'ack')\n"
        "return n"};

struct run {
    struct support *support;
    struct redis *redis;
    const char *text;
    int64_t next, done, failed, end_ns;
    int in_flight;
    int64_t *samples;
    int sample_count;
};

struct flight {
    struct run *run;
    int64_t since_ns;
};

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static double own_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void on_commit(void *arg, int error, const struct redis_reply *reply);

static void give(struct flight *flight)
{
    struct run *run = flight->run;
    char group[16], input[24];
    uint32_t lane = (uint32_t)(run->next % GROUPS);
    snprintf(group, sizeof group, "g%u", lane);
    snprintf(input, sizeof input, "%llx", (unsigned long long)run->next++);
    const char *key = "{bench}";
    const char *args[] = {group, input, run->text};
    flight->since_ns = now_ns();
    redis_eval(run->redis, lane, &commit, 1, &key, 3, args, NULL, on_commit, flight);
}

static void on_commit(void *arg, int error, const struct redis_reply *reply)
{
    struct flight *flight = arg;
    struct run *run = flight->run;
    int64_t now = now_ns();
    run->done++;
    if (error || reply->type != REDIS_INT)
        run->failed++;
    if (run->sample_count < SAMPLES)
        run->samples[run->sample_count++] = now - flight->since_ns;
    if (now < run->end_ns)
        give(flight);
    else
        run->in_flight--;
}

static bool is_up(void *arg)
{
    return redis_is_up(arg);
}

static bool is_idle(void *arg)
{
    return ((struct run *)arg)->in_flight == 0;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static long long server_loops(struct support *support)
{
    char *info = support_ask(support, "INFO", "stats", NULL);
    const char *line = strstr(info, "total_reads_processed:");
    long long value = line ? atoll(line + strlen("total_reads_processed:")) : 0;
    free(info);
    return value;
}

static void measure(int connections, int flights, double seconds, const char *text)
{
    struct support *support = support_start();
    struct redis_config config = {.socket = support_socket(support),
                                  .connections = connections,
                                  .deadline_ms = 5000,
                                  .max_waiting = 100000};
    struct run run = {.support = support, .text = text, .in_flight = flights};
    run.redis = redis_create(support_loop(support), &config, NULL, NULL);
    run.samples = xcalloc(SAMPLES, sizeof run.samples[0]);
    struct flight *flight = xcalloc((size_t)flights, sizeof *flight);
    support_until(support, is_up, run.redis, 5000);
    loop_poll(support_loop(support), 50);

    long long reads = server_loops(support);
    double cpu = own_cpu_s();
    int64_t start = now_ns();
    run.end_ns = start + (int64_t)(seconds * 1e9);
    for (int i = 0; i < flights; i++) {
        flight[i].run = &run;
        give(&flight[i]);
    }
    support_until(support, is_idle, &run, (int)(seconds * 1000) + 10000);
    double took = (double)(now_ns() - start) / 1e9;
    cpu = own_cpu_s() - cpu;
    reads = server_loops(support) - reads;
    qsort(run.samples, (size_t)run.sample_count, sizeof run.samples[0], by_value);
    printf("%11d %9d %10.0f %12.1f %12.1f %8.2f %8.2f %7lld\n", connections, flights,
           (double)run.done / took, (double)run.done / (double)reads,
           cpu * 1e6 / (double)run.done, (double)run.samples[run.sample_count / 2] / 1e6,
           (double)run.samples[(int64_t)run.sample_count * 99 / 100] / 1e6,
           (long long)run.failed);
    fflush(stdout);
    redis_destroy(&run.redis);
    free(run.samples);
    free(flight);
    support_stop(&support);
}

int main(int argc, char **argv)
{
    static const int connections[] = {1, 2, 4, 8, 16};
    static const int flights[] = {1, 16, 64, 256, 1024};
    double seconds = argc > 1 ? atof(argv[1]) : 1;
    size_t bytes = argc > 2 ? (size_t)atol(argv[2]) : 1200;
    char *text = xmalloc(bytes + 1);
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    log_set_level(LOG_WARN);
    printf("connections in flight  commits/s commits/read us/commit(own) p50 ms   p99 ms  "
           "failed\n");
    for (size_t f = 0; f < sizeof flights / sizeof flights[0]; f++)
        for (size_t c = 0; c < sizeof connections / sizeof connections[0]; c++)
            measure(connections[c], flights[f], seconds, text);
    free(text);
    return 0;
}
