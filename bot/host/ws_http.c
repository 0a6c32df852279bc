/* ws_http.c: plain HTTP requests on a server: the body is gathered, the owner asked, the answer
 * written in slices.
 *
 * lws 4.1.6 hangs on chunked bodies, and reads a POST without a length as 100 MB, so both are
 * answered 411 here. While an answer is on its way lws does not read from the connection.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/log.h"
#include "host/mem.h"
#include "host/ws_private.h"

#define SLICE (16 * 1024)
#define ANSWER_TIMEOUT_S 30
#define ANSWER_MAX (64 * 1024 * 1024)
#define THROW_AWAY_MAX (64 * 1024 * 1024)

static const struct {
    int status;
    const char *text;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Other";
}

/* "name: value\n" lines, with the line ends that HTTP wants. */
static void add_header_lines(struct buf *out, const char *lines)
{
    while (lines && *lines) {
        size_t len = strcspn(lines, "\r\n");
        if (len) {
            buf_add(out, lines, len);
            buf_puts(out, "\r\n");
        }
        lines += len;
        lines += strspn(lines, "\r\n");
    }
}

static void add_answer(struct buf *out, const struct ws_response *response, bool head,
                       bool close)
{
    const char *type = response->content_type;
    buf_printf(out, "HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n",
               response->status, reason(response->status),
               type ? type : "text/plain; charset=utf-8", response->body_len);
    if (close)
        buf_puts(out, "connection: close\r\n");
    add_header_lines(out, response->headers);
    buf_puts(out, "\r\n");
    if (!head && response->body_len)
        buf_add(out, response->body, response->body_len);
}

bool ws_answer_asset(struct ws_response *response, const char *path)
{
    const struct asset *asset = asset_find(path);
    response->status = asset ? 200 : 404;
    response->body = asset ? asset->bytes : "";
    response->body_len = asset ? asset->len : 0;
    return asset;
}

void ws_http_refuse(struct lws *wsi, int status)
{
    char text[80];
    unsigned char bytes[LWS_PRE + 512];
    int len = snprintf(text, sizeof text, "%d %s\n", status, reason(status));
    struct ws_response response = {.status = status, .body = text, .body_len = (size_t)len};
    struct buf answer;
    buf_init(&answer, sizeof bytes - LWS_PRE);
    add_answer(&answer, &response, false, true);
    memcpy(bytes + LWS_PRE, buf_text(&answer), answer.len);
    lws_write(wsi, bytes + LWS_PRE, answer.len, LWS_WRITE_HTTP);
    buf_finish(&answer);
}

static void finish_exchange(struct ws_exchange *http)
{
    free(http->path);
    buf_finish(&http->body);
    buf_finish(&http->answer);
    memset(http, 0, sizeof *http);
}

void ws_http_finish(struct ws_conn *conn)
{
    finish_exchange(&conn->http);
}

static int begin_answer(struct ws_conn *conn)
{
    struct ws_exchange *http = &conn->http;
    struct ws_request request;
    struct ws_response response = {.status = 500};
    ws_request_fill(&request, conn->wsi, http->method, http->path);
    request.body = buf_text(&http->body);
    request.body_len = http->body.len;
    http->answering = true;
    if (conn->server->ops.on_http)
        conn->server->ops.on_http(conn->server->arg, &request, &response);
    else
        response.status = 404;
    buf_init(&http->answer, ANSWER_MAX);
    add_answer(&http->answer, &response, !strcmp(http->method, "HEAD"), false);
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_TIMEOUT_S);
    lws_callback_on_writable(conn->wsi);
    return http->answer.failed ? -1 : 0;
}

/* The answer is out before the body is in: what still comes is thrown away for a while, so that
 * the peer reads the answer before it sees the connection close. */
static int refuse_unread(struct ws_conn *conn, int status)
{
    log_warn("ws", "peer=%s request refused status=%d", conn->name, status);
    ws_http_refuse(conn->wsi, status);
    conn->http.refused = true;
    return strcmp(conn->http.method, "POST") ? -1 : 0;
}

/* The body's length, 0 when there is none; -1: not a number; -2: chunked, or it must be told
 * and is not. */
static long long body_length(const struct ws_request *request)
{
    char value[24];
    if (lws_hdr_total_length(request->lws, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
        return -2;
    if (!lws_hdr_total_length(request->lws, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return request->method[0] == 'P' ? -2 : 0; /* POST, PUT, PATCH */
    if (!ws_header(request, "content-length", value, sizeof value) || !*value ||
        strlen(value) > 18 || value[strspn(value, "0123456789")])
        return -1;
    return strtoll(value, NULL, 10);
}

int ws_http_request(struct ws_conn *conn, const char *path)
{
    struct ws_exchange *http = &conn->http;
    struct ws_request request;
    if (http->active)
        return -1;
    http->active = true;
    ws_request_fill(&request, conn->wsi, ws_request_method(conn->wsi), path);
    snprintf(http->method, sizeof http->method, "%s", request.method);
    http->path = xstrdup(path);
    long long len = body_length(&request);
    if (len < 0)
        return refuse_unread(conn, len == -1 ? 400 : 411);
    if ((unsigned long long)len > conn->server->config.max_body)
        return refuse_unread(conn, 413);
    buf_init(&http->body, conn->server->config.max_body);
    if (len || !strcmp(http->method, "POST"))
        return 0;
    return begin_answer(conn);
}

int ws_http_body(struct ws_conn *conn, const void *bytes, size_t len)
{
    struct ws_exchange *http = &conn->http;
    if (http->refused) {
        http->thrown_away += len;
        return http->thrown_away > THROW_AWAY_MAX ? -1 : 0;
    }
    if (!http->active || http->answering)
        return -1;
    buf_add(&http->body, bytes, len);
    return http->body.failed ? -1 : 0;
}

int ws_http_body_complete(struct ws_conn *conn)
{
    if (conn->http.refused || !conn->http.active || conn->http.answering)
        return -1;
    return begin_answer(conn);
}

int ws_http_writeable(struct ws_conn *conn)
{
    struct ws_exchange *http = &conn->http;
    unsigned char bytes[LWS_PRE + SLICE];
    if (!http->answering)
        return 0;
    while (http->answer_sent < http->answer.len && !lws_send_pipe_choked(conn->wsi)) {
        size_t len = http->answer.len - http->answer_sent;
        bool last = len <= SLICE;
        len = last ? len : SLICE;
        memcpy(bytes + LWS_PRE, http->answer.p + http->answer_sent, len);
        if (lws_write(conn->wsi, bytes + LWS_PRE, len,
                      last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
            return -1;
        http->answer_sent += len;
        lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_TIMEOUT_S);
    }
    if (http->answer_sent < http->answer.len) {
        lws_callback_on_writable(conn->wsi);
        return 0;
    }
    finish_exchange(http);
    return lws_http_transaction_completed(conn->wsi) ? -1 : 0;
}
