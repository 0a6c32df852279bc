/* ws_client.c: WebSocket clients: the URL, the name looked up without blocking the loop (lws
 * would block), then one address after the other until one answers.
 *
 * The connection goes to the address; the Host header, the TLS server name and the certificate
 * check use the URL's host. A proxy in the environment (http_proxy) is used, but never for the
 * loopback address; with a proxy the name is left to it.
 *
 * Everything that can fail fails through ws_client_failed(), which defers: on_close never runs
 * inside ws_connect() or ws_close().
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "host/ws_private.h"

#define URL_MAX 2048

struct resolve {
    uv_getaddrinfo_t request;
    struct ws_conn *conn; /* NULL: nobody waits any more */
};

struct ws_client {
    struct ws_client_ops ops;
    void *arg;
    bool tls, proxy;
    char *host, *port, *path; /* path with query */
    char *host_header;
    char *headers;
    struct resolve *resolve;
    char *addresses[WS_ADDRESSES_MAX];
    size_t address_count, address_next;
    int status; /* of the refused handshake */
};

/* Splits "ws://host:port/path?query"; NULL when it is not understood. */
static struct ws_client *parse_url(const char *url)
{
    bool tls = !strncmp(url, "wss://", 6);
    if ((!tls && strncmp(url, "ws://", 5) != 0) || strlen(url) > URL_MAX)
        return NULL;
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '@' || *p == '#')
            return NULL;
    const char *host = url + (tls ? 6 : 5);
    bool bracket = *host == '[';
    size_t host_len = strcspn(host + bracket, bracket ? "]" : ":/?");
    const char *after = host + bracket + host_len;
    if (!host_len || (bracket && *after++ != ']'))
        return NULL;
    const char *port = tls ? "443" : "80";
    size_t port_len = strlen(port);
    const char *path = after;
    if (*after == ':') {
        port = after + 1;
        port_len = strspn(port, "0123456789");
        path = port + port_len;
        if (!port_len || port_len > 5 || strtol(port, NULL, 10) < 1 ||
            strtol(port, NULL, 10) > 65535)
            return NULL;
    }
    if (*path && *path != '/' && *path != '?')
        return NULL;
    struct ws_client *client = xcalloc(1, sizeof *client);
    client->tls = tls;
    client->host = xstrndup(host + bracket, host_len);
    client->port = xstrndup(port, port_len);
    client->path = xasprintf("%s%s", *path == '/' ? "" : "/", path);
    client->host_header = xstrndup(host, (size_t)(path - host));
    return client;
}

static void free_client(struct ws_client *client)
{
    for (size_t i = 0; i < client->address_count; i++)
        free(client->addresses[i]);
    free(client->host);
    free(client->port);
    free(client->path);
    free(client->host_header);
    free(client->headers);
    free(client);
}

static void connect_next(void *arg);

void ws_client_finish(struct ws_conn *conn)
{
    struct ws_client *client = conn->client;
    if (!client)
        return;
    if (client->resolve) {
        client->resolve->conn = NULL;
        uv_cancel((uv_req_t *)&client->resolve->request);
    }
    loop_undefer(conn->ws->loop, connect_next, conn);
    free_client(client);
}

static bool is_loopback(const char *host)
{
    return !strcmp(host, "localhost") || !strncmp(host, "127.", 4) || !strcmp(host, "::1");
}

void ws_client_failed(struct ws_conn *conn, const char *detail)
{
    struct ws_client *client = conn->client;
    if (detail)
        log_debug("ws", "peer=%s connecting failed: %s", conn->name, detail);
    if (conn->wsi && detail)
        client->status = (int)lws_http_client_http_response(conn->wsi);
    if (!conn->why || !conn->closing)
        conn->why = client->status ? "the peer refused the handshake"
                    : detail && (strstr(detail, "cert") || strstr(detail, "SSL"))
                        ? "the peer's certificate was not accepted, or it speaks no TLS"
                        : "cannot connect";
    ws_conn_detach(conn, conn->closing);
    loop_defer(conn->ws->loop, connect_next, conn);
}

