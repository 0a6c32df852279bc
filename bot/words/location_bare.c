/* location_bare.c: flats and floors that English names by their number alone: "in 4B", "the
 * door of 702", "504 is drilling", "the lift at 10", "on the 15th". What stands around the
 * number has to speak for a home; prices, times, dates, buses and "5G" do not. */
#include <string.h>

#include "words/location_inner.h"

/* What a number counts when it is no flat: "in 500 metres". */
static const char *const counted[] = {
    " block", " m",    " year",   " day",   " week",   " hour",    " second",   " yard",
    " feet",  " word", " dollar", " pound", " euro",   " yuan",    " rmb",      " percent",
    "%",      " km",   " people", " kg",    " times",  " flat",    " famil",    " house",
    " unit",  " am",   " pm",     " o'cl",  " tonig",  " today",   " tomorrow", " a ",
    " per ",  " bus",  " tram",   " train", " fuse",   " breaker", " socket",   " plug",
    " cable", " circ", " charge", " sign",  " netw",   " print",   " film",     " street",
    " apart", ":",     "/",       " night", " resid",  " tenant",  " car",      " bike",
    " floor", " lamp", " degree", " occas", " differ", " level",   " of the ",  NULL};
static const char *const months[] = {" jan", " feb", " mar", " apr", " may", " jun", " jul",
                                     " aug", " sep", " oct", " nov", " dec", NULL};

static bool ends(const struct finder *f, uint32_t at)
{
    static const char *const points[] = {",", ".", "!", "?", ";", ":", ")", NULL};
    return at >= f->end ||
           (any_of(f, at, points) > 0 && !glyph_is_digit(f->reading->glyphs[at + 1].cp));
}

/* The length of the words, each whole, that end before `at`; 0: none of these. */
static uint32_t words_before(const struct finder *f, uint32_t at, const char *const *words)
{
    uint32_t len = any_before(f, at, words);
    bool whole = len == at || !glyph_is_latin(f->reading->glyphs[at - len - 1].cp);
    return len > 0 && whole ? len : 0;
}

/* "by 402 Maple", "on Mill street, in front of 208": a house of a street. */
static bool is_address(const struct finder *f, const struct number *n, uint32_t end)
{
    static const char *const streets[] = {" street", " st ",   " st.",   " ave",
                                          " road",   " rd ",   " lane",  " drive",
                                          " dr ",    " court", " boule", NULL};
    const struct reading *reading = f->reading;
    if (is(f, end, " ") && end + 2 < f->end && glyph_is_latin(reading->glyphs[end + 2].cp)) {
        char name = reading->text[reading->glyphs[end + 1].at];
        if (name >= 'A' && name <= 'Z')
            return true;
    }
    for (uint32_t i = n->from > 32 ? n->from - 32 : 0; i < end + 24 && i < f->end; i++)
        if (any_of(f, i, streets) > 0)
            return true;
    return false;
}

/* "12B": at most two digits and a letter that doors have; `end`: the glyph behind it. */
static bool is_door(const struct finder *f, const struct number *n, uint32_t end)
{
    return end > n->to && n->digits <= 2 && f->reading->glyphs[end - 1].cp <= 'h' &&
           any_of(f, end, counted) == 0;
}

/* "B02", "A101". */
static bool is_lettered(const struct number *n)
{
    size_t digits = strspn(n->text + 1, "0123456789");
    return n->kind == NUMBER_LETTER && n->text[0] <= 'H' && digits + 1 == n->digits &&
           (digits == 3 || (digits == 2 && n->text[1] == '0'));
}

uint32_t location_bare_flat(struct finder *f, struct number *n)
{
    bool hash = n->from > 0 && f->reading->glyphs[n->from - 1].cp == '#';
    if (is_lettered(n)) {
        location_set_room(f, n, n->to);
        return n->to;
    }
    if (n->kind != NUMBER_DIGITS || n->ordinal)
        return 0;
    uint32_t end = location_take_letter(f, n);
    bool plain = end == n->to &&
                 (n->digits == 3 || (n->digits == 4 && (hash || location_is_flat(n)))) &&
                 any_of(f, end, counted) == 0;
    if (!is_door(f, n, end) && !plain)
        return 0;
    location_set_room(f, n, end);
    return end;
}

/* "5G", "3D", "at 16C", "24h", "up by 5C": a letter behind digits that names no door. */
static bool is_quantity(const struct finder *f, const struct number *n, uint32_t end,
                        uint32_t preposition)
{
    static const char *const changes[] = {"drop ", "dropped ", "fell ",   "rose ", "down ",
                                          "up ",   "cooled ",  "warmed ", NULL};
    static const char *const at[] = {"at ", NULL};
    char letter = f->reading->text[f->reading->glyphs[end - 1].at];
    bool warmth = letter == 'C' || letter == 'F';
    return letter < 'A' || letter > 'G' || (letter == 'G' && n->value <= 6) ||
           (letter == 'D' && n->value <= 3) ||
           (warmth &&
            (words_before(f, n->from, at) > 0 || words_before(f, preposition, changes) > 0));
}

/* "the door of 702", "the intercom for 11B", "the landing by B02". */
static bool is_near(const struct finder *f, const struct number *n, uint32_t end)
{
    static const char *const words[] = {"of ",      "by ",      "for ",     "at ",
                                        "near ",    "behind ",  "under ",   "opposite ",
                                        "next to ", "door to ", "between ", NULL};
    static const char *const at[] = {"at ", NULL};
    uint32_t len = words_before(f, n->from, words);
    if (len == 0)
        return false;
    if (is_lettered(n))
        return true;
    if (end > n->to)
        return is_door(f, n, end) && !is_quantity(f, n, end, n->from - len);
    return location_is_flat(n) && words_before(f, n->from, at) == 0 &&
           any_of(f, end, counted) == 0 && !is_address(f, n, end);
}

