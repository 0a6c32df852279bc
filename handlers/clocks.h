/* clocks.h: deadlines and their timers (clocks.c). Comes with skills.h. */
#ifndef LOUBOT_HANDLERS_CLOCKS_H
#define LOUBOT_HANDLERS_CLOCKS_H

#include "bot/handler.h"

int64_t clocks_accept_ms(const struct turn *turn, const struct event *event, int64_t from_ms);
/* Sets the deadlines of a new event. */
void clocks_open(const struct turn *turn, struct event *event);
/* The time to accept runs from now: deadline (once) and timer. */
void clocks_wait_accept(struct turn *turn, struct event *event);
/* The timer of the finish deadline, or of the next step after it. */
void clocks_wait_finish(struct turn *turn, struct event *event);
/* Somebody sends on what waited for the morning: only the finish deadline's timer is left. */
void clocks_send_on(struct turn *turn, struct event *event);
/* In the quiet hours the timer's turn only sets it again for 07:00; true then. Emergencies do
 * not wait. */
bool clocks_wait_for_morning(struct turn *turn, const struct event *event, const char *handler);
/* In the quiet hours nobody is pinged about what is no emergency: then it is done by the timer
 * `name` of `handler` at 07:00, which gets `data`; true. The staff's sender reads that `whom`
 * (or NULL) is told then. When you add a name, add it in clocks.c too. */
bool clocks_keep_for_morning(struct turn *turn, const struct event *event, const char *name,
                             const char *handler, const char *data, const struct member *whom);
/* Nothing of that is left. */
void clocks_drop_kept(struct turn *turn, const struct event *event);
/* It is done: no timer is left but the one that archives it. */
void clocks_end(struct turn *turn, const struct event *event);
/* Only conferring and suspended pause: stops the clock, and moves the deadline by the pause. */
void clocks_pause(struct turn *turn, struct event *event);
void clocks_resume(struct turn *turn, struct event *event);

#endif
