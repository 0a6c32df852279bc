#include "people/names.h"

#include <string.h>

#include "host/nearest.h"

struct name {
    const char *en, *zh;
};

static const struct name roles[ROLE_COUNT] = {
    [ROLE_RESIDENT] = {"resident", "居民"},
    [ROLE_BUILDING_HEAD] = {"building_head", "楼长"},
    [ROLE_MICRO_GRID_WORKER] = {"micro_grid_worker", "微网格员"},
    [ROLE_GRID_WORKER] = {"grid_worker", "网格员"},
    [ROLE_PARTY_GROUP_LEADER] = {"party_group_leader", "党小组长"},
    [ROLE_ESTATE_GRID_HEAD] = {"estate_grid_head", "小区网格长"},
    [ROLE_COMMUNITY_GRID_HEAD] = {"community_grid_head", "社区网格长"},
    [ROLE_STREET] = {"street", "街道"},
    [ROLE_DISTRICT] = {"district", "区中心"},
    [ROLE_OWNER] = {"owner", "权属单位"},
    [ROLE_OWNER_MANAGER] = {"owner_manager", "权属经理"},
    [ROLE_COOK] = {"cook", "食堂"},
};

static const struct name owners[] = {
    [OWNER_NONE] = {NULL, NULL},
    [OWNER_PROPERTY] = {"property", "物业"},
    [OWNER_WATER] = {"water", "供水"},
    [OWNER_POWER] = {"power", "供电"},
    [OWNER_GAS] = {"gas", "燃气"},
    [OWNER_HEATING] = {"heating", "热力"},
    [OWNER_LIFT] = {"lift", "电梯维保"},
    [OWNER_URBAN_MANAGEMENT] = {"urban_management", "城管"},
    [OWNER_POLICE] = {"police", "公安"},
    [OWNER_MEDIATION] = {"mediation", "调解"},
    [OWNER_COMMUNITY] = {"community", "社区"},
    [OWNER_UPPER] = {"upper", "上级"},
};
#define OWNERS (sizeof owners / sizeof *owners)

/* The row with that word, or -1 and what was perhaps meant. */
static int find(const struct name *names, size_t count, const char *word,
                const char **ret_nearest)
{
    const char *known[2 * (ROLE_COUNT + OWNERS)];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!names[i].en)
            continue;
        if (strcmp(names[i].en, word) == 0 || strcmp(names[i].zh, word) == 0)
            return (int)i;
        known[n++] = names[i].en;
        known[n++] = names[i].zh;
    }
    *ret_nearest = nearest(word, known, n);
    return -1;
}

const char *role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? roles[role].en : NULL;
}

bool role_parse(const char *word, enum role *ret_role, const char **ret_nearest)
{
    int i = find(roles, ROLE_COUNT, word, ret_nearest);
    if (i >= 0)
        *ret_role = (enum role)i;
    return i >= 0;
}

const char *owner_name(enum owner owner)
{
    return (unsigned)owner < OWNERS ? owners[owner].en : NULL;
}

enum owner owner_by_name(const char *name)
{
    for (size_t i = 1; name && i < OWNERS; i++)
        if (strcmp(owners[i].en, name) == 0)
            return (enum owner)i;
    return OWNER_NONE;
}

bool owner_parse(const char *word, enum owner *ret_owner, const char **ret_nearest)
{
    int i = find(owners, OWNERS, word, ret_nearest);
    if (i >= 0)
        *ret_owner = (enum owner)i;
    return i >= 0;
}
