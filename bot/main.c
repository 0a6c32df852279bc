/* main.c: the composition: which handlers and adapters there are, and the commands. Everything
 * else is found by its place (DESIGN §4).
 *
 * When you add a handler, an adapter or a command, it gets its row here.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot.h"
#include "adapters/play/play.h"
#include "adapters/web/web.h"
#include "cli/check.h"
#include "cli/codes.h"
#include "cli/events.h"
#include "cli/export.h"
#include "cli/forget.h"
#include "cli/health.h"
#include "cli/parked.h"
#include "cli/parse.h"
#include "cli/play.h"
#include "cli/puppet.h"
#include "cli/roster.h"
#include "cli/run.h"
#include "cli/tables.h"
#include "handlers/handlers.h"
#include "host/log.h"

#define LOUBOT_VERSION "0.1.0"

static const struct adapter *const adapters[] = {&onebot_adapter, &play_adapter, &web_adapter,
                                                 NULL};

static const struct tables tables = {handlers_all, adapters};

static int puppet(int argc, char **argv)
{
    return cli_puppet(&tables, argc, argv);
}

static int run(int argc, char **argv)
{
    return cli_run(&tables, argc, argv);
}

static int check(int argc, char **argv)
{
    return cli_check(&tables, argc, argv);
}

static int version(int argc, char **argv)
{
    printf("loubot %s\n", LOUBOT_VERSION);
    return 0;
}

static int help(int argc, char **argv);

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
    const char *usage, *does;          /* NULL: not for people */
} commands[] = {
    {"run", run, "run [-c FILE]", "the daemon, with the web chat; Ctrl-C ends it"},
    {"parse", cli_parse, "parse [--building N] [--lang zh|en]",
     "one text a line in, what it means as JSON out"},
    {"play", cli_play, "play FILE...", "plays conversation scripts on a virtual clock"},
    {"check", check, "check [-c FILE]", "names every fault of configuration and data"},
    {"events", cli_events, "events [--open] [--json] [-c FILE]",
     "the events of a running Loubot"},
    {"event", cli_event, "event ID [--json] [-c FILE]", "one event and its story"},
    {"health", cli_health, "health [--json] [-c FILE]",
     "how the running Loubot is; exit status 1: not well"},
    {"parked", cli_parked, "parked [--retry ID | --drop ID]",
     "what was put aside since it could not be done"},
    {"export", cli_export, "export [-c FILE]", "every event, a line of JSON each"},
    {"export", cli_export, "export roster [-c FILE] [COMMUNITY]",
     "the roster as a table for spreadsheets"},
    {"code", cli_code, "code ROLE [AREA] [-c FILE]", "a one-time code that binds somebody"},
    {"code", cli_code, "code BUILDING-UNIT-ROOM [-c FILE]", "the same for a home"},
    {"code", cli_code, "code --flats BUILDING [-c FILE]", "codes for every home, as CSV"},
    {"roster", cli_roster, "roster [--undo N] [-c FILE]",
     "what was changed at run time; takes it back"},
    {"roster", cli_roster, "roster --diff FILE [-c FILE]",
     "what a new roster.csv would change; changes nothing"},
    {"audit", cli_audit, "audit [-c FILE]", "who changed what of the roster, and gave codes"},
    {"forget", cli_forget, "forget MEMBER [--yes] [-c FILE]",
     "blanks a person's words, pictures and name"},
    {"version", version, "version", "which Loubot this is"},
    {"help", help, "help", "this list"},
    {"puppet", puppet, NULL, NULL},
};

static void print_usage(FILE *out)
{
    fprintf(out, "usage: loubot COMMAND …\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].usage)
            fprintf(out, "  loubot %-38s %s\n", commands[i].usage, commands[i].does);
    }
}

static int help(int argc, char **argv)
{
    print_usage(stdout);
    return 0;
}

/* LOUBOT_LOG names the least level that is logged. */
static void set_log_level(void)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    const char *level = getenv("LOUBOT_LOG");
    for (int i = 0; level && i < 4; i++) {
        if (strcmp(level, names[i]) == 0)
            log_set_level((enum log_level)i);
    }
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    set_log_level();
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    if (argc > 1)
        fprintf(stderr, "loubot: there is no command \"%s\"\n", argv[1]);
    print_usage(stderr);
    return 2;
}
