/* location_number.c: see location_number.h. */
#include "words/location_number.h"

#include <stdio.h>
#include <string.h>

static long numeral_value(uint32_t cp)
{
    static const uint32_t numerals[] = {0x96f6, 0x4e00, 0x4e8c, 0x4e09, 0x56db,
                                        0x4e94, 0x516d, 0x4e03, 0x516b, 0x4e5d};
    for (long i = 0; i < 10; i++)
        if (numerals[i] == cp)
            return i;
    return cp == 0x4e24 ? 2 : -1; /* 两 */
}

#define TEN 0x5341     /* 十 */
#define HUNDRED 0x767e /* 百 */

/* 十二, 二十, 一百零三, or digit by digit: 三零一. */
static bool han_number(const struct reading *reading, uint32_t at, struct number *number)
{
    long total = 0, digit = -1, plain = 0;
    bool scaled = false;
    uint32_t i = at;
    for (; i < reading->count && i - at < 7; i++) {
        uint32_t cp = reading->glyphs[i].cp;
        long value = numeral_value(cp);
        if (value >= 0) {
            digit = value;
            plain = plain * 10 + value;
        } else if (cp == TEN || cp == HUNDRED) {
            total += (digit < 0 ? 1 : digit) * (cp == TEN ? 10 : 100);
            digit = -1;
            scaled = true;
        } else {
            break;
        }
    }
    if (i == at)
        return false;
    number->kind = NUMBER_HAN;
    number->from = at;
    number->to = i;
    number->digits = i - at;
    number->value = scaled ? total + (digit > 0 ? digit : 0) : plain;
    snprintf(number->text, sizeof number->text, "%ld", number->value);
    return true;
}

static bool digit_number(const struct reading *reading, uint32_t at, struct number *number)
{
    const struct glyph *g = reading->glyphs;
    uint32_t i = at;
    long value = 0;
    for (; i < reading->count && glyph_is_digit(g[i].cp); i++)
        value = value >= 10000000 ? 10000000 : value * 10 + (long)(g[i].cp - '0');
    if (i == at)
        return false;
    number->kind = NUMBER_DIGITS;
    number->from = at;
    number->to = i;
    number->digits = i - at;
    number->value = i - at > 7 ? -1 : value;
    snprintf(number->text, sizeof number->text, "%ld", value);
    bool suffix = i + 1 < reading->count &&
                  (reading_is(reading, i, "st") || reading_is(reading, i, "nd") ||
                   reading_is(reading, i, "rd") || reading_is(reading, i, "th")) &&
                  !(i + 2 < reading->count && glyph_is_latin(g[i + 2].cp));
    if (suffix) {
        number->ordinal = true;
        number->to = i + 2;
    }
    return true;
}

/* One or two letters, perhaps with digits after them: b, b9, a3. */
static bool letter_number(const struct reading *reading, uint32_t at, struct number *number)
{
    const struct glyph *g = reading->glyphs;
    if (at > 0 && (glyph_is_latin(g[at - 1].cp) || glyph_is_digit(g[at - 1].cp)))
        return false;
    uint32_t i = at;
    while (i < reading->count && glyph_is_latin(g[i].cp) && i - at < 2)
        i++;
    if (i == at || (i < reading->count && glyph_is_latin(g[i].cp)))
        return false;
    while (i < reading->count && glyph_is_digit(g[i].cp) && i - at < 6)
        i++;
    number->kind = NUMBER_LETTER;
    number->from = at;
    number->to = i;
    number->value = -1;
    number->digits = i - at;
    for (uint32_t k = at; k < i; k++)
        number->text[k - at] = (char)(glyph_is_latin(g[k].cp) ? g[k].cp - 'a' + 'A' : g[k].cp);
    number->text[i - at] = '\0';
    return true;
}

/* Whether a word that begins so may be a number; most words of a text end here. */
static bool may_be_number(const struct glyph *word)
{
    switch (LETTERS(word[0].cp, word[1].cp, word[2].cp)) {
    case LETTERS('e', 'i', 'g'):
    case LETTERS('e', 'l', 'e'):
    case LETTERS('f', 'i', 'f'):
    case LETTERS('f', 'i', 'r'):
    case LETTERS('f', 'i', 'v'):
    case LETTERS('f', 'o', 'u'):
    case LETTERS('n', 'i', 'n'):
    case LETTERS('o', 'n', 'e'):
    case LETTERS('s', 'e', 'c'):
    case LETTERS('s', 'e', 'v'):
    case LETTERS('s', 'i', 'x'):
    case LETTERS('t', 'e', 'n'):
    case LETTERS('t', 'h', 'i'):
    case LETTERS('t', 'h', 'r'):
    case LETTERS('t', 'w', 'e'):
    case LETTERS('t', 'w', 'o'):
        return true;
    default:
        return false;
    }
}

static bool word_number(const struct reading *reading, uint32_t at, struct number *number)
{
    static const char *const words[2][21] = {
        {"zero",     "one",     "two",     "three",     "four",     "five",     "six",
         "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"},
        {"ground",     "first",      "second",     "third",     "fourth",    "fifth",
         "sixth",      "seventh",    "eighth",     "ninth",     "tenth",     "eleventh",
         "twelfth",    "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
         "eighteenth", "nineteenth", "twentieth"}};
    const struct glyph *g = reading->glyphs;
    if (at + 2 >= reading->count || !may_be_number(g + at))
        return false;
    for (int ordinal = 0; ordinal < 2; ordinal++)
        for (int i = 1; i <= 20; i++) {
            const char *word = words[ordinal][i];
            if (g[at].cp != (uint32_t)word[0] || g[at + 1].cp != (uint32_t)word[1])
                continue;
            uint32_t end = at + (uint32_t)strlen(word);
            if (end > reading->count || !reading_is(reading, at, words[ordinal][i]) ||
                glyph_is_latin(reading->glyphs[end].cp))
                continue;
            *number = (struct number){.kind = NUMBER_WORD,
                                      .from = at,
                                      .to = end,
                                      .digits = 1,
                                      .value = i,
                                      .ordinal = ordinal == 1};
            snprintf(number->text, sizeof number->text, "%d", i);
            return true;
        }
    return false;
}

bool number_at(const struct reading *reading, uint32_t at, struct number *ret_number)
{
    uint32_t cp = reading->glyphs[at].cp;
    if (glyph_is_latin(cp) ? at > 0 && glyph_is_latin(reading->glyphs[at - 1].cp)
                           : !glyph_is_digit(cp) && !glyph_is_numeral(cp) && cp != HUNDRED)
        return false;
    const struct glyph *g = &reading->glyphs[at];
    if (glyph_is_latin(cp) && glyph_is_latin(g[1].cp) && glyph_is_latin(g[2].cp) &&
        !may_be_number(g))
        return false; /* as nearly every word */
    struct number number = {0};
    bool found = glyph_is_digit(cp) ? digit_number(reading, at, &number)
                 : glyph_is_latin(cp)
                     ? word_number(reading, at, &number) || letter_number(reading, at, &number)
                     : han_number(reading, at, &number);
    if (found)
        *ret_number = number;
    return found;
}
