/* changes.h: the roster changed from outside a turn, beside a running daemon: codes given out,
 * amendments looked at and taken back. The daemon notices at its next turn that matters
 * (rows.c). Through commit.lua, as turns do it.
 */
#ifndef LOUBOT_TURN_CHANGES_H
#define LOUBOT_TURN_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "people/code.h"

struct community;
struct faults;
struct redis;

#define CHANGES_BY "console" /* who it was, in the audit */

/* `why` NULL: it was done. "stale": such a code or amendment was there, or was not. Exactly
 * once, never before the call has returned. */
typedef void changes_cb(void *arg, const char *why);

struct code_issue {
    const char *code; /* normalised */
    struct code_grant grant;
};
/* All or none. `for_play`: nothing expires by Redis' own clock. */
void changes_issue(struct redis *redis, const struct community *community,
                   const struct code_issue *codes, size_t count, int64_t now_ms, bool for_play,
                   changes_cb *cb, void *arg);
void changes_drop(struct redis *redis, const struct community *community, uint32_t number,
                  int64_t now_ms, changes_cb *cb, void *arg);
/* Reads the amendments into the community's roster; those that do not fit are added to
 * `misfits`. */
void changes_load(struct redis *redis, struct community *community, int64_t now_ms,
                  struct faults *misfits, changes_cb *cb, void *arg);
/* The audit, oldest first: a line of JSON each, the number of the amendment among it. */
typedef void changes_line_cb(void *arg, const char *line);
void changes_audit(struct redis *redis, const struct community *community,
                   changes_line_cb *line, changes_cb *cb, void *arg);

#endif
