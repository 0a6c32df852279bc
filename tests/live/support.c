#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/live/support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/buf.h"
#include "host/mem.h"

struct support {
    struct loop *loop;
    struct redis_server *server;
    struct redis *redis;
    char *folder;
};

static int64_t monotonic_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool support_loop_until(struct loop *loop, bool (*done)(void *arg), void *arg, int ms)
{
    int64_t end = monotonic_ms() + ms;
    while (!done(arg)) {
        if (monotonic_ms() >= end)
            return false;
        loop_poll(loop, 10);
    }
    return true;
}

bool support_until(struct support *support, bool (*done)(void *arg), void *arg, int ms)
{
    return support_loop_until(support->loop, done, arg, ms);
}

char *support_folder_create(void)
{
    const char *base = getenv("TMPDIR");
    char *path = xasprintf("%s/loubot-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path))
        fail_msg("no temporary folder at %s", path);
    return path;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

void support_folder_remove(char **path)
{
    if (*path)
        nftw(*path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*path);
    *path = NULL;
}

static bool is_up(void *arg)
{
    return redis_is_up(arg);
}

struct support *support_start(void)
{
    struct support *s = xcalloc(1, sizeof *s);
    s->loop = loop_create();
    s->folder = support_folder_create();
    struct redis_server_config server = {.data = s->folder, .fsync_always = true};
    const char *why = NULL;
    s->server = redis_server_start(s->loop, &server, 0, &why);
    if (!s->server)
        fail_msg("%s", why);
    struct redis_config config = {.socket = redis_server_socket(s->server),
                                  .connections = REDIS_CONNECTIONS,
                                  .deadline_ms = REDIS_DEADLINE_MS,
                                  .max_waiting = 100000};
    s->redis = redis_create(s->loop, &config, NULL, NULL);
    if (!support_until(s, is_up, s->redis, 5000))
        fail_msg("no connection to %s", config.socket);
    return s;
}

void support_stop(struct support **support)
{
    struct support *s = *support;
    if (!s)
        return;
    redis_destroy(&s->redis);
    redis_server_stop(&s->server);
    loop_destroy(&s->loop);
    support_folder_remove(&s->folder);
    free(s);
    *support = NULL;
}

struct loop *support_loop(const struct support *support)
{
    return support->loop;
}

struct redis *support_redis(const struct support *support)
{
    return support->redis;
}

struct redis_server *support_server(const struct support *support)
{
    return support->server;
}

const char *support_socket(const struct support *support)
{
    return redis_server_socket(support->server);
}

const char *support_folder(const struct support *support)
{
    return support->folder;
}

static void add_reply(struct buf *text, const struct redis_reply *reply)
{
    switch (reply->type) {
    case REDIS_NIL:
        buf_puts(text, "(nil)");
        break;
    case REDIS_INT:
        buf_printf(text, "%lld", (long long)reply->integer);
        break;
    case REDIS_LIST:
        for (size_t i = 0; i < reply->len; i++) {
            buf_puts(text, i ? " " : "");
            add_reply(text, reply->items[i]);
        }
        break;
    default:
        buf_add(text, reply->text, reply->len);
    }
}

struct asked {
    bool done;
    int error;
    struct buf text;
};

static void on_answer(void *arg, int error, const struct redis_reply *reply)
{
    struct asked *asked = arg;
    asked->done = true;
    asked->error = error;
    if (reply)
        add_reply(&asked->text, reply);
}

static bool is_answered(void *arg)
{
    return ((struct asked *)arg)->done;
}

char *support_ask(struct support *support, const char *word, ...)
{
    const char *words[64] = {word};
    int count = 1;
    va_list args;
    va_start(args, word);
    while (count < 64 && (words[count] = va_arg(args, const char *)))
        count++;
    va_end(args);
    struct asked asked = {.done = false};
    buf_init(&asked.text, 16u << 20);
    redis_command(support->redis, 0, count, words, NULL, on_answer, &asked);
    while (!support_until(support, is_answered, &asked, 10000))
        fail_msg("%s: no answer", word);
    if (asked.error)
        fail_msg("%s: error %d", word, asked.error);
    char *text = xstrdup(buf_text(&asked.text));
    buf_finish(&asked.text);
    return text;
}
