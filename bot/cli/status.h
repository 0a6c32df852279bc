/* status.h: the daemon's own small HTTP server on the loopback address, for operators and their
 * alarms: GET /healthz (200, or 503 while it cannot do its work; JSON) and GET /metrics
 * (Prometheus). Who may come in: host/door.h. Its address and token stand in the data folder,
 * in `status-address` and `status-token`; `loubot health` finds them there. */
#ifndef LOUBOT_CLI_STATUS_H
#define LOUBOT_CLI_STATUS_H

struct core;
struct status;

#define STATUS_ADDRESS_FILE "status-address"
#define STATUS_TOKEN_FILE "status-token"

/* `port` 0: any free one. NULL after a line in the log: the daemon does its work without. */
struct status *status_start(struct core *core, const char *data_dir, int port);
/* Before the core is destroyed. Sets the pointer NULL, accepts NULL. */
void status_stop(struct status **status);

#endif
