/* http_test.c: HTTP calls against servers on raw sockets, good and bad. */
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
#include "host/http.h"
#include "host/mem.h"
#include "tests/live/raw.h"

struct fixture {
    struct loop *loop;
    struct http *http;
    int listener, port;
    struct raw raw;
};

struct got {
    struct fixture *f;
    int calls, error, status;
    char type[60], body[200];
    uint64_t cancel;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->loop = loop_create();
    f->http = http_create(f->loop);
    f->listener = raw_listen(&f->port);
    f->raw.fd = -1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    raw_close(&f->raw);
    http_destroy(&f->http);
    assert_null(f->http);
    loop_destroy(&f->loop);
    close(f->listener);
    free(f);
    return 0;
}

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct got *got = arg;
    got->calls++;
    got->error = answer->error;
    got->status = answer->status;
    snprintf(got->type, sizeof got->type, "%s", answer->content_type);
    snprintf(got->body, sizeof got->body, "%s", answer->body);
    assert_int_equal(answer->body[answer->body_len], 0);
    if (got->cancel)
        http_cancel(got->f->http, got->cancel);
}

static uint64_t call(struct fixture *f, struct got *got, struct http_request request)
{
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/path?q=1", f->port);
    if (!request.url)
        request.url = url;
    if (!request.method)
        request.method = "GET";
    if (!request.timeout_ms)
        request.timeout_ms = 3000;
    if (!request.max_answer)
        request.max_answer = 100;
    *got = (struct got){.f = f};
    uint64_t id = http_request(f->http, &request, on_answer, got);
    assert_int_equal(got->calls, 0);
    return id;
}

static void serve(struct fixture *f, const char *answer)
{
    raw_close(&f->raw);
    assert_true(raw_accept(&f->raw, f->loop, f->listener));
    assert_true(raw_wait(&f->raw, "\r\n\r\n"));
    raw_puts(&f->raw, answer);
}

static void test_get(void **state)
{
    struct fixture *f = *state;
    struct got got;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_true(call(f, &got, (struct http_request){.headers = "X-A: b\nX-C: d\n"}) > 0);
    unsetenv("http_proxy");
    serve(f, "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 2\r\n\r\nhi");
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, 0);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.type, "text/x");
    assert_string_equal(got.body, "hi");
    assert_non_null(strstr(buf_text(&f->raw.got), "GET /path?q=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(buf_text(&f->raw.got), "\r\nX-A: b\r\nX-C: d\r\n"));
    assert_null(strstr(buf_text(&f->raw.got), "Expect"));
}

static void test_post(void **state)
{
    struct fixture *f = *state;
    struct got got;
    call(f, &got, (struct http_request){.method = "POST", .body = "a\0b", .body_len = 3});
    serve(f, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, 0);
    assert_int_equal(got.status, 404);
    assert_non_null(strstr(buf_text(&f->raw.got), "POST /path?q=1 HTTP/1.1\r\n"));
    assert_memory_equal(f->raw.got.p + f->raw.got.len - 3, "a\0b", 3);
    call(f, &got, (struct http_request){.method = "PUT", .body = "x", .body_len = 1});
    assert_true(raw_wait(&f->raw, "PUT /path")); /* on the same connection */
    raw_puts(&f->raw, "HTTP/1.1 204 No\r\n\r\n");
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.status, 204);
}

static void test_no_redirect(void **state)
{
    struct fixture *f = *state;
    struct got got;
    call(f, &got, (struct http_request){0});
    serve(f,
          "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, 0);
    assert_int_equal(got.status, 302);
}

static void test_answer_too_long(void **state)
{
    struct fixture *f = *state;
    struct got got;
    char long_answer[300] = "HTTP/1.1 200 OK\r\n\r\n";
    memset(long_answer + strlen(long_answer), 'x', 200);
    call(f, &got, (struct http_request){0});
    serve(f, long_answer);
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, ERR_FULL);
}

