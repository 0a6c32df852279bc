/* render.h: from a stored row to what a platform is given. Private to bot/turn/, a part of
 * internal.h. */
#ifndef LOUBOT_TURN_RENDER_H
#define LOUBOT_TURN_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter.h"
#include "turn/outgoing.h"

struct account;
struct arena;
struct home;
struct row;

struct rendered {
    struct send_part parts[2 * OUTGOING_MENTIONS_MAX + 6];
    size_t part_count;
    const char *text; /* the whole text, before it is split */
};
/* The members whose names a row needs and memory does not hold. */
size_t render_missing(const struct home *home, const struct row *row, const char **ids,
                      size_t max);
/* Text of a row; "" when the template is unknown (logged). */
const char *render_text(const struct home *home, const struct row *row, int64_t now_ms,
                        struct arena *arena);
/* Puts quote, mentions and the k-th piece of the text together. */
void render_parts(const struct home *home, const struct account *account, const struct row *row,
                  const char *piece, bool first, struct arena *arena,
                  struct rendered *ret_rendered);

#endif
