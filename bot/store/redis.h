/* redis.h: the asynchronous Redis client: a few connections, scripts by SHA, deadlines,
 * reconnects.
 *
 * hiredis 0.14.1 stands behind it, with an own libuv adapter (Debian's never reports a refused
 * connection) and own deadlines (0.14.1 has none); see MODELS for what was found. Commands
 * given in one loop round are written together, so that they share one fsync of the server. A
 * group's commands always take the same connection (chosen by `lane`), so their order is kept.
 *
 * While Redis is away commands fail at once with ERR_AWAY: whoever needs to wait keeps its own
 * queue (intake does) and starts again when the state callback says up.
 */
#ifndef LOUBOT_STORE_REDIS_H
#define LOUBOT_STORE_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct redis;

/* Good values. Measured with tests/bench/store_bench.c (1.1 KB commits of eight writes,
 * `appendfsync always`, 64 in flight): one connection 9-14 thousand commits a second, two
 * 16-18, four 18-21, eight and sixteen no more, at twice our own processor time a commit, since
 * each connection costs a write and a read of its own in every round. */
enum { REDIS_CONNECTIONS = 4, REDIS_DEADLINE_MS = 5000, REDIS_MAX_WAITING = 8192 };

struct redis_config {
    const char *socket; /* path of a unix socket, or NULL */
    const char
        *host; /* IP address (names are resolved by the caller), used when socket is NULL */
    int port;
    int connections; /* 1..16 */
    int deadline_ms; /* of one command; then ERR_TIMEOUT and the connection is dropped: outcome
                        unknown */
    size_t max_waiting; /* commands without answer, over all connections; beyond it ERR_FULL */
};

/* Called when the first connection is usable, and whenever all are lost (up = false). */
typedef void redis_state_cb(void *arg, bool up);

struct redis *redis_create(struct loop *loop, const struct redis_config *config,
                           redis_state_cb *cb, void *arg);
/* Outstanding callbacks come with ERR_CLOSED before it returns. Sets the pointer NULL, accepts
 * NULL. */
void redis_destroy(struct redis **redis);
bool redis_is_up(const struct redis *redis);
/* Commands sent and not yet answered. */
size_t redis_waiting(const struct redis *redis);

/* A reply, valid during the callback. */
enum redis_type { REDIS_NIL, REDIS_INT, REDIS_TEXT, REDIS_LIST, REDIS_ERROR };
struct redis_reply {
    enum redis_type type;
    int64_t integer;
    const char *text; /* TEXT and ERROR; NUL-terminated, may hold NUL bytes */
    size_t len;       /* of text, or items of the list */
    const struct redis_reply *const *items;
};

/* Exactly once for each command, never before the call that gave it has returned. `error` is 0
 * (see reply, which may be of type REDIS_ERROR), ERR_AWAY (not sent), ERR_TIMEOUT (sent,
 * outcome unknown), ERR_FULL or ERR_CLOSED. */
typedef void redis_cb(void *arg, int error, const struct redis_reply *reply);

/* One command: argv[0] is its name. `lane` picks the connection (equal lanes keep their order).
 * `lens` may be NULL when all arguments are plain strings. */
void redis_command(struct redis *redis, uint32_t lane, int argc, const char *const *argv,
                   const size_t *lens, redis_cb *cb, void *arg);

/* A script: sent by EVALSHA; NOSCRIPT is answered by EVAL, unseen by the caller. `keys` come
 * first, then `argv`. */
struct redis_script {
    const char *source;
    char sha[41]; /* filled at first use */
};
void redis_eval(struct redis *redis, uint32_t lane, struct redis_script *script, int key_count,
                const char *const *keys, int argc, const char *const *argv, const size_t *lens,
                redis_cb *cb, void *arg);

#endif
