/* forgetting.c: see forgetting.h; forget.c does the work. */
#include "turn/forgetting.h"

#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/forget.h"
#include "turn/internal.h"

#define ACCOUNTS_MAX 64
#define AGAIN_MS 60000

struct forgetting {
    struct home *home;
    char *member; /* "" at first: only the next one is asked for */
    char *accounts[ACCOUNTS_MAX];
    size_t account_count;
};

static void ask(struct forgetting *f);

static void finish(struct forgetting *f, int64_t again_ms)
{
    struct home *home = f->home;
    home->forget_busy = home->past_busy = false;
    home->forget_wanted = again_ms > 0;
    home->forget_next_ms = clock_now_ms(home->core->config.clock) + again_ms;
    while (f->account_count > 0)
        free(f->accounts[--f->account_count]);
    free(f->member);
    free(f);
}

static void forgotten_cb(void *arg, const struct forget_report *report, const char *why)
{
    struct forgetting *f = arg;
    f->home->core->in_flight--;
    if (why || f->home->core->stopping) {
        if (why)
            log_warn("forget", "not done yet member=%s: %s", f->member, why);
        finish(f, AGAIN_MS);
        return;
    }
    log_info("forget", "done member=%s events=%zu archived=%zu notes=%zu", f->member,
             report->events, report->archived, report->notes);
    people_forget(f->home, f->member);
    ask(f);
}

static void begin(struct forgetting *f)
{
    struct core *core = f->home->core;
    struct forget_request request = {.redis = core->redis,
                                     .community = f->home->community,
                                     .data_dir = core->config.data_dir,
                                     .member = f->member,
                                     .accounts = (const char *const *)f->accounts,
                                     .account_count = f->account_count,
                                     .now_ms = clock_now_ms(core->config.clock),
                                     .really = true};
    core->in_flight++;
    forget_start(&request, forgotten_cb, f);
}

static void next_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct forgetting *f = arg;
    bool fits = !error && reply->type == REDIS_LIST && reply->len == 1;
    const char *next = fits && reply->items[0]->text ? reply->items[0]->text : "";
    if (!fits || !*next || f->home->core->stopping) {
        finish(f, fits ? 0 : AGAIN_MS);
        return;
    }
    free(f->member);
    f->member = xstrdup(next);
    begin(f);
}

/* Whoever was forgotten is off the list, and who is next? */
static void ask(struct forgetting *f)
{
    core_eval(f->home->core, f->home, 0, SCRIPT_FORGETTING, 1, (const char *const[]){f->member},
              NULL, next_cb, f);
}

void forgetting_tick(struct home *home)
{
    struct core *core = home->core;
    if (!home->forget_wanted || home->forget_busy || home->past_busy || !core->ready ||
        core->stopping || clock_now_ms(core->config.clock) < home->forget_next_ms)
        return;
    struct forgetting *f = xcalloc(1, sizeof *f);
    f->home = home;
    f->member = xstrdup("");
    for (struct account *a = core->accounts; a && f->account_count < ACCOUNTS_MAX; a = a->next)
        f->accounts[f->account_count++] = xasprintf("%s:%s", a->adapter->name, a->name);
    home->forget_busy = home->past_busy = true; /* both change the archive */
    ask(f);
}
