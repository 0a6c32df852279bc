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

/* Insertions, deletions, replacements and swaps of two neighbours, each counted as one (optimal
 * string alignment). Three rows of the table are kept. */
static size_t edits(const uint32_t *a, size_t la, const uint32_t *b, size_t lb)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                higher[j - 2] + 1 < row[j])
                row[j] = higher[j - 2] + 1;
        }
    }
    return rows[la % 3][lb];
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
