/* web_parts.h: the parts of a message between JSON and segments, shared by the codecs. */
#ifndef LOUBOT_WEB_PARTS_H
#define LOUBOT_WEB_PARTS_H

#include <jansson.h>

#include "adapters/web/web_record.h"

json_t *web_parts_json(const struct segment *segments, size_t count);
/* 0, or ERR_INVALID and why. */
int web_parts_read(const json_t *parts, struct web_record *record, struct arena *arena,
                   const char **why);
/* The string under `key`, copied; NULL when absent or no string, or longer than `max` bytes. */
const char *web_json_text(const json_t *object, const char *key, size_t max,
                          struct arena *arena);

#endif
