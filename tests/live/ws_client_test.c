/* ws_client_test.c: WebSocket clients, against our own server and against rude ones. */
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
#define WITH(test) cmocka_unit_test_setup_teardown(test, ws_stage_setup, ws_stage_teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_client),         WITH(test_client_refused),         WITH(test_client_urls),
        WITH(test_client_dropped), WITH(test_client_of_rude_servers), WITH(test_client_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
