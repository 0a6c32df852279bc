/* outbox.c: the durable queue of an account, on its way out (DESIGN §3.10).
 *
 * Rows come from commits (outbox_add) or, at start, from Redis (outbox_load). Each target
 * (platform group or person) has its own list, sorted by lane and age, and one send under way
 * at most, so order is kept and one slow group delays nobody else. A row leaves Redis only
 * after the platform's answer, in one script (outbox_report.c); until then a crash sends it
 * once more under the same stable id.
 */
#include "turn/outbox.h"
#include "turn/flood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/log.h"
#include "host/mem.h"
#include "host/text.h"

#define SENDS_MAX 256   /* under way on one account */
#define SENDS_URGENT 16 /* emergencies beyond these */
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_LAST_MS 60000
#define UNKNOWN_MAX 2 /* sends whose answer was lost, before it counts as sent */
#define SEND_DEADLINE_MS 30000
#define TEXT_MAX (32 * 1024)

static void pump_cb(void *arg);

/* ---- life ----------------------------------------------------------------------------- */

struct outbox *outbox_create(struct account *account)
{
    struct outbox *outbox = xcalloc(1, sizeof *outbox);
    outbox->account = account;
    outbox->name = xasprintf("%s:%s", account->adapter->name, account->name);
    return outbox;
}

void entry_free(struct outbox *outbox, struct entry *entry)
{
    if (outbox->loads) { /* the answer may hold its row: it must be known until then */
        entry->next = outbox->gone;
        outbox->gone = entry;
        return;
    }
    HASH_DELETE(by_id, outbox->entries, entry);
    struct arena *arena = entry->arena;
    arena_destroy(&arena);
}

void outbox_destroy(struct outbox **outbox)
{
    if (!*outbox)
        return;
    struct outbox *o = *outbox;
    outbox_drop_reports(o);
    o->loads = 0;
    HASH_CLEAR(by_send, o->sending);
    struct entry *entry, *next_entry;
    HASH_ITER(by_id, o->entries, entry, next_entry) entry_free(o, entry);
    struct target *target, *next_target;
    HASH_ITER(hh, o->targets, target, next_target) target_free(o, target);
    loop_timer_stop(&o->wake);
    loop_timer_stop(&o->report_soon);
    loop_undefer(o->account->core->config.loop, pump_cb, o);
    free(o->name);
    free(o);
    *outbox = NULL;
}

/* ---- what comes ------------------------------------------------------------------------- */

static int64_t boot_ms(const struct outbox *outbox)
{
    return clock_boot_ms(outbox->account->core->config.clock);
}

static void drop_replaced(struct outbox *outbox, const struct entry *newer)
{
    struct entry *old = outbox_wait_replaced(newer);
    if (!old)
        return;
    outbox_wait_leave(outbox, old);
    outbox_drop(outbox, old, "replaced", false);
}

/* Also of a row that an earlier process left. */
static int64_t since_ms(const struct outbox *outbox, const struct row *row)
{
    int64_t waited = clock_now_ms(outbox->account->core->config.clock) - row->queued_ms;
    return boot_ms(outbox) - (row->queued_ms && waited > 0 ? waited : 0);
}

void outbox_add(struct outbox *outbox, struct home *home, const char *id, const char *stored,
                int parts_out)
{
    struct entry *entry;
    HASH_FIND(by_id, outbox->entries, id, strlen(id), entry);
    if (entry)
        return;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    entry = arena_alloc(arena, sizeof *entry);
    entry->arena = arena;
    entry->home = home;
    entry->id = arena_strdup(arena, id);
    entry->parts_out = parts_out;
    HASH_ADD_KEYPTR(by_id, outbox->entries, entry->id, strlen(entry->id), entry);
    const char *group = NULL;
    int error = row_decode(&entry->row, stored, arena);
    entry->since_ms = since_ms(outbox, &entry->row);
    if (!outbox->account->core->ready)
        entry->maybe_since_ms = entry->row.queued_ms;
    if (error || !core_reach(outbox->account->core, home, entry->row.out.group,
                             entry->row.out.member, arena, &group)) {
        log_error("outbox", "row unreadable account=%s id=%s", outbox->name, id);
        outbox_drop(outbox, entry, "unreadable", true);
        return;
    }
    entry->target = outbox_target(outbox, group);
    drop_replaced(outbox, entry);
    outbox_wait(outbox, entry, false);
    outbox_kick(outbox);
}

/* ---- sending --------------------------------------------------------------------------------
 */

static int64_t backoff_ms(int tries)
{
    int64_t wait = BACKOFF_FIRST_MS;
    while (--tries > 0 && wait < BACKOFF_LAST_MS)
        wait *= 2;
    return wait < BACKOFF_LAST_MS ? wait : BACKOFF_LAST_MS;
}

