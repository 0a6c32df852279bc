/* loop.h: the event loop. libuv stands behind it; only host/ and store/redis.c see that.
 *
 * One loop, one thread. Every callback runs to its end before the next one starts. A handle is
 * freed by its stop function, which takes a pointer to the pointer, sets it NULL and accepts
 * NULL; after that its callback never runs.
 */
#ifndef LOUBOT_HOST_LOOP_H
#define LOUBOT_HOST_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_signal;

struct loop *loop_create(void);
/* Closes what is left open (each leftover is logged as a warning: it is a bug) and frees the
 * loop. */
void loop_destroy(struct loop **loop);
/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Runs the callbacks that are ready, waiting up to `wait_ms` for the first one. For tests and
 * orderly shutdown. */
void loop_poll(struct loop *loop, int wait_ms);

typedef void loop_cb(void *arg);

/* Real time, not the virtual clock: for sockets, back-off and batching. Conversation timers
 * live in Redis. First call after `after_ms`; then every `repeat_ms`, or never again when that
 * is 0 (the handle must still be stopped by its owner). */
struct loop_timer *loop_timer_start(struct loop *loop, int64_t after_ms, int64_t repeat_ms,
                                    loop_cb *cb, void *arg);
void loop_timer_stop(struct loop_timer **timer);

enum { LOOP_READ = 1, LOOP_WRITE = 2 };
/* `events` are LOOP_READ | LOOP_WRITE; an error on the descriptor is reported as both (hiredis
 * must hear of a refused connection). The descriptor is not closed by loop_watch_stop(). */
typedef void loop_watch_cb(void *arg, int events);
struct loop_watch *loop_watch_start(struct loop *loop, int fd, int events, loop_watch_cb *cb,
                                    void *arg);
void loop_watch_set(struct loop_watch *watch, int events); /* 0 pauses */
void loop_watch_stop(struct loop_watch **watch);

struct loop_signal *loop_signal_start(struct loop *loop, int signum, loop_cb *cb, void *arg);
void loop_signal_stop(struct loop_signal **signal);

/* Runs `cb` once, at the end of this round, before the loop waits again. Everything that became
 * ready in one round can so be sent in one batch. The same (cb, arg) given twice in a round
 * runs once. */
void loop_defer(struct loop *loop, loop_cb *cb, void *arg);
/* Forgets a deferred (cb, arg), if it is waiting. */
void loop_undefer(struct loop *loop, loop_cb *cb, void *arg);

/* Runs `cb` when the child process `pid`, started by the caller with fork(), has ended. */
struct loop_child;
typedef void loop_child_cb(void *arg, int wait_status);
struct loop_child *loop_child_start(struct loop *loop, pid_t pid, loop_child_cb *cb, void *arg);
void loop_child_stop(struct loop_child **child);

/* The libuv loop, for libwebsockets and libcurl inside host/. */
void *loop_uv(struct loop *loop);

#endif
