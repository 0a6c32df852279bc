/* redis_server.h: the embedded redis-server: a child process on a unix socket in the data
 * folder, append-only file on, `appendfsync always` (DESIGN §8).
 *
 * Loubot and its child share an inherited lock (flock on `<data>/lock`): a starting Loubot
 * waits for it and never starts a second server on the same files. The child is killed when
 * its parent dies. A server that exits by itself is started again with growing pauses. A torn
 * AOF is copied aside, repaired with redis-check-aof, and said.
 */
#ifndef LOUBOT_STORE_REDIS_SERVER_H
#define LOUBOT_STORE_REDIS_SERVER_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct redis_server;

struct redis_server_config {
    const char *data;   /* folder, created (0700) when missing */
    const char *binary; /* NULL: redis-server found in PATH */
    bool fsync_always;  /* false only in a bench configuration that says so */
};

/* Takes the lock (waits up to `wait_ms`), starts the server, waits until it answers a PING.
 * NULL and a sentence for the operator (owned by the function, valid until the next call) when
 * it cannot. */
struct redis_server *redis_server_start(struct loop *loop,
                                        const struct redis_server_config *config, int wait_ms,
                                        const char **reterr);
const char *redis_server_socket(const struct redis_server *server);
int redis_server_pid(const struct redis_server *server);
/* Enough free space to go on (DESIGN §8: more than the AOF's size + 64 MB). */
bool redis_server_has_room(const struct redis_server *server);
/* Bytes of the append-only file, of its base (what the last rewrite left), and what is free on
 * the disk. */
void redis_server_sizes(const struct redis_server *server, int64_t *ret_aof, int64_t *ret_base,
                        int64_t *ret_free);
/* SIGTERM, waits up to 10 s, then SIGKILL; releases the lock. Sets the pointer NULL, accepts
 * NULL. */
void redis_server_stop(struct redis_server **server);

#endif
