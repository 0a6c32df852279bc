/* guard.c: who may do what, in one table: rights against how somebody stands to the event. */
#include "handlers/duties.h"

#include <string.h>

static const unsigned rights[] = {
    [RIGHT_ACCEPT] = IS_ASSIGNEE | IS_COMPANY,
    [RIGHT_DONE] = IS_ASSIGNEE | IS_COMPANY,
    [RIGHT_TRANSFER] = IS_ASSIGNEE | IS_COMPANY | IS_GRID_UP,
    [RIGHT_RAISE] = IS_ASSIGNEE | IS_COMPANY | IS_NEAR_STAFF | IS_GRID_UP,
    [RIGHT_SUSPEND] = IS_ASSIGNEE | IS_COMPANY,
    [RIGHT_GRANT] = IS_GRID_UP,
    [RIGHT_CONFER] = IS_ESTATE_UP,
    [RIGHT_CONFIRM] = IS_VERIFIER | IS_REPORTER | IS_VIA | IS_NEAR_STAFF,
    [RIGHT_REOPEN] = IS_VERIFIER | IS_REPORTER | IS_VIA | IS_NEAR_STAFF | IS_GRID_UP,
    [RIGHT_WITHDRAW] = IS_REPORTER | IS_VIA,
    [RIGHT_CORRECT] = IS_REPORTER | IS_VIA | IS_GRID_UP,
    [RIGHT_CLOSE] = IS_GRID_UP,
    [RIGHT_MERGE] = IS_GRID_UP,
};

/* Changes of the roster: by whom, as far as their area reaches. All of them are for roles below
 * one's own, and homes. Everybody may say of himself that he is on leave, and back. */
static const struct {
    enum role from, to;
} roster_rights[] = {
    [ROSTER_CODE] = {ROLE_ESTATE_GRID_HEAD, ROLE_DISTRICT},
    [ROSTER_TAKE_BACK] = {ROLE_ESTATE_GRID_HEAD, ROLE_DISTRICT},
    [ROSTER_LEAVE] = {ROLE_ESTATE_GRID_HEAD, ROLE_DISTRICT},
};

bool guard_covers(const struct turn *turn, const struct area *area, const struct area *of)
{
    if (!area->grid && !area->building)
        return true;
    const struct building *b = community_building(turn->community, of->building);
    const char *grid = b ? b->grid : of->grid;
    if (area->building)
        return is_same(area->building, of->building) &&
               (!area->unit || is_same(area->unit, of->unit));
    return is_same(area->grid, grid);
}

bool guard_may_change(const struct turn *turn, enum roster_right right, enum role role,
                      const struct area *where)
{
    bool rung = role >= ROLE_ESTATE_GRID_HEAD && role <= ROLE_DISTRICT;
    for (size_t i = 0; i < turn->sender->role_count; i++) {
        const struct role_grant *r = &turn->sender->roles[i];
        bool high = r->role >= roster_rights[right].from && r->role <= roster_rights[right].to;
        if (high && (!rung || role < r->role) && guard_covers(turn, &r->area, where))
            return true;
    }
    return false;
}

bool guard_changes_rosters(const struct turn *turn, enum roster_right right)
{
    for (int role = roster_rights[right].from; role <= (int)roster_rights[right].to; role++)
        if (member_has_role(turn->community, turn->sender, (enum role)role, NULL, NULL))
            return true;
    return false;
}

static bool holds(const struct turn *turn, const struct event *event, enum role role)
{
    return member_has_role(turn->community, turn->sender, role, event->building, event->unit);
}

static unsigned place_relations(const struct turn *turn, const struct event *event)
{
    unsigned is = 0;
    if (holds(turn, event, ROLE_BUILDING_HEAD) || holds(turn, event, ROLE_MICRO_GRID_WORKER))
        is |= IS_NEAR_STAFF;
    if (holds(turn, event, ROLE_GRID_WORKER) || holds(turn, event, ROLE_PARTY_GROUP_LEADER))
        is |= IS_GRID_WORKER;
    if (holds(turn, event, ROLE_ESTATE_GRID_HEAD))
        is |= IS_ESTATE_HEAD;
    if (holds(turn, event, ROLE_COMMUNITY_GRID_HEAD) || holds(turn, event, ROLE_STREET) ||
        holds(turn, event, ROLE_DISTRICT))
        is |= IS_ABOVE;
    return is;
}

