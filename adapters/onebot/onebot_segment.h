/* onebot_segment.h: the segments of a message, in any of the three shapes that the protocol
 * allows. */
#ifndef LOUBOT_ONEBOT_SEGMENT_H
#define LOUBOT_ONEBOT_SEGMENT_H

#include "bot/adapter.h"

#define ONEBOT_ID_MAX 64

/* An id, written as a JSON integer or a string, as text in the arena that it was read into;
 * NULL for anything else (floats are refused: they have lost digits). */
const char *onebot_id(const struct jnode *id, struct arena *arena);
/* A string without the NUL characters that JSON can carry, cut at `max` bytes on a character
 * boundary. NULL when it is no string. */
const char *onebot_text(const struct jnode *string, size_t max, struct arena *arena);
/* Fills the segments of `input` from `message` (array, one object, or CQ string). 0, or
 * ERR_INVALID when it is none of these. */
int onebot_segments(const struct jnode *message, const char *self_id, struct arena *arena,
                    struct input *input);

#endif
