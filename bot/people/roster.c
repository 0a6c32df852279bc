/* roster.c: reads roster.csv: who is who, with roles for areas and platform identities. The
 * form is explained in bot/people/data/example/roster.csv. The table is checked whole: every
 * fault is named by its line.
 *
 * When you add a column: its row in `columns`, its reading in read_row(), the example, and a
 * fault in tests/unit/roster_test.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "host/nearest.h"
#include "people/names.h"
#include "people/roster_private.h"

#define ROLES_MAX 200     /* of one member */
#define IDENTITIES_MAX 20 /* of one member */

static const char *const columns[COL_COUNT][2] = {
    [COL_ID] = {"id", "编号"},          [COL_NAME] = {"name", "姓名"},
    [COL_ROLE] = {"role", "角色"},      [COL_OWNER] = {"owner", "权属"},
    [COL_AREA] = {"area", "范围"},      [COL_DIRECT] = {"direct", "私聊"},
    [COL_IDS] = {"identities", "身份"}, [COL_FROM] = {"from", "从"},
    [COL_UNTIL] = {"until", "到"},      [COL_DEPUTY] = {"deputy", "代理"}};

const char *roster_cell(const struct reader *r, enum column column)
{
    int at = r->where[column];
    return at >= 0 && (size_t)at < r->csv.field_count ? r->csv.fields[at] : "";
}

static void unknown_column(struct reader *r, const char *title)
{
    const char *words[2 * COL_COUNT];
    for (size_t i = 0; i < COL_COUNT; i++) {
        words[2 * i] = columns[i][0];
        words[2 * i + 1] = columns[i][1];
    }
    const char *better = nearest(title, words, 2 * COL_COUNT);
    fault(r, "column `%s` is not known; %s%s", title, better ? "did you mean " : "remove it",
          better ? better : "");
}

/* The first row names the columns, in any order. */
static bool read_titles(struct reader *r)
{
    for (size_t c = 0; c < COL_COUNT; c++)
        r->where[c] = -1;
    for (size_t f = 0; f < r->csv.field_count; f++) {
        const char *title = r->csv.fields[f];
        size_t c = 0;
        while (c < COL_COUNT && strcmp(title, columns[c][0]) && strcmp(title, columns[c][1]))
            c++;
        if (c < COL_COUNT && r->where[c] >= 0)
            fault(r, "column `%s` stands here twice; remove one", title);
        else if (c < COL_COUNT)
            r->where[c] = (int)f;
        else if (*title)
            unknown_column(r, title);
    }
    bool complete = r->where[COL_ID] >= 0 && r->where[COL_NAME] >= 0;
    if (!complete)
        fault(r, "the first row must name the columns: id,name,role,owner,area,direct,"
                 "identities");
    return complete;
}

void *roster_grow(void *list, size_t count, size_t size)
{
    return count & (count - 1) ? list : xrealloc(list, 2 * (count + 1) * size);
}

/* The id of somebody found in a chat who was made a member at run time (amend.h): he stands so
 * in a table that was written out. */
static bool is_found(const char *id)
{
    return strlen(id) == 14 && strspn(id + 2, "0123456789abcdef") == 12;
}

static bool id_is_good(const char *id)
{
    size_t len = strlen(id);
    return len && len <= 32 && (strncmp(id, "r-", 2) != 0 || is_found(id)) &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               len;
}

static bool name_is_good(struct reader *r, const char *name)
{
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            fault(r, "the name holds a line break or another control character; remove it");
            return false;
        }
    if (strlen(name) <= ROSTER_NAME_MAX)
        return true;
    fault(r, "the name is too long; at most 60 bytes, 20 Chinese characters");
    return false;
}

static struct draft *member_new(struct reader *r, const char *id, const char *name)
{
    struct roster *c = r->roster;
    if (c->member_count == MEMBERS_MAX) {
        fault(r, "more than %d members; split the community", MEMBERS_MAX);
        return NULL;
    }
    struct draft *d = arena_alloc(c->arena, sizeof *d);
    d->member.id = arena_strdup(c->arena, id);
    d->member.name = arena_strdup(c->arena, name);
    d->line = r->csv.record_line;
    c->members = roster_grow(c->members, c->member_count, sizeof *c->members);
    c->members[c->member_count++] = &d->member;
    index_add_text(&c->by_member, d->member.id, d);
    index_add_text(&c->by_name, d->member.name, d);
    r->newcomer = d;
    return d;
}

/* The member of this row: known from an earlier row, or new. */
static struct draft *member_of(struct reader *r)
{
    const char *id = roster_cell(r, COL_ID), *name = roster_cell(r, COL_NAME);
    if (!id_is_good(id)) {
        fault(r, "`%s` is no id; write letters, digits and -, at most 32, such as m-0007", id);
        return NULL;
    }
    struct draft *d = (struct draft *)index_find_text(&r->roster->by_member, id);
    if (!d && !*name)
        fault(r, "%s has no name; write it in his first row", id);
    else if (!d)
        return name_is_good(r, name) ? member_new(r, id, name) : NULL;
    else if (*name && strcmp(name, d->member.name) != 0)
        fault(r, "%s is called %s here and %s in line %d; one id is one person", id, name,
              d->member.name, d->line);
    return d;
}

