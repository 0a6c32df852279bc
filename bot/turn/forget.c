/* forget.c: step by step, a few hundred events a script, so that nobody waits. The archive's
 * lock is held throughout: no event moves into the files behind our back. The record goes last,
 * so that whoever was interrupted is still found by name. */
#include "turn/forget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/archive.h"
#include "event/media.h"
#include "host/buf.h"
#include "host/mem.h"
#include "store/script.h"
#include "turn/args.h"
#include "turn/internal.h"
#include "turn/gate.h"

#define STEP_EVENTS 200
#define ARENA_MAX (64u << 20)

struct forget {
    struct forget_request request;
    struct redis_script events, member;
    struct forget_report report;
    struct args pictures; /* references, in `arena` */
    struct arena *arena;
    char tag[100];
    int lock;
    uint32_t next; /* event */
    forget_cb *cb;
    void *arg;
};

static void start_step(struct forget *forget);

static void finish(struct forget *forget, const char *why)
{
    archive_unlock(forget->lock);
    for (int i = 0; !why && forget->request.really && i < forget->pictures.count; i++)
        media_remove(forget->request.data_dir, forget->pictures.values[i]);
    forget->cb(forget->arg, &forget->report, why);
    script_finish(&forget->events);
    script_finish(&forget->member);
    args_finish(&forget->pictures);
    struct arena *arena = forget->arena;
    arena_destroy(&arena);
}

/* What is wrong with an answer; NULL: nothing. */
static const char *fault_of(struct forget *forget, int error, const struct redis_reply *reply,
                            size_t least)
{
    if (error)
        return "Redis does not answer; do it again when it does.";
    if (reply->type == REDIS_ERROR)
        return arena_printf(forget->arena, "Redis refuses: %s.", reply->text);
    return reply->type == REDIS_LIST && reply->len >= least ? NULL : "Redis answers nonsense.";
}

static void add_picture(void *arg, const char *picture)
{
    struct forget *forget = arg;
    args_add(&forget->pictures, arena_strdup(forget->arena, picture));
    forget->report.pictures++;
}

/* ---- record, conversations, what was put aside ---------------------------------------------
 */

static void rewritten_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct forget *forget = arg;
    bool ok = !error && reply->type != REDIS_ERROR;
    finish(forget,
           ok ? NULL
              : "All of it is forgotten, but the append-only file, which still holds the "
                "words, is not being rewritten; send BGREWRITEAOF to Redis.");
}

static void member_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct forget *forget = arg;
    const char *why = fault_of(forget, error, reply, 3);
    if (why) {
        finish(forget, why);
        return;
    }
    forget->report.record = reply->items[0]->integer;
    forget->report.conversations = (size_t)reply->items[1]->integer;
    forget->report.put_aside = (size_t)reply->items[2]->integer;
    if (reply->len > 3)
        forget->report.rows = (size_t)reply->items[3]->integer;
    if (!forget->request.really || forget->request.more) {
        finish(forget, NULL);
        return;
    }
    redis_command(forget->request.redis, 0, 1, (const char *const[]){"BGREWRITEAOF"}, NULL,
                  rewritten_cb, forget);
}

static void start_member(struct forget *forget)
{
    const struct forget_request *r = &forget->request;
    const struct member *member = community_member(r->community, r->member);
    struct args args;
    args_init(&args);
    args_add(&args, r->member);
    args_add(&args, r->really ? "1" : "0");
    args_add_number(&args, forget->arena, r->now_ms);
    args_add_number(&args, forget->arena, STORED_VERSION);
    args_add_number(&args, forget->arena, community_group_count(r->community));
    for (size_t i = 0; i < community_group_count(r->community); i++)
        args_add(&args, community_group_at(r->community, i)->name);
    args_add_number(&args, forget->arena, r->account_count);
    for (size_t i = 0; i < r->account_count; i++)
        args_add(&args, r->accounts[i]);
    for (size_t i = 0; member && i < member->identity_count; i++)
        args_add(&args, member->identities[i].user);
    redis_eval(r->redis, 0, &forget->member, 1, (const char *const[]){forget->tag}, args.count,
               args.values, NULL, member_cb, forget);
    args_finish(&args);
}

