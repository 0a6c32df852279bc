/* config.c: see config.h. When you add a key: read it in read_root() or below, describe it in
 * the README's table, and give it a fault in tests/unit/config_test.c.
 */
#include "cli/config.h"

#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "host/nearest.h"

#define ACCOUNTS_MAX 256
#define PATHS_MAX 2000
#define NAME_MAX_BYTES 64

struct config_private {
    struct config config; /* first: a config is its private part */
    struct arena *arena;
    struct conf *conf; /* adapters read it later */
};

struct reader {
    struct config *config;
    struct arena *arena;
    const char *file;
    char *folder; /* of the file, with the slash at its end; "" in the working folder */
    struct faults *faults;
};

#define fault(r, node, ...) faults_add((r)->faults, (r)->file, conf_line(node), __VA_ARGS__)

static const char *text_of(struct reader *r, struct conf_node *node)
{
    return arena_strdup(r->arena, conf_string(node, NULL, r->faults));
}

/* NULL when there is none. */
static const char *path_of(struct reader *r, struct conf_node *node)
{
    const char *path = conf_string(node, NULL, r->faults), *home = getenv("HOME");
    if (!path || !*path)
        return NULL;
    if (strncmp(path, "~/", 2) == 0 && home)
        return arena_printf(r->arena, "%s%s", home, path + 1);
    return arena_printf(r->arena, "%s%s", *path == '/' ? "" : r->folder, path);
}

static const char *const *paths_of(struct reader *r, struct conf_node *list, size_t *ret_count)
{
    size_t count = conf_length(list);
    *ret_count = 0;
    if (count > PATHS_MAX) {
        fault(r, list, "more than %d paths; use fewer", PATHS_MAX);
        return NULL;
    }
    const char **paths = arena_alloc(r->arena, count * sizeof *paths);
    for (size_t i = 0; i < count; i++) {
        const char *path = path_of(r, conf_item(list, i));
        if (path)
            paths[(*ret_count)++] = path;
    }
    return paths;
}

/* The one of `words` that stands there, as its place; `fallback` when nothing does. */
static int choice(struct reader *r, struct conf_node *node, const char *const *words,
                  size_t count, int fallback)
{
    const char *word = conf_string(node, NULL, r->faults);
    if (!word)
        return fallback;
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    const char *better = nearest(word, words, count);
    fault(r, node, "`%s` is not known here; %s%s", word, better ? "did you mean " : "write ",
          better ? better : words[0]);
    return fallback;
}

static const char *data_default(struct reader *r)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        return arena_printf(r->arena, "%s/loubot", state);
    if (home && *home == '/')
        return arena_printf(r->arena, "%s/.local/state/loubot", home);
    faults_add(r->faults, r->file, 1,
               "no place for the data: neither XDG_STATE_HOME nor HOME is set; set one, or "
               "write `data: /some/folder`");
    return NULL;
}

static bool is_address(const char *host)
{
    return host && (strspn(host, "0123456789.") == strlen(host) || strchr(host, ':') ||
                    strcmp(host, "localhost") == 0);
}

/* `redis: embedded`, or where the server is. */
static void read_redis(struct reader *r, struct conf_node *node)
{
    static const char *const ways[] = {"embedded"}, *const fsync[] = {"always", "everysec"};
    struct config *c = r->config;
    struct redis_config *redis = &c->redis;
    *redis =
        (struct redis_config){.connections = 4, .deadline_ms = 5000, .max_waiting = 100000};
    c->embedded = true;
    c->fsync_always = true;
    if (!conf_keys(node)) {
        choice(r, node, ways, 1, 0);
        return;
    }
    redis->socket = path_of(r, conf_get(node, "socket"));
    redis->host = text_of(r, conf_get(node, "host"));
    redis->port = (int)conf_int(conf_get(node, "port"), 6379, 1, 65535, r->faults);
    redis->connections = (int)conf_int(conf_get(node, "connections"), 4, 1, 16, r->faults);
    redis->deadline_ms = (int)conf_span_ms(conf_get(node, "deadline"), 5000, r->faults);
    c->redis_binary = path_of(r, conf_get(node, "binary"));
    c->fsync_always = choice(r, conf_get(node, "fsync"), fsync, 2, 0) == 0;
    c->embedded = !redis->socket && !redis->host;
    if (redis->socket && redis->host)
        fault(r, node, "redis has a `socket` and a `host`; keep one");
    if (redis->host && !is_address(redis->host))
        fault(r, conf_get(node, "host"), "`%s` is no IP address; write one", redis->host);
    if (redis->host && strcmp(redis->host, "localhost") == 0)
        redis->host = "127.0.0.1";
    if (!c->embedded && c->redis_binary)
        fault(r, node, "`binary` is for the embedded redis-server; remove it");
}

