/* ws_test.c: the WebSocket and HTTP server against peers on raw sockets, most of them rude, and
 * the client against such servers. One block a failure: what the peer does, then what the
 * server's owner must see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/err.h"
#include "host/mem.h"
#include "host/ws.h"
#include "tests/live/raw.h"

#define MAX_FRAME (1024 * 1024)

/* An echo server that keeps what it saw. */
struct seen {
    struct loop *loop;
    struct ws *ws;
    struct ws_server *server;
    int port, opened, closed, texts;
    ws_id last;
    int send_result;
    size_t last_len;
    bool mute, drop, flood;
    char header[100], query[100], path[200], method[10];
    struct buf body;
    char big[300000];
};

static void on_http(void *arg, const struct ws_request *request, struct ws_response *response)
{
    struct seen *s = arg;
    snprintf(s->path, sizeof s->path, "%s", request->path);
    snprintf(s->method, sizeof s->method, "%s", request->method);
    s->header[0] = s->query[0] = '\0';
    ws_header(request, "x-self-id", s->header, sizeof s->header);
    ws_query(request, "token", s->query, sizeof s->query);
    buf_clear(&s->body);
    buf_add(&s->body, request->body, request->body_len);
    if (!strcmp(request->path, "/big")) {
        memset(s->big, 'b', sizeof s->big);
        *response =
            (struct ws_response){.status = 200, .body = s->big, .body_len = sizeof s->big};
    } else if (!strcmp(request->path, "/ok")) {
        *response = (struct ws_response){.status = 200,
                                         .headers = "x-content-type-options: nosniff\n",
                                         .body = "fine",
                                         .body_len = 4};
    } else {
        response->status = 404;
    }
}

static int on_handshake(void *arg, const struct ws_request *request, void **ret_tag)
{
    struct seen *s = arg;
    char token[40];
    *ret_tag = s;
    if (strcmp(request->path, "/ws"))
        return 404;
    ws_header(request, "x-self-id", s->header, sizeof s->header);
    if (ws_header(request, "authorization", token, sizeof token) &&
        strcmp(token, "Bearer right"))
        return 401;
    return 0;
}

static void on_open(void *arg, ws_id id, void *tag)
{
    struct seen *s = arg;
    assert_ptr_equal(tag, s);
    s->opened++;
    s->last = id;
}

static void on_text(void *arg, ws_id id, void *tag, const char *text, size_t len)
{
    struct seen *s = arg;
    assert_ptr_equal(tag, s);
    assert_int_equal(text[len], 0);
    s->texts++;
    s->last_len = len;
    if (s->drop)
        ws_drop(s->ws, id);
    else if (!s->mute)
        s->send_result = ws_send(s->ws, id, text, len);
}

static void on_close(void *arg, ws_id id, void *tag)
{
    struct seen *s = arg;
    assert_ptr_equal(tag, s);
    assert_int_equal(ws_send(s->ws, id, "x", 1), ERR_CLOSED);
    s->closed++;
}

static const struct ws_server_ops ops = {on_http, on_handshake, on_open, on_text, on_close};

static int setup_with(void **state, int max_connections, int ping_s)
{
    struct seen *s = xcalloc(1, sizeof *s);
    const char *error = NULL;
    struct ws_server_config config = {.address = "127.0.0.1",
                                      .max_frame = MAX_FRAME,
                                      .max_body = 100000,
                                      .max_queued = 2 * MAX_FRAME,
                                      .max_connections = max_connections,
                                      .ping_s = ping_s};
    s->loop = loop_create();
    s->ws = ws_create(s->loop);
    assert_non_null(s->ws);
    s->server = ws_listen(s->ws, &config, &ops, s, &error);
    assert_non_null(s->server);
    s->port = ws_server_port(s->server);
    buf_init(&s->body, 200000);
    *state = s;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, 20, 0);
}

static int setup_small(void **state)
{
    return setup_with(state, 2, 1);
}

static int teardown(void **state)
{
    struct seen *s = *state;
    ws_destroy(&s->ws);
    assert_int_equal(s->opened, s->closed);
    loop_destroy(&s->loop);
    buf_finish(&s->body);
    free(s);
    return 0;
}

static void open_ws(struct seen *s, struct raw *raw)
{
    raw_open(raw, s->loop, s->port);
    assert_true(raw_ws_open(raw, "/ws", ""));
}

