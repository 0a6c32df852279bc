/* location.h: helpers on struct location (words/understand.h). */
#ifndef LOUBOT_WORDS_LOCATION_H
#define LOUBOT_WORDS_LOCATION_H

#include "words/understand.h"

void location_init(struct location *location);
bool location_is_empty(const struct location *location);
/* The floor that was said, else the one that a room number tells ("1203" → 12), else
 * FLOOR_NONE.
 */
int32_t location_floor(const struct location *location);
/* Takes from `other` what `location` does not say, as long as they do not contradict. */
void location_inherit(struct location *location, const struct location *other);

#endif
