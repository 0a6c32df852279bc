#include "turn/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "store/script.h"
#include "turn/args.h"
#include "turn/internal.h"
#include "turn/rows.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

struct change {
    struct redis_script script;
    struct arena *arena;
    struct community *community; /* changes_load(): whose roster is filled */
    int64_t now_ms;
    struct faults *misfits;
    changes_line_cb *line;
    changes_cb *cb;
    void *arg;
};

static struct change *change_create(const char *script, changes_cb *cb, void *arg)
{
    struct change *change = xcalloc(1, sizeof *change);
    script_init(&change->script, script);
    change->arena = arena_create(ARENA_MAX);
    change->cb = cb;
    change->arg = arg;
    return change;
}

static void finish(struct change *change, const char *why)
{
    change->cb(change->arg, why);
    script_finish(&change->script);
    arena_destroy(&change->arena);
    free(change);
}

static void run(struct redis *redis, const struct community *community, struct change *change,
                struct args *args, redis_cb *cb)
{
    char *tag = xasprintf("{%s}", community_id(community));
    redis_eval(redis, 0, &change->script, 1, (const char *const[]){tag}, args->count,
               args->values, NULL, cb, change);
    args_finish(args);
    free(tag);
}

static const char *refusal(int error, const struct redis_reply *reply)
{
    if (error)
        return "Redis does not answer";
    if (reply->type == REDIS_ERROR)
        return reply->text;
    const char *word = reply->type == REDIS_LIST && reply->len ? reply->items[0]->text : NULL;
    if (!word)
        return "the answer is not understood";
    return strcmp(word, "ok") == 0 ? NULL : word;
}

static void done_cb(void *arg, int error, const struct redis_reply *reply)
{
    bool one = !error && reply->type == REDIS_LIST && reply->len == 1;
    finish(arg, refusal(error, one ? reply->items[0] : reply));
}

/* Operations of commit.lua, as one turn. */
static void commit(struct redis *redis, const struct community *community,
                   struct change *change, struct args *operations, bool for_play)
{
    struct args args;
    args_init(&args);
    args_add_number(&args, change->arena, change->now_ms);
    args_add(&args,
             for_play ? "0" : "30"); /* days that ids are kept: in play nothing expires */
    args_add_turn(&args, change->arena, operations);
    run(redis, community, change, &args, done_cb);
}

static void add_code(struct change *change, struct args *args, const struct code_issue *issue,
                     int64_t now_ms)
{
    struct code_record record = {CODE_OPEN, now_ms, CHANGES_BY, issue->grant};
    struct roster_entry told;
    char hash[65];
    code_hash(issue->code, hash);
    code_grant_row(&issue->grant, &told);
    args_add(args, "code");
    args_add(args, arena_strdup(change->arena, hash));
    args_add(args, "");
    args_add(args, code_encode(&record, change->arena));
    args_add(args, audit_encode("issue", &told, CHANGES_BY, NULL, now_ms, change->arena));
}

void changes_issue(struct redis *redis, const struct community *community,
                   const struct code_issue *codes, size_t count, int64_t now_ms, bool for_play,
                   changes_cb *cb, void *arg)
{
    struct change *change = change_create("bot/turn/commit.lua", cb, arg);
    struct args args;
    change->now_ms = now_ms;
    args_init(&args);
    for (size_t i = 0; i < count; i++)
        add_code(change, &args, &codes[i], now_ms);
    commit(redis, community, change, &args, for_play);
}

void changes_drop(struct redis *redis, const struct community *community, uint32_t number,
                  int64_t now_ms, changes_cb *cb, void *arg)
{
    struct change *change = change_create("bot/turn/commit.lua", cb, arg);
    struct roster_entry entry = {.id = "-"};
    struct args args;
    for (size_t i = 0; i < community_amendment_count(community); i++)
        if (community_amendment_at(community, i)->number == number)
            entry = community_amendment_at(community, i)->entry;
    change->now_ms = now_ms;
    args_init(&args);
    args_add(&args, "unrow");
    args_add_number(&args, change->arena, number);
    args_add(&args, audit_encode("drop", &entry, CHANGES_BY, NULL, now_ms, change->arena));
    commit(redis, community, change, &args, false);
}

static void load_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct change *change = arg;
    const char *why = refusal(error, reply);
    if (!why)
        rows_take(change->community, reply, change->now_ms, change->misfits);
    finish(change, why);
}

void changes_load(struct redis *redis, struct community *community, int64_t now_ms,
                  struct faults *misfits, changes_cb *cb, void *arg)
{
    struct change *change = change_create("bot/turn/rows.lua", cb, arg);
    struct args args;
    change->community = community;
    change->now_ms = now_ms;
    change->misfits = misfits;
    args_init(&args);
    args_add(&args, "-"); /* no number is known */
    run(redis, community, change, &args, load_cb);
}

static void audit_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct change *change = arg;
    const char *why = refusal(error, reply);
    for (size_t i = 1; !why && i < reply->len; i++)
        change->line(change->arg, reply->items[i]->text);
    finish(change, why);
}

void changes_audit(struct redis *redis, const struct community *community,
                   changes_line_cb *line, changes_cb *cb, void *arg)
{
    struct change *change = change_create("bot/turn/audit.lua", cb, arg);
    struct args args;
    change->line = line;
    args_init(&args);
    run(redis, community, change, &args, audit_cb);
}
