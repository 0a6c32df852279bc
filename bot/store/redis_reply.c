#include "store/redis_reply.h"

#include <hiredis/read.h>
#include <stdlib.h>
#include <string.h>

#include "host/err.h"
#include "host/mem.h"

struct redis_reader {
    redisReader *hiredis;
    struct arena *arena; /* of the reply being read or used; NULL between replies */
};

/* NULL, which hiredis turns into an error of the stream, when the reply would pass its cap. */
static struct redis_reply *reply_alloc(const redisReadTask *task, enum redis_type type,
                                       size_t extra)
{
    struct redis_reader *reader = task->privdata;
    if (!reader->arena)
        reader->arena = arena_create(REDIS_REPLY_MAX + 4096);
    if (extra > REDIS_REPLY_MAX ||
        arena_used(reader->arena) + extra + sizeof(struct redis_reply) > REDIS_REPLY_MAX)
        return NULL;
    struct redis_reply *reply = arena_alloc(reader->arena, sizeof *reply + extra);
    reply->type = type;
    if (task->parent) {
        const struct redis_reply *parent = task->parent->obj;
        ((const struct redis_reply **)parent->items)[task->idx] = reply;
    }
    return reply;
}

static void *create_text(const redisReadTask *task, char *text, size_t len)
{
    enum redis_type type = task->type == REDIS_REPLY_ERROR ? REDIS_ERROR : REDIS_TEXT;
    struct redis_reply *reply = reply_alloc(task, type, len + 1);
    if (!reply)
        return NULL;
    char *copy = (char *)(reply + 1);
    memcpy(copy, text, len);
    reply->text = copy;
    reply->len = len;
    return reply;
}

static void *create_list(const redisReadTask *task, int count)
{
    size_t len = (size_t)count;
    struct redis_reply *reply = reply_alloc(task, REDIS_LIST, len * sizeof reply->items[0]);
    if (!reply)
        return NULL;
    reply->items = (const struct redis_reply *const *)(reply + 1);
    reply->len = len;
    return reply;
}

static void *create_int(const redisReadTask *task, long long value)
{
    struct redis_reply *reply = reply_alloc(task, REDIS_INT, 0);
    if (reply)
        reply->integer = value;
    return reply;
}

static void *create_nil(const redisReadTask *task)
{
    return reply_alloc(task, REDIS_NIL, 0);
}

static void free_nothing(void *object)
{
    (void)object;
}

static redisReplyObjectFunctions reply_functions = {
    .createString = create_text,
    .createArray = create_list,
    .createInteger = create_int,
    .createNil = create_nil,
    .freeObject = free_nothing,
};

struct redis_reader *redis_reader_create(void)
{
    struct redis_reader *reader = xcalloc(1, sizeof *reader);
    reader->hiredis = redisReaderCreateWithFunctions(&reply_functions);
    if (!reader->hiredis)
        abort();
    reader->hiredis->privdata = reader;
    return reader;
}

void redis_reader_destroy(struct redis_reader **reader)
{
    if (!*reader)
        return;
    redisReaderFree((*reader)->hiredis);
    arena_destroy(&(*reader)->arena);
    free(*reader);
    *reader = NULL;
}

int redis_reader_feed(struct redis_reader *reader, const char *bytes, size_t len)
{
    redisReader *h = reader->hiredis;
    if (h->len - h->pos > REDIS_REPLY_MAX)
        return ERR_INVALID;
    return redisReaderFeed(h, bytes, len) == REDIS_OK ? 0 : ERR_INVALID;
}

int redis_reader_next(struct redis_reader *reader, const struct redis_reply **ret_reply)
{
    void *reply = NULL;
    if (!reader->hiredis->reply)
        arena_destroy(&reader->arena);
    if (redisReaderGetReply(reader->hiredis, &reply) != REDIS_OK)
        return ERR_INVALID;
    *ret_reply = reply;
    return 0;
}