static void expect_text(struct raw *raw, const char *text)
{
    struct buf payload;
    buf_init(&payload, 1000);
    assert_int_equal(raw_ws_get(raw, &payload), 0x81);
    assert_string_equal(buf_text(&payload), text);
    buf_finish(&payload);
}

/* ---- messages ---- */

static void test_echo(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    assert_int_equal(s->opened, 1);
    raw_ws_put(&raw, 0x81, "楼道灯坏了", strlen("楼道灯坏了"));
    expect_text(&raw, "楼道灯坏了");
    raw_ws_put(&raw, 0x81, "", 0);
    expect_text(&raw, "");
    raw_ws_put(&raw, 0x81, "a\0b", 3);
    raw_pump(&raw, 50);
    assert_int_equal(s->last_len, 3);
    raw_close(&raw);
    assert_true(raw_run_until(s->loop, &s->closed));
}

static void test_pieces(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    raw_ws_put(&raw, 0x01, "4号", strlen("4号") - 1); /* a character is cut between frames */
    raw_ws_put(&raw, 0x89, "ping", 4);                /* a ping may come in between */
    raw_ws_put(&raw, 0x00, "4号" + strlen("4号") - 1, 1);
    raw_ws_put(&raw, 0x80, "楼", 3);
    struct buf pong;
    buf_init(&pong, 200);
    assert_int_equal(raw_ws_get(&raw, &pong), 0x8a);
    assert_string_equal(buf_text(&pong), "ping");
    buf_finish(&pong);
    expect_text(&raw, "4号楼");
    assert_int_equal(s->texts, 1);
    /* one byte at a time */
    unsigned char frame[] = {0x81, 0x82, 0, 0, 0, 0, 'o', 'k'};
    for (size_t i = 0; i < sizeof frame; i++) {
        raw_put(&raw, frame + i, 1);
        raw_pump(&raw, 5);
    }
    expect_text(&raw, "ok");
    raw_close(&raw);
}

static void test_large_message(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    struct buf payload;
    char *text = xmalloc(MAX_FRAME);
    memset(text, 'x', MAX_FRAME);
    buf_init(&payload, 2 * MAX_FRAME);
    open_ws(s, &raw);
    assert_true(raw_ws_put(&raw, 0x81, text, MAX_FRAME));
    assert_int_equal(raw_ws_get(&raw, &payload), 0x81);
    assert_int_equal(payload.len, MAX_FRAME);
    buf_finish(&payload);
    free(text);
    raw_close(&raw);
}

static void expect_refused(struct seen *s, struct raw *raw, int code)
{
    assert_int_equal(raw_ws_close_code(raw), code);
    raw_close(raw);
    assert_true(raw_run_until(s->loop, &s->closed));
    assert_int_equal(s->texts, 0);
}

static void test_binary_frame(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    raw_ws_put(&raw, 0x82, "\x00\xff", 2);
    expect_refused(s, &raw, 1003);
}

static void test_invalid_utf8(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    raw_ws_put(&raw, 0x81, "a\xc0\xaf", 3);
    expect_refused(s, &raw, 1007);
}

static void test_ten_megabytes(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    size_t len = 10 * 1024 * 1024;
    char *text = xcalloc(1, len);
    memset(text, 'x', len);
    open_ws(s, &raw);
    raw_ws_put(&raw, 0x81, text, len);
    free(text);
    raw_close(&raw);
    assert_true(raw_run_until(s->loop, &s->closed));
    assert_int_equal(s->texts, 0);
}

static void test_too_large_by_fragments(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    char text[1000] = {0};
    memset(text, 'x', sizeof text);
    open_ws(s, &raw);
    for (int i = 0; i < 1 + MAX_FRAME / 1000 && !raw.eof; i++)
        raw_ws_put(&raw, i ? 0x00 : 0x01, text, sizeof text);
    expect_refused(s, &raw, 1009);
}

static void test_broken_framing(void **state)
{
    struct seen *s = *state;
    static const int first_bytes[] = {0x80 /* continues nothing */, 0x83 /* no such opcode */,
                                      0xc1 /* compressed */, 0x09 /* a ping in pieces */};
    for (size_t i = 0; i < sizeof first_bytes / sizeof *first_bytes; i++) {
        struct raw raw;
        open_ws(s, &raw);
        raw_ws_put(&raw, first_bytes[i], "x", 1);
        assert_true(raw_wait_eof(&raw));
        raw_close(&raw);
    }
    assert_int_equal(s->texts, 0);
}

