/* ws.h: WebSocket and HTTP servers and WebSocket clients, over libwebsockets. Nothing outside
 * host/ sees lws.
 *
 * Frames are delivered whole (fragments are joined up to the cap), text only; a binary frame,
 * invalid UTF-8 or a frame over the cap closes the connection with the proper code and one log
 * line. Nothing is unbounded: each connection has a cap for the bytes that wait to be written;
 * a peer that does not read is closed when it is reached.
 *
 * Connections are known by id (DESIGN §3.12): ws_send() to an id that is gone returns
 * ERR_CLOSED.
 */
#ifndef LOUBOT_HOST_WS_H
#define LOUBOT_HOST_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct ws;        /* one lws context */
struct ws_server; /* one listening port */

typedef uint64_t ws_id; /* 0 is nobody; never used again in a process */

/* NULL (after a log line) when the library's part for our event loop is not installed. */
struct ws *ws_create(struct loop *loop);
/* Closes every connection and server; their on_close is called before it returns. Runs the loop
 * for some rounds, since libwebsockets needs them: not from within a callback. Sets the pointer
 * NULL, accepts NULL. */
void ws_destroy(struct ws **ws);

/* What an HTTP request or a WebSocket handshake carries. Valid during the callback only. */
struct ws_request {
    const char *method; /* "GET", "POST" … */
    const char *path;   /* decoded, starts with '/' */
    const char *body;   /* POST only; may hold NUL bytes */
    size_t body_len;
    void *lws; /* private */
};
/* A header by lower-case name without colon ("authorization", "host", "origin", "x-self-id"),
 * or NULL. `value` is filled and returned; a longer header counts as absent. */
const char *ws_header(const struct ws_request *request, const char *name, char *value,
                      size_t size);
/* A query parameter, decoded, or NULL. */
const char *ws_query(const struct ws_request *request, const char *name, char *value,
                     size_t size);

struct ws_response {
    int status;               /* 200, 404 … */
    const char *content_type; /* NULL: text/plain; charset=utf-8 */
    const char *headers;      /* further lines "name: value\n", or NULL */
    const void *body;         /* copied */
    size_t body_len;
};

/* Answers with an embedded file (host/assets.h): status 200 and its bytes, or 404 and false. */
bool ws_answer_asset(struct ws_response *response, const char *path);

struct ws_server_ops {
    /* A plain HTTP request, body complete (at most max_body). Must fill the answer before it
     * returns. Requests with Transfer-Encoding are answered 411 before they come here, larger
     * bodies 413. */
    void (*on_http)(void *arg, const struct ws_request *request, struct ws_response *response);
    /* A WebSocket handshake. Returns 0 to accept, or the HTTP status to refuse with (401, 403,
     * 404 …). `*ret_tag` is handed to the connection's later callbacks. */
    int (*on_handshake)(void *arg, const struct ws_request *request, void **ret_tag);
    void (*on_open)(void *arg, ws_id id, void *tag);
    void (*on_text)(void *arg, ws_id id, void *tag, const char *text,
                    size_t len);                      /* text is NUL-terminated */
    void (*on_close)(void *arg, ws_id id, void *tag); /* once for each on_open */
};

struct ws_server_config {
    const char *address; /* "127.0.0.1" */
    int port;            /* 0: any free one; see ws_server_port() */
    size_t max_frame;    /* bytes of one message */
    size_t max_body;     /* bytes of one HTTP body */
    size_t max_queued;   /* bytes waiting on one connection */
    int max_connections;
    int ping_s; /* idle seconds before a ping; a peer silent for twice that is closed. 0: none
                 */
};

/* `reterr` is a sentence for the operator when NULL is returned ("port 8080 is in use: …"),
 * static or owned by ws. */
struct ws_server *ws_listen(struct ws *ws, const struct ws_server_config *config,
                            const struct ws_server_ops *ops, void *arg, const char **reterr);
int ws_server_port(const struct ws_server *server);
/* Closes it and its connections; their on_close is called before it returns. Not from within
 * one of its own callbacks. */
void ws_server_close(struct ws_server **server);

struct ws_client_ops {
    void (*on_open)(void *arg, ws_id id);
    void (*on_text)(void *arg, ws_id id, const char *text, size_t len);
    /* Exactly once for each ws_connect that returned an id, never before it has returned.
     * `status` is the HTTP status when the handshake was refused, else 0; `why` is static text.
     */
    void (*on_close)(void *arg, ws_id id, int status, const char *why);
};

struct ws_client_config {
    const char *url;     /* ws://host:port/path?query or wss://… ; names are resolved without
                            blocking the loop */
    const char *headers; /* further lines "name: value\n", or NULL */
    size_t max_frame;
    size_t max_queued;
    int ping_s;
};
/* Starts connecting. Returns 0 and sets *reterr when the URL is not understood. */
ws_id ws_connect(struct ws *ws, const struct ws_client_config *config,
                 const struct ws_client_ops *ops, void *arg, const char **reterr);

/* Queues one text frame (copied). 0, ERR_CLOSED, or ERR_FULL (the connection is then being
 * closed). */
int ws_send(struct ws *ws, ws_id id, const char *text, size_t len);
/* Bytes that wait to be written. */
size_t ws_queued(struct ws *ws, ws_id id);
/* Starts closing with a WebSocket close code (1000, 1008 …) after what is queued; on_close
 * still comes, within some seconds even when the peer is gone. */
void ws_close(struct ws *ws, ws_id id, int code, const char *reason);
/* Cuts the connection at once and without on_close: for an owner that goes away (an adapter's
 * stop()). Unknown ids are ignored. */
void ws_drop(struct ws *ws, ws_id id);

#endif
