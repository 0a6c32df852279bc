/* redis_test.c: bot/store/redis*.c against the real redis-server, and against small servers of
 * the test's own where Redis would not misbehave as needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "host/err.h"
#include "host/mem.h"
#include "tests/live/support.h"

#define MANY 2000

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* What became of the commands of one test. */
struct tally {
    int want; /* is_complete() when so many callbacks came */
    int calls, ok, away, timeout, full, closed, errors;
    bool in_call; /* a redis_ function is running: no callback may come */
    char text[256];
    int64_t last;      /* of INT replies */
    bool out_of_order; /* INT replies did not rise */
    struct redis **destroy;
};

static void count_error(struct tally *tally, int error)
{
    switch (error) {
    case ERR_AWAY:
        tally->away++;
        break;
    case ERR_TIMEOUT:
        tally->timeout++;
        break;
    case ERR_FULL:
        tally->full++;
        break;
    case ERR_CLOSED:
        tally->closed++;
        break;
    default:
        fail_msg("error %d", error);
    }
}

static void on_reply(void *arg, int error, const struct redis_reply *reply)
{
    struct tally *tally = arg;
    assert_false(tally->in_call);
    tally->calls++;
    assert_int_equal(error == 0, reply != NULL);
    if (error) {
        count_error(tally, error);
        return;
    }
    tally->ok++;
    if (tally->destroy)
        redis_destroy(tally->destroy);
    if (reply->type == REDIS_ERROR)
        tally->errors++;
    if (reply->type == REDIS_INT) {
        tally->out_of_order |= reply->integer <= tally->last;
        tally->last = reply->integer;
    }
    if (reply->text)
        snprintf(tally->text, sizeof tally->text, "%s", reply->text);
}

static bool is_complete(void *arg)
{
    const struct tally *tally = arg;
    return tally->calls >= tally->want;
}

static void give(struct redis *redis, uint32_t lane, struct tally *tally, const char *a,
                 const char *b, const char *c)
{
    const char *words[] = {a, b, c};
    tally->in_call = true;
    tally->want++;
    redis_command(redis, lane, c ? 3 : b ? 2 : 1, words, NULL, on_reply, tally);
    tally->in_call = false;
}

static void eval(struct redis *redis, uint32_t lane, struct tally *tally,
                 struct redis_script *script, const char *key, const char *arg)
{
    tally->in_call = true;
    tally->want++;
    redis_eval(redis, lane, script, 1, &key, 1, &arg, NULL, on_reply, tally);
    tally->in_call = false;
}

static bool is_up(void *arg)
{
    return redis_is_up(arg);
}

