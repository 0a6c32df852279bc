/* understand_places.c: one trouble told of several places: "4号楼和5号楼的路灯都不亮",
 * "3、4单元电梯都坏了", "buildings 4 and 5". Every place makes a fault of its own, in the order
 * of the text. A list is told by its form alone: places with nothing but "and" between them. */
#include <string.h>

#include "words/location.h"
#include "words/location_number.h"

#define LIST_MAX (MEANING_MORE + 1)
#define NAME_LATIN 10u /* glyphs of "building " before its number */
#define TEXT_MAX 120   /* glyphs: who lists places is short */

enum slot { SLOT_NONE, SLOT_BUILDING, SLOT_UNIT, SLOT_FLOOR };

struct list {
    const struct reading *reading;
    struct location places[LIST_MAX];
    size_t count;
    enum slot slot; /* what differs */
};

/* The glyph behind "and" at `at`; 0: none stands there. */
static uint32_t behind_and(const struct reading *reading, uint32_t at)
{
    static const char *const words[] = {"以及", "还有", "and ", "和", "跟", "与",
                                        "及",   "、",   "&",    ",",  NULL};
    const struct glyph *g = reading->glyphs;
    while (at < reading->count && g[at].cp == ' ')
        at++;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (at >= reading->count || !reading_is(reading, at, words[i]))
            continue;
        uint32_t to = at + 1;
        for (const char *c = words[i] + 1; *c != '\0'; c++)
            to += ((unsigned char)*c & 0xc0) != 0x80;
        to -= ((unsigned char)words[i][0] & 0xc0) == 0x80;
        while (to < reading->count && g[to].cp == ' ')
            to++;
        return to;
    }
    return 0;
}

uint32_t reading_joint(const struct reading *reading, uint32_t from, uint32_t to)
{
    static const char *const words[] = {" and ", "还有", "而且", "并且", "另外", NULL};
    uint32_t joint = 0;
    for (uint32_t at = from; at < to && at < reading->count; at++)
        for (size_t i = 0; words[i] != NULL; i++)
            if (reading_is(reading, at, words[i]))
                joint = at;
    return joint;
}

static bool ends_clause(const struct reading *reading, uint32_t at)
{
    const struct glyph *g = reading->glyphs;
    return glyph_ends_clause(g[at].cp) || (g[at].cp == '.' && g[at + 1].cp == ' ');
}

/* The glyph behind the clause that holds `at`. */
static uint32_t clause_end(const struct reading *reading, uint32_t at)
{
    while (at < reading->count && !ends_clause(reading, at))
        at++;
    return at;
}

bool reading_has_own_place(const struct reading *reading, uint32_t at)
{
    struct location where;
    uint32_t from = at;
    while (from > 0 && !ends_clause(reading, from - 1))
        from--;
    location_find(reading, from, clause_end(reading, at), &where);
    return !location_is_empty(&where);
}

void reading_share_places(const struct reading *reading, struct meaning *meaning,
                          const struct frame *const *picked)
{
    uint32_t from = 0;
    const struct location *before = NULL;
    for (size_t i = 0; i <= meaning->more_count; i++) {
        struct fault_found *fault = i == 0 ? &meaning->fault : &meaning->more[i - 1];
        bool last = i == meaning->more_count;
        uint32_t to = last ? reading->count : clause_end(reading, picked[i]->to);
        uint32_t joint = last ? 0 : reading_joint(reading, picked[i]->to, picked[i + 1]->from);
        to = joint && joint < to ? joint : to;
        location_find(reading, from, to, &fault->where);
        if (before != NULL)
            location_inherit(&fault->where, before);
        before = &fault->where;
        from = to;
    }
    for (size_t i = meaning->more_count; i > 0; i--) { /* "电梯坏了，灯也不亮，都是2单元的" */
        struct location *where = i == 1 ? &meaning->fault.where : &meaning->more[i - 2].where;
        if (location_is_empty(where))
            location_inherit(where, &meaning->more[i - 1].where);
    }
}

static uint32_t glyph_at(const struct reading *reading, uint32_t byte)
{
    uint32_t at = 0;
    while (at < reading->count && reading->glyphs[at].at < byte)
        at++;
    return at;
}

/* The stretch of text that tells building, unit and floor. False: none is told. */
static bool extent(const struct reading *reading, const struct location *where,
                   uint32_t *ret_from, uint32_t *ret_to)
{
    const struct span spans[] = {where->building_span, where->unit_span, where->floor_span};
    const bool told[] = {where->building != NULL, where->unit != NULL,
                         where->floor != FLOOR_NONE};
    uint32_t from = UINT32_MAX, to = 0;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!told[i] || spans[i].to <= spans[i].from)
            continue;
        from = spans[i].from < from ? spans[i].from : from;
        to = spans[i].to > to ? spans[i].to : to;
    }
    *ret_from = glyph_at(reading, from);
    *ret_to = glyph_at(reading, to);
    return to > 0;
}

static enum slot slot_of(const struct location *where)
{
    return where->building != NULL      ? SLOT_BUILDING
           : where->unit != NULL        ? SLOT_UNIT
           : where->floor != FLOOR_NONE ? SLOT_FLOOR
                                        : SLOT_NONE;
}

