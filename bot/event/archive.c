/* archive.c: the files; see archive.h. archive_line.c holds what stands in a line. */
#include "event/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/err.h"
#include "host/log.h"
#include "host/mem.h"
#include "host/slurp.h"

#define FILE_MAX ((size_t)1 << 30)

static char *folder_of(const char *data_dir, const char *community)
{
    return xasprintf("%s/archive/%s", data_dir, community);
}

static char *file_of(const char *data_dir, const char *community, const char *month)
{
    return xasprintf("%s/archive/%s/%s.jsonl", data_dir, community, month);
}

static int failed(const char *path)
{
    log_error("archive", "failed file=%s why=%s", path, strerror(errno));
    return ERR_SYSTEM;
}

/* What was made in a folder is there after a power cut. */
static void sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static void make_folder(const char *data_dir, const char *community)
{
    char *above = xasprintf("%s/archive", data_dir), *folder = folder_of(data_dir, community);
    mkdir(data_dir, 0700);
    if (mkdir(above, 0700) == 0)
        sync_folder(data_dir);
    if (mkdir(folder, 0700) == 0)
        sync_folder(above);
    free(above);
    free(folder);
}

int archive_lock(const char *data_dir, const char *community, bool wait)
{
    make_folder(data_dir, community);
    char *path = xasprintf("%s/archive/%s/lock", data_dir, community);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rc = fd;
    if (fd < 0)
        rc = failed(path);
    else if (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0)
        rc = errno == EWOULDBLOCK ? ERR_AWAY : failed(path);
    if (rc < 0 && fd >= 0)
        close(fd);
    free(path);
    return rc;
}

void archive_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return -1;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* Where whole lines end: what stands behind is what a crash left. */
static off_t whole_lines(int fd)
{
    char bytes[4096];
    off_t end = lseek(fd, 0, SEEK_END);
    while (end > 0) {
        off_t from = end > (off_t)sizeof bytes ? end - (off_t)sizeof bytes : 0;
        ssize_t n = pread(fd, bytes, (size_t)(end - from), from);
        if (n <= 0)
            return -1;
        const char *line = memrchr(bytes, '\n', (size_t)n);
        if (line)
            return from + (line - bytes) + 1;
        end = from;
    }
    return end;
}

static int append(int fd, const char *lines, size_t len)
{
    off_t end = whole_lines(fd);
    if (end < 0 || ftruncate(fd, end) != 0 || lseek(fd, end, SEEK_SET) < 0)
        return -1;
    if (write_all(fd, lines, len) == 0 && fsync(fd) == 0)
        return 0;
    int error = errno;
    if (ftruncate(fd, end) != 0) /* a line too many does no harm */
        log_warn("archive", "a line that does not count stays in the file");
    errno = error;
    return -1;
}

int archive_append(const char *data_dir, const char *community, const char *month,
                   const char *lines, size_t len)
{
    char *path = file_of(data_dir, community, month), *folder = folder_of(data_dir, community);
    make_folder(data_dir, community);
    bool fresh = access(path, F_OK) != 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rc = fd >= 0 && append(fd, lines, len) == 0 ? 0 : failed(path);
    if (fd >= 0)
        close(fd);
    if (fresh)
        sync_folder(folder);
    free(path);
    free(folder);
    return rc;
}

/* ---- reading -------------------------------------------------------------------------- */

struct place { /* of an event's last line */
    uint32_t id;
    const char *line;
    UT_hash_handle hh;
};

struct archive_file {
    char *bytes;
    struct place *places;
};

static void note_line(struct archive_file *file, const char *line)
{
    uint32_t id = 0;
    if (sscanf(line, "{\"id\":%u", &id) != 1)
        return;
    struct place *place;
    HASH_FIND(hh, file->places, &id, sizeof id, place);
    if (!place) {
        place = xcalloc(1, sizeof *place);
        place->id = id;
        HASH_ADD(hh, file->places, id, sizeof place->id, place);
    }
    place->line = line;
}

static char *read_bytes(const char *path, size_t *ret_len)
{
    struct faults *faults = faults_create();
    char *bytes = slurp(path, FILE_MAX, ret_len, faults);
    faults_destroy(&faults);
    return bytes;
}

struct archive_file *archive_file_read(const char *data_dir, const char *community,
                                       const char *month)
{
    size_t len = 0;
    char *path = file_of(data_dir, community, month);
    char *bytes = read_bytes(path, &len);
    free(path);
    if (!bytes)
        return NULL;
    struct archive_file *file = xcalloc(1, sizeof *file);
    file->bytes = bytes;
    for (char *line = bytes, *end; (end = memchr(line, '\n', len - (size_t)(line - bytes)));
         line = end + 1) {
        *end = '\0';
        note_line(file, line);
    }
    return file;
}

void archive_file_close(struct archive_file **file)
{
    if (!*file)
        return;
    struct place *place, *next;
    HASH_ITER(hh, (*file)->places, place, next)
    {
        HASH_DEL((*file)->places, place);
        free(place);
    }
    free((*file)->bytes);
    free(*file);
    *file = NULL;
}

const char *archive_file_line(const struct archive_file *file, uint32_t id)
{
    struct place *place;
    HASH_FIND(hh, file->places, &id, sizeof id, place);
    return place ? place->line : NULL;
}

/* ---- changing --------------------------------------------------------------------------- */

/* The file with its changes; false: nothing changes. */
static bool change_lines(char *bytes, size_t len, archive_change_cb *change, void *arg,
                         struct buf *out)
{
    bool changed = false;
    struct buf line_out;
    buf_init(&line_out, FILE_MAX);
    for (char *line = bytes, *end; (end = memchr(line, '\n', len - (size_t)(line - bytes)));
         line = end + 1) {
        *end = '\0';
        buf_clear(&line_out);
        change(arg, line, &line_out);
        changed |= line_out.len > 0;
        if (line_out.len)
            buf_add(out, line_out.p, line_out.len);
        else
            buf_printf(out, "%s\n", line);
    }
    buf_finish(&line_out);
    return changed;
}

static int replace(const char *path, const char *folder, const struct buf *bytes)
{
    char *fresh = xasprintf("%s.new", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && !bytes->failed && write_all(fd, bytes->p, bytes->len) == 0 &&
              fsync(fd) == 0 && rename(fresh, path) == 0;
    int rc = ok ? 0 : failed(path);
    if (fd >= 0)
        close(fd);
    if (ok)
        sync_folder(folder);
    else
        unlink(fresh);
    free(fresh);
    return rc;
}

static int change_file(const char *folder, const char *name, archive_change_cb *change,
                       void *arg)
{
    size_t len = 0;
    int rc = 0;
    char *path = xasprintf("%s/%s", folder, name);
    char *bytes = read_bytes(path, &len);
    struct buf out;
    buf_init(&out, FILE_MAX);
    if (!bytes)
        rc = failed(path);
    else if (change_lines(bytes, len, change, arg, &out))
        rc = replace(path, folder, &out);
    buf_finish(&out);
    free(bytes);
    free(path);
    return rc;
}

int archive_change(const char *data_dir, const char *community, archive_change_cb *change,
                   void *arg)
{
    char *folder = folder_of(data_dir, community);
    DIR *dir = opendir(folder);
    int rc = 0;
    struct dirent *entry;
    while (dir && rc == 0 && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);
        if (len == strlen("2026-03.jsonl") && strcmp(entry->d_name + 7, ".jsonl") == 0)
            rc = change_file(folder, entry->d_name, change, arg);
    }
    if (dir)
        closedir(dir);
    free(folder);
    return rc;
}
