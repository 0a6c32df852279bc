/* location_inner.h: what location.c and its parts for floors, English and lone
 * numbers share. */
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

/* The length of a text in glyphs. */
static inline uint32_t glyphs_of(const char *text)
{
    uint32_t len = 0;
    for (; *text != '\0'; text++)
        len += ((unsigned char)*text & 0xc0) != 0x80;
    return len;
}

/* The length in glyphs of the first of these that stands at `at`; 0: none. */
static inline uint32_t any_of(const struct finder *f, uint32_t at, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (is(f, at, *texts))
            return glyphs_of(*texts);
    return 0;
}

/* The same of those that end before `at`. */
static inline uint32_t any_before(const struct finder *f, uint32_t at, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        uint32_t len = glyphs_of(*texts);
        if (at >= len && is(f, at - len, *texts))
            return len;
    }
    return 0;
}

/* Notes that a slot ends before this glyph. */
void location_note(struct finder *f, uint32_t to);
/* Each slot takes the first that is told of it; `to` is the glyph behind it. */
void location_set_building(struct finder *f, const struct number *n, uint32_t to);
void location_set_unit(struct finder *f, const struct number *n, uint32_t to);
void location_set_room(struct finder *f, const struct number *n, uint32_t to);
void location_set_floor(struct finder *f, int32_t floor, uint32_t from, uint32_t to);
/* "836B": takes a letter behind the digits into the number. Returns the glyph behind it. */
uint32_t location_take_letter(const struct finder *f, struct number *n);

/* The length of 号楼, 栋 … at this glyph; 0: none. */
uint32_t location_building_word(const struct finder *f, uint32_t at);
/* A floor whose word stands behind its number: 4楼, 16F. Returns the glyph behind it, 0: none;
 * what only sounds like one ("爬了十八层") is passed over. */
uint32_t location_floor_behind(struct finder *f, const struct number *n);
/* 负一层, 地下2层, -1层, b1. Returns the glyph behind it, 0: none begins here. */
uint32_t location_below_ground(struct finder *f, uint32_t at);
/* "1-5楼": floors that name their word only once. Returns the glyph behind them, 0: none. */
uint32_t location_short_range(struct finder *f, const struct number *n);

/* Whether a number looks like one of a flat: 702, 1203; no year, no number to call. */
bool location_is_flat(const struct number *n);
/* "in 4B", "outside 12A", "in 304", "in #1204": a flat named in English by its number alone.
 * Returns the glyph behind it, 0: it is none. */
uint32_t location_bare_flat(struct finder *f, struct number *n);
/* A flat or a floor told in English by its number alone, wherever it stands: "504 is drilling",
 * "the door of 702", "the light on 5". Returns the glyph behind it, 0: none. */
uint32_t location_bare(struct finder *f, const struct number *n);

/* A slot whose word stands before its number: "unit 2", "in 4B". Returns the glyph behind it,
 * 0: none begins here. */
uint32_t location_english(struct finder *f, uint32_t at);
/* A slot whose word stands behind its number: "12th floor". */
uint32_t location_english_number(struct finder *f, const struct number *n);

#endif
