/* list.h: one line of a list for each event (list_line.c), for the lists of list.c. */
#ifndef LOUBOT_HANDLERS_LIST_H
#define LOUBOT_HANDLERS_LIST_H

#include "handlers/skills.h"

/* Nobody works on it now: the clock is paused, or somebody is asked whether it is done. */
bool list_rests(const struct event *event);
/* Past its deadline; while it rests nothing is late. */
bool list_is_over(const struct turn *turn, const struct event *event);
/* Line `index` of the message ("l1", "l2" …); behind the last that fits nothing is put. */
void list_put_line(const struct turn *turn, struct outgoing *out, const struct event *event,
                   size_t index);
/* The same, and a quote of the message is about that event, too. */
void list_say_line(const struct turn *turn, struct outgoing *out, const struct event *event,
                   size_t index);
/* Those behind the last line are counted. */
void list_say_rest(struct turn *turn, struct outgoing *out, size_t count);

#endif
