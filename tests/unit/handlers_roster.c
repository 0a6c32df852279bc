/* handlers_roster.c: the community in memory at run time: amendments of its roster, one-time
 * codes, and who looks after the work of those who are away (as rows.c, commit.lua and
 * leavers.lua do it). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_kept.h"
#include "host/conf.h"
#include "host/mem.h"

/* ---- codes ---- */

static struct kept_code *code_of(struct world *world, const char *hash)
{
    for (size_t i = 0; i < WORLD_CODES; i++)
        if (strcmp(world->codes[i].hash, hash) == 0)
            return &world->codes[i];
    return NULL;
}

static void keep_code(struct world *world, const char *code, const struct code_grant *grant)
{
    struct kept_code *kept = &world->codes[world->codes_made++ % WORLD_CODES];
    struct code_record record = {CODE_OPEN, world->now_ms, world->turn.sender->id, *grant};
    free(kept->stored);
    code_hash(code, kept->hash);
    kept->stored = xstrdup(code_encode(&record, world->arena));
}

void kept_code_read(struct world *world)
{
    struct turn *turn = &world->turn;
    bool direct = turn->group->kind == GROUP_DIRECT;
    char code[CODE_LEN + 1], hash[65];
    if (turn->staff && direct) {
        unsigned char bytes[CODE_LEN];
        for (size_t i = 0; i < CODE_LEN; i++)
            bytes[i] = (unsigned char)((world->codes_made + 1) * 37 >> i * 2);
        code_make(bytes, code);
        turn->fresh = arena_strdup(world->arena, code);
    }
    turn->code = NULL;
    if (!code_find(turn->text, direct, code))
        return;
    code_hash(code, hash);
    struct kept_code *kept = code_of(world, hash);
    turn->code = arena_alloc(world->arena, sizeof *turn->code);
    turn->code->hash = arena_strdup(world->arena, hash);
    if (!kept ||
        !code_decode(world->community, kept->stored, world->arena, &turn->code->record))
        return;
    turn->code->stored = kept->stored;
    turn->code->expired = world->now_ms > turn->code->record.issued_ms + CODE_VALID_MS;
}

static void keep_codes(struct world *world)
{
    const struct turn *turn = &world->turn;
    if (turn->issued)
        keep_code(world, turn->fresh, turn->issued);
    struct kept_code *kept =
        turn->code && turn->code->becomes ? code_of(world, turn->code->hash) : NULL;
    if (!kept)
        return;
    struct code_record record = turn->code->record;
    record.state = turn->code->becomes;
    free(kept->stored);
    kept->stored = xstrdup(code_encode(&record, world->arena));
}

/* ---- who is away ---- */

static bool is_there(const struct world *world, const char *id)
{
    const struct member *member = community_member(world->community, id);
    return member && !member->away;
}

static bool is_gone(const struct world *world, const char *id)
{
    return id && !is_there(world, id);
}

static void look_for_leavers(struct world *world)
{
    for (uint32_t id = 1; id <= world->event_count; id++) {
        const struct event *event = world_event(world, id);
        if (!event_is_open(event))
            continue;
        const char *lender = world->events[id - 1].lender;
        bool back = lender && event->state == STATE_DISPATCHED && is_there(world, lender);
        bool found = event->verifier && event->reporter &&
                     strcmp(event->verifier, event->reporter) == 0 &&
                     strncmp(event->verifier, "r-", 2) == 0;
        if (back || is_gone(world, event->assignee) ||
            (!found && is_gone(world, event->verifier)))
            kept_timer_gone(world, event, back ? lender : NULL);
    }
}

/* ---- amendments ---- */

static void amend(struct world *world)
{
    struct faults *misfits = faults_create();
    community_amend(world->community, world->amendments, world->amendment_count,
                    world->amendments_made, world->now_ms, misfits);
    faults_destroy(&misfits);
    look_for_leavers(world);
}

static void drop(struct world *world, uint32_t number)
{
    for (size_t i = 0; i < world->amendment_count; i++)
        if (world->amendments[i].number == number) {
            world->amendment_count--;
            memmove(&world->amendments[i], &world->amendments[i + 1],
                    (world->amendment_count - i) * sizeof *world->amendments);
            return;
        }
}

static void add(struct world *world, const struct roster_entry *entry)
{
    size_t count = world->amendment_count + 1;
    world->amendments = xrealloc(world->amendments, count * sizeof *world->amendments);
    if (!world->roster)
        world->roster = arena_create(KEPT_ARENA_MAX);
    struct amendment *a = &world->amendments[world->amendment_count++];
    *a = (struct amendment){.entry = *entry, .by = "m-0001", .at_ms = world->now_ms};
    a->number = ++world->amendments_made;
    roster_entry_copy(&a->entry, world->roster);
}

void kept_roster(struct world *world)
{
    const struct turn *turn = &world->turn;
    keep_codes(world);
    for (size_t i = 0; i < turn->dropped_count; i++)
        drop(world, turn->dropped[i]);
    for (size_t i = 0; i < turn->row_count; i++)
        add(world, turn->rows[i]);
    if (!turn->dropped_count && !turn->row_count)
        return;
    world->amendments_made++; /* the list has changed, also when a row went */
    amend(world);
}

void kept_roster_day(struct world *world)
{
    amend(world);
}

void kept_roster_finish(struct world *world)
{
    free(world->amendments);
    arena_destroy(&world->roster);
    for (size_t i = 0; i < WORLD_CODES; i++)
        free(world->codes[i].stored);
}
