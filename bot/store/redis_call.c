/* redis_call.c: commands as bytes of the Redis protocol, one allocation each.
 *
 * The bytes are kept until the answer is there: a connection writes straight from them, and an
 * EVALSHA that is answered with NOSCRIPT becomes an EVAL by changing its first two words.
 */
#include "store/redis_call.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"

/* "$" or "*", up to 20 digits, CR LF. */
#define HEAD_MAX 24u

void redis_calls_push(struct redis_calls *calls, struct redis_call *call)
{
    call->next = NULL;
    if (calls->tail)
        calls->tail->next = call;
    else
        calls->head = call;
    calls->tail = call;
}

struct redis_call *redis_calls_pop(struct redis_calls *calls)
{
    struct redis_call *call = calls->head;
    if (!call)
        return NULL;
    calls->head = call->next;
    if (!calls->head)
        calls->tail = NULL;
    return call;
}

static char *put_head(char *p, char kind, size_t number)
{
    char digits[20];
    size_t n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    *p++ = kind;
    while (n)
        *p++ = digits[--n];
    *p++ = '\r';
    *p++ = '\n';
    return p;
}

static char *put_text(char *p, const char *text, size_t len)
{
    p = put_head(p, '$', len);
    if (len)
        memcpy(p, text, len);
    p += len;
    *p++ = '\r';
    *p++ = '\n';
    return p;
}

static size_t text_len(const char *const *argv, const size_t *lens, int i)
{
    return lens ? lens[i] : strlen(argv[i]);
}

static size_t room_for(int argc, const char *const *argv, const size_t *lens)
{
    size_t room = HEAD_MAX;
    for (int i = 0; i < argc; i++)
        room += HEAD_MAX + text_len(argv, lens, i) + 2;
    return room;
}

static char *put_texts(char *p, int argc, const char *const *argv, const size_t *lens)
{
    for (int i = 0; i < argc; i++)
        p = put_text(p, argv[i], text_len(argv, lens, i));
    return p;
}

static struct redis_call *call_create(size_t room)
{
    struct redis_call *call = xmalloc(sizeof *call + room);
    *call = (struct redis_call){.len = 0};
    return call;
}

static void call_end(struct redis_call *call, const char *end)
{
    call->len = (size_t)(end - call->bytes);
}

struct redis_call *redis_call_command(int argc, const char *const *argv, const size_t *lens)
{
    struct redis_call *call = call_create(room_for(argc, argv, lens));
    char *p = put_head(call->bytes, '*', (size_t)argc);
    call_end(call, put_texts(p, argc, argv, lens));
    return call;
}

static void fill_sha(struct redis_script *script)
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1((const unsigned char *)script->source, strlen(script->source), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(script->sha + 2 * i, 3, "%02x", digest[i]);
}

struct redis_call *redis_call_evalsha(struct redis_script *script, int key_count,
                                      const char *const *keys, int argc,
                                      const char *const *argv, const size_t *lens)
{
    if (!script->sha[0])
        fill_sha(script);
    char count[12];
    snprintf(count, sizeof count, "%d", key_count);
    const char *const first[] = {"EVALSHA", script->sha, count};
    struct redis_call *call =
        call_create(room_for(3, first, NULL) + room_for(key_count, keys, NULL) +
                    room_for(argc, argv, lens));
    call->script = script;
    char *p = put_head(call->bytes, '*', 3 + (size_t)key_count + (size_t)argc);
    p = put_texts(p, 3, first, NULL);
    p = put_texts(p, key_count, keys, NULL);
    call_end(call, put_texts(p, argc, argv, lens));
    return call;
}

struct redis_call *redis_call_as_eval(const struct redis_call *evalsha)
{
    static const char words[] = "$7\r\nEVALSHA\r\n$40\r\n";
    const char *source = evalsha->script->source;
    const char *after_count = memchr(evalsha->bytes, '\n', evalsha->len);
    size_t count_len = (size_t)(after_count + 1 - evalsha->bytes);
    size_t skip = count_len + sizeof words - 1 + 40 + 2;
    struct redis_call *call = call_create(evalsha->len + strlen(source) + 3 * HEAD_MAX);
    call->cb = evalsha->cb;
    call->arg = evalsha->arg;
    call->slot = evalsha->slot;
    memcpy(call->bytes, evalsha->bytes, count_len);
    char *p = put_text(call->bytes + count_len, "EVAL", 4);
    p = put_text(p, source, strlen(source));
    memcpy(p, evalsha->bytes + skip, evalsha->len - skip);
    call_end(call, p + evalsha->len - skip);
    return call;
}

struct redis_call *redis_call_load(const struct redis_script *script)
{
    const char *const words[] = {"SCRIPT", "LOAD", script->source};
    struct redis_call *call = redis_call_command(3, words, NULL);
    call->kind = REDIS_CALL_LOAD;
    return call;
}

struct redis_call *redis_call_ping(void)
{
    const char *const words[] = {"PING"};
    struct redis_call *call = redis_call_command(1, words, NULL);
    call->kind = REDIS_CALL_PING;
    return call;
}
