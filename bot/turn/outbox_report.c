/* outbox_report.c: telling Redis what became of outgoings. A report is kept in memory and
 * repeated until Redis has confirmed it; the scripts are harmless when run twice.
 *
 * What was sent is told with the next commits, or a few milliseconds later, many in one script:
 * each write of its own would be one more fsync, for which the next report's commit waits. A
 * crash in between sends again what a crash before the answer would. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/args.h"
#include "turn/outbox.h"

#define SENT_ARGS 8 /* of outbox_sent.lua, each */
#define PARK_ARGS 6 /* of outbox_park.lua */
#define BATCH_MAX 100
#define REPORT_SOON_MS 5

static struct report *report_create(struct outbox *outbox, struct home *home)
{
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct report *report = arena_alloc(arena, sizeof *report);
    report->arena = arena;
    report->outbox = outbox;
    report->home = home;
    DL_APPEND(outbox->reports, report);
    outbox->reporting++;
    return report;
}

static void report_free(struct report *report)
{
    struct outbox *outbox = report->outbox;
    DL_DELETE(outbox->reports, report);
    outbox->reporting--;
    if (report->entry) {
        poison_settled(outbox->account->core->poison, report->entry->id);
        entry_free(outbox, report->entry);
    }
    struct arena *arena = report->arena;
    arena_destroy(&arena);
}

void outbox_drop_reports(struct outbox *outbox)
{
    struct report *report, *next;
    DL_FOREACH_SAFE(outbox->reports, report, next) report_free(report);
}

/* ---- what could not be sent ----------------------------------------------------------- */

/* What is not taken is given again when Redis is back, or by the next tick: while it has no
 * memory or no disk the row stays ours. A script that fails by itself fails every time. */
static bool is_taken(struct outbox *outbox, int error, const struct redis_reply *reply)
{
    if (error)
        return false;
    bool refused = reply->type == REDIS_ERROR;
    if (!refused)
        core_kill_point(outbox->account->core, "reported");
    else if (!outbox->refused)
        log_error("outbox", "report failed account=%s why=%s", outbox->name, reply->text);
    outbox->refused = refused;
    return !refused || strncmp(reply->text, "ERR", 3) == 0;
}

static void park_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct report *report = arg;
    struct core *core = report->outbox->account->core;
    struct home *home = report->home;
    bool has_next = report->argc > PARK_ARGS;
    report->under_way = false;
    if (!is_taken(report->outbox, error, reply))
        return;
    report_free(report);
    if (has_next)
        outbox_next_ways(core, home);
}

void outbox_park_start(struct report *report)
{
    report->under_way = true;
    core_eval(report->outbox->account->core, report->home, 0, SCRIPT_OUTBOX_PARK, report->argc,
              report->argv, NULL, park_cb, report);
}

/* ---- what was sent -------------------------------------------------------------------- */

struct batch { /* reports of one community in one script */
    struct outbox *outbox;
    struct home *home;
    size_t count;
    struct report *reports[BATCH_MAX];
};

static void batch_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct batch *batch = arg;
    bool taken = is_taken(batch->outbox, error, reply);
    for (size_t i = 0; i < batch->count; i++) {
        batch->reports[i]->under_way = false;
        if (taken)
            report_free(batch->reports[i]);
    }
    free(batch);
}

static void batch_fill(struct batch *batch, struct args *args)
{
    struct report *report;
    DL_FOREACH(batch->outbox->reports, report)
    {
        if (report->under_way || report->park || report->home != batch->home)
            continue;
        if (batch->count == BATCH_MAX)
            return;
        report->under_way = true;
        batch->reports[batch->count++] = report;
        for (size_t i = 0; i < SENT_ARGS; i++)
            args_add(args, report->argv[i]);
    }
}

