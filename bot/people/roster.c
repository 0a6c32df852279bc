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
#include "people/community_private.h"
#include "people/csv.h"
#include "people/names.h"

#define ROLES_MAX 200     /* of one member */
#define IDENTITIES_MAX 20 /* of one member */

enum column { COL_ID, COL_NAME, COL_ROLE, COL_OWNER, COL_AREA, COL_DIRECT, COL_IDS, COL_COUNT };

static const char *const columns[COL_COUNT][2] = {
    [COL_ID] = {"id", "编号"},         [COL_NAME] = {"name", "姓名"},
    [COL_ROLE] = {"role", "角色"},     [COL_OWNER] = {"owner", "权属"},
    [COL_AREA] = {"area", "范围"},     [COL_DIRECT] = {"direct", "私聊"},
    [COL_IDS] = {"identities", "身份"}};

/* A member while the table is read: lists that still grow. */
struct draft {
    struct member member; /* first, so that a draft is its member */
    int line;             /* where he stands first */
    struct role_grant *roles;
    struct identity *identities;
};

struct reader {
    struct community *c;
    struct faults *faults;
    struct csv csv;
    int where[COL_COUNT]; /* column → field, -1: not in this table */
    struct index rows;    /* id, role, area: a row given twice */
};

#define fault(r, ...) faults_add((r)->faults, (r)->csv.name, (r)->csv.record_line, __VA_ARGS__)

static const char *cell(const struct reader *r, enum column column)
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

/* Appends to a list that is reallocated at powers of two. */
static void *list_grow(void *list, size_t count, size_t size)
{
    return count & (count - 1) ? list : xrealloc(list, 2 * (count + 1) * size);
}

static bool id_is_good(const char *id)
{
    size_t len = strlen(id);
    return len && len <= 32 && strncmp(id, "r-", 2) != 0 &&
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
    if (strlen(name) <= 60)
        return true;
    fault(r, "the name is too long; at most 60 bytes, 20 Chinese characters");
    return false;
}

static struct draft *member_new(struct reader *r, const char *id, const char *name)
{
    struct community *c = r->c;
    if (c->member_count == MEMBERS_MAX) {
        fault(r, "more than %d members; split the community", MEMBERS_MAX);
        return NULL;
    }
    struct draft *d = arena_alloc(c->arena, sizeof *d);
    d->member.id = arena_strdup(c->arena, id);
    d->member.name = arena_strdup(c->arena, name);
    d->line = r->csv.record_line;
    c->members = list_grow(c->members, c->member_count, sizeof *c->members);
    c->members[c->member_count++] = &d->member;
    index_add_text(&c->by_member, d->member.id, d);
    index_add_text(&c->by_name, d->member.name, d);
    return d;
}

/* The member of this row: known from an earlier row, or new. */
static struct draft *member_of(struct reader *r)
{
    const char *id = cell(r, COL_ID), *name = cell(r, COL_NAME);
    if (!id_is_good(id)) {
        fault(r, "`%s` is no id; write letters, digits and -, at most 32, such as m-0007", id);
        return NULL;
    }
    struct draft *d = (struct draft *)index_find_text(&r->c->by_member, id);
    if (!d && !*name)
        fault(r, "%s has no name; write it in his first row", id);
    else if (!d)
        return name_is_good(r, name) ? member_new(r, id, name) : NULL;
    else if (*name && strcmp(name, d->member.name) != 0)
        fault(r, "%s is called %s here and %s in line %d; one id is one person", id, name,
              d->member.name, d->line);
    return d;
}

static const struct building *building_of(struct reader *r, const char *name)
{
    const char *clean = place_normalise(r->c->arena, name);
    const struct building *b = clean ? index_find_text(&r->c->by_building, clean) : NULL;
    if (!b)
        fault(r, "there is no building `%s` in community.yaml", name);
    return b;
}

/* The unit as a normalised name when the building has it. */
static const char *unit_of(struct reader *r, const struct building *b, const char *text)
{
    const char *name = place_normalise(r->c->arena, text);
    int unit, used = 0;
    if (name && sscanf(name, "%3d%n", &unit, &used) == 1 && !name[used] && unit >= 1 &&
        unit <= b->units)
        return name;
    fault(r, "building %s has no unit `%s`; it has units 1 to %d", b->name, text, b->units);
    return NULL;
}

