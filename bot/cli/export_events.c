#include "cli/export.h"

#include <stdio.h>
#include <string.h>

#include "cli/config.h"
#include "cli/running.h"
#include "people/community.h"
#include "turn/export.h"

#define EXPORT_WAIT_MS (3600 * 1000)

struct exporter {
    struct running running;
    bool done, broken;
    size_t lost;
};

static void on_lines(void *arg, const char *lines, bool done, size_t lost)
{
    struct exporter *exporter = arg;
    exporter->done = done;
    exporter->lost = lost;
    exporter->broken = !lines;
    if (lines)
        fputs(lines, stdout);
}

static bool export_community(struct exporter *exporter, size_t i)
{
    struct daemon *daemon = &exporter->running.daemon;
    const char *community = community_id(daemon->communities[i]);
    exporter->done = false;
    export_start(exporter->running.redis, daemon->communities[i], daemon->calendars[i],
                 exporter->running.config->data, on_lines, exporter);
    if (!running_wait(&exporter->running, &exporter->done, EXPORT_WAIT_MS) || exporter->broken)
        fprintf(stderr,
                "The events of %s could not be read to their end: Redis does not "
                "answer.\n",
                community);
    else if (exporter->lost)
        fprintf(stderr, "%zu events of %s could not be read: see the archive's files in %s.\n",
                exporter->lost, community, exporter->running.config->data);
    return exporter->done && !exporter->broken && !exporter->lost;
}

int cli_export_events(int argc, char **argv)
{
    const char *config = argc == 3 ? argv[2] : NULL;
    struct exporter exporter = {0};
    bool ok = running_open(&exporter.running, config);
    for (size_t i = 0; ok && i < exporter.running.daemon.community_count; i++)
        ok = export_community(&exporter, i);
    ok = fflush(stdout) == 0 && ok;
    running_close(&exporter.running);
    return ok ? 0 : 1;
}
