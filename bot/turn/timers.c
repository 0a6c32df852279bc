/* timers.c: due timers become inputs. They are read, not claimed: a timer goes when its turn
 * commits and is refused when it is gone (DESIGN §3.9), so nothing can be claimed and then
 * forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "turn/internal.h"

#define DUE_MAX 100 /* read at once; more are read when these are settled */

static void add_due(struct home *home, const struct redis_reply *reply)
{
    for (size_t i = 0; i + 2 < reply->len; i += 3) {
        const char *stored = reply->items[i + 2]->text;
        const char *bar = strchr(stored, '|');
        if (!bar)
            continue;
        intake_add_timer(home, reply->items[i]->text,
                         strtoll(reply->items[i + 1]->text, NULL, 10), bar + 1,
                         (uint32_t)strtoul(stored, NULL, 10));
    }
}

static void due_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct home *home = arg;
    home->asking_due = false;
    if (error || reply->type != REDIS_LIST || !reply->len) {
        if (!error)
            log_error("timers", "script failed why=%s", reply->text ? reply->text : "-");
        return; /* asked again at the next tick */
    }
    const char *later = reply->items[reply->len - 1]->text;
    home->next_due_ms = later && later[0] ? strtoll(later, NULL, 10) : INT64_MAX;
    home->more_due = reply->len / 3 == DUE_MAX;
    add_due(home, reply);
}

/* Not while some are under way: they would be read twice. */
static void ask_for_due(struct home *home, int64_t now)
{
    struct core *core = home->core;
    char text[24], most[8];
    if (home->asking_due || home->timer_turns || core->stopping || !core->ready)
        return;
    snprintf(text, sizeof text, "%lld", (long long)now);
    snprintf(most, sizeof most, "%d", DUE_MAX);
    home->asking_due = true;
    core_eval(core, home, 0, SCRIPT_DUE, 2, (const char *const[]){text, most}, NULL, due_cb,
              home);
}

/* Asks for due timers, unless none can be due. */
void timers_tick(struct home *home)
{
    int64_t now = clock_now_ms(home->core->config.clock);
    if (home->next_due_ms <= now)
        ask_for_due(home, now);
}

void timers_settled(struct home *home)
{
    home->timer_turns--;
    if (home->timer_turns == 0 && home->more_due) {
        home->more_due = false;
        ask_for_due(home, clock_now_ms(home->core->config.clock));
    }
}

void timers_note(struct home *home, int64_t due_ms)
{
    if (due_ms < home->next_due_ms)
        home->next_due_ms = due_ms;
}
