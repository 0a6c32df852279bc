/* normalise.h: from bytes to glyphs: the characters of a text as the lexicon compares them.
 *
 * Full width becomes half width, Latin lower case, traditional simplified (as far as the
 * lexicon's table says), runs of white space one space, a hyphen between Latin letters a space;
 * invisible characters are dropped. Every glyph remembers the byte that it began at, so that
 * spans lead back to the original text.
 */
#ifndef LOUBOT_WORDS_NORMALISE_H
#define LOUBOT_WORDS_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glyph {
    uint32_t cp; /* normalised code point */
    uint32_t at; /* byte offset into the original text */
};

/* The fold table: what each code point of the basic plane is compared as; 0: dropped. */
struct fold {
    uint16_t to[65536];
};
void fold_init(struct fold *fold);
/* Compares `from` as `to` from now on (traditional → simplified). Both in the basic plane. */
void fold_add(struct fold *fold, uint32_t from, uint32_t to);

/* Decodes one code point of at most `len` bytes into *ret_cp. Returns its length, 0 when the
 * bytes are not valid UTF-8 (or a NUL). */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret_cp);

/* Fills at most `max` glyphs and sets glyphs[count].at to the byte after the last one (so the
 * array holds max + 1). Returns their number, or -1 when the text is not valid UTF-8. Text
 * beyond `max` glyphs is checked for validity and otherwise not read. */
long normalise(const struct fold *fold, const char *text, size_t len, struct glyph *glyphs,
               size_t max);

static inline bool glyph_is_latin(uint32_t cp)
{
    return cp - 'a' < 26u;
}

/* A set of Latin letters as a bit set. */
#define LETTER(letter) (UINT32_C(1) << ((letter) - 'a'))
static inline bool glyph_is_any(uint32_t cp, uint32_t letters)
{
    return glyph_is_latin(cp) && (letters >> (cp - 'a') & 1);
}

static inline bool glyph_is_digit(uint32_t cp)
{
    return cp - '0' < 10u;
}

/* A Chinese character. */
static inline bool glyph_is_han(uint32_t cp)
{
    return cp >= 0x3400 && cp <= 0x9fff;
}

/* A Chinese numeral: 一 … 十, 两, 零. */
bool glyph_is_numeral(uint32_t cp);
/* Ends a clause: comma, semicolon, full stop, question and exclamation mark, line end. */
bool glyph_ends_clause(uint32_t cp);
/* Says nothing: space, punctuation, brackets, emoji. */
bool glyph_is_silent(uint32_t cp);

#endif
