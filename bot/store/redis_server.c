/* redis_server.c: start, stop, and starting again when it ends by itself.
 *
 * Start and stop block: nothing of Loubot runs without its data. Starting again does not: the
 * client (redis.c) finds the server when it answers. Before a server that gave up by itself is
 * started once more its file is checked, by a forked process, since that may take seconds.
 */
#include "store/redis_server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/err.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "store/redis_server_impl.h"

#define AGAIN_FIRST_MS 50
#define KILLED_MAX 3 /* times that a server may be killed while it starts */
#define AGAIN_MAX_MS 10000
#define STEADY_MS 3000 /* a server that ran so long gets the first pause again */

struct redis_server {
    struct loop *loop;
    struct redis_server_folder folder;
    char *binary; /* NULL: from PATH */
    bool fsync_always;
    pid_t pid;                /* 0 while there is none */
    pid_t repair;             /* process that repairs; 0 while there is none */
    struct loop_child *child; /* of either */
    struct loop_timer *timer; /* until steady, or until the next start */
    int64_t again_ms;
    bool said_no_room;
};

static void start_again(void *arg);
static void begin_repair(void *arg);
static void on_server_end(void *arg, int wait_status);

static void on_steady(void *arg)
{
    struct redis_server *server = arg;
    loop_timer_stop(&server->timer);
    server->again_ms = AGAIN_FIRST_MS;
}

static void watch_server(struct redis_server *server)
{
    server->child = loop_child_start(server->loop, server->pid, on_server_end, server);
    server->timer = loop_timer_start(server->loop, STEADY_MS, 0, on_steady, server);
}

static void after_pause(struct redis_server *server, loop_cb *next)
{
    loop_timer_stop(&server->timer);
    server->timer = loop_timer_start(server->loop, server->again_ms, 0, next, server);
    server->again_ms *= 2;
    if (server->again_ms > AGAIN_MAX_MS)
        server->again_ms = AGAIN_MAX_MS;
}

static void on_server_end(void *arg, int wait_status)
{
    struct redis_server *server = arg;
    loop_child_stop(&server->child);
    server->pid = 0;
    bool gave_up = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0;
    if (WIFSIGNALED(wait_status))
        log_error("redis_server", "ended by itself: signal=%d again_ms=%lld",
                  WTERMSIG(wait_status), (long long)server->again_ms);
    else
        log_error("redis_server", "ended by itself: status=%d again_ms=%lld reason=%s",
                  WEXITSTATUS(wait_status), (long long)server->again_ms,
                  gave_up ? redis_server_child_last_words(&server->folder) : "asked to");
    after_pause(server, gave_up ? begin_repair : start_again);
}

/* Under `appendfsync always` redis-server ends when the disk is full. */
static bool waits_for_room(struct redis_server *server, loop_cb *next)
{
    if (redis_server_folder_has_room(&server->folder)) {
        server->said_no_room = false;
        return false;
    }
    if (!server->said_no_room)
        log_error("redis_server", "waits for free room on the disk of %s", server->folder.path);
    server->said_no_room = true;
    after_pause(server, next);
    return true;
}

static void start_again(void *arg)
{
    struct redis_server *server = arg;
    struct redis_server_why why;
    if (waits_for_room(server, start_again))
        return;
    loop_timer_stop(&server->timer);
    pid_t pid =
        redis_server_child_start(&server->folder, server->binary, server->fsync_always, &why);
    if (pid < 0) {
        log_error("redis_server", "cannot be started again: %s", why.text);
        after_pause(server, start_again);
        return;
    }
    server->pid = pid;
    log_info("redis_server", "started again: pid=%d", (int)pid);
    watch_server(server);
}

static void on_repair_end(void *arg, int wait_status)
{
    struct redis_server *server = arg;
    loop_child_stop(&server->child);
    server->repair = 0;
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        start_again(server);
    else
        after_pause(server, begin_repair);
}

