#include "host/text.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

size_t text_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    size_t cut = max;
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    return cut;
}

/* Bytes at the front that are ASCII, as far as whole words are. */
static size_t ascii_length(const utf8proc_uint8_t *text, size_t len)
{
    size_t n = 0;
    for (uint64_t word; n + sizeof word <= len; n += sizeof word) {
        memcpy(&word, text + n, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return n;
}

/* Every frame of a platform comes here: mostly ASCII, with some Chinese. */
bool text_is_utf8(const char *text, size_t len)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text, *end = at + len;
    while (at < end) {
        utf8proc_int32_t code;
        at += ascii_length(at, (size_t)(end - at));
        while (at < end && *at < 0x80)
            at++;
        while (at < end && *at >= 0x80) {
            utf8proc_ssize_t used = utf8proc_iterate(at, end - at, &code);
            if (used <= 0)
                return false;
            at += used;
        }
    }
    return true;
}

size_t text_decimal(char *to, int64_t number)
{
    char digits[TEXT_DECIMAL_MAX];
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    size_t count = 0, len = 0;
    do
        digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        to[len++] = '-';
    while (count)
        to[len++] = digits[--count];
    return len;
}
