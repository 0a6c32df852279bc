/* redis_server_child.c: redis-server as a child process.
 *
 * The child keeps the folder's lock, stands in a session of its own (a Ctrl-C in the terminal
 * is for Loubot, which then stops the child in order), and is killed when the thread that
 * forked it is gone; Loubot forks only in its main thread. Killed, not asked to end:
 * redis-server 7.0.15 forgets a SIGTERM that comes while it starts and would keep the lock for
 * ever (found by make chaos); what it acknowledged is in the kernel's hands already.
 *
 * Its output goes to `<data>/redis-server.log`.
 */
#include "store/redis_server_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/err.h"
#include "host/log.h"

#define LOG_SIZE_MAX (1 << 20)
#define STEP_MS 2
#define PATIENCE_MS 500     /* for one answer */
#define SILENT_MAX_MS 30000 /* neither a socket nor LOADING for so long: given up */
#define END_WAIT_MS 10000
#define LAST_WORDS_MAX 240
/* Entries of a hash or sorted set that is one piece of memory and searched from its head: the
 * check whether an input was seen walks all of its group's bucket. */
#define LISTPACK_MAX "64"
#define HASH_PIECE_MAX "128" /* so many events have their figures in one key of the archive */
#define LISTPACK_VALUE_MAX "1024" /* a stored event is one piece: less to load at a start */

static void open_output(const struct redis_server_folder *folder)
{
    const char *path = redis_server_folder_file(folder, REDIS_SERVER_LOG);
    struct stat st;
    int fresh = stat(path, &st) == 0 && st.st_size > LOG_SIZE_MAX ? O_TRUNC : 0;
    int out = open(path, O_WRONLY | O_CREAT | O_APPEND | fresh, 0600);
    int in = open("/dev/null", O_RDONLY);
    if (in >= 0)
        dup2(in, 0);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
    }
}

static void close_others(int keep, int keep_too)
{
    int low = keep < keep_too ? keep : keep_too, high = keep < keep_too ? keep_too : keep;
    if (low > 3)
        close_range(3, (unsigned)low - 1, 0);
    if (high > low + 1)
        close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0u, 0);
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
}

/* In the child. Never returns; an exec that fails sends errno up the pipe. */
static void become_server(const struct redis_server_folder *folder, const char *binary,
                          bool fsync_always, pid_t parent, int report)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setsid();
    reset_signals();
    open_output(folder);
    close_others(folder->lock, report);
    fcntl(folder->lock, F_SETFD, 0);
    execlp(binary, "redis-server", "--port", "0", "--unixsocket", folder->socket,
           "--unixsocketperm", "700", "--dir", folder->path, "--daemonize", "no", "--databases",
           "1", "--save", "", "--appendonly", "yes", "--appendfsync",
           fsync_always ? "always" : "everysec", "--aof-load-truncated", "no",
           "--auto-aof-rewrite-percentage", "0", "--hash-max-listpack-entries", HASH_PIECE_MAX,
           "--hash-max-listpack-value", LISTPACK_VALUE_MAX, "--zset-max-listpack-entries",
           LISTPACK_MAX, "--always-show-logo", "no", (char *)NULL);
    int error = errno;
    if (write(report, &error, sizeof error) != sizeof error)
        _exit(126);
    _exit(127);
}

static pid_t fork_server(const struct redis_server_folder *folder, const char *binary,
                         bool fsync_always, int *ret_exec_error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become_server(folder, binary, fsync_always, parent, ends[1]);
    close(ends[1]);
    *ret_exec_error = 0;
    while (pid > 0 && read(ends[0], ret_exec_error, sizeof *ret_exec_error) < 0)
        if (errno != EINTR)
            break;
    close(ends[0]);
    return pid;
}

