/* redis_server_repair.c: a torn append-only file: copied aside, cut after its last whole
 * command by redis-check-aof, said in the log.
 *
 * redis-check-aof cuts wherever the first fault is, and takes a damaged manifest for an old
 * append-only file and empties it. So the manifest is looked at first, and a cut that takes
 * more than a torn end can be is undone: then the operator decides.
 *
 * redis-server is started with `aof-load-truncated no`, so that it never cuts by itself: what
 * is cut lies in `appendonlydir.torn-N`, for whoever wants to look. Under `appendfsync always`
 * the torn end was never answered to anybody.
 */
#include "store/redis_server_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/err.h"
#include "host/log.h"

#define COPIES_MAX 1000
#define MISSING_BINARY 127
/* More than Redis writes at once for our connections (16 KB of each in a round). */
#define TORN_MAX (4 << 20)

/* redis-check-aof lies beside a redis-server that was named by its path. */
static void checker_path(const char *binary, char *path, size_t size)
{
    const char *slash = binary ? strrchr(binary, '/') : NULL;
    snprintf(path, size, "%.*sredis-check-aof", slash ? (int)(slash + 1 - binary) : 0,
             slash ? binary : "");
    if (slash && access(path, X_OK))
        snprintf(path, size, "redis-check-aof");
}

static void become_checker(const char *checker, const char *manifest, bool fix, int answers)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_WRONLY);
    dup2(answers, 0);
    dup2(null, 1);
    dup2(null, 2);
    if (fix)
        execlp(checker, "redis-check-aof", "--fix", manifest, (char *)NULL);
    else
        execlp(checker, "redis-check-aof", manifest, (char *)NULL);
    _exit(MISSING_BINARY);
}

/* The checker's exit status, or -1. */
static int run_checker(const char *checker, const char *manifest, bool fix)
{
    int answers[2];
    if (pipe2(answers, O_CLOEXEC))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        become_checker(checker, manifest, fix, answers[0]);
    close(answers[0]);
    if (fix && write(answers[1], "y\ny\ny\ny\n", 8) != 8)
        log_debug("redis_server", "redis-check-aof asked nothing");
    close(answers[1]);
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int copy_bytes(int from, int to)
{
    struct stat st;
    if (fstat(from, &st))
        return -1;
    for (off_t done = 0; done < st.st_size;) {
        ssize_t n = sendfile(to, from, &done, (size_t)(st.st_size - done));
        if (n <= 0)
            return -1;
    }
    return fsync(to);
}

static int copy_file(int from_dir, int to_dir, const char *name)
{
    int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC);
    int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int rc = from >= 0 && to >= 0 ? copy_bytes(from, to) : -1;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return rc;
}

static int copy_folder(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    int to_dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = dir && to_dir >= 0 ? 0 : -1;
    struct dirent *entry;
    while (rc == 0 && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            rc = copy_file(dirfd(dir), to_dir, entry->d_name);
    int error = errno;
    if (dir)
        closedir(dir);
    if (to_dir >= 0)
        close(to_dir);
    errno = error;
    return rc;
}

struct torn {
    char checker[PATH_MAX];
    char aof[PATH_MAX + 64]; /* the folder */
    char manifest[PATH_MAX + 64];
    char copy[PATH_MAX + 96]; /* appendonlydir.torn-N */
    int number;               /* N */
};

static int copy_aside(struct torn *torn, struct redis_server_why *why)
{
    int rc = -1;
    errno = EEXIST;
    while (rc && errno == EEXIST && ++torn->number <= COPIES_MAX) {
        snprintf(torn->copy, sizeof torn->copy, "%s.torn-%d", torn->aof, torn->number);
        rc = mkdir(torn->copy, 0700);
    }
    if (!rc)
        rc = copy_folder(torn->aof, torn->copy);
    if (rc)
        return redis_server_fail(why,
                                 "The data in %s is damaged and cannot be copied aside before "
                                 "its repair (%s): make room there.",
                                 torn->aof, strerror(errno));
    return 0;
}

static bool is_manifest(const char *path)
{
    char start[6] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t got = fread(start, 1, 5, file);
    fclose(file);
    return got == 5 && strcmp(start, "file ") == 0;
}

/* The copy goes back into its place; what the repair left lies beside it. */
static int undo(const struct torn *torn, int64_t lost, struct redis_server_why *why)
{
    char cut[PATH_MAX + 96];
    snprintf(cut, sizeof cut, "%s.cut-%d", torn->aof, torn->number);
    if (rename(torn->aof, cut) || rename(torn->copy, torn->aof))
        return redis_server_fail(why, "%s cannot be put back into its place (%s).", torn->copy,
                                 strerror(errno));
    return redis_server_fail(why,
                             "The data in %s is damaged in the middle; a repair would lose "
                             "%lld bytes. Put a backup there, or move %s there, which is the "
                             "part before the damage.",
                             torn->aof, (long long)lost, cut);
}

static int cut_end(struct torn *torn, struct redis_server_why *why)
{
    int rc = copy_aside(torn, why);
    if (rc)
        return rc;
    int64_t before = redis_server_folder_size(torn->aof, NULL);
    if (run_checker(torn->checker, torn->manifest, true) != 0)
        return redis_server_fail(why,
                                 "The data in %s is damaged and redis-check-aof cannot repair "
                                 "it: put a backup there (%s holds it as it was).",
                                 torn->aof, torn->copy);
    int64_t lost = before - redis_server_folder_size(torn->aof, NULL);
    if (lost > TORN_MAX)
        return undo(torn, lost, why);
    log_warn("redis_server", "torn append-only file repaired: cut=%lld of=%lld copy=%s",
             (long long)lost, (long long)before, torn->copy);
    return 1;
}

int redis_server_repair(const struct redis_server_folder *folder, const char *binary,
                        struct redis_server_why *why)
{
    struct torn torn = {.number = 0};
    checker_path(binary, torn.checker, sizeof torn.checker);
    snprintf(torn.aof, sizeof torn.aof, "%s",
             redis_server_folder_file(folder, REDIS_SERVER_AOF_FOLDER));
    snprintf(torn.manifest, sizeof torn.manifest, "%s",
             redis_server_folder_file(folder, REDIS_SERVER_AOF_MANIFEST));
    if (access(torn.manifest, F_OK))
        return 0;
    if (!is_manifest(torn.manifest))
        return redis_server_fail(why, "%s is damaged: put a backup of that folder there.",
                                 torn.manifest);
    int status = run_checker(torn.checker, torn.manifest, false);
    if (status == 0)
        return 0;
    if (status == MISSING_BINARY)
        return redis_server_fail(why, "redis-check-aof is missing, which could tell whether "
                                      "the data is torn: `apt install redis-tools`.");
    return cut_end(&torn, why);
}
