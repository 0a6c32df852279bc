/* redis.c: the client that the rest of Loubot sees: lanes over several connections, the cap on
 * waiting commands, failures told later, up and down told once.
 *
 * redis_call.c makes bytes of a command, redis_conn.c carries them, redis_reply.c reads the
 * answers.
 */
#include "store/redis.h"

#include <stdlib.h>
#include <string.h>

#include "host/err.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "store/redis_call.h"
#include "store/redis_conn.h"

#define CONNECTIONS_MAX 16
#define TICK_MIN_MS 5

/* Lanes are folded onto as many slots as there are connections. A slot stays on its connection
 * while it has commands there; only an idle slot moves (away from a lost connection, and home
 * again), so that order holds. */
struct slot {
    unsigned conn;
    size_t waiting;
};

struct redis {
    struct loop *loop;
    struct redis_config config; /* strings are copies */
    redis_state_cb *state_cb;
    void *state_arg;
    struct redis_conn *conns[CONNECTIONS_MAX];
    struct slot slots[CONNECTIONS_MAX];
    unsigned count;
    unsigned usable;
    struct loop_timer *tick;
    size_t waiting;
    struct redis_calls failed; /* to be told at the end of the round */
    size_t failed_count;
    bool told_up;   /* what state_cb heard last */
    bool said_away; /* the log has heard of this outage */
    bool closed;
    int in_callback;
};

static void redis_free(void *arg)
{
    struct redis *redis = arg;
    for (unsigned i = 0; i < redis->count; i++)
        redis_conn_destroy(&redis->conns[i]);
    free((char *)redis->config.socket);
    free((char *)redis->config.host);
    free(redis);
}

static void tell(struct redis *redis, struct redis_call *call, int error,
                 const struct redis_reply *reply)
{
    redis->in_callback++;
    if (call->cb)
        call->cb(call->arg, error, reply);
    redis->in_callback--;
    free(call);
}

static void tell_state(struct redis *redis)
{
    bool up = redis->usable > 0;
    if (up == redis->told_up)
        return;
    redis->told_up = up;
    redis->in_callback++;
    if (redis->state_cb)
        redis->state_cb(redis->state_arg, up);
    redis->in_callback--;
}

/* Those that fail meanwhile wait for the next time: a caller that always tries again must not
 * keep the loop here. */
static void tell_failures(void *arg)
{
    struct redis *redis = arg;
    size_t count = redis->failed_count;
    for (size_t i = 0; i < count && redis->failed.head; i++) {
        struct redis_call *call = redis_calls_pop(&redis->failed);
        redis->failed_count--;
        tell(redis, call, redis->closed ? ERR_CLOSED : call->error, NULL);
    }
    if (!redis->closed)
        tell_state(redis);
}

static void fail_later(struct redis *redis, struct redis_call *call, int error)
{
    call->error = error;
    redis_calls_push(&redis->failed, call);
    redis->failed_count++;
    loop_defer(redis->loop, tell_failures, redis);
}

static void call_left(struct redis *redis, const struct redis_call *call)
{
    redis->slots[call->slot].waiting--;
    redis->waiting--;
}

static void on_usable(void *owner)
{
    struct redis *redis = owner;
    redis->usable++;
    redis->said_away = false;
    if (redis->usable == 1)
        log_info("redis", "up");
    loop_defer(redis->loop, tell_failures, redis);
}

static void on_lost(void *owner, bool was_usable, const char *reason)
{
    struct redis *redis = owner;
    if (was_usable)
        redis->usable--;
    if (redis->usable > 0 && was_usable) {
        log_warn("redis", "a connection is lost, others hold: %s", reason);
    } else if (redis->usable == 0 && !redis->said_away) {
        redis->said_away = true;
        log_error("redis", "cannot be reached, trying on: at=%s reason=%s",
                  redis->config.socket ? redis->config.socket : redis->config.host, reason);
    }
    loop_defer(redis->loop, tell_failures, redis);
}

static void on_answered(void *owner, struct redis_call *call, const struct redis_reply *reply)
{
    struct redis *redis = owner;
    call_left(redis, call);
    tell(redis, call, 0, reply);
}

