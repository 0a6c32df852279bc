#include "cli/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/roster_diff.h"
#include "cli/running.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/community.h"
#include "turn/changes.h"

struct changer {
    struct running running;
    const char *config, *community;
    const char *table;  /* a new roster to be compared; NULL: none */
    unsigned long undo; /* 0: only looked at */
    const struct community *c;
    bool done;
    char *why;
};

static bool read_options(int argc, char **argv, struct changer *ch)
{
    bool roster = strcmp(argv[0], "roster") == 0;
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "-c") == 0 && more)
            ch->config = argv[++i];
        else if (strcmp(argv[i], "--of") == 0 && more)
            ch->community = argv[++i];
        else if (strcmp(argv[i], "--diff") == 0 && more && roster)
            ch->table = argv[++i];
        else if (strcmp(argv[i], "--undo") == 0 && more && roster) {
            ch->undo = strtoul(argv[++i], &end, 10);
            if (!ch->undo || *end || ch->undo > UINT32_MAX)
                return false;
        } else
            return false;
    }
    return !ch->table || !ch->undo;
}

static void print_time(const struct community *c, int64_t ms)
{
    time_t local = (time_t)(ms / 1000 + community_utc_offset_s(c));
    struct tm tm;
    char text[32];
    gmtime_r(&local, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
    printf("%s", text);
}

static void print_part(const char *name, const char *text)
{
    if (text)
        printf(" %s%s%s", name, *name ? "=" : "", text);
}

static void print_row(const struct community *c, const struct amendment *a)
{
    const struct roster_entry *e = &a->entry;
    const struct member *by = community_member(c, a->by), *who = community_member(c, e->id);
    const char *name = e->name ? e->name : who ? who->name : NULL;
    printf("%u  ", a->number);
    print_time(c, a->at_ms);
    printf("  %s", e->id);
    if (name)
        printf(" (%s)", name);
    print_part("", e->role);
    print_part("", e->owner);
    print_part("", e->area);
    print_part("account", e->ids);
    print_part("from", e->from);
    print_part("until", e->until);
    print_part("deputy", e->deputy);
    print_part("by", by ? by->name : a->by);
    printf("\n");
}

static void on_done(void *arg, const char *why)
{
    struct changer *ch = arg;
    ch->done = true;
    free(ch->why);
    ch->why = why ? xstrdup(why) : NULL;
}

static bool wait_done(struct changer *ch)
{
    bool ok = running_wait(&ch->running, &ch->done, 2 * RUNNING_ANSWER_MS) && !ch->why;
    if (!ok)
        fprintf(stderr, "It failed: %s.\n", ch->why ? ch->why : "Redis does not answer");
    ch->done = false;
    return ok;
}

static const struct amendment *find(const struct community *c, unsigned long number)
{
    for (size_t i = 0; i < community_amendment_count(c); i++)
        if (community_amendment_at(c, i)->number == number)
            return community_amendment_at(c, i);
    return NULL;
}

/* 0 done, 1 failed, -1 there is no such change here. */
static int undo(struct changer *ch)
{
    const struct amendment *a = find(ch->c, ch->undo);
    if (!a)
        return -1;
    changes_drop(ch->running.redis, ch->c, a->number, clock_now_ms(ch->running.daemon.clock),
                 on_done, ch);
    if (!wait_done(ch))
        return 1;
    printf("taken back: ");
    print_row(ch->c, a);
    return 0;
}

static int list(struct changer *ch)
{
    for (size_t i = 0; i < community_amendment_count(ch->c); i++)
        print_row(ch->c, community_amendment_at(ch->c, i));
    return 0;
}

static void on_line(void *arg, const char *line)
{
    printf("%s\n", line);
}

static int audit(struct changer *ch)
{
    changes_audit(ch->running.redis, ch->c, on_line, on_done, ch);
    return wait_done(ch) ? 0 : 1;
}

static int each(struct changer *ch, int (*what)(struct changer *ch))
{
    const struct daemon *daemon = &ch->running.daemon;
    int status = -1;
    for (size_t i = 0; status != 1 && i < daemon->community_count; i++) {
        ch->c = daemon->communities[i];
        if (ch->community && strcmp(community_id(ch->c), ch->community) != 0)
            continue;
        if (daemon->community_count > 1 && what != undo)
            printf("# %s\n", community_id(ch->c));
        int one = what(ch);
        if (one >= 0)
            status = one;
        if (one == 0 && what == undo)
            break; /* numbers are a community's own: the first that has it, or --of */
    }
    if (status < 0)
        fprintf(stderr, ch->undo ? "There is no such change; `loubot roster` lists them.\n"
                                 : "There is no such community.\n");
    return status ? 1 : 0;
}

static int run(int argc, char **argv, const char *usage, int (*what)(struct changer *ch))
{
    struct changer ch = {.undo = 0};
    if (!read_options(argc, argv, &ch)) {
        fprintf(stderr, "usage: loubot %s\n", usage);
        return 2;
    }
    if (ch.table)
        return cli_roster_diff(ch.table, ch.config, ch.community);
    int status = 1;
    if (running_open(&ch.running, ch.config)) {
        status = each(&ch, ch.undo ? undo : what);
        for (size_t i = 0; i < faults_count(ch.running.misfits); i++)
            printf("left out, it does not fit: %s\n", faults_text(ch.running.misfits, i));
    }
    free(ch.why);
    running_close(&ch.running);
    return status;
}

int cli_roster(int argc, char **argv)
{
    return run(argc, argv, "roster [--undo N | --diff FILE] [-c FILE] [--of COMMUNITY]", list);
}

int cli_audit(int argc, char **argv)
{
    return run(argc, argv, "audit [-c FILE] [--of COMMUNITY]", audit);
}
