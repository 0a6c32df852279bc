/* loop.c: the event loop over libuv.
 *
 * Every handle begins with a struct handle, which sits in the loop's list from start to stop.
 * uv_close() is asynchronous, so a stopped handle's memory lives until libuv lets go of it; its
 * callback is silenced at once by `closing`.
 *
 * Deferred calls run in uv_prepare (right before libuv may block) and in uv_check (right after
 * the descriptors, so that loop_poll() returns with them done). While one is waiting an idle
 * handle is active, which keeps libuv from blocking whoever gave it, and from where.
 *
 * When you add a kind of handle: put struct handle first, open it with handle_open(), and give
 * it a branch in handle_name().
 */
#include "host/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <uthash.h>
#include <uv.h>

#include "host/log.h"
#include "host/mem.h"

/* Deferred calls may defer further ones; after so many generations the descriptors get a turn,
 * so that a call that always defers itself starves nobody. */
#define DEFER_GENERATIONS 8

struct handle {
    union {
        uv_handle_t any;
        uv_timer_t timer;
        uv_poll_t poll;
        uv_signal_t signal;
    } uv;
    struct loop *loop;
    struct handle *prev, *next; /* in loop->handles */
    bool closing;
};

struct loop_timer {
    struct handle handle;
    loop_cb *cb;
    void *arg;
};

struct loop_watch {
    struct handle handle;
    loop_watch_cb *cb;
    void *arg;
    int events;
};

struct loop_signal {
    struct handle handle;
    loop_cb *cb;
    void *arg;
};

struct loop_child {
    struct loop *loop;
    struct loop_child *prev, *next; /* in loop->children */
    pid_t pid;
    bool reported;
    loop_child_cb *cb;
    void *arg;
};

struct deferred_key {
    loop_cb *cb;
    void *arg;
};

struct deferred {
    struct deferred_key key;
    UT_hash_handle hh;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    uv_idle_t awake;    /* active while something is deferred */
    uv_timer_t waiting; /* bounds loop_poll() */
    struct handle *handles;
    struct loop_child *children;
    struct loop_signal *child_signal; /* SIGCHLD, while there are children */
    struct deferred *deferred;        /* for the next generation */
    struct deferred *running;         /* rest of the generation that is being run */
    bool in_deferred;
};

static void handle_open(struct loop *loop, struct handle *handle)
{
    handle->loop = loop;
    handle->uv.any.data = handle;
    handle->next = loop->handles;
    if (handle->next)
        handle->next->prev = handle;
    loop->handles = handle;
}

static void handle_closed(uv_handle_t *uv)
{
    free(uv->data);
}

static void handle_close(struct handle *handle)
{
    if (handle->prev)
        handle->prev->next = handle->next;
    else
        handle->loop->handles = handle->next;
    if (handle->next)
        handle->next->prev = handle->prev;
    handle->closing = true;
    uv_close(&handle->uv.any, handle_closed);
}

static const char *handle_name(const struct handle *handle)
{
    switch (handle->uv.any.type) {
    case UV_TIMER:
        return "timer";
    case UV_POLL:
        return "watch";
    default:
        return "signal";
    }
}

static struct deferred *deferred_find(struct deferred *table, loop_cb *cb, void *arg)
{
    struct deferred_key key = {cb, arg};
    struct deferred *found;
    HASH_FIND(hh, table, &key, sizeof key, found);
    return found;
}

static void run_generation(struct loop *loop)
{
    loop->running = loop->deferred;
    loop->deferred = NULL;
    while (loop->running) {
        struct deferred *first = loop->running;
        struct deferred_key key = first->key;
        HASH_DEL(loop->running, first);
        free(first);
        key.cb(key.arg);
    }
}

static void run_deferred(struct loop *loop)
{
    if (loop->in_deferred)
        return;
    loop->in_deferred = true;
    for (int i = 0; loop->deferred && i < DEFER_GENERATIONS; i++)
        run_generation(loop);
    loop->in_deferred = false;
    if (!loop->deferred)
        uv_idle_stop(&loop->awake);
}

static void on_prepare(uv_prepare_t *uv)
{
    run_deferred(uv->data);
}

static void on_check(uv_check_t *uv)
{
    run_deferred(uv->data);
}

static void on_idle(uv_idle_t *uv)
{
    (void)uv;
}

static void on_waited(uv_timer_t *uv)
{
    (void)uv;
}