/* Does the role go with this kind of area? */
static bool area_fits(struct reader *r, enum role role, enum area_kind kind)
{
    const char *want = NULL;
    if (role == ROLE_RESIDENT && kind != AREA_FLAT && kind != AREA_BUILDING)
        want = "a flat or a building, such as flat:4-2-401";
    else if (role != ROLE_RESIDENT && kind == AREA_FLAT)
        want = "no flat; a flat ties a resident to his home";
    else if (role == ROLE_BUILDING_HEAD && kind != AREA_BUILDING && kind != AREA_UNIT)
        want = "a building, such as building:4";
    else if (role == ROLE_MICRO_GRID_WORKER &&
             (kind == AREA_KINDS || kind == AREA_GRID || kind == AREA_FLAT))
        want = "a building, unit or micro-grid, such as unit:4-2";
    else if ((role == ROLE_GRID_WORKER || role == ROLE_PARTY_GROUP_LEADER) &&
             kind == AREA_KINDS)
        want = "a grid, such as grid:1";
    if (want)
        fault(r, "the role %s wants %s", role_name(role), want);
    return !want;
}

void roster_grant(struct reader *r, struct draft *d, const struct role_grant *role)
{
    if (d->member.role_count == ROLES_MAX) {
        fault(r, "%s has more than %d roles; use larger areas", d->member.id, ROLES_MAX);
        return;
    }
    d->roles = roster_grow(d->roles, d->member.role_count, sizeof *d->roles);
    d->roles[d->member.role_count] = *role;
    d->roles[d->member.role_count++].row = r->row;
}

static void grant_micro(struct reader *r, struct draft *d, struct role_grant role,
                        const struct micro_grid *m)
{
    for (int unit = m->unit_from; unit <= m->unit_to; unit++) {
        role.area = (struct area){.building = m->building,
                                  .unit = arena_printf(r->roster->arena, "%d", unit)};
        roster_grant(r, d, &role);
    }
}

static void reside(struct reader *r, struct draft *d, const struct roster_area *w)
{
    d->member.building = w->area.building;
    if (w->room)
        d->member.household =
            arena_printf(r->roster->arena, "%s-%s-%s", w->area.building, w->area.unit, w->room);
}

static bool owner_of(struct reader *r, enum role role, enum owner *ret_owner)
{
    const char *word = roster_cell(r, COL_OWNER), *better = NULL;
    bool acts = role == ROLE_OWNER || role == ROLE_OWNER_MANAGER;
    if (*word && !acts) {
        fault(r, "only the roles owner and owner_manager have an owner; empty that cell");
        return false;
    }
    if (!acts || owner_parse(word, ret_owner, &better))
        return true;
    if (!*word)
        fault(r, "the role %s needs an owner, such as property", role_name(role));
    else
        fault(r, "owner `%s` is not known; %s%s", word, better ? "did you mean " : "see README",
              better ? better : "");
    return false;
}

/* False: the same person has the same role for the same area in an earlier row. */
static bool row_is_new(struct reader *r, const struct draft *d)
{
    char role[200];
    snprintf(role, sizeof role, "%s %s", roster_cell(r, COL_ROLE), roster_cell(r, COL_FROM));
    struct index_key key =
        index_key(d->member.id, role, roster_cell(r, COL_OWNER), roster_cell(r, COL_AREA));
    const char *former = index_find(&r->rows, &key);
    if (former) {
        fault(r, "%s has this role for this area in line %s already; remove one", d->member.id,
              former);
        return false;
    }
    index_add(&r->rows, &key, arena_printf(r->roster->arena, "%d", r->csv.record_line));
    return true;
}

static bool is_leave(const char *role)
{
    return strcmp(role, "leave") == 0 || strcmp(role, "休假") == 0;
}

