/* redis_lost_test.c: bot/store/redis*.c when the server is frozen, killed, away, full, or no
 * Redis at all; for the last, small servers of the test's own.
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
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/mem.h"
#include "tests/live/support.h"
#include "tests/live/tally.h"

#define MANY 2000

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Returns when it stands still: the signal alone takes its time. */
static void freeze(struct support *s)
{
    pid_t pid = redis_server_pid(support_server(s));
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
}

static bool is_up(void *arg)
{
    return redis_is_up(arg);
}

static bool is_away(void *arg)
{
    return !redis_is_up(arg);
}

/* Frozen, not dead: sent commands run out of time, their outcome is unknown; and once the
 * server runs again so does all else. */
static void a_frozen_server_is_a_timeout(void **state)
{
    struct support *s = support_start();
    struct redis_config config = {
        .socket = support_socket(s), .connections = 1, .deadline_ms = 200, .max_waiting = 1000};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    struct tally tally = {0};
    freeze(s);
    int64_t start = now_ms();
    tally_command(redis, 0, &tally, "INCR", "a", NULL);
    tally_command(redis, 1, &tally, "INCR", "b", NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 5000));
    assert_in_range(now_ms() - start, 150, 2000);
    assert_int_equal(tally.timeout, 2);
    assert_true(support_until(s, is_away, redis, 100));
    tally_command(redis, 0, &tally, "INCR", "a", NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 1000));
    assert_int_equal(tally.away, 1);
    kill(redis_server_pid(support_server(s)), SIGCONT);
    assert_true(support_until(s, is_up, redis, 5000));
    tally_command(redis, 0, &tally, "GET", "a", NULL);
    assert_true(support_until(s, tally_is_complete, &tally, 2000));
    assert_string_equal(tally.text, "1");
    redis_destroy(&redis);
    support_stop(&s);
}

/* More than the socket holds is given to a frozen server. What never left is ERR_AWAY, and was
 * not done when the server goes on; what left is unknown. */
static void what_never_left_is_away(void **state)
{
    struct support *s = support_start();
    struct redis_config config = {
        .socket = support_socket(s), .connections = 1, .deadline_ms = 200, .max_waiting = MANY};
    struct redis *redis = redis_create(support_loop(s), &config, NULL, NULL);
    assert_true(support_until(s, is_up, redis, 2000));
    char *text = xmalloc(20001);
    memset(text, 'x', 20000);
    text[20000] = '\0';
    struct tally tally = {0};
    freeze(s);
    for (int i = 0; i < 200; i++)
        tally_command(redis, 0, &tally, "RPUSH", "list", text);
    assert_true(support_until(s, tally_is_complete, &tally, 5000));
    kill(redis_server_pid(support_server(s)), SIGCONT);
    print_message("unknown=%d unsent=%d\n", tally.timeout, tally.away);
    assert_true(tally.timeout > 0 && tally.away > 100);
    assert_int_equal(tally.timeout + tally.away, 200);
    assert_true(support_until(s, is_up, redis, 5000));
    char *length = support_ask(s, "LLEN", "list", NULL);
    assert_true(atoi(length) <= tally.timeout);
    free(length);
    free(text);
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
    tally_command(states.redis, 0, &early, "PING", NULL, NULL);
    assert_true(support_loop_until(loop, tally_is_complete, &early, 1000));
    assert_int_equal(early.away, 1);
    assert_false(support_loop_until(loop, is_up, states.redis, 100));

    struct redis_server_config server_config = {.data = folder, .fsync_always = true};
    const char *why = NULL;
    struct redis_server *server = redis_server_start(loop, &server_config, 0, &why);
    assert_non_null(server);
    assert_true(support_loop_until(loop, is_up, states.redis, 5000));

    struct tally load = {0};
    for (int i = 0; i < MANY; i++)
        tally_command(states.redis, (uint32_t)i, &load, "INCR", "n", NULL);
    while (load.ok < 10)
        loop_poll(loop, 10);
    kill(redis_server_pid(server), SIGKILL);
    assert_true(support_loop_until(loop, tally_is_complete, &load, 5000));
    assert_int_equal(load.calls, MANY);
    assert_int_equal(load.ok + load.timeout + load.away, MANY);
    print_message("killed under load: answered=%d unknown=%d unsent=%d\n", load.ok,
                  load.timeout, load.away);

    assert_true(support_loop_until(loop, is_away, states.redis, 1000));
    assert_true(support_loop_until(loop, is_up, states.redis, 5000));
    struct tally after = {0};
    tally_command(states.redis, 0, &after, "GET", "n", NULL);
    assert_true(support_loop_until(loop, tally_is_complete, &after, 2000));
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

/* One connection lives on: every lane goes over it, in order, also when the others are back
 * while it still has much to do. */
static void lost_connections_are_stood_in_for(void **state)
{
    struct support *s = support_start();
    struct redis *redis = support_redis(s);
    struct connected all = {s, REDIS_CONNECTIONS};
    struct tally lanes[8] = {0};
    char keys[8][16], text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    for (int i = 0; i < 8; i++)
        snprintf(keys[i], sizeof keys[i], "list%d", i);
    for (int round = 0; round < 3; round++) {
        assert_true(support_until(s, has_connections, &all, 5000));
        char *killed = support_ask(s, "CLIENT", "KILL", "TYPE", "normal", NULL);
        assert_string_equal(killed, "3");
        free(killed);
        loop_poll(support_loop(s), 1);
        loop_poll(support_loop(s), 1);
        for (int n = 0; n < 2000; n++)
            tally_command(redis, (uint32_t)n % 8, &lanes[n % 8], "RPUSH", keys[n % 8], text);
        for (int more = 0; more < 200 && redis_waiting(redis) > 50; more++) {
            for (int i = 0; i < 8; i++)
                tally_command(redis, (uint32_t)i, &lanes[i], "RPUSH", keys[i], "short");
            loop_poll(support_loop(s), 1);
        }
        for (int i = 0; i < 8; i++) {
            assert_true(support_until(s, tally_is_complete, &lanes[i], 20000));
            assert_int_equal(lanes[i].calls, lanes[i].want);
            assert_false(lanes[i].out_of_order);
        }
    }
    /* A loss that is noticed late costs what was given meanwhile; the rest was stood in for. */
    int answered = 0;
    for (int i = 0; i < 8; i++)
        answered += lanes[i].ok;
    assert_true(answered >= 3000);
    support_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frozen_server_is_a_timeout),
        cmocka_unit_test(what_never_left_is_away),
        cmocka_unit_test(refused_up_killed_and_up_again),
        cmocka_unit_test(strange_servers_are_not_up),
        cmocka_unit_test(a_refused_port_is_tried_again),
        cmocka_unit_test(lost_connections_are_stood_in_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
