/* guard.c: who may do what, in one table: rights against how somebody stands to the event. */
#include "handlers/skills.h"

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

bool guard_is_handler_side(const struct turn *turn, const struct event *event,
                           const struct member *member)
{
    if (is_same(event->handler_member, member->id) || is_same(event->assignee, member->id))
        return true;
    const struct member *handler =
        event->handler_member ? community_member(turn->community, event->handler_member) : NULL;
    for (size_t i = 0; handler && i < handler->role_count; i++) {
        enum owner owner = handler->roles[i].owner;
        if (owner != OWNER_NONE && owner != OWNER_COMMUNITY && member_acts_for(member, owner))
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
    return is & allowed;
}
