/* ws.c: the lws context on the shared loop, connections by id, sending, closing, pings.
 *
 * lws has one context and at most five vhosts (one for all servers, since ws_server.c accepts
 * the sockets itself; the others for clients, with and without TLS and proxy). Every wsi
 * carries its struct ws_conn as opaque user data; a wsi without one is on its way out.
 *
 * Pings are our own (a second's tick over the connections), since lws' validity checks are set
 * for a vhost, not for a server or client.
 *
 * When you add a callback reason: give it a case in dispatch(); what is left goes to
 * lws_callback_http_dummy, which answers a plain request properly.
 */
#include "host/ws.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/err.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "host/ws_private.h"

#define SUBPROTOCOL_SIZE 128
#define HANDSHAKE_TIMEOUT_S 15
#define HEADER_BYTES_MAX 8192
#define DESTROY_ROUNDS 100

static const lws_retry_bo_t no_validity_checks;

struct ws_lws_store {
    char subprotocol[SUBPROTOCOL_SIZE];
};

static void emit_log(int level, const char *line)
{
    int len = (int)strcspn(line, "\n");
    if (level & LLL_ERR)
        log_warn("lws", "%.*s", len, line);
    else
        log_debug("lws", "%.*s", len, line);
}

static int dispatch_server(struct ws_conn *conn, enum lws_callback_reasons reason, void *in,
                           size_t len, bool *ret_handled)
{
    *ret_handled = true;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return ws_server_upgrade(conn, in);
    case LWS_CALLBACK_ESTABLISHED:
        ws_server_opened(conn);
        return 0;
    case LWS_CALLBACK_HTTP:
        return ws_http_request(conn, in);
    case LWS_CALLBACK_HTTP_BODY:
        return ws_http_body(conn, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return ws_http_body_complete(conn);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return ws_http_writeable(conn);
    default:
        *ret_handled = false;
        return 0;
    }
}

static int dispatch_client(struct ws_conn *conn, enum lws_callback_reasons reason, void *in,
                           size_t len, bool *ret_handled)
{
    *ret_handled = true;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return ws_client_add_headers(conn, in, len);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        ws_client_opened(conn);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        ws_client_failed(conn, in);
        return 0;
    default:
        *ret_handled = false;
        return 0;
    }
}

static void closed(struct ws_conn *conn)
{
    if (conn->phase == WS_CONNECTING) {
        ws_client_failed(conn, NULL);
        return;
    }
    if (!conn->why)
        conn->why = "connection lost";
    ws_conn_detach(conn, false);
    ws_conn_end(conn, true);
}

static int dispatch(struct ws_conn *conn, struct lws *wsi, enum lws_callback_reasons reason,
                    void *in, size_t len)
{
    bool handled;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return ws_frames_receive(conn, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return ws_frames_writeable(conn);
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        conn->heard_at = conn->ws->now_s;
        conn->pinged = false;
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (!conn->why)
            conn->why = "closed by the peer";
        return 0;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        closed(conn);
        return 0;
    default:
        break;
    }
    int result = conn->server ? dispatch_server(conn, reason, in, len, &handled)
                              : dispatch_client(conn, reason, in, len, &handled);
    return handled ? result : lws_callback_http_dummy(wsi, reason, NULL, in, len);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_PROTOCOL_INIT: /* these come with a wsi that is none */
    case LWS_CALLBACK_PROTOCOL_DESTROY:
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS:
    case LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION:
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
    case LWS_CALLBACK_GET_THREAD_ID:
        return 0;
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        if (!lws_get_opaque_user_data(wsi))
            return -1;
        break;
    default:
        if (!wsi || !lws_get_opaque_user_data(wsi))
            return 0;
        break;
    }
    return dispatch(lws_get_opaque_user_data(wsi), wsi, reason, in, len);
}

static void free_store(struct lws_vhost *vhost, void *arg)
{
    (void)vhost;
    free(arg);
}

static const char *ca_file(void)
{
    const char *file = getenv("SSL_CERT_FILE");
    return file ? file : "/etc/ssl/certs/ca-certificates.crt";
}

