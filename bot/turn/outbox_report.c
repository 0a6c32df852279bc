/* outbox_report.c: telling Redis what became of an outgoing. A report is kept in memory and
 * repeated until Redis has confirmed it; the scripts are harmless when run twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/outbox.h"

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

static void report_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct report *report = arg;
    report->under_way = false;
    if (error)
        return; /* given again when Redis is back, or by the next tick */
    if (reply->type == REDIS_ERROR)
        log_error("outbox", "report failed account=%s why=%s", report->outbox->name,
                  reply->text);
    else
        core_kill_point(report->outbox->account->core, "reported");
    report_free(report);
}

static void report_start(struct report *report)
{
    report->under_way = true;
    core_eval(report->outbox->account->core, report->home, 0,
              report->park ? SCRIPT_OUTBOX_PARK : SCRIPT_OUTBOX_SENT, report->park ? 6 : 12,
              report->argv, NULL, report_cb, report);
}

void outbox_on_redis(struct outbox *outbox)
{
    struct report *report, *next;
    DL_FOREACH_SAFE(outbox->reports, report, next)
    {
        if (!report->under_way)
            report_start(report);
    }
}

void outbox_report(struct outbox *outbox, struct entry *entry, const char *message)
{
    struct core *core = outbox->account->core;
    struct report *r = report_create(outbox, entry->home);
    bool keep_for_ever = clock_is_virtual(core->config.clock);
    r->argv[0] = arena_printf(r->arena, "%lld", (long long)clock_now_ms(core->config.clock));
    r->argv[1] = arena_printf(r->arena, "%d", keep_for_ever ? 0 : KEEP_MESSAGE_DAYS);
    r->argv[2] = outbox->name;
    r->argv[3] = "0"; /* the fence: raised when several daemons share a store */
    r->argv[4] = arena_strdup(r->arena, entry->id);
    r->argv[5] = entry->last_piece ? "1" : "0";
    r->argv[6] = arena_printf(r->arena, "%d", entry->parts_out);
    r->argv[7] = entry->row.out.member && strcmp(entry->row.out.group, "dm") == 0
                     ? arena_printf(r->arena, "dm:%s", entry->row.out.member)
                     : arena_strdup(r->arena, entry->row.out.group);
    r->argv[8] = message ? arena_strdup(r->arena, message) : "";
    r->argv[9] = arena_strdup(r->arena, entry->row.events);
    r->argv[10] = entry->row.acknowledges ? "1" : "0";
    r->argv[11] = arena_strdup(r->arena, entry->row.owner);
    if (entry->last_piece)
        r->entry = entry;
    report_start(r);
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

void outbox_park(struct outbox *outbox, struct entry *entry, const char *why, bool keep)
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
    report_start(r);
}
