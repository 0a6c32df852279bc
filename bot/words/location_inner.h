/* location_inner.h: what location.c and location_english.c share. */
#ifndef LOUBOT_WORDS_LOCATION_INNER_H
#define LOUBOT_WORDS_LOCATION_INNER_H

#include "words/location.h"
#include "words/location_number.h"

struct finder {
    const struct reading *reading;
    struct location *where;
    uint32_t end;     /* glyph after the stretch looked at */
    uint32_t last_to; /* end of the last slot found; a room may follow at once */
    bool slot_before; /* there was one */
    bool range;       /* "从一楼到": the next floor is its end */
};

static inline bool is(const struct finder *f, uint32_t at, const char *text)
{
    return at < f->end && reading_is(f->reading, at, text);
}

/* Each slot takes the first that is told of it; `to` is the glyph behind it. */
void location_set_building(struct finder *f, const struct number *n, uint32_t to);
void location_set_unit(struct finder *f, const struct number *n, uint32_t to);
void location_set_room(struct finder *f, const struct number *n, uint32_t to);
void location_set_floor(struct finder *f, int32_t floor, uint32_t from, uint32_t to);
/* "836B": takes a letter behind the digits into the number. Returns the glyph behind it. */
uint32_t location_take_letter(const struct finder *f, struct number *n);

/* A slot whose word stands before its number: "unit 2", "in 4B". Returns the glyph behind it,
 * 0: none begins here. */
uint32_t location_english(struct finder *f, uint32_t at);
/* A slot whose word stands behind its number: "12th floor". */
uint32_t location_english_number(struct finder *f, const struct number *n);

#endif
