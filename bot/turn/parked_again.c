/* parked_again.c: the daemon's side of parked.h: inputs that the operator wants decided again
 * go into the intake once more, outgoing come back from Redis, timers are due. A record stays
 * until its input is settled, so a crash in between only begins anew. */
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"
#include "turn/parked.h"

/* A settled id is answered "seen" for ever, so a new one is made of it; the same at each
 * start. */
static void new_id(struct input *input, const char *old)
{
    struct input other = {.kind = INPUT_CALL,
                          .adapter = "again",
                          .account = "",
                          .group = old,
                          .message = "",
                          .time_ms = input->time_ms};
    input_set_id(&other);
    memcpy(input->id, other.id, sizeof input->id);
}

static void take_up(struct home *home, const char *id, const char *record)
{
    struct core *core = home->core;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct input input;
    const char *why;
    struct account *account = NULL;
    if (parked_decode(&input, record, &why, arena) == 0)
        account = core_account(core, input.adapter, input.account);
    if (account) {
        new_id(&input, id);
        input.backfilled = true; /* it is old news */
        log_info("parked", "tried again id=%s now=%s", id, input.id);
        intake_add_again(core, account, &input, id);
    } else {
        log_warn("parked", "cannot be tried again, its account is gone id=%s", id);
    }
    arena_destroy(&arena);
}

static void again_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    if (error || reply->type != REDIS_LIST || home->core->stopping)
        return;
    for (size_t i = 0; i + 1 < reply->len; i += 2)
        take_up(home, reply->items[i]->text, reply->items[i + 1]->text);
}

void parked_take_up(struct home *home, bool at_start)
{
    struct core *core = home->core;
    core_eval(core, home, 0, SCRIPT_PARKED, 3, (const char *const[]){"0", "again", ""}, NULL,
              again_cb, home);
    if (at_start)
        return;
    for (struct account *a = core->accounts; a; a = a->next)
        outbox_load(a->outbox, home);
    timers_note(home, 0);
    timers_tick(home);
}

static void done_cb(void *arg, int error, const struct redis_reply *reply)
{
}

void parked_settled(struct home *home, const char *id)
{
    core_eval(home->core, home, 0, SCRIPT_PARKED, 3, (const char *const[]){"0", "done", id},
              NULL, done_cb, NULL);
}
