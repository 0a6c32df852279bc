#include "cli/running.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/config.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "store/redis.h"
#include "turn/changes.h"

#define CONNECT_WAIT_MS 3000

bool running_wait(struct running *running, const bool *flag, int wait_ms)
{
    struct clock *clock = clock_create_system();
    int64_t until_ms = clock_boot_ms(clock) + wait_ms;
    while (!*flag && clock_boot_ms(clock) < until_ms)
        loop_poll(running->daemon.loop, 20);
    clock_destroy(&clock);
    return *flag;
}

static void on_state(void *arg, bool up)
{
    bool *is_up = arg;
    if (is_up)
        *is_up |= up;
}

static bool connect_redis(struct running *running)
{
    static bool is_up; /* a command connects once */
    char *path = xasprintf("%s/redis.sock", running->config->data);
    struct redis_config config = running->config->redis;
    if (running->config->embedded)
        config = (struct redis_config){.socket = path};
    config.connections = 1;
    config.deadline_ms = RUNNING_ANSWER_MS;
    config.max_waiting = 100;
    bool there = !running->config->embedded || access(path, F_OK) == 0;
    if (there)
        running->redis = redis_create(running->daemon.loop, &config, on_state, &is_up);
    bool up = there && running_wait(running, &is_up, CONNECT_WAIT_MS);
    bool said = up || running->quiet;
    if (!said && running->config->embedded)
        fprintf(
            stderr,
            "No Loubot runs on the data folder %s: start one with `loubot run`, or name the "
            "configuration of the running one with -c.\n",
            running->config->data);
    else if (!said)
        fprintf(stderr,
                "The Redis server of the configuration does not answer: see that it runs "
                "and can be reached from here.\n");
    free(path);
    return up;
}

struct loading {
    bool done;
    const char *why; /* static or said at once */
};

static void on_loaded(void *arg, const char *why)
{
    struct loading *loading = arg;
    loading->done = true;
    if (why)
        fprintf(stderr, "The roster's changes cannot be read: %s.\n", why);
    loading->why = why ? "said" : NULL;
}

static bool load_rosters(struct running *running)
{
    struct daemon *daemon = &running->daemon;
    bool ok = true;
    for (size_t i = 0; ok && i < daemon->community_count; i++) {
        struct loading loading = {false, NULL};
        changes_load(running->redis, daemon->communities[i], clock_now_ms(daemon->clock),
                     running->misfits, on_loaded, &loading);
        ok = running_wait(running, &loading.done, 2 * RUNNING_ANSWER_MS) && !loading.why;
    }
    return ok;
}

static bool open_running(struct running *running, const char *config_path, bool quiet)
{
    struct faults *faults = faults_create();
    log_set_level(LOG_ERROR);
    *running = (struct running){.daemon.loop = loop_create(), .quiet = quiet};
    running->daemon.clock = clock_create_system();
    running->misfits = faults_create();
    running->config = config_load(config_path, faults);
    bool ok = running->config && daemon_load(&running->daemon, running->config, faults) == 0 &&
              connect_redis(running) && load_rosters(running);
    if (!quiet)
        faults_print(faults, stderr);
    faults_destroy(&faults);
    return ok;
}

bool running_open(struct running *running, const char *config_path)
{
    return open_running(running, config_path, false);
}

bool running_look(struct running *running, const char *config_path)
{
    return open_running(running, config_path, true);
}

void running_close(struct running *running)
{
    redis_destroy(&running->redis);
    daemon_stop(&running->daemon);
    config_destroy(&running->config);
    faults_destroy(&running->misfits);
    clock_destroy(&running->daemon.clock);
    loop_destroy(&running->daemon.loop);
}
