/* location_english.c: places as English tells them: the word before the number ("unit 2",
 * "level B1", "floors 6 to 10", "in 4B") or, for a floor, behind it ("12th floor", "3/F"). */
#include <string.h>

#include "words/location_inner.h"

/* "apt 3-402": the unit stands before the room. Returns the glyph behind the room, or 0. */
static uint32_t unit_and_room(struct finder *f, const struct number *unit)
{
    struct number room;
    if (unit->kind != NUMBER_DIGITS || unit->digits > 2 || !is(f, unit->to, "-") ||
        unit->to + 1 >= f->end || !number_at(f->reading, unit->to + 1, &room) ||
        room.kind != NUMBER_DIGITS || room.digits < 3 || room.digits > 4 || is(f, room.to, "-"))
        return 0;
    location_set_unit(f, unit, unit->to);
    uint32_t end = location_take_letter(f, &room);
    location_set_room(f, &room, end);
    return end;
}

/* What a slot's word means: building, unit, room, floor; below: floors of a basement. */
enum slot { SLOT_BUILDING, SLOT_UNIT, SLOT_ROOM, SLOT_FLOOR, SLOT_BELOW, SLOT_IN };
static const struct slot_word {
    const char *word;
    enum slot slot;
} slot_words[] = {{"building", SLOT_BUILDING}, {"bldg.", SLOT_BUILDING},
                  {"bldg", SLOT_BUILDING},     {"blk", SLOT_BUILDING},
                  {"block", SLOT_BUILDING},    {"tower", SLOT_BUILDING},
                  {"unit", SLOT_UNIT},         {"entrance", SLOT_UNIT},
                  {"apartment", SLOT_ROOM},    {"apt.", SLOT_ROOM},
                  {"apt", SLOT_ROOM},          {"flat", SLOT_ROOM},
                  {"room", SLOT_ROOM},         {"rm", SLOT_ROOM},
                  {"suite", SLOT_ROOM},        {"floor", SLOT_FLOOR},
                  {"flr", SLOT_FLOOR},         {"level", SLOT_FLOOR},
                  {"lvl", SLOT_FLOOR},         {"basement level", SLOT_BELOW},
                  {"basement", SLOT_BELOW},    {"in", SLOT_IN},
                  {"outside", SLOT_IN},        {"inside", SLOT_IN},
                  {"out of", SLOT_IN},         {"from", SLOT_IN},
                  {"above", SLOT_IN},          {"below", SLOT_IN}};

/* Whether a word that begins so may be one of the above, or "between"; most words of a text
 * end here. */
static bool may_be_slot(uint32_t first, uint32_t second)
{
    switch (LETTERS(first, second, 0)) {
    case LETTERS('a', 'b', 0):
    case LETTERS('a', 'p', 0):
    case LETTERS('b', 'a', 0):
    case LETTERS('b', 'e', 0):
    case LETTERS('b', 'l', 0):
    case LETTERS('b', 'u', 0):
    case LETTERS('e', 'n', 0):
    case LETTERS('f', 'l', 0):
    case LETTERS('f', 'r', 0):
    case LETTERS('i', 'n', 0):
    case LETTERS('l', 'e', 0):
    case LETTERS('l', 'v', 0):
    case LETTERS('o', 'u', 0):
    case LETTERS('r', 'm', 0):
    case LETTERS('r', 'o', 0):
    case LETTERS('s', 'u', 0):
    case LETTERS('t', 'o', 0):
    case LETTERS('u', 'n', 0):
        return true;
    default:
        return false;
    }
}

/* "floors 6 to 10", "levels 2-4": the second number of a range of floors. */
static uint32_t floor_range(struct finder *f, uint32_t from, uint32_t end)
{
    struct number last;
    uint32_t to = is(f, end, " to ") ? end + 4 : is(f, end, "-") ? end + 1 : 0;
    if (to == 0 || to >= f->end || !number_at(f->reading, to, &last) || last.value < 1 ||
        last.value > 120 || last.kind == NUMBER_LETTER)
        return end;
    f->range = true;
    location_set_floor(f, (int32_t)last.value, from, last.to);
    return last.to;
}

static uint32_t fill_slot(struct finder *f, enum slot slot, uint32_t at, struct number *n)
{
    if (slot == SLOT_IN)
        return location_bare_flat(f, n);
    if (slot == SLOT_UNIT && n->kind == NUMBER_DIGITS && (n->digits == 3 || n->digits == 4))
        slot = SLOT_ROOM; /* "unit 910" is a flat */
    uint32_t end = slot == SLOT_ROOM ? unit_and_room(f, n) : 0;
    if (end != 0)
        return end;
    bool flat = slot == SLOT_ROOM || slot == SLOT_UNIT;
    end = flat ? location_take_letter(f, n) : n->to;
    if (n->digits == 4 && n->value >= 1900 && n->value < 2100 && slot != SLOT_ROOM)
        return end; /* a year */
    if (slot == SLOT_BUILDING)
        location_set_building(f, n, end);
    else if (slot == SLOT_ROOM || end > n->to) /* "unit 4F" is a flat */
        location_set_room(f, n, end);
    else if (slot == SLOT_UNIT)
        location_set_unit(f, n, end);
    else if (slot == SLOT_BELOW && n->value > 0 && n->value < 10)
        location_set_floor(f, (int32_t)-n->value, at, end);
    else if (slot == SLOT_FLOOR && n->value > 0 && n->value < 121) {
        location_set_floor(f, (int32_t)n->value, at, end);
        return floor_range(f, at, end);
    }
    return end;
}

