#include "host/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_finish(struct buf *buf)
{
    free(buf->p);
    buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->p)
        buf->p[0] = '\0';
}

static bool buf_reserve(struct buf *buf, size_t more)
{
    if (more > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->len + more + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap ? buf->cap * 2 : 64;
    if (cap < need)
        cap = need;
    buf->p = xrealloc(buf->p, cap);
    buf->cap = cap;
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!buf_reserve(buf, len))
        return;
    if (len)
        memcpy(buf->p + buf->len, bytes, len);
    buf->len += len;
    buf->p[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

/* Most of what is printed fits where it is to stand. */
void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    size_t room = buf->p ? buf->cap - buf->len : 0;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(room ? buf->p + buf->len : NULL, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len > buf->max - buf->len) {
        buf->failed = true;
        if (room)
            buf->p[buf->len] = '\0';
    } else if ((size_t)len < room) {
        buf->len += (size_t)len;
    } else if (buf_reserve(buf, (size_t)len)) {
        vsnprintf(buf->p + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void buf_drop(struct buf *buf, size_t len)
{
    if (!len)
        return;
    buf->len -= len;
    memmove(buf->p, buf->p + len, buf->len);
    buf->p[buf->len] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->p ? buf->p : "";
}
