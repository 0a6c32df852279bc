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

static void print_faults(const struct faults *faults)
{
    for (size_t i = 0; i < faults_count(faults); i++)
        fprintf(stderr, "%s\n", faults_text(faults, i));
}

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
    print_faults(faults);
    if (faults_count(faults) > 0)
        fprintf(stderr, "%s was not played; mend the line%s above first\n", file,
                faults_count(faults) == 1 ? "" : "s");
    score->failed += (int)faults_count(faults);
    free(text);
    arena_destroy(&arena);
    faults_destroy(&faults);
    return go_on;
}

static int check_usage(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: loubot play FILE…\n"
                        "Plays conversation scripts (see tests/dialogues/ and the README) "
                        "against a private Loubot on a virtual clock.\n");
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
        return bad;
    struct faults *faults = faults_create();
    struct community *community = community_load(NULL, faults);
    struct play_score score = {0};
    bool go_on = community != NULL;
    print_faults(faults);
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
