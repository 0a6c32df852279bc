#include "cli/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/play_puppet.h"
#include "cli/play_script.h"
#include "cli/play_stage.h"
#include "host/conf.h"
#include "host/mem.h"
#include "host/slurp.h"
#include "people/community.h"

#define SCRIPT_ARENA (256u << 20)

/* Groups that the community does not have. */
static void check_groups(const char *file, const struct play_line *lines,
                         const struct community *community, struct faults *faults)
{
    for (const struct play_line *line = lines; line; line = line->next) {
        const char *group = line->kind == PLAY_EXPECT ? line->expect.group : line->group;
        if (!group || strcmp(group, PLAY_ALL) == 0 || strcmp(group, PLAY_DIRECT) == 0 ||
            community_group(community, group))
            continue;
        faults_add(faults, file, line->number,
                   "%s has no group \"%s\"; there are b1 … b%zu, work and dm",
                   community_name(community), group, community_building_count(community));
    }
}

static bool run_file(const char *file, const struct community *community,
                     struct play_score *score)
{
    struct faults *faults = faults_create();
    struct arena *arena = arena_create(SCRIPT_ARENA);
    size_t len;
    bool go_on = true;
    char *text = slurp(file, PLAY_FILE_MAX, &len, faults);
    if (text) {
        struct play_line *lines = play_script_parse(file, text, len, arena, faults);
        check_groups(file, lines, community, faults);
        printf("== %s\n", file);
        if (faults_count(faults) == 0)
            go_on = play_stage_run(file, lines, community, score);
    }
    fflush(stdout);
    faults_print(faults, stderr);
    if (faults_count(faults) > 0)
        fprintf(stderr, "%s was not played; mend the line%s above first\n", file,
                faults_count(faults) == 1 ? "" : "s");
    score->failed += (int)faults_count(faults);
    free(text);
    arena_destroy(&arena);
    faults_destroy(&faults);
    return go_on;
}

static const char usage[] =
    "usage: loubot play FILE...\n"
    "Plays conversation scripts on a virtual clock against a private Loubot with the demo\n"
    "community, prints what was said, and marks every expectation that failed.\n"
    "`loubot play --help` tells how a script is written; tests/dialogues/ is full of them.\n";

static const char language[] =
    "\nOne line, one thing; # begins a comment line.\n"
    "  @ 2026-03-02 09:00            the time; the first one may be any, later ones go "
    "forward\n"
    "  + 40m                         time passes (s, m, h, d); timers run on its way\n"
    "  b4 孙大姐> 4号楼的灯不亮      somebody writes: b1 … b27, work, or dm to the bot alone\n"
    "     in front of the text: [photo] [at] [reply] [reply #12] [again] [react 👍] [bot]\n"
    "  b4 孙大姐<<                   recalls the last message\n"
    "  b4 < *#1* & *4楼*             the bot's next message there matches all of these\n"
    "  dm 物业2 < *#1*               the same in a direct chat\n"
    "  b4 <!                         the bot has said no more there\n"
    "  b4 <2   b4 <0-2   b4 <1 *x*   so many messages (that match) are there\n"
    "  b4 <! *301*   all <! *301*    it has never said that\n"
    "  = 1 state=handling level>=2   fields of event 1; also=3 counts a list; field=null\n"
    "  = open 2   = total 3          how many events\n"
    "  ! restart   ! kill            stopped, or killed, and started again on the same data\n"
    "  ! kill redis                  its redis-server alone is killed\n"
    "  ! down … ! up                 killed, and started again later\n"
    "  ! code K7M4-PX2D 5-1-101      the console issues this code for a flat (or 楼长 18)\n"
    "  ! device 7 pressure 0.08 raised r1   a device reports\n"
    "In patterns * is any text and ? one character. A mention reads @name, a quote stands in\n"
    "front as [reply name], a picture reads [photo], a reaction [react 👍].\n";

/* 0: go on; else the exit status, negative for 0. */
static int check_usage(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("%s%s", usage, language);
        return -1;
    }
    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr, "%s", usage);
        return 2;
    }
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        if (access(argv[i], R_OK) != 0) {
            fprintf(stderr, "loubot play: cannot read %s: %m\n", argv[i]);
            bad = 2;
        }
    }
    return bad;
}

int cli_play(int argc, char **argv)
{
    int bad = check_usage(argc, argv);
    if (bad)
        return bad < 0 ? 0 : bad;
    struct faults *faults = faults_create();
    struct community *community = community_load(NULL, faults);
    struct play_score score = {0};
    bool go_on = community != NULL;
    faults_print(faults, stderr);
    play_puppet_catch_signals();
    for (int i = 1; i < argc && go_on; i++)
        go_on = run_file(argv[i], community, &score);
    if (!go_on) {
        score.failed++;
        fprintf(stderr, "loubot play: stopped before the end\n");
    }
    community_destroy(&community);
    faults_destroy(&faults);
    printf("%d passed, %d failed\n", score.passed, score.failed);
    return score.failed ? 1 : 0;
}
