/* leavers.h: whoever is on leave or gone from the roster keeps no open work. Private to
 * bot/turn/. */
#ifndef LOUBOT_TURN_LEAVERS_H
#define LOUBOT_TURN_LEAVERS_H

struct home;

/* Looks, a few hundred at a time, for open events whose assignee or verifier is not there by
 * the roster in force, and sets the timer "gone" of the handler that hears leavers. To be
 * called whenever a roster begins to hold: at the start, and when it was changed. Done twice is
 * done once. */
void leavers_look(struct home *home);

#endif
