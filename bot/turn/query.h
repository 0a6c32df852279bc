/* query.h: looking into the store: lists of events and one event's story, for the command line
 * and for pages. */
#ifndef LOUBOT_TURN_QUERY_H
#define LOUBOT_TURN_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct calendar;
struct community;
struct redis;

/* `json` is an array of events, newest first (or one event with its trail), in the public form
 * of DESIGN §5; NULL: Redis is away, or there is no such event. Exactly once, never before the
 * call has returned. */
typedef void query_cb(void *arg, const char *json);

/* `group` NULL: of the whole community. At most `limit` (1,000) events. */
void query_events(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *group, bool open_only, int limit,
                  query_cb *cb, void *arg);
/* Also one that has left Redis for the archive's files in `data_dir` (NULL: not looked at). */
void query_event(struct redis *redis, const struct community *community,
                 const struct calendar *calendar, const char *data_dir, uint32_t id,
                 query_cb *cb, void *arg);

#endif