/* "between the first and second floor", "between floors 3 and 4": on none of them. Returns the
 * glyph behind it, or 0. */
static uint32_t between_floors(const struct finder *f, uint32_t at)
{
    static const char *const before[] = {"the ", "floors ", "floor ", "levels ", NULL};
    static const char *const after[] = {" floors", " floor", NULL};
    static const char *const and[] = {" and ", NULL};
    struct number n;
    bool told = false;
    uint32_t to = at + 8;
    for (int i = 0; i < 2; i++) {
        uint32_t len = any_of(f, to, before);
        told = told || len > 4;
        to += len;
        if (to >= f->end || !number_at(f->reading, to, &n) || n.kind == NUMBER_LETTER)
            return 0;
        len = any_of(f, n.to, after);
        told = told || len > 0;
        to = n.to + len;
        len = any_of(f, to, and);
        if (i == 0 && len == 0)
            return 0;
        to += i == 0 ? len : 0;
    }
    return told ? to : 0;
}

/* "level -2", "level minus 1": the glyph where the number begins; 0: not below ground. */
static uint32_t behind_minus(const struct finder *f, uint32_t at)
{
    static const char *const minus[] = {"-", "minus ", NULL};
    uint32_t len = is(f, at - 1, " ") ? any_of(f, at, minus) : 0;
    return len > 0 ? at + len : 0;
}

uint32_t location_english(struct finder *f, uint32_t at)
{
    const struct glyph *g = f->reading->glyphs;
    if (!may_be_slot(g[at].cp, g[at + 1].cp) || (at > 0 && glyph_is_latin(g[at - 1].cp)))
        return 0;
    if (is(f, at, "between "))
        return between_floors(f, at);
    for (size_t i = 0; i < sizeof slot_words / sizeof *slot_words; i++) {
        const struct slot_word *word = &slot_words[i];
        if (g[at].cp != (uint32_t)word->word[0] || g[at + 1].cp != (uint32_t)word->word[1] ||
            !is(f, at, word->word))
            continue;
        uint32_t to = at + (uint32_t)strlen(word->word);
        struct number n;
        to += is(f, to, "s ") ? 1 : 0; /* "buildings 4 and 5" */
        while (is(f, to, " ") || is(f, to, "#") || is(f, to, "no."))
            to += is(f, to, "no.") ? 3 : 1;
        enum slot slot = word->slot;
        uint32_t below = slot == SLOT_FLOOR ? behind_minus(f, to) : 0;
        if (below > 0) {
            slot = SLOT_BELOW;
            to = below;
        }
        if (to >= f->end || !number_at(f->reading, to, &n) || n.ordinal)
            return 0;
        if (slot == SLOT_FLOOR && n.kind == NUMBER_LETTER)
            return 0; /* "level B1": the number says all */
        if (n.kind == NUMBER_LETTER && (n.to - n.from > 1 && glyph_is_latin(g[n.from + 1].cp)))
            return 0;
        return fill_slot(f, slot, at, &n);
    }
    return 0;
}

/* The length of the word that stands behind the number of a floor, at `at`; 0: none. */
static uint32_t floor_word(const struct finder *f, const struct number *n, uint32_t at)
{
    static const char *const words[] = {"floor", "flr", NULL};
    bool latin = at + 1 < f->end && glyph_is_latin(f->reading->glyphs[at + 1].cp);
    uint32_t len = any_of(f, at, words);
    if (len > 0)
        return len;
    return is(f, at, "level") && n->ordinal                ? 5
           : is(f, at, "fl ") || is(f, at, "fl.")          ? 2
           : is(f, n->to, "/f") && !latin && n->digits < 3 ? 1
                                                           : 0;
}

uint32_t location_english_number(struct finder *f, const struct number *n)
{
    static const char *const beyond[] = {"above the ", "below the ", NULL};
    uint32_t at = n->to;
    while (is(f, at, " ") || is(f, at, "/"))
        at++;
    uint32_t len = floor_word(f, n, at);
    if (len == 0 || n->value < 1 || n->value > 120 || n->kind == NUMBER_LETTER)
        return location_bare(f, n);
    bool counted = !n->ordinal && is(f, at, "floors"); /* "it dropped two floors" */
    if (!counted && any_before(f, n->from, beyond) == 0)
        location_set_floor(f, (int32_t)n->value, n->from, at + len);
    return at + len;
}
