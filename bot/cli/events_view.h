/* events_view.h: the public JSON of events as people read it at a shell: a table, and one event
 * as a story. Pure. */
#ifndef LOUBOT_CLI_EVENTS_VIEW_H
#define LOUBOT_CLI_EVENTS_VIEW_H

#include <stdbool.h>

struct buf;
struct community;

/* A table of a JSON array, one row an event. False: it is not an array. */
bool events_view_table(const char *json, const struct community *community, struct buf *out);
/* One event with its trail. False: it is not an event. */
bool events_view_story(const char *json, const struct community *community, struct buf *out);
/* Appends the entries of a JSON array, with `, ` between them and what is there already. */
void events_view_join(const char *json, struct buf *out);

#endif
