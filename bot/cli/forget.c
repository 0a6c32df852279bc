#include "cli/forget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config.h"
#include "cli/running.h"
#include "host/clock.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/community.h"
#include "turn/forget.h"

#define FORGET_WAIT_MS (3600 * 1000)

struct forgetting {
    struct running running;
    const char *config, *whom;
    bool yes;
    bool done;
    char *why; /* it failed */
    char *ids[FORGET_FOUND_MAX];
    int id_count; /* negative: Redis does not answer */
    struct forget_report report;
};

static bool read_options(int argc, char **argv, struct forgetting *f)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            f->config = argv[++i];
        else if (strcmp(argv[i], "--yes") == 0)
            f->yes = true;
        else if (f->whom || argv[i][0] == '-')
            return false;
        else
            f->whom = argv[i];
    }
    return f->whom != NULL;
}

static void add_id(struct forgetting *f, const char *id)
{
    if (f->id_count < FORGET_FOUND_MAX)
        f->ids[f->id_count++] = xstrdup(id);
}

static void on_found(void *arg, int count, const char *const *ids)
{
    struct forgetting *f = arg;
    f->done = true;
    for (int i = 0; i < count; i++)
        add_id(f, ids[i]);
    if (count < 0)
        f->id_count = -1;
}

static bool is_found_id(const char *text)
{
    return strncmp(text, "r-", 2) == 0 && strlen(text) == 14 &&
           strspn(text + 2, "0123456789abcdef") == 12;
}

/* Whom the word means in a community: an id, a name of the roster, a name found in chats. */
static void find(struct forgetting *f, const struct community *community)
{
    const struct member *member = community_member(community, f->whom);
    if (!member)
        member = community_member_by_name(community, f->whom);
    while (f->id_count > 0)
        free(f->ids[--f->id_count]);
    f->id_count = 0;
    if (member || is_found_id(f->whom)) {
        add_id(f, member ? member->id : f->whom);
        return;
    }
    f->done = false;
    forget_find(f->running.redis, community, f->whom, on_found, f);
    if (!running_wait(&f->running, &f->done, RUNNING_ANSWER_MS + 1000))
        f->id_count = -1;
}

static void on_forgotten(void *arg, const struct forget_report *report, const char *why)
{
    struct forgetting *f = arg;
    f->done = true;
    f->report = *report;
    free(f->why);
    f->why = why ? xstrdup(why) : NULL;
}

/* Counts what is of one id, or forgets it. */
static bool forget_id(struct forgetting *f, const struct community *community, const char *id,
                      bool really, bool more)
{
    const struct config *config = f->running.config;
    struct clock *clock = clock_create_system();
    char **accounts = xcalloc(config->account_count + 1, sizeof *accounts);
    for (size_t i = 0; i < config->account_count; i++)
        accounts[i] = xasprintf("%s:%s", config->accounts[i].adapter, config->accounts[i].name);
    struct forget_request request = {.redis = f->running.redis,
                                     .community = community,
                                     .data_dir = config->data,
                                     .member = id,
                                     .accounts = (const char *const *)accounts,
                                     .account_count = config->account_count,
                                     .now_ms = clock_now_ms(clock),
                                     .really = really,
                                     .more = more};
    f->done = false;
    forget_start(&request, on_forgotten, f);
    running_wait(&f->running, &f->done, FORGET_WAIT_MS);
    for (size_t i = 0; i < config->account_count; i++)
        free(accounts[i]);
    free(accounts);
    clock_destroy(&clock);
    if (f->why)
        fprintf(stderr, "%s\n", f->why);
    return f->done && !f->why;
}

static void add_report(struct forget_report *sum, const struct forget_report *more)
{
    sum->events += more->events;
    sum->archived += more->archived;
    sum->pictures += more->pictures;
    sum->notes += more->notes;
    sum->conversations += more->conversations;
    sum->put_aside += more->put_aside;
    sum->rows += more->rows;
    sum->record |= more->record;
}

/* Counts, or does it: for the ids that he had before he was bound, too. Those come first, since
 * the rows that name them go with his own. */
static bool forget(struct forgetting *f, const struct community *community, bool really)
{
    const struct member *member = community_member(community, f->ids[0]);
    struct forget_report sum = {0};
    bool ok = true;
    for (size_t i = 0; member && ok && i < member->identity_count; i++)
        if (strcmp(member->identities[i].adapter, ROSTER_FORMER) == 0) {
            ok = forget_id(f, community, member->identities[i].user, really, true);
            add_report(&sum, &f->report);
        }
    ok = ok && forget_id(f, community, f->ids[0], really, false);
    add_report(&sum, &f->report);
    f->report = sum;
    return ok;
}

static void show(const struct forgetting *f, const struct community *community)
{
    const struct forget_report *r = &f->report;
    printf("%s (%s) of %s\n", f->whom, f->ids[0], community_id(community));
    printf("  goes:   text and pictures of %zu events here and %zu in the archive (%zu "
           "pictures),\n"
           "          %zu notes in trails, %zu open conversations, %zu messages put aside, %zu "
           "roles\n          and homes given at run time%s\n",
           r->events, r->archived, r->pictures, r->notes, r->conversations, r->put_aside,
           r->rows, r->record ? ", the record of the name" : "");
    printf("  stays:  the events with number, place, dates and figures; where the name stood "
           "one reads 一位居民\n");
    if (strncmp(f->ids[0], "r-", 2) != 0 && community_member(community, f->ids[0]))
        printf("  yours:  the row in roster.csv, which Loubot does not change\n");
    printf("          backups, for as long as you keep them\n");
}

static int fail(const struct forgetting *f, const struct community *community)
{
    if (f->id_count < 0) {
        fprintf(stderr, "Nobody can be looked up in %s: Redis does not answer.\n",
                community_id(community));
        return 1;
    }
    fprintf(stderr, "%d people of %s are called %s; name one by id:\n", f->id_count,
            community_id(community), f->whom);
    for (int i = 0; i < f->id_count; i++)
        fprintf(stderr, "  loubot forget %s\n", f->ids[i]);
    return 1;
}

static int run(struct forgetting *f)
{
    struct daemon *daemon = &f->running.daemon;
    size_t found = 0;
    for (size_t i = 0; i < daemon->community_count; i++) {
        const struct community *community = daemon->communities[i];
        find(f, community);
        if (f->id_count == 0)
            continue;
        if (f->id_count != 1)
            return fail(f, community);
        found++;
        if (!forget(f, community, false))
            return 1;
        show(f, community);
        if (f->yes && !forget(f, community, true))
            return 1;
    }
    if (!found) {
        fprintf(stderr,
                "There is nobody called %s; name the person as the groups do, or by the id "
                "that `loubot event ID --json` shows.\n",
                f->whom);
        return 1;
    }
    puts(f->yes
             ? "Done. The append-only file is being rewritten, then the words are gone from it."
             : "Nothing was done. Say --yes behind it to do it; it cannot be undone.");
    return 0;
}

int cli_forget(int argc, char **argv)
{
    struct forgetting f = {0};
    if (!read_options(argc, argv, &f)) {
        fprintf(stderr, "usage: loubot forget MEMBER [--yes] [-c FILE]\n");
        return 2;
    }
    int status = running_open(&f.running, f.config) ? run(&f) : 1;
    while (f.id_count > 0)
        free(f.ids[--f.id_count]);
    free(f.why);
    running_close(&f.running);
    return status;
}
