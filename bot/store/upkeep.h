/* upkeep.h: the daily care of the embedded redis-server: is there room on the disk, and when is
 * its append-only file written anew (DESIGN §8)?
 *
 * A rewrite doubles every slow answer while it runs, so it is started in the quiet hours, once
 * a night at most, when the file has grown to four times what the last rewrite left; at any
 * hour only when the file passes a ceiling, or when the disk runs full and it would help.
 */
#ifndef LOUBOT_STORE_UPKEEP_H
#define LOUBOT_STORE_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>

struct clock;
struct loop;
struct redis_server;
struct upkeep;

struct upkeep_config {
    struct loop *loop;
    const struct clock *clock;
    const struct redis_server *server;
    int utc_offset_s; /* whose night it is */
    /* There is room (again), or none any more: called when it changes; `arg` likewise below. */
    void (*room)(void *arg, bool has_room);
    /* The append-only file is to be rewritten now. */
    void (*rewrite)(void *arg);
    void *arg;
};

/* Looks once a second. */
struct upkeep *upkeep_start(const struct upkeep_config *config);
void upkeep_stop(struct upkeep **upkeep); /* sets the pointer NULL, accepts NULL */

/* The rule by itself. */
struct upkeep_state {
    int64_t now_ms;
    int utc_offset_s;
    int64_t aof_bytes;  /* all of it */
    int64_t base_bytes; /* what the last rewrite left */
    int64_t free_bytes; /* on the disk */
    bool has_room;
    int64_t last_ms; /* when a rewrite was last started; 0: not by this process */
};
bool upkeep_wants_rewrite(const struct upkeep_state *state);

#endif
