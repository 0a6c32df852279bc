/* http.h: HTTP client calls over libcurl's multi interface. One callback for each call, exactly
 * once, never before http_request() has returned. */
#ifndef LOUBOT_HOST_HTTP_H
#define LOUBOT_HOST_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct http;

struct http *http_create(struct loop *loop);
/* Calls in flight end without their callback. Sets the pointer NULL, accepts NULL. */
void http_destroy(struct http **http);

struct http_request {
    const char *method; /* "GET", "POST" */
    const char *url;
    const char *headers; /* lines "name: value\n", or NULL */
    const void *body;    /* copied */
    size_t body_len;
    int timeout_ms;    /* of the whole call */
    size_t max_answer; /* bytes; a longer answer fails with ERR_FULL */
    bool public_only;  /* refuse loopback, private and link-local addresses, checked at connect
                          (DESIGN §9) */
};

/* `error` 0: the peer answered (`status` is set, whatever it is); else ERR_AWAY, ERR_TIMEOUT,
 * ERR_FULL, ERR_INVALID. */
struct http_answer {
    int error;
    int status;
    const char *content_type; /* "" when absent */
    const char *body;         /* NUL-terminated */
    size_t body_len;
};
typedef void http_cb(void *arg, const struct http_answer *answer);

/* Starts a call; its id is for http_cancel(). 0 when `request` is not usable. No redirect is
 * followed. */
uint64_t http_request(struct http *http, const struct http_request *request, http_cb *cb,
                      void *arg);
/* The callback will not come. Unknown ids are ignored. */
void http_cancel(struct http *http, uint64_t id);

#endif
