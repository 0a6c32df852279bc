/* redis_reply.h: bytes of the Redis protocol → struct redis_reply. Internal to store/redis*.c.
 *
 * hiredis' reader parses; it is given functions that build our own tree in one arena a reply,
 * so that nothing is converted afterwards.
 */
#ifndef LOUBOT_STORE_REDIS_REPLY_H
#define LOUBOT_STORE_REDIS_REPLY_H

#include <stddef.h>

#include "store/redis.h"

/* A reply beyond this is refused and the connection dropped: nothing of ours is near it. */
#define REDIS_REPLY_MAX (64u << 20)

struct redis_reader;

struct redis_reader *redis_reader_create(void);
void redis_reader_destroy(struct redis_reader **reader);
/* Takes bytes. ERR_INVALID: the stream is broken, or too much waits for its end. */
int redis_reader_feed(struct redis_reader *reader, const char *bytes, size_t len);
/* The next whole reply, valid until the next call; *ret_reply NULL when none is whole yet.
 * ERR_INVALID: the stream is broken. */
int redis_reader_next(struct redis_reader *reader, const struct redis_reply **ret_reply);

#endif
