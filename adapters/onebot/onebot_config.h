/* onebot_config.h: the configuration of one account. */
#ifndef LOUBOT_ONEBOT_CONFIG_H
#define LOUBOT_ONEBOT_CONFIG_H

#include "bot/adapter.h"

#define ONEBOT_LIST_MAX 32
#define ONEBOT_FRAME_MAX (4u * 1024 * 1024) /* bytes of one frame or HTTP answer */

struct onebot_config {
    const struct conf_node *conf; /* what it was read from, for faults */
    const char *url;              /* forward: "ws://host:port/"; NULL: not */
    bool split;                   /* two connections, to url/api and url/event */
    bool in_query;                /* the token goes into the query, not into a header */
    const char *address, *path;   /* reverse: where implementations connect to; NULL: not */
    int port;
    const char *http_api; /* calls go there: "http://host:port"; NULL: over the WebSocket */
    const char *token;    /* "": none */
    const char *self_id;  /* the account; NULL: taken from the first event */
    const char *media_hosts[ONEBOT_LIST_MAX]; /* beside the platform's own */
    size_t media_host_count;
    const char *bots[ONEBOT_LIST_MAX]; /* user ids of other bots */
    size_t bot_count;
};

/* Reads `conf` (NULL: empty); every string is borrowed from it. 0, or ERR_INVALID after adding
 * faults. */
int onebot_config_read(struct onebot_config *config, struct conf_node *conf,
                       struct faults *faults);

#endif
