/* redis_server_folder.c: the data folder, its lock, the room that is left.
 *
 * The lock is a flock on `<data>/lock`. It belongs to the open file, which Loubot, its
 * redis-server and a repair running between two servers share; so it is free only when all of
 * them are gone, however each of them ended.
 */
#include "store/redis_server_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host/err.h"
#include "host/log.h"

#define LOCK_STEP_MS 5
#define SAY_AFTER_MS 500 /* the former one is usually gone by then */

int redis_server_fail(struct redis_server_why *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    return ERR_SYSTEM;
}

static int make_folders(const char *path)
{
    char part[PATH_MAX];
    if (strlen(path) >= sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (const char *end = path; *end;) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
        if (mkdir(part, 0700) && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int find_folder(struct redis_server_folder *folder, const char *data,
                       struct redis_server_why *why)
{
    struct stat st;
    if (make_folders(data) || !realpath(data, folder->path))
        return redis_server_fail(why,
                                 "The data folder %s cannot be made (%s): make it for this "
                                 "user, or name another one under `data:`.",
                                 data, strerror(errno));
    if (stat(folder->path, &st) || !S_ISDIR(st.st_mode))
        return redis_server_fail(why, "%s is no folder: name another one under `data:`.", data);
    int len = snprintf(folder->socket, sizeof folder->socket, "%s/redis.sock", folder->path);
    if (len >= (int)sizeof folder->socket)
        return redis_server_fail(why,
                                 "The path of the data folder is too long by %d bytes for a "
                                 "unix socket in it: name a shorter one under `data:` (%s).",
                                 len + 1 - (int)sizeof folder->socket, folder->path);
    return 0;
}

static void say_owner(int lock)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(lock, 0) || pwrite(lock, text, (size_t)len, 0) != len)
        return; /* only a help for whoever finds the lock taken */
}

static int read_owner(int lock)
{
    char text[32] = "";
    return pread(lock, text, sizeof text - 1, 0) > 0 ? atoi(text) : 0;
}

static int take_lock(struct redis_server_folder *folder, int wait_ms,
                     struct redis_server_why *why)
{
    for (int waited = 0; flock(folder->lock, LOCK_EX | LOCK_NB); waited += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return redis_server_fail(why, "The data folder %s cannot be locked (%s).",
                                     folder->path, strerror(errno));
        if (waited >= wait_ms)
            return redis_server_fail(why,
                                     "Another Loubot (process %d) works on the data folder "
                                     "%s: stop it, or give this one a folder of its own.",
                                     read_owner(folder->lock), folder->path);
        if (waited == SAY_AFTER_MS)
            log_info("redis_server", "waiting for the data folder: process=%d folder=%s",
                     read_owner(folder->lock), folder->path);
        usleep(LOCK_STEP_MS * 1000);
    }
    say_owner(folder->lock);
    return 0;
}

int redis_server_folder_open(struct redis_server_folder *folder, const char *data, int wait_ms,
                             struct redis_server_why *why)
{
    folder->lock = -1;
    int rc = find_folder(folder, data, why);
    if (rc)
        return rc;
    folder->lock =
        open(redis_server_folder_file(folder, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock < 0)
        return redis_server_fail(why,
                                 "Nothing can be written in the data folder %s (%s): give this "
                                 "user the right to, or name another one under `data:`.",
                                 folder->path, strerror(errno));
    rc = take_lock(folder, wait_ms, why);
    if (rc)
        redis_server_folder_close(folder);
    return rc;
}

void redis_server_folder_close(struct redis_server_folder *folder)
{
    if (folder->lock >= 0)
        close(folder->lock);
    folder->lock = -1;
}

const char *redis_server_folder_file(const struct redis_server_folder *folder, const char *name)
{
    static char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

int64_t redis_server_folder_size(const char *path, const char *word)
{
    int64_t size = 0;
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    struct dirent *entry;
    struct stat st;
    while ((entry = readdir(dir)))
        if ((!word || strstr(entry->d_name, word)) &&
            fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            size += st.st_size;
    closedir(dir);
    return size;
}

int64_t redis_server_folder_free(const struct redis_server_folder *folder)
{
    struct statvfs fs;
    if (statvfs(folder->path, &fs))
        return INT64_MAX;
    return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

bool redis_server_folder_has_room(const struct redis_server_folder *folder)
{
    const char *aof = redis_server_folder_file(folder, REDIS_SERVER_AOF_FOLDER);
    return redis_server_folder_free(folder) >
           redis_server_folder_size(aof, NULL) + REDIS_SERVER_SPARE;
}