void loop_defer(struct loop *loop, loop_cb *cb, void *arg)
{
    if (deferred_find(loop->deferred, cb, arg) || deferred_find(loop->running, cb, arg))
        return;
    struct deferred *entry = xcalloc(1, sizeof *entry);
    entry->key = (struct deferred_key){cb, arg};
    HASH_ADD(hh, loop->deferred, key, sizeof entry->key, entry);
    uv_idle_start(&loop->awake, on_idle);
}

void loop_undefer(struct loop *loop, loop_cb *cb, void *arg)
{
    struct deferred *entry = deferred_find(loop->deferred, cb, arg);
    if (entry)
        HASH_DEL(loop->deferred, entry);
    free(entry);
    entry = deferred_find(loop->running, cb, arg);
    if (entry)
        HASH_DEL(loop->running, entry);
    free(entry);
}

struct loop *loop_create(void)
{
    signal(SIGPIPE, SIG_IGN);
    struct loop *loop = xcalloc(1, sizeof *loop);
    int rc = uv_loop_init(&loop->uv);
    if (rc) {
        log_error("loop", "libuv cannot start: %s", uv_strerror(rc));
        abort();
    }
    uv_prepare_init(&loop->uv, &loop->before_poll);
    uv_check_init(&loop->uv, &loop->after_poll);
    uv_idle_init(&loop->uv, &loop->awake);
    uv_timer_init(&loop->uv, &loop->waiting);
    loop->before_poll.data = loop->after_poll.data = loop;
    uv_prepare_start(&loop->before_poll, on_prepare);
    uv_check_start(&loop->after_poll, on_check);
    return loop;
}

static void close_foreign(uv_handle_t *uv, void *arg)
{
    (void)arg;
    if (uv_is_closing(uv))
        return;
    log_warn("loop", "left open at the end: a library's %s", uv_handle_type_name(uv->type));
    uv_close(uv, NULL);
}

static void close_leftovers(struct loop *loop)
{
    while (loop->children) {
        struct loop_child *child = loop->children;
        log_warn("loop", "left open at the end: child pid=%d", (int)child->pid);
        loop_child_stop(&child);
    }
    while (loop->handles) {
        log_warn("loop", "left open at the end: %s", handle_name(loop->handles));
        handle_close(loop->handles);
    }
    while (loop->deferred) {
        struct deferred *entry = loop->deferred;
        log_warn("loop", "left open at the end: deferred call");
        HASH_DEL(loop->deferred, entry);
        free(entry);
    }
}

