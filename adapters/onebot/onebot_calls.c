/* onebot_calls.c: the table of calls in flight. Used by onebot_wire.c for every call, over
 * WebSocket or HTTP. An echo that nobody waits for (late, repeated, invented) finds nothing.
 */
#include "adapters/onebot/onebot_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define SWEEP_MS 250

struct call {
    uint64_t number;
    int64_t deadline_ms; /* on the boot-time clock */
    onebot_call_cb *cb;
    void *arg;
    UT_hash_handle hh;
};

struct onebot_calls {
    struct loop *loop;
    struct clock *clock;
    struct call *table;
    struct loop_timer *sweep; /* runs while calls are in flight */
    uint64_t last;
};

struct onebot_calls *onebot_calls_create(struct loop *loop, struct clock *clock)
{
    struct onebot_calls *calls = xcalloc(1, sizeof *calls);
    calls->loop = loop;
    calls->clock = clock;
    /* numbers of another life of the process should not meet ours */
    calls->last = (uint64_t)clock_boot_ms(clock) * 1000;
    return calls;
}

void onebot_calls_destroy(struct onebot_calls **calls)
{
    struct call *call, *next;
    if (!*calls)
        return;
    HASH_ITER(hh, (*calls)->table, call, next)
    {
        HASH_DEL((*calls)->table, call);
        free(call);
    }
    loop_timer_stop(&(*calls)->sweep);
    free(*calls);
    *calls = NULL;
}

static void end(struct onebot_calls *calls, struct call *call, int error,
                const struct onebot_reply *reply)
{
    HASH_DEL(calls->table, call);
    call->cb(call->arg, error, reply);
    free(call);
}

static void sweep(void *arg)
{
    struct onebot_calls *calls = arg;
    int64_t now = clock_boot_ms(calls->clock);
    struct call *call, *next;
    HASH_ITER(hh, calls->table, call, next)
    {
        if (call->deadline_ms <= now)
            end(calls, call, ERR_TIMEOUT, NULL);
    }
    if (!calls->table)
        loop_timer_stop(&calls->sweep);
}

uint64_t onebot_calls_add(struct onebot_calls *calls, int deadline_ms, onebot_call_cb *cb,
                          void *arg)
{
    if (HASH_COUNT(calls->table) >= ONEBOT_CALLS_MAX)
        return 0;
    struct call *call = xcalloc(1, sizeof *call);
    call->number = ++calls->last;
    call->deadline_ms = clock_boot_ms(calls->clock) + deadline_ms;
    call->cb = cb;
    call->arg = arg;
    HASH_ADD(hh, calls->table, number, sizeof call->number, call);
    if (!calls->sweep)
        calls->sweep = loop_timer_start(calls->loop, SWEEP_MS, SWEEP_MS, sweep, calls);
    return call->number;
}

static struct call *find(struct onebot_calls *calls, uint64_t number)
{
    struct call *call;
    HASH_FIND(hh, calls->table, &number, sizeof number, call);
    return call;
}

void onebot_calls_drop(struct onebot_calls *calls, uint64_t number)
{
    struct call *call = find(calls, number);
    if (!call)
        return;
    HASH_DEL(calls->table, call);
    free(call);
}

bool onebot_calls_answer(struct onebot_calls *calls, uint64_t number,
                         const struct onebot_reply *reply)
{
    struct call *call = find(calls, number);
    if (call)
        end(calls, call, 0, reply);
    return call != NULL;
}

void onebot_calls_end(struct onebot_calls *calls, uint64_t number, int error)
{
    struct call *call = find(calls, number);
    if (call)
        end(calls, call, error, NULL);
}

void onebot_calls_end_all(struct onebot_calls *calls)
{
    struct call *call, *next;
    HASH_ITER(hh, calls->table, call, next)
    end(calls, call, ERR_TIMEOUT, NULL);
}

void onebot_echo(uint64_t number, char *echo, size_t size)
{
    snprintf(echo, size, "lb-%llu", (unsigned long long)number);
}

uint64_t onebot_echo_number(const char *echo)
{
    char *end_of_number;
    if (!echo || strncmp(echo, "lb-", 3) != 0 || echo[3] < '0' || echo[3] > '9')
        return 0;
    unsigned long long number = strtoull(echo + 3, &end_of_number, 10);
    return *end_of_number ? 0 : number;
}
