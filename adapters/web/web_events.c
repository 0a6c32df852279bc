/* web_events.c: how the events stand, for the panel beside the chat. Asked of the core a moment
 * after somebody has written something (a rating changes an event, and the bot says nothing to
 * it), and when a page asks; told to all pages, each picks what its room is about. */
#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_private.h"

#define EVENTS_SHOWN 50

/* A question to the core whose answer is on its way. */
struct web_ask {
    struct web *web; /* NULL: the account has stopped */
    char *group;
    struct web_ask **at, *next;
};

static void on_events(void *arg, const char *json)
{
    struct web_ask *ask = arg;
    struct web *web = ask->web;
    if (web) {
        *ask->at = ask->next;
        if (ask->next)
            ask->next->at = ask->at;
    }
    if (web && json) {
        struct buf frame;
        buf_init(&frame, strlen(json) + 1000);
        web_out_frame_events(ask->group, json, &frame);
        web_pages_tell(web, buf_text(&frame), frame.len);
        buf_finish(&frame);
    }
    free(ask->group);
    free(ask);
}

static bool is_asked(const struct web *web, const char *group)
{
    for (const struct web_ask *ask = web->asks; ask; ask = ask->next)
        if (!strcmp(ask->group, group))
            return true;
    return false;
}

static void ask_for(struct web *web, const char *group)
{
    if (is_asked(web, group))
        return;
    struct web_ask *ask = xcalloc(1, sizeof *ask);
    ask->web = web;
    ask->group = xstrdup(group);
    ask->next = web->asks;
    if (ask->next)
        ask->next->at = &ask->next;
    ask->at = &web->asks;
    web->asks = ask;
    account_events(web->account, group, EVENTS_SHOWN, on_events, ask);
}

/* Rooms where something was ever said; the work room shows them all. */
static void on_refresh(void *arg)
{
    struct web *web = arg;
    loop_timer_stop(&web->events_timer);
    for (const struct web_room *room = web->rooms; room; room = room->next)
        if (room->count && web_is_group(web, room->name))
            ask_for(web, room->name);
}

void web_events_refresh(struct web *web, int after_ms)
{
    if (web->pages && !web->events_timer)
        web->events_timer =
            loop_timer_start(account_loop(web->account), after_ms, 0, on_refresh, web);
}

void web_events_stop(struct web *web)
{
    loop_timer_stop(&web->events_timer);
    for (struct web_ask *ask = web->asks; ask; ask = ask->next)
        ask->web = NULL;
    web->asks = NULL;
}
