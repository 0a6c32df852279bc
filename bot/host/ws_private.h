/* ws_private.h: what the ws*.c files share. Nobody else includes it.
 *
 * One struct ws_conn stands for a connection from accept() or ws_connect() to its end. lws
 * knows it by the wsi's opaque user data; ws_conn_detach() cuts that tie, after which lws may
 * take its time to close the socket (under libuv a wsi outlives its CLOSED callback).
 *
 *   ws.c          context, ids, sending, closing, pings, the one lws callback
 *   ws_frames.c   frames in (joined, checked) and out (drained)
 *   ws_server.c   listening, handshakes          ws_http.c    plain HTTP requests
 *   ws_client.c   URLs, names, connecting        ws_request.c headers and queries
 */
#ifndef LOUBOT_HOST_WS_PRIVATE_H
#define LOUBOT_HOST_WS_PRIVATE_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <uthash.h>

#include "host/buf.h"
#include "host/ws.h"

#define WS_SERVE_BUFFER (32 * 1024) /* rx buffer: larger makes split frames rarer */
#define WS_CLOSE_GRACE_S 5          /* for a peer to take what is queued and the close frame */
#define WS_ADDRESSES_MAX 8

enum ws_phase {
    WS_HTTP,       /* a server's connection that is not (yet) upgraded */
    WS_CONNECTING, /* a client's, until the handshake is done */
    WS_OPEN
};

struct ws_out {
    struct ws_out *next;
    size_t len;
    unsigned char bytes[]; /* LWS_PRE bytes of room, then the frame's text */
};

/* One HTTP exchange. */
struct ws_exchange {
    char method[8];
    char *path;
    struct buf body;
    bool active;    /* a request is being read or answered */
    bool answering; /* `answer` is on its way */
    bool refused;   /* answered before its body came; what still comes is thrown away */
    size_t thrown_away;
    struct buf answer;
    size_t answer_sent;
};

struct ws_conn {
    ws_id id; /* 0 until a server's connection is open */
    struct ws *ws;
    struct lws *wsi;          /* NULL: not connected yet */
    struct ws_server *server; /* NULL: a client */
    enum ws_phase phase;
    char *name; /* for the log: peer address or host */
    void *tag;

    struct buf in; /* the message that is being joined */
    struct ws_out *out_first, **out_end;
    size_t queued;
    size_t max_frame, max_queued;
    int ping_s;
    int64_t heard_at; /* second of ws->now_s at which the peer was heard last */
    bool pinged, ping_due;

    bool closing, close_sent;
    int close_code;
    char close_reason[100];
    const char *why; /* static */

    int busy;  /* depth of callbacks to the owner that are running */
    bool dead; /* free it when `busy` is 0 again */

    struct ws_exchange http;
    struct ws_client *client;
    struct ws_conn *prev, *next; /* in ws->conns */
    UT_hash_handle hh;           /* in ws->by_id */
};

struct ws_server {
    struct ws *ws;
    struct ws_server *next;
    struct ws_server_config config;
    struct ws_server_ops ops;
    void *arg;
    int fd, port, connections;
    struct loop_watch *watch;
};

enum {
    WS_VHOST_SERVER,
    WS_VHOST_CLIENT,
    WS_VHOST_CLIENT_PROXY,
    WS_VHOST_TLS,
    WS_VHOST_TLS_PROXY
};
#define WS_VHOSTS 5

struct ws {
    struct loop *loop;
    struct lws_context *context;
    struct lws_vhost *vhosts[WS_VHOSTS]; /* made when first needed */
    struct ws_lws_store *store;          /* what lws reads until its last callback */
    struct ws_server *servers;
    struct ws_conn *conns, *by_id;
    struct loop_timer *second;
    int64_t now_s; /* seconds counted since ws_create() */
    ws_id last_id;
    bool closing;    /* an owner that connects anew when he hears of the end is refused */
    char error[200]; /* behind *reterr */
};

/* ws.c */
struct lws_vhost *ws_vhost(struct ws *ws, int which); /* NULL: it cannot be made */
/* lws matches offered subprotocols against a fixed table and drops the connection when none
 * fits; this names the one that the next handshake is to accept. */
void ws_set_subprotocol(struct ws *ws, const char *name);
struct ws_conn *ws_conn_create(struct ws *ws, enum ws_phase phase, char *name);
void ws_conn_set_id(struct ws_conn *conn);
struct ws_conn *ws_conn_find(struct ws *ws, ws_id id);
void ws_conn_detach(struct ws_conn *conn, bool kill);
/* Tells the owner, if he is to be told, and frees. */
void ws_conn_end(struct ws_conn *conn, bool tell);
/* Around every call to the owner: the connection may be dropped inside. */
void ws_conn_enter(struct ws_conn *conn);
bool ws_conn_leave(struct ws_conn *conn); /* false: it is gone */

/* ws_frames.c: for the lws callback, return 0 or -1 (close). */
int ws_frames_receive(struct ws_conn *conn, const void *bytes, size_t len);
int ws_frames_writeable(struct ws_conn *conn);
void ws_frames_push(struct ws_conn *conn, const char *text, size_t len);
void ws_frames_clear(struct ws_conn *conn);

/* ws_server.c */
int ws_server_upgrade(struct ws_conn *conn, const char *to);
void ws_server_opened(struct ws_conn *conn);

/* ws_http.c */
int ws_http_request(struct ws_conn *conn, const char *path);
int ws_http_body(struct ws_conn *conn, const void *bytes, size_t len);
int ws_http_body_complete(struct ws_conn *conn);
int ws_http_writeable(struct ws_conn *conn);
void ws_http_finish(struct ws_conn *conn);
/* A short answer of our own, written at once; the connection is to be closed. */
void ws_http_refuse(struct lws *wsi, int status);

/* ws_client.c */
void ws_client_opened(struct ws_conn *conn);
void ws_client_failed(struct ws_conn *conn, const char *detail);
int ws_client_add_headers(struct ws_conn *conn, unsigned char **at, size_t room);
void ws_client_told(struct ws_conn *conn);
void ws_client_finish(struct ws_conn *conn);
void ws_client_received(struct ws_conn *conn);

/* ws_request.c */
void ws_request_fill(struct ws_request *request, struct lws *wsi, const char *method,
                     const char *path);
const char *ws_request_method(struct lws *wsi);

#endif
