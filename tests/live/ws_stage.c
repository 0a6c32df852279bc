#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/live/ws_stage.h"

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

const struct ws_server_ops ws_stage_ops = {on_http, on_handshake, on_open, on_text, on_close};

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
    s->server = ws_listen(s->ws, &config, &ws_stage_ops, s, &error);
    assert_non_null(s->server);
    s->port = ws_server_port(s->server);
    buf_init(&s->body, 200000);
    *state = s;
    return 0;
}

int ws_stage_setup(void **state)
{
    return setup_with(state, 20, 0);
}

int ws_stage_setup_small(void **state)
{
    return setup_with(state, 2, 1);
}

int ws_stage_teardown(void **state)
{
    struct seen *s = *state;
    ws_destroy(&s->ws);
    assert_int_equal(s->opened, s->closed);
    loop_destroy(&s->loop);
    buf_finish(&s->body);
    free(s);
    return 0;
}

void ws_stage_open(struct seen *s, struct raw *raw)
{
    raw_open(raw, s->loop, s->port);
    assert_true(raw_ws_open(raw, "/ws", ""));
}

void ws_stage_expect_status(struct seen *s, const char *request, const char *status)
{
    struct raw raw;
    raw_open(&raw, s->loop, s->port);
    raw_puts(&raw, request);
    if (!raw_wait(&raw, "\r\n\r\n") || !strstr(buf_text(&raw.got), status))
        fail_msg("wanted %s to\n%s\ngot %s", status, request, buf_text(&raw.got));
    raw_close(&raw);
}
