/* holders.c: who holds which role for which place, by one look into a hash for each width of
 * area: unit, building, grid, community. */
#include <stdlib.h>
#include <string.h>

#include "people/roster_private.h"

enum width { WIDTH_UNIT, WIDTH_BUILDING, WIDTH_GRID, WIDTH_WHOLE, WIDTH_COUNT };

static struct index_key holder_key(enum role role, enum owner owner, enum width width,
                                   const char *place, const char *unit)
{
    char head[4] = {(char)('A' + role), (char)('A' + owner), (char)('A' + width), '\0'};
    return index_key(head, place, unit, NULL);
}

static void index_grant(struct roster *roster, const struct member *member,
                        const struct role_grant *g)
{
    enum width width = g->area.unit       ? WIDTH_UNIT
                       : g->area.building ? WIDTH_BUILDING
                       : g->area.grid     ? WIDTH_GRID
                                          : WIDTH_WHOLE;
    const char *place = g->area.building ? g->area.building : g->area.grid;
    struct index_key key = holder_key(g->role, g->owner, width, place, g->area.unit);
    index_add(&roster->by_role, &key, member);
    if (g->owner != OWNER_NONE) {
        key = holder_key(g->role, OWNER_NONE, width, place, g->area.unit);
        index_add(&roster->by_role, &key, member);
    }
}

struct held {
    const struct member *member;
    const struct role_grant *grant;
};

static int newest_first(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    return x->grant->row == y->grant->row ? 0 : x->grant->row < y->grant->row ? 1 : -1;
}

/* Whoever was given a role at run time comes before those of the file, the newest first; the
 * first of a key stays. */
static void index_amended(struct roster *roster)
{
    struct held *list = NULL;
    size_t count = 0;
    for (size_t i = 0; i < roster->member_count; i++) {
        const struct member *member = roster->members[i];
        for (size_t k = 0; !member->away && k < member->role_count; k++) {
            if (!member->roles[k].row || member->roles[k].role == ROLE_RESIDENT)
                continue;
            list = roster_grow(list, count, sizeof *list);
            list[count++] = (struct held){member, &member->roles[k]};
        }
    }
    if (count)
        qsort(list, count, sizeof *list, newest_first);
    for (size_t i = 0; i < count; i++)
        index_grant(roster, list[i].member, list[i].grant);
    free(list);
}

void holders_index(struct roster *roster)
{
    index_amended(roster);
    for (size_t i = 0; i < roster->member_count; i++) {
        const struct member *member = roster->members[i];
        for (size_t k = 0; !member->away && k < member->role_count; k++)
            if (member->roles[k].role != ROLE_RESIDENT)
                index_grant(roster, member, &member->roles[k]);
    }
}

static const struct member *holder(const struct community *c, enum role role, enum owner owner,
                                   const char *building, const char *unit)
{
    const struct building *b = building ? index_find_text(&c->by_building, building) : NULL;
    struct index_key keys[WIDTH_COUNT];
    size_t count = 0;
    if (b && unit)
        keys[count++] = holder_key(role, owner, WIDTH_UNIT, b->name, unit);
    if (b) {
        keys[count++] = holder_key(role, owner, WIDTH_BUILDING, b->name, NULL);
        keys[count++] = holder_key(role, owner, WIDTH_GRID, b->grid, NULL);
    }
    keys[count++] = holder_key(role, owner, WIDTH_WHOLE, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        const struct member *member = index_find(&c->roster->by_role, &keys[i]);
        if (member)
            return member;
    }
    return NULL;
}

const struct member *community_holder(const struct community *community, enum role role,
                                      const char *building, const char *unit)
{
    return holder(community, role, OWNER_NONE, building, unit);
}

const struct member *community_owner_person(const struct community *community, enum owner owner,
                                            const char *building)
{
    if (owner == OWNER_NONE || owner == OWNER_UPPER)
        return NULL;
    if (owner == OWNER_COMMUNITY)
        return community_rung(community, 1, building, NULL);
    const struct member *member = holder(community, ROLE_OWNER, owner, building, NULL);
    return member ? member : holder(community, ROLE_OWNER_MANAGER, owner, building, NULL);
}

const struct member *community_rung(const struct community *community, int level,
                                    const char *building, const char *unit)
{
    static const enum role rungs[][2] = {
        {ROLE_BUILDING_HEAD, ROLE_MICRO_GRID_WORKER},
        {ROLE_GRID_WORKER, ROLE_PARTY_GROUP_LEADER},
        {ROLE_ESTATE_GRID_HEAD, ROLE_ESTATE_GRID_HEAD},
        {ROLE_COMMUNITY_GRID_HEAD, ROLE_COMMUNITY_GRID_HEAD},
        {ROLE_STREET, ROLE_STREET},
        {ROLE_DISTRICT, ROLE_DISTRICT},
    };
    if (level < 0 || level >= (int)(sizeof rungs / sizeof *rungs))
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const struct member *member =
            community_holder(community, rungs[level][i], building, unit);
        if (member)
            return member;
    }
    return NULL;
}

static bool area_holds(const struct community *c, const struct area *area, const char *building,
                       const char *unit)
{
    if (!area->building && !area->grid)
        return true;
    if (!building)
        return true;
    if (!area->building) {
        const struct building *b = index_find_text(&c->by_building, building);
        return b && strcmp(b->grid, area->grid) == 0;
    }
    if (strcmp(area->building, building) != 0)
        return false;
    return !area->unit || !unit || strcmp(area->unit, unit) == 0;
}

bool member_has_role(const struct community *community, const struct member *member,
                     enum role role, const char *building, const char *unit)
{
    for (size_t i = 0; i < member->role_count; i++)
        if (member->roles[i].role == role &&
            area_holds(community, &member->roles[i].area, building, unit))
            return true;
    return false;
}

bool member_is_staff(const struct member *member)
{
    for (size_t i = 0; i < member->role_count; i++)
        if (member->roles[i].role != ROLE_RESIDENT)
            return true;
    return false;
}

bool member_acts_for(const struct member *member, enum owner owner)
{
    for (size_t i = 0; i < member->role_count; i++)
        if (owner != OWNER_NONE && member->roles[i].owner == owner)
            return true;
    return false;
}