static bool is_away(void *arg)
{
    return !redis_is_up(arg);
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
    give(support_redis(s), 0, &tally, "NOSUCH", NULL, NULL);
    assert_true(support_until(s, is_complete, &tally, 2000));
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
        give(support_redis(s), (uint32_t)n % 16, &lanes[n % 16], "INCR", keys[n % 16], NULL);
    assert_int_equal(redis_waiting(support_redis(s)), MANY);
    for (int i = 0; i < 16; i++) {
        assert_true(support_until(s, is_complete, &lanes[i], 5000));
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
        give(support_redis(s), 5, &tally, "INCR", "n", NULL);
    assert_true(support_until(s, is_complete, &tally, 5000));
    int64_t reads = stat_of(s, "total_reads_processed") - before;
    print_message("200 commands, %lld reads of the server\n", (long long)reads - 1);
    assert_true(reads <= 4); /* theirs, INFO's, and one for luck */
    support_stop(&s);
}

static struct redis_script append = {
    .source = "redis.call('APPEND', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])"};

static void scripts_survive_a_flush_in_order(void **state)
{
    struct support *s = support_start();
    struct redis *redis = support_redis(s);
    struct tally tally = {0};
    eval(redis, 1, &tally, &append, "k", "a");
    give(redis, 1, &tally, "APPEND", "k", "b");
    eval(redis, 1, &tally, &append, "k", "c");
    assert_true(support_until(s, is_complete, &tally, 2000));
    assert_string_equal(tally.text, "abc");
    assert_int_equal(strlen(append.sha), 40);

    give(redis, 1, &tally, "SCRIPT", "FLUSH", NULL);
    eval(redis, 1, &tally, &append, "k", "d");
    eval(redis, 2, &tally, &append, "other", "x");
    assert_true(support_until(s, is_complete, &tally, 2000));
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
    eval(support_redis(s), 1, &tally, &broken, "k", "a");
    assert_true(support_until(s, is_complete, &tally, 2000));
    assert_int_equal(tally.errors, 1);
    assert_non_null(strstr(tally.text, "ERR Error compiling"));
    support_stop(&s);
}

/* Frozen, not dead: sent commands run out of time, their outcome is unknown; and once the
 * server runs again so does all else. */
static void a_frozen_server_is_a_timeout(void **state)
{
    struct support *s = support_start();
    struct redis_config config = {
        .socket = support_socket(s), .connections = 2, .deadline_ms = 200, .max_waiting = 1000};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally tally = {0};
    kill(redis_server_pid(support_server(s)), SIGSTOP);
    int64_t start = now_ms();
    give(redis, 0, &tally, "INCR", "a", NULL);
    give(redis, 1, &tally, "INCR", "b", NULL);
    assert_true(support_until(s, is_complete, &tally, 5000));
    assert_in_range(now_ms() - start, 150, 2000);
    assert_int_equal(tally.timeout, 2);
    assert_true(support_until(s, is_away, redis, 100));
    give(redis, 0, &tally, "INCR", "a", NULL);
    assert_true(support_until(s, is_complete, &tally, 1000));
    assert_int_equal(tally.away, 1);
    kill(redis_server_pid(support_server(s)), SIGCONT);
    assert_true(support_until(s, is_up, redis, 5000));
    give(redis, 0, &tally, "GET", "a", NULL);
    assert_true(support_until(s, is_complete, &tally, 2000));
    assert_string_equal(tally.text, "1");
    redis_destroy(&redis);
    support_stop(&s);
}

struct states {
    struct redis *redis;
    int ups, downs;
    bool agree; /* redis_is_up() said the same at each call */
};

static void on_state(void *arg, bool up)
{
    struct states *states = arg;
    states->agree &= redis_is_up(states->redis) == up;
    if (up)
        states->ups++;
    else
        states->downs++;
}

/* Nobody there at the start; then a server; then it is killed while it is busy; then it is back
 * with all that was answered. */
static void refused_up_killed_and_up_again(void **state)
{
    struct loop *loop = loop_create();
    char *folder = support_folder_create();
    char *socket_path = xasprintf("%s/redis.sock", folder);
    struct redis_config config = {
        .socket = socket_path, .connections = 4, .deadline_ms = 2000, .max_waiting = MANY};
    struct states states = {.agree = true};
    states.redis = redis_create(loop, &config, on_state, &states);
    struct tally early = {0};
    give(states.redis, 0, &early, "PING", NULL, NULL);
    assert_true(support_loop_until(loop, is_complete, &early, 1000));
    assert_int_equal(early.away, 1);
    assert_false(support_loop_until(loop, is_up, states.redis, 100));

    struct redis_server_config server_config = {.data = folder, .fsync_always = true};
    const char *why = NULL;
    struct redis_server *server = redis_server_start(loop, &server_config, 0, &why);
    assert_non_null(server);
    assert_true(support_loop_until(loop, is_up, states.redis, 5000));

    struct tally load = {0};
    for (int i = 0; i < MANY; i++)
        give(states.redis, (uint32_t)i, &load, "INCR", "n", NULL);
    while (load.ok < 10)
        loop_poll(loop, 10);
    kill(redis_server_pid(server), SIGKILL);
    assert_true(support_loop_until(loop, is_complete, &load, 5000));
    assert_int_equal(load.calls, MANY);
    assert_int_equal(load.ok + load.timeout + load.away, MANY);
    print_message("killed under load: answered=%d unknown=%d unsent=%d\n", load.ok,
                  load.timeout, load.away);

    assert_true(support_loop_until(loop, is_away, states.redis, 1000));
    assert_true(support_loop_until(loop, is_up, states.redis, 5000));
    struct tally after = {0};
    give(states.redis, 0, &after, "GET", "n", NULL);
    assert_true(support_loop_until(loop, is_complete, &after, 2000));
    assert_in_range(atoi(after.text), load.ok, load.ok + load.timeout);
    assert_int_equal(states.ups, 2);
    assert_int_equal(states.downs, 1);
    assert_true(states.agree);
    redis_destroy(&states.redis);
    redis_server_stop(&server);
    loop_destroy(&loop);
    free(socket_path);
    support_folder_remove(&folder);
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
        give(redis, (uint32_t)i, &tally, "PING", NULL, NULL);
    assert_true(support_until(s, is_complete, &tally, 2000));
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
        give(redis, (uint32_t)i, &tally, "PING", NULL, NULL);
    redis_destroy(&redis);
    assert_int_equal(tally.closed, 20);

    redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally inside = {.destroy = &redis};
    for (int i = 0; i < 20; i++)
        give(redis, 7, &inside, "ECHO", "said", NULL);
    assert_true(support_until(s, is_complete, &inside, 2000));
    assert_int_equal(inside.ok, 1);
    assert_int_equal(inside.closed, 19);
    assert_string_equal(inside.text, "said");
    assert_null(redis);
    support_stop(&s);
}

/* A server of our own: takes connections, sends `bytes` to each, reads nothing. */
struct fake {
    struct loop *loop;
    struct loop_watch *watch;
    int fd;
    int accepted;
    const char *bytes;
    int clients[64];
};

static void on_client(void *arg, int events)
{
    struct fake *fake = arg;
    int fd = accept(fake->fd, NULL, NULL);
    assert_true(fd >= 0 && fake->accepted < 64);
    fake->clients[fake->accepted++] = fd;
    assert_int_equal(write(fd, fake->bytes, strlen(fake->bytes)), strlen(fake->bytes));
}

static void fake_start(struct fake *fake, struct loop *loop, const char *path,
                       const char *bytes)
{
    *fake = (struct fake){.loop = loop, .bytes = bytes};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    fake->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fake->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fake->fd, 16), 0);
    fake->watch = loop_watch_start(loop, fake->fd, LOOP_READ, on_client, fake);
}

