/* onebot_world.h: a world for one account of the OneBot adapter: the core, the loop, the
 * WebSocket and the HTTP client are played here, on a virtual clock, so that every outage can
 * be staged and hours pass at once. Included once by each test program; its functions take the
 * place of the real ones at link time. */
#ifndef LOUBOT_TESTS_ONEBOT_WORLD_H
#define LOUBOT_TESTS_ONEBOT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/onebot/onebot.h"

#define WORLD_START 1795491418000
#define WORLD_MOST 64

struct loop_timer {
    int64_t at_ms, repeat_ms;
    loop_cb *cb;
    void *arg;
    bool used;
};

struct connection {
    char url[256], headers[256];
    struct ws_client_ops ops;
    void *arg;
    bool live, open;
    int close_code; /* asked for by the adapter */
};

struct heard {
    char group[64], user[64], message[64], text[256], picture[128], value[32];
    enum input_kind kind;
    bool backfilled, from_bot;
};

struct outcome {
    uint64_t id;
    enum sent result;
    char message[64], why[128];
    int64_t retry_ms;
};

struct request {
    char url[256], headers[256], body[1024];
    bool public_only, live;
    http_cb *cb;
    void *arg;
};

static struct world {
    struct clock *clock;
    struct conf *conf;
    struct faults *faults;
    void *state;
    struct loop_timer timers[WORLD_MOST];
    struct {
        loop_cb *cb;
        void *arg;
    } defers[WORLD_MOST];
    size_t defer_count;
    struct connection connections[WORLD_MOST];
    size_t connection_count;
    char out[WORLD_MOST][4096];
    size_t out_count, out_next;
    struct heard heard[WORLD_MOST];
    size_t heard_count;
    struct outcome outcomes[WORLD_MOST];
    size_t outcome_count;
    struct request requests[WORLD_MOST];
    size_t request_count;
    int ups, downs, backfilled, complete;
    bool full; /* the core takes nothing */
} world;

/* ---- the core -------------------------------------------------------------------------- */

const char *account_name(const struct account *account)
{
    return "test";
}
void account_set_state(struct account *account, void *state)
{
    world.state = state;
}
void *account_state(const struct account *account)
{
    return world.state;
}
struct loop *account_loop(const struct account *account)
{
    return NULL;
}
struct clock *account_clock(const struct account *account)
{
    return world.clock;
}
struct ws *account_ws(const struct account *account)
{
    return NULL;
}
struct http *account_http(const struct account *account)
{
    return NULL;
}
int account_media_put(struct account *account, const void *bytes, size_t len, char *ret_ref,
                      size_t size)
{
    if (len < 4 || memcmp(bytes, "\x89PNG", 4) != 0)
        return ERR_INVALID;
    snprintf(ret_ref, size, "media:%zu.png", len);
    return 0;
}
int account_media_get(struct account *account, const char *ref, void **ret_bytes,
                      size_t *ret_len, const char **ret_type)
{
    *ret_bytes = xstrdup("\x89PNG\r\n\x1a\n");
    *ret_len = 8;
    *ret_type = "image/png";
    return 0;
}

static void copy_to(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}
#define COPY(to, text) copy_to(to, sizeof to, text)

int bot_on_input(struct account *account, struct input *input)
{
    struct heard *heard = &world.heard[world.heard_count];
    if (world.full)
        return ERR_FULL;
    assert_true(world.heard_count++ < WORLD_MOST);
    COPY(heard->group, input->group);
    COPY(heard->user, input->user);
    COPY(heard->message, input->message);
    COPY(heard->value, input->value);
    heard->kind = input->kind;
    heard->backfilled = input->backfilled;
    heard->from_bot = input->from_bot;
    for (size_t i = 0; i < input->segment_count; i++) {
        if (input->segments[i].kind == SEGMENT_TEXT)
            COPY(heard->text, input->segments[i].text);
        if (input->segments[i].kind == SEGMENT_IMAGE)
            COPY(heard->picture, input->segments[i].text);
    }
    return 0;
}
void bot_on_sent(struct account *account, uint64_t send_id, enum sent result,
                 const char *message, int64_t retry_ms, const char *why)
{
    struct outcome *outcome = &world.outcomes[world.outcome_count++];
    *outcome = (struct outcome){.id = send_id, .result = result, .retry_ms = retry_ms};
    COPY(outcome->message, message);
    COPY(outcome->why, why);
}
void bot_on_up(struct account *account)
{
    world.ups++;
}
void bot_on_down(struct account *account, const char *why)
{
    world.downs++;
}
void bot_on_backfilled(struct account *account, const char *platform_group, bool complete)
{
    world.backfilled++;
    world.complete += complete;
}

