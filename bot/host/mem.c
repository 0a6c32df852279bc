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

/* An arena is a chain of blocks; each is handed out from the front. */
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
};

struct arena *arena_create(size_t max)
{
    struct arena *arena = xcalloc(1, sizeof *arena);
    arena->max = max;
    return arena;
}

void arena_destroy(struct arena **arena)
{
    if (!*arena)
        return;
    struct block *next;
    for (struct block *b = (*arena)->blocks; b; b = next) {
        next = b->next;
        free(b);
    }
    free(*arena);
    *arena = NULL;
}

void arena_clear(struct arena *arena)
{
    struct block *keep = NULL, *next;
    for (struct block *b = arena->blocks; b; b = next) {
        next = b->next;
        if (!keep && b->size == ARENA_BLOCK)
            keep = b;
        else
            free(b);
    }
    if (keep) {
        memset(keep->bytes, 0, keep->used);
        keep->used = 0;
        keep->next = NULL;
    }
    arena->blocks = keep;
    arena->used = 0;
}

static struct block *arena_grow(struct arena *arena, size_t size)
{
    size_t least = arena->blocks ? ARENA_BLOCK : ARENA_FIRST;
    size_t room = size > least ? size : least;
    struct block *b = xcalloc(1, sizeof *b + room);
    b->size = room;
    b->next = arena->blocks;
    arena->blocks = b;
    return b;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t align = alignof(max_align_t);
    size_t need = (size + align - 1) / align * align;
    if (need < size || arena->used + need > arena->max)
        out_of_memory(size);
    struct block *b = arena->blocks;
    if (!b || b->size - b->used < need)
        b = arena_grow(arena, need);
    void *p = b->bytes + b->used;
    b->used += need;
    arena->used += need;
    return p;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len > 0)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
