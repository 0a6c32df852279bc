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

/* What a glyph is, as a bit set. */
enum {
    GLYPH_LATIN = 1, /* a letter */
    GLYPH_DIGIT = 2,
    GLYPH_HAN = 4,          /* a Chinese character */
    GLYPH_NUMERAL = 8,      /* 一 … 十, 两, 零 */
    GLYPH_ENDS_CLAUSE = 16, /* comma, semicolon, full stop, question and exclamation mark, line
                               end */
    GLYPH_SILENT = 32       /* says nothing: space, punctuation, brackets, emoji */
};
extern const uint8_t glyph_class_ascii[128];
unsigned glyph_class_beyond(uint32_t cp);

static inline unsigned glyph_class(uint32_t cp)
{
    return cp < 128 ? glyph_class_ascii[cp] : glyph_class_beyond(cp);
}

static inline bool glyph_is_latin(uint32_t cp)
{
    return cp - 'a' < 26u;
}

/* The beginning of a word in Latin letters as one number, for a switch over words. */
#define LETTERS(first, second, third)                                                          \
    ((uint64_t)(first) << 42 | (uint64_t)(second) << 21 | (third))

static inline bool glyph_is_digit(uint32_t cp)
{
    return cp - '0' < 10u;
}

static inline bool glyph_is_han(uint32_t cp)
{
    return (glyph_class(cp) & GLYPH_HAN) != 0;
}

static inline bool glyph_is_numeral(uint32_t cp)
{
    return (glyph_class(cp) & GLYPH_NUMERAL) != 0;
}

static inline bool glyph_ends_clause(uint32_t cp)
{
    return (glyph_class(cp) & GLYPH_ENDS_CLAUSE) != 0;
}

static inline bool glyph_is_silent(uint32_t cp)
{
    return (glyph_class(cp) & GLYPH_SILENT) != 0;
}

/* Whether two neighbours, by their classes, lie within one Latin word or one number, so that no
 * word begins between them. */
static inline bool glyphs_join(unsigned before, unsigned here)
{
    return (here & (GLYPH_LATIN | GLYPH_DIGIT)) != 0 &&
           ((before & GLYPH_LATIN) | (before & here & GLYPH_DIGIT)) != 0;
}

#endif