static void read_role(struct reader *r, struct draft *d)
{
    struct role_grant role = {.role = ROLE_RESIDENT};
    const char *word = roster_cell(r, COL_ROLE), *better = NULL;
    struct roster_area where;
    if (!*word && !*roster_cell(r, COL_AREA) && d != r->newcomer)
        return; /* a further row that only adds identities */
    if (is_leave(word)) {
        roster_leave_read(r, d);
        return;
    }
    if (*roster_cell(r, COL_DEPUTY))
        fault(r, "a deputy belongs to a row with the role leave; empty that cell");
    if (!row_is_new(r, d))
        return;
    if (*word && !role_parse(word, &role.role, &better)) {
        fault(r, "role `%s` is not known; %s%s", word, better ? "did you mean " : "see README",
              better ? better : "");
        return;
    }
    if (!owner_of(r, role.role, &role.owner) || !roster_area_read(r, &where) ||
        !area_fits(r, role.role, where.kind))
        return;
    struct roster_row row = {&d->member, role_name(role.role), role.owner, where.text, 0, 0,
                             ""};
    bool holds = roster_holds_today(r, &row);
    roster_row_keep(r->roster, &row);
    if (!holds)
        return;
    role.area = where.area;
    if (role.role == ROLE_RESIDENT)
        reside(r, d, &where);
    if (where.micro)
        grant_micro(r, d, role, where.micro);
    else
        roster_grant(r, d, &role);
}

static void read_direct(struct reader *r, struct draft *d)
{
    static const char *const words[] = {"", "no", "否", "yes", "是"};
    const char *text = roster_cell(r, COL_DIRECT);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            d->member.wants_direct |= i >= 3;
            return;
        }
    fault(r, "`%s` under direct is neither yes nor no", text);
}

static void bind(struct reader *r, struct draft *d, const char *adapter, const char *user)
{
    struct roster *roster = r->roster;
    if (!r->c->demo && (strcmp(adapter, "*") == 0 || strcmp(adapter, "web") == 0)) {
        fault(r,
              "`%s:%s` would give a role to whoever takes that name; bind a platform "
              "account",
              adapter, user);
        return;
    }
    struct index_key key = index_key(adapter, user, NULL, NULL);
    const struct member *holder = index_add(&roster->identities, &key, &d->member);
    if (holder != &d->member) {
        fault(r, "%s:%s is bound to %s already; one account is one person", adapter, user,
              holder ? holder->id : "nothing (too long)");
        return;
    }
    for (size_t i = 0; i < d->member.identity_count; i++)
        if (strcmp(d->identities[i].adapter, adapter) == 0 &&
            strcmp(d->identities[i].user, user) == 0)
            return;
    if (d->member.identity_count == IDENTITIES_MAX) {
        fault(r, "%s has more than %d accounts", d->member.id, IDENTITIES_MAX);
        return;
    }
    d->identities = roster_grow(d->identities, d->member.identity_count, sizeof *d->identities);
    d->identities[d->member.identity_count++] = (struct identity){
        arena_strdup(roster->arena, adapter), arena_strdup(roster->arena, user)};
}

/* "onebot:12345 telegram:99", apart by blanks or semicolons. */
static void read_identities(struct reader *r, struct draft *d)
{
    char *save = NULL, *text = (char *)roster_cell(r, COL_IDS);
    if (!*text)
        return;
    for (char *word = strtok_r(text, " ;\n", &save); word;
         word = strtok_r(NULL, " ;\n", &save)) {
        char *colon = strchr(word, ':');
        if (!colon || colon == word || !colon[1]) {
            fault(r, "`%s` is no account; write adapter:user, such as onebot:12345", word);
            continue;
        }
        *colon = '\0';
        roster_read_user(colon + 1);
        bind(r, d, word, colon + 1);
    }
}

void roster_row_read(struct reader *r)
{
    r->newcomer = NULL;
    struct draft *d = member_of(r);
    if (!d)
        return;
    read_direct(r, d);
    read_role(r, d);
    read_identities(r, d);
}

/* The lists stop growing: they move into the arena. */
static void settle(struct roster *c)
{
    for (size_t i = 0; i < c->member_count; i++) {
        struct draft *d = (struct draft *)c->members[i];
        size_t roles = d->member.role_count * sizeof *d->roles;
        size_t identities = d->member.identity_count * sizeof *d->identities;
        struct role_grant *grants = arena_alloc(c->arena, roles);
        struct identity *accounts = arena_alloc(c->arena, identities);
        if (roles)
            memcpy(grants, d->roles, roles);
        if (identities)
            memcpy(accounts, d->identities, identities);
        free(d->roles);
        free(d->identities);
        d->roles = NULL;
        d->identities = NULL;
        d->member.roles = grants;
        d->member.identities = accounts;
    }
}

void roster_read(struct community *community, struct roster *roster, struct faults *faults,
                 struct faults *misfits)
{
    struct reader r = {.c = community, .roster = roster, .faults = faults};
    if (!csv_init(&r.csv, community->table_name, community->table, community->table_len,
                  faults))
        return;
    if (csv_next(&r.csv, faults) && read_titles(&r))
        while (csv_next(&r.csv, faults))
            roster_row_read(&r);
    csv_finish(&r.csv);
    r.faults = misfits;
    for (size_t i = 0; i < roster->amendment_count; i++)
        amend_read(&r, &roster->amendments[i]);
    r.faults = faults;
    roster_leave_apply(&r, misfits);
    settle(roster);
    free(r.leaves);
    index_finish(&r.rows);
}
