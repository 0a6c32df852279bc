/* buf.h: a growing byte string whose limit is given when it is made (as curl's dynbuf).
 *
 * An append that would pass the limit leaves the buffer as it was and sets `failed`; callers
 * check once, at the end. The bytes are always followed by a NUL that does not count.
 */
#ifndef LOUBOT_HOST_BUF_H
#define LOUBOT_HOST_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *p;     /* never NULL after the first append; owned by the buffer */
    size_t len;  /* bytes in use */
    size_t cap;  /* bytes allocated */
    size_t max;  /* limit of len */
    bool failed; /* an append did not fit */
};

void buf_init(struct buf *buf, size_t max);
void buf_finish(struct buf *buf); /* frees; the buffer may be used again after buf_init */
void buf_clear(struct buf *buf);  /* empty, keeps the memory */
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops the first `len` bytes. */
void buf_drop(struct buf *buf, size_t len);
/* The text, "" when empty. Valid until the next change. */
const char *buf_text(const struct buf *buf);

#endif
