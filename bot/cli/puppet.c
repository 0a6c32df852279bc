/* puppet.c: the virtual clock moves only when the director says so; between two requests the
 * loop runs as in earnest. One request is answered at a time, when the core has settled. */
#include "cli/puppet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter.h"
#include "cli/config.h"
#include "cli/daemon.h"
#include "cli/play_wire.h"
#include "host/conf.h"
#include "store/redis_server.h"
#include "turn/changes.h"
#include "turn/core.h"
#include "turn/query.h"

#define CONTROL_FD 3
#define PLATFORM_FD 4
#define LINE_MAX_BYTES (32u << 20)
#define LOOK_MS 1

struct puppet {
    struct daemon daemon;
    struct redis *redis; /* of its own, to look at events */
    struct loop_watch *watch;
    struct loop_timer *look; /* while a request waits for the core to settle */
    struct loop_signal *term;
    struct buf in;
    struct arena *arena; /* of the request */
    struct play_request request;
    const char *data; /* folder */
    bool asked_again; /* after the first NULL */
};

static void begin(struct puppet *puppet);

static void stop(void *arg)
{
    struct puppet *puppet = arg;
    loop_stop(puppet->daemon.loop);
}

/* The director waits for it, so a blocking write cannot last. */
static void answer(struct puppet *puppet, const struct play_answer *answer)
{
    struct buf out;
    buf_init(&out, LINE_MAX_BYTES);
    play_answer_write(answer, &out);
    fcntl(CONTROL_FD, F_SETFL, 0);
    for (size_t done = 0; done < out.len;) {
        ssize_t n = write(CONTROL_FD, out.p + done, out.len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    fcntl(CONTROL_FD, F_SETFL, O_NONBLOCK);
    buf_finish(&out);
}

static void on_due(void *arg, int64_t due_ms)
{
    answer(arg, &(struct play_answer){.due_ms = due_ms});
}

/* NULL is no event, or a server that went away while it was asked. Then the link is known to be
 * down, and a second answer is waited for. */
static bool ask_again(struct puppet *puppet, const char *json)
{
    if (json || puppet->asked_again)
        return false;
    puppet->asked_again = true;
    begin(puppet);
    return true;
}

static void on_event(void *arg, const char *json)
{
    if (ask_again(arg, json))
        return;
    answer(arg, &(struct play_answer){.due_ms = INT64_MAX, .json = json});
}

/* Counts the objects of a list without reading them: braces outside strings, one level deep. */
static int64_t count_objects(const char *json)
{
    int64_t count = 0;
    int depth = 0;
    bool quoted = false;
    for (const char *p = json; *p; p++) {
        if (quoted && *p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && *p == '{')
            count += depth++ == 0;
        else if (!quoted && *p == '}')
            depth--;
    }
    return count;
}

static void on_events(void *arg, const char *json)
{
    struct play_answer counted = {.due_ms = INT64_MAX};
    if (ask_again(arg, json))
        return;
    if (json)
        counted.number = count_objects(json);
    else
        counted.error = "the events could not be read: Redis does not answer";
    answer(arg, &counted);
}

/* "stale": it was given out already, by ourselves before we were killed. */
static void on_code(void *arg, const char *why)
{
    if (why && strcmp(why, "stale") == 0)
        why = NULL;
    answer(arg, &(struct play_answer){.due_ms = INT64_MAX, .error = why});
}

/* The console gives out that very code. */
static void issue_code(struct puppet *puppet)
{
    const struct play_request *request = &puppet->request;
    const struct community *community = puppet->daemon.communities[0];
    const char *why = NULL, *const *args = request->args;
    char code[CODE_LEN + 1];
    struct code_issue issue = {.code = code};
    if (request->arg_count < 2 || !code_find(args[0], false, code))
        why = "a code has no 0, O, 1 and I; it looks like K7M4-PX2D";
    else if (!code_grant_read(community, args[1], request->arg_count > 2 ? args[2] : NULL,
                              puppet->arena, &issue.grant, &why))
        why = why ? why : "not understood";
    if (why) {
        on_code(puppet, why);
        return;
    }
    changes_issue(puppet->redis, community, &issue, 1, clock_now_ms(puppet->daemon.clock), true,
                  on_code, puppet);
}

/* The core has settled: what was asked can be answered. */
static void reply(struct puppet *puppet)
{
    const struct play_request *request = &puppet->request;
    struct daemon *daemon = &puppet->daemon;
    switch (request->what) {
    case PLAY_DO_DUE:
        core_next_due(daemon->core, on_due, puppet);
        return;
    case PLAY_DO_EVENT:
        query_event(puppet->redis, daemon->communities[0], daemon->calendars[0], puppet->data,
                    request->id, on_event, puppet);
        return;
    case PLAY_DO_EVENTS:
        query_events(puppet->redis, daemon->communities[0], daemon->calendars[0], NULL,
                     request->open, 1000, on_events, puppet);
        return;
    case PLAY_DO_CODE:
        issue_code(puppet);
        return;
    case PLAY_DO_DEVICE:
        answer(puppet,
               &(struct play_answer){.due_ms = INT64_MAX,
                                     .error = "not known: this Loubot has no such thing yet"});
        return;
    case PLAY_DO_REDIS:
        answer(puppet, &(struct play_answer){.due_ms = INT64_MAX,
                                             .number = redis_server_pid(daemon->server)});
        return;
    default:
        answer(puppet, &(struct play_answer){.due_ms = INT64_MAX});
    }
}

static void look(void *arg)
{
    struct puppet *puppet = arg;
    if (!core_is_ready(puppet->daemon.core) || !redis_is_up(puppet->redis))
        return;
    if (!core_is_idle(puppet->daemon.core)) {
        core_run_due(puppet->daemon.core);
        return;
    }
    loop_timer_stop(&puppet->look);
    reply(puppet);
}

static void begin(struct puppet *puppet)
{
    if (puppet->request.what == PLAY_DO_RUN)
        clock_set_ms(puppet->daemon.clock, puppet->request.to_ms);
    puppet->look = loop_timer_start(puppet->daemon.loop, 0, LOOK_MS, look, puppet);
}

static void on_line(struct puppet *puppet, const char *line, size_t len)
{
    arena_destroy(&puppet->arena);
    puppet->arena = arena_create(LINE_MAX_BYTES);
    if (puppet->look || play_request_parse(line, len, &puppet->request, puppet->arena) != 0) {
        log_error("puppet", "a request is not understood");
        stop(puppet);
        return;
    }
    puppet->asked_again = false;
    begin(puppet);
}

static void on_control(void *arg, int events)
{
    struct puppet *puppet = arg;
    char bytes[65536];
    ssize_t n = read(CONTROL_FD, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        stop(puppet); /* the director has gone */
        return;
    }
    if (n > 0)
        buf_add(&puppet->in, bytes, (size_t)n);
    char *end;
    while ((end = memchr(buf_text(&puppet->in), '\n', puppet->in.len))) {
        size_t len = (size_t)(end - puppet->in.p);
        on_line(puppet, puppet->in.p, len);
        buf_drop(&puppet->in, len + 1);
    }
}

static void on_redis(void *arg, bool up)
{
}

static const struct adapter *find_play(const struct tables *tables)
{
    for (size_t i = 0; tables->adapters[i]; i++) {
        if (strcmp(tables->adapters[i]->name, "play") == 0)
            return tables->adapters[i];
    }
    return NULL;
}

static int add_platform(struct puppet *puppet, const struct tables *tables,
                        struct faults *faults)
{
    char text[32];
    snprintf(text, sizeof text, "fd: %d", PLATFORM_FD);
    struct conf *conf = conf_read_bytes("play", text, strlen(text), faults);
    int error = core_add_account(puppet->daemon.core, find_play(tables), "play",
                                 conf_root(conf), faults);
    conf_destroy(&conf);
    return error;
}

/* Starts all; then the first request is answered unasked: it is ready. */
static int start(struct puppet *puppet, const struct tables *tables, const char *data,
                 struct faults *faults)
{
    struct config config = {.data = data, .embedded = true, .fsync_always = true};
    int error = daemon_start(&puppet->daemon, tables, &config, faults);
    if (error == 0)
        error = add_platform(puppet, tables, faults);
    if (error != 0)
        return error;
    struct redis_config one = puppet->daemon.redis;
    one.connections = 1;
    puppet->redis = redis_create(puppet->daemon.loop, &one, on_redis, NULL);
    fcntl(CONTROL_FD, F_SETFL, O_NONBLOCK);
    puppet->watch =
        loop_watch_start(puppet->daemon.loop, CONTROL_FD, LOOP_READ, on_control, puppet);
    puppet->term = loop_signal_start(puppet->daemon.loop, SIGTERM, stop, puppet);
    puppet->request = (struct play_request){.what = PLAY_DO_SETTLE};
    begin(puppet);
    return 0;
}

static void finish(struct puppet *puppet)
{
    loop_timer_stop(&puppet->look);
    loop_watch_stop(&puppet->watch);
    loop_signal_stop(&puppet->term);
    redis_destroy(&puppet->redis);
    daemon_stop(&puppet->daemon);
    clock_destroy(&puppet->daemon.clock);
    loop_destroy(&puppet->daemon.loop);
    arena_destroy(&puppet->arena);
    buf_finish(&puppet->in);
}

int cli_puppet(const struct tables *tables, int argc, char **argv)
{
    if (argc != 3 || fcntl(CONTROL_FD, F_GETFD) < 0 || fcntl(PLATFORM_FD, F_GETFD) < 0) {
        fprintf(stderr, "loubot puppet is started by loubot play only\n");
        return 2;
    }
    /* redis-server must not inherit the links: they are to end with this process */
    fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
    fcntl(PLATFORM_FD, F_SETFD, FD_CLOEXEC);
    if (!getenv("LOUBOT_LOG"))
        log_set_level(LOG_WARN);
    struct faults *faults = faults_create();
    struct puppet puppet = {.data = argv[1]};
    buf_init(&puppet.in, LINE_MAX_BYTES);
    puppet.daemon.loop = loop_create();
    puppet.daemon.clock = clock_create_virtual(strtoll(argv[2], NULL, 10));
    int error = start(&puppet, tables, argv[1], faults);
    faults_print(faults, stderr);
    if (puppet.daemon.why)
        fprintf(stderr, "%s\n", puppet.daemon.why);
    if (error == 0)
        loop_run(puppet.daemon.loop);
    if (error == 0 && puppet.daemon.why)
        fprintf(stderr, "%s\n", puppet.daemon.why);
    finish(&puppet);
    faults_destroy(&faults);
    return error ? 1 : 0;
}