struct lws_vhost *ws_vhost(struct ws *ws, int which)
{
    if (ws->vhosts[which])
        return ws->vhosts[which];
    struct ws_lws_store *store = xcalloc(1, sizeof *store);
    struct lws_protocols protocols[] = {
        {.name = "loubot", .callback = on_lws, .rx_buffer_size = WS_SERVE_BUFFER},
        {.name = store->subprotocol, .callback = on_lws, .rx_buffer_size = WS_SERVE_BUFFER},
        {NULL},
    };
    struct lws_context_creation_info info = {
        .port =
            which == WS_VHOST_SERVER ? CONTEXT_PORT_NO_LISTEN_SERVER : CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = which == WS_VHOST_SERVER ? "server" : "client",
        .retry_and_idle_policy = &no_validity_checks,
        .finalize = free_store,
        .finalize_arg = store,
        .keepalive_timeout = 30,
        .http_proxy_address = "none:0", /* NULL would mean: from the environment */
    };
    if (which == WS_VHOST_CLIENT_PROXY || which == WS_VHOST_TLS_PROXY)
        info.http_proxy_address = NULL;
    if (which == WS_VHOST_TLS || which == WS_VHOST_TLS_PROXY) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.client_ssl_ca_filepath = ca_file();
    }
    ws->vhosts[which] = lws_create_vhost(ws->context, &info);
    if (which == WS_VHOST_SERVER)
        ws->store = store;
    return ws->vhosts[which];
}

void ws_set_subprotocol(struct ws *ws, const char *name)
{
    lws_strncpy(ws->store->subprotocol, name, SUBPROTOCOL_SIZE);
}

/* Pings the idle, ends the silent: true, the connection is gone. */
static bool tick(struct ws_conn *conn)
{
    int64_t idle = conn->ws->now_s - conn->heard_at;
    if (conn->phase != WS_OPEN || !conn->ping_s || conn->closing || idle < conn->ping_s)
        return false;
    if (idle < 2 * (int64_t)conn->ping_s) {
        if (!conn->pinged) {
            conn->pinged = conn->ping_due = true;
            lws_callback_on_writable(conn->wsi);
        }
        return false;
    }
    conn->why = "the peer answers no pings";
    log_warn("ws", "peer=%s closed: it answers no pings", conn->name);
    ws_conn_detach(conn, true);
    ws_conn_end(conn, true);
    return true;
}

static void on_second(void *arg)
{
    struct ws *ws = arg;
    ws->now_s++;
    /* An owner may drop others in his callback, so the walk begins again after every end. */
    for (struct ws_conn *conn = ws->conns; conn;)
        conn = tick(conn) ? ws->conns : conn->next;
}

struct ws *ws_create(struct loop *loop)
{
    void *loops[] = {loop_uv(loop)};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .foreign_loops = loops,
        .pt_serv_buf_size = WS_SERVE_BUFFER,
        .max_http_header_data = HEADER_BYTES_MAX,
        .timeout_secs = HANDSHAKE_TIMEOUT_S,
        .connect_timeout_secs = HANDSHAKE_TIMEOUT_S,
        .retry_and_idle_policy = &no_validity_checks,
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, emit_log);
    struct lws_context *context = lws_create_context(&info);
    if (!context) {
        log_error("ws", "libwebsockets does not start; is the package "
                        "libwebsockets-evlib-uv installed?");
        return NULL;
    }
    struct ws *ws = xcalloc(1, sizeof *ws);
    ws->loop = loop;
    ws->context = context;
    ws->second = loop_timer_start(loop, 1000, 1000, on_second, ws);
    return ws;
}

static void count_closing(uv_handle_t *handle, void *arg)
{
    *(int *)arg += uv_is_closing(handle);
}

/* On a loop that is not its own lws must be told twice: to close its handles, and, once the
 * loop has closed them, to free the rest. */
static void destroy_context(struct ws *ws)
{
    uv_loop_t *uv = loop_uv(ws->loop);
    int closing = 1;
    lws_context_destroy(ws->context);
    for (int round = 0; closing && round < DESTROY_ROUNDS; round++) {
        closing = 0;
        uv_run(uv, UV_RUN_NOWAIT);
        uv_walk(uv, count_closing, &closing);
    }
    lws_context_destroy(ws->context);
}

void ws_destroy(struct ws **ws)
{
    if (!*ws)
        return;
    struct ws *w = *ws;
    w->closing = true;
    while (w->servers) {
        struct ws_server *server = w->servers;
        ws_server_close(&server);
    }
    while (w->conns) {
        struct ws_conn *conn = w->conns;
        conn->why = "shutting down";
        ws_conn_detach(conn, true);
        ws_conn_end(conn, true);
    }
    loop_timer_stop(&w->second);
    destroy_context(w);
    free(w);
    *ws = NULL;
}

