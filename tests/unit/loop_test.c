/* loop_test.c: bot/host/loop.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/loop.h"

struct seen {
    struct loop *loop;
    char order[64];
    int calls, events, status;
    int fd;
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct loop_child *child;
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void poll_until(struct seen *seen, int calls, int ms)
{
    int64_t end = now_ms() + ms;
    while (seen->calls < calls && now_ms() < end)
        loop_poll(seen->loop, 20);
}

static void note(struct seen *seen, char letter)
{
    seen->order[seen->calls++] = letter;
}

static void count(void *arg)
{
    note(arg, 'c');
}

static void count_b(void *arg)
{
    note(arg, 'b');
}

static void count_and_stop(void *arg)
{
    struct seen *seen = arg;
    note(seen, 's');
    loop_stop(seen->loop);
}

static void timers_fire_once_and_again(void **state)
{
    struct seen once = {.loop = loop_create()}, again = {.loop = once.loop};
    once.timer = loop_timer_start(once.loop, 5, 0, count, &once);
    again.timer = loop_timer_start(once.loop, 1, 3, count, &again);
    poll_until(&again, 5, 2000);
    assert_true(again.calls >= 5);
    assert_int_equal(once.calls, 1);
    loop_timer_stop(&again.timer);
    assert_null(again.timer);
    loop_timer_stop(&again.timer);
    int before = again.calls;
    loop_poll(once.loop, 10);
    assert_int_equal(again.calls, before);
    loop_timer_stop(&once.timer);
    loop_destroy(&once.loop);
    assert_null(once.loop);
    loop_destroy(&once.loop);
}

/* Nothing else is open: the deferred call alone must get the loop through its wait. */
static void deferred_call_does_not_sleep(void **state)
{
    struct seen seen = {.loop = loop_create()};
    int64_t start = now_ms();
    loop_defer(seen.loop, count_and_stop, &seen);
    struct loop_timer *late = loop_timer_start(seen.loop, 3000, 0, count_and_stop, &seen);
    loop_run(seen.loop);
    assert_string_equal(seen.order, "s");
    assert_true(now_ms() - start < 1000);
    loop_timer_stop(&late);
    loop_destroy(&seen.loop);
}

static void defer_from_timer(void *arg)
{
    struct seen *seen = arg;
    note(seen, 't');
    loop_defer(seen->loop, count_and_stop, seen);
    loop_defer(seen->loop, count, seen);
    loop_defer(seen->loop, count_and_stop, seen);
    loop_defer(seen->loop, count_b, seen);
    loop_undefer(seen->loop, count, seen);
}

static void deferred_calls_run_once_in_order(void **state)
{
    struct seen seen = {.loop = loop_create()};
    struct loop_timer *timer = loop_timer_start(seen.loop, 1, 0, defer_from_timer, &seen);
    struct loop_timer *late = loop_timer_start(seen.loop, 3000, 0, count_and_stop, &seen);
    int64_t start = now_ms();
    loop_run(seen.loop);
    assert_string_equal(seen.order, "tsb");
    assert_true(now_ms() - start < 1000);
    loop_timer_stop(&timer);
    loop_timer_stop(&late);
    loop_destroy(&seen.loop);
}

static void on_readable(void *arg, int events)
{
    struct seen *seen = arg;
    char bytes[16];
    assert_true(events & LOOP_READ);
    assert_int_equal(read(seen->fd, bytes, sizeof bytes), 1);
    note(seen, 'r');
    loop_defer(seen->loop, count_b, seen);
}

/* What a descriptor's callback deferred is done when loop_poll() returns. */
static void deferred_in_watch_runs_in_the_round(void **state)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct seen seen = {.loop = loop_create(), .fd = pair[0]};
    seen.watch = loop_watch_start(seen.loop, pair[0], LOOP_READ, on_readable, &seen);
    assert_int_equal(write(pair[1], "x", 1), 1);
    loop_poll(seen.loop, 1000);
    assert_string_equal(seen.order, "rb");
    loop_watch_set(seen.watch, 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    loop_poll(seen.loop, 10);
    assert_string_equal(seen.order, "rb");
    loop_watch_set(seen.watch, LOOP_READ);
    poll_until(&seen, 4, 1000);
    assert_string_equal(seen.order, "rbrb");
    loop_watch_stop(&seen.watch);
    loop_watch_stop(&seen.watch);
    close(pair[0]);
    close(pair[1]);
    loop_destroy(&seen.loop);
}

