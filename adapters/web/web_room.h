/* web_room.h: the history of one room, in memory (the newest WEB_ROOM_KEEP records) and in a
 * file of its own: the platform that the web chat is.
 *
 * A record is on the disk before web_room_add() returns, so what a page was told is there
 * survives a kill. The file is written anew with what is kept when it has grown past its cap; a
 * line that was cut by a crash is left out at the next start.
 */
#ifndef LOUBOT_WEB_ROOM_H
#define LOUBOT_WEB_ROOM_H

#include "adapters/web/web_record.h"

#define WEB_ROOM_KEEP 500
#define WEB_ROOM_BYTES (1024 * 1024)          /* kept in memory, too */
#define WEB_ROOM_FILE_BYTES (4 * 1024 * 1024) /* before the file is written anew */

struct web_line {
    uint64_t n;
    int64_t at_ms;
    char *from, *client, *stable; /* or NULL */
    char *json;                   /* the whole record */
    size_t len;
};

struct web_room {
    char *name; /* "b4", "work", "dm:孙大姐" */
    char *path;
    int fd;
    size_t file_bytes, kept_bytes;
    struct web_line lines[WEB_ROOM_KEEP]; /* a ring */
    size_t first, count;
    uint64_t last_n;
    int64_t last_at_ms;
    uint64_t given; /* number up to which the core was given the records */
    struct web_room *next;
};

/* Opens the file in `folder` and reads it. NULL: it cannot be used (errno). */
struct web_room *web_room_open(const char *folder, const char *name);
void web_room_close(struct web_room **room);

/* Numbers the record, writes it down and keeps it. 0, or ERR_SYSTEM: it is not on the disk, and
 * not in the room. */
int web_room_add(struct web_room *room, struct web_record *record, int64_t now_ms);

/* The line at `index`, 0 the oldest kept. */
const struct web_line *web_room_line(const struct web_room *room, size_t index);
/* The newest line whose page id (or bot's id) is this one, or NULL. */
const struct web_line *web_room_find(const struct web_room *room, const char *client,
                                     const char *stable);
const struct web_line *web_room_by_number(const struct web_room *room, const char *number);

#endif
