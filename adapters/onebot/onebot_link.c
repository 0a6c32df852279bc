/* onebot_link.c: connections. Called by onebot.c.
 *
 * Three slots, one a role. Forward: we connect and keep connecting, with a delay that doubles
 * (jittered) until a frame has shown that we are let in; a refused token waits five minutes and
 * is said once, whichever way it is told: by status 401 or 403, by a frame with retcode 1403,
 * or by silently cutting the line. Reverse: implementations connect to us; the newest
 * connection of a role wins. A peer that is silent for two and a half heartbeats is taken for
 * dead.
 */
#include "adapters/onebot/onebot_link.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define FIRST_DELAY_MS 1000
#define LAST_DELAY_MS 60000
#define REFUSED_DELAY_MS 300000
#define WATCH_MS 500
#define PING_S 30
#define QUEUE_MAX (16u * 1024 * 1024) /* a picture of 5 MB in base64, and more */
#define SILENT_CUTS 3                 /* so many in a row look like a refused token */

struct slot {
    struct onebot_link *link;
    enum onebot_role role;
    ws_id id;
    bool wanted; /* forward: to be kept connected */
    bool open, proven;
    bool refused;     /* the peer has just told us so in a frame */
    int failures;     /* since it was last proven */
    int silent_cuts;  /* in a row: opened, and cut without a word */
    int64_t heard_ms; /* last frame, on the boot-time clock */
    int64_t pulse_ms; /* promised; 0: nothing promised */
    struct loop_timer *retry;
};

struct onebot_link {
    struct account *account;
    const struct onebot_config *config;
    const struct onebot_link_ops *ops;
    void *arg;
    struct slot slots[ONEBOT_ROLES];
    struct ws_server *server;
    struct loop_timer *watch;
    bool said_refused; /* until it works again */
    bool closing;
};

static const char *const role_names[] = {"universal", "api", "event"};

static int64_t now_ms(const struct onebot_link *link)
{
    return clock_boot_ms(account_clock(link->account));
}

static void forward_connect(void *arg);

static int64_t jittered(int64_t delay_ms)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = 0;
    return delay_ms * 3 / 4 + delay_ms / 2 * (int64_t)(random % 1000) / 1000;
}

static void say_refused(struct onebot_link *link, const char *how)
{
    if (link->said_refused)
        return;
    link->said_refused = true;
    log_error("onebot",
              "token refused account=%s how=\"%s\" do=\"check `token`; trying again every 5 "
              "minutes\"",
              account_name(link->account), how);
}

static void retry_later(struct slot *slot, bool refused)
{
    int doublings = slot->failures < 6 ? slot->failures : 6;
    int64_t delay = refused ? REFUSED_DELAY_MS : (int64_t)FIRST_DELAY_MS << doublings;
    if (!refused && delay > LAST_DELAY_MS)
        delay = LAST_DELAY_MS;
    if (!slot->wanted || slot->link->closing)
        return;
    loop_timer_stop(&slot->retry);
    slot->retry = loop_timer_start(account_loop(slot->link->account), jittered(delay), 0,
                                   forward_connect, slot);
}

/* ---- what both directions share -------------------------------------------------------- */

static void opened(struct slot *slot, ws_id id)
{
    slot->id = id;
    slot->open = true;
    slot->proven = slot->refused = false;
    slot->heard_ms = now_ms(slot->link);
    slot->pulse_ms = 0;
    slot->link->ops->on_open(slot->link->arg, slot->role);
}

static void heard(struct slot *slot, ws_id id, const char *text, size_t len)
{
    if (id != slot->id)
        return;
    slot->heard_ms = now_ms(slot->link);
    slot->link->ops->on_text(slot->link->arg, slot->role, text, len);
}

/* Forgets the connection; true when it had been open. */
static bool forget(struct slot *slot, const char *why)
{
    bool was_open = slot->open;
    slot->id = 0;
    slot->open = slot->proven = false;
    if (was_open && !slot->link->closing)
        slot->link->ops->on_close(slot->link->arg, slot->role, why);
    return was_open;
}

