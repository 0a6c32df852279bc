/* walk_cover.h: what a walk has reached: every row of the transition table, every other step of
 * a trail, and what the walk itself does (kills, jumps of the clock). A long walk prints the
 * table at its end and fails when something was never reached. */
#ifndef LOUBOT_TESTS_WALK_COVER_H
#define LOUBOT_TESTS_WALK_COVER_H

#include "event/event.h"

/* One new step of the event, as it is after the turn. */
void cover_step(const struct event *event, const struct step *step);
/* Something that the walk did; `name` is one of the list in walk_cover.c. */
void cover_act(const char *name);
/* How often the table's rows from this state were reached. */
uint32_t cover_of(enum state from);
/* Prints the table; how many rows were never reached. `acts`: those of the list too that only a
 * walk on the real core does. */
size_t cover_print(bool acts);

#endif
