/* web_private.h: what the web adapter's files share. */
#ifndef LOUBOT_WEB_PRIVATE_H
#define LOUBOT_WEB_PRIVATE_H

#include "adapters/web/web.h"
#include "adapters/web/web_in.h"
#include "adapters/web/web_out.h"
#include "adapters/web/web_room.h"

#define WEB_ROOMS_MAX 1000
#define WEB_PAGES_MAX 256
#define WEB_PICTURE_MAX (5 * 1024 * 1024)

/* One connected page: one person looking into one room. */
struct web_page {
    ws_id id;
    char *as;              /* NULL: not entered yet */
    struct web_room *room; /* likewise */
    struct web_page *next;
};

/* A send that is done and not yet reported. */
struct web_done {
    uint64_t send;
    uint64_t n;
    enum sent result;
    struct web_done *next;
};

struct web_group {
    char *name; /* "b4" */
    bool is_building;
    struct web_group *next;
};

struct web {
    struct account *account;
    struct ws *ws;
    struct ws_server *server;
    char token[DOOR_TOKEN_SIZE];
    char *address, *folder, *host;
    char *bot;              /* its name in the rooms */
    bool demo;              /* a name gives its role */
    struct buf communities; /* as account_describe() told them */
    struct web_group *groups;
    struct web_room *rooms;
    size_t room_count;
    struct web_page *pages;
    struct web_done *done;
    struct loop_timer *feed_timer, *events_timer;
    struct web_backfill *backfills;
    struct web_ask *asks;
    void *picture; /* being served; freed with the next request */
    struct buf answer;
};

/* web.c */
/* The room of that name; opened when needed. NULL: unknown, or there are too many. */
struct web_room *web_room_of(struct web *web, const char *name);
bool web_is_group(const struct web *web, const char *name);
/* A person's platform id: the name in the demo community, else "guest:<name>". */
const char *web_user(const struct web *web, const char *name, struct arena *arena);

/* web_http.c */
extern const struct ws_server_ops web_server_ops;

/* web_pages.c */
void web_page_open(struct web *web, ws_id id);
void web_page_text(struct web *web, ws_id id, const char *text, size_t len);
void web_page_close(struct web *web, ws_id id);
/* The room's newest record, to all who are in it. */
void web_pages_show(struct web *web, const struct web_room *room);
void web_pages_tell(struct web *web, const char *frame, size_t len); /* everybody */

/* web_feed.c */
/* Gives the core what it was not given yet; goes on by itself when its intake is full. */
void web_feed(struct web *web, struct web_room *room);
void web_feed_backfill(struct account *account, const char *platform_group, int64_t since_ms);
void web_feed_stop(struct web *web);

/* web_events.c */
#define WEB_REFRESH_MS 150       /* after the bot's words, which follow the commit */
#define WEB_REFRESH_LATER_MS 700 /* after a person's, which come before it */
/* Tells the pages how the events stand, so many ms from now. */
void web_events_refresh(struct web *web, int after_ms);
void web_events_stop(struct web *web);

#endif