/* ---- the loop -------------------------------------------------------------------------- */

struct loop_timer *loop_timer_start(struct loop *loop, int64_t after_ms, int64_t repeat_ms,
                                    loop_cb *cb, void *arg)
{
    for (size_t i = 0; i < WORLD_MOST; i++) {
        struct loop_timer *timer = &world.timers[i];
        if (timer->used)
            continue;
        *timer =
            (struct loop_timer){clock_now_ms(world.clock) + after_ms, repeat_ms, cb, arg, true};
        return timer;
    }
    fail_msg("too many timers");
    return NULL;
}
void loop_timer_stop(struct loop_timer **timer)
{
    if (*timer)
        (*timer)->used = false;
    *timer = NULL;
}
void loop_defer(struct loop *loop, loop_cb *cb, void *arg)
{
    loop_undefer(loop, cb, arg);
    world.defers[world.defer_count].cb = cb;
    world.defers[world.defer_count++].arg = arg;
}
void loop_undefer(struct loop *loop, loop_cb *cb, void *arg)
{
    for (size_t i = 0; i < world.defer_count; i++)
        if (world.defers[i].cb == cb && world.defers[i].arg == arg)
            world.defers[i].cb = NULL;
}

static void world_settle(void)
{
    for (size_t i = 0; i < world.defer_count; i++)
        if (world.defers[i].cb)
            world.defers[i].cb(world.defers[i].arg);
    world.defer_count = 0;
}

/* Lets time pass; due timers run on its way. */
static void world_run(int64_t for_ms)
{
    int64_t end = clock_now_ms(world.clock) + for_ms;
    world_settle();
    for (;;) {
        struct loop_timer *next = NULL;
        for (size_t i = 0; i < WORLD_MOST; i++)
            if (world.timers[i].used && (!next || world.timers[i].at_ms < next->at_ms))
                next = &world.timers[i];
        if (!next || next->at_ms > end)
            break;
        if (next->at_ms > clock_now_ms(world.clock))
            clock_set_ms(world.clock, next->at_ms);
        next->at_ms = next->repeat_ms ? next->at_ms + next->repeat_ms : INT64_MAX;
        next->cb(next->arg);
        world_settle();
    }
    clock_set_ms(world.clock, end);
}

/* ---- the WebSocket --------------------------------------------------------------------- */

ws_id ws_connect(struct ws *ws, const struct ws_client_config *config,
                 const struct ws_client_ops *ops, void *arg, const char **reterr)
{
    struct connection *connection = &world.connections[world.connection_count++];
    assert_true(world.connection_count <= WORLD_MOST);
    COPY(connection->url, config->url);
    COPY(connection->headers, config->headers);
    connection->ops = *ops;
    connection->arg = arg;
    connection->live = true;
    return world.connection_count;
}
int ws_send(struct ws *ws, ws_id id, const char *text, size_t len)
{
    assert_true(id && id <= world.connection_count && world.out_count < WORLD_MOST);
    if (!world.connections[id - 1].open)
        return ERR_CLOSED;
    copy_to(world.out[world.out_count++], sizeof *world.out, text);
    return 0;
}
void ws_close(struct ws *ws, ws_id id, int code, const char *reason)
{
    world.connections[id - 1].close_code = code;
}
void ws_drop(struct ws *ws, ws_id id)
{
    world.connections[id - 1].live = world.connections[id - 1].open = false;
}

static struct ws_server_ops server_ops;
static void *server_arg;
struct ws_server *ws_listen(struct ws *ws, const struct ws_server_config *config,
                            const struct ws_server_ops *ops, void *arg, const char **reterr)
{
    server_ops = *ops;
    server_arg = arg;
    return (struct ws_server *)&server_ops;
}
int ws_server_port(const struct ws_server *server)
{
    return 8082;
}
void ws_server_close(struct ws_server **server)
{
    *server = NULL;
}
const char *ws_header(const struct ws_request *request, const char *name, char *value,
                      size_t size)
{
    const char *const *pairs = request->lws;
    for (size_t i = 0; pairs[i]; i += 2) {
        if (strcmp(pairs[i], name) != 0)
            continue;
        copy_to(value, size, pairs[i + 1]);
        return value;
    }
    return NULL;
}
const char *ws_query(const struct ws_request *request, const char *name, char *value,
                     size_t size)
{
    char key[64];
    snprintf(key, sizeof key, "?%s", name);
    return ws_header(request, key, value, size);
}

