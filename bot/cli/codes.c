#include "cli/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "cli/running.h"
#include "host/clock.h"
#include "host/mem.h"
#include "people/community.h"
#include "turn/changes.h"

#define FLATS_MAX 4000
#define ISSUES_AT_ONCE 200 /* in one script */

struct giver {
    struct running running;
    const char *config, *community, *flats;
    const char *words[2];
    size_t word_count;
    const struct community *c;
    struct arena *arena;
    bool done;
    char *why;
};

static int usage(void)
{
    fprintf(stderr, "usage: loubot code ROLE [AREA] [-c FILE] [--of COMMUNITY]\n"
                    "       loubot code BUILDING-UNIT-ROOM [-c FILE] [--of COMMUNITY]\n"
                    "       loubot code --flats BUILDING [-c FILE] [--of COMMUNITY]\n"
                    "such as: loubot code 楼长 18, loubot code grid_worker 3, loubot code "
                    "5-1-101\n");
    return 2;
}

static bool read_options(int argc, char **argv, struct giver *g)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "-c") == 0 && more)
            g->config = argv[++i];
        else if (strcmp(argv[i], "--of") == 0 && more)
            g->community = argv[++i];
        else if (strcmp(argv[i], "--flats") == 0 && more)
            g->flats = argv[++i];
        else if (argv[i][0] == '-' || g->word_count == 2)
            return false;
        else
            g->words[g->word_count++] = argv[i];
    }
    return (g->flats != NULL) == (g->word_count == 0);
}

/* The community that is meant; NULL after saying why. */
static const struct community *choose(const struct giver *g)
{
    const struct daemon *daemon = &g->running.daemon;
    if (!g->community && daemon->community_count == 1)
        return daemon->communities[0];
    for (size_t i = 0; g->community && i < daemon->community_count; i++)
        if (strcmp(community_id(daemon->communities[i]), g->community) == 0)
            return daemon->communities[i];
    if (g->community)
        fprintf(stderr, "There is no community %s; say --of and one of:", g->community);
    else
        fprintf(stderr, "There are several communities; say --of and one of:");
    for (size_t i = 0; i < daemon->community_count; i++)
        fprintf(stderr, " %s", community_id(daemon->communities[i]));
    fprintf(stderr, "\n");
    return NULL;
}

static void on_done(void *arg, const char *why)
{
    struct giver *g = arg;
    g->done = true;
    free(g->why);
    g->why = why ? xstrdup(why) : NULL;
}

static bool fresh(struct giver *g, struct code_issue *issue)
{
    unsigned char bytes[CODE_LEN];
    char *code = arena_alloc(g->arena, CODE_LEN + 1);
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return false;
    code_make(bytes, code);
    issue->code = code;
    return true;
}

/* Gives them out, some hundreds a script. */
static bool give(struct giver *g, struct code_issue *issues, size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < count; i++)
        if (!fresh(g, &issues[i])) {
            fprintf(stderr, "This machine gives no random numbers.\n");
            return false;
        }
    for (size_t i = 0; i < count; i += ISSUES_AT_ONCE) {
        size_t n = count - i < ISSUES_AT_ONCE ? count - i : ISSUES_AT_ONCE;
        g->done = false;
        changes_issue(g->running.redis, g->c, issues + i, n, now_ms, false, on_done, g);
        if (running_wait(&g->running, &g->done, 2 * RUNNING_ANSWER_MS) && !g->why)
            continue;
        fprintf(stderr, "The code could not be given out: %s.\n",
                g->why ? g->why : "Redis does not answer");
        return false;
    }
    return true;
}

static const char *until(const struct giver *g, int64_t now_ms)
{
    time_t local = (time_t)((now_ms + CODE_VALID_MS) / 1000 + community_utc_offset_s(g->c));
    struct tm tm;
    char text[32];
    gmtime_r(&local, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
    return arena_strdup(g->arena, text);
}

static int give_one(struct giver *g, int64_t now_ms)
{
    struct code_issue issue = {NULL};
    const char *why;
    char shown[CODE_LEN + 2];
    if (!code_grant_read(g->c, g->words[0], g->words[1], g->arena, &issue.grant, &why)) {
        fprintf(stderr, "%s%s%s: %s\n", g->words[0], g->words[1] ? " " : "",
                g->words[1] ? g->words[1] : "", why);
        return 1;
    }
    if (!give(g, &issue, 1, now_ms))
        return 1;
    const struct code_grant *grant = &issue.grant;
    code_show(issue.code, shown);
    printf("%s\n", shown);
    printf("for %s%s%s%s%s of %s, once, until %s; \"bind %s\" in direct chat uses it\n",
           grant->owner ? owner_name(grant->owner) : role_name(grant->role),
           grant->role == ROLE_OWNER_MANAGER ? " manager" : "", *grant->area ? " (" : "",
           grant->area, *grant->area ? ")" : "", community_id(g->c), until(g, now_ms), shown);
    return 0;
}

/* Codes for every flat of a building, as a table to be cut into slips. */
static int give_flats(struct giver *g, int64_t now_ms)
{
    const struct building *b = community_building(g->c, g->flats);
    if (!b || !b->room_count) {
        fprintf(stderr,
                b ? "community.yaml lists no rooms of building %s; add to its line "
                    "those of one unit, such as rooms: [101, 102, 201, 202]\n"
                  : "there is no building %s in community.yaml\n",
                g->flats);
        return 1;
    }
    size_t count = 0;
    struct code_issue *issues = arena_alloc(g->arena, FLATS_MAX * sizeof *issues);
    for (int unit = 1; unit <= b->units; unit++)
        for (size_t i = 0; i < b->room_count && count < FLATS_MAX; i++) {
            const char *why,
                *flat = arena_printf(g->arena, "%s-%d-%s", b->name, unit, b->rooms[i]);
            if (code_grant_read(g->c, flat, NULL, g->arena, &issues[count].grant, &why))
                count++;
        }
    if (!give(g, issues, count, now_ms))
        return 1;
    printf("\xef\xbb\xbf"
           "flat,code,until\n");
    for (size_t i = 0; i < count; i++) {
        char shown[CODE_LEN + 2];
        code_show(issues[i].code, shown);
        printf("%s,%s,%s\n", issues[i].grant.area + strlen("flat:"), shown, until(g, now_ms));
    }
    return 0;
}

int cli_code(int argc, char **argv)
{
    struct giver g = {.arena = NULL};
    if (!read_options(argc, argv, &g))
        return usage();
    int status = 1;
    g.arena = arena_create((size_t)64 << 20);
    if (running_open(&g.running, g.config) && (g.c = choose(&g))) {
        int64_t now_ms = clock_now_ms(g.running.daemon.clock);
        status = g.flats ? give_flats(&g, now_ms) : give_one(&g, now_ms);
    }
    free(g.why);
    running_close(&g.running);
    arena_destroy(&g.arena);
    return status;
}
