/* support.h: a private redis-server and a client for one live test.
 *
 *   struct support *s = support_start();
 *   redis_command(support_redis(s), …);
 *   support_until(s, done, &state, 2000);
 *   support_stop(&s);
 *
 * Everything lies in a fresh folder, which support_stop() removes.
 */
#ifndef LOUBOT_TESTS_LIVE_SUPPORT_H
#define LOUBOT_TESTS_LIVE_SUPPORT_H

#include <stdbool.h>

#include "host/loop.h"
#include "store/redis.h"
#include "store/redis_server.h"

struct support;

/* Loop, server, connected client; fails the test when one cannot be had. */
struct support *support_start(void);
void support_stop(struct support **support);

struct loop *support_loop(const struct support *support);
struct redis *support_redis(const struct support *support);
struct redis_server *support_server(const struct support *support);
const char *support_socket(const struct support *support);
const char *support_folder(const struct support *support);

/* Runs the loop until `done` says so; false after `ms`. */
bool support_until(struct support *support, bool (*done)(void *arg), void *arg, int ms);
/* The same for a bare loop. */
bool support_loop_until(struct loop *loop, bool (*done)(void *arg), void *arg, int ms);
/* One command, its words ended by NULL, and its answer as text (integers in decimals, an error
 * with its text, lists as their items joined by blanks, nil as "(nil)"); freed by the caller.
 */
char *support_ask(struct support *support, const char *word, ...) __attribute__((sentinel));

/* A fresh folder below TMPDIR; and its removal with all that is in it. Both own `path`. */
char *support_folder_create(void);
void support_folder_remove(char **path);

#endif
