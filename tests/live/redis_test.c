/* redis_test.c: bot/store/redis*.c against a redis-server in good health. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/mem.h"
#include "tests/live/support.h"
#include "tests/live/tally.h"

#define MANY 2000

static bool is_up(void *arg)
{
    return redis_is_up(arg);
}

static void on_nested(void *arg, int error, const struct redis_reply *reply)
{
    int *done = arg;
    assert_int_equal(error, 0);
    assert_int_equal(reply->type, REDIS_LIST);
    assert_int_equal(reply->len, 5);
    assert_int_equal(reply->items[0]->integer, 7);
    assert_int_equal(reply->items[1]->type, REDIS_TEXT);
    assert_int_equal(reply->items[1]->len, 3);
    assert_memory_equal(reply->items[1]->text, "a\0b", 4);
    assert_int_equal(reply->items[2]->type, REDIS_LIST);
    assert_int_equal(reply->items[2]->len, 0);
    assert_int_equal(reply->items[3]->items[0]->items[0]->items[0]->items[0]->integer, 1);
    assert_int_equal(reply->items[4]->type, REDIS_NIL);
    *done = 1;
}

static bool is_set(void *arg)
{
    return *(int *)arg != 0;
}

static void replies_keep_their_shape(void **state)
{
    struct support *s = support_start();
    int done = 0;
    const char *words[] = {"EVAL", "return {7, ARGV[1], {}, {{{{1}}}}, false}", "0", "a\0b"};
    size_t lens[] = {4, strlen(words[1]), 1, 3};
    redis_command(support_redis(s), 9, 4, words, lens, on_nested, &done);
    assert_true(support_until(s, is_set, &done, 2000));
    struct tally tally = {0};
    tally_command(support_redis(s), 0, &tally, "NOSUCH", NULL, NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_int_equal(tally.errors, 1);
    assert_non_null(strstr(tally.text, "unknown command"));
    char *big = xmalloc(3000001);
    memset(big, 'x', 3000000);
    big[3000000] = '\0';
    free(support_ask(s, "SET", "big", big, NULL));
    char *back = support_ask(s, "GET", "big", NULL);
    assert_string_equal(back, big);
    free(back);
    free(big);
    support_stop(&s);
}

static void a_lane_keeps_its_order(void **state)
{
    struct support *s = support_start();
    struct tally lanes[16] = {0};
    char keys[16][16];
    for (int i = 0; i < 16; i++)
        snprintf(keys[i], sizeof keys[i], "n%d", i);
    for (int n = 0; n < MANY; n++)
        tally_command(support_redis(s), (uint32_t)n % 16, &lanes[n % 16], "INCR", keys[n % 16],
                      NULL);
    assert_int_equal(redis_waiting(support_redis(s)), MANY);
    for (int i = 0; i < 16; i++) {
        assert_true(support_until(s, tally_is_complete, &lanes[i], 5000));
        assert_int_equal(lanes[i].ok, MANY / 16);
        assert_false(lanes[i].out_of_order);
    }
    assert_int_equal(redis_waiting(support_redis(s)), 0);
    support_stop(&s);
}

static int64_t stat_of(struct support *s, const char *name)
{
    char *info = support_ask(s, "INFO", "stats", NULL);
    char *line = strstr(info, name);
    assert_non_null(line);
    int64_t value = atoll(line + strlen(name) + 1);
    free(info);
    return value;
}

/* Commands of one round on one lane: Redis reads them all at once. */
static void a_round_is_one_write(void **state)
{
    struct support *s = support_start();
    int64_t before = stat_of(s, "total_reads_processed");
    struct tally tally = {0};
    for (int i = 0; i < 200; i++)
        tally_command(support_redis(s), 5, &tally, "INCR", "n", NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 5000));
    int64_t reads = stat_of(s, "total_reads_processed") - before;
    print_message("200 commands, %lld reads of the server\n", (long long)reads - 1);
    assert_true(reads <= 20); /* theirs, of which a pipe may make some, and INFO's */
    support_stop(&s);
}

static struct redis_script append = {
    .source = "redis.call('APPEND', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])"};

