/* rungs.c: is there somebody else with a role, and who is next above it: what is said when a
 * rung becomes empty by a leave (leave.c), or since a role is taken back (duty.c). */
#include "handlers/duties.h"

bool rung_has_other(const struct turn *turn, const struct member *who,
                    const struct role_grant *role)
{
    for (size_t i = 0; i < community_member_count(turn->community); i++) {
        const struct member *m = community_member_at(turn->community, i);
        for (size_t k = 0; m != who && !m->away && k < m->role_count; k++)
            if (m->roles[k].role == role->role && m->roles[k].owner == role->owner &&
                guard_covers(turn, &m->roles[k].area, &role->area))
                return true;
    }
    return false;
}

const struct member *rung_above(const struct turn *turn, const struct member *who,
                                const struct role_grant *role)
{
    const char *building = role->area.building;
    for (size_t i = 0; !building && i < community_building_count(turn->community); i++) {
        const struct building *b = community_building_at(turn->community, i);
        if (!role->area.grid || is_same(b->grid, role->area.grid))
            building = b->name;
    }
    int level = role->role <= ROLE_MICRO_GRID_WORKER || role->owner != OWNER_NONE ? 1
                : role->role <= ROLE_PARTY_GROUP_LEADER
                    ? 2
                    : role->role - ROLE_ESTATE_GRID_HEAD + 3;
    for (; level <= 5; level++) {
        const struct member *member =
            community_rung(turn->community, level, building, role->area.unit);
        if (member && member != who && !is_same(member->id, who->id))
            return member;
    }
    return NULL;
}