/* Splits "a-b-c" in place; returns the number of parts, at most 3. */
static size_t split(char *text, char *parts[3])
{
    size_t n = 0;
    for (char *p = text; p && n < 3; n++) {
        parts[n] = p;
        p = n < 2 ? strchr(p, '-') : NULL;
        if (p)
            *p++ = '\0';
    }
    return n;
}

enum area_kind { AREA_GRID, AREA_BUILDING, AREA_UNIT, AREA_FLAT, AREA_MICRO, AREA_KINDS };

static const char *const area_words[AREA_KINDS][2] = {[AREA_GRID] = {"grid", "网格"},
                                                      [AREA_BUILDING] = {"building", "楼"},
                                                      [AREA_UNIT] = {"unit", "单元"},
                                                      [AREA_FLAT] = {"flat", "户"},
                                                      [AREA_MICRO] = {"micro", "微网格"}};

/* An area as it is written, taken apart. `micro` is set for a micro-grid. */
struct where {
    enum area_kind kind; /* AREA_KINDS: the whole community */
    struct area area;
    const char *room;
    const struct micro_grid *micro;
};

static bool place_area(struct reader *r, char *text, struct where *w)
{
    static const size_t wanted[AREA_KINDS] = {
        [AREA_BUILDING] = 1, [AREA_UNIT] = 2, [AREA_FLAT] = 3};
    static const char *const forms[AREA_KINDS] = {
        [AREA_BUILDING] = "building:4", [AREA_UNIT] = "unit:4-2", [AREA_FLAT] = "flat:4-2-401"};
    char *parts[3] = {NULL, NULL, NULL};
    if (split(text, parts) != wanted[w->kind]) {
        fault(r, "the area is not complete; write for example %s", forms[w->kind]);
        return false;
    }
    const struct building *b = building_of(r, parts[0]);
    if (!b)
        return false;
    w->area.building = b->name;
    if (parts[1] && !(w->area.unit = unit_of(r, b, parts[1])))
        return false;
    w->room = parts[2] ? place_normalise(r->c->arena, parts[2]) : NULL;
    if (parts[2] && !w->room)
        fault(r, "`%s` is no room; write digits and letters", parts[2]);
    return !parts[2] || w->room;
}

static bool named_area(struct reader *r, const char *text, struct where *w)
{
    const char *name = place_normalise(r->c->arena, text);
    if (w->kind == AREA_MICRO) {
        w->micro = index_find_text(&r->c->by_micro_grid, text);
        if (!w->micro)
            fault(r, "there is no micro-grid `%s` in community.yaml", text);
        return w->micro;
    }
    const struct building *first = name ? index_find_text(&r->c->grids, name) : NULL;
    if (first)
        w->area.grid = first->grid;
    else
        fault(r, "there is no grid `%s`; no building in community.yaml lies in it", text);
    return first;
}

