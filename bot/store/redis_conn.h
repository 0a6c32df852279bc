/* redis_conn.h: one connection to Redis: connecting, greeting, writing in batches, reading,
 * deadlines, trying again. Internal to store/redis*.c; redis.c owns several.
 */
#ifndef LOUBOT_STORE_REDIS_CONN_H
#define LOUBOT_STORE_REDIS_CONN_H

#include <stdbool.h>

#include "store/redis.h"
#include "store/redis_call.h"

/* A command fails after this many to one more ticks. */
#define REDIS_DEADLINE_TICKS 8

struct loop;
struct redis_conn;

/* Upwards. None is called before the redis_conn_ function that caused it has returned, except
 * `failed`, which redis_conn_close() calls for each of its commands. */
struct redis_conn_owner {
    /* The connection takes commands from now on. */
    void (*usable)(void *owner);
    /* It no longer does, or could not be made; it goes on trying. All commands have been handed
     * back. */
    void (*lost)(void *owner, bool was_usable, const char *reason);
    /* An answered or failed command goes back to the owner, who frees it. */
    void (*answered)(void *owner, struct redis_call *call, const struct redis_reply *reply);
    void (*failed)(void *owner, struct redis_call *call, int error);
};

struct redis_conn *redis_conn_create(struct loop *loop, const struct redis_config *config,
                                     const struct redis_conn_owner *ops, void *owner);
/* Hands all commands back with ERR_CLOSED; nothing happens on this connection any more. */
void redis_conn_close(struct redis_conn *conn);
void redis_conn_destroy(struct redis_conn **conn);

bool redis_conn_usable(const struct redis_conn *conn);
/* Takes the command; it leaves at the end of the loop's round. Usable connections only. A
 * script is loaded in front of its first use on this connection. */
void redis_conn_push(struct redis_conn *conn, struct redis_call *call);
/* One step of the deadlines' clock. */
void redis_conn_tick(struct redis_conn *conn);

#endif