static void connect_to(struct ws_conn *conn, const char *address)
{
    struct ws_client *client = conn->client;
    struct lws_vhost *vhost =
        ws_vhost(conn->ws, client->tls     ? (client->proxy ? WS_VHOST_TLS_PROXY : WS_VHOST_TLS)
                           : client->proxy ? WS_VHOST_CLIENT_PROXY
                                           : WS_VHOST_CLIENT);
    struct lws_client_connect_info info = {
        .context = conn->ws->context,
        .vhost = vhost,
        .address = address,
        .port = (int)strtol(client->port, NULL, 10),
        .ssl_connection = client->tls ? LCCSCF_USE_SSL : 0,
        .path = client->path,
        .host = client->host_header,
        .local_protocol_name = "loubot",
        .alpn = "http/1.1",
        .opaque_user_data = conn,
        .pwsi = &conn->wsi,
    };
    /* On failure lws may have called back already, or not. */
    if ((!vhost || !lws_client_connect_via_info(&info)) && conn->wsi) {
        conn->wsi = NULL;
        ws_client_failed(conn, NULL);
    } else if (!conn->wsi) {
        loop_defer(conn->ws->loop, connect_next, conn);
    }
}

/* Deferred: tries the next address, or gives up. */
static void connect_next(void *arg)
{
    struct ws_conn *conn = arg;
    struct ws_client *client = conn->client;
    bool again =
        !conn->closing && !client->status && client->address_next < client->address_count;
    if (again)
        connect_to(conn, client->addresses[client->address_next++]);
    else
        ws_conn_end(conn, true);
}

static void add_addresses(struct ws_client *client, const struct addrinfo *list)
{
    char text[64];
    for (; list && client->address_count < WS_ADDRESSES_MAX; list = list->ai_next)
        if (!getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, NULL, 0,
                         NI_NUMERICHOST))
            client->addresses[client->address_count++] = xstrdup(text);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct resolve *resolve = (struct resolve *)request;
    struct ws_conn *conn = resolve->conn;
    if (conn) {
        conn->client->resolve = NULL;
        if (status)
            conn->why = "the host's name was not found";
        else
            add_addresses(conn->client, list);
    }
    uv_freeaddrinfo(list);
    free(resolve);
    if (conn)
        connect_next(conn);
}

static bool start_resolve(struct ws_conn *conn)
{
    struct ws_client *client = conn->client;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    struct resolve *resolve = xcalloc(1, sizeof *resolve);
    resolve->conn = conn;
    client->resolve = resolve;
    if (!uv_getaddrinfo(loop_uv(conn->ws->loop), &resolve->request, on_resolved, client->host,
                        client->port, &hints))
        return true;
    client->resolve = NULL;
    free(resolve);
    return false;
}

ws_id ws_connect(struct ws *ws, const struct ws_client_config *config,
                 const struct ws_client_ops *ops, void *arg, const char **reterr)
{
    struct ws_client *client = ws->closing ? NULL : parse_url(config->url);
    if (!client) {
        *reterr = "the URL is not of the form ws://host:port/path (or wss://)";
        return 0;
    }
    client->ops = *ops;
    client->arg = arg;
    client->headers = config->headers ? xstrdup(config->headers) : NULL;
    client->proxy = getenv("http_proxy") && !is_loopback(client->host);
    struct ws_conn *conn = ws_conn_create(ws, WS_CONNECTING, xstrdup(client->host_header));
    conn->client = client;
    conn->max_frame = config->max_frame;
    conn->max_queued = config->max_queued;
    conn->ping_s = config->ping_s;
    ws_conn_set_id(conn);
    if (client->proxy)
        client->addresses[client->address_count++] = xstrdup(client->host);
    if (client->proxy || !start_resolve(conn))
        loop_defer(ws->loop, connect_next, conn);
    return conn->id;
}

int ws_client_add_headers(struct ws_conn *conn, unsigned char **at, size_t room)
{
    const char *line = conn->client->headers;
    unsigned char *end = *at + room;
    while (line && *line) {
        size_t len = strcspn(line, "\r\n");
        if (len + 2 > (size_t)(end - *at))
            return -1;
        memcpy(*at, line, len);
        memcpy(*at + len, "\r\n", 2);
        *at += len + 2;
        line += len;
        line += strspn(line, "\r\n");
    }
    return 0;
}

void ws_client_opened(struct ws_conn *conn)
{
    conn->phase = WS_OPEN;
    conn->why = NULL;
    conn->heard_at = conn->ws->now_s;
    ws_conn_enter(conn);
    conn->client->ops.on_open(conn->client->arg, conn->id);
    ws_conn_leave(conn);
}

void ws_client_received(struct ws_conn *conn)
{
    conn->client->ops.on_text(conn->client->arg, conn->id, buf_text(&conn->in), conn->in.len);
}

void ws_client_told(struct ws_conn *conn)
{
    struct ws_client *client = conn->client;
    client->ops.on_close(client->arg, conn->id, client->status, conn->why ? conn->why : "");
}