/* "504 is drilling", "702: no hot water", "12A keeps shouting": who a sentence speaks of. */
static bool is_subject(const struct finder *f, const struct number *n, uint32_t end)
{
    static const char *const verbs[] = {" is ",  " are ",  " has ",  " have ", " keeps ",
                                        " here", ": ",     " again", " smell", " won",
                                        " leak", " left ", " put ",  NULL};
    static const char *const stops[] = {". ", ", ", NULL};
    const struct glyph *g = f->reading->glyphs;
    bool first = n->from == 0;
    if (!first && !(n->from >= 2 && is(f, n->from - 1, " ") &&
                    (glyph_ends_clause(g[n->from - 2].cp) || is(f, n->from - 2, "."))))
        return false;
    if (any_of(f, end, verbs) == 0 && !(first && any_of(f, end, stops) > 0))
        return false;
    return end > n->to ? is_door(f, n, end) && !is_quantity(f, n, end, n->from)
                       : location_is_flat(n);
}

/* "my unit, 214, is flooded", "our flat (4B)". */
static bool is_own(const struct finder *f, const struct number *n, uint32_t end)
{
    static const char *const homes[] = {"unit, ", "flat, ",  "apartment, ", "apt, ",
                                        "room, ", "place, ", "home, ",      "unit (",
                                        "flat (", "place (", "apartment (", NULL};
    return words_before(f, n->from, homes) > 0 && ends(f, end) &&
           (end > n->to ? is_door(f, n, end) : n->digits == 3 || location_is_flat(n));
}

/* Whether something around an ordinal speaks of days: "on the 3rd, see the notice". */
static bool tells_a_date(const struct finder *f, const struct number *n)
{
    static const char *const words[] = {"since",   "until",    "till ",   "meeting",  "pay",
                                        "paid",    "rent ",    "due ",    "bill",     "schedul",
                                        "planned", "planning", "notice",  "month",    "week",
                                        "monday",  "tuesday",  "wednes",  "thursd",   "friday",
                                        "saturd",  "sunday",   "will be", "from the", NULL};
    uint32_t from = n->from > 60 ? n->from - 60 : 0;
    for (uint32_t at = from; at < n->to + 40 && at < f->end; at++)
        if (any_of(f, at, words) > 0)
            return true;
    return any_of(f, n->to, months) > 0 || any_before(f, n->from, months) > 0;
}

/* "a window on the 15th", "our floor (11th)". */
static bool is_ordinal_floor(const struct finder *f, const struct number *n)
{
    static const char *const floors[] = {"floor (", NULL};
    static const char *const on[] = {"on the ", NULL};
    static const char *const goes_on[] = {" and ",  " is ",   " has ", " keeps ",
                                          " again", " with ", " for ", NULL};
    if (words_before(f, n->from, floors) > 0)
        return true;
    return words_before(f, n->from, on) > 0 &&
           (ends(f, n->to) || any_of(f, n->to, goes_on) > 0) && !tells_a_date(f, n);
}

/* "the light on 5 is dead", "the door on 6 jams", "lift stuck at 10 for an hour". */
static bool is_cardinal_floor(const struct finder *f, const struct number *n)
{
    static const char *const on[] = {"on ", NULL};
    static const char *const stops[] = {"lift at ",  "elevator at ", "stuck at ", "stopped at ",
                                        "stops at ", "landing at ",  NULL};
    static const char *const things[] = {
        "door on ",    "doors on ",    "lift on ",   "elevator on ", "light on ",
        "lights on ",  "lamp on ",     "window on ", "corridor on ", "hallway on ",
        "landing on ", "stairs on ",   "bulb on ",   "toilet on ",   "bathroom on ",
        "sensor on ",  "detector on ", "stuck on ",  "stopped on ",  "stops on ",
        "camera on ",  "leak on ",     "fire on ",   "smoke on ",    NULL};
    static const char *const verbs[] = {" is ",  " are ", " isn", " in ",   " of ",
                                        " has ", " and ", " won", " again", NULL};
    static const char *const stays[] = {" for ", " with ", " and ", " again", " since ", NULL};
    if (words_before(f, n->from, stops) > 0)
        return ends(f, n->to) || any_of(f, n->to, stays) > 0;
    if (words_before(f, n->from, on) == 0)
        return false;
    if (ends(f, n->to) || any_of(f, n->to, verbs) > 0)
        return true;
    return words_before(f, n->from, things) > 0 && is(f, n->to, " ") &&
           any_of(f, n->to, counted) == 0 && any_of(f, n->to, months) == 0;
}

static bool is_bare_floor(const struct finder *f, const struct number *n)
{
    if (n->kind == NUMBER_LETTER || n->digits > 2 || n->value < 1 || n->value > 40 ||
        f->reading->has_han)
        return false;
    return n->ordinal ? is_ordinal_floor(f, n) : is_cardinal_floor(f, n);
}

uint32_t location_bare(struct finder *f, const struct number *number)
{
    if (is_bare_floor(f, number)) {
        location_set_floor(f, (int32_t)number->value, number->from, number->to);
        return number->to;
    }
    struct number n = *number;
    if ((n.kind != NUMBER_DIGITS && n.kind != NUMBER_LETTER) || n.ordinal)
        return 0;
    uint32_t end = location_take_letter(f, &n);
    if (!is_near(f, &n, end) && !is_subject(f, &n, end) && !is_own(f, &n, end))
        return 0;
    location_set_room(f, &n, end);
    return end;
}
