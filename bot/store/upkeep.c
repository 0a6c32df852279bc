#include "store/upkeep.h"

#include <stdlib.h>

#include "host/clock.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "store/redis_server.h"

#define LOOK_MS 1000
#define MB ((int64_t)1 << 20)
#define SMALL (32 * MB)     /* below it nothing is worth a rewrite */
#define CEILING (1024 * MB) /* above it a rewrite does not wait for the night */
#define GROWN 2 /* a start reads the rest command by command: ten times as long */
#define HOUR_MS ((int64_t)3600 * 1000)
#define QUIET_FROM 22
#define QUIET_UNTIL 7

struct upkeep {
    struct upkeep_config config;
    struct loop_timer *timer;
    bool no_room;
    int64_t last_ms;
};

static int64_t local_hour(int64_t now_ms, int utc_offset_s)
{
    return (now_ms + (int64_t)utc_offset_s * 1000) / HOUR_MS;
}

/* A night belongs to the day on which it begins. */
static int64_t night_of(int64_t now_ms, int utc_offset_s)
{
    return (local_hour(now_ms, utc_offset_s) - QUIET_UNTIL) / 24;
}

static bool is_quiet(int64_t now_ms, int utc_offset_s)
{
    int64_t hour = local_hour(now_ms, utc_offset_s) % 24;
    return hour >= QUIET_FROM || hour < QUIET_UNTIL;
}

bool upkeep_wants_rewrite(const struct upkeep_state *s)
{
    bool grown = s->aof_bytes > SMALL && s->aof_bytes > GROWN * s->base_bytes;
    bool fits = s->free_bytes > 2 * s->base_bytes + SMALL / 2;
    bool rested = !s->last_ms || s->now_ms >= s->last_ms + HOUR_MS || s->now_ms < s->last_ms;
    if (!fits || !rested)
        return false;
    if (!s->has_room)
        return grown;
    if (s->aof_bytes > CEILING && s->aof_bytes > 2 * s->base_bytes)
        return true;
    bool this_night = s->last_ms && night_of(s->last_ms, s->utc_offset_s) ==
                                        night_of(s->now_ms, s->utc_offset_s);
    return grown && !this_night && is_quiet(s->now_ms, s->utc_offset_s);
}

static void look_for_room(struct upkeep *upkeep)
{
    const struct upkeep_config *config = &upkeep->config;
    bool no_room = !redis_server_has_room(config->server);
    if (no_room == upkeep->no_room)
        return;
    upkeep->no_room = no_room;
    if (no_room)
        log_error("upkeep", "too little is free on the disk of the data folder: what people "
                            "write waits with the platforms until there is more");
    else
        log_info("upkeep", "there is room on the disk again");
    config->room(config->arg, !no_room);
}

static void look(void *arg)
{
    struct upkeep *upkeep = arg;
    const struct upkeep_config *config = &upkeep->config;
    look_for_room(upkeep);
    struct upkeep_state state = {.now_ms = clock_now_ms(config->clock),
                                 .utc_offset_s = config->utc_offset_s,
                                 .has_room = !upkeep->no_room,
                                 .last_ms = upkeep->last_ms};
    redis_server_sizes(config->server, &state.aof_bytes, &state.base_bytes, &state.free_bytes);
    if (!upkeep_wants_rewrite(&state))
        return;
    log_info("upkeep", "append-only file is rewritten: bytes=%lld base=%lld",
             (long long)state.aof_bytes, (long long)state.base_bytes);
    upkeep->last_ms = state.now_ms;
    config->rewrite(config->arg);
}

struct upkeep *upkeep_start(const struct upkeep_config *config)
{
    struct upkeep *upkeep = xcalloc(1, sizeof *upkeep);
    upkeep->config = *config;
    upkeep->timer = loop_timer_start(config->loop, LOOK_MS, LOOK_MS, look, upkeep);
    return upkeep;
}

void upkeep_stop(struct upkeep **upkeep)
{
    if (!*upkeep)
        return;
    loop_timer_stop(&(*upkeep)->timer);
    free(*upkeep);
    *upkeep = NULL;
}
