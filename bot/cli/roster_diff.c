#include "cli/roster_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config.h"
#include "cli/running.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/community.h"
#include "people/roster_diff.h"
#include "turn/held.h"

#define ARENA_MAX ((size_t)1024 * 1024 * 1024)

struct diff {
    struct running running;
    bool live; /* a Loubot runs beside */
    size_t at; /* of the community */
    struct arena *arena;
    struct community *now; /* as it would be */
    struct difference *list;
    size_t count, room, gone_count;
    const char **gone; /* ids */
    size_t *held;
    bool done, failed;
};

/* Does Loubot run, what its rosters are now; else what the files say. */
static bool open_either(struct diff *d, const char *config)
{
    d->live = running_look(&d->running, config);
    if (d->live || d->running.daemon.community_count)
        return true;
    running_close(&d->running);
    d->live = running_open(&d->running, config); /* says what is wrong with the files */
    return d->live;
}

static bool pick(struct diff *d, const char *community)
{
    const struct daemon *daemon = &d->running.daemon;
    for (size_t i = 0; community && i < daemon->community_count; i++)
        if (strcmp(community_id(daemon->communities[i]), community) == 0) {
            d->at = i;
            return true;
        }
    if (!community && daemon->community_count == 1)
        return true;
    fprintf(stderr, community ? "There is no such community.\n"
                              : "There are several communities; name one with --of.\n");
    return false;
}

static bool say_faults(const struct faults *faults)
{
    size_t count = faults_print(faults, stdout);
    if (count)
        printf("%zu fault%s\n", count, count == 1 ? "" : "s");
    return count > 0;
}

/* The new table, and on it the changes of run time. */
static bool load_new(struct diff *d, const char *table, struct faults *misfits)
{
    const struct config *config = d->running.config;
    const struct community *old = d->running.daemon.communities[d->at];
    const char *folder = config->community_count ? config->communities[d->at] : NULL;
    int64_t now_ms = clock_now_ms(d->running.daemon.clock);
    struct faults *faults = faults_create();
    d->now = community_load_with(folder, table, now_ms, faults);
    bool ok = !say_faults(faults) && d->now;
    faults_destroy(&faults);
    if (ok)
        community_amend(d->now, community_amendment_at(old, 0), community_amendment_count(old),
                        community_stamp(old), now_ms, misfits);
    return ok;
}

static void on_difference(void *arg, const struct difference *difference)
{
    struct diff *d = arg;
    if (d->count == d->room) {
        d->room = 2 * d->room + 64;
        d->list = xrealloc(d->list, d->room * sizeof *d->list);
        d->gone = xrealloc(d->gone, d->room * sizeof *d->gone);
    }
    struct difference *copy = &d->list[d->count++];
    *copy = (struct difference){difference->kind, arena_strdup(d->arena, difference->id),
                                arena_strdup(d->arena, difference->name),
                                arena_strdup(d->arena, difference->what)};
    if (copy->kind == DIFFERENCE_GONE)
        d->gone[d->gone_count++] = copy->id;
}

static void on_counted(void *arg, const char *why)
{
    struct diff *d = arg;
    d->done = true;
    d->failed = why != NULL;
}

static void count_work(struct diff *d)
{
    d->held = xcalloc(d->gone_count + 1, sizeof *d->held);
    if (!d->live || !d->gone_count)
        return;
    held_count(d->running.redis, d->running.daemon.communities[d->at], d->gone, d->gone_count,
               d->held, on_counted, d);
    bool told = running_wait(&d->running, &d->done, 6 * RUNNING_ANSWER_MS);
    d->live = told && !d->failed;
}

static void print_gone(const struct diff *d, const struct difference *one, size_t held)
{
    printf("gone     %s (%s)  %s", one->id, one->name, one->what);
    if (!d->live)
        printf("; open events: not known\n");
    else
        printf("; open events: %zu%s\n", held, held ? ", they go to the next rung up" : "");
}

static size_t print_kind(const struct diff *d, enum difference_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct difference *one = &d->list[i];
        if (one->kind != kind)
            continue;
        if (kind == DIFFERENCE_GONE)
            print_gone(d, one, d->held[count]);
        else
            printf("%s %s (%s)  %s\n", kind == DIFFERENCE_ADDED ? "added   " : "changed ",
                   one->id, one->name, one->what);
        count++;
    }
    return count;
}

static void print_all(const struct diff *d, const struct faults *misfits)
{
    size_t added = print_kind(d, DIFFERENCE_ADDED), gone = print_kind(d, DIFFERENCE_GONE),
           changed = print_kind(d, DIFFERENCE_CHANGED);
    for (size_t i = 0; i < faults_count(misfits); i++)
        printf("left out then, it would not fit: %s\n", faults_text(misfits, i));
    printf("%zu added, %zu gone, %zu changed\n", added, gone, changed);
    if (!d->live)
        printf(
            "No Loubot answers: what was changed at run time, and open work, is not known.\n");
    printf("Nothing was changed. To put it in force, save the file as the community's "
           "roster.csv and send the daemon SIGUSR1.\n");
}

static int compare(struct diff *d, const char *table)
{
    struct faults *misfits = faults_create();
    bool ok = load_new(d, table, misfits);
    if (ok) {
        roster_diff(d->running.daemon.communities[d->at], d->now, on_difference, d);
        count_work(d);
        print_all(d, misfits);
    }
    faults_destroy(&misfits);
    return ok ? 0 : 1;
}

int cli_roster_diff(const char *table, const char *config, const char *community)
{
    struct diff d = {.arena = arena_create(ARENA_MAX)};
    int status = 1;
    if (open_either(&d, config) && pick(&d, community))
        status = compare(&d, table);
    running_close(&d.running);
    community_destroy(&d.now);
    free(d.list);
    free(d.gone);
    free(d.held);
    arena_destroy(&d.arena);
    return status;
}
