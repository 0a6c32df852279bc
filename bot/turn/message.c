#include "turn/message.h"

#include <openssl/evp.h>
#include <string.h>

#include "host/mem.h"
#include "host/text.h"

/* base64url without padding, RFC 4648 §5; 9 bytes give 12 characters. */
static void base64url_9(const unsigned char bytes[9], char text[INPUT_ID_SIZE])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < 3; i++) {
        unsigned v =
            (unsigned)bytes[3 * i] << 16 | (unsigned)bytes[3 * i + 1] << 8 | bytes[3 * i + 2];
        for (size_t k = 0; k < 4; k++)
            text[4 * i + k] = alphabet[v >> (18 - 6 * k) & 63];
    }
    text[INPUT_ID_SIZE - 1] = '\0';
}

/* Every line that comes in gets an id, so the algorithm is looked up once. */
static EVP_MD_CTX *begin(void)
{
    static EVP_MD_CTX *digest;
    bool first = !digest;
    if (first)
        digest = EVP_MD_CTX_new();
    EVP_DigestInit_ex(digest, first ? EVP_sha256() : NULL, NULL);
    return digest;
}

static void add_part(EVP_MD_CTX *digest, const char *text)
{
    EVP_DigestUpdate(digest, text ? text : "", (text ? strlen(text) : 0) + 1);
}

static void add_numbers(EVP_MD_CTX *digest, enum input_kind kind, int64_t time_ms)
{
    char text[32], *at = text;
    *at++ = (char)('0' + kind);
    *at++ = ' ';
    at += text_decimal(at, time_ms);
    *at++ = ' ';
    EVP_DigestUpdate(digest, text, (size_t)(at - text));
}

void input_set_id(struct input *input)
{
    EVP_MD_CTX *digest = begin();
    bool timer = input->kind == INPUT_TIMER;
    add_numbers(digest, input->kind, timer ? input->due_ms : input->time_ms);
    add_part(digest, input->adapter);
    add_part(digest, input->account);
    add_part(digest, input->group);
    add_part(digest, timer ? input->timer : input->message);
    if (input->kind == INPUT_RECALL || input->kind == INPUT_REACTION) {
        add_part(digest, input->user);
        add_part(digest, input->value);
    }
    unsigned char sum[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(digest, sum, NULL);
    base64url_9(sum, input->id);
}

struct input *input_copy(const struct input *input, struct arena *arena)
{
    struct input *copy = arena_alloc(arena, sizeof *copy);
    *copy = *input;
    copy->adapter = arena_strdup(arena, input->adapter);
    copy->account = arena_strdup(arena, input->account);
    copy->group = arena_strdup(arena, input->group);
    copy->user = arena_strdup(arena, input->user);
    copy->user_name = arena_strdup(arena, input->user_name);
    copy->message = arena_strdup(arena, input->message);
    copy->value = arena_strdup(arena, input->value);
    copy->timer = arena_strdup(arena, input->timer);
    copy->payload = arena_strdup(arena, input->payload);
    size_t count = input->segment_count;
    if (count > MESSAGE_SEGMENTS_MAX)
        count = MESSAGE_SEGMENTS_MAX;
    struct segment *segments = arena_alloc(arena, count * sizeof *segments);
    for (size_t i = 0; i < count; i++) {
        segments[i] = input->segments[i];
        segments[i].text = arena_strdup(arena, input->segments[i].text);
        segments[i].id = arena_strdup(arena, input->segments[i].id);
    }
    copy->segments = segments;
    copy->segment_count = count;
    return copy;
}

const char *input_text(const struct input *input, struct arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_TEXT && input->segments[i].text)
            total += strlen(input->segments[i].text);
    char *text = arena_alloc(arena, total + 1);
    size_t len = 0;
    for (size_t i = 0; i < input->segment_count; i++) {
        const struct segment *s = &input->segments[i];
        if (s->kind != SEGMENT_TEXT || !s->text)
            continue;
        size_t add = strlen(s->text);
        memcpy(text + len, s->text, add);
        len += add;
    }
    text[text_cut(text, len, MESSAGE_TEXT_MAX)] = '\0';
    return text;
}

const char *input_quoted(const struct input *input)
{
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_REPLY)
            return input->segments[i].id;
    return NULL;
}

bool input_mentions_self(const struct input *input)
{
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_AT && input->segments[i].self)
            return true;
    return false;
}

size_t input_image_count(const struct input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < input->segment_count; i++)
        count += input->segments[i].kind == SEGMENT_IMAGE && input->segments[i].text;
    return count;
}

size_t input_lost_count(const struct input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < input->segment_count; i++)
        count += input->segments[i].kind == SEGMENT_IMAGE && !input->segments[i].text;
    return count;
}
