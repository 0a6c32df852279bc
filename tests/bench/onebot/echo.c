/* echo.c: the bare application to compare with: libwebsockets and jansson on libuv, as Loubot
 * has them, and nothing behind: it reads every event, and answers a text that has 单元 in it
 * with a fixed sentence. It keeps nothing. Built by tests/bench/onebot_bench.mjs.
 *
 *   echo PORT
 */
#include <jansson.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define FRAME_MAX 65536

static struct {
    char *bytes;
    size_t len, cap;
} queue; /* frames that wait, each LWS_PRE + 4 bytes of length + text */

static char frame[FRAME_MAX];
static size_t frame_len;
static unsigned long long echo;

static void send_text(struct lws *wsi, const char *text)
{
    size_t len = strlen(text), need = LWS_PRE + sizeof(uint32_t) + len;
    if (queue.len + need > queue.cap) {
        queue.cap = (queue.len + need) * 2;
        queue.bytes = realloc(queue.bytes, queue.cap);
        if (!queue.bytes)
            abort();
    }
    uint32_t size = (uint32_t)len;
    memcpy(queue.bytes + queue.len, &size, sizeof size);
    memcpy(queue.bytes + queue.len + sizeof size + LWS_PRE, text, len);
    queue.len += need;
    lws_callback_on_writable(wsi);
}

static void drain(struct lws *wsi)
{
    size_t at = 0;
    while (at < queue.len && !lws_send_pipe_choked(wsi)) {
        uint32_t size;
        memcpy(&size, queue.bytes + at, sizeof size);
        lws_write(wsi, (unsigned char *)queue.bytes + at + sizeof size + LWS_PRE, size,
                  LWS_WRITE_TEXT);
        at += sizeof size + LWS_PRE + size;
    }
    memmove(queue.bytes, queue.bytes + at, queue.len - at);
    queue.len -= at;
    if (queue.len)
        lws_callback_on_writable(wsi);
}

static const char *text_of(const json_t *event)
{
    size_t i;
    json_t *segment;
    json_array_foreach(json_object_get(event, "message"), i, segment)
    {
        const char *text =
            json_string_value(json_object_get(json_object_get(segment, "data"), "text"));
        if (text)
            return text;
    }
    return "";
}

static void on_frame(struct lws *wsi)
{
    json_t *event = json_loadb(frame, frame_len, 0, NULL);
    const char *type = json_string_value(json_object_get(event, "post_type"));
    if (type && strcmp(type, "message") == 0 && strstr(text_of(event), "单元")) {
        char id[32];
        snprintf(id, sizeof id, "%lld",
                 (long long)json_integer_value(json_object_get(event, "message_id")));
        json_t *call = json_pack("{s:s,s:{s:O,s:[{s:s,s:{s:s}},{s:s,s:{s:s}}]},s:I}", "action",
                                 "send_group_msg", "params", "group_id",
                                 json_object_get(event, "group_id"), "message", "type", "reply",
                                 "data", "id", id, "type", "text", "data", "text",
                                 "收到，已登记。", "echo", (json_int_t)++echo);
        char *text = json_dumps(call, JSON_COMPACT);
        send_text(wsi, text);
        free(text);
        json_decref(call);
    }
    json_decref(event);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE:
        if (frame_len + len > sizeof frame)
            return -1;
        memcpy(frame + frame_len, in, len);
        frame_len += len;
        if (lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi)) {
            on_frame(wsi);
            frame_len = 0;
        }
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        drain(wsi);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        exit(0);
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

int main(int argc, char **argv)
{
    static const struct lws_protocols protocols[] = {{"", callback, 0, 4096, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    uv_loop_t *loop = uv_default_loop();
    void *loops[] = {loop};
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
                                             .protocols = protocols,
                                             .options = LWS_SERVER_OPTION_LIBUV,
                                             .foreign_loops = loops,
                                             .pt_serv_buf_size = 32768};
    if (argc != 2)
        return 2;
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    struct lws_client_connect_info connect = {.context = context,
                                              .address = "127.0.0.1",
                                              .host = "127.0.0.1",
                                              .origin = "127.0.0.1",
                                              .port = atoi(argv[1]),
                                              .path = "/"};
    if (!context || !lws_client_connect_via_info(&connect))
        return 1;
    return uv_run(loop, UV_RUN_DEFAULT);
}