static bool same_account(const struct config *c, const struct config_account *account)
{
    for (size_t i = 0; i < c->account_count; i++)
        if (strcmp(c->accounts[i].adapter, account->adapter) == 0 &&
            strcmp(c->accounts[i].name, account->name) == 0)
            return true;
    return false;
}

static void read_account(struct reader *r, struct conf_node *node)
{
    struct config *c = r->config;
    struct config_account account = {.adapter = text_of(r, conf_get(node, "adapter")),
                                     .name = text_of(r, conf_get(node, "name")),
                                     .conf = node};
    conf_leave(node);
    if (!account.adapter || !*account.adapter) {
        fault(r, node, "an account without `adapter`; write for example adapter: onebot");
        return;
    }
    if (!account.name || !*account.name)
        account.name = account.adapter;
    if (strlen(account.name) > NAME_MAX_BYTES)
        fault(r, node, "the account's name is too long; at most %d bytes", NAME_MAX_BYTES);
    else if (same_account(c, &account))
        fault(r, node,
              "account %s of adapter %s stands here twice; give it a `name` of its own",
              account.name, account.adapter);
    else
        c->accounts[c->account_count++] = account;
}

static void read_accounts(struct reader *r, struct conf_node *list)
{
    struct config *c = r->config;
    size_t count = conf_length(list);
    if (count > ACCOUNTS_MAX) {
        fault(r, list, "more than %d accounts; start a second daemon", ACCOUNTS_MAX);
        count = 0;
    }
    c->accounts = arena_alloc(r->arena, (count + 1) * sizeof *c->accounts);
    for (size_t i = 0; i < count; i++)
        read_account(r, conf_item(list, i));
    if (!count)
        c->accounts[c->account_count++] = (struct config_account){"web", "web", NULL};
}

/* A year and a bit, since an event may be on hold for a year. */
static int photo_days(struct reader *r, struct conf_node *node)
{
    int days = (int)conf_int(node, 400, 0, 36500, r->faults);
    if (days > 0 && days < 30)
        fault(r, node, "`photo_days` is too short for work that is open; at least 30, or 0");
    return days;
}

static void read_root(struct reader *r, struct conf_node *root)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    struct config *c = r->config;
    c->data = path_of(r, conf_get(root, "data"));
    if (!c->data)
        c->data = data_default(r);
    read_redis(r, conf_get(root, "redis"));
    c->communities = paths_of(r, conf_get(root, "communities"), &c->community_count);
    c->words = paths_of(r, conf_get(root, "words"), &c->word_count);
    c->templates = path_of(r, conf_get(root, "templates"));
    c->classes = path_of(r, conf_get(root, "classes"));
    c->calendar = path_of(r, conf_get(root, "calendar"));
    c->log = (enum log_level)choice(r, conf_get(root, "log"), levels, 4, LOG_INFO);
    c->status_port =
        (int)conf_int(conf_get(conf_get(root, "status"), "port"), 0, 0, 65535, r->faults);
    c->photo_days = photo_days(r, conf_get(root, "photo_days"));
    c->paced = conf_bool(conf_get(root, "paced"), true, r->faults);
    read_accounts(r, conf_get(root, "accounts"));
    conf_report_unknown(root, r->faults);
}

static char *folder_of(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("");
}

struct config *config_try(const char *path, struct faults *faults)
{
    struct conf *conf = path ? conf_read_file(path, faults) : NULL;
    if (path && !conf)
        return NULL;
    struct config_private *p = xcalloc(1, sizeof *p);
    struct config *config = &p->config;
    p->arena = arena_create(16 * 1024 * 1024);
    p->conf = conf;
    config->private = p;
    config->path = arena_strdup(p->arena, path);
    struct reader r = {config, p->arena, path ? path : "loubot", folder_of(path), faults};
    read_root(&r, conf ? conf_root(conf) : NULL);
    free(r.folder);
    return config;
}

struct config *config_load(const char *path, struct faults *faults)
{
    size_t before = faults_count(faults);
    struct config *config = config_try(path, faults);
    if (faults_count(faults) != before)
        config_destroy(&config);
    return config;
}

void config_destroy(struct config **config)
{
    if (!*config)
        return;
    struct config_private *p = (*config)->private;
    conf_destroy(&p->conf);
    arena_destroy(&p->arena);
    free(p);
    *config = NULL;
}