static bool area_of(struct reader *r, struct where *w)
{
    *w = (struct where){.kind = AREA_KINDS};
    const char *text = cell(r, COL_AREA);
    if (!*text)
        return true;
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    for (int k = 0; k < AREA_KINDS && w->kind == AREA_KINDS; k++)
        for (int l = 0; l < 2; l++)
            if (strlen(area_words[k][l]) == len && len &&
                strncmp(area_words[k][l], text, len) == 0)
                w->kind = (enum area_kind)k;
    if (w->kind == AREA_KINDS) {
        fault(r,
              "`%s` is no area; write grid:1, building:4, unit:4-2, micro:4a, flat:4-2-401 "
              "or nothing for the whole community",
              text);
        return false;
    }
    if (w->kind == AREA_GRID || w->kind == AREA_MICRO)
        return named_area(r, colon + 1, w);
    return place_area(r, (char *)colon + 1, w);
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

static void grant(struct reader *r, struct draft *d, const struct role_grant *role)
{
    if (d->member.role_count == ROLES_MAX) {
        fault(r, "%s has more than %d roles; use larger areas", d->member.id, ROLES_MAX);
        return;
    }
    d->roles = list_grow(d->roles, d->member.role_count, sizeof *d->roles);
    d->roles[d->member.role_count++] = *role;
}

static void grant_micro(struct reader *r, struct draft *d, struct role_grant role,
                        const struct micro_grid *m)
{
    for (int unit = m->unit_from; unit <= m->unit_to; unit++) {
        role.area = (struct area){.building = m->building,
                                  .unit = arena_printf(r->c->arena, "%d", unit)};
        grant(r, d, &role);
    }
}

static void reside(struct reader *r, struct draft *d, const struct where *w)
{
    d->member.building = w->area.building;
    if (w->room)
        d->member.household =
            arena_printf(r->c->arena, "%s-%s-%s", w->area.building, w->area.unit, w->room);
}

static bool owner_of(struct reader *r, enum role role, enum owner *ret_owner)
{
    const char *word = cell(r, COL_OWNER), *better = NULL;
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
    struct index_key key =
        index_key(d->member.id, cell(r, COL_ROLE), cell(r, COL_OWNER), cell(r, COL_AREA));
    const char *former = index_find(&r->rows, &key);
    if (former) {
        fault(r, "%s has this role for this area in line %s already; remove one", d->member.id,
              former);
        return false;
    }
    index_add(&r->rows, &key, arena_printf(r->c->arena, "%d", r->csv.record_line));
    return true;
}

static void read_role(struct reader *r, struct draft *d)
{
    struct role_grant role = {.role = ROLE_RESIDENT};
    const char *word = cell(r, COL_ROLE), *better = NULL;
    struct where where;
    if (!*word && !*cell(r, COL_AREA) && d->line != r->csv.record_line)
        return; /* a further row that only adds identities */
    if (!row_is_new(r, d))
        return;
    if (*word && !role_parse(word, &role.role, &better)) {
        fault(r, "role `%s` is not known; %s%s", word, better ? "did you mean " : "see README",
              better ? better : "");
        return;
    }
    if (!owner_of(r, role.role, &role.owner) || !area_of(r, &where) ||
        !area_fits(r, role.role, where.kind))
        return;
    role.area = where.area;
    if (role.role == ROLE_RESIDENT)
        reside(r, d, &where);
    if (where.micro)
        grant_micro(r, d, role, where.micro);
    else
        grant(r, d, &role);
}

static void read_direct(struct reader *r, struct draft *d)
{
    static const char *const words[] = {"", "no", "否", "yes", "是"};
    const char *text = cell(r, COL_DIRECT);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            d->member.wants_direct |= i >= 3;
            return;
        }
    fault(r, "`%s` under direct is neither yes nor no", text);
}

static void bind(struct reader *r, struct draft *d, const char *adapter, const char *user)
{
    struct community *c = r->c;
    if (!c->demo && (strcmp(adapter, "*") == 0 || strcmp(adapter, "web") == 0)) {
        fault(r,
              "`%s:%s` would give a role to whoever takes that name; bind a platform "
              "account",
              adapter, user);
        return;
    }
    struct index_key key = index_key(adapter, user, NULL, NULL);
    const struct member *holder = index_add(&c->identities, &key, &d->member);
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
    d->identities = list_grow(d->identities, d->member.identity_count, sizeof *d->identities);
    d->identities[d->member.identity_count++] =
        (struct identity){arena_strdup(c->arena, adapter), arena_strdup(c->arena, user)};
}

/* "onebot:12345 telegram:99", apart by blanks or semicolons. */
static void read_identities(struct reader *r, struct draft *d)
{
    char *save = NULL, *text = (char *)cell(r, COL_IDS);
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
        bind(r, d, word, colon + 1);
    }
}

static void read_row(struct reader *r)
{
    struct draft *d = member_of(r);
    if (!d)
        return;
    read_direct(r, d);
    read_role(r, d);
    read_identities(r, d);
}

/* The lists stop growing: they move into the arena. */
static void settle(struct community *c)
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

void roster_read(struct community *community, const char *name, const char *bytes, size_t len,
                 struct faults *faults)
{
    struct reader r = {.c = community, .faults = faults};
    if (!csv_init(&r.csv, name, bytes, len, faults))
        return;
    if (csv_next(&r.csv, faults) && read_titles(&r))
        while (csv_next(&r.csv, faults))
            read_row(&r);
    settle(community);
    index_finish(&r.rows);
    csv_finish(&r.csv);
}
