#include "host/nearest.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 64 /* characters; longer words have no neighbours */

/* Splits UTF-8 into characters, Latin letters in lower case; 0: longer than WORD_MAX. */
static size_t characters(const char *text, uint32_t *out)
{
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if ((*c & 0xc0) == 0x80 && n) {
            out[n - 1] = out[n - 1] << 8 | *c;
            continue;
        }
        if (n == WORD_MAX)
            return 0;
        out[n++] = *c >= 'A' && *c <= 'Z' ? *c + 32u : *c;
    }
    return n;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t edits(const uint32_t *a, size_t la, const uint32_t *b, size_t lb)
{
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[lb];
}

const char *nearest(const char *word, const char *const *known, size_t count)
{
    uint32_t a[WORD_MAX], b[WORD_MAX];
    size_t la = characters(word, a);
    if (!la)
        return NULL;
    size_t best = la >= 6 ? la / 3 + 1 : la >= 4 ? 3 : 2; /* first distance that is too far */
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t lb = characters(known[i], b);
        size_t distance = lb ? edits(a, la, b, lb) : best;
        if (distance < best && distance < la) {
            best = distance;
            found = known[i];
        }
    }
    return found;
}
