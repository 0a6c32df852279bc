/* archive.h: the files of events that have left Redis:
 * <data>/archive/<community>/YYYY-MM.jsonl, one event a line, by the month in which it was
 * opened (DESIGN §11). Text, photos and trail stand in fields of their own, so that they can be
 * blanked.
 *
 * A line counts only when Redis holds the event's figures in place of the event (turn/past.c
 * writes the line first), and the last one of an event counts: a crash in between leaves a line
 * too many, never an event too few. A line without an end is what a crash left, and goes.
 */
#ifndef LOUBOT_EVENT_ARCHIVE_H
#define LOUBOT_EVENT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct calendar;
struct event;

#define ARCHIVE_MONTH_SIZE 8  /* "2026-03" */
#define ARCHIVE_TRAIL_MAX 200 /* steps kept of one event */

struct archived { /* an event as it was stored */
    uint32_t id, version;
    int64_t acked_ms;
    const char *body, *text, *photos; /* photos: a JSON list or "" */
    const char *trail[ARCHIVE_TRAIL_MAX];
    size_t trail_count;
};

/* One line, its end included. False: it is no event. */
bool archived_encode(const struct archived *archived, struct buf *out);
int archived_decode(struct archived *archived, const char *line, struct arena *arena);
/* The event of it; NULL: unreadable. */
struct event *archived_event(const struct archived *archived, const char *community,
                             struct arena *arena);
/* The public form, with the trail; false: unreadable. */
bool archived_public_json(const struct archived *archived, const char *community,
                          const struct calendar *calendar, struct buf *out);
/* Blanks a member's text, pictures (told to `picture`, one by one) and notes: the line as it is
 * then, or nothing when it is not touched. `ret_his` is set when text or pictures went, `notes`
 * counts on. */
void archived_forget(const char *line, const char *member,
                     void (*picture)(void *arg, const char *ref), void *arg, bool *ret_his,
                     size_t *notes, struct buf *out);
/* What stays in Redis: place, dates and figures. */
void archive_figures(const struct event *event, const char *month, struct buf *out);
/* The month of figures; false: they name none. */
bool archive_figures_month(const char *figures, char ret_month[ARCHIVE_MONTH_SIZE]);
void archive_month(int64_t at_ms, int utc_offset_s, char ret_month[ARCHIVE_MONTH_SIZE]);

/* Whoever changes the archive of a community holds its lock. A descriptor for
 * archive_unlock(), or ERR_AWAY (somebody else has it; not with `wait`), ERR_SYSTEM. */
int archive_lock(const char *data_dir, const char *community, bool wait);
void archive_unlock(int lock);

/* Whole lines, on the disk when it returns: 0 or ERR_SYSTEM (nothing is taken as written). */
int archive_append(const char *data_dir, const char *community, const char *month,
                   const char *lines, size_t len);

/* A month in memory; NULL: there is none. */
struct archive_file;
struct archive_file *archive_file_read(const char *data_dir, const char *community,
                                       const char *month);
void archive_file_close(struct archive_file **file);
/* The last line of an event, or NULL. */
const char *archive_file_line(const struct archive_file *file, uint32_t id);

/* Calls `change` for every line of every month: it leaves `out` empty (the line stays) or
 * appends another line. Each changed file is replaced in one step. 0 or ERR_SYSTEM. */
typedef void archive_change_cb(void *arg, const char *line, struct buf *out);
int archive_change(const char *data_dir, const char *community, archive_change_cb *change,
                   void *arg);

#endif