struct ws_conn *ws_conn_create(struct ws *ws, enum ws_phase phase, char *name)
{
    struct ws_conn *conn = xcalloc(1, sizeof *conn);
    conn->ws = ws;
    conn->phase = phase;
    conn->name = name;
    conn->out_end = &conn->out_first;
    conn->heard_at = ws->now_s;
    conn->next = ws->conns;
    if (conn->next)
        conn->next->prev = conn;
    ws->conns = conn;
    return conn;
}

void ws_conn_set_id(struct ws_conn *conn)
{
    conn->id = ++conn->ws->last_id;
    HASH_ADD(hh, conn->ws->by_id, id, sizeof conn->id, conn);
}

struct ws_conn *ws_conn_find(struct ws *ws, ws_id id)
{
    struct ws_conn *conn;
    HASH_FIND(hh, ws->by_id, &id, sizeof id, conn);
    return conn;
}

void ws_conn_detach(struct ws_conn *conn, bool kill)
{
    struct lws *wsi = conn->wsi;
    if (!wsi)
        return;
    conn->wsi = NULL;
    lws_set_opaque_user_data(wsi, NULL);
    if (kill)
        lws_set_timeout(wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

static void conn_free(struct ws_conn *conn)
{
    ws_frames_clear(conn);
    buf_finish(&conn->in);
    ws_http_finish(conn);
    ws_client_finish(conn);
    free(conn->name);
    free(conn);
}

static void conn_unlink(struct ws_conn *conn)
{
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        conn->ws->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    if (conn->id)
        HASH_DEL(conn->ws->by_id, conn);
    if (conn->server)
        conn->server->connections--;
}

void ws_conn_end(struct ws_conn *conn, bool tell)
{
    if (conn->dead)
        return;
    conn->dead = true;
    conn_unlink(conn);
    if (tell && conn->id) {
        conn->busy++;
        if (conn->server)
            conn->server->ops.on_close(conn->server->arg, conn->id, conn->tag);
        else
            ws_client_told(conn);
        conn->busy--;
    }
    if (!conn->busy)
        conn_free(conn);
}

void ws_conn_enter(struct ws_conn *conn)
{
    conn->busy++;
}

bool ws_conn_leave(struct ws_conn *conn)
{
    conn->busy--;
    if (!conn->dead)
        return true;
    if (!conn->busy)
        conn_free(conn);
    return false;
}

int ws_send(struct ws *ws, ws_id id, const char *text, size_t len)
{
    struct ws_conn *conn = ws_conn_find(ws, id);
    if (!conn || conn->phase != WS_OPEN || conn->closing)
        return ERR_CLOSED;
    if (conn->queued + len > conn->max_queued) {
        log_warn("ws", "peer=%s closed: it does not read, queued=%zu", conn->name,
                 conn->queued);
        conn->why = "the peer does not read";
        conn->closing = true;
        lws_set_timeout(conn->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
        return ERR_FULL;
    }
    ws_frames_push(conn, text, len);
    lws_callback_on_writable(conn->wsi);
    return 0;
}

size_t ws_queued(struct ws *ws, ws_id id)
{
    struct ws_conn *conn = ws_conn_find(ws, id);
    return conn ? conn->queued : 0;
}

void ws_close(struct ws *ws, ws_id id, int code, const char *reason)
{
    struct ws_conn *conn = ws_conn_find(ws, id);
    if (!conn || conn->closing)
        return;
    conn->closing = true;
    conn->close_code = code;
    lws_strncpy(conn->close_reason, reason ? reason : "", sizeof conn->close_reason);
    if (!conn->why)
        conn->why = "closed by us";
    if (conn->phase != WS_OPEN) {
        ws_client_failed(conn, NULL);
        return;
    }
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_CLOSE_SEND, WS_CLOSE_GRACE_S);
    lws_callback_on_writable(conn->wsi);
}

void ws_drop(struct ws *ws, ws_id id)
{
    struct ws_conn *conn = ws_conn_find(ws, id);
    if (!conn)
        return;
    ws_conn_detach(conn, true);
    ws_conn_end(conn, false);
}
