#include "cli/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapter.h"
#include "cli/config.h"
#include "cli/daemon.h"
#include "cli/reload.h"
#include "cli/status.h"
#include "turn/core.h"

struct run {
    struct config *config;
    struct daemon daemon;
    struct loop_signal *interrupt, *term;
    struct reload *reload;
    struct status *status;
    bool again; /* the files have changed: start anew */
};

static void stop(void *arg)
{
    struct run *run = arg;
    log_info("run", "stopping");
    loop_stop(run->daemon.loop);
}

static void start_anew(void *arg)
{
    struct run *run = arg;
    run->again = true;
    loop_stop(run->daemon.loop);
}

static const struct adapter *find_adapter(const struct tables *tables, const char *name)
{
    for (size_t i = 0; tables->adapters[i]; i++) {
        if (strcmp(tables->adapters[i]->name, name) == 0)
            return tables->adapters[i];
    }
    return NULL;
}

/* Where a page is to be opened, for a person: on standard output, apart from the log. */
static void print_address(const struct run *run, const struct adapter *adapter,
                          const char *name)
{
    const struct account *account = core_account(run->daemon.core, adapter->name, name);
    if (adapter->address && account)
        printf("Open %s\n", adapter->address(account));
    fflush(stdout);
}

static int add_accounts(struct run *run, const struct tables *tables, struct faults *faults)
{
    const struct config *config = run->config;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct config_account *account = &config->accounts[i];
        const struct adapter *adapter = find_adapter(tables, account->adapter);
        if (!adapter) {
            faults_add(faults, config->path ? config->path : "configuration",
                       account->conf ? conf_line(account->conf) : 1, "there is no adapter `%s`",
                       account->adapter);
            return ERR_NOT_FOUND;
        }
        int error =
            core_add_account(run->daemon.core, adapter, account->name, account->conf, faults);
        if (error != 0)
            return error;
        print_address(run, adapter, account->name);
    }
    return 0;
}

static int start(struct run *run, const struct tables *tables, const char *path,
                 struct faults *faults)
{
    run->config = config_load(path, faults);
    if (!run->config)
        return ERR_INVALID;
    if (!getenv("LOUBOT_LOG"))
        log_set_level(run->config->log);
    run->daemon.loop = loop_create();
    run->daemon.clock = clock_create_system();
    int error = daemon_start(&run->daemon, tables, run->config, faults);
    if (error == 0)
        error = add_accounts(run, tables, faults);
    /* not sooner: until here a signal just ends the process, whatever it waits for */
    run->interrupt = loop_signal_start(run->daemon.loop, SIGINT, stop, run);
    run->term = loop_signal_start(run->daemon.loop, SIGTERM, stop, run);
    if (error == 0)
        run->status =
            status_start(run->daemon.core, run->config->data, run->config->status_port);
    if (error == 0)
        run->reload = reload_start(&run->daemon, path, start_anew, run);
    return error;
}

static void finish(struct run *run)
{
    reload_stop(&run->reload);
    status_stop(&run->status);
    daemon_stop(&run->daemon);
    loop_signal_stop(&run->interrupt);
    loop_signal_stop(&run->term);
    clock_destroy(&run->daemon.clock);
    if (run->daemon.loop)
        loop_destroy(&run->daemon.loop);
    config_destroy(&run->config);
}

/* One life, from the files to the last message out. *ret_again: the files have changed. */
static int live(const struct tables *tables, const char *path, bool *ret_again)
{
    struct run run = {0};
    struct faults *faults = faults_create();
    int error = start(&run, tables, path, faults);
    faults_print(faults, stderr);
    if (error != 0)
        fprintf(stderr, "Loubot did not start%s%s\n", run.daemon.why ? ": " : ".",
                run.daemon.why ? run.daemon.why : "");
    else
        loop_run(run.daemon.loop);
    if (error == 0 && run.daemon.why) {
        fprintf(stderr, "Loubot ended: %s\n", run.daemon.why);
        error = ERR_REFUSED;
    }
    finish(&run);
    faults_destroy(&faults);
    *ret_again = run.again;
    return error;
}

int cli_run(const struct tables *tables, int argc, char **argv)
{
    const char *path = argc == 3 && strcmp(argv[1], "-c") == 0 ? argv[2] : NULL;
    if (argc != 1 && !path) {
        fprintf(stderr, "usage: loubot run [-c FILE]\n");
        return 2;
    }
    int error;
    bool again;
    do
        error = live(tables, path, &again);
    while (error == 0 && again);
    return error ? 1 : 0;
}