/* The target may send again, at its pace. */
static void release(struct outbox *outbox, struct target *target)
{
    target->free_at_ms = boot_ms(outbox);
    if (outbox->account->core->config.paced)
        target->free_at_ms += outbox->account->adapter->capabilities.group_pace_ms;
    outbox_target_free(outbox, target);
}

static void put_back(struct outbox *outbox, struct entry *entry, int64_t wait_ms)
{
    entry->send_id = 0;
    entry->again_at_ms = boot_ms(outbox) + wait_ms;
    outbox_wait(outbox, entry, true);
    release(outbox, entry->target);
}

/* The k-th piece of the text, at most `max` bytes, cut on a character boundary and, where
 * possible, a line's end. */
static const char *piece_of(struct entry *entry, size_t max, bool *ret_last)
{
    const char *at = entry->text;
    for (int k = 0;; k++) {
        size_t len = strlen(at);
        size_t cut = text_cut(at, len, max);
        if (cut < len) {
            const char *line = memrchr(at, '\n', cut);
            if (line && (size_t)(line - at) > cut / 2)
                cut = (size_t)(line - at) + 1;
        }
        *ret_last = cut >= len;
        if (k == entry->parts_out || *ret_last)
            return arena_strndup(entry->arena, at, cut);
        at += cut;
    }
}

static void fill_send(struct outbox *outbox, struct entry *entry, struct rendered *rendered,
                      struct send *send)
{
    const struct outgoing *out = &entry->row.out;
    const struct capabilities *caps = &outbox->account->adapter->capabilities;
    entry->last_piece = true;
    *send = (struct send){.id = entry->send_id,
                          .group = entry->target->name,
                          .direct = strcmp(out->group, "dm") == 0};
    send->events = entry->row.numbers;
    send->event_count = entry->row.number_count;
    send->maybe_since_ms = entry->maybe_since_ms;
    send->stable = arena_printf(entry->arena, "%s/%d", entry->id, entry->parts_out + 1);
    if (out->reaction && caps->reactions) {
        send->reaction = out->reaction;
        send->about = out->quote;
        return;
    }
    size_t max = caps->max_text ? caps->max_text : TEXT_MAX;
    const char *piece =
        out->reaction ? out->reaction : piece_of(entry, max, &entry->last_piece);
    render_parts(entry->home, outbox->account, &entry->row, piece, entry->parts_out == 0,
                 entry->arena, rendered);
    send->parts = rendered->parts;
    send->part_count = rendered->part_count;
}

static void start_send(struct outbox *outbox, struct entry *entry)
{
    struct core *core = outbox->account->core;
    struct rendered rendered = {0};
    struct send send;
    int64_t now = clock_now_ms(core->config.clock);
    poison_enter(core->poison, entry->id);
    core_kill_point(core, "wording");
    if (!entry->text && !entry->row.out.reaction)
        entry->text = render_text(entry->home, &entry->row, now, entry->arena);
    if (entry->text && entry->parts_out == 0)
        flood_note_sent(core, entry->home, entry->row.out.group, entry->text);
    entry->send_id = ++core->last_send;
    entry->started_ms = boot_ms(outbox);
    fill_send(outbox, entry, &rendered, &send);
    poison_leave(core->poison);
    core_kill_point(core, "send");
    outbox->sends++;
    HASH_ADD(by_send, outbox->sending, send_id, sizeof entry->send_id, entry);
    if (outbox->account->adapter->send(outbox->account, &send) == 0)
        return;
    HASH_DELETE(by_send, outbox->sending, entry);
    outbox->sends--;
    put_back(outbox, entry, BACKOFF_FIRST_MS);
}

static void names_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct entry *entry = arg;
    struct outbox *outbox = entry->outbox;
    outbox->naming--;
    for (size_t i = 0; !error && reply->type == REDIS_LIST && i < reply->len; i++) {
        struct person p;
        if (reply->items[i]->text &&
            person_decode(&p, reply->items[i]->text, entry->arena) == 0)
            people_note(entry->home, entry->missing[i], p.name, p.adapter, p.account, p.user)
                ->stored = true;
    }
    if (error) {
        entry->named = false;
        put_back(outbox, entry, BACKOFF_FIRST_MS);
        outbox_kick(outbox);
    } else {
        start_send(outbox,
                   entry); /* who is still unknown was forgotten: named by the wording */
    }
}

/* Names come first: those that memory does not hold are read. */
static void start_entry(struct outbox *outbox, struct entry *entry)
{
    size_t count = render_missing(entry->home, &entry->row, entry->missing, ENTRY_MISSING_MAX);
    if (!count || entry->named) {
        start_send(outbox, entry);
        return;
    }
    entry->named = true;
    entry->outbox = outbox;
    outbox->naming++;
    core_eval(outbox->account->core, entry->home, 0, SCRIPT_PEOPLE, (int)count, entry->missing,
              NULL, names_cb, entry);
}

