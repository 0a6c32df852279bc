/* play_puppet.h: the daemon that `loubot play` plays with, seen from the director: a child
 * process that can be asked, stopped and killed. All calls block, with deadlines in real time.
 *
 * The child is this same binary, run as `loubot puppet` (puppet.c), with two socket pairs: the
 * control link (play_wire.h) and the platform link (adapters/play/).
 */
#ifndef LOUBOT_CLI_PLAY_PUPPET_H
#define LOUBOT_CLI_PLAY_PUPPET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/play_wire.h"

struct arena;
struct buf;
struct play_puppet;

/* A line came over the platform link; what is appended to `out` goes back. */
typedef void play_puppet_cb(void *arg, const char *line, size_t len, struct buf *out);

/* From now on SIGINT and SIGTERM end every waiting call with ERR_REFUSED. */
void play_puppet_catch_signals(void);

/* Starts a daemon on a data folder, its clock at `now_ms`, and waits until it is ready. With
 * `mortal` it keeps LOUBOT_KILL_AT in its environment (daemon.h). `lines` are on its platform
 * link from the beginning. 0, ERR_CLOSED (it died; `*ret_was_killed` tells whether by SIGKILL)
 * or ERR_TIMEOUT; then `*ret` is NULL. */
int play_puppet_start(const char *data, int64_t now_ms, bool mortal, const struct buf *lines,
                      play_puppet_cb *cb, void *arg, bool *ret_was_killed,
                      struct play_puppet **ret);
/* Queues lines for the platform link; they go out with the next call that waits. */
void play_puppet_tell(struct play_puppet *puppet, const char *lines, size_t len);
/* Waits until `done` says so. 0, ERR_CLOSED or ERR_TIMEOUT. */
int play_puppet_wait(struct play_puppet *puppet, bool (*done)(void *arg), void *arg);
/* Asks; strings of the answer live in `arena`. 0, ERR_CLOSED or ERR_TIMEOUT. */
int play_puppet_ask(struct play_puppet *puppet, const struct play_request *request,
                    struct play_answer *ret, struct arena *arena);
/* It died by SIGKILL that nobody here has sent. */
bool play_puppet_was_killed(const struct play_puppet *puppet);
/* How it ended: " of signal 11", " with status 1"; "" when that is not known. Static memory. */
const char *play_puppet_end(const struct play_puppet *puppet);
/* SIGKILL, and reaps it. Sets the pointer NULL, accepts NULL. */
void play_puppet_kill(struct play_puppet **puppet);
/* SIGTERM, waits for a clean end. 0, ERR_TIMEOUT (it was killed then) or ERR_REFUSED (it ended
 * with a fault). Sets the pointer NULL, accepts NULL. */
int play_puppet_stop(struct play_puppet **puppet);

#endif