/* ---- events ------------------------------------------------------------------------------ */

static void change_line(void *arg, const char *line, struct buf *out)
{
    struct forget *forget = arg;
    size_t before = out->len;
    bool his = false;
    archived_forget(line, forget->request.member, add_picture, forget, &his,
                    &forget->report.notes, out);
    forget->report.archived += his;
    if (!forget->request.really)
        out->len = before;
}

static void change_archive(struct forget *forget)
{
    const struct forget_request *r = &forget->request;
    if (archive_change(r->data_dir, community_id(r->community), change_line, forget) < 0)
        finish(forget, "The archive cannot be changed: see the line above, then do it again.");
    else
        start_member(forget);
}

static void blanked_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct forget *forget = arg;
    const char *why = fault_of(forget, error, reply, 3);
    if (why) {
        finish(forget, why);
        return;
    }
    forget->report.events += (size_t)reply->items[0]->integer;
    forget->report.notes += (size_t)reply->items[1]->integer;
    for (size_t i = 3; i < reply->len; i++)
        add_picture(forget, reply->items[i]->text);
    forget->next += STEP_EVENTS;
    if (forget->next <= (uint32_t)reply->items[2]->integer)
        start_step(forget);
    else
        change_archive(forget);
}

static void start_step(struct forget *forget)
{
    char from[16], to[16], version[16];
    snprintf(from, sizeof from, "%u", forget->next);
    snprintf(to, sizeof to, "%u", forget->next + STEP_EVENTS - 1);
    snprintf(version, sizeof version, "%d", STORED_VERSION);
    redis_eval(forget->request.redis, 0, &forget->events, 1, (const char *const[]){forget->tag},
               5,
               (const char *const[]){forget->request.member, from, to,
                                     forget->request.really ? "1" : "0", version},
               NULL, blanked_cb, forget);
}

void forget_start(const struct forget_request *request, forget_cb *cb, void *arg)
{
    struct arena *arena = arena_create(ARENA_MAX);
    struct forget *forget = arena_alloc(arena, sizeof *forget);
    forget->arena = arena;
    forget->request = *request;
    forget->cb = cb;
    forget->arg = arg;
    forget->next = 1;
    snprintf(forget->tag, sizeof forget->tag, "{%s}", community_id(request->community));
    script_init(&forget->events, "bot/turn/forget.lua");
    script_init(&forget->member, "bot/turn/forget_member.lua");
    args_init(&forget->pictures);
    forget->lock = archive_lock(request->data_dir, community_id(request->community), true);
    start_step(forget);
}

/* ---- finding ------------------------------------------------------------------------------
 */

struct finding {
    struct redis_script script;
    forget_found_cb *cb;
    void *arg;
};

static void find_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct finding *finding = arg;
    const char *ids[FORGET_FOUND_MAX];
    int count = error || reply->type != REDIS_LIST ? -1 : 0;
    for (size_t i = 0; count >= 0 && i < reply->len && count < FORGET_FOUND_MAX; i++)
        ids[count++] = reply->items[i]->text;
    finding->cb(finding->arg, count, ids);
    script_finish(&finding->script);
    free(finding);
}

void forget_find(struct redis *redis, const struct community *community, const char *name,
                 forget_found_cb *cb, void *arg)
{
    char tag[100];
    struct finding *finding = xcalloc(1, sizeof *finding);
    finding->cb = cb;
    finding->arg = arg;
    script_init(&finding->script, "bot/turn/forget_find.lua");
    snprintf(tag, sizeof tag, "{%s}", community_id(community));
    redis_eval(redis, 0, &finding->script, 1, (const char *const[]){tag}, 1,
               (const char *const[]){name}, NULL, find_cb, finding);
}