static void fake_stop(struct fake *fake)
{
    loop_watch_stop(&fake->watch);
    for (int i = 0; i < fake->accepted; i++)
        close(fake->clients[i]);
    close(fake->fd);
}

static bool has_come_twice(void *arg)
{
    return ((struct fake *)arg)->accepted >= 2;
}

/* Refusals, loading servers, answers to nothing, other protocols, silence: none counts as up,
 * and all are tried again. */
static void strange_servers_are_not_up(void **state)
{
    static const char *const greetings[] = {"-ERR max number of clients reached\r\n",
                                            "-LOADING Redis is loading the dataset\r\n",
                                            "HTTP/1.1 400 Bad Request\r\n\r\n",
                                            "*2147483647\r\n",
                                            "$-5\r\n",
                                            "+PONG\r\n+PONG\r\n",
                                            ""};
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct loop *loop = loop_create();
        char *folder = support_folder_create();
        char *path = xasprintf("%s/s", folder);
        struct fake fake;
        fake_start(&fake, loop, path, greetings[i]);
        struct redis_config config = {
            .socket = path, .connections = 1, .deadline_ms = 80, .max_waiting = 10};
        struct states states = {.agree = true};
        states.redis = redis_create(loop, &config, on_state, &states);
        assert_true(support_loop_until(loop, has_come_twice, &fake, 5000));
        assert_int_equal(states.ups, 0);
        redis_destroy(&states.redis);
        fake_stop(&fake);
        loop_destroy(&loop);
        free(path);
        support_folder_remove(&folder);
    }
}

static void a_refused_port_is_tried_again(void **state)
{
    struct loop *loop = loop_create();
    struct redis_config config = {.host = "127.0.0.1",
                                  .port = 1,
                                  .connections = 2,
                                  .deadline_ms = 500,
                                  .max_waiting = 10};
    struct redis *redis = redis_create(loop, &config, NULL, NULL);
    assert_false(support_loop_until(loop, is_up, redis, 150));
    redis_destroy(&redis);
    loop_destroy(&loop);
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
        give(redis, 4, &tally, "INCR", "n", NULL);
    assert_true(support_until(s, is_complete, &tally, 5000));
    assert_int_equal(tally.ok, MANY);
    assert_false(tally.out_of_order);
    redis_destroy(&redis);
    support_stop(&s);
}

struct connected {
    struct support *s;
    int want;
};

static bool has_connections(void *arg)
{
    struct connected *c = arg;
    char *list = support_ask(c->s, "INFO", "clients", NULL);
    const char *line = strstr(list, "connected_clients:");
    int count = line ? atoi(line + strlen("connected_clients:")) : 0;
    free(list);
    return count == c->want;
}

/* One connection lives on: every lane goes over it, in order, until the others are back. */
static void lost_connections_are_stood_in_for(void **state)
{
    struct support *s = support_start();
    struct redis *redis = support_redis(s);
    struct connected all = {s, REDIS_CONNECTIONS};
    assert_true(support_until(s, has_connections, &all, 2000));
    struct tally lanes[8] = {0};
    char keys[8][16];
    for (int i = 0; i < 8; i++)
        snprintf(keys[i], sizeof keys[i], "n%d", i);
    for (int round = 0; round < 5; round++) {
        char *killed = support_ask(s, "CLIENT", "KILL", "TYPE", "normal", NULL);
        assert_string_equal(killed, "3");
        free(killed);
        loop_poll(support_loop(s), 1);
        loop_poll(support_loop(s), 1);
        for (int n = 0; n < 400; n++) {
            give(redis, (uint32_t)n % 8, &lanes[n % 8], "INCR", keys[n % 8], NULL);
            if (n % 16 == 0)
                loop_poll(support_loop(s), 1);
        }
        for (int i = 0; i < 8; i++) {
            assert_true(support_until(s, is_complete, &lanes[i], 5000));
            assert_int_equal(lanes[i].ok, lanes[i].want);
            assert_false(lanes[i].out_of_order);
        }
        assert_true(support_until(s, has_connections, &all, 5000));
    }
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
        cmocka_unit_test(a_frozen_server_is_a_timeout),
        cmocka_unit_test(refused_up_killed_and_up_again),
        cmocka_unit_test(beyond_the_cap_it_is_full),
        cmocka_unit_test(destroying_tells_everybody),
        cmocka_unit_test(strange_servers_are_not_up),
        cmocka_unit_test(a_refused_port_is_tried_again),
        cmocka_unit_test(a_port_works_like_a_socket),
        cmocka_unit_test(lost_connections_are_stood_in_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
