/* mem.h: allocation that never returns NULL, and arenas.
 *
 * State lives in Redis and a restart is safe, so running out of memory aborts with a line in
 * the log. Whatever a peer can make grow has a cap at the place where it is created; an arena
 * carries such a cap itself.
 *
 * An arena serves one turn (or one parse): what arena_alloc() hands out is zeroed, and all dies
 * with it. What outlives the turn is copied explicitly.
 */
#ifndef LOUBOT_HOST_MEM_H
#define LOUBOT_HOST_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct arena;

/* Creates an arena that may hand out `max` bytes in all; beyond that arena_alloc aborts, so
 * callers cap their own inputs first. Destroyed by arena_destroy(), which also sets the pointer
 * NULL and accepts NULL. */
struct arena *arena_create(size_t max);
void arena_destroy(struct arena **arena);

/* Zeroed memory, aligned for any type, valid until the arena is destroyed. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text); /* NULL gives NULL */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_decimal(struct arena *arena, int64_t number);
/* Forgets everything that was handed out; keeps one block, so that a scratch arena costs
 * nothing. */
void arena_clear(struct arena *arena);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

#endif
