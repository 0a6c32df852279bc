/* ws_request.c: what a request carries: method, headers, query parameters. lws keeps headers
 * that it knows under token numbers and all others under their names; callers need not care. */
#include <string.h>

#include "host/ws_private.h"

#define HEADER_NAME_MAX 64
#define QUERY_MAX 2048

static const struct {
    enum lws_token_indexes token;
    const char *name;
} methods[] = {
    {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_POST_URI, "POST"},
    {WSI_TOKEN_PUT_URI, "PUT"},         {WSI_TOKEN_DELETE_URI, "DELETE"},
    {WSI_TOKEN_PATCH_URI, "PATCH"},     {WSI_TOKEN_HEAD_URI, "HEAD"},
    {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

const char *ws_request_method(struct lws *wsi)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (lws_hdr_total_length(wsi, methods[i].token))
            return methods[i].name;
    return "?";
}

void ws_request_fill(struct ws_request *request, struct lws *wsi, const char *method,
                     const char *path)
{
    *request = (struct ws_request){.method = method, .path = path, .body = "", .lws = wsi};
}

/* The token of a header that lws knows, -1 for others. `name` ends with a colon. */
static int known_header(const char *name)
{
    const unsigned char *known;
    for (int i = 0; (known = lws_token_to_string((enum lws_token_indexes)i)); i++)
        if (!strcmp((const char *)known, name))
            return i;
    return -1;
}

const char *ws_header(const struct ws_request *request, const char *name, char *value,
                      size_t size)
{
    char with_colon[HEADER_NAME_MAX + 2];
    size_t len = strlen(name);
    if (len > HEADER_NAME_MAX || !size)
        return NULL;
    memcpy(with_colon, name, len);
    memcpy(with_colon + len, ":", 2);
    int token = known_header(with_colon), got;
    if (token < 0)
        got = lws_hdr_custom_copy(request->lws, value, (int)size, with_colon, (int)len + 1);
    else if (!lws_hdr_total_length(request->lws, (enum lws_token_indexes)token))
        return NULL;
    else
        got = lws_hdr_copy(request->lws, value, (int)size, (enum lws_token_indexes)token);
    return got < 0 ? NULL : value;
}

const char *ws_query(const struct ws_request *request, const char *name, char *value,
                     size_t size)
{
    char fragment[QUERY_MAX];
    size_t len = strlen(name);
    int got;
    for (int i = 0; (got = lws_hdr_copy_fragment(request->lws, fragment, sizeof fragment,
                                                 WSI_TOKEN_HTTP_URI_ARGS, i)) >= 0;
         i++) {
        if (strncmp(fragment, name, len) != 0 || fragment[len] != '=')
            continue;
        const char *found = fragment + len + 1;
        if (strlen(found) >= size)
            return NULL;
        return memcpy(value, found, strlen(found) + 1);
    }
    return NULL;
}
