/* parked.c: see parked.h. Everything is asked of Redis (turn/parked.h); the daemon takes up
 * what is to be tried again by itself. */
#include "cli/parked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/config.h"
#include "cli/running.h"
#include "host/clock.h"
#include "host/mem.h"
#include "people/community.h"
#include "turn/parked.h"

struct parking {
    const char *config, *id;
    bool retry; /* else: drop */
    struct running running;
    char **accounts;
    struct parked_request request;
    size_t count; /* of what is listed, or was found */
    char *why;
    bool done;
};

static bool read_options(int argc, char **argv, struct parking *p)
{
    for (int i = 1; i < argc; i++) {
        bool last = i + 1 == argc;
        if (strcmp(argv[i], "-c") == 0 && !last)
            p->config = argv[++i];
        else if (strcmp(argv[i], "--retry") == 0 && !last && !p->id)
            p->retry = true, p->id = argv[++i];
        else if (strcmp(argv[i], "--drop") == 0 && !last && !p->id)
            p->id = argv[++i];
        else
            return false;
    }
    return true;
}

static void show(const struct parked *parked, int utc_offset_s)
{
    if (parked->kind == PARKED_MESSAGE) {
        printf("%-16s message to %s about %s (%s): %s\n", parked->id, parked->where,
               *parked->events ? parked->events : "no event", parked->text ? parked->text : "?",
               parked->why);
        return;
    }
    char when[32];
    time_t local = (time_t)(parked->time_ms / 1000 + utc_offset_s);
    struct tm tm;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M", gmtime_r(&local, &tm));
    printf("%-16s %s %s %s \"%s\": %s%s\n", parked->id, parked->timer ? "timer" : "input", when,
           parked->where ? parked->where : "?",
           parked->timer ? parked->timer : (parked->text ? parked->text : ""),
           parked->why ? parked->why : "?",
           parked->kind == PARKED_AGAIN ? " (is being tried again)" : "");
}

static void on_list(void *arg, const struct parked *list, size_t count, const char *why)
{
    struct parking *p = arg;
    p->done = true;
    p->why = why ? xstrdup(why) : NULL;
    p->count += count;
    const struct community *community = p->running.daemon.communities[0];
    for (size_t i = 0; i < count; i++)
        show(&list[i], community_utc_offset_s(community));
}

static void on_done(void *arg, bool found, const char *why)
{
    struct parking *p = arg;
    p->done = true;
    p->why = why ? xstrdup(why) : NULL;
    p->count += found;
}

/* Of one community. False: told why. */
static bool ask(struct parking *p, const struct community *community)
{
    p->request.community = community_id(community);
    p->done = false;
    if (p->id)
        parked_do(&p->request, p->id, p->retry, on_done, p);
    else
        parked_list(&p->request, on_list, p);
    bool answered = running_wait(&p->running, &p->done, RUNNING_ANSWER_MS + 1000) && !p->why;
    if (!answered)
        fprintf(stderr, "%s\n", p->why ? p->why : "Redis does not answer.");
    return answered;
}

static int run(struct parking *p)
{
    const struct config *config = p->running.config;
    struct clock *clock = clock_create_system();
    p->accounts = xcalloc(config->account_count + 1, sizeof *p->accounts);
    for (size_t i = 0; i < config->account_count; i++)
        p->accounts[i] =
            xasprintf("%s:%s", config->accounts[i].adapter, config->accounts[i].name);
    p->request = (struct parked_request){.redis = p->running.redis,
                                         .accounts = (const char *const *)p->accounts,
                                         .account_count = config->account_count,
                                         .now_ms = clock_now_ms(clock)};
    clock_destroy(&clock);
    for (size_t i = 0; i < p->running.daemon.community_count; i++)
        if (!ask(p, p->running.daemon.communities[i]))
            return 1;
    if (p->id && !p->count) {
        fprintf(stderr, "Nothing of the id %s is put aside; `loubot parked` lists what is.\n",
                p->id);
        return 1;
    }
    if (p->id)
        puts(p->retry ? "It is tried again within ten seconds." : "It is gone.");
    else if (!p->count)
        puts("Nothing is put aside.");
    return 0;
}

int cli_parked(int argc, char **argv)
{
    struct parking p = {0};
    if (!read_options(argc, argv, &p)) {
        fprintf(stderr, "usage: loubot parked [--retry ID | --drop ID] [-c FILE]\n");
        return 2;
    }
    int status = running_open(&p.running, p.config) ? run(&p) : 1;
    for (char **account = p.accounts; account && *account; account++)
        free(*account);
    free(p.accounts);
    free(p.why);
    running_close(&p.running);
    return status;
}
