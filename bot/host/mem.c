#include "host/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void out_of_memory(size_t size)
{
    fprintf(stderr, "error mem out of memory size=%zu\n", size);
    abort();
}

void *xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        out_of_memory(size);
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        out_of_memory(size);
    return p;
}

void *xrealloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (!p)
        out_of_memory(size);
    return p;
}

char *xstrndup(const char *text, size_t len)
{
    char *copy = xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        out_of_memory(0);
    return text;
}

static size_t round_up(size_t size)
{
    return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* An arena is a chain of blocks; each is handed out from the front. The first lies behind the
 * arena itself. */
#define ARENA_BLOCK 4096u
#define ARENA_FIRST 1024u /* most that waits is short */

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *blocks;
    size_t used, max;
    struct block *first;
};

static struct block *block_init(void *memory, size_t size, struct block *next)
{
    struct block *b = memory;
    b->next = next;
    b->used = 0;
    b->size = size;
    return b;
}

struct arena *arena_create(size_t max)
{
    size_t head = round_up(sizeof(struct arena));
    struct arena *arena = xmalloc(head + sizeof(struct block) + ARENA_FIRST);
    arena->first = block_init((char *)arena + head, ARENA_FIRST, NULL);
    arena->blocks = arena->first;
    arena->used = 0;
    arena->max = max;
    return arena;
}

void arena_destroy(struct arena **arena)
{
    if (!*arena)
        return;
    struct block *next;
    for (struct block *b = (*arena)->blocks; b != (*arena)->first; b = next) {
        next = b->next;
        free(b);
    }
    free(*arena);
    *arena = NULL;
}

void arena_clear(struct arena *arena)
{
    struct block *keep = NULL, *next;
    for (struct block *b = arena->blocks; b != arena->first; b = next) {
        next = b->next;
        if (!keep && b->size == ARENA_BLOCK)
            keep = block_init(b, b->size, arena->first);
        else
            free(b);
    }
    arena->first->used = 0;
    arena->blocks = keep ? keep : arena->first;
    arena->used = 0;
}

static void arena_grow(struct arena *arena, size_t size)
{
    size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
    arena->blocks = block_init(xmalloc(sizeof(struct block) + room), room, arena->blocks);
}

/* Memory as it comes. */
static void *arena_take(struct arena *arena, size_t size)
{
    size_t need = round_up(size);
    if (need < size || arena->used + need > arena->max)
        out_of_memory(size);
    if (arena->blocks->size - arena->blocks->used < need)
        arena_grow(arena, need);
    struct block *b = arena->blocks;
    void *p = b->bytes + b->used;
    b->used += need;
    arena->used += need;
    return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_take(arena, len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

/* Most texts fit where the next one would begin. */
char *arena_printf(struct arena *arena, const char *format, ...)
{
    struct block *b = arena->blocks;
    size_t room = b->size - b->used;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf((char *)b->bytes + b->used, room, format, args);
    va_end(args);
    size_t size = len < 0 ? 1 : (size_t)len + 1;
    char *text = arena_take(arena, size);
    if (size > room)
        vsnprintf(text, size, format, again);
    if (len < 0)
        *text = '\0';
    va_end(again);
    return text;
}

char *arena_decimal(struct arena *arena, int64_t number)
{
    char digits[21], *p = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--p = '-';
    return arena_strndup(arena, p, (size_t)(digits + sizeof digits - p));
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
