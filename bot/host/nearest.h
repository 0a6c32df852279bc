/* nearest.h: "did you mean …": the known word that is closest to a mistyped one. */
#ifndef LOUBOT_HOST_NEAREST_H
#define LOUBOT_HOST_NEAREST_H

#include <stddef.h>

/* The known word with the fewest edits (characters, not bytes) from `word`, or NULL when none
 * is within a third of its length (at least one, or two from four characters on). */
const char *nearest(const char *word, const char *const *known, size_t count);

#endif
