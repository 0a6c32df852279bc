/* http.c: HTTP client calls over curl's multi interface on the shared loop.
 *
 * curl says which descriptors to watch and when to wake it (on_curl_socket, on_curl_timer); the
 * loop tells it what happened; finished calls are then read off, taken out of the table, and
 * only then reported, so that a callback may start and cancel calls as it likes.
 *
 * Calls for public addresses only (media from chat) are checked where it cannot be got around:
 * at the socket, for every address that is tried, on a connection that no other call has
 * opened.
 */
#include "host/http.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "host/buf.h"
#include "host/curl_late.h"
#include "host/err.h"
#include "host/http_address.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"

#define CALLS_MAX 4096
#define CONNECTIONS_MAX 64L
#define CONNECTIONS_PER_HOST 8L
#define CONNECT_TIMEOUT_MS 10000

struct call {
    uint64_t id;
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    struct buf answer;
    bool not_public; /* an address was refused */
    http_cb *cb;
    void *arg;
    UT_hash_handle hh;
};

struct http {
    struct loop *loop;
    const struct curl_late *curl; /* NULL, like `multi`, until the first call */
    CURLM *multi;
    struct loop_timer *timer;
    struct call *calls;
    uint64_t last_id;
};

static void call_destroy(struct call *call)
{
    HASH_DEL(call->http->calls, call);
    call->http->curl->multi_remove_handle(call->http->multi, call->easy);
    call->http->curl->easy_cleanup(call->easy);
    call->http->curl->slist_free_all(call->headers);
    buf_finish(&call->answer);
    free(call);
}

static int error_of(const struct call *call, CURLcode result)
{
    if (result == CURLE_OK)
        return 0;
    if (call->not_public)
        return ERR_INVALID;
    switch (result) {
    case CURLE_WRITE_ERROR:
        return ERR_FULL;
    case CURLE_OPERATION_TIMEDOUT:
        return ERR_TIMEOUT;
    case CURLE_URL_MALFORMAT:
        return ERR_INVALID;
    default:
        return ERR_AWAY;
    }
}

static void finish(struct call *call, CURLcode result)
{
    long status = 0;
    const char *type = NULL;
    struct buf body = call->answer;
    http_cb *cb = call->cb;
    void *arg = call->arg;
    call->http->curl->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->http->curl->easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    char *type_copy = xstrdup(type ? type : "");
    struct http_answer answer = {.error = error_of(call, result),
                                 .status = (int)status,
                                 .content_type = type_copy,
                                 .body = buf_text(&body),
                                 .body_len = body.len};
    if (answer.error)
        log_debug("http", "call=%llu failed: %s", (unsigned long long)call->id,
                  call->http->curl->easy_strerror(result));
    buf_init(&call->answer, 0); /* its bytes are ours now */
    call_destroy(call);
    cb(arg, &answer);
    free(type_copy);
    buf_finish(&body);
}

static void read_finished(struct http *http)
{
    CURLMsg *message;
    int left;
    while ((message = http->curl->multi_info_read(http->multi, &left))) {
        struct call *call = NULL;
        CURLcode result = message->data.result;
        http->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        if (message->msg == CURLMSG_DONE && call)
            finish(call, result);
    }
}

/* One descriptor of curl's. */
struct wire {
    struct http *http;
    curl_socket_t fd;
    struct loop_watch *watch;
};

static void on_ready(void *arg, int events)
{
    const struct wire *wire = arg;
    struct http *http = wire->http;
    int running, mask = 0;
    if (events & LOOP_READ)
        mask |= CURL_CSELECT_IN;
    if (events & LOOP_WRITE)
        mask |= CURL_CSELECT_OUT;
    http->curl->multi_socket_action(http->multi, wire->fd, mask,
                                    &running); /* may free the wire */
    read_finished(http);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct http *http = arg;
    struct wire *wire = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (wire)
            loop_watch_stop(&wire->watch);
        free(wire);
        http->curl->multi_assign(http->multi, fd, NULL);
        return 0;
    }
    int events =
        (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
    if (wire) {
        loop_watch_set(wire->watch, events);
        return 0;
    }
    wire = xcalloc(1, sizeof *wire);
    wire->http = http;
    wire->fd = fd;
    wire->watch = loop_watch_start(http->loop, (int)fd, events, on_ready, wire);
    http->curl->multi_assign(http->multi, fd, wire);
    return 0;
}

