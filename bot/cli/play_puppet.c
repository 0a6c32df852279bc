#include "cli/play_puppet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

#define DEADLINE_MS 20000
#define LINK_MAX_BYTES (64u << 20)

struct line_link {
    int fd;
    struct buf in, out;
};

struct play_puppet {
    pid_t pid;
    bool ended;
    int wait_status;
    struct line_link control, platform;
    play_puppet_cb *cb;
    void *arg;
    bool answered;
    struct buf answer;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signum)
{
    is_interrupted = 1;
}

void play_puppet_catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int64_t real_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void link_init(struct line_link *link, int fd)
{
    link->fd = fd;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    buf_init(&link->in, LINK_MAX_BYTES);
    buf_init(&link->out, LINK_MAX_BYTES);
}

static void link_finish(struct line_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    buf_finish(&link->in);
    buf_finish(&link->out);
}

/* In the child: descriptors 3 and 4 are the links, all others are closed by exec. */
static void become(int control, int platform, const char *data, int64_t now_ms, bool mortal,
                   pid_t parent)
{
    char now[32];
    snprintf(now, sizeof now, "%lld", (long long)now_ms);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0); /* Ctrl-C is the director's */
    int high_control = fcntl(control, F_DUPFD, 10),
        high_platform = fcntl(platform, F_DUPFD, 10);
    dup2(high_control, 3);
    dup2(high_platform, 4);
    close(high_control);
    close(high_platform);
    if (!mortal)
        unsetenv("LOUBOT_KILL_AT");
    execl("/proc/self/exe", "loubot", "puppet", data, now, (char *)NULL);
    fprintf(stderr, "loubot play: cannot start itself: %s\n", strerror(errno));
    _exit(1);
}

static bool take_line(struct buf *in, size_t *ret_len)
{
    char *end = memchr(buf_text(in), '\n', in->len);
    if (!end)
        return false;
    *ret_len = (size_t)(end - in->p);
    return true;
}

static void read_lines(struct play_puppet *puppet)
{
    size_t len;
    while (take_line(&puppet->platform.in, &len)) {
        puppet->cb(puppet->arg, puppet->platform.in.p, len, &puppet->platform.out);
        buf_drop(&puppet->platform.in, len + 1);
    }
    while (take_line(&puppet->control.in, &len)) {
        buf_clear(&puppet->answer);
        buf_add(&puppet->answer, puppet->control.in.p, len);
        buf_drop(&puppet->control.in, len + 1);
        puppet->answered = true;
    }
}

