/* district.h: a district's worth of communities through the real heart, on a virtual clock and
 * a real redis-server: for the soak and for benchmarks of size.
 *
 * Every community is the demo's (six grids, 27 buildings; the last one may have fewer grids),
 * bound to one recording platform (adapter "recorder", account "d", groups "c01-b4"). Its people
 * are told in district_people.c: they report, answer, accept, mend, confirm, or keep silent, at
 * rates taken from a seed. Nothing fails here; the soak's judge reads Redis by itself.
 */
#ifndef LOUBOT_TESTS_LIVE_DISTRICT_H
#define LOUBOT_TESTS_LIVE_DISTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter.h"
#include "store/redis.h"
#include "store/redis_server.h"
#include "turn/core.h"

#define DISTRICT_GRIDS 219
#define DISTRICT_START_MS 1772413200000 /* Monday 2026-03-02 09:00 in China */

struct action { /* what somebody will say */
    int64_t at_ms;
    char group[24], name[32], text[200];
    bool photo;
};

struct district {
    char dir[64];
    int grids;
    bool fsync; /* before district_start(): as in earnest */
    bool quiet; /* nobody reports any more; what is open goes on */
    struct loop *loop;
    struct clock *clock;
    struct redis_server *server;
    struct redis_config redis;
    struct redis *look; /* own eyes */
    struct faults *faults;
    struct lexicon *lexicon;
    struct wording *wording;
    size_t count; /* of communities */
    struct community **communities;
    struct calendar **calendars;
    struct policy **policies;
    struct core *core;
    struct account *account;
    uint64_t random;
    int64_t message;        /* last platform id */
    struct action *actions; /* a heap, the next first */
    size_t action_count, action_room;
    uint64_t waiting[4096]; /* sends to be answered */
    size_t waiting_count;
    uint64_t reports, chats, sends, lost; /* lost: sends that did not fit */
    bool has_people;                      /* they answer what the bot says */
};

/* One at a time. `reports` a grid and day are set in district_people.c. False after a line on
 * standard error. */
bool district_start(struct district *district, int grids, uint64_t seed);
void district_stop(struct district *district);
/* All of it ends but its files; and begins on them, down to words, rosters and redis-server. */
void district_down(struct district *district);
bool district_up(struct district *district);
/* The daemon ends in order, and the next one begins on the same data. */
void district_restart(struct district *district, bool redis_too);
/* Runs the loop until the core is ready and idle; false after half a minute. */
bool district_settle(struct district *district);
/* Lets time pass in steps; people act. False: it did not settle. */
bool district_pass(struct district *district, int64_t ms, int64_t step_ms);
void district_say(struct district *district, const char *group, const char *name,
                  const char *text, bool photo);
/* One command to Redis; its answer as text (lists: a line an item), freed by the caller. */
char *district_ask(struct district *district, int argc, const char *const *argv);

/* district_people.c */
void people_day(struct district *district, int64_t from_ms); /* plans a day's reports */
void people_hear(struct district *district, const struct send *send);
uint32_t district_random(struct district *district, uint32_t below);

#endif
