/* Redis does what it is told and the answer is lost: a proxy of the test's own cuts one of the
 * connections there, while the others hold. What was decided is sent all the same, and what was
 * asked for in vain is asked for again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/live/core_stage.h"

#define PAIRS_MAX 64

static struct {
    pthread_t thread;
    int listener;
    char upstream[108], path[108];
    int pairs[PAIRS_MAX][2]; /* of the core, of Redis */
    size_t count;
    const char *_Atomic word; /* the answer to the next command with it is lost */
    atomic_int lost;
    atomic_bool stop;
} proxy;

static int open_socket(const char *path, bool listens)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = listens ? bind(fd, (struct sockaddr *)&address, sizeof address)
                     : connect(fd, (struct sockaddr *)&address, sizeof address);
    if (rc || (listens && listen(fd, 16)))
        abort();
    return fd;
}

static void end_pair(int *pair)
{
    close(pair[0]);
    close(pair[1]);
    pair[0] = pair[1] = -1;
}

static void pass(int *pair, int from)
{
    static char bytes[1 << 20];
    ssize_t got = recv(pair[from], bytes, sizeof bytes, 0);
    const char *word = atomic_load(&proxy.word);
    bool loses = got > 0 && from == 0 && word && memmem(bytes, (size_t)got, word, strlen(word));
    if (got <= 0 || send(pair[!from], bytes, (size_t)got, MSG_NOSIGNAL) != got) {
        end_pair(pair);
    } else if (loses) {
        atomic_store(&proxy.word, NULL);
        if (recv(pair[1], bytes, sizeof bytes, 0) > 0) /* done, and nobody hears of it */
            atomic_fetch_add(&proxy.lost, 1);
        end_pair(pair);
    }
}

static void *run(void *arg)
{
    while (!atomic_load(&proxy.stop)) {
        struct pollfd fds[1 + 2 * PAIRS_MAX] = {{.fd = proxy.listener, .events = POLLIN}};
        for (size_t i = 0; i < 2 * proxy.count; i++)
            fds[1 + i] = (struct pollfd){.fd = proxy.pairs[i / 2][i % 2], .events = POLLIN};
        size_t count = proxy.count;
        poll(fds, 1 + 2 * count, 20);
        for (size_t i = 0; i < 2 * count; i++)
            if (fds[1 + i].revents && proxy.pairs[i / 2][0] >= 0)
                pass(proxy.pairs[i / 2], (int)(i % 2));
        if (fds[0].revents && proxy.count < PAIRS_MAX) {
            int *pair = proxy.pairs[proxy.count++];
            pair[0] = accept(proxy.listener, NULL, NULL);
            pair[1] = open_socket(proxy.upstream, false);
        }
    }
    return NULL;
}

/* The next core goes through the proxy, the test's own eyes do not. */
static int set_up(void **state)
{
    if (stage_set_up(state) || !settle())
        return -1;
    stage_stop_core();
    (void)LOOK("PING");
    memset(&proxy, 0, sizeof proxy);
    snprintf(proxy.upstream, sizeof proxy.upstream, "%s", s.redis.socket);
    snprintf(proxy.path, sizeof proxy.path, "%s/proxy.sock", s.dir);
    proxy.listener = open_socket(proxy.path, true);
    s.redis.socket = proxy.path;
    return pthread_create(&proxy.thread, NULL, run, NULL);
}

static int tear_down(void **state)
{
    core_destroy(&s.core, 2000);
    atomic_store(&proxy.stop, true);
    pthread_join(proxy.thread, NULL);
    close(proxy.listener);
    for (size_t i = 0; i < proxy.count; i++)
        if (proxy.pairs[i][0] >= 0)
            end_pair(proxy.pairs[i]);
    return stage_tear_down(state);
}

static void begin(void)
{
    stage_start_core();
    assert_true(settle());
}

/* The callback of the kill points: the n-th answer from here on is lost. */
static const char *lost_point, *lost_word;

static void lose_at_point(const char *point)
{
    if (lost_point && strcmp(point, lost_point) == 0) {
        atomic_store(&proxy.word, lost_word);
        lost_point = NULL;
    }
}

static void lose_at(const char *point, const char *word)
{
    lost_point = point;
    lost_word = word;
    s.kill_point = lose_at_point;
}

static void assert_sent_once(void)
{
    for (int i = 0; i < 300 && rec.count == 0; i++)
        loop_poll(s.loop, 10);
    assert_true(settle());
    assert_int_equal(atomic_load(&proxy.lost), 1);
    assert_int_equal(rec.count, 1);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
}

static void a_commit_is_carried_out_once(void **state)
{
    lose_at("decided", "seen");
    begin();
    say("b4", "孙大姐", "楼道灯坏了");
    assert_sent_once();
}

static int decisions;

static int once_match(const struct turn *turn)
{
    return turn->meaning->report ? 50 : 0;
}

static void once_handle(struct turn *turn)
{
    if (decisions++)
        return;
    struct event *event = turn_event_new(turn);
    event_move(event, STATE_REPORTED, turn->sender->id, NULL, turn->now_ms, turn->arena);
    turn_answer(turn, "test", LANG_ZH);
}

static const struct handler once = {.name = "once",
                                    .listens = LISTEN_MESSAGE,
                                    .intents = 1u << INTENT_REPORT,
                                    .match = once_match,
                                    .handle = once_handle};

/* Decided again, it finds that all is done: what the first decision queued is sent. */
static void an_answer_that_is_no_more_needed_is_sent(void **state)
{
    static const struct handler *const handlers[] = {&once, NULL};
    s.handlers = handlers;
    decisions = 0;
    lose_at("decided", "seen");
    begin();
    say("b4", "孙大姐", "楼道灯坏了");
    assert_sent_once();
    assert_int_equal(decisions, 2);
}

/* A queue, a group's open things or the marks cannot be read now: they are later. */
static void what_was_asked_in_vain_is_asked_again(void **state)
{
    recorder.capabilities.delivery = DELIVERY_REPLAYABLE;
    (void)LOOK("SET", "{nanfeng}:outq:play:t", "x");
    (void)LOOK("SET", "{nanfeng}:live:b4", "x");
    (void)LOOK("SET", "{a:play:t}:mark", "x");
    stage_start_core();
    for (int i = 0; i < 100; i++)
        loop_poll(s.loop, 10);
    say("b4", "孙大姐", "楼道灯坏了");
    for (int i = 0; i < 30; i++)
        loop_poll(s.loop, 10);
    assert_int_equal(rec.count, 0);
    (void)LOOK("DEL", "{nanfeng}:outq:play:t", "{nanfeng}:live:b4", "{a:play:t}:mark");
    (void)LOOK("ZADD", "{nanfeng}:outq:play:t", "1", "old.1");
    (void)LOOK("HSET", "{nanfeng}:out:play:t", "old.1",
               "|0|{\"g\":\"b5\",\"l\":1,\"t\":\"test\",\"lang\":0,\"a\":[]}");
    for (int i = 0; i < 300 && rec.count < 2; i++)
        loop_poll(s.loop, 10);
    assert_true(settle());
    assert_int_equal(rec.count, 2);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
    say("b4", "孙大姐", "电梯坏了");
    assert_true(settle());
    for (int i = 0; i < 300; i++)
        loop_poll(s.loop, 10);
    assert_string_not_equal(LOOK("HLEN", "{a:play:t}:mark"), "0");
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(a_commit_is_carried_out_once),
        LIVE(an_answer_that_is_no_more_needed_is_sent),
        LIVE(what_was_asked_in_vain_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
