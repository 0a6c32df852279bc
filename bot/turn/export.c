#include "turn/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/archive.h"
#include "host/buf.h"
#include "host/mem.h"
#include "store/script.h"
#include "turn/internal.h"
#include "turn/past.h"

#define STEP_EVENTS 200
#define LINES_MAX (64u << 20)
#define LINE_ARENA_MAX (8u << 20)

struct export
{
    struct redis_script script;
    struct redis *redis;
    const struct community *community;
    const struct calendar *calendar;
    const char *data_dir;
    struct archive_file *file; /* of `month`, the last one that was needed */
    char month[ARCHIVE_MONTH_SIZE];
    uint32_t next;
    size_t lost;
    export_cb *cb;
    void *arg;
};

static void start_step(struct export *export);

static void finish(struct export *export)
{
    archive_file_close(&export->file);
    script_finish(&export->script);
    free(export);
}

static bool read_line(struct export *export, const struct redis_reply *event,
                      struct archived *archived, struct arena *arena)
{
    char month[ARCHIVE_MONTH_SIZE];
    if (!archive_figures_month(event->items[1]->text, month))
        return false;
    if (strcmp(month, export->month) != 0) {
        archive_file_close(&export->file);
        export->file =
            archive_file_read(export->data_dir, community_id(export->community), month);
        memcpy(export->month, month, sizeof month);
    }
    uint32_t id = (uint32_t)strtoul(event->items[0]->text, NULL, 10);
    const char *line = export->file ? archive_file_line(export->file, id) : NULL;
    return line && archived_decode(archived, line, arena) == 0;
}

static bool add_event(struct export *export, const struct redis_reply *event, struct buf *out)
{
    struct archived archived;
    struct arena *arena = arena_create(LINE_ARENA_MAX);
    bool ok = event->len == ARCHIVED_FIELDS || event->len == 2;
    if (event->len == ARCHIVED_FIELDS)
        archived_read(&archived, event->items);
    else if (ok)
        ok = read_line(export, event, &archived, arena);
    ok = ok && archived_public_json(&archived, community_id(export->community),
                                    export->calendar, out);
    if (ok)
        buf_puts(out, "\n");
    arena_destroy(&arena);
    return ok;
}

static void step_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct export *export = arg;
    if (error || reply->type != REDIS_LIST || !reply->len) {
        export->cb(export->arg, NULL, true, 0);
        finish(export);
        return;
    }
    struct buf out;
    buf_init(&out, LINES_MAX);
    for (size_t i = 1; i < reply->len; i++)
        if (!add_event(export, reply->items[i], &out))
            export->lost++;
    export->next += STEP_EVENTS;
    bool done = export->next > strtoul(reply->items[0]->text, NULL, 10);
    export->cb(export->arg, buf_text(&out), done, export->lost);
    buf_finish(&out);
    if (done)
        finish(export);
    else
        start_step(export);
}

static void start_step(struct export *export)
{
    char from[16], to[16], tag[100];
    snprintf(from, sizeof from, "%u", export->next);
    snprintf(to, sizeof to, "%u", export->next + STEP_EVENTS - 1);
    snprintf(tag, sizeof tag, "{%s}", community_id(export->community));
    redis_eval(export->redis, 0, &export->script, 1, (const char *const[]){tag}, 2,
               (const char *const[]){from, to}, NULL, step_cb, export);
}

void export_start(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *data_dir, export_cb *cb,
                  void *arg)
{
    struct export *export = xcalloc(1, sizeof *export);
    script_init(&export->script, "bot/turn/export.lua");
    export->redis = redis;
    export->community = community;
    export->calendar = calendar;
    export->data_dir = data_dir;
    export->next = 1;
    export->cb = cb;
    export->arg = arg;
    start_step(export);
}
