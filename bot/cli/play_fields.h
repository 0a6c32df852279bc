/* play_fields.h: does an event have the fields that a line of a script expects (`= 1
 * state=handling also=3 reporter=孙大姐`)? Pure: JSON of the event in, verdict out. */
#ifndef LOUBOT_CLI_PLAY_FIELDS_H
#define LOUBOT_CLI_PLAY_FIELDS_H

#include <stdbool.h>

#include "cli/play_script.h"

struct buf;

/* Is `name` a name of the person whose id stands in the event? */
typedef bool play_is_called_cb(void *arg, const char *id, const char *name);

/* Checks every field of the line against the event's public JSON. Lists are compared by their
 * number of entries (or, with a word, by whether it is in them), times by as much as is given
 * ("2026-03-03T18:00"). Each field that does not hold adds a line to `why`. */
bool play_fields_check(const struct play_line *line, const char *event_json,
                       play_is_called_cb *is_called, void *arg, struct buf *why);

#endif
