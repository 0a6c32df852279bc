#include "cli/reload.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "cli/config.h"
#include "cli/daemon.h"
#include "host/conf.h"
#include "host/log.h"
#include "host/mem.h"

struct reload {
    struct daemon *daemon;
    const char *path;
    loop_cb *cb;
    void *arg;
    struct loop_signal *signal;
};

/* Reads all that the daemon would read; faults are logged. */
static bool reads_well(const struct reload *reload)
{
    struct faults *faults = faults_create();
    struct config *config = config_load(reload->path, faults);
    struct daemon probe = {.clock = reload->daemon->clock};
    if (config) {
        daemon_load(&probe, config, faults);
        daemon_stop(&probe);
    }
    size_t count = faults_count(faults);
    for (size_t i = 0; i < count; i++)
        log_error("reload", "%s", faults_text(faults, i));
    config_destroy(&config);
    faults_destroy(&faults);
    return !count;
}

static void read_anew(struct reload *reload)
{
    if (reads_well(reload)) {
        log_info("reload", "the files are read anew");
        reload->cb(reload->arg);
    } else {
        log_error("reload", "nothing is changed until these faults are mended");
    }
}

static void on_signal(void *arg)
{
    read_anew(arg);
}

struct reload *reload_start(struct daemon *daemon, const char *path, loop_cb *cb, void *arg)
{
    struct reload *reload = xcalloc(1, sizeof *reload);
    *reload = (struct reload){daemon, path, cb, arg, NULL};
    reload->signal = loop_signal_start(daemon->loop, SIGUSR1, on_signal, reload);
    return reload;
}

void reload_stop(struct reload **reload)
{
    if (!*reload)
        return;
    loop_signal_stop(&(*reload)->signal);
    signal(SIGUSR1, SIG_IGN); /* a second one while starting anew must not end the process */
    free(*reload);
    *reload = NULL;
}