static void test_peer_that_never_reads(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    char *text = xmalloc(200000);
    memset(text, 'x', 200000);
    open_ws(s, &raw);
    s->mute = true;
    int result = 0;
    for (int i = 0; i < 1000 && !result; i++) {
        result = ws_send(s->ws, s->last, text, 200000);
        assert_true(ws_queued(s->ws, s->last) <= 2 * MAX_FRAME);
        loop_poll(s->loop, 0);
    }
    assert_int_equal(result, ERR_FULL);
    assert_int_equal(ws_send(s->ws, s->last, text, 1), ERR_CLOSED);
    assert_true(raw_run_until(s->loop, &s->closed));
    free(text);
    raw_close(&raw);
}

static void test_silent_peer(void **state)
{
    struct seen *s = *state;
    struct raw raw, good;
    struct buf payload;
    buf_init(&payload, 1000);
    open_ws(s, &raw);
    open_ws(s, &good);
    for (int i = 0; i < 4; i++) { /* answers its pings */
        assert_int_equal(raw_ws_get(&good, &payload), 0x89);
        raw_ws_put(&good, 0x8a, buf_text(&payload), payload.len);
    }
    assert_true(s->closed == 1);
    assert_true(raw_wait_eof(&raw));
    raw_ws_put(&good, 0x81, "here", 4);
    expect_text(&good, "here");
    buf_finish(&payload);
    raw_close(&raw);
    raw_close(&good);
}

static void test_close_by_owner(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    ws_send(s->ws, s->last, "bye", 3);
    ws_close(s->ws, s->last, 1008, "token");
    assert_int_equal(ws_send(s->ws, s->last, "x", 1), ERR_CLOSED);
    expect_text(&raw, "bye");
    assert_int_equal(raw_ws_close_code(&raw), 1008);
    raw_close(&raw);
    assert_true(raw_run_until(s->loop, &s->closed));
    ws_close(s->ws, s->last, 1000, "again");
}

static void test_drop_in_callback(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    open_ws(s, &raw);
    s->drop = true;
    raw_ws_put(&raw, 0x81, "x", 1);
    raw_ws_put(&raw, 0x81, "y", 1);
    assert_true(raw_wait_eof(&raw));
    assert_int_equal(s->texts, 1);
    assert_int_equal(s->closed, 0);
    s->closed = 1; /* dropped: nobody is told */
    raw_close(&raw);
}

static void test_server_close(void **state)
{
    struct seen *s = *state;
    struct raw raw, half;
    open_ws(s, &raw);
    raw_open(&half, s->loop, s->port);
    raw_puts(&half, "GET /ok HTTP/1.1\r\nHo");
    raw_pump(&half, 20);
    ws_server_close(&s->server);
    assert_null(s->server);
    assert_int_equal(s->closed, 1);
    assert_true(raw_wait_eof(&raw));
    assert_true(raw_wait_eof(&half));
    raw_close(&raw);
    raw_close(&half);
}

/* ---- handshakes ---- */

static void test_subprotocols(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw,
             "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Protocol: never.heard-of_it, other\r\nX-Self-ID: 42\r\n\r\n");
    assert_true(raw_wait(&raw, "\r\n\r\n"));
    assert_non_null(strstr(buf_text(&raw.got), " 101 "));
    assert_non_null(strstr(buf_text(&raw.got), "Sec-WebSocket-Protocol: never.heard-of_it\r"));
    assert_string_equal(s->header, "42");
    raw_close(&raw);
    raw_open(&raw, s->loop, s->port);
    assert_true(raw_ws_open(&raw, "/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    raw_close(&raw);
}

static void expect_status(struct seen *s, const char *request, const char *status)
{
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, request);
    if (!raw_wait(&raw, "\r\n\r\n") || !strstr(buf_text(&raw.got), status))
        fail_msg("wanted %s to\n%s\ngot %s", status, request, buf_text(&raw.got));
    raw_close(&raw);
}

#define WS_HEAD                                                                                \
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                 \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

