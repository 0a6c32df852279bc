/* duties.h: what the handlers share that change the roster: codes (bind.c), leave (leave.c),
 * roles taken back (duty.c). Private to handlers/. */
#ifndef LOUBOT_HANDLERS_DUTIES_H
#define LOUBOT_HANDLERS_DUTIES_H

#include "handlers/skills.h"

/* ---- guard.c: who may change what of the roster ---- */

enum roster_right {
    ROSTER_CODE,      /* gives out a code */
    ROSTER_TAKE_BACK, /* takes back what was given at run time */
    ROSTER_LEAVE      /* says that somebody else is on leave, or back */
};
/* Does an area hold another one? */
bool guard_covers(const struct turn *turn, const struct area *area, const struct area *of);
/* May the sender change a role of that area? */
bool guard_may_change(const struct turn *turn, enum roster_right right, enum role role,
                      const struct area *where);
/* Of any area? */
bool guard_changes_rosters(const struct turn *turn, enum roster_right right);

/* ---- rungs.c ---- */

/* Has somebody but `who`, who is there, the same role for that area? */
bool rung_has_other(const struct turn *turn, const struct member *who,
                    const struct role_grant *role);
/* Who is next above a role of his, and not himself; NULL: nobody. */
const struct member *rung_above(const struct turn *turn, const struct member *who,
                                const struct role_grant *role);

/* ---- bind.c ---- */

/* "楼长 18", "楼长18", "5-1-101", "物业经理". */
bool grant_read(struct turn *turn, const char *text, struct code_grant *ret_grant);
/* Place and role, as a code ties them; a flat number stands in direct chat only. */
void grant_say(struct turn *turn, struct outgoing *out, const struct code_grant *grant);

#endif
