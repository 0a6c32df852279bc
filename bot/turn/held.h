/* held.h: how much open work people have in hand, for commands that look. */
#ifndef LOUBOT_TURN_HELD_H
#define LOUBOT_TURN_HELD_H

#include <stddef.h>

#include "turn/changes.h"

/* Counts for each of these members the open events that he works on or is to confirm, into
 * `ret_held`, which starts as zeros. Members and counts stay until the callback. */
void held_count(struct redis *redis, const struct community *community,
                const char *const *members, size_t count, size_t *ret_held, changes_cb *cb,
                void *arg);

#endif
