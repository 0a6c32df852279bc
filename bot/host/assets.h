/* assets.h: the files that the binary carries (templates, lexicon, pages, Lua scripts, demo
 * data), by their path in the source tree, e.g. "templates/en/ack.mustache". Built by the
 * Makefile. */
#ifndef LOUBOT_HOST_ASSETS_H
#define LOUBOT_HOST_ASSETS_H

#include <stddef.h>

struct asset {
    const char *path;
    const char *bytes; /* followed by a NUL that does not count */
    size_t len;
};

/* The asset with exactly that path, or NULL. */
const struct asset *asset_find(const char *path);
/* The assets whose path begins with `prefix`, in alphabetical order: calls `cb` for each. */
void asset_each(const char *prefix, void (*cb)(void *arg, const struct asset *asset),
                void *arg);
/* What was read of them leaves memory until it is looked at again: most of them are read once,
 * at the start. */
void assets_rest(void);

#endif
