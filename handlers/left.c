/* left.c: whoever is no longer in a building's group has no rights there any more: roles and
 * home of that building that were given at run time end. What stands in the roster's file is
 * the operator's to take out: he gets a line, and the audit has it.
 */
#include "handlers/skills.h"

#include <string.h>

/* Is it an area inside that building ("building:4", "unit:4-2", "flat:4-2-401")? */
static bool is_inside(const char *area, const char *building)
{
    const char *colon = area ? strchr(area, ':') : NULL;
    size_t len = strlen(building);
    return colon && strncmp(area, "grid:", 5) != 0 && strncmp(colon + 1, building, len) == 0 &&
           (colon[1 + len] == '\0' || colon[1 + len] == '-');
}

static void drop_rows(struct turn *turn, const char *member, const char *building)
{
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *a = community_amendment_at(turn->community, i);
        if (is_same(a->entry.id, member) && is_inside(a->entry.area, building))
            turn_roster_drop(turn, a->number);
    }
}

/* A role of that building that no amendment gave. */
static const struct role_grant *of_file(const struct member *member, const char *building)
{
    for (size_t i = 0; i < member->role_count; i++)
        if (!member->roles[i].row && is_same(member->roles[i].area.building, building))
            return &member->roles[i];
    return NULL;
}

static void tell_operator(struct turn *turn, const struct role_grant *role,
                          const char *building)
{
    struct roster_entry *entry = arena_alloc(turn->arena, sizeof *entry);
    *entry = (struct roster_entry){.id = turn->sender->id,
                                   .role = role_name(role->role),
                                   .owner = owner_name(role->owner),
                                   .area = arena_printf(turn->arena, "building:%s", building)};
    turn_audit(turn, "left", entry);
    turn_tell_operator(
        turn, arena_printf(turn->arena, "left %s", turn->sender->id),
        arena_printf(turn->arena,
                     "%s has left the group of building %s and is its %s in roster.csv; take "
                     "the row out, or let him join again",
                     turn->sender->id, building, entry->role));
}

static int match(const struct turn *turn)
{
    return turn->sender && turn->group->building &&
                   community_member(turn->community, turn->sender->id)
               ? 50
               : 0;
}

static void handle(struct turn *turn)
{
    const char *building = turn->group->building;
    const struct role_grant *role = of_file(turn->sender, building);
    drop_rows(turn, turn->sender->id, building);
    if (role)
        tell_operator(turn, role, building);
}

const struct handler handler_left = {
    .name = "left",
    .listens = LISTEN_LEFT,
    .priority = 10,
    .match = match,
    .handle = handle,
};