static void on_timeout(void *arg)
{
    struct http *http = arg;
    int running;
    loop_timer_stop(&http->timer);
    http->curl->multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_finished(http);
}

static int on_curl_timer(CURLM *multi, long after_ms, void *arg)
{
    struct http *http = arg;
    (void)multi;
    loop_timer_stop(&http->timer);
    if (after_ms >= 0)
        http->timer = loop_timer_start(http->loop, after_ms, 0, on_timeout, http);
    return 0;
}

struct http *http_create(struct loop *loop)
{
    struct http *http = xcalloc(1, sizeof *http);
    http->loop = loop;
    return http;
}

/* At the first call. */
static bool begin(struct http *http)
{
    if (!http->curl)
        http->curl = curl_late();
    if (http->multi || !http->curl)
        return http->multi;
    const struct curl_late *curl = http->curl;
    http->multi = curl->multi_init();
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl->multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX);
    curl->multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS_PER_HOST);
    return true;
}

void http_destroy(struct http **http)
{
    if (!*http)
        return;
    struct http *h = *http;
    struct call *call, *next;
    HASH_ITER(hh, h->calls, call, next)
    call_destroy(call);
    if (h->multi)
        h->curl->multi_cleanup(h->multi);
    loop_timer_stop(&h->timer);
    free(h);
    *http = NULL;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *arg)
{
    struct call *call = arg;
    buf_add(&call->answer, bytes, size * count);
    return call->answer.failed ? 0 : size * count;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct call *call = arg;
    (void)purpose;
    if (!http_address_is_public(&address->addr)) {
        call->not_public = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_headers(struct call *call, const char *lines)
{
    call->headers =
        call->http->curl->slist_append(NULL, "Expect:"); /* no waiting for "100 Continue" */
    while (lines && *lines) {
        size_t len = strcspn(lines, "\r\n");
        char *line = xstrndup(lines, len);
        if (len)
            call->headers = call->http->curl->slist_append(call->headers, line);
        free(line);
        lines += len;
        lines += strspn(lines, "\r\n");
    }
    call->http->curl->easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static void set_body(const struct curl_late *curl, CURL *easy,
                     const struct http_request *request)
{
    if (!strcmp(request->method, "GET"))
        return;
    curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    curl->easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body_len ? request->body : "");
    curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_options(struct call *call, const struct http_request *request, bool loopback)
{
    const struct curl_late *curl = call->http->curl;
    CURL *easy = call->easy;
    long connect_ms =
        request->timeout_ms < CONNECT_TIMEOUT_MS ? request->timeout_ms : CONNECT_TIMEOUT_MS;
    curl->easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl->easy_setopt(easy, CURLOPT_URL, request->url);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for the resolver's thread */
    curl->easy_setopt(easy, CURLOPT_USERAGENT, "loubot");
    curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, call);
    set_headers(call, request->headers);
    set_body(curl, easy, request);
    if (loopback || request->public_only)
        curl->easy_setopt(easy, CURLOPT_PROXY, "");
    if (!request->public_only)
        return;
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    curl->easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl->easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

uint64_t http_request(struct http *http, const struct http_request *request, http_cb *cb,
                      void *arg)
{
    bool loopback;
    if (!begin(http) || !request->method || !http_address_parse(request->url, &loopback) ||
        HASH_COUNT(http->calls) >= CALLS_MAX || request->timeout_ms <= 0)
        return 0;
    struct call *call = xcalloc(1, sizeof *call);
    call->id = ++http->last_id;
    call->http = http;
    call->easy = http->curl->easy_init();
    call->cb = cb;
    call->arg = arg;
    buf_init(&call->answer, request->max_answer);
    set_options(call, request, loopback);
    HASH_ADD(hh, http->calls, id, sizeof call->id, call);
    http->curl->multi_add_handle(http->multi, call->easy);
    return call->id;
}

void http_cancel(struct http *http, uint64_t id)
{
    struct call *call;
    HASH_FIND(hh, http->calls, &id, sizeof id, call);
    if (call)
        call_destroy(call);
}