static void test_bad_peers(void **state)
{
    struct fixture *f = *state;
    struct got got;
    call(f, &got, (struct http_request){0});
    serve(f, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut");
    raw_close(&f->raw);
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, ERR_AWAY);
    call(f, &got, (struct http_request){0});
    serve(f, "no http at all\r\n\r\n");
    raw_close(&f->raw);
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, ERR_AWAY);
    call(f, &got, (struct http_request){.url = "http://127.0.0.1:1/"});
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, ERR_AWAY);
    call(f, &got, (struct http_request){.url = "http://no-such-host.invalid/"});
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_true(got.error == ERR_AWAY || got.error == ERR_TIMEOUT);
}

static void test_timeout(void **state)
{
    struct fixture *f = *state;
    struct got got;
    call(f, &got, (struct http_request){.timeout_ms = 150});
    serve(f, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nslow");
    assert_true(raw_run_until(f->loop, &got.calls));
    assert_int_equal(got.error, ERR_TIMEOUT);
}

static void test_public_only(void **state)
{
    struct fixture *f = *state;
    struct got got;
    static const char *const urls[] = {"http://127.0.0.1:%d/", "http://localhost:%d/",
                                       "http://2130706433:%d/", "http://[::ffff:127.0.0.1]:%d/",
                                       "http://0x7f.1:%d/"};
    call(f, &got, (struct http_request){0}); /* leaves an open connection to be reused */
    serve(f, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    assert_true(raw_run_until(f->loop, &got.calls));
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[100];
        snprintf(url, sizeof url, urls[i], f->port);
        call(f, &got, (struct http_request){.url = url, .public_only = true});
        assert_true(raw_run_until(f->loop, &got.calls));
        if (got.error != ERR_INVALID)
            fail_msg("%s gave %d", url, got.error);
    }
}

static void test_unusable(void **state)
{
    struct fixture *f = *state;
    struct got got;
    assert_int_equal(call(f, &got, (struct http_request){.url = "file:///etc/passwd"}), 0);
    assert_int_equal(call(f, &got, (struct http_request){.url = "not a url"}), 0);
    loop_poll(f->loop, 20);
    assert_int_equal(got.calls, 0);
}

static void test_cancel(void **state)
{
    struct fixture *f = *state;
    struct got first, second;
    uint64_t id = call(f, &first, (struct http_request){0});
    http_cancel(f->http, id);
    http_cancel(f->http, id);
    http_cancel(f->http, 999);
    for (int i = 0; i < 10; i++)
        loop_poll(f->loop, 5);
    assert_int_equal(first.calls, 0);
    /* one callback cancels another call, and itself */
    id = call(f, &second, (struct http_request){0});
    call(f, &first, (struct http_request){.url = "http://127.0.0.1:1/"});
    first.cancel = id;
    assert_true(raw_run_until(f->loop, &first.calls));
    for (int i = 0; i < 10; i++)
        loop_poll(f->loop, 5);
    assert_int_equal(second.calls, 0);
}

static void test_destroy_in_flight(void **state)
{
    struct fixture *f = *state;
    struct got got[20];
    for (int i = 0; i < 20; i++)
        call(f, &got[i], (struct http_request){0});
    assert_true(raw_accept(&f->raw, f->loop, f->listener));
    raw_pump(&f->raw, 20);
    http_destroy(&f->http);
    assert_int_equal(got[0].calls, 0);
}

static void test_many(void **state)
{
    struct fixture *f = *state;
    struct got got[30];
    for (int i = 0; i < 30; i++)
        call(f, &got[i], (struct http_request){0});
    for (int i = 0; i < 30; i++)
        serve(f, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    for (int i = 0; i < 30; i++) {
        assert_true(raw_run_until(f->loop, &got[i].calls));
        assert_int_equal(got[i].error, 0);
        assert_int_equal(got[i].calls, 1);
    }
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {WITH(test_get),         WITH(test_post),
                                       WITH(test_no_redirect), WITH(test_answer_too_long),
                                       WITH(test_bad_peers),   WITH(test_timeout),
                                       WITH(test_public_only), WITH(test_unusable),
                                       WITH(test_cancel),      WITH(test_destroy_in_flight),
                                       WITH(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