static void scripts_survive_a_flush_in_order(void **state)
{
    struct support *s = support_start();
    struct redis *redis = support_redis(s);
    struct tally tally = {0};
    tally_eval(redis, 1, &tally, &append, "k", "a");
    tally_command(redis, 1, &tally, "APPEND", "k", "b");
    tally_eval(redis, 1, &tally, &append, "k", "c");
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_string_equal(tally.text, "abc");
    assert_int_equal(strlen(append.sha), 40);

    tally_command(redis, 1, &tally, "SCRIPT", "FLUSH", NULL);
    tally_eval(redis, 1, &tally, &append, "k", "d");
    tally_eval(redis, 2, &tally, &append, "other", "x");
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_int_equal(tally.errors, 0);
    char *text = support_ask(s, "GET", "k", NULL);
    assert_string_equal(text, "abcd");
    free(text);
    text = support_ask(s, "SCRIPT", "EXISTS", append.sha, NULL);
    assert_string_equal(text, "1");
    free(text);
    support_stop(&s);
}

static void a_broken_script_says_so(void **state)
{
    struct support *s = support_start();
    static struct redis_script broken = {.source = "this is no Lua"};
    struct tally tally = {0};
    tally_eval(support_redis(s), 1, &tally, &broken, "k", "a");
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_int_equal(tally.errors, 1);
    assert_non_null(strstr(tally.text, "ERR Error compiling"));
    support_stop(&s);
}

static void beyond_the_cap_it_is_full(void **state)
{
    struct support *s = support_start();
    struct redis_config config = {
        .socket = support_socket(s), .connections = 2, .deadline_ms = 2000, .max_waiting = 10};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally tally = {0};
    for (int i = 0; i < 25; i++)
        tally_command(redis, (uint32_t)i, &tally, "PING", NULL, NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_int_equal(tally.ok, 10);
    assert_int_equal(tally.full, 15);
    redis_destroy(&redis);
    assert_null(redis);
    redis_destroy(&redis);
    support_stop(&s);
}

static void destroying_tells_everybody(void **state)
{
    struct support *s = support_start();
    struct redis_config config = {
        .socket = support_socket(s), .connections = 3, .deadline_ms = 2000, .max_waiting = 100};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally tally = {0};
    for (int i = 0; i < 20; i++)
        tally_command(redis, (uint32_t)i, &tally, "PING", NULL, NULL);
    redis_destroy(&redis);
    assert_int_equal(tally.closed, 20);

    redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally inside = {.destroy = &redis};
    for (int i = 0; i < 20; i++)
        tally_command(redis, 7, &inside, "ECHO", "said", NULL);
    assert_true(support_until(s, tally_is_complete, &inside, 2000));
    assert_int_equal(inside.ok, 1);
    assert_int_equal(inside.closed, 19);
    assert_string_equal(inside.text, "said");
    assert_null(redis);
    support_stop(&s);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void a_port_works_like_a_socket(void **state)
{
    struct support *s = support_start();
    int port = free_port();
    char *text = xasprintf("%d", port);
    char *answer = support_ask(s, "CONFIG", "SET", "bind", "127.0.0.1", "port", text, NULL);
    assert_string_equal(answer, "OK");
    free(answer);
    free(text);
    struct redis_config config = {.host = "127.0.0.1",
                                  .port = port,
                                  .connections = 3,
                                  .deadline_ms = 2000,
                                  .max_waiting = MANY};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally tally = {0};
    for (int i = 0; i < MANY; i++)
        tally_command(redis, 4, &tally, "INCR", "n", NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 5000));
    assert_int_equal(tally.ok, MANY);
    assert_false(tally.out_of_order);
    redis_destroy(&redis);
    support_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_keep_their_shape),
        cmocka_unit_test(a_lane_keeps_its_order),
        cmocka_unit_test(a_round_is_one_write),
        cmocka_unit_test(scripts_survive_a_flush_in_order),
        cmocka_unit_test(a_broken_script_says_so),
        cmocka_unit_test(beyond_the_cap_it_is_full),
        cmocka_unit_test(destroying_tells_everybody),
        cmocka_unit_test(a_port_works_like_a_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
