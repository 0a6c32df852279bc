/* amend.c: a roster made of two tables, the file's and the amendments (amend.h), and swapping
 * it for a newer one. An amendment that does not fit leaves no trace but a fault. */
#include "people/amend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "host/buf.h"
#include "host/mem.h"
#include "host/text.h"
#include "people/roster_private.h"

#define ARENA_MAX ((size_t)1024 * 1024 * 1024)

/* ---- one row -------------------------------------------------------------------------- */

static const char **entry_cell(struct roster_entry *entry, enum column column)
{
    const char **cells[COL_COUNT] = {
        [COL_ID] = &entry->id,        [COL_NAME] = &entry->name, [COL_ROLE] = &entry->role,
        [COL_OWNER] = &entry->owner,  [COL_AREA] = &entry->area, [COL_DIRECT] = &entry->direct,
        [COL_IDS] = &entry->ids,      [COL_FROM] = &entry->from, [COL_UNTIL] = &entry->until,
        [COL_DEPUTY] = &entry->deputy};
    return cells[column];
}

void roster_entry_copy(struct roster_entry *entry, struct arena *arena)
{
    for (int c = 0; c < COL_COUNT; c++) {
        const char **cell = entry_cell(entry, (enum column)c);
        *cell = arena_strdup(arena, *cell);
    }
}

/* Blanks and semicolons part accounts in a cell; in a user's name they are written %20 and %3B
 * (see bind() in roster.c). */
const char *roster_identity(const char *adapter, const char *user, struct arena *arena)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "%s:", adapter);
    roster_write_user(user, &text);
    const char *copy = arena_strdup(arena, buf_text(&text));
    buf_finish(&text);
    return copy;
}

const char *roster_name(const char *name, struct arena *arena)
{
    char *copy = arena_strndup(arena, name, text_cut(name, strlen(name), ROSTER_NAME_MAX));
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return *copy ? copy : "?";
}

/* What a row can change, to be put back. */
struct before {
    size_t members, rows, leaves;
    struct member member; /* of whom the row speaks, when he was known */
};

static void drop_identities(struct reader *r, const struct draft *d, size_t from)
{
    for (size_t i = from; i < d->member.identity_count; i++) {
        struct index_key key =
            index_key(d->identities[i].adapter, d->identities[i].user, NULL, NULL);
        index_drop(&r->roster->identities, &key);
    }
}

static void undo(struct reader *r, struct draft *known, const struct before *before)
{
    struct roster *roster = r->roster;
    roster->row_count = before->rows;
    r->leave_count = before->leaves;
    if (known) {
        drop_identities(r, known, before->member.identity_count);
        known->member = before->member;
    }
    if (!r->newcomer)
        return;
    drop_identities(r, r->newcomer, 0);
    free(r->newcomer->roles);
    free(r->newcomer->identities);
    index_drop_text(&roster->by_member, r->newcomer->member.id);
    if (index_find_text(&roster->by_name, r->newcomer->member.name) == r->newcomer)
        index_drop_text(&roster->by_name, r->newcomer->member.name);
    roster->member_count = before->members;
}

static void fill_cells(struct reader *r, const struct amendment *amendment)
{
    struct roster_entry entry = amendment->entry;
    r->csv.name = AMENDMENTS;
    r->csv.record_line = (int)amendment->number;
    r->csv.field_count = COL_COUNT;
    for (int c = 0; c < COL_COUNT; c++) {
        const char *cell = *entry_cell(&entry, (enum column)c);
        r->where[c] = c;
        r->csv.fields[c] = arena_strdup(r->roster->arena, cell ? cell : "");
    }
}

void amend_read(struct reader *r, const struct amendment *amendment)
{
    fill_cells(r, amendment);
    struct draft *known =
        (struct draft *)index_find_text(&r->roster->by_member, roster_cell(r, COL_ID));
    struct before before = {r->roster->member_count, r->roster->row_count, r->leave_count,
                            known ? known->member : (struct member){0}};
    r->row = amendment->number;
    r->faulty = false;
    roster_row_read(r);
    if (r->faulty)
        undo(r, known, &before);
    r->row = 0;
}

/* ---- the roster's life ------------------------------------------------------------------ */

static void set_version(struct roster *roster, const struct community *community)
{
    unsigned char both[sizeof community->digest_of_files + sizeof roster->changed_on];
    unsigned char digest[SHA256_DIGEST_LENGTH];
    memcpy(both, community->digest_of_files, sizeof community->digest_of_files);
    memcpy(both + sizeof community->digest_of_files, &roster->changed_on,
           sizeof roster->changed_on);
    SHA256(both, sizeof both, digest);
    for (size_t i = 0; i < 8; i++)
        snprintf(roster->version + 2 * i, 3, "%02x", digest[i]);
    snprintf(roster->version + 16, sizeof roster->version - 16, " %llu",
             (unsigned long long)roster->stamp);
}

struct roster *roster_create(struct community *community, const struct amendment *amendments,
                             size_t count, uint64_t stamp, int today, struct faults *faults,
                             struct faults *misfits)
{
    struct roster *roster = xcalloc(1, sizeof *roster);
    roster->holders = 1;
    roster->arena = arena_create(ARENA_MAX);
    roster->today = today;
    roster->stamp = stamp;
    roster->amendments = arena_alloc(roster->arena, (count + 1) * sizeof *amendments);
    roster->amendment_count = count;
    for (size_t i = 0; i < count; i++) {
        struct amendment *a = &roster->amendments[i];
        *a = amendments[i];
        roster_entry_copy(&a->entry, roster->arena);
        a->by = arena_strdup(roster->arena, a->by);
    }
    roster_read(community, roster, faults, misfits);
    holders_index(roster);
    set_version(roster, community);
    return roster;
}

void roster_release(struct roster **roster)
{
    struct roster *r = *roster;
    *roster = NULL;
    if (!r || --r->holders > 0)
        return;
    index_finish(&r->by_member);
    index_finish(&r->by_name);
    index_finish(&r->identities);
    index_finish(&r->by_role);
    free(r->members);
    free(r->rows);
    arena_destroy(&r->arena);
    free(r);
}

/* ---- changing it --------------------------------------------------------------------------
 */

void community_amend(struct community *community, const struct amendment *amendments,
                     size_t count, uint64_t stamp, int64_t now_ms, struct faults *misfits)
{
    int today = roster_day(now_ms + community->utc_offset_s * INT64_C(1000));
    struct roster *old = community->roster;
    community->roster =
        roster_create(community, amendments, count, stamp, today, misfits, misfits);
    roster_release(&old);
    community->serial++;
}

size_t community_amendment_count(const struct community *community)
{
    return community->roster->amendment_count;
}

const struct amendment *community_amendment_at(const struct community *community, size_t index)
{
    const struct roster *roster = community->roster;
    return index < roster->amendment_count ? &roster->amendments[index] : NULL;
}

uint64_t community_serial(const struct community *community)
{
    return community->serial;
}

uint64_t community_stamp(const struct community *community)
{
    return community->roster->stamp;
}

struct roster *community_hold(const struct community *community)
{
    community->roster->holders++;
    return community->roster;
}

void community_let_go(struct roster **roster)
{
    roster_release(roster);
}
