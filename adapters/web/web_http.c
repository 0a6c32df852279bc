/* web_http.c: what browsers ask for. Everything but the refusal itself must pass host/door.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_private.h"

#define COOKIE_DAYS 30

static void answer_text(struct ws_response *response, int status, const char *text)
{
    response->status = status;
    response->body = text;
    response->body_len = strlen(text);
    response->headers = "cache-control: no-store\nx-content-type-options: nosniff\n";
}

static const char *type_of(const char *name)
{
    const char *kind = strrchr(name, '.');
    if (kind && !strcmp(kind, ".css"))
        return "text/css; charset=utf-8";
    if (kind && !strcmp(kind, ".svg"))
        return "image/svg+xml";
    return "text/javascript; charset=utf-8";
}

/* A file of templates/pages/, by its name. */
static void answer_asset(struct ws_response *response, const char *wanted, const char *type)
{
    char path[80];
    snprintf(path, sizeof path, "templates/pages/%s", wanted);
    ws_answer_asset(response, path);
    response->content_type = type;
    response->headers = "cache-control: no-cache\nx-content-type-options: nosniff\n"
                        "referrer-policy: no-referrer\n"
                        "cross-origin-resource-policy: same-origin\n";
}

static void answer_page(struct web *web, struct ws_response *response)
{
    int port = ws_server_port(web->server);
    answer_asset(response, "chat.html", "text/html; charset=utf-8");
    buf_clear(&web->answer);
    buf_printf(&web->answer,
               "set-cookie: loubot-%d=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict\n"
               "content-security-policy: default-src 'none'; script-src 'self'; "
               "style-src 'self'; img-src 'self' blob:; "
               "connect-src 'self' ws://127.0.0.1:%d ws://localhost:%d; "
               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\n"
               "cache-control: no-store\nx-content-type-options: nosniff\n"
               "referrer-policy: no-referrer\ncross-origin-opener-policy: same-origin\n",
               port, web->token, COOKIE_DAYS * 86400, port, port);
    response->headers = buf_text(&web->answer);
}

static void answer_picture(struct web *web, const char *name, struct ws_response *response)
{
    char ref[100];
    size_t len = 0;
    const char *type = NULL;
    snprintf(ref, sizeof ref, "media:%s", name);
    if (account_media_get(web->account, ref, &web->picture, &len, &type)) {
        answer_text(response, 404, "There is no such picture.\n");
        return;
    }
    *response = (struct ws_response){
        .status = 200,
        .content_type = type,
        .headers = "cache-control: private, max-age=86400, immutable\n"
                   "x-content-type-options: nosniff\ncontent-security-policy: default-src "
                   "'none'; sandbox\ncross-origin-resource-policy: same-origin\n",
        .body = web->picture,
        .body_len = len};
}

static void take_picture(struct web *web, const struct ws_request *request,
                         struct ws_response *response)
{
    char ref[100], origin[120];
    if (!ws_header(request, "origin", origin, sizeof origin)) {
        answer_text(response, 403, "origin\n");
        return;
    }
    int error =
        account_media_put(web->account, request->body, request->body_len, ref, sizeof ref);
    if (error) {
        answer_text(response, error == ERR_INVALID ? 415 : error == ERR_FULL ? 413 : 503, "");
        return;
    }
    buf_clear(&web->answer);
    buf_puts(&web->answer, "{\"image\":");
    web_out_string(ref, &web->answer);
    buf_puts(&web->answer, "}");
    answer_text(response, 200, buf_text(&web->answer));
    response->content_type = "application/json";
}

static void on_http(void *arg, const struct ws_request *request, struct ws_response *response)
{
    struct web *web = arg;
    const char *path = request->path;
    free(web->picture);
    web->picture = NULL;
    int status = door_gate(request, ws_server_port(web->server), web->token);
    bool get = !strcmp(request->method, "GET") || !strcmp(request->method, "HEAD");
    if (status == 401)
        answer_text(response, status,
                    "请打开 loubot run 打印的完整地址。\n"
                    "Please open the whole address that `loubot run` has printed.\n");
    else if (status)
        answer_text(response, status, "This page is for this machine only.\n");
    else if (!strcmp(path, "/media") && !strcmp(request->method, "POST"))
        take_picture(web, request, response);
    else if (!get)
        answer_text(response, 405, "");
    else if (!strcmp(path, "/"))
        answer_page(web, response);
    else if (!strncmp(path, "/chat", 5) && !strchr(path + 1, '/'))
        answer_asset(response, path + 1, type_of(path));
    else if (!strncmp(path, "/media/", 7))
        answer_picture(web, path + 7, response);
    else
        answer_text(response, 404, "There is nothing here.\n");
}

static int on_handshake(void *arg, const struct ws_request *request, void **ret_tag)
{
    if (strcmp(request->path, "/ws") != 0)
        return 404;
    const struct web *web = arg;
    return door_gate(request, ws_server_port(web->server), web->token);
}

static void on_open(void *arg, ws_id id, void *tag)
{
    web_page_open(arg, id);
}

static void on_text(void *arg, ws_id id, void *tag, const char *text, size_t len)
{
    web_page_text(arg, id, text, len);
}

static void on_close(void *arg, ws_id id, void *tag)
{
    web_page_close(arg, id);
}

const struct ws_server_ops web_server_ops = {on_http, on_handshake, on_open, on_text, on_close};
