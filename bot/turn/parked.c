/* parked.c: see parked.h. The operator's side: asks Redis, tells what is there. */
#include "turn/parked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "store/script.h"
#include "turn/args.h"
#include "turn/internal.h"

#define LIST_ARENA_MAX (64u << 20)

struct asking {
    struct redis_script script;
    parked_list_cb *list_cb;
    parked_do_cb *do_cb;
    void *arg;
};

static const char *fault_of(int error, const struct redis_reply *reply)
{
    if (error)
        return "Redis does not answer; do it again when it does.";
    return reply->type == REDIS_ERROR ? "Redis refuses it; its log says why." : NULL;
}

/* An outgoing's "why|events|acknowledges|row". */
static void read_message(struct parked *parked, const char *text, struct arena *arena)
{
    const char *bar = strchr(text, '|');
    struct row row;
    parked->why = bar ? arena_strndup(arena, text, (size_t)(bar - text)) : text;
    parked->events = "";
    if (!bar || row_decode(&row, bar + 1, arena) < 0)
        return;
    parked->events = row.events;
    parked->text = row.out.template ? row.out.template : row.out.reaction;
}

static void read_one(struct parked *parked, const struct redis_reply *const *f,
                     struct arena *arena)
{
    *parked = (struct parked){.id = f[2]->text, .where = f[1]->text};
    if (strcmp(f[0]->text, "message") == 0) {
        parked->kind = PARKED_MESSAGE;
        read_message(parked, f[3]->text, arena);
        return;
    }
    parked->kind = strcmp(f[0]->text, "again") == 0 ? PARKED_AGAIN : PARKED_INPUT;
    struct input input;
    if (parked_decode(&input, f[3]->text, &parked->why, arena) < 0)
        return;
    parked->where = input.group;
    parked->text = input.segment_count ? input.segments[0].text : NULL;
    parked->timer = input.timer;
    parked->time_ms = input.time_ms;
}

static void tell(const struct asking *asking, const struct redis_reply *reply)
{
    struct arena *arena = arena_create(LIST_ARENA_MAX);
    size_t count = reply->type == REDIS_LIST ? reply->len / 4 : 0;
    struct parked *list = xcalloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        read_one(&list[i], &reply->items[4 * i], arena);
    asking->list_cb(asking->arg, list, count, NULL);
    free(list);
    arena_destroy(&arena);
}

static void answer_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct asking *asking = arg;
    const char *why = fault_of(error, reply);
    if (asking->do_cb)
        asking->do_cb(asking->arg, !why && reply->integer == 1, why);
    else if (why)
        asking->list_cb(asking->arg, NULL, 0, why);
    else
        tell(asking, reply);
    script_finish(&asking->script);
    free(asking);
}

static void ask(const struct parked_request *request, const char *what, const char *id,
                const struct asking *given)
{
    struct asking *asking = xmalloc(sizeof *asking);
    *asking = *given;
    script_init(&asking->script, "bot/turn/parked.lua");
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct args args;
    args_init(&args);
    args_add_number(&args, arena, request->now_ms);
    args_add(&args, what);
    args_add(&args, id);
    for (size_t i = 0; i < request->account_count; i++)
        args_add(&args, request->accounts[i]);
    const char *tag = arena_printf(arena, "{%s}", request->community);
    redis_eval(request->redis, 0, &asking->script, 1, &tag, args.count, args.values, NULL,
               answer_cb, asking);
    args_finish(&args);
    arena_destroy(&arena);
}

void parked_list(const struct parked_request *request, parked_list_cb *cb, void *arg)
{
    ask(request, "list", "", &(struct asking){.list_cb = cb, .arg = arg});
}

void parked_do(const struct parked_request *request, const char *id, bool retry,
               parked_do_cb *cb, void *arg)
{
    ask(request, retry ? "retry" : "drop", id, &(struct asking){.do_cb = cb, .arg = arg});
}
