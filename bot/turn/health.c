#include "turn/health.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host/mem.h"
#include "host/metrics.h"
#include "turn/args.h"
#include "turn/outbox.h"
#include "turn/parked.h"

#define LOOK_MS 10000
#define OVERDUE_MS 60000        /* timers later than that are overdue */
#define OLD_MS (10 * 60 * 1000) /* outgoing that wait longer are worth a note */

/* ---- the look ---------------------------------------------------------------------------- */

static void look_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    struct core *core = home->core;
    home->looking = false;
    if (error || reply->type != REDIS_LIST || reply->len < 7)
        return;
    core->round_trip_ms = clock_boot_ms(core->config.clock) - home->looked_ms;
    struct health_stored *stored = &home->stored;
    int64_t retries = stored->retries;
    int64_t *const fields[] = {&stored->open,    &stored->old,    &stored->timers,
                               &stored->overdue, &stored->inputs, &stored->unsent,
                               &stored->retries};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = reply->items[i]->integer;
    if (retries != stored->retries)
        parked_take_up(home, retries < 0);
}

static void look(struct home *home)
{
    struct core *core = home->core;
    struct args args;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    args_init(&args);
    args_add_number(&args, arena, (clock_now_ms(core->config.clock) - OVERDUE_MS));
    for (const struct account *a = core->accounts; a; a = a->next)
        args_add(&args, a->outbox->name);
    home->looking = true;
    home->looked_ms = clock_boot_ms(core->config.clock);
    core_eval(core, home, 0, SCRIPT_HEALTH, args.count, args.values, NULL, look_cb, home);
    args_finish(&args);
    arena_destroy(&arena);
}

void health_look(struct core *core)
{
    for (size_t i = 0; core->ready && !core->stopping && i < core->home_count; i++)
        if (!core->homes[i].looking)
            look(&core->homes[i]);
}

void health_tick(struct core *core)
{
    int64_t now = clock_boot_ms(core->config.clock);
    if (!core->ready || now < core->look_at_ms)
        return;
    core->look_at_ms = now + LOOK_MS;
    health_look(core);
}

/* ---- what is known -------------------------------------------------------------------------
 */

static struct health_stored sum_of(const struct core *core)
{
    struct health_stored sum = {0};
    for (size_t i = 0; i < core->home_count; i++) {
        const struct health_stored *stored = &core->homes[i].stored;
        sum.open += stored->open;
        sum.old += stored->old;
        sum.timers += stored->timers;
        sum.overdue += stored->overdue;
        sum.inputs += stored->inputs;
        sum.unsent += stored->unsent;
    }
    return sum;
}

/* How long the oldest outgoing has waited; 0: none waits. */
static int64_t oldest_ms(const struct account *account)
{
    int64_t now = clock_boot_ms(account->core->config.clock), oldest = now;
    const struct entry *entry = account->outbox->entries;
    for (; entry; entry = entry->by_id.next)
        if (entry->since_ms < oldest)
            oldest = entry->since_ms;
    return now - oldest;
}

