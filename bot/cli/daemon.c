#include "cli/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config.h"
#include "event/calendar.h"
#include "event/policy.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/err.h"
#include "host/loop.h"
#include "host/mem.h"
#include "people/community.h"
#include "store/redis_server.h"
#include "store/upkeep.h"
#include "turn/core.h"
#include "words/lexicon.h"
#include "words/wording.h"

#define REDIS_CONNECTIONS 4
#define REDIS_DEADLINE_MS 5000
#define REDIS_WAITING_MAX 20000
#define LOCK_WAIT_MS 10000
#define STOP_WAIT_MS 5000
#define KILL_NAME_MAX 32

/* ---- LOUBOT_KILL_AT; one process, one daemon, so its server is known here ---- */

static struct {
    char name[KILL_NAME_MAX];
    int left; /* passages until it happens */
    bool redis, itself, list;
    const struct redis_server *server;
} killer;

static void kill_point(const char *name)
{
    if (killer.list)
        fprintf(stderr, "kill point %s\n", name);
    if (strcmp(killer.name, name) != 0 || --killer.left != 0)
        return;
    if (killer.redis && killer.server)
        kill(redis_server_pid(killer.server), SIGKILL);
    if (killer.itself)
        raise(SIGKILL);
}

/* Arms it from the environment. False: it is not asked for. */
static bool arm_killer(const struct redis_server *server)
{
    const char *at = getenv("LOUBOT_KILL_AT");
    if (!at)
        return false;
    char whom[8] = "";
    killer.list = strcmp(at, "?") == 0;
    killer.left = 1;
    killer.server = server;
    sscanf(at, "%31[^:]:%d:%7s", killer.name, &killer.left, whom);
    killer.redis = strcmp(whom, "redis") == 0 || strcmp(whom, "both") == 0;
    killer.itself = strcmp(whom, "redis") != 0;
    return true;
}

/* ---- data ---- */

/* One policy serves all communities, and one calendar those of a time zone. */
static void share_tables(struct daemon *daemon, size_t i, const struct config *config,
                         struct faults *faults)
{
    int offset_s = community_utc_offset_s(daemon->communities[i]);
    size_t k = 0;
    while (k < i && community_utc_offset_s(daemon->communities[k]) != offset_s)
        k++;
    daemon->calendars[i] =
        k < i ? daemon->calendars[k] : calendar_load(config->calendar, offset_s, faults);
    daemon->policies[i] = i > 0 ? daemon->policies[0] : policy_load(config->classes, faults);
}

static void drop_tables(struct daemon *daemon, size_t i)
{
    struct calendar *calendar = daemon->calendars[i];
    for (size_t k = 0; k < i; k++)
        if (daemon->calendars[k] == calendar)
            return;
    calendar_destroy(&calendar);
}

static int load_communities(struct daemon *daemon, const struct config *config,
                            struct faults *faults)
{
    size_t count = config->community_count ? config->community_count : 1;
    int64_t now_ms = daemon->clock ? clock_now_ms(daemon->clock) : 0;
    daemon->communities = xcalloc(count, sizeof *daemon->communities);
    daemon->calendars = xcalloc(count, sizeof *daemon->calendars);
    daemon->policies = xcalloc(count, sizeof *daemon->policies);
    for (size_t i = 0; i < count; i++) {
        const char *path = config->community_count ? config->communities[i] : NULL;
        struct community *community = community_load_at(path, now_ms, faults);
        if (!community)
            return ERR_INVALID;
        daemon->communities[i] = community;
        daemon->community_count = i + 1;
        share_tables(daemon, i, config, faults);
    }
    return 0;
}

int daemon_load(struct daemon *daemon, const struct config *config, struct faults *faults)
{
    daemon->lexicon = lexicon_create(config->words, config->word_count, faults);
    daemon->wording = wording_create(daemon->lexicon, config->templates, faults);
    return load_communities(daemon, config, faults);
}

/* ---- the running thing ---- */

static int start_server(struct daemon *daemon, const struct config *config)
{
    if (!config->embedded) {
        daemon->redis = config->redis;
        return 0;
    }
    struct redis_server_config server = {.data = config->data,
                                         .binary = config->redis_binary,
                                         .fsync_always = config->fsync_always};
    daemon->server = redis_server_start(daemon->loop, &server, LOCK_WAIT_MS, &daemon->why);
    if (!daemon->server)
        return ERR_SYSTEM;
    daemon->redis = (struct redis_config){.socket = redis_server_socket(daemon->server),
                                          .connections = REDIS_CONNECTIONS,
                                          .deadline_ms = REDIS_DEADLINE_MS,
                                          .max_waiting = REDIS_WAITING_MAX};
    return 0;
}

/* The data belong to another release: the daemon ends, its caller says why. */
static void on_refused(void *arg, const char *why)
{
    struct daemon *daemon = arg;
    snprintf(daemon->refused, sizeof daemon->refused, "%s", why);
    daemon->why = daemon->refused;
    loop_stop(daemon->loop);
}

static void on_room(void *arg, bool has_room)
{
    const struct daemon *daemon = arg;
    core_set_room(daemon->core, has_room);
}

static void on_rewrite(void *arg)
{
    const struct daemon *daemon = arg;
    core_rewrite_aof(daemon->core);
}

static void start_upkeep(struct daemon *daemon)
{
    struct upkeep_config upkeep = {
        .loop = daemon->loop,
        .clock = daemon->clock,
        .server = daemon->server,
        .utc_offset_s = community_utc_offset_s(daemon->communities[0]),
        .room = on_room,
        .rewrite = on_rewrite,
        .arg = daemon,
    };
    daemon->upkeep = upkeep_start(&upkeep);
}

int daemon_start(struct daemon *daemon, const struct tables *tables,
                 const struct config *config, struct faults *faults)
{
    int error = daemon_load(daemon, config, faults);
    if (error == 0)
        error = start_server(daemon, config);
    if (error != 0)
        return error;
    struct core_config core = {
        .loop = daemon->loop,
        .clock = daemon->clock,
        .redis = &daemon->redis,
        .data_dir = config->data,
        .lexicon = daemon->lexicon,
        .wording = daemon->wording,
        .handlers = tables->handlers,
        .communities = daemon->communities,
        .calendars = (const struct calendar *const *)daemon->calendars,
        .policies = (const struct policy *const *)daemon->policies,
        .community_count = daemon->community_count,
        .photo_days = config->photo_days,
        .paced = config->paced,
        .kill_point = arm_killer(daemon->server) ? kill_point : NULL,
        .refused = on_refused,
        .refused_arg = daemon,
    };
    daemon->core = core_create(&core);
    if (daemon->server)
        start_upkeep(daemon);
    return 0;
}

void daemon_stop(struct daemon *daemon)
{
    upkeep_stop(&daemon->upkeep);
    core_destroy(&daemon->core, STOP_WAIT_MS);
    redis_server_stop(&daemon->server);
    if (daemon->community_count > 0)
        policy_destroy(&daemon->policies[0]);
    for (size_t i = daemon->community_count; i > 0; i--)
        drop_tables(daemon, i - 1);
    for (size_t i = 0; i < daemon->community_count; i++)
        community_destroy(&daemon->communities[i]);
    free(daemon->policies);
    free(daemon->calendars);
    free(daemon->communities);
    wording_destroy(&daemon->wording);
    lexicon_destroy(&daemon->lexicon);
    daemon->policies = NULL;
    daemon->calendars = NULL;
    daemon->communities = NULL;
    daemon->community_count = 0;
}
