/* redis_call.h: one command on its way: its bytes as they go over the wire, and who waits for
 * it. Internal to store/redis*.c.
 */
#ifndef LOUBOT_STORE_REDIS_CALL_H
#define LOUBOT_STORE_REDIS_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "store/redis.h"

enum redis_call_kind { REDIS_CALL_USER, REDIS_CALL_PING, REDIS_CALL_LOAD };

struct redis_call {
    struct redis_call *next;
    enum redis_call_kind kind;
    redis_cb *cb; /* of the user; may be NULL */
    void *arg;
    int error;                         /* why it failed, while it waits to be told */
    uint32_t deadline;                 /* in ticks of its connection */
    unsigned slot;                     /* of its lane */
    const struct redis_script *script; /* sent by EVALSHA; NULL otherwise */
    size_t len;
    char bytes[];
};

struct redis_calls { /* a queue */
    struct redis_call *head, *tail;
};

void redis_calls_push(struct redis_calls *calls, struct redis_call *call);
struct redis_call *redis_calls_pop(struct redis_calls *calls); /* NULL when empty */

/* All are freed with free(). `lens` NULL: plain strings. */
struct redis_call *redis_call_command(int argc, const char *const *argv, const size_t *lens);
struct redis_call *redis_call_evalsha(struct redis_script *script, int key_count,
                                      const char *const *keys, int argc,
                                      const char *const *argv, const size_t *lens);
/* The same script call with its source in place of the SHA; no EVALSHA any more. */
struct redis_call *redis_call_as_eval(const struct redis_call *evalsha);
struct redis_call *redis_call_load(const struct redis_script *script);
struct redis_call *redis_call_ping(void);

#endif
