/* past.c: events that were archived 90 days ago leave Redis for the archive's files, a few at a
 * time (DESIGN §11). First the line is on the disk, then the event goes, in one script that
 * leaves its figures: a reader finds it in one place at any moment, after any crash.
 *
 * The same look tells which members were forgotten meanwhile (forget.lua), so that memory
 * forgets them too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/archive.h"
#include "host/log.h"
#include "host/mem.h"
#include "turn/args.h"
#include "turn/internal.h"
#include "turn/past.h"

#define KEPT_MS ((int64_t)90 * 24 * 3600 * 1000)
#define STEP_EVENTS 20
#define LOOK_MS 60000
#define LOOK_VIRTUAL_MS (3600 * 1000) /* play and soak: every hour of their clock */
#define STEP_MS 1000                  /* between two steps when there is more */
#define LINES_MAX (16u << 20)
#define STEP_ARENA_MAX (64u << 20)
#define FIELDS ARCHIVED_FIELDS

struct step_out { /* what is being moved */
    struct home *home;
    struct arena *arena;
    struct args args;
    struct buf lines;
    char month[ARCHIVE_MONTH_SIZE]; /* of `lines` */
    int lock;
    bool more;
};

static int64_t now_of(const struct home *home)
{
    return clock_now_ms(home->core->config.clock);
}

static void rest(struct home *home, bool more)
{
    bool is_virtual = clock_is_virtual(home->core->config.clock);
    int64_t pause = is_virtual ? LOOK_VIRTUAL_MS : LOOK_MS;
    if (more)
        pause = is_virtual ? 0 : STEP_MS;
    home->past_busy = false;
    home->past_next_ms = now_of(home) + pause;
}

static void finish(struct step_out *out)
{
    archive_unlock(out->lock);
    rest(out->home, out->more);
    args_finish(&out->args);
    buf_finish(&out->lines);
    struct arena *arena = out->arena;
    arena_destroy(&arena);
}

static void move_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct step_out *out = arg;
    if (!error && reply->type == REDIS_ERROR)
        log_error("past", "script failed why=%s", reply->text);
    if (error || reply->type != REDIS_INT || !reply->integer)
        out->more = false; /* at the next look */
    finish(out);
}

static bool flush(struct step_out *out)
{
    const struct home *home = out->home;
    if (!out->lines.len)
        return true;
    bool ok = !out->lines.failed &&
              archive_append(home->core->config.data_dir, community_id(home->community),
                             out->month, out->lines.p, out->lines.len) == 0;
    buf_clear(&out->lines);
    return ok;
}

void archived_read(struct archived *archived, const struct redis_reply *const *f)
{
    *archived = (struct archived){.id = (uint32_t)strtoul(f[0]->text, NULL, 10),
                                  .version = (uint32_t)strtoul(f[1]->text, NULL, 10),
                                  .body = f[2]->text,
                                  .text = f[3]->text,
                                  .photos = f[4]->text,
                                  .acked_ms = strtoll(f[5]->text, NULL, 10)};
    for (size_t i = 0; i < f[6]->len && i < ARCHIVE_TRAIL_MAX; i++)
        archived->trail[archived->trail_count++] = f[6]->items[i]->text;
}

/* One event into `lines` and among the arguments. False: the file cannot be written. */
static bool add_event(struct step_out *out, const struct redis_reply *const *fields)
{
    struct archived archived;
    const struct home *home = out->home;
    char month[ARCHIVE_MONTH_SIZE];
    archived_read(&archived, fields);
    const struct event *event =
        archived_event(&archived, community_id(home->community), out->arena);
    if (!event) {
        log_error("past", "event unreadable id=%u", archived.id);
        return true;
    }
    archive_month(event->opened_ms, community_utc_offset_s(home->community), month);
    if (strcmp(month, out->month) != 0 && !flush(out))
        return false;
    memcpy(out->month, month, sizeof month);
    if (!archived_encode(&archived, &out->lines))
        return true;
    struct buf figures;
    buf_init(&figures, 4096);
    archive_figures(event, month, &figures);
    args_add_number(&out->args, out->arena, archived.id);
    args_add_number(&out->args, out->arena, archived.version);
    args_add(&out->args, arena_strdup(out->arena, buf_text(&figures)));
    buf_finish(&figures);
    return true;
}

static void move(struct home *home, const struct redis_reply *reply)
{
    int lock = archive_lock(home->core->config.data_dir, community_id(home->community), false);
    if (lock < 0) {
        rest(home, false);
        return;
    }
    struct arena *arena = arena_create(STEP_ARENA_MAX);
    struct step_out *out = arena_alloc(arena, sizeof *out);
    out->arena = arena;
    out->home = home;
    out->lock = lock;
    out->more = reply->len > (size_t)FIELDS * (STEP_EVENTS - 1) + 1;
    args_init(&out->args);
    buf_init(&out->lines, LINES_MAX);
    bool ok = true;
    for (size_t i = 1; ok && i + FIELDS <= reply->len; i += FIELDS)
        ok = add_event(out, &reply->items[i]);
    if (!ok || !flush(out) || !out->args.count) {
        out->more = false;
        finish(out);
        return;
    }
    core_kill_point(home->core, "archived");
    core_eval(home->core, home, 0, SCRIPT_PAST_MOVE, out->args.count, out->args.values, NULL,
              move_cb, out);
}

static void due_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    if (error || reply->type != REDIS_LIST || !reply->len) {
        if (!error)
            log_error("past", "script failed why=%s", reply->text ? reply->text : "-");
        rest(home, false);
        return;
    }
    for (size_t i = 0; i < reply->items[0]->len; i++)
        people_forget(home, reply->items[0]->items[i]->text);
    if (reply->len > 1 && !home->core->stopping)
        move(home, reply);
    else
        rest(home, false);
}

void past_tick(struct home *home)
{
    struct core *core = home->core;
    int64_t now = now_of(home);
    if (home->past_busy || now < home->past_next_ms || !core->ready || core->stopping)
        return;
    char until[24], most[8], since[24];
    snprintf(until, sizeof until, "%lld", (long long)(now - KEPT_MS));
    snprintf(most, sizeof most, "%d", STEP_EVENTS);
    snprintf(since, sizeof since, "%lld", (long long)(now - 2 * LOOK_VIRTUAL_MS));
    home->past_busy = true;
    core_eval(core, home, 0, SCRIPT_PAST_DUE, 3, (const char *const[]){until, most, since},
              NULL, due_cb, home);
}