/* In the forked process. It holds the lock by inheritance. */
static void repair_and_exit(const struct redis_server *server, pid_t parent)
{
    struct redis_server_why why;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    int rc = redis_server_repair(&server->folder, server->binary, &why);
    if (rc < 0)
        log_error("redis_server", "%s", why.text);
    _exit(rc < 0);
}

static void begin_repair(void *arg)
{
    struct redis_server *server = arg;
    if (waits_for_room(server, begin_repair))
        return;
    loop_timer_stop(&server->timer);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        repair_and_exit(server, parent);
    if (pid < 0) {
        after_pause(server, begin_repair);
        return;
    }
    server->repair = pid;
    server->child = loop_child_start(server->loop, pid, on_repair_end, server);
}

/* Starts and waits; a torn file is repaired once, a killed server started again. */
static int start_and_await(struct redis_server *server, struct redis_server_why *why)
{
    bool tried = false;
    for (int killed = 0;;) {
        pid_t pid = redis_server_child_start(&server->folder, server->binary,
                                             server->fsync_always, why);
        if (pid < 0)
            return (int)pid;
        int rc = redis_server_child_await(&server->folder, pid, why);
        if (rc == 0)
            server->pid = pid;
        if (rc == ERR_AWAY && ++killed < KILLED_MAX)
            continue;
        if (rc != ERR_CLOSED || tried)
            return rc;
        tried = true;
        struct redis_server_why worse;
        int repaired = redis_server_repair(&server->folder, server->binary, &worse);
        if (repaired < 0)
            *why = worse;
        if (repaired <= 0)
            return ERR_SYSTEM;
    }
}

static int begin(struct redis_server *server, const char *data, int wait_ms,
                 struct redis_server_why *why)
{
    int rc = redis_server_folder_open(&server->folder, data, wait_ms, why);
    if (rc)
        return rc;
    if (!redis_server_folder_has_room(&server->folder))
        return redis_server_fail(why,
                                 "Too little is free on the disk of the data folder %s: "
                                 "Loubot needs the size of its append-only file and 64 MB.",
                                 server->folder.path);
    return start_and_await(server, why);
}

struct redis_server *redis_server_start(struct loop *loop,
                                        const struct redis_server_config *config, int wait_ms,
                                        const char **reterr)
{
    static struct redis_server_why why;
    struct redis_server *server = xcalloc(1, sizeof *server);
    server->loop = loop;
    server->folder.lock = -1;
    server->binary = config->binary ? xstrdup(config->binary) : NULL;
    server->fsync_always = config->fsync_always;
    server->again_ms = AGAIN_FIRST_MS;
    if (begin(server, config->data, wait_ms, &why)) {
        *reterr = why.text;
        redis_server_stop(&server);
        return NULL;
    }
    log_info("redis_server", "started: pid=%d socket=%s", (int)server->pid,
             server->folder.socket);
    watch_server(server);
    return server;
}

const char *redis_server_socket(const struct redis_server *server)
{
    return server->folder.socket;
}

int redis_server_pid(const struct redis_server *server)
{
    return (int)server->pid;
}

bool redis_server_has_room(const struct redis_server *server)
{
    return redis_server_folder_has_room(&server->folder);
}

void redis_server_sizes(const struct redis_server *server, int64_t *ret_aof, int64_t *ret_base,
                        int64_t *ret_free)
{
    const char *aof = redis_server_folder_file(&server->folder, REDIS_SERVER_AOF_FOLDER);
    *ret_aof = redis_server_folder_size(aof, NULL);
    *ret_base = redis_server_folder_size(aof, ".base.");
    *ret_free = redis_server_folder_free(&server->folder);
}

void redis_server_stop(struct redis_server **server)
{
    struct redis_server *s = *server;
    if (!s)
        return;
    loop_timer_stop(&s->timer);
    loop_child_stop(&s->child);
    if (s->repair)
        redis_server_child_end(s->repair);
    if (s->pid)
        redis_server_child_shut(&s->folder, s->pid);
    redis_server_folder_close(&s->folder);
    free(s->binary);
    free(s);
    *server = NULL;
}
