/* onebot_config.c: reads what onebot.sample.yaml shows. Called once, by onebot.c's start. When
 * you add a key, add it to the sample.
 */
#include "adapters/onebot/onebot_config.h"

#include <string.h>

struct reading {
    const char *name;
    struct faults *faults;
};

static void fault(struct reading *reading, struct conf_node *node, const char *what)
{
    faults_add(reading->faults, reading->name, node ? conf_line(node) : 0, "%s", what);
}

static const char *optional(struct reading *reading, struct conf_node *conf, const char *key)
{
    struct conf_node *node = conf_get(conf, key);
    const char *text = node ? conf_string(node, "", reading->faults) : "";
    return *text ? text : NULL;
}

static size_t read_list(struct reading *reading, struct conf_node *node, const char **list)
{
    size_t count = conf_length(node);
    if (count > ONEBOT_LIST_MAX) {
        fault(reading, node, "the list is too long; at most 32 entries");
        count = ONEBOT_LIST_MAX;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = conf_string(conf_item(node, i), "", reading->faults);
    return count;
}

static bool begins(const char *text, const char *a, const char *b)
{
    return strncmp(text, a, strlen(a)) == 0 || strncmp(text, b, strlen(b)) == 0;
}

/* One of two words; `fallback` when the key is absent. True: the second. */
static bool read_choice(struct reading *reading, struct conf_node *conf, const char *key,
                        const char *first, const char *second)
{
    struct conf_node *node = conf_get(conf, key);
    const char *word = conf_string(node, first, reading->faults);
    if (strcmp(word, first) != 0 && strcmp(word, second) != 0)
        faults_add(reading->faults, reading->name, conf_line(node),
                   "`%s` is `%s`; write %s or %s", key, word, first, second);
    return strcmp(word, second) == 0;
}

static void read_forward(struct reading *reading, struct onebot_config *config,
                         struct conf_node *conf)
{
    config->url = optional(reading, conf, "url");
    config->split = read_choice(reading, conf, "mode", "universal", "split");
    config->in_query = read_choice(reading, conf, "token_in", "header", "query");
    config->http_api = optional(reading, conf, "http_api");
    if (config->url && !begins(config->url, "ws://", "wss://"))
        fault(reading, conf_get(conf, "url"), "`url` begins with ws:// or wss://");
    if (config->http_api && !begins(config->http_api, "http://", "https://"))
        fault(reading, conf_get(conf, "http_api"),
              "`http_api` begins with http:// or https://");
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strcmp(address, "localhost") == 0;
}

static void read_reverse(struct reading *reading, struct onebot_config *config,
                         struct conf_node *listen)
{
    if (!listen)
        return;
    config->address = conf_string(conf_get(listen, "address"), "127.0.0.1", reading->faults);
    config->port = (int)conf_int(conf_get(listen, "port"), 8082, 0, 65535, reading->faults);
    config->path = conf_string(conf_get(listen, "path"), "/onebot/v11/ws", reading->faults);
    if (*config->path != '/')
        fault(reading, listen, "`path` begins with /");
    if (!*config->token && !is_loopback(config->address))
        fault(reading, listen,
              "listening beyond this machine needs a `token`, or anybody could play the "
              "platform");
}

int onebot_config_read(struct onebot_config *config, const char *name, struct conf_node *conf,
                       struct faults *faults)
{
    struct reading reading = {name, faults};
    size_t before = faults_count(faults);
    *config = (struct onebot_config){.token = ""};
    const char *token = optional(&reading, conf, "token");
    if (token)
        config->token = token;
    if (strpbrk(config->token, "\r\n"))
        fault(&reading, conf_get(conf, "token"), "`token` has a line break in it");
    config->self_id = optional(&reading, conf, "self_id");
    read_forward(&reading, config, conf);
    read_reverse(&reading, config, conf_get(conf, "listen"));
    config->media_host_count =
        read_list(&reading, conf_get(conf, "media_hosts"), config->media_hosts);
    config->bot_count = read_list(&reading, conf_get(conf, "bots"), config->bots);
    if (!config->url == !config->address)
        fault(&reading, conf,
              "say how to reach the implementation: either `url` (we connect to it) or "
              "`listen` (it connects to us)");
    if (conf)
        conf_report_unknown(conf, faults);
    return faults_count(faults) > before ? ERR_INVALID : 0;
}
