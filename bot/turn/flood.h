/* flood.h: too much of the same: somebody (or some machine) who writes more than a person can,
 * another bot that talks to ours. They are answered no further than the handlers do; the
 * operator gets a line of it, once an hour a cause. Counted in memory only. Private to
 * bot/turn/. */
#ifndef LOUBOT_TURN_FLOOD_H
#define LOUBOT_TURN_FLOOD_H

#include <stdbool.h>

struct core;
struct home;
struct input;
struct queue;

struct flood; /* opaque */

struct flood *flood_create(void);
void flood_destroy(struct flood **flood);

/* One more line of that person for the bot. */
void flood_note_line(const struct queue *queue, const struct input *input);
/* A line of another bot. When it talks to us again and again, the operator hears of it. */
void flood_note_bot(const struct queue *queue, const struct input *input);
/* What the bot says in a group is remembered for a while. */
void flood_note_sent(const struct core *core, const struct home *home, const char *group,
                     const char *text);
/* Is that our own message, pasted or thrown back? Such a line is nobody's word; again and
 * again, the operator hears of it. */
bool flood_is_echo(const struct queue *queue, const struct input *input, const char *text);
/* A line to the operator, once an hour a cause. */
void flood_tell(const struct core *core, const char *cause, const char *line);

#endif
