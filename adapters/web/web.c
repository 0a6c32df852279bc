/* web.c: lifecycle of the web chat: configuration, token, rooms, and the bot's own messages.
 *
 *   accounts:
 *     - adapter: web
 *       port: 8600      # 0: any free one
 */
#include "adapters/web/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/web/web_describe.h"
#include "adapters/web/web_private.h"

#define DEFAULT_PORT 8600
#define QUEUED_MAX (8 * 1024 * 1024)
#define PING_S 20
#define COMMUNITIES_MAX (1024 * 1024)
#define ADDRESS "127.0.0.1"

/* Kept, so that a bookmark survives a restart. */
static int get_token(struct web *web)
{
    char *path = xasprintf("%s/web-token", account_data_dir(web->account));
    int error = door_token(path, web->token);
    free(path);
    return error;
}

/* ---- rooms ---- */

bool web_is_group(const struct web *web, const char *name)
{
    for (const struct web_group *group = web->groups; group; group = group->next)
        if (!strcmp(group->name, name))
            return true;
    return false;
}

struct web_room *web_room_of(struct web *web, const char *name)
{
    for (struct web_room *room = web->rooms; room; room = room->next)
        if (!strcmp(room->name, name))
            return room;
    bool direct = !strncmp(name, "dm:", 3);
    if (web->room_count == WEB_ROOMS_MAX || (direct && !web_is_name(name + 3)) ||
        (!direct && !web_is_group(web, name)))
        return NULL;
    struct web_room *room = web_room_open(web->folder, name);
    if (!room) {
        log_error("web", "room=%s cannot be opened in %s: %s", name, web->folder,
                  strerror(errno));
        return NULL;
    }
    room->next = web->rooms;
    web->rooms = room;
    web->room_count++;
    return room;
}

const char *web_user(const struct web *web, const char *name, struct arena *arena)
{
    return web->demo ? name : arena_printf(arena, "guest:%s", name);
}

static void add_group(void *arg, const char *name)
{
    struct web *web = arg;
    struct web_group *group = xcalloc(1, sizeof *group);
    group->name = xstrdup(name);
    group->next = web->groups;
    web->groups = group;
}

/* ---- start and stop ---- */

static void web_destroy(struct web *web)
{
    ws_server_close(&web->server);
    web_feed_stop(web);
    web_events_stop(web);
    while (web->done) {
        struct web_done *done = web->done;
        web->done = done->next;
        free(done);
    }
    while (web->rooms) {
        struct web_room *room = web->rooms;
        web->rooms = room->next;
        web_room_close(&room);
    }
    while (web->groups) {
        struct web_group *group = web->groups;
        web->groups = group->next;
        free(group->name);
        free(group);
    }
    free(web->host);
    free(web->address);
    free(web->folder);
    free(web->bot);
    free(web->picture);
    buf_finish(&web->communities);
    buf_finish(&web->answer);
    free(web);
}

static int listen_on(struct web *web, int port, const char **why)
{
    struct ws_server_config config = {.address = ADDRESS,
                                      .port = port,
                                      .max_frame = WEB_FRAME_MAX,
                                      .max_body = WEB_PICTURE_MAX,
                                      .max_queued = QUEUED_MAX,
                                      .max_connections = WEB_PAGES_MAX,
                                      .ping_s = PING_S};
    web->server = ws_listen(web->ws, &config, &web_server_ops, web, why);
    if (!web->server)
        return ERR_SYSTEM;
    port = ws_server_port(web->server);
    web->host = xasprintf(ADDRESS ":%d", port);
    web->address = xasprintf("http://%s/?token=%s", web->host, web->token);
    return 0;
}

/* 0, or an error and the sentence why. */
static int open_all(struct web *web, int port, const char **why)
{
    web->folder = xasprintf("%s/web", account_data_dir(web->account));
    *why = "the data folder cannot be written: give this user the right to write in it";
    if ((mkdir(web->folder, 0700) && errno != EEXIST) || get_token(web))
        return ERR_SYSTEM;
    account_describe(web->account, &web->communities);
    web_describe_groups(buf_text(&web->communities), add_group, web);
    web->bot = web_describe_bot(buf_text(&web->communities), &web->demo);
    *why = "no community is served: name one under `communities`";
    if (!web->bot)
        return ERR_INVALID;
    for (const struct web_group *group = web->groups; group; group = group->next)
        web_room_of(web, group->name);
    return listen_on(web, port, why);
}

