/* normalise.c: see normalise.h. The whole table is built once per lexicon (128 KB); a glyph
 * costs one decode and one look-up. */
#include "words/normalise.h"

#include <string.h>

void fold_init(struct fold *fold)
{
    for (uint32_t cp = 0; cp < 65536; cp++)
        fold->to[cp] = (uint16_t)cp;
    for (uint32_t cp = 'A'; cp <= 'Z'; cp++)
        fold->to[cp] = (uint16_t)(cp + 32);
    for (uint32_t cp = 0xff01; cp <= 0xff5e; cp++)
        fold->to[cp] = fold->to[cp - 0xfee0];
    for (uint32_t cp = 1; cp < ' '; cp++)
        fold->to[cp] = cp == '\n' ? '\n' : ' ';
    static const uint16_t pairs[][2] = {
        {0x3000, ' '}, {0xa0, ' '},      {0x2019, '\''},   {0x2018, '\''}, {0x201c, '"'},
        {0x201d, '"'}, {0x2013, '-'},    {0x2014, '-'},    {0x2212, '-'},  {0x2015, '-'},
        {0x301c, '~'}, {0xff61, 0x3002}, {0x3007, 0x96f6}, {0x2116, '#'}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        fold->to[pairs[i][0]] = pairs[i][1];
    static const uint16_t dropped[] = {0x200b, 0x200c, 0x200d, 0x2060,
                                       0xfeff, 0xfe0f, 0xfe0e, 0x20e3};
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        fold->to[dropped[i]] = 0;
    fold->to[0] = 0;
}

void fold_add(struct fold *fold, uint32_t from, uint32_t to)
{
    if (from < 65536 && to < 65536)
        fold->to[from] = (uint16_t)to;
}

size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret_cp)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (len == 0 || b[0] == 0)
        return 0;
    if (b[0] < 0x80) {
        *ret_cp = b[0];
        return 1;
    }
    size_t need = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || len < need)
        return 0;
    uint32_t cp = b[0] & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (b[i] & 0x3f);
    }
    if ((need == 3 && cp < 0x800) || (need == 4 && cp < 0x10000) || cp > 0x10ffff ||
        (cp >= 0xd800 && cp < 0xe000))
        return 0;
    *ret_cp = cp;
    return need;
}

static bool is_skin_tone(uint32_t cp)
{
    return cp >= 0x1f3fb && cp <= 0x1f3ff;
}

/* The apostrophe of "doesn't", "lift's": people leave it out as often as not. */
static bool is_apostrophe(const char *text, size_t len, uint32_t last, uint32_t cp)
{
    return cp == '\'' && glyph_is_latin(last) && len > 0 &&
           glyph_is_latin((unsigned char)(*text | 0x20));
}

long normalise(const struct fold *fold, const char *text, size_t len, struct glyph *glyphs,
               size_t max)
{
    size_t count = 0;
    size_t at = 0;
    size_t end = 0;
    uint32_t last = ' ';
    while (at < len) {
        uint32_t cp = (unsigned char)text[at];
        size_t step = cp - 1 < 0x7f ? 1 : utf8_decode(text + at, len - at, &cp);
        if (step == 0)
            return -1;
        uint32_t to = cp < 65536 ? fold->to[cp] : is_skin_tone(cp) ? 0 : cp;
        if (cp < 0x80 && glyph_is_latin(to) && last != '-' && count < max) {
            glyphs[count++] = (struct glyph){to, (uint32_t)at}; /* as most of English is */
            last = to;
            end = ++at;
            continue;
        }
        bool spare = to == 0 || is_apostrophe(text + at + step, len - at - step, last, to) ||
                     (to == ' ' && (last == ' ' || last == '\n'));
        if (!spare && count < max) {
            glyphs[count].cp = to;
            glyphs[count].at = (uint32_t)at;
            if (glyph_is_latin(to) && last == '-' && count >= 2 &&
                glyph_is_latin(glyphs[count - 2].cp))
                glyphs[count - 1].cp = ' ';
            count++;
            last = to;
            end = at + step;
        }
        at += step;
    }
    glyphs[count].cp = '\n';
    glyphs[count].at = (uint32_t)end;
    return (long)count;
}

#define ENDS (GLYPH_SILENT | GLYPH_ENDS_CLAUSE)
const uint8_t glyph_class_ascii[128] = {[0 ... 9] = GLYPH_SILENT,
                                        ['\n'] = ENDS,
                                        [11 ... ' '] = GLYPH_SILENT,
                                        ['!'] = ENDS,
                                        ['"'] = GLYPH_SILENT,
                                        ['$' ... '*'] = GLYPH_SILENT,
                                        [','] = ENDS,
                                        ['-' ... '/'] = GLYPH_SILENT,
                                        ['0' ... '9'] = GLYPH_DIGIT,
                                        [':'] = GLYPH_SILENT,
                                        [';'] = ENDS,
                                        ['<' ... '>'] = GLYPH_SILENT,
                                        ['?'] = ENDS,
                                        ['@' ... '`'] = GLYPH_SILENT,
                                        ['a' ... 'z'] = GLYPH_LATIN,
                                        ['{' ... 127] =
                                            GLYPH_SILENT}; /* # and + say something */

unsigned glyph_class_beyond(uint32_t cp)
{
    switch (cp) {
    case 0x4e00: /* 一 */
    case 0x4e8c: /* 二 */
    case 0x4e24: /* 两 */
    case 0x4e09: /* 三 */
    case 0x56db: /* 四 */
    case 0x4e94: /* 五 */
    case 0x516d: /* 六 */
    case 0x4e03: /* 七 */
    case 0x516b: /* 八 */
    case 0x4e5d: /* 九 */
    case 0x5341: /* 十 */
    case 0x96f6: /* 零 */
        return GLYPH_HAN | GLYPH_NUMERAL;
    case 0x3002: /* 。 */
    case 0x3001: /* 、 */
    case 0x2026: /* … */
        return ENDS;
    default:
        if (cp >= 0x3400 && cp <= 0x9fff)
            return GLYPH_HAN;
        return (cp >= 0x2000 && cp < 0x3400) || cp >= 0xff00 || (cp >= 0xa0 && cp < 0xc0)
                   ? GLYPH_SILENT
                   : 0;
    }
}