static struct connection *newest(void)
{
    assert_true(world.connection_count > 0);
    return &world.connections[world.connection_count - 1];
}

static void world_open(void)
{
    newest()->open = true;
    newest()->ops.on_open(newest()->arg, world.connection_count);
    world_settle();
}
static void world_in(const char *text)
{
    newest()->ops.on_text(newest()->arg, world.connection_count, text, strlen(text));
    world_settle();
}
static void world_cut(int status)
{
    newest()->open = newest()->live = false;
    newest()->ops.on_close(newest()->arg, world.connection_count, status, "cut");
    world_settle();
}

/* The next frame that went out. */
static const char *world_out(void)
{
    assert_true(world.out_next < world.out_count);
    return world.out[world.out_next++];
}
/* Answers the call in `frame` (its echo is taken from there); `rest` begins with ",". */
static void world_answer(const char *frame, const char *status_and_rest)
{
    char text[8192];
    const char *echo = strstr(frame, "\"echo\":");
    assert_non_null(echo);
    snprintf(text, sizeof text, "{%s,%s", status_and_rest, echo);
    world_in(text);
}
#define OK_ANSWER "\"status\":\"ok\",\"retcode\":0,\"data\":"

/* ---- the HTTP client ------------------------------------------------------------------- */

uint64_t http_request(struct http *http, const struct http_request *request, http_cb *cb,
                      void *arg)
{
    struct request *kept = &world.requests[world.request_count++];
    assert_true(world.request_count <= WORLD_MOST);
    COPY(kept->url, request->url);
    COPY(kept->headers, request->headers);
    COPY(kept->body, request->body);
    kept->public_only = request->public_only;
    kept->cb = cb;
    kept->arg = arg;
    kept->live = true;
    return world.request_count;
}
void http_cancel(struct http *http, uint64_t id)
{
    if (id)
        world.requests[id - 1].live = false;
}

static void world_http(size_t index, int error, int status, const char *body)
{
    assert_true(index < world.request_count && world.requests[index].live);
    const struct http_answer answer = {error, status, "", body, strlen(body)};
    world.requests[index].live = false;
    world.requests[index].cb(world.requests[index].arg, &answer);
    world_settle();
}

/* ---- beginning and end ----------------------------------------------------------------- */

static int world_start(const char *yaml)
{
    world.conf = conf_read_bytes("test.yaml", yaml, strlen(yaml), world.faults);
    assert_non_null(world.conf);
    return onebot_adapter.start(NULL, conf_root(world.conf), world.faults);
}

static int world_setup(void **state)
{
    memset(&world, 0, sizeof world);
    world.clock = clock_create_virtual(WORLD_START);
    world.faults = faults_create();
    log_set_level(LOG_ERROR);
    return 0;
}

static int world_teardown(void **state)
{
    if (world.state)
        onebot_adapter.stop(NULL);
    for (size_t i = 0; i < WORLD_MOST; i++)
        assert_false(world.timers[i].used);
    for (size_t i = 0; i < world.request_count; i++)
        assert_false(world.requests[i].live);
    conf_destroy(&world.conf);
    faults_destroy(&world.faults);
    clock_destroy(&world.clock);
    return 0;
}

#define LIFECYCLE                                                                              \
    "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"meta_event\","                     \
    "\"meta_event_type\":\"lifecycle\",\"sub_type\":\"connect\"}"
#define HEARTBEAT(online)                                                                      \
    "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"meta_event\","                     \
    "\"meta_event_type\":\"heartbeat\",\"status\":{\"online\":" online "},\"interval\":30000}"
#define SAID(id, words)                                                                        \
    "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"message\",\"message_type\":"       \
    "\"group\",\"group_id\":88001,\"user_id\":42,\"message_id\":" id ",\"message\":[{"         \
    "\"type\":\"text\",\"data\":{\"text\":\"" words "\"}}]}"

/* An account that is up over one connection, its first call answered. */
static inline void world_up(void)
{
    assert_int_equal(world_start("{url: 'ws://h:1/', token: tk, self_id: '10001'}"), 0);
    world_open();
    world_in(LIFECYCLE);
    world_run(1);
    world_answer(world_out(), OK_ANSWER "{\"user_id\":10001}");
    assert_int_equal(world.ups, 1);
}

static inline int world_send(uint64_t id, const char *group, const char *text)
{
    const struct send_part parts[] = {{SEGMENT_TEXT, text, NULL}};
    const struct send send = {.id = id, .group = group, .parts = parts, .part_count = 1};
    return onebot_adapter.send(NULL, &send);
}

#endif
