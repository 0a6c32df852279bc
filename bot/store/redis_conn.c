/* redis_conn.c: see redis_conn.h.
 *
 * hiredis connects and parses; the descriptor is ours, on loop_watch: its async layer swallows
 * refused connections on libuv, knows no deadline, and would copy every command once more. A
 * connection is usable once it has answered a PING: a server that still loads its data, or is
 * full, refuses there.
 *
 * Commands stand in one queue in the order they were given; `next_out` is the first of them
 * that has not been written whole. Answers come in that order.
 */
#include "store/redis_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/err.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "store/redis_reply.h"

#define RETRY_FIRST_MS 20
#define RETRY_MAX_MS 2000
#define WRITE_PIECES 64
#define READ_SIZE 16384
#define READS_A_ROUND 16
#define SCRIPTS_KNOWN 32
#define REASON_MAX 160

enum conn_state { CONN_WAITING, CONN_CONNECTING, CONN_GREETING, CONN_USABLE, CONN_CLOSED };

struct redis_conn {
    struct loop *loop;
    const struct redis_config *config; /* the owner's */
    const struct redis_conn_owner *ops;
    void *owner;
    enum conn_state state;
    int fd; /* -1 while waiting or closed */
    struct loop_watch *watch;
    struct loop_timer *retry;
    int64_t retry_ms; /* the next pause, before jitter */
    struct redis_reader *reader;
    struct redis_calls calls;
    struct redis_call *next_out;
    size_t written; /* bytes of next_out that are out */
    uint32_t ticks;
    const struct redis_script *loaded[SCRIPTS_KNOWN]; /* on this connection */
    int loaded_count;
};

static void conn_start(struct redis_conn *conn);
static void conn_flush(void *arg);

bool redis_conn_usable(const struct redis_conn *conn)
{
    return conn->state == CONN_USABLE;
}

static void on_retry(void *arg)
{
    struct redis_conn *conn = arg;
    loop_timer_stop(&conn->retry);
    conn_start(conn);
}

/* Half to one and a half times the pause, so that many daemons do not come back as one. */
static int64_t with_jitter(int64_t pause_ms)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint32_t)getpid() * 2654435761u;
    return pause_ms / 2 + (int64_t)(random % (uint32_t)(pause_ms + 1));
}

/* A command that is not wholly out cannot run; one that is may have. */
static void hand_back_calls(struct redis_conn *conn, int error_sent, int error_unsent)
{
    struct redis_calls calls = conn->calls;
    const struct redis_call *first_unsent = conn->next_out;
    conn->calls = (struct redis_calls){NULL, NULL};
    conn->next_out = NULL;
    conn->written = 0;
    bool sent = true;
    struct redis_call *call;
    while ((call = redis_calls_pop(&calls))) {
        if (call == first_unsent)
            sent = false;
        if (call->kind == REDIS_CALL_USER)
            conn->ops->failed(conn->owner, call, sent ? error_sent : error_unsent);
        else
            free(call);
    }
}

static void disconnect(struct redis_conn *conn)
{
    loop_undefer(conn->loop, conn_flush, conn);
    loop_watch_stop(&conn->watch);
    if (conn->fd >= 0)
        close(conn->fd);
    conn->fd = -1;
    conn->loaded_count = 0;
}

static void conn_lose(struct redis_conn *conn, const char *reason)
{
    char said[REASON_MAX]; /* `reason` may lie in the reader */
    snprintf(said, sizeof said, "%s", reason);
    bool was_usable = conn->state == CONN_USABLE;
    conn->state = CONN_WAITING;
    disconnect(conn);
    redis_reader_destroy(&conn->reader);
    conn->retry = loop_timer_start(conn->loop, with_jitter(conn->retry_ms), 0, on_retry, conn);
    conn->retry_ms = conn->retry_ms * 2 < RETRY_MAX_MS ? conn->retry_ms * 2 : RETRY_MAX_MS;
    hand_back_calls(conn, ERR_TIMEOUT, ERR_AWAY);
    conn->ops->lost(conn->owner, was_usable, said);
}

static void conn_queue(struct redis_conn *conn, struct redis_call *call)
{
    call->deadline = conn->ticks + REDIS_DEADLINE_TICKS + 1;
    redis_calls_push(&conn->calls, call);
    if (!conn->next_out)
        conn->next_out = call;
    loop_defer(conn->loop, conn_flush, conn);
}

/* Forgets what is out whole; what is left of the rest begins at conn->written. */
static void advance(struct redis_conn *conn, size_t out)
{
    conn->written += out;
    while (conn->next_out && conn->written >= conn->next_out->len) {
        conn->written -= conn->next_out->len;
        conn->next_out = conn->next_out->next;
    }
}