static void batch_start(struct outbox *outbox, struct home *home, uint32_t lane)
{
    struct core *core = outbox->account->core;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct batch *batch = xcalloc(1, sizeof *batch);
    *batch = (struct batch){.outbox = outbox, .home = home};
    bool keep_for_ever = clock_is_virtual(core->config.clock);
    struct args args;
    args_init(&args);
    args_add_number(&args, arena, clock_now_ms(core->config.clock));
    args_add_number(&args, arena, keep_for_ever ? 0 : KEEP_MESSAGE_DAYS);
    args_add(&args, outbox->name);
    args_add(&args, "0"); /* the fence: raised when several daemons share a store */
    batch_fill(batch, &args);
    core_eval(core, home, lane, SCRIPT_OUTBOX_SENT, args.count, args.values, NULL, batch_cb,
              batch);
    args_finish(&args);
    arena_destroy(&arena);
}

void outbox_tell(struct outbox *outbox, uint32_t lane)
{
    loop_timer_stop(&outbox->report_soon);
    struct report *report, *next;
    DL_FOREACH_SAFE(outbox->reports, report, next)
    {
        if (report->under_way)
            continue;
        if (report->park)
            outbox_park_start(report);
        else
            batch_start(outbox, report->home, lane);
    }
}

void outbox_on_redis(struct outbox *outbox)
{
    outbox_tell(outbox, 0);
}

static void soon_cb(void *arg)
{
    outbox_on_redis(arg);
}

/* On a virtual clock nothing runs by itself: told at once. */
static void report_soon(struct outbox *outbox)
{
    struct core *core = outbox->account->core;
    if (clock_is_virtual(core->config.clock))
        outbox_on_redis(outbox);
    else if (!outbox->report_soon)
        outbox->report_soon =
            loop_timer_start(core->config.loop, REPORT_SOON_MS, 0, soon_cb, outbox);
}

void outbox_report(struct outbox *outbox, struct entry *entry, const char *message)
{
    struct report *r = report_create(outbox, entry->home);
    r->argv[0] = arena_strdup(r->arena, entry->id);
    r->argv[1] = entry->last_piece ? "1" : "0";
    r->argv[2] = arena_printf(r->arena, "%d", entry->parts_out);
    r->argv[3] = entry->row.out.member && strcmp(entry->row.out.group, "dm") == 0
                     ? arena_printf(r->arena, "dm:%s", entry->row.out.member)
                     : arena_strdup(r->arena, entry->row.out.group);
    r->argv[4] = message ? arena_strdup(r->arena, message) : "";
    r->argv[5] = arena_strdup(r->arena, entry->row.events);
    r->argv[6] = entry->row.acknowledges ? "1" : "0";
    r->argv[7] = arena_strdup(r->arena, entry->row.owner);
    if (entry->last_piece)
        r->entry = entry;
    report_soon(outbox);
}

static const char *parked_step(struct outbox *outbox, const char *why, struct arena *arena)
{
    struct step step = {.at_ms = clock_now_ms(outbox->account->core->config.clock),
                        .who = LOUBOT_ITSELF,
                        .what = "unsent",
                        .note = why};
    struct buf buf;
    buf_init(&buf, 4096);
    step_encode(&step, &buf);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_finish(&buf);
    return text;
}

struct report *outbox_park(struct outbox *outbox, struct entry *entry, const char *why,
                           bool keep)
{
    struct report *r = report_create(outbox, entry->home);
    struct health_counts *counts = &outbox->account->core->counts;
    (*(keep ? &counts->unsent : &counts->expired))++;
    r->park = true;
    r->entry = entry;
    r->argv[0] = outbox->name;
    r->argv[1] = arena_strdup(r->arena, entry->id);
    r->argv[2] = arena_strdup(r->arena, why);
    r->argv[3] = keep ? "1" : "0";
    r->argv[4] = entry->row.events ? arena_strdup(r->arena, entry->row.events) : "";
    r->argv[5] = parked_step(outbox, why, r->arena);
    r->argc = PARK_ARGS;
    return r;
}

void outbox_drop(struct outbox *outbox, struct entry *entry, const char *why, bool keep)
{
    outbox_park_start(outbox_park(outbox, entry, why, keep));
}