static void on_failed(void *owner, struct redis_call *call, int error)
{
    struct redis *redis = owner;
    call_left(redis, call);
    fail_later(redis, call, error);
}

static const struct redis_conn_owner conn_owner = {
    .usable = on_usable,
    .lost = on_lost,
    .answered = on_answered,
    .failed = on_failed,
};

static void on_tick(void *arg)
{
    struct redis *redis = arg;
    for (unsigned i = 0; i < redis->count; i++)
        redis_conn_tick(redis->conns[i]);
}

struct redis *redis_create(struct loop *loop, const struct redis_config *config,
                           redis_state_cb *cb, void *arg)
{
    struct redis *redis = xcalloc(1, sizeof *redis);
    redis->loop = loop;
    redis->config = *config;
    redis->config.socket = config->socket ? xstrdup(config->socket) : NULL;
    redis->config.host = config->host ? xstrdup(config->host) : NULL;
    redis->state_cb = cb;
    redis->state_arg = arg;
    redis->count = config->connections < 1                 ? 1
                   : config->connections > CONNECTIONS_MAX ? CONNECTIONS_MAX
                                                           : (unsigned)config->connections;
    for (unsigned i = 0; i < redis->count; i++)
        redis->conns[i] = redis_conn_create(loop, &redis->config, &conn_owner, redis);
    int64_t tick_ms = config->deadline_ms / REDIS_DEADLINE_TICKS;
    if (tick_ms < TICK_MIN_MS)
        tick_ms = TICK_MIN_MS;
    redis->tick = loop_timer_start(loop, tick_ms, tick_ms, on_tick, redis);
    return redis;
}

void redis_destroy(struct redis **redis)
{
    struct redis *r = *redis;
    *redis = NULL;
    if (!r || r->closed)
        return;
    r->closed = true;
    loop_timer_stop(&r->tick);
    for (unsigned i = 0; i < r->count; i++)
        redis_conn_close(r->conns[i]);
    while (r->failed.head)
        tell_failures(r);
    loop_undefer(r->loop, tell_failures, r);
    if (r->in_callback)
        loop_defer(r->loop, redis_free, r);
    else
        redis_free(r);
}

bool redis_is_up(const struct redis *redis)
{
    return redis->usable > 0;
}

size_t redis_waiting(const struct redis *redis)
{
    return redis->waiting;
}

/* False when no connection takes commands. */
static bool settle(struct redis *redis, unsigned index)
{
    struct slot *slot = &redis->slots[index];
    if (slot->waiting > 0)
        return true;
    for (unsigned i = 0; i < redis->count; i++) {
        slot->conn = (index + i) % redis->count;
        if (redis_conn_usable(redis->conns[slot->conn]))
            return true;
    }
    return false;
}

static void give(struct redis *redis, uint32_t lane, struct redis_call *call, redis_cb *cb,
                 void *arg)
{
    call->cb = cb;
    call->arg = arg;
    call->slot = (unsigned)(lane % redis->count);
    if (redis->closed) {
        fail_later(redis, call, ERR_CLOSED);
    } else if (redis->waiting >= redis->config.max_waiting) {
        fail_later(redis, call, ERR_FULL);
    } else if (!settle(redis, call->slot)) {
        fail_later(redis, call, ERR_AWAY);
    } else {
        redis->slots[call->slot].waiting++;
        redis->waiting++;
        redis_conn_push(redis->conns[redis->slots[call->slot].conn], call);
    }
}

void redis_command(struct redis *redis, uint32_t lane, int argc, const char *const *argv,
                   const size_t *lens, redis_cb *cb, void *arg)
{
    give(redis, lane, redis_call_command(argc, argv, lens), cb, arg);
}

void redis_eval(struct redis *redis, uint32_t lane, struct redis_script *script, int key_count,
                const char *const *keys, int argc, const char *const *argv, const size_t *lens,
                redis_cb *cb, void *arg)
{
    give(redis, lane, redis_call_evalsha(script, key_count, keys, argc, argv, lens), cb, arg);
}
