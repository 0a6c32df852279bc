/* onebot_config.c: reads what onebot.sample.yaml shows. Called once, by onebot.c's start. When
 * you add a key, add it to the sample.
 */
#include "adapters/onebot/onebot_config.h"

#include <string.h>

static void fault(struct faults *faults, const struct conf_node *node, const char *what)
{
    faults_add(faults, conf_file(node), conf_line(node), "%s", what);
}

static const char *optional(struct faults *faults, struct conf_node *conf, const char *key)
{
    struct conf_node *node = conf_get(conf, key);
    const char *text = node ? conf_string(node, "", faults) : "";
    return *text ? text : NULL;
}

static size_t read_list(struct faults *faults, struct conf_node *node, const char **list)
{
    size_t count = conf_length(node);
    if (count > ONEBOT_LIST_MAX) {
        fault(faults, node, "the list is too long; at most 32 entries");
        count = ONEBOT_LIST_MAX;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = conf_string(conf_item(node, i), "", faults);
    return count;
}

static bool begins(const char *text, const char *a, const char *b)
{
    return strncmp(text, a, strlen(a)) == 0 || strncmp(text, b, strlen(b)) == 0;
}

/* One of two words; `fallback` when the key is absent. True: the second. */
static bool read_choice(struct faults *faults, struct conf_node *conf, const char *key,
                        const char *first, const char *second)
{
    struct conf_node *node = conf_get(conf, key);
    const char *word = conf_string(node, first, faults);
    if (strcmp(word, first) != 0 && strcmp(word, second) != 0)
        faults_add(faults, conf_file(node), conf_line(node), "`%s` is `%s`; write %s or %s",
                   key, word, first, second);
    return strcmp(word, second) == 0;
}

static void read_forward(struct faults *faults, struct onebot_config *config,
                         struct conf_node *conf)
{
    config->url = optional(faults, conf, "url");
    config->split = read_choice(faults, conf, "mode", "universal", "split");
    config->in_query = read_choice(faults, conf, "token_in", "header", "query");
    config->http_api = optional(faults, conf, "http_api");
    if (config->url && !begins(config->url, "ws://", "wss://"))
        fault(faults, conf_get(conf, "url"), "`url` begins with ws:// or wss://");
    if (config->http_api && !begins(config->http_api, "http://", "https://"))
        fault(faults, conf_get(conf, "http_api"), "`http_api` begins with http:// or https://");
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strcmp(address, "localhost") == 0;
}

static void read_reverse(struct faults *faults, struct onebot_config *config,
                         struct conf_node *listen)
{
    if (!listen)
        return;
    config->address = conf_string(conf_get(listen, "address"), "127.0.0.1", faults);
    config->port = (int)conf_int(conf_get(listen, "port"), 8082, 0, 65535, faults);
    config->path = conf_string(conf_get(listen, "path"), "/onebot/v11/ws", faults);
    if (*config->path != '/')
        fault(faults, listen, "`path` begins with /");
    if (!*config->token && !is_loopback(config->address))
        fault(faults, listen,
              "listening beyond this machine needs a `token`, or anybody could play the "
              "platform");
}

int onebot_config_read(struct onebot_config *config, struct conf_node *conf,
                       struct faults *faults)
{
    size_t before = faults_count(faults);
    *config = (struct onebot_config){.conf = conf, .token = ""};
    const char *token = optional(faults, conf, "token");
    if (token)
        config->token = token;
    if (strpbrk(config->token, "\r\n"))
        fault(faults, conf_get(conf, "token"), "`token` has a line break in it");
    config->self_id = optional(faults, conf, "self_id");
    read_forward(faults, config, conf);
    read_reverse(faults, config, conf_get(conf, "listen"));
    config->media_host_count =
        read_list(faults, conf_get(conf, "media_hosts"), config->media_hosts);
    config->bot_count = read_list(faults, conf_get(conf, "bots"), config->bots);
    if (!config->url == !config->address)
        fault(faults, conf,
              "say how to reach the implementation: either `url` (we connect to it) or "
              "`listen` (it connects to us)");
    if (conf)
        conf_report_unknown(conf, faults);
    return faults_count(faults) > before ? ERR_INVALID : 0;
}