static void defer_for_ever(void *arg)
{
    struct seen *seen = arg;
    seen->calls++;
    loop_defer(seen->loop, defer_for_ever, seen);
}

static void endless_deferring_starves_nobody(void **state)
{
    struct seen endless = {.loop = loop_create()}, timed = {.loop = endless.loop};
    loop_defer(endless.loop, defer_for_ever, &endless);
    struct loop_timer *timer = loop_timer_start(endless.loop, 5, 0, count_and_stop, &timed);
    loop_run(endless.loop);
    assert_int_equal(timed.calls, 1);
    assert_true(endless.calls > 1);
    loop_undefer(endless.loop, defer_for_ever, &endless);
    loop_timer_stop(&timer);
    loop_destroy(&endless.loop);
}

static void on_error(void *arg, int events)
{
    struct seen *seen = arg;
    seen->events = events;
    if (++seen->calls == 2)
        loop_watch_stop(&seen->watch);
}

/* The read end of a pipe is gone: POLLERR on the write end, which libuv reports as UV_EBADF. */
static void error_is_reported_as_both(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    struct seen seen = {.loop = loop_create()};
    seen.watch = loop_watch_start(seen.loop, ends[1], LOOP_READ, on_error, &seen);
    poll_until(&seen, 2, 1000);
    assert_int_equal(seen.calls, 2);
    assert_int_equal(seen.events, LOOP_READ | LOOP_WRITE);
    assert_null(seen.watch);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    loop_destroy(&seen.loop);
}

static void signal_arrives(void **state)
{
    struct seen seen = {.loop = loop_create()};
    struct loop_signal *sig = loop_signal_start(seen.loop, SIGUSR1, count, &seen);
    kill(getpid(), SIGUSR1);
    poll_until(&seen, 1, 1000);
    assert_int_equal(seen.calls, 1);
    loop_signal_stop(&sig);
    loop_signal_stop(&sig);
    loop_destroy(&seen.loop);
}

static void on_child(void *arg, int wait_status)
{
    struct seen *seen = arg;
    seen->status = wait_status;
    seen->calls++;
}

static pid_t child_that_exits(int code, int after_ms)
{
    pid_t pid = fork();
    if (pid == 0) {
        usleep((useconds_t)after_ms * 1000);
        _exit(code);
    }
    return pid;
}

static void children_are_reported(void **state)
{
    struct seen early = {.loop = loop_create()}, late = {.loop = early.loop};
    struct seen stopped = {.loop = early.loop};
    pid_t pid = child_that_exits(3, 0);
    usleep(20000);
    early.child = loop_child_start(early.loop, pid, on_child, &early);
    late.child = loop_child_start(early.loop, child_that_exits(4, 60), on_child, &late);
    pid_t unwatched = child_that_exits(5, 0);
    stopped.child = loop_child_start(early.loop, unwatched, on_child, &stopped);
    loop_child_stop(&stopped.child);
    poll_until(&late, 1, 2000);
    assert_int_equal(early.calls, 1);
    assert_int_equal(WEXITSTATUS(early.status), 3);
    assert_int_equal(late.calls, 1);
    assert_int_equal(WEXITSTATUS(late.status), 4);
    assert_int_equal(stopped.calls, 0);
    assert_int_equal(waitpid(unwatched, NULL, 0), unwatched);
    loop_child_stop(&early.child);
    loop_child_stop(&late.child);
    loop_child_stop(&late.child);
    loop_destroy(&early.loop);
}

static void leftovers_are_closed(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct seen seen = {.loop = loop_create()};
    loop_timer_start(seen.loop, 1, 0, count, &seen);
    loop_signal_start(seen.loop, SIGUSR2, count, &seen);
    loop_watch_start(seen.loop, ends[0], LOOP_READ, on_error, &seen);
    loop_child_start(seen.loop, child_that_exits(0, 0), on_child, &seen);
    loop_defer(seen.loop, count, &seen);
    loop_destroy(&seen.loop);
    assert_int_equal(seen.calls, 0);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_once_and_again),
        cmocka_unit_test(deferred_call_does_not_sleep),
        cmocka_unit_test(deferred_calls_run_once_in_order),
        cmocka_unit_test(deferred_in_watch_runs_in_the_round),
        cmocka_unit_test(endless_deferring_starves_nobody),
        cmocka_unit_test(error_is_reported_as_both),
        cmocka_unit_test(signal_arrives),
        cmocka_unit_test(children_are_reported),
        cmocka_unit_test(leftovers_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