static bool has_expired(const struct outbox *outbox, const struct entry *entry)
{
    int64_t expires = entry->row.out.expires_ms;
    return expires && expires < clock_now_ms(outbox->account->core->config.clock);
}

static void start_target(struct outbox *outbox, struct target *target)
{
    struct entry *entry = outbox_wait_first(target);
    outbox_wait_leave(outbox, entry);
    bool poison = poison_is(outbox->account->core->poison, entry->id);
    if (poison || has_expired(outbox, entry)) {
        outbox_drop(outbox, entry,
                    poison ? "it was being worded when Loubot crashed, twice" : "expired",
                    poison);
        return;
    }
    outbox_target_take(outbox, target);
    if (outbox->account->core->config.paced)
        outbox->free_at_ms =
            boot_ms(outbox) + outbox->account->adapter->capabilities.account_pace_ms;
    start_entry(outbox, entry);
}

static void arm_wake(struct outbox *outbox)
{
    struct core *core = outbox->account->core;
    int64_t due = outbox_next_due(outbox);
    if (due == INT64_MAX || clock_is_virtual(core->config.clock) || outbox->wake)
        return;
    int64_t wait = due - boot_ms(outbox);
    outbox->wake = loop_timer_start(core->config.loop, wait > 1 ? wait : 1, 0, pump_cb, outbox);
}

static bool has_slot(const struct outbox *outbox, const struct target *target)
{
    size_t more = target->ready_lane == LANE_EMERGENCY ? SENDS_URGENT : 0;
    return outbox->sends < SENDS_MAX + more;
}

static void pump(struct outbox *outbox)
{
    struct target *target;
    while (outbox->account->up && outbox->free_at_ms <= boot_ms(outbox) &&
           (target = outbox_target_next(outbox, boot_ms(outbox))) && has_slot(outbox, target))
        start_target(outbox, target);
    if (outbox->sends < SENDS_MAX)
        arm_wake(outbox);
}

static void pump_cb(void *arg)
{
    struct outbox *outbox = arg;
    loop_timer_stop(&outbox->wake);
    outbox->kicked = false;
    if (!outbox->account->core->stopping)
        pump(outbox);
}

void outbox_kick(struct outbox *outbox)
{
    outbox->kicked = true;
    loop_defer(outbox->account->core->config.loop, pump_cb, outbox);
}

/* ---- the platform's answer
 * --------------------------------------------------------------------- */

static void on_ok(struct outbox *outbox, struct entry *entry, const char *message)
{
    core_kill_point(outbox->account->core, "sent");
    entry->parts_out++;
    entry->tries = entry->unknowns = 0;
    outbox_report(outbox, entry, message);
    if (entry->last_piece) {
        release(outbox, entry->target);
        return;
    }
    put_back(outbox, entry, 0);
}

void outbox_on_sent(struct outbox *outbox, uint64_t send_id, enum sent result,
                    const char *message, int64_t retry_ms, const char *why)
{
    struct entry *entry;
    HASH_FIND(by_send, outbox->sending, &send_id, sizeof send_id, entry);
    if (!entry)
        return; /* answered after its deadline */
    HASH_DELETE(by_send, outbox->sending, entry);
    outbox->sends--;
    outbox->account->core->counts.sends[result]++;
    bool repeatable = outbox->account->adapter->capabilities.idempotent_sends;
    bool counts = result == SENT_UNKNOWN && !repeatable && !entry->maybe_since_ms;
    if (counts && ++entry->unknowns >= UNKNOWN_MAX)
        result = SENT_OK;
    if (result == SENT_OK) {
        on_ok(outbox, entry, message);
    } else if (result == SENT_NEVER) {
        log_warn("outbox", "refused account=%s id=%s why=%s", outbox->name, entry->id,
                 why ? why : "-");
        release(outbox, entry->target);
        outbox_refused(outbox, entry, why ? why : "refused");
    } else {
        bool was_not_there = result == SENT_RETRY && entry->maybe_since_ms;
        int64_t wait = was_not_there ? 0 : backoff_ms(++entry->tries);
        if (was_not_there)
            entry->maybe_since_ms = 0;
        put_back(outbox, entry, wait > retry_ms ? wait : retry_ms);
    }
    outbox_kick(outbox);
}

void outbox_check_deadlines(struct outbox *outbox)
{
    int64_t limit = outbox->account->adapter->capabilities.send_deadline_ms;
    struct entry *entry, *next;
    HASH_ITER(by_send, outbox->sending, entry, next)
    {
        if (boot_ms(outbox) - entry->started_ms > (limit ? limit : SEND_DEADLINE_MS))
            outbox_on_sent(outbox, entry->send_id, SENT_UNKNOWN, NULL, 0, "no answer");
    }
}

bool outbox_is_idle(const struct outbox *outbox)
{
    if (outbox->kicked || outbox->sends || outbox->naming || outbox->reporting)
        return false;
    return outbox_next_due(outbox) > boot_ms(outbox);
}
