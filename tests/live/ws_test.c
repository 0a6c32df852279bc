/* ws_test.c: the WebSocket server against peers on raw sockets, most of them rude. One block a
 * failure: what the peer does, then what the server's owner must see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/live/ws_stage.h"

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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
    raw_ws_put(&raw, 0x82, "\x00\xff", 2);
    expect_refused(s, &raw, 1003);
}

static void test_invalid_utf8(void **state)
{
    struct seen *s = *state;
    struct raw raw;
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
        ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
    ws_stage_open(s, &good);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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
    ws_stage_open(s, &raw);
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

#define WS_HEAD                                                                                \
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                 \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

static void test_handshakes_refused(void **state)
{
    struct seen *s = *state;
    ws_stage_expect_status(s, "GET /elsewhere HTTP/1.1\r\n" WS_HEAD "\r\n",
                           " 404 Not Found\r\n");
    ws_stage_expect_status(s,
                           "GET /ws HTTP/1.1\r\n" WS_HEAD "Authorization: Bearer wrong\r\n\r\n",
                           " 401 Unauthorized\r\n");
    ws_stage_expect_status(s, "POST /ws HTTP/1.1\r\n" WS_HEAD "\r\n", " 400 ");
    ws_stage_expect_status(s,
                           "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n"
                           "Connection: Upgrade, HTTP2-Settings\r\n"
                           "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
                           " 400 ");
    ws_stage_expect_status(s,
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
    ws_stage_open(s, &raw[0]);
    ws_stage_open(s, &raw[1]);
    raw_open(&raw[2], s->loop, s->port);
    assert_true(raw_wait_eof(&raw[2]));
    raw_close(&raw[0]);
    assert_true(raw_run_until(s->loop, &s->closed));
    raw_close(&raw[2]);
    ws_stage_open(s, &raw[2]);
    raw_close(&raw[1]);
    raw_close(&raw[2]);
}

static void test_port_in_use(void **state)
{
    struct seen *s = *state;
    const char *error = NULL;
    struct ws_server_config config = {.address = "127.0.0.1", .port = s->port};
    assert_null(ws_listen(s->ws, &config, &ws_stage_ops, s, &error));
    assert_non_null(strstr(error, "is in use"));
    config.address = "localhost";
    assert_null(ws_listen(s->ws, &config, &ws_stage_ops, s, &error));
    assert_non_null(strstr(error, "not an IP address"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, ws_stage_setup, ws_stage_teardown)
#define WITH_SMALL(test)                                                                       \
    cmocka_unit_test_setup_teardown(test, ws_stage_setup_small, ws_stage_teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_echo),
        WITH(test_pieces),
        WITH(test_large_message),
        WITH(test_binary_frame),
        WITH(test_invalid_utf8),
        WITH(test_ten_megabytes),
        WITH(test_too_large_by_fragments),
        WITH(test_broken_framing),
        WITH(test_peer_that_never_reads),
        WITH_SMALL(test_silent_peer),
        WITH(test_close_by_owner),
        WITH(test_drop_in_callback),
        WITH(test_server_close),
        WITH(test_subprotocols),
        WITH(test_handshakes_refused),
        WITH_SMALL(test_too_many_connections),
        WITH(test_port_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