static int64_t disk_free(const struct core *core)
{
    struct statvfs disk;
    if (statvfs(core->config.data_dir, &disk) != 0)
        return -1;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

static int64_t resident_bytes(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*d %lld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* ---- for people and programs: JSON --------------------------------------------------------
 */

static json_t *accounts_json(const struct core *core, json_t *notes, bool *ok)
{
    json_t *list = json_array();
    for (const struct account *a = core->accounts; a; a = a->next) {
        size_t waiting = HASH_CNT(by_id, a->outbox->entries);
        json_array_append_new(list, json_pack("{ss ss sb sI sI}", "adapter", a->adapter->name,
                                              "account", a->name, "up", a->up, "waiting",
                                              (json_int_t)waiting, "oldest_s",
                                              (json_int_t)(oldest_ms(a) / 1000)));
        if (!a->up)
            json_array_append_new(notes, json_sprintf("%s is not connected", a->outbox->name));
        else if (oldest_ms(a) > OLD_MS)
            json_array_append_new(notes, json_sprintf("%s: a message has waited %lld minutes",
                                                      a->outbox->name,
                                                      (long long)oldest_ms(a) / 60000));
        *ok = *ok && a->up;
    }
    return list;
}

static void add_notes(const struct core *core, const struct health_stored *sum, json_t *notes)
{
    if (!core->open)
        json_array_append_new(notes,
                              json_string(core->refused ? "the data are of another release"
                                                        : "Redis is away: nothing is taken"));
    else if (!core->ready)
        json_array_append_new(notes, json_string("still reading what Redis holds"));
    if (core->no_room)
        json_array_append_new(notes, json_string("the disk is full: nothing new is taken"));
    if (sum->inputs + sum->unsent)
        json_array_append_new(notes,
                              json_sprintf("put aside: %lld inputs, %lld messages; see "
                                           "loubot parked",
                                           (long long)sum->inputs, (long long)sum->unsent));
    if (sum->overdue)
        json_array_append_new(notes, json_sprintf("%lld timers are more than a minute late",
                                                  (long long)sum->overdue));
}

bool health_json(struct core *core, struct buf *out)
{
    struct health_stored sum = sum_of(core);
    bool ok = core->ready && !core->no_room;
    json_t *notes = json_array();
    add_notes(core, &sum, notes);
    json_t *accounts = accounts_json(core, notes, &ok);
    json_t *json =
        json_pack("{sb sb sb sI sI so sI s{sI sI} sI sI so}", "ok", ok, "redis", core->open,
                  "disk_room", !core->no_room, "disk_free", (json_int_t)disk_free(core),
                  "queued", (json_int_t)core->queued, "accounts", accounts, "communities",
                  (json_int_t)core->home_count, "parked", "inputs", (json_int_t)sum.inputs,
                  "messages", (json_int_t)sum.unsent, "open_events", (json_int_t)sum.open,
                  "late_timers", (json_int_t)sum.overdue, "notes", notes);
    char *text = json_dumps(json, JSON_COMPACT);
    buf_puts(out, text ? text : "{}");
    free(text);
    json_decref(json);
    return ok;
}

/* ---- for Prometheus -----------------------------------------------------------------------
 */

static void counters(const struct core *core, struct buf *out)
{
    const struct health_counts *c = &core->counts;
    const struct {
        const char *name, *help;
        uint64_t value;
    } rows[] = {
        {"loubot_inputs_total", "Messages and the like that adapters brought.", c->inputs},
        {"loubot_inputs_idle_total", "Of these: nobody's business.", c->idle},
        {"loubot_inputs_full_total", "Not taken for want of room.", c->full},
        {"loubot_inputs_parked_total", "Put aside undecided.", c->parked},
        {"loubot_turns_total", "Committed.", c->turns},
        {"loubot_turns_again_total", "Decided again on fresh context.", c->again},
        {"loubot_commits_refused_total", "Not taken by Redis.", c->refused},
        {"loubot_timers_total", "Timers that came due.", c->timers},
        {"loubot_timers_late_total", "Of these: more than a minute late.", c->timers_late},
        {"loubot_messages_parked_total", "Outgoing that were refused for good.", c->unsent},
        {"loubot_messages_dropped_total", "Outgoing replaced or expired.", c->expired},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metrics_one(out, rows[i].name, METRIC_COUNTER, rows[i].help, (double)rows[i].value);
    static const char *const results[] = {"ok", "retry", "never", "unknown"};
    metrics_head(out, "loubot_sends_total", METRIC_COUNTER, "Platforms' answers to sends.");
    for (size_t i = 0; i < 4; i++)
        metrics_value(out, "loubot_sends_total", "result", results[i], (double)c->sends[i]);
}

static void gauges(const struct core *core, struct buf *out)
{
    struct health_stored sum = sum_of(core);
    const struct {
        const char *name, *help;
        double value;
    } rows[] = {
        {"loubot_ready", "1: inputs are decided.", core->ready},
        {"loubot_redis_up", "1: Redis answers and its data are ours.", core->open},
        {"loubot_redis_round_trip_seconds", "Of the last look, every ten seconds.",
         (double)core->round_trip_ms / 1000},
        {"loubot_disk_room", "0: the disk is full, nothing new is taken.", !core->no_room},
        {"loubot_disk_free_bytes", "Of the data folder's disk.", (double)disk_free(core)},
        {"loubot_resident_bytes", "Memory of this process.", (double)resident_bytes()},
        {"loubot_inputs_waiting", "Inputs in memory.", (double)core->queued},
        {"loubot_inputs_parked", "Put aside, see loubot parked.", (double)sum.inputs},
        {"loubot_messages_parked", "Put aside, see loubot parked.", (double)sum.unsent},
        {"loubot_timers", "Timers set.", (double)sum.timers},
        {"loubot_timers_overdue", "More than a minute late.", (double)sum.overdue},
        {"loubot_events_open", "Open events.", (double)sum.open},
        {"loubot_events_archived", "Archived events still in Redis.", (double)sum.old},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metrics_one(out, rows[i].name, METRIC_GAUGE, rows[i].help, rows[i].value);
}

static double account_up(const struct account *account)
{
    return account->up;
}

static double account_waiting(const struct account *account)
{
    return (double)HASH_CNT(by_id, account->outbox->entries);
}

static double account_oldest(const struct account *account)
{
    return (double)oldest_ms(account) / 1000;
}

static void by_account(const struct core *core, const char *name, const char *help,
                       double (*of)(const struct account *account), struct buf *out)
{
    metrics_head(out, name, METRIC_GAUGE, help);
    for (const struct account *a = core->accounts; a; a = a->next)
        metrics_value(out, name, "account", a->outbox->name, of(a));
}

void health_metrics(struct core *core, struct buf *out)
{
    counters(core, out);
    gauges(core, out);
    by_account(core, "loubot_account_up", "1: connected.", account_up, out);
    by_account(core, "loubot_messages_waiting", "Outgoing that wait.", account_waiting, out);
    by_account(core, "loubot_messages_oldest_seconds", "How long the oldest has waited.",
               account_oldest, out);
}