static void watch(void *arg)
{
    struct onebot_link *link = arg;
    int64_t now = now_ms(link);
    for (int i = 0; i < ONEBOT_ROLES; i++) {
        struct slot *slot = &link->slots[i];
        if (!slot->open || !slot->pulse_ms || now - slot->heard_ms <= slot->pulse_ms * 5 / 2)
            continue;
        log_warn("onebot", "no heartbeat account=%s role=%s for_ms=%lld",
                 account_name(link->account), role_names[i], (long long)(now - slot->heard_ms));
        slot->pulse_ms = 0;
        ws_close(account_ws(link->account), slot->id, 1001, "no heartbeat");
    }
}

/* ---- forward --------------------------------------------------------------------------- */

static void put_encoded(struct buf *out, const char *text)
{
    for (; *text; text++) {
        bool plain = strchr("-._~", *text) || (*text >= '0' && *text <= '9') ||
                     ((*text | 32) >= 'a' && (*text | 32) <= 'z');
        if (plain)
            buf_add(out, text, 1);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

static void put_url(struct buf *out, const struct onebot_config *config, enum onebot_role role)
{
    size_t path = strcspn(config->url, "?#");
    const char *query = config->url[path] == '?' ? config->url + path : "";
    size_t len = path;
    while (role != ONEBOT_UNIVERSAL && len && config->url[len - 1] == '/')
        len--;
    buf_add(out, config->url, len);
    if (role != ONEBOT_UNIVERSAL)
        buf_puts(out, role == ONEBOT_API ? "/api" : "/event");
    buf_puts(out, query);
    if (config->in_query && *config->token) {
        buf_puts(out, *query ? "&access_token=" : "?access_token=");
        put_encoded(out, config->token);
    }
}

static void client_opened(void *arg, ws_id id)
{
    opened(arg, id);
}

static void client_heard(void *arg, ws_id id, const char *text, size_t len)
{
    heard(arg, id, text, len);
}

static void client_closed(void *arg, ws_id id, int status, const char *why)
{
    struct slot *slot = arg;
    bool refused = slot->refused || status == 401 || status == 403;
    if (id != slot->id)
        return;
    bool was_proven = slot->proven;
    bool was_open = forget(slot, why);
    if (refused)
        say_refused(slot->link, status ? "by HTTP status" : "by a frame");
    slot->silent_cuts = was_open && !was_proven && !refused ? slot->silent_cuts + 1 : 0;
    if (slot->silent_cuts == SILENT_CUTS && *slot->link->config->token)
        say_refused(slot->link, "it hangs up right after we connect, which often means that");
    if (!refused && slot->failures == 0)
        log_warn("onebot", "not connected account=%s role=%s status=%d why=\"%s\"",
                 account_name(slot->link->account), role_names[slot->role], status, why);
    slot->failures = was_proven ? 0 : slot->failures + 1;
    retry_later(slot, refused);
}

static const struct ws_client_ops client_ops = {client_opened, client_heard, client_closed};

static void forward_connect(void *arg)
{
    struct slot *slot = arg;
    const struct onebot_config *config = slot->link->config;
    const char *error = "";
    struct buf url, headers;
    buf_init(&url, 4096);
    buf_init(&headers, 4096);
    put_url(&url, config, slot->role);
    if (*config->token && !config->in_query)
        buf_printf(&headers, "authorization: Bearer %s\n", config->token);
    const struct ws_client_config client = {.url = buf_text(&url),
                                            .headers = headers.len ? buf_text(&headers) : NULL,
                                            .max_frame = ONEBOT_FRAME_MAX,
                                            .max_queued = QUEUE_MAX,
                                            .ping_s = PING_S};
    loop_timer_stop(&slot->retry);
    slot->id = ws_connect(account_ws(slot->link->account), &client, &client_ops, slot, &error);
    if (!slot->id) {
        log_error("onebot", "cannot connect account=%s why=\"%s\"",
                  account_name(slot->link->account), error);
        slot->failures++;
        retry_later(slot, false);
    }
    buf_finish(&url);
    buf_finish(&headers);
}

static void start_forward(struct onebot_link *link)
{
    const struct onebot_config *config = link->config;
    bool calls_over_http = config->http_api != NULL;
    link->slots[ONEBOT_UNIVERSAL].wanted = !config->split;
    link->slots[ONEBOT_EVENT].wanted = config->split;
    link->slots[ONEBOT_API].wanted = config->split && !calls_over_http;
    for (int i = 0; i < ONEBOT_ROLES; i++)
        if (link->slots[i].wanted)
            forward_connect(&link->slots[i]);
}

/* ---- reverse --------------------------------------------------------------------------- */

/* Takes the time that the given one's length asks for, whatever is in it. `secret` is not "".
 */
static bool same_secret(const char *secret, const char *given)
{
    size_t len = strlen(secret);
    unsigned difference = len != strlen(given);
    for (size_t i = 0; given[i]; i++)
        difference |= (unsigned char)given[i] ^ (unsigned char)secret[i % len];
    return !difference;
}

/* 0, 401 (no token) or 403 (a wrong one). */
static int check_token(const struct onebot_config *config, const struct ws_request *request)
{
    char header[1024], query[1024];
    const char *token = ws_query(request, "access_token", query, sizeof query);
    if (!*config->token)
        return 0;
    if ((!token || !*token) && ws_header(request, "authorization", header, sizeof header)) {
        if (strncasecmp(header, "Bearer ", 7) == 0)
            token = header + 7;
        else if (strncasecmp(header, "Token ", 6) == 0)
            token = header + 6;
    }
    if (!token || !*token)
        return 401;
    return same_secret(config->token, token) ? 0 : 403;
}

static enum onebot_role role_of(const struct ws_request *request)
{
    char role[32];
    if (!ws_header(request, "x-client-role", role, sizeof role))
        return ONEBOT_UNIVERSAL;
    if (strcasecmp(role, "API") == 0)
        return ONEBOT_API;
    return strcasecmp(role, "Event") == 0 ? ONEBOT_EVENT : ONEBOT_UNIVERSAL;
}

static bool same_path(const char *path, const char *wanted)
{
    size_t len = strlen(path), want = strlen(wanted);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (want > 1 && wanted[want - 1] == '/')
        want--;
    return len == want && memcmp(path, wanted, len) == 0;
}

static int on_handshake(void *arg, const struct ws_request *request, void **ret_tag)
{
    struct onebot_link *link = arg;
    char self_id[ONEBOT_LIST_MAX * 4];
    if (!same_path(request->path, link->config->path))
        return 404;
    int status = check_token(link->config, request);
    if (status) {
        if (!link->said_refused)
            log_error("onebot",
                      "an implementation came without the right token account=%s status=%d "
                      "do=\"give it the same `token`\"",
                      account_name(link->account), status);
        link->said_refused = true;
        return status;
    }
    if (link->config->self_id && ws_header(request, "x-self-id", self_id, sizeof self_id) &&
        strcmp(self_id, link->config->self_id) != 0) {
        log_warn("onebot", "an implementation came for another account account=%s self_id=%s",
                 account_name(link->account), self_id);
        return 403;
    }
    *ret_tag = &link->slots[role_of(request)];
    return 0;
}

static void server_opened(void *arg, ws_id id, void *tag)
{
    struct onebot_link *link = arg;
    struct slot *slot = tag;
    ws_id older = slot->id;
    if (older) {
        forget(slot, "replaced by a newer connection");
        ws_close(account_ws(link->account), older, 1008, "replaced by a newer connection");
    }
    opened(slot, id);
}

static void server_heard(void *arg, ws_id id, void *tag, const char *text, size_t len)
{
    heard(tag, id, text, len);
}

static void server_closed(void *arg, ws_id id, void *tag)
{
    struct slot *slot = tag;
    if (id == slot->id)
        forget(slot, "the implementation hung up");
}

static void on_http(void *arg, const struct ws_request *request, struct ws_response *response)
{
    response->status = 426;
    response->body = "This is where OneBot implementations connect to, by WebSocket.\n";
    response->body_len = strlen(response->body);
}

static const struct ws_server_ops server_ops = {on_http, on_handshake, server_opened,
                                                server_heard, server_closed};

static int start_reverse(struct onebot_link *link, struct faults *faults)
{
    const struct onebot_config *config = link->config;
    const struct ws_server_config server = {.address = config->address,
                                            .port = config->port,
                                            .max_frame = ONEBOT_FRAME_MAX,
                                            .max_body = 1024,
                                            .max_queued = QUEUE_MAX,
                                            .max_connections = 8,
                                            .ping_s = PING_S};
    const char *error = "";
    link->server = ws_listen(account_ws(link->account), &server, &server_ops, link, &error);
    if (!link->server) {
        faults_add(faults, conf_file(config->conf), conf_line(config->conf), "%s", error);
        return ERR_INVALID;
    }
    log_info("onebot", "listening account=%s address=%s port=%d path=%s",
             account_name(link->account), config->address, ws_server_port(link->server),
             config->path);
    return 0;
}

/* ---- the link -------------------------------------------------------------------------- */

struct onebot_link *onebot_link_create(struct account *account,
                                       const struct onebot_config *config,
                                       const struct onebot_link_ops *ops, void *arg,
                                       struct faults *faults)
{
    struct onebot_link *link = xcalloc(1, sizeof *link);
    link->account = account;
    link->config = config;
    link->ops = ops;
    link->arg = arg;
    for (int i = 0; i < ONEBOT_ROLES; i++)
        link->slots[i] = (struct slot){.link = link, .role = (enum onebot_role)i};
    link->watch = loop_timer_start(account_loop(account), WATCH_MS, WATCH_MS, watch, link);
    if (config->url)
        start_forward(link);
    else if (start_reverse(link, faults))
        onebot_link_destroy(&link);
    return link;
}

void onebot_link_destroy(struct onebot_link **link)
{
    if (!*link)
        return;
    (*link)->closing = true;
    loop_timer_stop(&(*link)->watch);
    for (int i = 0; i < ONEBOT_ROLES; i++) {
        struct slot *slot = &(*link)->slots[i];
        loop_timer_stop(&slot->retry);
        if (slot->id)
            ws_drop(account_ws((*link)->account), slot->id);
    }
    ws_server_close(&(*link)->server);
    free(*link);
    *link = NULL;
}

static struct slot *calling(struct onebot_link *link)
{
    struct slot *api = &link->slots[ONEBOT_API], *both = &link->slots[ONEBOT_UNIVERSAL];
    return api->open ? api : both->open ? both : NULL;
}

int onebot_link_send(struct onebot_link *link, const char *text, size_t len)
{
    struct slot *slot = calling(link);
    if (!slot || ws_send(account_ws(link->account), slot->id, text, len))
        return ERR_AWAY;
    return 0;
}

void onebot_link_good(struct onebot_link *link, enum onebot_role role)
{
    struct slot *slot = &link->slots[role];
    slot->proven = true;
    slot->failures = slot->silent_cuts = 0;
    link->said_refused = false;
}

void onebot_link_refused(struct onebot_link *link, enum onebot_role role)
{
    struct slot *slot = &link->slots[role];
    slot->refused = true;
    if (slot->id)
        ws_close(account_ws(link->account), slot->id, 1000, "token refused");
}

void onebot_link_pulse(struct onebot_link *link, enum onebot_role role, int64_t interval_ms)
{
    link->slots[role].pulse_ms = interval_ms;
}

bool onebot_link_ready(const struct onebot_link *link)
{
    const struct slot *both = &link->slots[ONEBOT_UNIVERSAL];
    const struct slot *event = &link->slots[ONEBOT_EVENT], *api = &link->slots[ONEBOT_API];
    bool hears = both->proven || event->proven;
    return hears && (both->proven || api->proven || link->config->http_api);
}

void onebot_link_drop(struct onebot_link *link, const char *why)
{
    for (int i = 0; i < ONEBOT_ROLES; i++)
        if (link->slots[i].open)
            ws_close(account_ws(link->account), link->slots[i].id, 1001, why);
}