static ssize_t write_some(struct redis_conn *conn)
{
    struct iovec pieces[WRITE_PIECES];
    size_t count = 0, skip = conn->written;
    for (struct redis_call *c = conn->next_out; c && count < WRITE_PIECES; c = c->next) {
        pieces[count++] = (struct iovec){c->bytes + skip, c->len - skip};
        skip = 0;
    }
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
    return sendmsg(conn->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void conn_flush(void *arg)
{
    struct redis_conn *conn = arg;
    if (conn->state != CONN_GREETING && conn->state != CONN_USABLE)
        return;
    while (conn->next_out) {
        ssize_t out = write_some(conn);
        if (out >= 0) {
            advance(conn, (size_t)out);
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            conn_lose(conn, strerror(errno));
            return;
        }
        break;
    }
    loop_watch_set(conn->watch, conn->next_out ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static void take_greeting(struct redis_conn *conn, const struct redis_reply *reply)
{
    if (reply->type == REDIS_ERROR) {
        conn_lose(conn, reply->text);
        return;
    }
    conn->state = CONN_USABLE;
    conn->retry_ms = RETRY_FIRST_MS;
    conn->ops->usable(conn->owner);
}

static bool is_noscript(const struct redis_call *call, const struct redis_reply *reply)
{
    return call->script && reply->type == REDIS_ERROR &&
           strncmp(reply->text, "NOSCRIPT", 8) == 0;
}

static void take_reply(struct redis_conn *conn, const struct redis_reply *reply)
{
    if (!conn->calls.head || conn->calls.head == conn->next_out) {
        conn_lose(conn, reply->type == REDIS_ERROR ? reply->text : "an answer to nothing");
        return;
    }
    struct redis_call *call = redis_calls_pop(&conn->calls);
    if (call->kind == REDIS_CALL_USER && !is_noscript(call, reply)) {
        conn->ops->answered(conn->owner, call, reply);
        return;
    }
    if (call->kind == REDIS_CALL_PING)
        take_greeting(conn, reply);
    else if (call->kind == REDIS_CALL_USER)
        conn_queue(conn, redis_call_as_eval(call));
    free(call);
}

/* False when the connection is gone. */
static bool take_replies(struct redis_conn *conn)
{
    while (conn->fd >= 0) {
        const struct redis_reply *reply = NULL;
        if (redis_reader_next(conn->reader, &reply)) {
            conn_lose(conn, "the answer is not in Redis' protocol, or too long");
            return false;
        }
        if (!reply)
            return true;
        take_reply(conn, reply);
    }
    return false;
}

static void conn_read(struct redis_conn *conn)
{
    char bytes[READ_SIZE];
    for (int i = 0; i < READS_A_ROUND; i++) {
        ssize_t got = recv(conn->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return;
        if (got <= 0) {
            conn_lose(conn, got ? strerror(errno) : "closed by the server");
            return;
        }
        if (redis_reader_feed(conn->reader, bytes, (size_t)got)) {
            conn_lose(conn, "an answer is too long");
            return;
        }
        if (!take_replies(conn) || (size_t)got < sizeof bytes)
            return;
    }
}

static void take_connected(struct redis_conn *conn)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error) {
        conn_lose(conn, strerror(error));
        return;
    }
    conn->state = CONN_GREETING;
    conn_flush(conn);
}

static void on_io(void *arg, int events)
{
    struct redis_conn *conn = arg;
    if (conn->state == CONN_CONNECTING) {
        take_connected(conn);
        return;
    }
    if (events & LOOP_READ)
        conn_read(conn);
    if (conn->fd >= 0 && (events & LOOP_WRITE))
        conn_flush(conn);
}

/* Makes a descriptor whose connection is made or on its way; -1 and the reason otherwise. */
static int open_socket(const struct redis_config *config, char *reason)
{
    redisContext *c = config->socket ? redisConnectUnixNonBlock(config->socket)
                                     : redisConnectNonBlock(config->host, config->port);
    if (!c)
        abort();
    snprintf(reason, REASON_MAX, "%s", c->errstr);
    bool failed = c->err != 0;
    int fd = redisFreeKeepFd(c);
    if (!failed && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void conn_start(struct redis_conn *conn)
{
    char reason[REASON_MAX] = "";
    conn->fd = open_socket(conn->config, reason);
    if (conn->fd < 0) {
        conn_lose(conn, reason);
        return;
    }
    conn->state = CONN_CONNECTING;
    conn->reader = redis_reader_create();
    conn->watch = loop_watch_start(conn->loop, conn->fd, LOOP_WRITE, on_io, conn);
    conn_queue(conn, redis_call_ping()); /* its deadline bounds the connecting, too */
}

struct redis_conn *redis_conn_create(struct loop *loop, const struct redis_config *config,
                                     const struct redis_conn_owner *ops, void *owner)
{
    struct redis_conn *conn = xcalloc(1, sizeof *conn);
    conn->loop = loop;
    conn->config = config;
    conn->ops = ops;
    conn->owner = owner;
    conn->fd = -1;
    conn->retry_ms = RETRY_FIRST_MS;
    conn->retry = loop_timer_start(loop, 0, 0, on_retry, conn);
    return conn;
}

/* The reader stays: this may run inside the callback that uses its reply. */
void redis_conn_close(struct redis_conn *conn)
{
    conn->state = CONN_CLOSED;
    loop_timer_stop(&conn->retry);
    disconnect(conn);
    hand_back_calls(conn, ERR_CLOSED, ERR_CLOSED);
}

void redis_conn_destroy(struct redis_conn **conn)
{
    if (!*conn)
        return;
    redis_reader_destroy(&(*conn)->reader);
    free(*conn);
    *conn = NULL;
}

static bool is_loaded(struct redis_conn *conn, const struct redis_script *script)
{
    for (int i = 0; i < conn->loaded_count; i++)
        if (conn->loaded[i] == script)
            return true;
    return false;
}

/* Loading in front keeps a lane's order: an EVAL after NOSCRIPT would come behind what was
 * given after it. */
void redis_conn_push(struct redis_conn *conn, struct redis_call *call)
{
    if (call->script && !is_loaded(conn, call->script) && conn->loaded_count < SCRIPTS_KNOWN) {
        conn->loaded[conn->loaded_count++] = call->script;
        conn_queue(conn, redis_call_load(call->script));
    }
    conn_queue(conn, call);
}

void redis_conn_tick(struct redis_conn *conn)
{
    conn->ticks++;
    const struct redis_call *oldest = conn->calls.head;
    if (oldest && (int32_t)(conn->ticks - oldest->deadline) >= 0)
        conn_lose(conn, "no answer before the deadline");
}
