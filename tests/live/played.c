#include "played.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/mem.h"

#define OUT_MAX (16u << 20)

const char *played_binary(void)
{
    const char *named = getenv("LOUBOT");
    const char *places[] = {named ? named : "", "build-san/loubot", "build/loubot"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (access(places[i], X_OK) == 0)
            return places[i];
    }
    return NULL;
}

static void collect(int out_fd, int err_fd, struct buf *out, struct buf *err)
{
    struct pollfd fds[2] = {{out_fd, POLLIN, 0}, {err_fd, POLLIN, 0}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        poll(fds, 2, -1);
        for (int i = 0; i < 2; i++) {
            char bytes[4096];
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            ssize_t n = read(fds[i].fd, bytes, sizeof bytes);
            if (n > 0)
                buf_add(i ? err : out, bytes, (size_t)n);
            else
                fds[i].fd = -1;
        }
    }
}

static void become(const char *const *args, const char *kill_at, int out_fd, int err_fd)
{
    const char *argv[32] = {played_binary()};
    for (int i = 0; args[i] && i < 30; i++)
        argv[i + 1] = args[i];
    dup2(out_fd, 1);
    dup2(err_fd, 2);
    if (kill_at)
        setenv("LOUBOT_KILL_AT", kill_at, 1);
    setenv("LOUBOT_LOG", "error", 0);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static void read_score(struct played *played)
{
    played->passed = played->failed = -1;
    const char *last = played->out;
    for (const char *p = played->out; (p = strchr(p, '\n')) && p[1]; p++)
        last = p + 1;
    sscanf(last, "%d passed, %d failed", &played->passed, &played->failed);
    const char *again = strstr(played->out, " sent again after a kill");
    while (again && again > played->out && again[-1] != '(')
        again--;
    if (again)
        sscanf(again, "%d", &played->repeats);
}

struct played played_run(const char *const *args, const char *kill_at)
{
    int out_pipe[2], err_pipe[2], status = 0;
    struct buf out, err;
    struct played played = {0};
    buf_init(&out, OUT_MAX);
    buf_init(&err, OUT_MAX);
    if (pipe2(out_pipe, O_CLOEXEC) || pipe2(err_pipe, O_CLOEXEC))
        abort();
    pid_t pid = fork();
    if (pid == 0)
        become(args, kill_at, out_pipe[1], err_pipe[1]);
    close(out_pipe[1]);
    close(err_pipe[1]);
    collect(out_pipe[0], err_pipe[0], &out, &err);
    close(out_pipe[0]);
    close(err_pipe[0]);
    waitpid(pid, &status, 0);
    played.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    played.out = xstrdup(buf_text(&out));
    played.err = xstrdup(buf_text(&err));
    buf_finish(&out);
    buf_finish(&err);
    read_score(&played);
    return played;
}

struct played played_script(const char *script, const char *kill_at)
{
    char path[] = "/tmp/loubot-script-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, script, strlen(script)) != (ssize_t)strlen(script))
        abort();
    close(fd);
    struct played played = played_run((const char *const[]){"play", path, NULL}, kill_at);
    unlink(path);
    return played;
}

void played_free(struct played *played)
{
    free(played->out);
    free(played->err);
    *played = (struct played){0};
}

static bool is_in_group(const char *line, size_t len, const char *group)
{
    return len > 7 && line[2] == ':' && strncmp(line + 7, group, strlen(group)) == 0 &&
           line[7 + strlen(group)] == ' ';
}

/* Lines of one group; a line without a time belongs to the one before it. */
static void add_group(const char *out, const char *group, struct buf *seen)
{
    bool in = false;
    for (const char *line = out; *line;) {
        size_t len = strcspn(line, "\n");
        in = is_in_group(line, len, group) || (in && line[0] == ' ');
        if (in) {
            buf_add(seen, line, len);
            buf_puts(seen, "\n");
        }
        line += len + (line[len] == '\n');
    }
}

char *played_seen(const struct played *played)
{
    struct buf seen;
    buf_init(&seen, OUT_MAX);
    for (int i = 1; i <= 27; i++) {
        char group[16];
        snprintf(group, sizeof group, "b%d", i);
        add_group(played->out, group, &seen);
    }
    add_group(played->out, "work", &seen);
    add_group(played->out, "dm", &seen);
    char *text = xstrdup(buf_text(&seen));
    buf_finish(&seen);
    return text;
}
