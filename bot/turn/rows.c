/* rows.c: the roster at run time. Its amendments lie in Redis under rising numbers, the number
 * of the last change stands in what every commit must agree with (commit.lua `roster`). So
 * whoever changes them, this daemon in a turn or another process beside it, a turn that was
 * decided on the old roster is refused, the amendments are read, and it is decided again.
 * Besides they are looked at once a minute.
 *
 * Swapping happens here only, in a callback of its own: no turn's decision lies on the stack,
 * and what turns under way hold of the old roster lives on (community_hold()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"
#include "turn/gate.h"
#include "turn/leavers.h"
#include "turn/rows.h"

#define ROWS_LOOK_MS 60000
#define ROWS_ARENA_MAX ((size_t)1024 * 1024 * 1024)

/* ---- reading -------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const struct amendment *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static struct amendment *read_list(const struct redis_reply *list, struct arena *arena,
                                   size_t *ret_count)
{
    struct amendment *rows = arena_alloc(arena, (list->len / 2 + 1) * sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i + 1 < list->len; i += 2) {
        struct amendment *row = &rows[count];
        row->number = (uint32_t)strtoul(list->items[i]->text, NULL, 10);
        if (amendment_decode(row, list->items[i + 1]->text, arena) == 0)
            count++;
        else
            log_error("rows", "unreadable row=%u", row->number);
    }
    qsort(rows, count, sizeof *rows, by_number);
    *ret_count = count;
    return rows;
}

bool rows_take(struct community *community, const struct redis_reply *reply, int64_t now_ms,
               struct faults *misfits)
{
    if (reply->type != REDIS_LIST || reply->len < 2 ||
        strcmp(reply->items[0]->text ? reply->items[0]->text : "", "ok") != 0)
        return false;
    uint64_t stamp = strtoull(reply->items[1]->text, NULL, 10);
    if (reply->len < 3)
        return true; /* nothing has changed */
    struct arena *arena = arena_create(ROWS_ARENA_MAX);
    size_t count;
    struct amendment *rows = read_list(reply->items[2], arena, &count);
    if (count || community_amendment_count(community) || stamp != community_stamp(community))
        community_amend(community, rows, count, stamp, now_ms, misfits);
    arena_destroy(&arena);
    return true;
}

/* ---- at run time ------------------------------------------------------------------------ */

static void say_misfits(struct home *home, const struct faults *misfits)
{
    size_t count = faults_count(misfits);
    for (size_t i = 0; i < count && count != home->misfits; i++)
        log_warn("rows", "left out community=%s: %s", community_id(home->community),
                 faults_text(misfits, i));
    home->misfits = count;
}

void rows_loaded(struct home *home, const struct redis_reply *reply)
{
    struct faults *misfits = faults_create();
    uint64_t stamp = community_stamp(home->community);
    if (!rows_take(home->community, reply, clock_now_ms(home->core->config.clock), misfits))
        log_error("rows", "not read community=%s why=%s", community_id(home->community),
                  reply->text ? reply->text : "answer not understood");
    home->roster_new |= stamp != community_stamp(home->community);
    say_misfits(home, misfits);
    faults_destroy(&misfits);
}

static void tell(struct home *home);

static void rows_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    home->rows_busy = false;
    home->core->loading--;
    if (!error)
        rows_loaded(home, reply);
    if (!gate_is_told(home) && !error && !home->core->stopping && home->core->open) {
        tell(home);
        return;
    }
    if (home->roster_new && !home->core->stopping)
        leavers_look(home);
    home->roster_new = false;
    intake_go_on_all(home->core);
}

static void ask(struct home *home, enum script script, int argc, const char *const *argv)
{
    home->rows_busy = true;
    home->core->loading++;
    home->rows_next_ms = clock_boot_ms(home->core->config.clock) + ROWS_LOOK_MS;
    core_eval(home->core, home, 0, script, argc, argv, NULL, rows_cb, home);
}

/* Redis is told what this roster's rows mean today, and the rows are read once more. */
static void tell(struct home *home)
{
    char version[16];
    snprintf(version, sizeof version, "%d", STORED_VERSION);
    gate_digest(home->community, home->told, sizeof home->told);
    ask(home, SCRIPT_ROSTER, 2, (const char *const[]){home->told, version});
}

void rows_ask(struct home *home)
{
    char known[24];
    if (home->rows_busy || !home->core->open)
        return;
    snprintf(known, sizeof known, "%llu", (unsigned long long)community_stamp(home->community));
    ask(home, SCRIPT_ROWS, 1, (const char *const[]){known});
}

void rows_tick(struct home *home)
{
    if (clock_boot_ms(home->core->config.clock) >= home->rows_next_ms)
        rows_ask(home);
}

/* The same rows mean something else from today on: commits must agree with that. */
void rows_day(struct home *home)
{
    struct community *community = home->community;
    int64_t now_ms = clock_now_ms(home->core->config.clock);
    if (home->rows_busy || !home->core->open || now_ms < community_changes_ms(community))
        return;
    struct faults *misfits = faults_create();
    log_info("rows", "a new day for the roster community=%s", community_id(community));
    community_amend(community, community_amendment_at(community, 0),
                    community_amendment_count(community), community_stamp(community), now_ms,
                    misfits);
    say_misfits(home, misfits);
    faults_destroy(&misfits);
    home->roster_new = true;
    tell(home);
}