/* False: the other end is closed. */
static bool link_move(struct line_link *link, short revents)
{
    char bytes[65536];
    if (link->fd < 0)
        return true;
    if (revents & (POLLIN | POLLHUP | POLLERR)) {
        ssize_t n = read(link->fd, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (n > 0)
            buf_add(&link->in, bytes, (size_t)n);
    }
    if (link->out.len > 0) {
        ssize_t n = send(link->fd, link->out.p, link->out.len, MSG_NOSIGNAL);
        if (n > 0)
            buf_drop(&link->out, (size_t)n);
    }
    return !link->in.failed && !link->out.failed;
}

static void reap(struct play_puppet *puppet)
{
    while (!puppet->ended && waitpid(puppet->pid, &puppet->wait_status, 0) < 0 &&
           errno == EINTR)
        ;
    puppet->ended = true;
}

/* Carries lines once, waiting up to `wait_ms`. */
static int move(struct play_puppet *puppet, int wait_ms)
{
    struct pollfd fds[2] = {{puppet->control.fd, POLLIN, 0}, {puppet->platform.fd, POLLIN, 0}};
    if (is_interrupted)
        return ERR_REFUSED;
    if (puppet->ended)
        return ERR_CLOSED;
    for (int i = 0; i < 2; i++) {
        struct line_link *link = i ? &puppet->platform : &puppet->control;
        if (link->fd >= 0 && link->out.len > 0)
            fds[i].events |= POLLOUT;
    }
    if (poll(fds, 2, wait_ms) < 0 && errno != EINTR)
        return ERR_SYSTEM;
    if (!link_move(&puppet->platform, fds[1].revents)) {
        close(puppet->platform.fd); /* it closes this one while it stops */
        puppet->platform.fd = -1;
    }
    bool open = link_move(&puppet->control, fds[0].revents);
    read_lines(puppet);
    if (open)
        return 0;
    reap(puppet); /* the control link is open as long as it lives */
    return ERR_CLOSED;
}

int play_puppet_wait(struct play_puppet *puppet, bool (*done)(void *arg), void *arg)
{
    int64_t until_ms = real_ms() + DEADLINE_MS;
    while (!done(arg)) {
        int64_t left_ms = until_ms - real_ms();
        if (left_ms <= 0)
            return ERR_TIMEOUT;
        int error = move(puppet, (int)left_ms);
        if (error != 0)
            return error;
    }
    return 0;
}

static bool is_answered(void *arg)
{
    struct play_puppet *puppet = arg;
    return puppet->answered;
}

int play_puppet_ask(struct play_puppet *puppet, const struct play_request *request,
                    struct play_answer *ret, struct arena *arena)
{
    puppet->answered = false;
    play_request_write(request, &puppet->control.out);
    int error = play_puppet_wait(puppet, is_answered, puppet);
    if (error == 0)
        error = play_answer_parse(puppet->answer.p, puppet->answer.len, ret, arena);
    return error;
}

void play_puppet_tell(struct play_puppet *puppet, const char *lines, size_t len)
{
    buf_add(&puppet->platform.out, lines, len);
}

bool play_puppet_was_killed(const struct play_puppet *puppet)
{
    return puppet->ended && WIFSIGNALED(puppet->wait_status) &&
           WTERMSIG(puppet->wait_status) == SIGKILL;
}

const char *play_puppet_end(const struct play_puppet *puppet)
{
    static char text[64];
    if (!puppet || !puppet->ended)
        return "";
    if (WIFSIGNALED(puppet->wait_status))
        snprintf(text, sizeof text, " of signal %d", WTERMSIG(puppet->wait_status));
    else
        snprintf(text, sizeof text, " with status %d", WEXITSTATUS(puppet->wait_status));
    return text;
}

int play_puppet_start(const char *data, int64_t now_ms, bool mortal, const struct buf *lines,
                      play_puppet_cb *cb, void *arg, bool *ret_was_killed,
                      struct play_puppet **ret)
{
    int control[2], platform[2];
    *ret = NULL;
    *ret_was_killed = false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0)
        return ERR_SYSTEM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, platform) < 0) {
        close(control[0]);
        close(control[1]);
        return ERR_SYSTEM;
    }
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(control[1], platform[1], data, now_ms, mortal, parent);
    close(control[1]);
    close(platform[1]);
    struct play_puppet *puppet = xcalloc(1, sizeof *puppet);
    puppet->pid = pid;
    puppet->cb = cb;
    puppet->arg = arg;
    link_init(&puppet->control, control[0]);
    link_init(&puppet->platform, platform[0]);
    buf_init(&puppet->answer, LINK_MAX_BYTES);
    play_puppet_tell(puppet, buf_text(lines), lines->len);
    int error = pid < 0 ? ERR_SYSTEM : play_puppet_wait(puppet, is_answered, puppet);
    if (error == 0) {
        *ret = puppet;
        return 0;
    }
    *ret_was_killed = play_puppet_was_killed(puppet);
    play_puppet_kill(&puppet);
    return error;
}

static void destroy(struct play_puppet **puppet)
{
    link_finish(&(*puppet)->control);
    link_finish(&(*puppet)->platform);
    buf_finish(&(*puppet)->answer);
    free(*puppet);
    *puppet = NULL;
}

void play_puppet_kill(struct play_puppet **puppet)
{
    if (!*puppet)
        return;
    if (!(*puppet)->ended && (*puppet)->pid > 0) {
        kill((*puppet)->pid, SIGKILL);
        reap(*puppet);
    }
    destroy(puppet);
}

static bool never(void *arg)
{
    return false;
}

int play_puppet_stop(struct play_puppet **puppet)
{
    if (!*puppet)
        return 0;
    kill((*puppet)->pid, SIGTERM);
    int error = play_puppet_wait(*puppet, never, NULL); /* its end closes the links */
    if (error == ERR_CLOSED) {
        bool clean =
            WIFEXITED((*puppet)->wait_status) && WEXITSTATUS((*puppet)->wait_status) == 0;
        error = clean ? 0 : ERR_REFUSED;
    }
    play_puppet_kill(puppet);
    return error;
}
