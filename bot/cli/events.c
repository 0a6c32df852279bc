#include "cli/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config.h"
#include "cli/events_view.h"
#include "cli/running.h"
#include "host/buf.h"
#include "host/mem.h"
#include "people/community.h"
#include "turn/query.h"

#define OUT_MAX_BYTES (256u << 20)
#define EVENTS_MAX 1000

struct options {
    bool open, json;
    uint32_t id; /* 0: the list */
    const char *config;
};

struct looker {
    struct options options;
    struct running running;
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

static void on_answer(void *arg, const char *json)
{
    struct looker *looker = arg;
    looker->answered = true;
    looker->answer = json ? xstrdup(json) : NULL;
}

/* The community's events (or event) as JSON, NULL: none; the caller frees it. */
static char *query(struct looker *looker, size_t community)
{
    struct daemon *daemon = &looker->running.daemon;
    const struct options *options = &looker->options;
    looker->answered = false;
    looker->answer = NULL;
    if (options->id)
        query_event(looker->running.redis, daemon->communities[community],
                    daemon->calendars[community], looker->running.config->data, options->id,
                    on_answer, looker);
    else
        query_events(looker->running.redis, daemon->communities[community],
                     daemon->calendars[community], NULL, options->open, EVENTS_MAX, on_answer,
                     looker);
    running_wait(&looker->running, &looker->answered, RUNNING_ANSWER_MS + 1000);
    return looker->answer;
}

/* How many communities had an answer. */
static size_t print_all(struct looker *looker)
{
    struct daemon *daemon = &looker->running.daemon;
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

static int look(struct looker *looker)
{
    if (!running_open(&looker->running, looker->options.config))
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
    int status = look(&looker);
    running_close(&looker.running);
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
