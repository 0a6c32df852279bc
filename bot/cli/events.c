#include "cli/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/daemon.h"
#include "cli/events_view.h"
#include "host/buf.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "people/community.h"
#include "store/redis.h"
#include "turn/query.h"

#define OUT_MAX_BYTES (256u << 20)
#define EVENTS_MAX 1000
#define CONNECT_WAIT_MS 3000
#define ANSWER_WAIT_MS 10000

struct options {
    bool open, json;
    uint32_t id; /* 0: the list */
    const char *config;
};

struct looker {
    struct options options;
    struct config *config;
    struct daemon daemon; /* its data only */
    struct redis *redis;
    char *answer;
    bool answered;
};

static int usage(void)
{
    fprintf(stderr, "usage: loubot events [--open] [--json] [-c FILE]\n"
                    "       loubot event ID [--json] [-c FILE]\n");
    return 2;
}

static bool read_id(const char *text, uint32_t *ret)
{
    char *end;
    text += *text == '#';
    unsigned long id = strtoul(text, &end, 10);
    *ret = (uint32_t)id;
    return *text >= '0' && *text <= '9' && !*end && id > 0 && id < 1000000000;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    bool one = strcmp(argv[0], "event") == 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            options->config = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            options->json = true;
        else if (strcmp(argv[i], "--open") == 0 && !one)
            options->open = true;
        else if (!one || options->id || !read_id(argv[i], &options->id))
            return false;
    }
    return one == (options->id != 0);
}

static void on_state(void *arg, bool up)
{
}

static void on_answer(void *arg, const char *json)
{
    struct looker *looker = arg;
    looker->answered = true;
    looker->answer = json ? xstrdup(json) : NULL;
}

/* Runs the loop until `flag`, at most so long. */
static bool wait_for(struct looker *looker, bool (*done)(struct looker *looker), int wait_ms)
{
    struct clock *clock = clock_create_system();
    int64_t until_ms = clock_boot_ms(clock) + wait_ms;
    while (!done(looker) && clock_boot_ms(clock) < until_ms)
        loop_poll(looker->daemon.loop, 20);
    clock_destroy(&clock);
    return done(looker);
}

static bool is_up(struct looker *looker)
{
    return redis_is_up(looker->redis);
}

static bool is_answered(struct looker *looker)
{
    return looker->answered;
}

static bool connect_redis(struct looker *looker)
{
    char *path = xasprintf("%s/redis.sock", looker->config->data);
    struct redis_config config = looker->config->redis;
    if (looker->config->embedded)
        config = (struct redis_config){.socket = path};
    config.connections = 1;
    config.deadline_ms = ANSWER_WAIT_MS;
    config.max_waiting = 100;
    bool there = !looker->config->embedded || access(path, F_OK) == 0;
    if (there)
        looker->redis = redis_create(looker->daemon.loop, &config, on_state, NULL);
    bool up = there && wait_for(looker, is_up, CONNECT_WAIT_MS);
    if (!up && looker->config->embedded)
        fprintf(
            stderr,
            "No Loubot runs on the data folder %s: start one with `loubot run`, or name the "
            "configuration of the running one with -c.\n",
            looker->config->data);
    else if (!up)
        fprintf(stderr,
                "The Redis server of the configuration does not answer: see that it runs "
                "and can be reached from here.\n");
    free(path);
    return up;
}

/* The community's events (or event) as JSON, NULL: none; the caller frees it. */
static char *query(struct looker *looker, size_t community)
{
    struct daemon *daemon = &looker->daemon;
    const struct options *options = &looker->options;
    looker->answered = false;
    looker->answer = NULL;
    if (options->id)
        query_event(looker->redis, daemon->communities[community], daemon->calendars[community],
                    looker->config->data, options->id, on_answer, looker);
    else
        query_events(looker->redis, daemon->communities[community],
                     daemon->calendars[community], NULL, options->open, EVENTS_MAX, on_answer,
                     looker);
    wait_for(looker, is_answered, ANSWER_WAIT_MS + 1000);
    return looker->answer;
}

/* How many communities had an answer. */
static size_t print_all(struct looker *looker)
{
    struct daemon *daemon = &looker->daemon;
    const struct options *options = &looker->options;
    struct buf out;
    size_t found = 0;
    buf_init(&out, OUT_MAX_BYTES);
    for (size_t i = 0; i < daemon->community_count; i++) {
        char *json = query(looker, i);
        if (!json)
            continue;
        found++;
        if (options->json && options->id)
            buf_printf(&out, "%s\n", json);
        else if (options->json)
            events_view_join(json, &out);
        else if (options->id)
            events_view_story(json, daemon->communities[i], &out);
        else
            events_view_table(json, daemon->communities[i], &out);
        free(json);
    }
    bool list = options->json && !options->id;
    printf("%s%s%s", list ? "[" : "", buf_text(&out), list ? "]\n" : "");
    if (found && !options->json && out.len == 0)
        printf("There are no%s events.\n", options->open ? " open" : "");
    buf_finish(&out);
    return found;
}

static int look(struct looker *looker, struct faults *faults)
{
    looker->config = config_load(looker->options.config, faults);
    if (!looker->config)
        return 1;
    if (daemon_load(&looker->daemon, looker->config, faults) != 0 || !connect_redis(looker))
        return 1;
    if (print_all(looker) > 0)
        return 0;
    if (looker->options.id)
        fprintf(stderr, "There is no event %u; `loubot events` lists them.\n",
                looker->options.id);
    else
        fprintf(stderr, "The events could not be read: Redis does not answer.\n");
    return 1;
}

static int run(int argc, char **argv)
{
    struct looker looker = {0};
    if (!read_options(argc, argv, &looker.options))
        return usage();
    log_set_level(LOG_ERROR);
    struct faults *faults = faults_create();
    looker.daemon.loop = loop_create();
    int status = look(&looker, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        fprintf(stderr, "%s\n", faults_text(faults, i));
    redis_destroy(&looker.redis);
    daemon_stop(&looker.daemon);
    config_destroy(&looker.config);
    loop_destroy(&looker.daemon.loop);
    faults_destroy(&faults);
    return status;
}

int cli_events(int argc, char **argv)
{
    return run(argc, argv);
}

int cli_event(int argc, char **argv)
{
    return run(argc, argv);
}
