/* text.h: small helpers on UTF-8 text that no library in use offers. */
#ifndef LOUBOT_HOST_TEXT_H
#define LOUBOT_HOST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest length <= max at which `text` can be cut without splitting a character. */
size_t text_cut(const char *text, size_t len, size_t max);
/* Is it valid UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool text_is_utf8(const char *text, size_t len);
#define TEXT_DECIMAL_MAX 20
/* Writes a number as printf would, at a tenth of its cost; the length, at most
 * TEXT_DECIMAL_MAX. No NUL is put behind it. */
size_t text_decimal(char *to, int64_t number);

#endif