static void set_slot(const struct reading *reading, struct location *where, enum slot slot,
                     const struct number *number)
{
    location_init(where);
    const char *text = arena_strdup(reading->arena, number->text);
    struct span span = reading_span(reading, number->from, number->to);
    if (slot == SLOT_BUILDING) {
        where->building = text;
        where->building_span = span;
    } else if (slot == SLOT_UNIT) {
        where->unit = text;
        where->unit_span = span;
    } else {
        where->floor = (int32_t)number->value;
        where->floor_span = span;
    }
}

static bool bare_number(const struct reading *reading, uint32_t at, struct number *number)
{
    return at < reading->count && number_at(reading, at, number) &&
           number->kind != NUMBER_LETTER && number->value > 0 && number->value < 100 &&
           (at == 0 || !glyph_is_digit(reading->glyphs[at - 1].cp));
}

/* What the last of "3、4、5号楼" says that all of them are. */
static enum slot slot_behind(const struct list *list, uint32_t at)
{
    const struct reading *reading = list->reading;
    struct number number;
    while (bare_number(reading, at, &number)) {
        uint32_t next = behind_and(reading, number.to), from, to;
        struct location where;
        if (next == 0)
            return SLOT_NONE;
        location_find(reading, next, reading->count, &where);
        if (extent(reading, &where, &from, &to) && from == next)
            return slot_of(&where);
        at = next;
    }
    return SLOT_NONE;
}

/* The place that begins at `at` exactly, and where it ends; in English its name may be missing
 * ("building 4 and 5"), in Chinese the first of two may lack it ("4、5号楼"). */
static bool place_at(const struct list *list, uint32_t at, struct location *ret_where,
                     uint32_t *ret_to)
{
    const struct reading *reading = list->reading;
    uint32_t from, next, step = at;
    while (step < reading->count && (next = behind_and(reading, step)) == 0)
        step++;
    location_find(reading, at, step, ret_where);
    if (extent(reading, ret_where, &from, ret_to) && from >= at &&
        from - at <= (reading->has_han ? 0u : NAME_LATIN))
        return true;
    struct number number;
    if (!bare_number(reading, at, &number))
        return false;
    *ret_to = number.to;
    enum slot slot = list->count > 0 && !reading->has_han ? list->slot : slot_behind(list, at);
    if (slot == SLOT_NONE)
        return false;
    set_slot(reading, ret_where, slot, &number);
    return true;
}

static bool may_begin(const struct reading *reading, uint32_t at)
{
    const struct glyph *g = reading->glyphs;
    bool word = glyph_is_latin(g[at].cp) && (at == 0 || !glyph_is_latin(g[at - 1].cp));
    return word || glyph_is_digit(g[at].cp) || glyph_is_numeral(g[at].cp);
}

static bool add_places(struct list *list, uint32_t at)
{
    const struct reading *reading = list->reading;
    uint32_t to = at;
    list->count = 0;
    while (list->count < LIST_MAX && place_at(list, at, &list->places[list->count], &to)) {
        struct location *place = &list->places[list->count];
        enum slot slot = slot_of(place);
        if (list->count == 0)
            list->slot = slot;
        else if (slot != list->slot && !(slot == SLOT_UNIT && list->slot == SLOT_BUILDING))
            break;
        list->slot = slot;
        list->count++;
        at = behind_and(reading, to);
        if (at == 0)
            break;
    }
    return list->count > 1;
}

/* Where units are listed, the trouble must be one of a single unit: water that is off in two of
 * them is one event. */
static bool is_of_one(const struct fault_found *fault, enum slot slot)
{
    static const char *const single[] = {"elevator", "access", "lighting"};
    if (slot == SLOT_BUILDING)
        return true;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (fault->category != NULL && strcmp(fault->category, single[i]) == 0)
            return true;
    return false;
}

/* Floors one above the other are a range. */
static bool is_range(const struct list *list, struct fault_found *fault)
{
    if (list->slot != SLOT_FLOOR)
        return false;
    for (size_t i = 1; i < list->count; i++)
        if (list->places[i].floor != list->places[i - 1].floor + 1)
            return false;
    fault->where.floor = list->places[0].floor;
    fault->where.floor_to = list->places[list->count - 1].floor;
    return true;
}

void reading_listed_places(const struct reading *reading, struct meaning *meaning)
{
    struct list list = {.reading = reading};
    uint32_t from, to;
    if (!meaning->report || meaning->more_count > 0 || !reading->has_number ||
        reading->count > TEXT_MAX)
        return;
    for (uint32_t at = 0; at < reading->count && list.count < 2; at++)
        if (may_begin(reading, at) && !add_places(&list, at))
            list.count = 0;
    bool no_floor = list.slot == SLOT_FLOOR && meaning->fault.where.floor == FLOOR_NONE;
    if (list.count < 2 || no_floor || !is_of_one(&meaning->fault, list.slot) ||
        !extent(reading, &list.places[0], &from, &to) || is_range(&list, &meaning->fault))
        return;
    for (size_t i = 0; i < list.count; i++) {
        struct fault_found *fault =
            i == 0 ? &meaning->fault : &meaning->more[meaning->more_count++];
        struct location whole = meaning->fault.where;
        *fault = meaning->fault;
        fault->where = list.places[i];
        if (i > 0 || slot_of(&list.places[0]) != SLOT_BUILDING)
            location_inherit(&fault->where, i == 0 ? &whole : &meaning->fault.where);
        fault->where.place = whole.place;
        fault->where.place_span = whole.place_span;
    }
}
