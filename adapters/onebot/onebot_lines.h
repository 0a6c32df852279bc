/* onebot_lines.h: inputs wait in line, a line for each group, while a picture of theirs is
 * fetched, while the group's history is read back, or while the core takes nothing. */
#ifndef LOUBOT_ONEBOT_LINES_H
#define LOUBOT_ONEBOT_LINES_H

#include "adapters/onebot/onebot_pictures.h"

#define ONEBOT_LINES_MAX 4096 /* inputs that wait, in all lines */

struct onebot_lines;

struct onebot_lines *onebot_lines_create(struct account *account,
                                         struct onebot_pictures *pictures);
/* After onebot_pictures_destroy(). Sets the pointer NULL, accepts NULL. */
void onebot_lines_destroy(struct onebot_lines **lines);

/* Hands an input to the core, at once when nothing stands in its way. Copied. ERR_FULL: it was
 * not taken, too many wait. */
int onebot_lines_add(struct onebot_lines *lines, const struct input *input);
/* From now on what comes live in that group waits for its history. */
void onebot_lines_hold(struct onebot_lines *lines, const char *group);
/* The history, oldest first (copied), goes before what waits; the line moves again. */
void onebot_lines_release(struct onebot_lines *lines, const char *group,
                          const struct input *const *history, size_t count);

#endif
