/* export.c: see export.h. The roster: of a running Loubot as it is now, else of the files, as
 * `check` reads them; what is at fault in them is told on standard error, and nothing is
 * written.
 *
 * When you add something to export, give it a word of its own here and in main.c's table.
 */
#include "cli/export.h"

#include <stdio.h>
#include <string.h>

#include "cli/config.h"
#include "cli/running.h"
#include "host/buf.h"
#include "host/clock.h"
#include "host/conf.h"
#include "people/community.h"

#define ROSTER_MAX ((size_t)256 * 1024 * 1024)

static int usage(void)
{
    fprintf(stderr, "usage: loubot export [-c FILE]\n"
                    "       loubot export roster [-c FILE] [COMMUNITY]\n");
    return 2;
}

static int write_roster(const struct community *community)
{
    struct buf out;
    buf_init(&out, ROSTER_MAX);
    community_write_roster(community, &out);
    bool whole = !out.failed && fwrite(buf_text(&out), 1, out.len, stdout) == out.len &&
                 fflush(stdout) == 0;
    buf_finish(&out);
    if (!whole)
        fprintf(stderr, "the roster could not be written; is the disk full?\n");
    return whole ? 0 : 1;
}

/* The exit status when it was the one, or could not be read; -1: it is another. */
static int try_community(const char *path, const char *id, int64_t now_ms,
                         struct faults *faults)
{
    struct community *community = community_load_at(path, now_ms, faults);
    if (!community)
        return 1;
    int status = !id || strcmp(community_id(community), id) == 0 ? write_roster(community) : -1;
    community_destroy(&community);
    return status;
}

/* Of a running Loubot, with what was changed at run time; -1: none runs, or it has no such. */
static int try_running(const char *file, const char *id)
{
    struct running running;
    int status = -1;
    if (running_look(&running, file))
        for (size_t i = 0; status < 0 && i < running.daemon.community_count; i++) {
            const struct community *community = running.daemon.communities[i];
            if (!id || strcmp(community_id(community), id) == 0)
                status = write_roster(community);
        }
    running_close(&running);
    return status;
}

static int export_roster(const struct config *config, const char *id, struct faults *faults)
{
    struct clock *clock = clock_create_system();
    int64_t now_ms = clock_now_ms(clock);
    clock_destroy(&clock);
    if (!config->community_count)
        return try_community(NULL, id, now_ms, faults);
    for (size_t i = 0; i < config->community_count; i++) {
        int status = try_community(config->communities[i], id, now_ms, faults);
        if (status >= 0)
            return status;
    }
    return -1;
}

int cli_export(int argc, char **argv)
{
    const char *file = NULL, *id = NULL;
    if (argc == 1 || (argc == 3 && strcmp(argv[1], "-c") == 0))
        return cli_export_events(argc, argv);
    if (strcmp(argv[1], "roster") != 0)
        return usage();
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            file = argv[++i];
        else if (*argv[i] != '-' && !id)
            id = argv[i];
        else
            return usage();
    }
    int running = try_running(file, id);
    if (running >= 0)
        return running;
    struct faults *faults = faults_create();
    struct config *config = config_load(file, faults);
    int status = config ? export_roster(config, id, faults) : 1;
    if (status < 0)
        fprintf(stderr, "there is no community `%s`; look for `id:` in community.yaml\n", id);
    faults_print(faults, stderr);
    config_destroy(&config);
    faults_destroy(&faults);
    return status ? 1 : 0;
}
