/* daemon.h: a whole Loubot put together from its data: words, communities, redis-server, core.
 * `loubot run` and `loubot puppet` (the child of `loubot play`) are thin shells around it.
 *
 * For tests of crashes: the environment variable LOUBOT_KILL_AT="committed:2" makes the process
 * kill itself with SIGKILL when it passes that point of the heart for the second time;
 * "committed:2:redis" kills its redis-server instead, "committed:2:both" both, and "?" prints
 * every point that is passed to standard error. `loubot play` starts the next daemon without
 * it; LOUBOT_KILLS=2 lets two in a row die of it. The points are named in bot/turn/ by
 * core_kill_point().
 */
#ifndef LOUBOT_CLI_DAEMON_H
#define LOUBOT_CLI_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/tables.h"
#include "store/redis.h"

struct calendar;
struct clock;
struct community;
struct config;
struct core;
struct faults;
struct lexicon;
struct loop;
struct policy;
struct redis_server;
struct upkeep;
struct wording;

/* Fields are NULL until daemon_start() has reached them. */
struct daemon {
    struct loop *loop; /* the caller's, likewise the clock */
    struct clock *clock;
    struct lexicon *lexicon;
    struct wording *wording;
    size_t community_count;
    struct community **communities;
    struct calendar **calendars;
    struct policy **policies;
    struct redis_server *server;
    struct upkeep *upkeep; /* of the server */
    struct redis_config redis;
    struct core *core;
    const char *why; /* a sentence for the operator, when it was not the data's fault; also set
                        when the loop was stopped since the stored data are not for us */
    char refused[300];
};

/* Reads the data, starts the redis-server and makes the core; accounts are the caller's. Faults
 * in words, templates and the like are added and left out, the rest works. Without a community
 * or a redis-server it is an error, told by the faults or by `why`. daemon_stop() is due in any
 * case. */
int daemon_start(struct daemon *daemon, const struct tables *tables,
                 const struct config *config, struct faults *faults);
/* The data alone, without redis-server and core (for commands that only look). */
int daemon_load(struct daemon *daemon, const struct config *config, struct faults *faults);
/* Stops and frees all but loop and clock. */
void daemon_stop(struct daemon *daemon);

#endif
