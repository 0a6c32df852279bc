/* reload.h: files that change while the daemon runs. SIGUSR1 makes it read
 * everything anew: first by the side, as `loubot check` does; with a fault in it, the fault is
 * logged and all stays as it is. (Roles that begin or end at midnight are the core's: rows.c.)
 */
#ifndef LOUBOT_CLI_RELOAD_H
#define LOUBOT_CLI_RELOAD_H

#include "host/loop.h"

struct daemon;
struct reload;

/* `path` is the configuration's, or NULL. `cb` is called when everything was read without a
 * fault; the caller then starts the daemon anew. Borrows the daemon. */
struct reload *reload_start(struct daemon *daemon, const char *path, loop_cb *cb, void *arg);
void reload_stop(struct reload **reload);

#endif
