/* walk_live.h: what a walk does with the real core of core_stage.h: time that passes, people
 * who write, edit and recall, and what may happen to Loubot meanwhile. Everything is settled
 * when a function returns. */
#ifndef LOUBOT_TESTS_WALK_LIVE_H
#define LOUBOT_TESTS_WALK_LIVE_H

#include "adapter.h"

/* Called before a day ends, before anybody speaks, before anything happens to Loubot: who
 * stands in for whom may change then. */
extern void (*walk_before_change)(void);
extern int64_t walk_latest_ms; /* the latest that the clock ever was */

/* Timers run on the way. */
void walk_pass(int64_t ms);
/* Marks as in play scripts; what is quoted is the recorder's last send. */
void walk_speak(const char *group, const char *name, const char *text);
/* One of the last messages is edited or recalled. */
void walk_take_back(enum input_kind kind);
/* Now and then a restart, a kill in the middle of a turn, hours of silence, a jump of the
 * clock.
 */
void walk_happens(uint32_t event_count);
/* The recorder holds so many sends only. */
void walk_forget_sends(void);

#endif
