/* outbox_load.c: the rows that an earlier daemon left, page by page, at start and whenever it
 * may be that a commit's answer was lost. */
#include <stdio.h>
#include <stdlib.h>

#include "host/mem.h"
#include "turn/outbox.h"

#define LOAD_PAGE 200

struct load {
    struct outbox *outbox;
    struct home *home;
    char after[24]; /* the place in the queue that was reached */
};

static void load_page(struct load *load);

void outbox_loaded(struct outbox *outbox)
{
    outbox->loads--;
    while (!outbox->loads && outbox->gone) {
        struct entry *entry = outbox->gone;
        outbox->gone = entry->next;
        entry_free(outbox, entry);
    }
}

static void take_page(struct load *load, int error, const struct redis_reply *reply)
{
    struct core *core = load->outbox->account->core;
    if (error || reply->type != REDIS_LIST || !reply->len) {
        load->outbox->unread = core->unread = true;
        free(load);
        return;
    }
    for (size_t i = 1; i + 2 < reply->len; i += 3)
        outbox_add(load->outbox, load->home, reply->items[i]->text, reply->items[i + 1]->text,
                   (int)strtol(reply->items[i + 2]->text, NULL, 10));
    if (reply->items[0]->len) {
        snprintf(load->after, sizeof load->after, "%s", reply->items[0]->text);
        load_page(load);
    } else {
        free(load);
    }
}

static void load_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct load *load = arg;
    struct outbox *outbox = load->outbox;
    outbox->account->core->loading--;
    take_page(load, error, reply);
    outbox_loaded(outbox);
}

static void load_page(struct load *load)
{
    struct core *core = load->outbox->account->core;
    char most[16];
    snprintf(most, sizeof most, "%d", LOAD_PAGE);
    core->loading++;
    load->outbox->loads++;
    core_eval(core, load->home, 0, SCRIPT_OUTBOX_LOAD, 3,
              (const char *const[]){load->outbox->name, load->after, most}, NULL, load_cb,
              load);
}

void outbox_load(struct outbox *outbox, struct home *home)
{
    struct load *load = xcalloc(1, sizeof *load);
    load->outbox = outbox;
    load->home = home;
    snprintf(load->after, sizeof load->after, "0");
    load_page(load);
}
