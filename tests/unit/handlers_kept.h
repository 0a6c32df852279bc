/* handlers_kept.h: between handlers_world.c (turns) and handlers_kept.c (what is kept). */
#ifndef LOUBOT_TESTS_HANDLERS_KEPT_H
#define LOUBOT_TESTS_HANDLERS_KEPT_H

#include "handlers_world.h"

#define KEPT_ARENA_MAX (32u * 1024 * 1024)

struct session *kept_session_read(struct world *world, const char *group, const char *member);
/* Puts an event into the context of the turn, reached in that way. */
void kept_reach(struct world *world, uint32_t id, uint32_t how);
void kept_reach_session(struct world *world, const struct session *session);
/* As context.lua: near and mine, newest first; archived ones are found by number only. */
void kept_reach_others(struct world *world);
struct kept_message *kept_message_add(struct world *world, const char *group);
/* Keeps the effects of the turn; `message` 0: it was none. */
void kept_turn(struct world *world, size_t message);

/* handlers_roster.c: the roster at run time, as rows.c and leavers.c do it. */

/* What the turn makes of the roster. */
void kept_roster(struct world *world);
/* A day on which the roster's rows mean something else has begun. */
void kept_roster_day(struct world *world);
/* The one-time code of the text, and a fresh one for staff in direct chat. */
void kept_code_read(struct world *world);
void kept_roster_finish(struct world *world);
/* The timer "gone" of an event is due. */
void kept_timer_gone(struct world *world, const struct event *event, const char *owner);

#endif
