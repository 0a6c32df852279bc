/* code_grant.c: what a one-time code grants: read from what people type, stored, made a row of
 * the roster.
 *
 * When you add a role that codes are given for: a row in `words`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "people/amend.h"
#include "people/code.h"
#include "people/names.h"

/* ---- words ------------------------------------------------------------------------------- */

enum reach { REACH_WHOLE, REACH_GRID, REACH_BUILDING }; /* what a bare number behind it means */

static const struct {
    const char *word;
    enum role role;
    enum owner owner;
} words[] = {
    {"物业经理", ROLE_OWNER_MANAGER, OWNER_PROPERTY},
    {"民警", ROLE_OWNER, OWNER_POLICE},
    {"调解员", ROLE_OWNER, OWNER_MEDIATION},
    {"property_manager", ROLE_OWNER_MANAGER, OWNER_PROPERTY},
};

static bool role_of(const char *what, struct code_grant *grant)
{
    const char *nearest;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, what) == 0) {
            grant->role = words[i].role;
            grant->owner = words[i].owner;
            return true;
        }
    if (role_parse(what, &grant->role, &nearest))
        return grant->role != ROLE_RESIDENT && grant->role != ROLE_OWNER &&
               grant->role != ROLE_OWNER_MANAGER;
    grant->role = ROLE_OWNER;
    return owner_parse(what, &grant->owner, &nearest) && grant->owner != OWNER_COMMUNITY &&
           grant->owner != OWNER_UPPER;
}

static enum reach reach_of(enum role role)
{
    switch (role) {
    case ROLE_BUILDING_HEAD:
    case ROLE_MICRO_GRID_WORKER:
        return REACH_BUILDING;
    case ROLE_GRID_WORKER:
    case ROLE_PARTY_GROUP_LEADER:
    case ROLE_OWNER:
    case ROLE_OWNER_MANAGER:
    case ROLE_ESTATE_GRID_HEAD:
        return REACH_GRID;
    default:
        return REACH_WHOLE;
    }
}

/* ---- places -------------------------------------------------------------------------------
 */

/* Without leading zeros, as the roster's reader has it (place_normalise()). */
static const char *plain(const char *name)
{
    while (*name == '0' && name[1] >= '0' && name[1] <= '9')
        name++;
    return name;
}

static const struct building *building_of(const struct community *c, const char *name)
{
    return community_building(c, plain(name));
}

static bool unit_of(const struct building *b, const char *text, struct arena *arena,
                    struct area *where)
{
    int unit = atoi(text);
    if (unit < 1 || unit > b->units || strspn(text, "0123456789") != strlen(text))
        return false;
    where->unit = arena_printf(arena, "%d", unit);
    return true;
}

