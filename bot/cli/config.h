/* config.h: the daemon's configuration (`-c FILE`, YAML), read for `run` and `check`. Without a
 * file everything has its default: embedded redis-server, the demo community, the web chat.
 *
 * Paths in the file are relative to its folder; "~/" is the home folder.
 */
#ifndef LOUBOT_CLI_CONFIG_H
#define LOUBOT_CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "host/log.h"
#include "store/redis.h"

struct conf_node;
struct faults;

struct config_account {
    const char *adapter, *name;
    struct conf_node *conf; /* the adapter's own keys stand here too; NULL: defaults */
};

/* Strings live as long as the config. */
struct config {
    const char *path;          /* of the file; NULL: defaults */
    const char *data;          /* folder */
    bool embedded;             /* Loubot starts its own redis-server */
    struct redis_config redis; /* not embedded: where it is */
    const char *redis_binary;  /* embedded; NULL: found in PATH */
    bool fsync_always;         /* embedded */
    int photo_days;            /* pictures are kept so long; 0: for ever */
    bool paced;                /* false only for benchmarks */
    enum log_level log;
    int status_port; /* of /healthz and /metrics; 0: any free one */

    const char *const *communities; /* folders; none: the embedded demo */
    size_t community_count;
    const char *const *words; /* further lexicon files */
    size_t word_count;
    const char *templates, *classes, *calendar; /* NULL: the embedded ones */

    struct config_account *accounts; /* at least one */
    size_t account_count;

    struct config_private *private;
};

/* `path` NULL: the defaults. NULL after adding faults. */
struct config *config_load(const char *path, struct faults *faults);
/* For `check`: what is at fault has its default, so that the rest can be looked at too. NULL
 * only when the file is no YAML. */
struct config *config_try(const char *path, struct faults *faults);
void config_destroy(struct config **config);

#endif