static void test_handshakes_refused(void **state)
{
    struct seen *s = *state;
    expect_status(s, "GET /elsewhere HTTP/1.1\r\n" WS_HEAD "\r\n", " 404 Not Found\r\n");
    expect_status(s, "GET /ws HTTP/1.1\r\n" WS_HEAD "Authorization: Bearer wrong\r\n\r\n",
                  " 401 Unauthorized\r\n");
    expect_status(s, "POST /ws HTTP/1.1\r\n" WS_HEAD "\r\n", " 400 ");
    expect_status(s,
                  "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n"
                  "Connection: Upgrade, HTTP2-Settings\r\n"
                  "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
                  " 400 ");
    expect_status(s,
                  "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
                  " 400 ");
    assert_int_equal(s->opened, 0);
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    assert_true(raw_ws_open(&raw, "/ws", "Authorization: Bearer right\r\n"));
    raw_close(&raw);
}

static void test_too_many_connections(void **state)
{
    struct seen *s = *state;
    struct raw raw[3];
    open_ws(s, &raw[0]);
    open_ws(s, &raw[1]);
    raw_open(&raw[2], s->loop, s->port);
    assert_true(raw_wait_eof(&raw[2]));
    raw_close(&raw[0]);
    assert_true(raw_run_until(s->loop, &s->closed));
    raw_close(&raw[2]);
    open_ws(s, &raw[2]);
    raw_close(&raw[1]);
    raw_close(&raw[2]);
}

static void test_port_in_use(void **state)
{
    struct seen *s = *state;
    const char *error = NULL;
    struct ws_server_config config = {.address = "127.0.0.1", .port = s->port};
    assert_null(ws_listen(s->ws, &config, &ops, s, &error));
    assert_non_null(strstr(error, "is in use"));
    config.address = "localhost";
    assert_null(ws_listen(s->ws, &config, &ops, s, &error));
    assert_non_null(strstr(error, "not an IP address"));
}

/* ---- plain HTTP ---- */

