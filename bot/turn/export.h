/* export.h: every event of a community, by number, in the public form, a line of JSON each:
 * those in Redis and those in the archive's files alike. */
#ifndef LOUBOT_TURN_EXPORT_H
#define LOUBOT_TURN_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

struct calendar;
struct community;
struct redis;

/* `lines` of JSON, each with its end; with `done` the last call: `lost` events could not be
 * read. `lines` NULL: Redis is away, nothing follows. */
typedef void export_cb(void *arg, const char *lines, bool done, size_t lost);
void export_start(struct redis *redis, const struct community *community,
                  const struct calendar *calendar, const char *data_dir, export_cb *cb,
                  void *arg);

#endif
