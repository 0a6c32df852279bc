/* location_number.h: numbers as they stand in addresses: digits, Chinese numerals, English
 * number words, letters. Used by location.c and understand_numbers.c. */
#ifndef LOUBOT_WORDS_LOCATION_NUMBER_H
#define LOUBOT_WORDS_LOCATION_NUMBER_H

#include "words/understand_inner.h"

enum number_kind { NUMBER_DIGITS, NUMBER_HAN, NUMBER_LETTER, NUMBER_WORD };

struct number {
    enum number_kind kind;
    uint32_t from, to; /* glyphs */
    uint32_t digits;   /* how many stand there */
    long value;        /* -1: only text (a letter, too many digits) */
    char text[24];     /* normalised: no leading zeros, upper case */
    bool ordinal;      /* 4th, fourth */
};

/* The number that begins at a glyph. Returns false when there is none. */
bool number_at(const struct reading *reading, uint32_t at, struct number *ret_number);

#endif