static void test_http(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, "GET /ok?a=1&token=a%20b%26c HTTP/1.1\r\nHost: x\r\nX-Self-ID: 7\r\n\r\n");
    assert_true(raw_wait(&raw, "\r\n\r\nfine"));
    assert_non_null(strstr(buf_text(&raw.got), "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(buf_text(&raw.got), "\r\nx-content-type-options: nosniff\r\n"));
    assert_string_equal(s->header, "7");
    assert_string_equal(s->query, "a b&c");
    assert_string_equal(s->path, "/ok");
    /* the same connection serves a second request, a POST whose body comes later */
    buf_clear(&raw.got);
    raw_puts(&raw, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nX-Self-ID: 8\r\n\r\n");
    raw_pump(&raw, 30);
    raw_put(&raw, "ab\0", 3);
    raw_pump(&raw, 30);
    assert_int_equal(raw.got.len, 0);
    raw_put(&raw, "def", 3);
    assert_true(raw_wait(&raw, "\r\n\r\nfine"));
    assert_string_equal(s->header, "8");
    assert_string_equal(s->method, "POST");
    assert_int_equal(s->body.len, 6);
    assert_memory_equal(s->body.p, "ab\0def", 6);
    /* two requests in one packet */
    buf_clear(&raw.got);
    raw_puts(&raw, "GET /none HTTP/1.1\r\nHost: x\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(raw_wait(&raw, "\r\n\r\nfine"));
    assert_non_null(strstr(buf_text(&raw.got), " 404 Not Found\r\n"));
    raw_close(&raw);
}

static void test_http_methods(void **state)
{
    struct seen *s = *state;
    expect_status(s, "HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\n", "content-length: 4\r\n");
    assert_string_equal(s->method, "HEAD");
    expect_status(s, "DELETE /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK\r\n");
    assert_string_equal(s->method, "DELETE");
    expect_status(s, "PUT /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
                  " 200 OK\r\n");
    assert_string_equal(buf_text(&s->body), "hi");
    expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                  " 200 OK\r\n");
}

static void test_http_large_answer(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, "GET /big HTTP/1.1\r\nHost: x\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 100; i++)
        loop_poll(s->loop, 1); /* does not read for a while */
    assert_true(raw_wait(&raw, "fine"));
    assert_true(raw.got.len > sizeof s->big);
    raw_close(&raw);
}

static void test_http_refused(void **state)
{
    struct seen *s = *state;
    expect_status(s,
                  "POST /ok HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "4\r\nabcd\r\n0\r\n\r\n",
                  " 411 Length Required\r\n");
    expect_status(s, "GET /ok HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                  " 411 ");
    expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 411 ");
    expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\nabc",
                  " 413 ");
    expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", " 400 ");
    expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nabcde",
                  " 400 ");
    assert_string_equal(s->path, ""); /* none of them reached the owner */
    /* a whole body that is too large: the answer must not be lost to a reset */
    struct raw raw;
    size_t len = 3 * 1024 * 1024;
    char *bytes = xcalloc(1, len);
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 3145728\r\n\r\n");
    assert_true(raw_put(&raw, bytes, len));
    assert_true(raw_wait(&raw, " 413 "));
    free(bytes);
    raw_close(&raw);
}

static void test_http_rubbish(void **state)
{
    struct seen *s = *state;
    static const char *const rubbish[] = {
        "\x16\x03\x01\x02\x00\x01",         "\r\n\r\n\r\n\r\n",
        "GET http://x/ok HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /%00 HTTP/1.1\r\n\r\n",        "CONNECT x:1 HTTP/1.1\r\n\r\n"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        struct raw raw;
        raw_open(&raw, s->loop, s->port);
        raw_puts(&raw, rubbish[i]);
        raw_pump(&raw, 30);
        raw_close(&raw);
    }
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, "GET /ok HTTP/1.1\r\nX-Long: ");
    for (int i = 0; i < 2000 && !raw.eof; i++)
        if (!raw_puts(&raw, "0123456789abcdef"))
            break;
    assert_true(raw_wait_eof(&raw));
    raw_close(&raw);
    expect_status(s, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK\r\n");
}

/* ---- clients ---- */

struct client_seen {
    struct ws *ws;
    int opened, closed, status, texts;
    char why[100], text[100];
};

static void client_open(void *arg, ws_id id)
{
    struct client_seen *c = arg;
    c->opened++;
    ws_send(c->ws, id, "hello", 5);
}

static void client_text(void *arg, ws_id id, const char *text, size_t len)
{
    struct client_seen *c = arg;
    c->texts++;
    snprintf(c->text, sizeof c->text, "%.*s", (int)len, text);
}

static void client_close(void *arg, ws_id id, int status, const char *why)
{
    struct client_seen *c = arg;
    assert_int_equal(ws_send(c->ws, id, "x", 1), ERR_CLOSED);
    c->closed++;
    c->status = status;
    snprintf(c->why, sizeof c->why, "%s", why);
}

static const struct ws_client_ops client_ops = {client_open, client_text, client_close};

static ws_id connect_url(struct seen *s, struct client_seen *c, const char *url,
                         const char *headers)
{
    const char *error = NULL;
    struct ws_client_config config = {
        .url = url, .headers = headers, .max_frame = 1000, .max_queued = 10000, .ping_s = 0};
    *c = (struct client_seen){.ws = s->ws};
    ws_id id = ws_connect(s->ws, &config, &client_ops, c, &error);
    assert_true(id || error);
    assert_int_equal(c->closed, 0);
    return id;
}

static ws_id connect_port(struct seen *s, struct client_seen *c, const char *host, int port,
                          const char *headers)
{
    char url[100];
    snprintf(url, sizeof url, "ws://%s:%d/ws?a=b", host, port);
    return connect_url(s, c, url, headers);
}

static void test_client(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* never for the loopback address */
    ws_id id = connect_port(s, &c, "localhost", s->port,
                            "Authorization: Bearer right\nX-Self-ID: 99\n");
    assert_true(raw_run_until(s->loop, &c.texts));
    unsetenv("http_proxy");
    assert_string_equal(c.text, "hello");
    assert_string_equal(s->header, "99");
    ws_close(s->ws, id, 1000, "");
    assert_int_equal(c.closed, 0);
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_string_equal(c.why, "closed by us");
}

static void test_client_refused(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    connect_port(s, &c, "127.0.0.1", s->port, "Authorization: Bearer wrong\n");
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_int_equal(c.status, 401);
    assert_int_equal(c.opened, 0);
    connect_port(s, &c, "127.0.0.1", 1, NULL);
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_int_equal(c.status, 0);
    assert_string_equal(c.why, "cannot connect");
    connect_url(s, &c, "ws://no-such-host.invalid/", NULL);
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_string_equal(c.why, "the host's name was not found");
    connect_url(s, &c, "wss://127.0.0.1:1/", NULL);
    assert_true(raw_run_until(s->loop, &c.closed));
}

static void test_client_urls(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    static const char *const bad[] = {"http://x/",    "ws://",          "ws://x:0/",
                                      "ws://x:99999", "ws://a@b/",      "ws://a b/",
                                      "ws://[::1",    "ws://x:80abc/d", "ws://x/\r\nHost: y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(connect_url(s, &c, bad[i], NULL), 0);
}

static void test_client_dropped(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    ws_id id = connect_port(s, &c, "127.0.0.1", s->port, NULL);
    ws_drop(s->ws, id); /* while the name is looked up */
    id = connect_port(s, &c, "127.0.0.1", s->port, NULL);
    assert_true(raw_run_until(s->loop, &c.texts));
    ws_drop(s->ws, id);
    assert_true(raw_run_until(s->loop, &s->closed));
    assert_int_equal(c.closed, 0);
    id = connect_port(s, &c, "127.0.0.1", s->port, NULL);
    ws_close(s->ws, id, 1000, NULL); /* before it is open */
    assert_int_equal(c.closed, 0);
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_int_equal(c.opened, 0);
    connect_port(s, &c, "127.0.0.1", s->port, NULL); /* torn down in flight */
    ws_destroy(&s->ws);
    assert_int_equal(c.closed, 1);
}

static void test_client_of_rude_servers(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    struct raw raw;
    int port, listener = raw_listen(&port);
    static const char *const answers[] = {
        "", "rubbish\r\n\r\n", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: wrong\r\n\r\n"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        connect_port(s, &c, "127.0.0.1", port, NULL);
        assert_true(raw_accept(&raw, s->loop, listener));
        assert_true(raw_wait(&raw, "\r\n\r\n"));
        char host[60];
        snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", port);
        assert_non_null(strcasestr(buf_text(&raw.got), host));
        assert_non_null(strstr(buf_text(&raw.got), "GET /ws?a=b HTTP/1.1\r\n"));
        raw_puts(&raw, answers[i]);
        raw_pump(&raw, 20);
        raw_close(&raw);
        assert_true(raw_run_until(s->loop, &c.closed));
        assert_int_equal(c.opened, 0);
    }
    close(listener);
}

static void test_client_caps(void **state)
{
    struct seen *s = *state;
    struct client_seen c;
    char text[2000];
    memset(text, 'x', sizeof text);
    connect_port(s, &c, "127.0.0.1", s->port, NULL);
    assert_true(raw_run_until(s->loop, &c.texts));
    ws_send(s->ws, s->last, text, sizeof text);
    assert_true(raw_run_until(s->loop, &c.closed));
    assert_string_equal(c.why, "its message is too large");
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_echo),
        WITH_SERVER(test_pieces),
        WITH_SERVER(test_large_message),
        WITH_SERVER(test_binary_frame),
        WITH_SERVER(test_invalid_utf8),
        WITH_SERVER(test_ten_megabytes),
        WITH_SERVER(test_too_large_by_fragments),
        WITH_SERVER(test_broken_framing),
        WITH_SERVER(test_peer_that_never_reads),
        cmocka_unit_test_setup_teardown(test_silent_peer, setup_small, teardown),
        WITH_SERVER(test_close_by_owner),
        WITH_SERVER(test_drop_in_callback),
        WITH_SERVER(test_server_close),
        WITH_SERVER(test_subprotocols),
        WITH_SERVER(test_handshakes_refused),
        cmocka_unit_test_setup_teardown(test_too_many_connections, setup_small, teardown),
        WITH_SERVER(test_port_in_use),
        WITH_SERVER(test_http),
        WITH_SERVER(test_http_methods),
        WITH_SERVER(test_http_large_answer),
        WITH_SERVER(test_http_refused),
        WITH_SERVER(test_http_rubbish),
        WITH_SERVER(test_client),
        WITH_SERVER(test_client_refused),
        WITH_SERVER(test_client_urls),
        WITH_SERVER(test_client_dropped),
        WITH_SERVER(test_client_of_rude_servers),
        WITH_SERVER(test_client_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