static void on_started(void *arg)
{
    struct web *web = arg;
    bot_on_up(web->account);
}

/* The port. */
static int read_config(struct conf_node *conf, struct faults *faults)
{
    int port = (int)conf_int(conf_get(conf, "port"), DEFAULT_PORT, 0, 65535, faults);
    conf_report_unknown(conf, faults);
    return port;
}

static void web_check(struct conf_node *conf, struct faults *faults)
{
    read_config(conf, faults);
}

static int web_start(struct account *account, struct conf_node *conf, struct faults *faults)
{
    int port = read_config(conf, faults);
    struct web *web = xcalloc(1, sizeof *web);
    const char *why;
    web->account = account;
    web->ws = account_ws(account);
    buf_init(&web->communities, COMMUNITIES_MAX);
    buf_init(&web->answer, 4096);
    int error = open_all(web, port, &why);
    if (error) {
        faults_add(faults, conf_file(conf), conf_line(conf), "web chat: %s", why);
        web_destroy(web);
        return error;
    }
    account_set_state(account, web);
    log_info("web", "listening address=%s", web->host);
    loop_defer(account_loop(account), on_started, web);
    return 0;
}

/* ---- the bot's messages ---- */

static void report_done(void *arg)
{
    struct web *web = arg;
    struct web_done *done = web->done;
    web->done = NULL;
    while (done) {
        struct web_done *next = done->next;
        char number[24];
        snprintf(number, sizeof number, "%llu", (unsigned long long)done->n);
        bot_on_sent(web->account, done->send, done->result,
                    done->result == SENT_OK ? number : NULL, 0, NULL);
        free(done);
        done = next;
    }
}

static void add_done(struct web *web, uint64_t send, enum sent result, uint64_t n)
{
    struct web_done **at = &web->done;
    while (*at)
        at = &(*at)->next;
    *at = xcalloc(1, sizeof **at);
    **at = (struct web_done){.send = send, .result = result, .n = n};
    loop_defer(account_loop(web->account), report_done, web);
}

static struct web_room *room_of_send(struct web *web, const struct send *send)
{
    const char *user = send->group;
    if (!send->direct)
        return web_room_of(web, send->group);
    if (!web->demo && !strncmp(user, "guest:", 6))
        user += 6;
    char *name = xasprintf("dm:%s", user);
    struct web_room *room = web_room_of(web, name);
    free(name);
    return room;
}

static int web_send(struct account *account, const struct send *send)
{
    struct web *web = account_state(account);
    struct web_room *room = room_of_send(web, send);
    if (!room) {
        add_done(web, send->id, SENT_NEVER, 0);
        return 0;
    }
    const struct web_line *before = web_room_find(room, NULL, send->stable);
    if (before) { /* it went out before a crash */
        add_done(web, send->id, SENT_OK, before->n);
        return 0;
    }
    struct web_record *record = xcalloc(1, sizeof *record);
    web_out_record(send, record);
    int error = web_room_add(room, record, clock_now_ms(account_clock(account)));
    if (!error)
        web_pages_show(web, room);
    add_done(web, send->id, error ? SENT_RETRY : SENT_OK, record->n);
    free(record);
    web_events_refresh(web, WEB_REFRESH_MS);
    return 0;
}

static void web_stop(struct account *account)
{
    struct web *web = account_state(account);
    if (!web)
        return;
    loop_undefer(account_loop(account), report_done, web);
    loop_undefer(account_loop(account), on_started, web);
    web_destroy(web);
    account_set_state(account, NULL);
}

const char *web_address(const struct account *account)
{
    const struct web *web = account_state(account);
    return web ? web->address : NULL;
}

const struct adapter web_adapter = {
    .name = "web",
    .capabilities = {.delivery = DELIVERY_REPLAYABLE,
                     .hears_all = true,
                     .idempotent_sends = true,
                     .mentions = true,
                     .quotes = true,
                     .images = true,
                     .reactions = true,
                     .recall = true,
                     .max_text = 4000,
                     .send_deadline_ms = 10000},
    .check = web_check,
    .start = web_start,
    .stop = web_stop,
    .send = web_send,
    .backfill = web_feed_backfill,
    .address = web_address,
};