static bool is_joined(const struct event *event, const char *member)
{
    for (size_t i = 0; i < event->also_count; i++)
        if (strcmp(event->also[i], member) == 0)
            return true;
    return false;
}

unsigned guard_relations(const struct turn *turn, const struct event *event)
{
    if (!turn->sender)
        return 0;
    const char *id = turn->sender->id;
    unsigned is = place_relations(turn, event);
    if (is_same(event->reporter, id))
        is |= IS_REPORTER;
    if (is_same(event->via, id))
        is |= IS_VIA;
    if (is_same(event->assignee, id))
        is |= IS_ASSIGNEE;
    if (is_same(event->verifier, id))
        is |= IS_VERIFIER;
    if (is_joined(event, id))
        is |= IS_JOINED;
    if (event->owner != OWNER_COMMUNITY && member_acts_for(turn->sender, event->owner))
        is |= IS_COMPANY;
    return is;
}

/* A deputy acts for somebody: what the one has done the other does not confirm. */
static bool stands_in(const struct turn *turn, const char *away, const char *deputy)
{
    const struct member *member = away ? community_member(turn->community, away) : NULL;
    return member && member->deputy && is_same(member->deputy, deputy);
}

/* Do they act for the same owner? */
static bool is_of_company(const struct turn *turn, const char *worker,
                          const struct member *member)
{
    const struct member *his = worker ? community_member(turn->community, worker) : NULL;
    for (size_t i = 0; his && i < his->role_count; i++) {
        enum owner owner = his->roles[i].owner;
        if (owner != OWNER_NONE && owner != OWNER_COMMUNITY && member_acts_for(member, owner))
            return true;
    }
    return false;
}

/* Who did the work, and who has it in hand. */
bool guard_is_handler_side(const struct turn *turn, const struct event *event,
                           const struct member *member)
{
    const char *const workers[] = {event->handler_member, event->assignee};
    for (size_t i = 0; i < 2; i++)
        if (is_same(workers[i], member->id) || is_of_company(turn, workers[i], member) ||
            stands_in(turn, workers[i], member->id) || stands_in(turn, member->id, workers[i]))
            return true;
    return false;
}

bool guard_is_of_handlers(const struct turn *turn, const struct event *event, const char *id)
{
    const struct member *member = community_member(turn->community, id);
    return is_same(event->handler_member, id) || is_same(event->assignee, id) ||
           (member && guard_is_handler_side(turn, event, member));
}

/* A colleague of another grid may take the work over ("收到 12"); all else he says only then.
 * It may have been his until its place was corrected. */
static bool works_there(const struct turn *turn, const struct event *event)
{
    struct area at = {.building = event->building, .unit = event->unit};
    for (size_t i = 0; i < turn->sender->role_count; i++) {
        const struct role_grant *role = &turn->sender->roles[i];
        if (role->owner == event->owner &&
            (!event->building || guard_covers(turn, &role->area, &at)))
            return true;
    }
    return false;
}

bool guard_may(const struct turn *turn, const struct event *event, enum right right)
{
    unsigned is = guard_relations(turn, event);
    if (right == RIGHT_CONFIRM && turn->sender &&
        guard_is_handler_side(turn, event, turn->sender))
        return false;
    unsigned allowed = rights[right];
    if (right == RIGHT_ACCEPT && event->urgency == URGENCY_EMERGENCY)
        allowed |= IS_GRID_UP;
    if (right == RIGHT_DONE && (event->owner == OWNER_COMMUNITY || event->owner == OWNER_UPPER))
        allowed |= IS_GRID_WORKER;
    if (right != RIGHT_ACCEPT && (is & IS_COMPANY) && !works_there(turn, event))
        is &= ~IS_COMPANY;
    return is & allowed;
}