static bool room_of(const struct building *b, const char *room)
{
    bool good = *room && strlen(room) <= 8 &&
                strspn(room, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(room);
    for (size_t i = 0; good && i < b->room_count; i++)
        if (strcmp(b->rooms[i], room) == 0)
            return true;
    return good && !b->room_count;
}

static bool grid_of(const struct community *c, const char *name, struct area *where)
{
    name = plain(name);
    for (size_t i = 0; i < community_building_count(c); i++) {
        const struct building *b = community_building_at(c, i);
        if (strcmp(b->grid, name) == 0) {
            where->grid = b->grid;
            return true;
        }
    }
    return false;
}

/* "4", "4-2", "5-1-101", capitals only, taken apart at the dashes. */
static bool place_of(const struct community *c, char *text, struct arena *arena,
                     struct code_grant *grant)
{
    char *unit = strchr(text, '-'), *room = NULL;
    if (unit) {
        *unit++ = '\0';
        room = strchr(unit, '-');
    }
    if (room) {
        *room++ = '\0';
        room = (char *)plain(room);
    }
    const struct building *b = building_of(c, text);
    if (!b || (unit && !unit_of(b, unit, arena, &grant->where)) || (room && !room_of(b, room)))
        return false;
    grant->where.building = b->name;
    grant->room = arena_strdup(arena, room);
    if (room)
        grant->area =
            arena_printf(arena, "flat:%s-%s-%s", b->name, grant->where.unit, grant->room);
    else if (unit)
        grant->area = arena_printf(arena, "unit:%s-%s", b->name, grant->where.unit);
    else
        grant->area = arena_printf(arena, "building:%s", b->name);
    return true;
}

/* The name in front of "号楼", "网格" and the like, in capitals. */
static char *bare(const char *text, struct arena *arena)
{
    size_t len =
        strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
    char *name = arena_strndup(arena, text, len);
    for (char *p = name; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
    return name;
}

/* ---- reading ------------------------------------------------------------------------------
 */

static bool no(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

bool code_grant_read(const struct community *community, const char *what, const char *area,
                     struct arena *arena, struct code_grant *ret_grant, const char **ret_why)
{
    struct code_grant *g = ret_grant;
    *g = (struct code_grant){.role = ROLE_RESIDENT, .area = ""};
    if (!area && what[0] && strspn(what, "0123456789") > 0)
        return (place_of(community, bare(what, arena), arena, g) && g->room) ||
               no(ret_why, "there is no such flat; write building-unit-room, such as 5-1-101");
    if (!role_of(what, g))
        return no(ret_why, "there is no such role; write for example 楼长 18, 网格员 3 or "
                           "building_head 18");
    enum reach reach = reach_of(g->role);
    if (reach == REACH_BUILDING)
        return (area && place_of(community, bare(area, arena), arena, g) && !g->room) ||
               no(ret_why, "this role wants a building or a unit, such as 18 or 4-2");
    bool must = g->role == ROLE_GRID_WORKER || g->role == ROLE_PARTY_GROUP_LEADER;
    if (!area || !*area)
        return !must || no(ret_why, "this role wants a grid, such as 3");
    if (reach == REACH_WHOLE)
        return no(ret_why, "this role is for the whole community; leave the area out");
    if (!grid_of(community, bare(area, arena), &g->where))
        return no(ret_why, "there is no such grid; write its number, such as 3");
    g->area = arena_printf(arena, "grid:%s", g->where.grid);
    return true;
}

void code_grant_row(const struct code_grant *grant, struct roster_entry *ret_row)
{
    *ret_row = (struct roster_entry){
        .role = role_name(grant->role), .owner = owner_name(grant->owner), .area = grant->area};
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool code_grant_is_held(const struct member *member, const struct code_grant *grant)
{
    if (grant->role == ROLE_RESIDENT)
        return member->household &&
               strcmp(member->household, grant->area + strlen("flat:")) == 0;
    for (size_t i = 0; i < member->role_count; i++) {
        const struct role_grant *r = &member->roles[i];
        if (r->role == grant->role && r->owner == grant->owner &&
            is_same(r->area.grid, grant->where.grid) &&
            is_same(r->area.building, grant->where.building) &&
            is_same(r->area.unit, grant->where.unit))
            return true;
    }
    return false;
}

/* ---- storing ----------------------------------------------------------------------------- */

static const char letters[] = "-ouv"; /* by enum code_state */

char *code_encode(const struct code_record *record, struct arena *arena)
{
    const struct code_grant *g = &record->grant;
    const char *owner = owner_name(g->owner);
    return arena_printf(arena, "%c|%lld|%s|%s|%s|%s", letters[record->state],
                        (long long)record->issued_ms, record->by, role_name(g->role),
                        owner ? owner : "", g->area);
}

/* Splits at the bars, in place; false: not so many. */
static bool split(char *text, char *parts[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        parts[i] = text;
        text = text ? strchr(text, '|') : NULL;
        if (text)
            *text++ = '\0';
        else if (i + 1 < count)
            return false;
    }
    return true;
}

static bool area_decode(const struct community *c, const char *area, struct arena *arena,
                        struct code_grant *g)
{
    const char *colon = strchr(area, ':');
    g->area = area;
    if (!*area)
        return true;
    if (!colon)
        return false;
    if (strncmp(area, "grid:", 5) == 0)
        return grid_of(c, colon + 1, &g->where);
    return place_of(c, arena_strdup(arena, colon + 1), arena, g);
}

bool code_decode(const struct community *community, const char *stored, struct arena *arena,
                 struct code_record *ret_record)
{
    char *parts[6];
    const char *nearest;
    struct code_record *r = ret_record;
    *r = (struct code_record){.state = CODE_UNKNOWN};
    if (!split(arena_strdup(arena, stored), parts, 6) || !parts[0][0] || parts[0][1])
        return false;
    const char *letter = strchr(letters, parts[0][0]);
    if (!letter || !role_parse(parts[3], &r->grant.role, &nearest))
        return false;
    r->issued_ms = strtoll(parts[1], NULL, 10);
    r->by = parts[2];
    r->grant.owner = owner_by_name(parts[4]);
    if (!area_decode(community, parts[5], arena, &r->grant))
        return false;
    r->state = (enum code_state)(letter - letters);
    return true;
}
