/* onebot_wire.c: makes calls: as frames over the link, or as HTTP requests (`http_api`), which
 * carry the same parameters and are answered with the same object. Called by onebot.c,
 * onebot_send.c and onebot_history.c.
 */
#include "adapters/onebot/onebot.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot_failure.h"
#include "adapters/onebot/onebot_out.h"

struct onebot_http_call {
    struct onebot_http_call *next;
    struct onebot *onebot;
    uint64_t number;  /* in the table of calls */
    uint64_t request; /* of the HTTP client */
};

static void forget(struct onebot_http_call *call)
{
    struct onebot_http_call **at = &call->onebot->http_calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    free(call);
}

static void http_answered(void *arg, const struct http_answer *answer)
{
    struct onebot_http_call *call = arg;
    struct onebot *onebot = call->onebot;
    uint64_t number = call->number;
    struct arena *arena = arena_create(ONEBOT_ARENA_MAX);
    struct onebot_frame frame = {.kind = ONEBOT_BAD};
    forget(call);
    if (answer->error) {
        onebot_calls_end(onebot->calls, number,
                         answer->error == ERR_TIMEOUT ? ERR_TIMEOUT : ERR_AWAY);
    } else {
        if (answer->status == 200)
            onebot_in(answer->body, answer->body_len, onebot->self_id, arena, &frame);
        if (frame.kind != ONEBOT_REPLY)
            frame.reply = (struct onebot_reply){.retcode = answer->status, .text = ""};
        onebot_calls_answer(onebot->calls, number, &frame.reply);
    }
    arena_destroy(&arena);
}

static int call_http(struct onebot *onebot, const char *action, const struct buf *params,
                     int deadline_ms, uint64_t number)
{
    const struct onebot_config *config = &onebot->config;
    struct buf url, headers;
    buf_init(&url, 4096);
    buf_init(&headers, 4096);
    size_t len = strlen(config->http_api);
    buf_add(&url, config->http_api, len - (config->http_api[len - 1] == '/'));
    buf_printf(&url, "/%s", action);
    buf_puts(&headers, "content-type: application/json\n");
    if (*config->token)
        buf_printf(&headers, "authorization: Bearer %s\n", config->token);
    const struct http_request request = {.method = "POST",
                                         .url = buf_text(&url),
                                         .headers = buf_text(&headers),
                                         .body = buf_text(params),
                                         .body_len = params->len,
                                         .timeout_ms = deadline_ms,
                                         .max_answer = ONEBOT_FRAME_MAX};
    struct onebot_http_call *call = xcalloc(1, sizeof *call);
    *call = (struct onebot_http_call){onebot->http_calls, onebot, number, 0};
    onebot->http_calls = call;
    call->request = http_request(account_http(onebot->account), &request, http_answered, call);
    bool started = call->request != 0;
    if (!started)
        forget(call);
    buf_finish(&url);
    buf_finish(&headers);
    return started ? 0 : ERR_AWAY;
}

static int call_link(struct onebot *onebot, const char *action, const struct buf *params,
                     uint64_t number)
{
    char echo[ONEBOT_ECHO_SIZE];
    struct buf frame;
    buf_init(&frame, params->len + 256);
    onebot_echo(number, echo, sizeof echo);
    onebot_out_frame(&frame, action, buf_text(params), echo);
    int error = frame.failed ? ERR_AWAY : onebot_link_send(onebot->link, frame.p, frame.len);
    buf_finish(&frame);
    return error;
}

int onebot_call(struct onebot *onebot, const char *action, const struct buf *params,
                int deadline_ms, onebot_call_cb *cb, void *arg)
{
    uint64_t number = onebot_calls_add(onebot->calls, deadline_ms, cb, arg);
    if (!number)
        return ERR_AWAY;
    int error = onebot->config.http_api ? call_http(onebot, action, params, deadline_ms, number)
                                        : call_link(onebot, action, params, number);
    if (error)
        onebot_calls_drop(onebot->calls, number);
    return error;
}

void onebot_wire_stop(struct onebot *onebot)
{
    while (onebot->http_calls) {
        http_cancel(account_http(onebot->account), onebot->http_calls->request);
        forget(onebot->http_calls);
    }
}
