#include "cli/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/door.h"
#include "host/log.h"
#include "host/mem.h"
#include "host/metrics.h"
#include "host/ws.h"
#include "turn/core.h"
#include "turn/health.h"

#define ADDRESS "127.0.0.1"
#define ANSWER_MAX (1024 * 1024)
#define CONNECTIONS_MAX 16

struct status {
    struct core *core;
    struct ws_server *server;
    char token[DOOR_TOKEN_SIZE];
    char *address_path;
    struct buf answer;
};

static void answer(const struct status *status, struct ws_response *response, int code,
                   const char *type)
{
    *response = (struct ws_response){
        .status = code,
        .content_type = type,
        .headers = "cache-control: no-store\nx-content-type-options: nosniff\n",
        .body = buf_text(&status->answer),
        .body_len = status->answer.len};
}

static int fill(struct status *status, const struct ws_request *request, const char **ret_type)
{
    *ret_type = NULL;
    int refusal = door_gate(request, ws_server_port(status->server), status->token);
    if (refusal) {
        buf_puts(&status->answer, refusal == 401
                                      ? "A token is needed; it stands in " STATUS_TOKEN_FILE
                                        " in the data folder.\n"
                                      : "This is for this machine only.\n");
        return refusal;
    }
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return 405;
    if (strcmp(request->path, "/healthz") == 0) {
        *ret_type = "application/json";
        return health_json(status->core, &status->answer) ? 200 : 503;
    }
    if (strcmp(request->path, "/metrics") == 0) {
        *ret_type = METRICS_TYPE;
        health_metrics(status->core, &status->answer);
        return 200;
    }
    buf_puts(&status->answer, "There are /healthz and /metrics.\n");
    return 404;
}

static void on_http(void *arg, const struct ws_request *request, struct ws_response *response)
{
    struct status *status = arg;
    const char *type;
    buf_clear(&status->answer);
    int code = fill(status, request, &type);
    answer(status, response, code, type);
}

static int on_handshake(void *arg, const struct ws_request *request, void **ret_tag)
{
    return 404;
}

static const struct ws_server_ops ops = {.on_http = on_http, .on_handshake = on_handshake};

static bool write_address(const struct status *status)
{
    FILE *file = fopen(status->address_path, "we");
    if (!file)
        return false;
    fprintf(file, "http://" ADDRESS ":%d\n", ws_server_port(status->server));
    return fclose(file) == 0;
}

struct status *status_start(struct core *core, const char *data_dir, int port)
{
    struct status *status = xcalloc(1, sizeof *status);
    struct ws_server_config config = {.address = ADDRESS,
                                      .port = port,
                                      .max_frame = 1024,
                                      .max_body = 1024,
                                      .max_queued = ANSWER_MAX,
                                      .max_connections = CONNECTIONS_MAX};
    status->core = core;
    status->address_path = xasprintf("%s/" STATUS_ADDRESS_FILE, data_dir);
    buf_init(&status->answer, ANSWER_MAX);
    char *token_path = xasprintf("%s/" STATUS_TOKEN_FILE, data_dir);
    const char *why = "the data folder cannot be written";
    if (core_ws(core) && door_token(token_path, status->token) == 0)
        status->server = ws_listen(core_ws(core), &config, &ops, status, &why);
    free(token_path);
    if (!status->server || !write_address(status)) {
        log_error("status", "no health and no metrics are served why=%s", why);
        status_stop(&status);
        return NULL;
    }
    return status;
}

void status_stop(struct status **status)
{
    struct status *s = *status;
    if (!s)
        return;
    ws_server_close(&s->server);
    unlink(s->address_path);
    free(s->address_path);
    buf_finish(&s->answer);
    free(s);
    *status = NULL;
}
