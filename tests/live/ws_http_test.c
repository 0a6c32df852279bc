/* ws_http_test.c: the HTTP server against raw requests, proper and not. */
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
    ws_stage_expect_status(s, "HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\n", "content-length: 4\r\n");
    assert_string_equal(s->method, "HEAD");
    ws_stage_expect_status(s, "DELETE /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK\r\n");
    assert_string_equal(s->method, "DELETE");
    ws_stage_expect_status(s, "PUT /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
                           " 200 OK\r\n");
    assert_string_equal(buf_text(&s->body), "hi");
    ws_stage_expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
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
    ws_stage_expect_status(s,
                           "POST /ok HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "4\r\nabcd\r\n0\r\n\r\n",
                           " 411 Length Required\r\n");
    ws_stage_expect_status(
        s, "GET /ok HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", " 411 ");
    ws_stage_expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 411 ");
    ws_stage_expect_status(
        s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\nabc", " 413 ");
    ws_stage_expect_status(s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                           " 400 ");
    ws_stage_expect_status(
        s, "POST /ok HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nabcde", " 400 ");
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
    ws_stage_expect_status(s, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n", " 200 OK\r\n");
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, ws_stage_setup, ws_stage_teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_http),         WITH(test_http_methods), WITH(test_http_large_answer),
        WITH(test_http_refused), WITH(test_http_rubbish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
