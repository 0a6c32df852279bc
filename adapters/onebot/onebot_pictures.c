/* onebot_pictures.c: fetches pictures and hands them to the core to be checked and kept. Used
 * by onebot_lines.c.
 *
 * Only from hosts that are named: the platform's own over https, public addresses only, and
 * what the operator lists in `media_hosts`: a host name (same rules), or an origin such as
 * "http://127.0.0.1:3000", which is taken as it is, for implementations that serve pictures
 * themselves.
 */
#include "adapters/onebot/onebot_pictures.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AT_ONCE 4
#define WAITING_MAX 128
#define DEADLINE_MS 6000
#define PICTURE_MAX (5u * 1024 * 1024)

/* Domains, with everything below them, that QQ serves pictures from. */
static const char *const platform_hosts[] = {"qpic.cn", "qq.com.cn", "qq.com"};

struct job {
    struct job *next;
    struct onebot_pictures *pictures;
    char *url;
    onebot_picture_got_cb *cb;
    void *arg;
    uint64_t request; /* 0: waits */
};

struct onebot_pictures {
    struct account *account;
    const struct onebot_config *config;
    struct job *jobs; /* the oldest first */
    size_t count, running;
};

static bool below(const char *host, size_t len, const char *domain)
{
    size_t want = strlen(domain);
    if (len < want || strncasecmp(host + len - want, domain, want) != 0)
        return false;
    return len == want || host[len - want - 1] == '.';
}

static bool host_is_named(const struct onebot_config *config, const char *host, size_t len)
{
    for (size_t i = 0; i < sizeof platform_hosts / sizeof *platform_hosts; i++)
        if (below(host, len, platform_hosts[i]))
            return true;
    for (size_t i = 0; i < config->media_host_count; i++)
        if (*config->media_hosts[i] && below(host, len, config->media_hosts[i]))
            return true;
    return false;
}

static bool origin_is_named(const struct onebot_config *config, const char *url)
{
    for (size_t i = 0; i < config->media_host_count; i++) {
        const char *origin = config->media_hosts[i];
        size_t len = strlen(origin);
        if (strstr(origin, "://") && strncmp(url, origin, len) == 0 &&
            (origin[len - 1] == '/' || url[len] == '/'))
            return true;
    }
    return false;
}

bool onebot_pictures_allowed(const struct onebot_config *config, const char *url,
                             struct buf *ret_url, bool *ret_public)
{
    bool tls = strncasecmp(url, "https://", 8) == 0;
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '\\')
            return false;
    if (origin_is_named(config, url)) {
        buf_puts(ret_url, url);
        *ret_public = false;
        return true;
    }
    if (!tls && strncasecmp(url, "http://", 7) != 0)
        return false;
    const char *host = url + (tls ? 8 : 7);
    size_t authority = strcspn(host, "/?#");
    size_t len = strcspn(host, "/?#:");
    bool plain_port =
        len == authority || (authority == len + 4 && !strncmp(host + len, ":443", 4));
    if (memchr(host, '@', authority) || !plain_port || !host_is_named(config, host, len))
        return false;
    buf_puts(ret_url, "https://"); /* older implementations still write http:// */
    buf_puts(ret_url, host);
    *ret_public = true;
    return true;
}

/* ---- fetching -------------------------------------------------------------------------- */

static void pump(void *arg);

static void end(struct job *job, const char *ref)
{
    struct onebot_pictures *pictures = job->pictures;
    struct job **at = &pictures->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    pictures->count--;
    pictures->running -= job->request != 0;
    job->cb(job->arg, ref);
    free(job->url);
    free(job);
}

static void answered(void *arg, const struct http_answer *answer)
{
    struct job *job = arg;
    struct onebot_pictures *pictures = job->pictures;
    char ref[ONEBOT_MEDIA_REF_SIZE];
    int error = answer->error;
    if (!error && answer->status != 200)
        error = ERR_REFUSED;
    if (!error)
        error = account_media_put(pictures->account, answer->body, answer->body_len, ref,
                                  sizeof ref);
    if (error)
        log_warn("onebot", "a picture could not be kept account=%s error=%d status=%d",
                 account_name(pictures->account), error, answer->status);
    end(job, error ? NULL : ref);
    loop_defer(account_loop(pictures->account), pump, pictures);
}

static bool begin(struct job *job)
{
    struct onebot_pictures *pictures = job->pictures;
    struct buf url;
    bool public_only = true;
    buf_init(&url, 4096);
    if (onebot_pictures_allowed(pictures->config, job->url, &url, &public_only)) {
        const struct http_request request = {.method = "GET",
                                             .url = buf_text(&url),
                                             .timeout_ms = DEADLINE_MS,
                                             .max_answer = PICTURE_MAX,
                                             .public_only = public_only};
        job->request = http_request(account_http(pictures->account), &request, answered, job);
    } else {
        log_debug("onebot", "a picture from elsewhere was not fetched account=%s",
                  account_name(pictures->account));
    }
    buf_finish(&url);
    pictures->running += job->request != 0;
    return job->request != 0;
}

static void pump(void *arg)
{
    struct onebot_pictures *pictures = arg;
    struct job *job = pictures->jobs, *next;
    for (; job && pictures->running < AT_ONCE; job = next) {
        next = job->next;
        if (!job->request && !begin(job))
            end(job, NULL);
    }
}

struct onebot_pictures *onebot_pictures_create(struct account *account,
                                               const struct onebot_config *config)
{
    struct onebot_pictures *pictures = xcalloc(1, sizeof *pictures);
    pictures->account = account;
    pictures->config = config;
    return pictures;
}

void onebot_pictures_destroy(struct onebot_pictures **pictures)
{
    struct job *job, *next;
    if (!*pictures)
        return;
    loop_undefer(account_loop((*pictures)->account), pump, *pictures);
    for (job = (*pictures)->jobs; job; job = next) {
        next = job->next;
        http_cancel(account_http((*pictures)->account), job->request);
        free(job->url);
        free(job);
    }
    free(*pictures);
    *pictures = NULL;
}

void onebot_pictures_get(struct onebot_pictures *pictures, const char *url,
                         onebot_picture_got_cb *cb, void *arg)
{
    struct job *job = xcalloc(1, sizeof *job), **at = &pictures->jobs;
    job->pictures = pictures;
    /* beyond the cap a picture is refused like one from elsewhere */
    job->url = xstrdup(pictures->count < WAITING_MAX ? url : "");
    job->cb = cb;
    job->arg = arg;
    while (*at)
        at = &(*at)->next;
    *at = job;
    pictures->count++;
    loop_defer(account_loop(pictures->account), pump, pictures);
}

/* ---- sending --------------------------------------------------------------------------- */

int onebot_pictures_base64(void *arg, const char *ref, struct buf *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    void *bytes;
    size_t len;
    const char *type;
    int error = account_media_get(arg, ref, &bytes, &len, &type);
    if (error)
        return error;
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)p[i] << 16 | (i + 1 < len ? p[i + 1] << 8 : 0) |
                         (i + 2 < len ? p[i + 2] : 0u);
        buf_add(out,
                (char[]){digits[three >> 18], digits[three >> 12 & 63],
                         i + 1 < len ? digits[three >> 6 & 63] : '=',
                         i + 2 < len ? digits[three & 63] : '='},
                4);
    }
    free(bytes);
    return out->failed ? ERR_FULL : 0;
}
