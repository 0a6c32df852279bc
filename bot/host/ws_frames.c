/* ws_frames.c: WebSocket messages in, joined from what lws hands over piece by piece, and out,
 * drained while the socket takes them.
 *
 * lws gives a frame in as many pieces as its buffer needs, and a message in as many frames as
 * the peer likes; both are joined here, up to the cap. Several writes in one callback are what
 * makes lws on libuv fast (each arming of POLLOUT costs two epoll_ctl calls).
 */
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "host/text.h"
#include "host/ws_private.h"

#define KEEP_BUFFER (64 * 1024) /* a larger one is given back after its message */

/* Refused from within lws' receive callback, a connection must not be closed there: until the
 * peer's close frame comes lws 4.1.6 goes on reading, behind the end of its buffer, which only
 * a callback that returned 0 empties. */
static int refuse(struct ws_conn *conn, enum lws_close_status code, const char *why)
{
    conn->why = why;
    log_warn("ws", "peer=%s closed: %s", conn->name, why);
    ws_close(conn->ws, conn->id, code, why);
    return 0;
}

static void deliver(struct ws_conn *conn)
{
    const char *text = buf_text(&conn->in);
    if (conn->server)
        conn->server->ops.on_text(conn->server->arg, conn->id, conn->tag, text, conn->in.len);
    else
        ws_client_received(conn);
}

static void forget_message(struct ws_conn *conn)
{
    if (conn->in.cap > KEEP_BUFFER)
        buf_finish(&conn->in);
    else
        buf_clear(&conn->in);
}

int ws_frames_receive(struct ws_conn *conn, const void *bytes, size_t len)
{
    struct lws *wsi = conn->wsi;
    if (conn->closing)
        return 0;
    conn->heard_at = conn->ws->now_s;
    conn->pinged = false;
    if (lws_frame_is_binary(wsi))
        return refuse(conn, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "it sent a binary frame");
    size_t rest = lws_remaining_packet_payload(wsi), room = conn->max_frame - conn->in.len;
    if (len > room || rest > room - len)
        return refuse(conn, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "its message is too large");
    conn->in.max = conn->max_frame;
    buf_add(&conn->in, bytes, len);
    if (!lws_is_final_fragment(wsi))
        return 0;
    if (!text_is_utf8(buf_text(&conn->in), conn->in.len))
        return refuse(conn, LWS_CLOSE_STATUS_INVALID_PAYLOAD, "its text is not UTF-8");
    ws_conn_enter(conn);
    deliver(conn);
    if (!conn->dead)
        forget_message(conn);
    return ws_conn_leave(conn) ? 0 : -1;
}

void ws_frames_push(struct ws_conn *conn, const char *text, size_t len)
{
    struct ws_out *out = xmalloc(sizeof *out + LWS_PRE + len);
    out->next = NULL;
    out->len = len;
    memcpy(out->bytes + LWS_PRE, text, len);
    *conn->out_end = out;
    conn->out_end = &out->next;
    conn->queued += len;
}

static void pop(struct ws_conn *conn)
{
    struct ws_out *out = conn->out_first;
    conn->out_first = out->next;
    if (!conn->out_first)
        conn->out_end = &conn->out_first;
    conn->queued -= out->len;
    free(out);
}

/* Under libuv lws 4.1.6 cuts a connection that is closed from a writeable callback before its
 * close frame is out, so closing starts outside of its callbacks. */
static void send_close(void *arg)
{
    struct ws_conn *conn = arg;
    if (!conn->wsi || conn->phase != WS_OPEN)
        return;
    lws_close_reason(conn->wsi, (enum lws_close_status)conn->close_code,
                     (unsigned char *)conn->close_reason, strlen(conn->close_reason));
    lws_close_free_wsi(conn->wsi, LWS_CLOSE_STATUS_NOSTATUS, "by the owner");
}

void ws_frames_clear(struct ws_conn *conn)
{
    loop_undefer(conn->ws->loop, send_close, conn);
    while (conn->out_first)
        pop(conn);
}

int ws_frames_writeable(struct ws_conn *conn)
{
    struct lws *wsi = conn->wsi;
    if (conn->ping_due && !lws_send_pipe_choked(wsi)) {
        unsigned char ping[LWS_PRE + 1] = {0}; /* lws does not report an empty pong */
        conn->ping_due = false;
        if (lws_write(wsi, ping + LWS_PRE, 1, LWS_WRITE_PING) < 0)
            return -1;
    }
    while (conn->out_first && !lws_send_pipe_choked(wsi)) {
        struct ws_out *out = conn->out_first;
        if (lws_write(wsi, out->bytes + LWS_PRE, out->len, LWS_WRITE_TEXT) < 0)
            return -1;
        pop(conn);
    }
    if (conn->out_first || conn->ping_due) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    if (conn->closing && !conn->close_sent) {
        conn->close_sent = true;
        loop_defer(conn->ws->loop, send_close, conn);
    }
    return 0;
}
