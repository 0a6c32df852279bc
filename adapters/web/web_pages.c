/* web_pages.c: the connected pages and what they do. */
#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_private.h"

#define FRAME_MAX (2 * WEB_ROOM_BYTES)
#define ARENA_MAX (4 * WEB_FRAME_MAX)

static struct web_page *find(struct web *web, ws_id id)
{
    for (struct web_page *page = web->pages; page; page = page->next)
        if (page->id == id)
            return page;
    return NULL;
}

static void tell(struct web *web, const struct web_page *page, struct buf *frame)
{
    if (!frame->failed)
        ws_send(web->ws, page->id, buf_text(frame), frame->len);
    buf_finish(frame);
}

static void tell_error(struct web *web, const struct web_page *page, const char *client,
                       const char *why)
{
    struct buf frame;
    buf_init(&frame, 4096);
    web_out_frame_error(client, why, &frame);
    tell(web, page, &frame);
}

static void tell_said(struct web *web, const struct web_page *page, const char *client,
                      uint64_t n)
{
    struct buf frame;
    buf_init(&frame, 4096);
    web_out_frame_said(client, n, &frame);
    tell(web, page, &frame);
}

/* Pages call their direct chat "dm", whoever they are. */
static const char *shown_name(const struct web_room *room)
{
    return strncmp(room->name, "dm:", 3) ? room->name : "dm";
}

void web_page_open(struct web *web, ws_id id)
{
    struct web_page *page = xcalloc(1, sizeof *page);
    page->id = id;
    page->next = web->pages;
    web->pages = page;
    struct buf frame;
    buf_init(&frame, FRAME_MAX);
    web_out_frame_hello(web->bot, web->demo, buf_text(&web->communities), &frame);
    tell(web, page, &frame);
}

void web_page_close(struct web *web, ws_id id)
{
    for (struct web_page **at = &web->pages; *at; at = &(*at)->next) {
        struct web_page *page = *at;
        if (page->id != id)
            continue;
        *at = page->next;
        free(page->as);
        free(page);
        return;
    }
}

static void tell_room(struct web *web, const struct web_page *page, uint64_t after)
{
    const struct web_room *room = page->room;
    struct buf frame;
    bool first = true;
    buf_init(&frame, FRAME_MAX);
    buf_puts(&frame, "{\"op\":\"room\",\"room\":");
    web_out_string(shown_name(room), &frame);
    buf_puts(&frame, ",\"records\":[");
    for (size_t i = 0; i < room->count; i++) {
        const struct web_line *line = web_room_line(room, i);
        if (line->n <= after)
            continue;
        if (!first)
            buf_puts(&frame, ",");
        first = false;
        buf_add(&frame, line->json, line->len);
    }
    buf_puts(&frame, "]}");
    tell(web, page, &frame);
}

static void enter(struct web *web, struct web_page *page, const struct web_in *in)
{
    bool direct = !strcmp(in->room, "dm");
    char *name = direct ? xasprintf("dm:%s", in->as) : xstrdup(in->room);
    bool taken = !strcmp(in->as, web->bot) || web_is_group(web, in->as);
    struct web_room *room =
        taken || (!direct && !web_is_group(web, name)) ? NULL : web_room_of(web, name);
    free(name);
    if (!room) {
        tell_error(web, page, NULL, taken ? "name" : "room");
        return;
    }
    free(page->as);
    page->as = xstrdup(in->as);
    page->room = room;
    tell_room(web, page, in->after);
    web_events_refresh(web, WEB_REFRESH_MS);
}

void web_pages_show(struct web *web, const struct web_room *room)
{
    struct buf frame, news;
    const struct web_line *line = web_room_line(room, room->count - 1);
    bool direct = !strncmp(room->name, "dm:", 3);
    buf_init(&frame, FRAME_MAX);
    buf_init(&news, 1000);
    web_out_frame_record(shown_name(room), line->json, &frame);
    web_out_frame_news(shown_name(room), &news);
    for (struct web_page *page = web->pages; page; page = page->next) {
        if (page->room == room)
            ws_send(web->ws, page->id, buf_text(&frame), frame.len);
        else if (page->as && (!direct || !strcmp(page->as, room->name + 3)))
            ws_send(web->ws, page->id, buf_text(&news), news.len);
    }
    buf_finish(&frame);
    buf_finish(&news);
}

void web_pages_tell(struct web *web, const char *frame, size_t len)
{
    for (struct web_page *page = web->pages; page; page = page->next)
        ws_send(web->ws, page->id, frame, len);
}

/* People recall their own words only, and react to what is there. */
static const char *objection(const struct web_page *page, const struct web_record *record)
{
    if (record->kind == WEB_SAY)
        return NULL;
    const struct web_line *line = web_room_by_number(page->room, record->to);
    if (!line)
        return "gone";
    if (record->kind == WEB_RECALL && (!line->from || strcmp(line->from, page->as) != 0))
        return "not yours";
    return NULL;
}

static void add_record(struct web *web, struct web_page *page, struct web_record *record)
{
    const struct web_line *before = web_room_find(page->room, record->client, NULL);
    if (before) { /* sent again after a lost connection */
        tell_said(web, page, record->client, before->n);
        return;
    }
    const char *why = objection(page, record);
    if (why) {
        tell_error(web, page, record->client, why);
        return;
    }
    record->from = page->as;
    if (web_room_add(page->room, record, clock_now_ms(account_clock(web->account)))) {
        tell_error(web, page, record->client, "disk");
        return;
    }
    tell_said(web, page, record->client, record->n);
    web_pages_show(web, page->room);
    web_feed(web, page->room);
    web_events_refresh(web, WEB_REFRESH_LATER_MS);
}

void web_page_text(struct web *web, ws_id id, const char *text, size_t len)
{
    struct web_page *page = find(web, id);
    struct arena *arena = arena_create(ARENA_MAX);
    struct web_in *in = arena_alloc(arena, sizeof *in);
    const char *why;
    if (!page) {
        arena_destroy(&arena);
        return;
    }
    if (web_in_parse(text, len, in, arena, &why)) {
        log_warn("web", "page=%llu a frame was refused: %s", (unsigned long long)id, why);
        tell_error(web, page, NULL, why);
    } else if (in->op == WEB_OP_ENTER) {
        enter(web, page, in);
    } else if (in->op == WEB_OP_EVENTS) {
        web_events_refresh(web, WEB_REFRESH_MS);
    } else if (!page->room) {
        tell_error(web, page, in->record.client, "enter a room first");
    } else {
        add_record(web, page, &in->record);
    }
    arena_destroy(&arena);
}
