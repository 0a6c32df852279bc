/* ws_server.c: listening sockets and WebSocket handshakes.
 *
 * The sockets are accepted here and handed to lws one by one. So a failing bind() can be told
 * to the operator in a sentence, the number of connections is capped before lws spends memory
 * on them, and closing a server needs no vhost to be taken down while the loop runs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "host/ws_private.h"

#define BACKLOG 128
#define ACCEPT_BATCH 32 /* connections taken in one round */
#define SUBPROTOCOLS_MAX 128

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static char *address_name(const union address *address)
{
    char text[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof text);
        return xasprintf("[%s]:%u", text, ntohs(address->v6.sin6_port));
    }
    inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof text);
    return xasprintf("%s:%u", text, ntohs(address->v4.sin_port));
}

static void adopt(struct ws_server *server, int fd, const union address *peer)
{
    int on = 1;
    struct lws_vhost *vhost = ws_vhost(server->ws, WS_VHOST_SERVER);
    if (!vhost || server->connections >= server->config.max_connections) {
        log_warn("ws", "port=%d refused a connection: there are %d", server->port,
                 server->connections);
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct lws *wsi = lws_adopt_socket_vhost(vhost, fd);
    if (!wsi)
        return;
    struct ws_conn *conn = ws_conn_create(server->ws, WS_HTTP, address_name(peer));
    conn->server = server;
    conn->wsi = wsi;
    conn->max_frame = server->config.max_frame;
    conn->max_queued = server->config.max_queued;
    conn->ping_s = server->config.ping_s;
    server->connections++;
    lws_set_opaque_user_data(wsi, conn);
}

static void on_acceptable(void *arg, int events)
{
    struct ws_server *server = arg;
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        union address peer = {0};
        socklen_t len = sizeof peer;
        int fd = accept4(server->fd, &peer.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        adopt(server, fd, &peer);
    }
}

static bool parse_address(const char *text, int port, union address *ret_address,
                          socklen_t *ret_len)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (inet_pton(AF_INET, text, &ret_address->v4.sin_addr) == 1) {
        ret_address->v4.sin_family = AF_INET;
        ret_address->v4.sin_port = htons((uint16_t)port);
        *ret_len = sizeof ret_address->v4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &ret_address->v6.sin6_addr) == 1) {
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = htons((uint16_t)port);
        *ret_len = sizeof ret_address->v6;
        return true;
    }
    return false;
}

static int listen_on(const union address *address, socklen_t len)
{
    int on = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &address->any, len) || listen(fd, BACKLOG)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static const char *explain(struct ws *ws, const char *address, int port)
{
    char *text = ws->error;
    size_t size = sizeof ws->error;
    if (errno == EADDRINUSE)
        snprintf(text, size,
                 "port %d of %s is in use: stop the program that uses it, or choose another "
                 "port",
                 port, address);
    else if (errno == EACCES)
        snprintf(text, size, "port %d of %s is not allowed here: choose one above 1023", port,
                 address);
    else if (errno == EADDRNOTAVAIL)
        snprintf(text, size, "%s is no address of this machine: choose another one", address);
    else
        snprintf(text, size, "cannot listen on port %d of %s: %s", port, address,
                 strerror(errno));
    return text;
}

struct ws_server *ws_listen(struct ws *ws, const struct ws_server_config *config,
                            const struct ws_server_ops *ops, void *arg, const char **reterr)
{
    union address address;
    socklen_t len;
    if (config->port < 0 || config->port > 65535 ||
        !parse_address(config->address, config->port, &address, &len)) {
        *reterr = "the address to listen on is not an IP address with a port up to 65535";
        return NULL;
    }
    int fd = listen_on(&address, len);
    if (fd < 0) {
        *reterr = explain(ws, config->address, config->port);
        return NULL;
    }
    getsockname(fd, &address.any, &len);
    struct ws_server *server = xcalloc(1, sizeof *server);
    server->ws = ws;
    server->config = *config;
    server->config.address = NULL; /* the caller's */
    server->ops = *ops;
    server->arg = arg;
    server->fd = fd;
    server->port =
        ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    server->watch = loop_watch_start(ws->loop, fd, LOOP_READ, on_acceptable, server);
    server->next = ws->servers;
    ws->servers = server;
    return server;
}

int ws_server_port(const struct ws_server *server)
{
    return server->port;
}

void ws_server_close(struct ws_server **server)
{
    struct ws_server *s = *server;
    if (!s)
        return;
    *server = NULL;
    loop_watch_stop(&s->watch);
    close(s->fd);
    for (struct ws_conn *conn = s->ws->conns; conn;) {
        if (conn->server != s) {
            conn = conn->next;
            continue;
        }
        ws_conn_detach(conn, true);
        ws_conn_end(conn, true);
        conn = s->ws->conns;
    }
    struct ws_server **at = &s->ws->servers;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    free(s);
}

/* Names the first subprotocol that the peer offers as ours, since browsers drop a connection
 * whose offer is not answered. False: the offer is not one. */
static bool accept_subprotocol(struct ws_conn *conn)
{
    char offered[SUBPROTOCOLS_MAX];
    int len = lws_hdr_copy(conn->wsi, offered, sizeof offered - 1, WSI_TOKEN_PROTOCOL);
    if (len < 0)
        return false;
    offered[len] = '\0';
    char *first = offered + strspn(offered, " \t,");
    first[strcspn(first, " \t,")] = '\0';
    if (len && !*first)
        return false;
    ws_set_subprotocol(conn->ws, first);
    return true;
}

static bool is_handshake(struct ws_conn *conn)
{
    char key[32], version[8], connection[128];
    struct ws_request request = {.lws = conn->wsi};
    return ws_header(&request, "sec-websocket-key", key, sizeof key) && strlen(key) == 24 &&
           ws_header(&request, "sec-websocket-version", version, sizeof version) &&
           !strcmp(version, "13") &&
           ws_header(&request, "connection", connection, sizeof connection) &&
           strcasestr(connection, "upgrade") && !strcmp(ws_request_method(conn->wsi), "GET") &&
           accept_subprotocol(conn);
}

int ws_server_upgrade(struct ws_conn *conn, const char *to)
{
    const struct ws_server *server = conn->server;
    struct ws_request request;
    char path[1024];
    int status = 400;
    if (!strcasecmp(to, "websocket") && is_handshake(conn) &&
        lws_hdr_copy(conn->wsi, path, sizeof path, WSI_TOKEN_GET_URI) > 0) {
        ws_request_fill(&request, conn->wsi, "GET", path);
        status = server->ops.on_handshake
                     ? server->ops.on_handshake(server->arg, &request, &conn->tag)
                     : 404;
    }
    if (!status)
        return 0;
    log_debug("ws", "peer=%s handshake refused status=%d", conn->name, status);
    ws_http_refuse(conn->wsi, status);
    return -1;
}

void ws_server_opened(struct ws_conn *conn)
{
    conn->phase = WS_OPEN;
    conn->heard_at = conn->ws->now_s;
    ws_http_finish(conn);
    ws_conn_set_id(conn);
    ws_conn_enter(conn);
    conn->server->ops.on_open(conn->server->arg, conn->id, conn->tag);
    ws_conn_leave(conn);
}