void loop_destroy(struct loop **loop)
{
    if (!*loop)
        return;
    struct loop *l = *loop;
    close_leftovers(l);
    uv_close((uv_handle_t *)&l->before_poll, NULL);
    uv_close((uv_handle_t *)&l->after_poll, NULL);
    uv_close((uv_handle_t *)&l->awake, NULL);
    uv_close((uv_handle_t *)&l->waiting, NULL);
    uv_run(&l->uv, UV_RUN_NOWAIT);
    uv_walk(&l->uv, close_foreign, NULL);
    while (uv_loop_close(&l->uv) == UV_EBUSY)
        uv_run(&l->uv, UV_RUN_ONCE);
    free(l);
    *loop = NULL;
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

void loop_poll(struct loop *loop, int wait_ms)
{
    uv_update_time(&loop->uv);
    if (wait_ms <= 0 || uv_backend_timeout(&loop->uv) == 0) {
        uv_run(&loop->uv, UV_RUN_NOWAIT);
        return;
    }
    uv_timer_start(&loop->waiting, on_waited, (uint64_t)wait_ms, 0);
    uv_run(&loop->uv, UV_RUN_ONCE);
    uv_timer_stop(&loop->waiting);
}

void *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

static void on_timer(uv_timer_t *uv)
{
    struct loop_timer *timer = uv->data;
    timer->cb(timer->arg);
}

struct loop_timer *loop_timer_start(struct loop *loop, int64_t after_ms, int64_t repeat_ms,
                                    loop_cb *cb, void *arg)
{
    struct loop_timer *timer = xcalloc(1, sizeof *timer);
    timer->cb = cb;
    timer->arg = arg;
    uv_timer_init(&loop->uv, &timer->handle.uv.timer);
    handle_open(loop, &timer->handle);
    uv_update_time(&loop->uv);
    uv_timer_start(&timer->handle.uv.timer, on_timer, after_ms > 0 ? (uint64_t)after_ms : 0,
                   repeat_ms > 0 ? (uint64_t)repeat_ms : 0);
    return timer;
}

void loop_timer_stop(struct loop_timer **timer)
{
    if (*timer)
        handle_close(&(*timer)->handle);
    *timer = NULL;
}

static void on_watch(uv_poll_t *uv, int status, int uv_events);

static void watch_arm(struct loop_watch *watch)
{
    int uv_events = (watch->events & LOOP_READ ? UV_READABLE : 0) |
                    (watch->events & LOOP_WRITE ? UV_WRITABLE : 0);
    int rc = uv_events ? uv_poll_start(&watch->handle.uv.poll, uv_events, on_watch)
                       : uv_poll_stop(&watch->handle.uv.poll);
    if (rc)
        log_error("loop", "watching a descriptor failed: %s", uv_strerror(rc));
}

/* On an error libuv has already stopped the poll handle; it is armed again for an owner that
 * keeps it, or that owner would never hear of the descriptor again. */
static void on_watch(uv_poll_t *uv, int status, int uv_events)
{
    struct loop_watch *watch = uv->data;
    int events =
        (uv_events & UV_READABLE ? LOOP_READ : 0) | (uv_events & UV_WRITABLE ? LOOP_WRITE : 0);
    watch->cb(watch->arg, status < 0 ? LOOP_READ | LOOP_WRITE : events);
    if (status < 0 && !watch->handle.closing && watch->events)
        watch_arm(watch);
}

struct loop_watch *loop_watch_start(struct loop *loop, int fd, int events, loop_watch_cb *cb,
                                    void *arg)
{
    struct loop_watch *watch = xcalloc(1, sizeof *watch);
    watch->cb = cb;
    watch->arg = arg;
    int rc = uv_poll_init(&loop->uv, &watch->handle.uv.poll, fd);
    if (rc) {
        log_error("loop", "descriptor %d cannot be watched: %s", fd, uv_strerror(rc));
        abort();
    }
    handle_open(loop, &watch->handle);
    loop_watch_set(watch, events);
    return watch;
}

void loop_watch_set(struct loop_watch *watch, int events)
{
    if (watch->events == events)
        return;
    watch->events = events;
    watch_arm(watch);
}

void loop_watch_stop(struct loop_watch **watch)
{
    if (*watch)
        handle_close(&(*watch)->handle);
    *watch = NULL;
}

static void on_signal(uv_signal_t *uv, int signum)
{
    (void)signum;
    struct loop_signal *sig = uv->data;
    sig->cb(sig->arg);
}

struct loop_signal *loop_signal_start(struct loop *loop, int signum, loop_cb *cb, void *arg)
{
    struct loop_signal *sig = xcalloc(1, sizeof *sig);
    sig->cb = cb;
    sig->arg = arg;
    uv_signal_init(&loop->uv, &sig->handle.uv.signal);
    handle_open(loop, &sig->handle);
    int rc = uv_signal_start(&sig->handle.uv.signal, on_signal, signum);
    if (rc)
        log_error("loop", "signal %d cannot be caught: %s", signum, uv_strerror(rc));
    return sig;
}

void loop_signal_stop(struct loop_signal **sig)
{
    if (*sig)
        handle_close(&(*sig)->handle);
    *sig = NULL;
}

/* One SIGCHLD may stand for several children, so all are asked. A callback may stop any child,
 * its own or another, so the list is walked from its head again after each. */
static void reap_children(void *arg)
{
    struct loop *loop = arg;
    struct loop_child *child = loop->children;
    while (child) {
        int status = 0;
        if (child->reported || waitpid(child->pid, &status, WNOHANG) == 0) {
            child = child->next;
            continue;
        }
        child->reported = true;
        child->cb(child->arg, status);
        child = loop->children;
    }
}

struct loop_child *loop_child_start(struct loop *loop, pid_t pid, loop_child_cb *cb, void *arg)
{
    struct loop_child *child = xcalloc(1, sizeof *child);
    *child = (struct loop_child){.loop = loop, .pid = pid, .cb = cb, .arg = arg};
    child->next = loop->children;
    if (child->next)
        child->next->prev = child;
    loop->children = child;
    if (!loop->child_signal)
        loop->child_signal = loop_signal_start(loop, SIGCHLD, reap_children, loop);
    loop_defer(loop, reap_children, loop); /* it may have ended before it was watched */
    return child;
}

void loop_child_stop(struct loop_child **child)
{
    struct loop_child *c = *child;
    if (!c)
        return;
    if (c->prev)
        c->prev->next = c->next;
    else
        c->loop->children = c->next;
    if (c->next)
        c->next->prev = c->prev;
    if (!c->loop->children) {
        loop_signal_stop(&c->loop->child_signal);
        loop_undefer(c->loop, reap_children, c->loop);
    }
    free(c);
    *child = NULL;
}
