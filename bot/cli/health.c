/* health.c: see health.h. Shows what bot/turn/health.c tells. */
#include "cli/health.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config.h"
#include "cli/status.h"
#include "host/conf.h"
#include "host/door.h"
#include "host/http.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"

#define ANSWER_MS 5000
#define ANSWER_MAX (1024 * 1024)

struct asking {
    struct loop *loop;
    int error, status;
    char *body;
    bool done;
};

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct asking *asking = arg;
    asking->error = answer->error;
    asking->status = answer->status;
    asking->body = xstrdup(answer->error ? "" : answer->body);
    asking->done = true;
}

/* The file's first line, or "". */
static void read_line(const char *folder, const char *name, char *line, int size)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(line, size, file))
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (file)
        fclose(file);
    free(path);
}

/* The JSON of the daemon on that data folder; NULL: none answers. */
static char *ask(const char *data)
{
    char address[100], token[DOOR_TOKEN_SIZE];
    read_line(data, STATUS_ADDRESS_FILE, address, sizeof address);
    read_line(data, STATUS_TOKEN_FILE, token, sizeof token);
    if (!address[0])
        return NULL;
    struct asking asking = {.loop = loop_create()};
    struct http *http = http_create(asking.loop);
    char *url = xasprintf("%s/healthz", address);
    char *headers = xasprintf("Authorization: Bearer %s\n", token);
    struct http_request request = {.method = "GET",
                                   .url = url,
                                   .headers = headers,
                                   .timeout_ms = ANSWER_MS,
                                   .max_answer = ANSWER_MAX};
    if (http_request(http, &request, on_answer, &asking))
        while (!asking.done)
            loop_poll(asking.loop, 100);
    http_destroy(&http);
    loop_destroy(&asking.loop);
    free(url);
    free(headers);
    if (asking.body && (asking.error || (asking.status != 200 && asking.status != 503))) {
        free(asking.body);
        asking.body = NULL;
    }
    return asking.body;
}

static long long number(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static void show(const json_t *json)
{
    bool ok = json_is_true(json_object_get(json, "ok"));
    size_t i;
    const json_t *item;
    printf("%s: %lld open events, %lld inputs wait, disk %.1f GB free\n", ok ? "ok" : "NOT OK",
           number(json, "open_events"), number(json, "queued"),
           (double)number(json, "disk_free") / 1e9);
    json_array_foreach(json_object_get(json, "accounts"), i, item)
    {
        printf("  %s:%s %s, %lld messages wait",
               json_string_value(json_object_get(item, "adapter")),
               json_string_value(json_object_get(item, "account")),
               json_is_true(json_object_get(item, "up")) ? "up" : "DOWN",
               number(item, "waiting"));
        if (number(item, "waiting"))
            printf(", the oldest for %lld s", number(item, "oldest_s"));
        printf("\n");
    }
    json_array_foreach(json_object_get(json, "notes"), i, item)
        printf("  ! %s\n", json_string_value(item));
}

static int look(const char *data, bool as_json)
{
    char *body = ask(data);
    json_t *json = body ? json_loads(body, 0, NULL) : NULL;
    bool ok = json && json_is_true(json_object_get(json, "ok"));
    if (!json)
        fprintf(stderr,
                "No Loubot answers on the data folder %s: start one with `loubot run`, or name "
                "the configuration of the running one with -c.\n",
                data);
    else if (as_json)
        puts(body);
    else
        show(json);
    json_decref(json);
    free(body);
    return ok ? 0 : 1;
}

int cli_health(int argc, char **argv)
{
    const char *path = NULL;
    bool as_json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            as_json = true;
        } else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
            path = argv[++i];
        } else {
            fprintf(stderr, "usage: loubot health [--json] [-c FILE]\n");
            return 2;
        }
    }
    log_set_level(LOG_ERROR);
    struct faults *faults = faults_create();
    struct config *config = config_load(path, faults);
    faults_print(faults, stderr);
    int status = config ? look(config->data, as_json) : 1;
    config_destroy(&config);
    faults_destroy(&faults);
    return status;
}
