/* gate.c: nothing of a community is read or written before its stored data are known to be of a
 * version that this release understands, and before commits know the roster that was loaded.
 * Asked whenever Redis comes (back); until the answer the core is shut, as while Redis is away.
 *
 * When you change what is stored so that the former release would misread it, raise
 * STORED_VERSION; what the former one wrote must still be read. The version stands before the
 * roster's digest too, so that commits of an older daemon which still runs are refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"
#include "turn/gate.h"
#include "turn/rows.h"

void gate_digest(const struct community *community, char *ret_digest, size_t size)
{
    const char *version = community_version(community);
    snprintf(ret_digest, size, "%.*s", (int)strcspn(version, " "), version);
}

const char *gate_roster(const struct community *community, struct arena *arena)
{
    return arena_printf(arena, "%d %s", STORED_VERSION, community_version(community));
}

static void refuse(struct core *core, const struct home *home, const char *version)
{
    long number = strtol(version, NULL, 10);
    bool older = number > 0 && number < STORED_VERSION;
    char *why = xasprintf(
        "the data of community %s are of version %.20s, this Loubot reads version %d%s: %s.",
        community_id(home->community), version, STORED_VERSION,
        STORED_VERSION > 1 ? " and the one before" : "",
        older ? "start the release between the two once, it brings them up to date"
              : "they were written by a newer release, install that one again");
    core->refused = true;
    log_error("core", "shut: %s", why);
    if (core->config.refused)
        core->config.refused(core->config.refused_arg, why);
    free(why);
}

bool gate_is_told(const struct home *home)
{
    char digest[sizeof home->told];
    gate_digest(home->community, digest, sizeof digest);
    return strcmp(digest, home->told) == 0;
}

static void ask_home(struct core *core, struct home *home);

static void roster_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    struct core *core = home->core;
    core->loading--;
    core->gate_asking--;
    home->agreed = !error && reply->type == REDIS_LIST && reply->len > 1;
    if (!error && reply->type == REDIS_ERROR)
        log_error("core", "roster not stored community=%s why=%s",
                  community_id(home->community), reply->text);
    if (home->agreed) {
        rows_loaded(home, reply);
        home->agreed = gate_is_told(home);
        if (!home->agreed && redis_is_up(core->redis) && !core->stopping)
            ask_home(core, home);
    }
    if (!error && reply->type == REDIS_LIST && reply->len == 1 && !core->refused)
        refuse(core, home, reply->items[0]->text);
    if (core->gate_asking || core->stopping || !redis_is_up(core->redis))
        return;
    for (size_t i = 0; i < core->home_count; i++)
        if (!core->homes[i].agreed)
            return; /* asked again by the next tick */
    core->open = true;
    core_opened(core);
}

static void ask_home(struct core *core, struct home *home)
{
    char version[16];
    snprintf(version, sizeof version, "%d", STORED_VERSION);
    core->loading++;
    core->gate_asking++;
    gate_digest(home->community, home->told, sizeof home->told);
    core_eval(core, home, 0, SCRIPT_ROSTER, 2, (const char *const[]){home->told, version}, NULL,
              roster_cb, home);
}

void gate_ask(struct core *core)
{
    if (core->open || core->gate_asking || core->refused || !redis_is_up(core->redis))
        return;
    for (size_t i = 0; i < core->home_count; i++) {
        core->homes[i].agreed = false;
        ask_home(core, &core->homes[i]);
    }
}

void gate_shut(struct core *core)
{
    core->open = false;
    core->ready = false;
}
