#include "adapters/web/web_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_MAX (2 * WEB_RECORD_MAX)

/* Letters, digits and '-' as they are, everything else as %XX: no name leaves the folder. */
static char *path_of(const char *folder, const char *name)
{
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, folder);
    buf_puts(&path, "/");
    for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
        if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-')
            buf_add(&path, p, 1);
        else
            buf_printf(&path, "%%%02X", *p);
    }
    buf_puts(&path, ".jsonl");
    return path.p;
}

const struct web_line *web_room_line(const struct web_room *room, size_t index)
{
    return &room->lines[(room->first + index) % WEB_ROOM_KEEP];
}

static void forget_oldest(struct web_room *room)
{
    struct web_line *line = &room->lines[room->first];
    room->kept_bytes -= line->len;
    free(line->from);
    free(line->client);
    free(line->stable);
    free(line->json);
    room->first = (room->first + 1) % WEB_ROOM_KEEP;
    room->count--;
}

static char *copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

static void keep(struct web_room *room, const struct web_record *record, const char *json,
                 size_t len)
{
    while (room->count == WEB_ROOM_KEEP ||
           (room->count && room->kept_bytes + len > WEB_ROOM_BYTES))
        forget_oldest(room);
    struct web_line *line = &room->lines[(room->first + room->count) % WEB_ROOM_KEEP];
    *line = (struct web_line){.n = record->n,
                              .at_ms = record->at_ms,
                              .from = copy(record->from),
                              .client = copy(record->client),
                              .stable = copy(record->stable),
                              .json = xstrndup(json, len),
                              .len = len};
    room->count++;
    room->kept_bytes += len;
    room->last_n = record->n;
    room->last_at_ms = record->at_ms;
}

static void read_line(struct web_room *room, const char *json, size_t len)
{
    struct arena *arena = arena_create(ARENA_MAX);
    struct web_record *record = arena_alloc(arena, sizeof *record);
    const char *why;
    if (web_record_decode(json, len, record, arena, &why))
        log_warn("web", "file=%s a line was left out: %s", room->path, why);
    else if (record->n > room->last_n)
        keep(room, record, json, len);
    arena_destroy(&arena);
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_SYSTEM;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Reads the file from its start; a last line without its end was cut by a crash. */
static int read_file(struct web_room *room)
{
    struct stat stat;
    if (fstat(room->fd, &stat))
        return ERR_SYSTEM;
    size_t size = (size_t)stat.st_size, have = 0;
    char *bytes = xmalloc(size);
    ssize_t n;
    while (have < size && (n = pread(room->fd, bytes + have, size - have, (off_t)have)) > 0)
        have += (size_t)n;
    size_t at = 0;
    for (const char *end; (end = memchr(bytes + at, '\n', have - at));) {
        size_t len = (size_t)(end - (bytes + at));
        read_line(room, bytes + at, len);
        at += len + 1;
    }
    free(bytes);
    room->file_bytes = at;
    room->given = room->last_n;
    return at < size && ftruncate(room->fd, (off_t)at) ? ERR_SYSTEM : 0;
}

struct web_room *web_room_open(const char *folder, const char *name)
{
    struct web_room *room = xcalloc(1, sizeof *room);
    room->name = xstrdup(name);
    room->path = path_of(folder, name);
    room->fd = open(room->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (room->fd >= 0 && !read_file(room))
        return room;
    int error = errno;
    web_room_close(&room);
    errno = error;
    return NULL;
}

void web_room_close(struct web_room **room)
{
    struct web_room *r = *room;
    if (!r)
        return;
    while (r->count)
        forget_oldest(r);
    if (r->fd >= 0)
        close(r->fd);
    free(r->path);
    free(r->name);
    free(r);
    *room = NULL;
}

/* Puts what is kept into a new file and that in the old one's place. */
static void write_anew(struct web_room *room)
{
    char *fresh = xasprintf("%s.new", room->path);
    int fd = open(fresh, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = fd < 0 ? ERR_SYSTEM : 0;
    for (size_t i = 0; i < room->count && !error; i++) {
        const struct web_line *line = web_room_line(room, i);
        error = write_all(fd, line->json, line->len);
        if (!error)
            error = write_all(fd, "\n", 1);
    }
    if (!error && !fdatasync(fd) && !rename(fresh, room->path)) {
        close(room->fd);
        room->fd = fd;
        room->file_bytes = room->kept_bytes + room->count;
    } else {
        log_error("web", "file=%s cannot be written anew: %s", room->path, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    free(fresh);
}

int web_room_add(struct web_room *room, struct web_record *record, int64_t now_ms)
{
    struct buf line;
    buf_init(&line, WEB_RECORD_MAX);
    record->n = room->last_n + 1;
    record->at_ms = now_ms > room->last_at_ms ? now_ms : room->last_at_ms + 1;
    web_record_encode(record, &line);
    size_t len = line.len;
    buf_puts(&line, "\n");
    int error = line.failed ? ERR_SYSTEM : write_all(room->fd, line.p, line.len);
    if (!error && fdatasync(room->fd))
        error = ERR_SYSTEM;
    if (error) {
        log_error("web", "file=%s cannot be written: %s", room->path, strerror(errno));
        if (ftruncate(room->fd, (off_t)room->file_bytes))
            log_error("web", "file=%s cannot be cut: %s", room->path, strerror(errno));
    } else {
        room->file_bytes += line.len;
        keep(room, record, line.p, len);
        if (room->file_bytes > WEB_ROOM_FILE_BYTES)
            write_anew(room);
    }
    buf_finish(&line);
    return error;
}

const struct web_line *web_room_find(const struct web_room *room, const char *client,
                                     const char *stable)
{
    for (size_t i = room->count; i-- > 0;) {
        const struct web_line *line = web_room_line(room, i);
        if ((client && line->client && !strcmp(line->client, client)) ||
            (stable && line->stable && !strcmp(line->stable, stable)))
            return line;
    }
    return NULL;
}

const struct web_line *web_room_by_number(const struct web_room *room, const char *number)
{
    uint64_t n = strtoull(number, NULL, 10);
    for (size_t i = room->count; i-- > 0;)
        if (web_room_line(room, i)->n == n)
            return web_room_line(room, i);
    return NULL;
}