pid_t redis_server_child_start(const struct redis_server_folder *folder, const char *binary,
                               bool fsync_always, struct redis_server_why *why)
{
    const char *name = binary ? binary : "redis-server";
    int error = 0;
    pid_t pid = fork_server(folder, name, fsync_always, &error);
    if (pid < 0)
        return redis_server_fail(why, "No process can be made for redis-server (%s).",
                                 strerror(errno));
    if (!error)
        return pid;
    waitpid(pid, NULL, 0);
    if (error == ENOENT && !binary)
        return redis_server_fail(why, "redis-server is not installed: `make deps` or `apt "
                                      "install redis-server` brings it.");
    return redis_server_fail(why,
                             "%s cannot be started (%s): name a working one under "
                             "`redis.binary`.",
                             name, strerror(error));
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* What the server says to a PING: 0 PONG, ERR_STALE not yet (it is loading), ERR_TIMEOUT
 * nothing within PATIENCE_MS, ERR_AWAY no socket, or one that was closed. */
static int ping(const char *path)
{
    struct timeval patience = {.tv_usec = PATIENCE_MS * 1000};
    char answer[64] = "";
    int fd = connect_to(path);
    if (fd < 0)
        return ERR_AWAY;
    int rc = ERR_AWAY;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6) {
        ssize_t got = recv(fd, answer, sizeof answer - 1, 0);
        if (got > 0)
            rc = strncmp(answer, "+PONG", 5) == 0 ? 0 : ERR_STALE;
        else if (got < 0 && errno == EAGAIN)
            rc = ERR_TIMEOUT;
    }
    close(fd);
    return rc;
}

int redis_server_child_await(const struct redis_server_folder *folder, pid_t pid,
                             struct redis_server_why *why)
{
    for (int silent = 0; silent < SILENT_MAX_MS; silent += STEP_MS) {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) != 0) {
            if (WIFSIGNALED(status)) {
                redis_server_fail(why, "redis-server was killed while it started (signal %d).",
                                  WTERMSIG(status));
                return ERR_AWAY;
            }
            redis_server_fail(why, "redis-server ended at once: %s (%s)",
                              redis_server_child_last_words(folder),
                              redis_server_folder_file(folder, REDIS_SERVER_LOG));
            return ERR_CLOSED;
        }
        int rc = ping(folder->socket);
        if (rc == 0)
            return 0;
        if (rc == ERR_TIMEOUT)
            silent += PATIENCE_MS;
        else if (rc == ERR_STALE)
            silent = 0;
        usleep(STEP_MS * 1000);
    }
    redis_server_child_end(pid);
    return redis_server_fail(why, "redis-server does not answer; see %s.",
                             redis_server_folder_file(folder, REDIS_SERVER_LOG));
}

void redis_server_child_end(pid_t pid)
{
    kill(pid, SIGTERM);
    for (int waited = 0; waited < END_WAIT_MS; waited += STEP_MS) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return;
        usleep(STEP_MS * 1000);
    }
    log_warn("redis_server", "does not end, killed: pid=%d", (int)pid);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void redis_server_child_shut(const struct redis_server_folder *folder, pid_t pid)
{
    static const char order[] = "SHUTDOWN NOSAVE\r\n"; /* no RDB file; the AOF is synced */
    int fd = connect_to(folder->socket);
    if (fd >= 0 && send(fd, order, sizeof order - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("redis_server", "could not be asked to shut down: %s", strerror(errno));
    redis_server_child_end(pid);
    if (fd >= 0)
        close(fd);
}

/* Redis marks warnings with " # " behind the time. */
const char *redis_server_child_last_words(const struct redis_server_folder *folder)
{
    static char words[LAST_WORDS_MAX];
    char line[1024];
    words[0] = '\0';
    FILE *log = fopen(redis_server_folder_file(folder, REDIS_SERVER_LOG), "re");
    if (!log)
        return words;
    while (fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        const char *warning = strstr(line, " # ");
        if (warning)
            snprintf(words, sizeof words, "%s", warning + 3);
    }
    fclose(log);
    return words;
}
