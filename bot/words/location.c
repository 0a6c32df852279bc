/* location.c: building, unit, floor, room and named place.
 *
 * Goes over the text once. At every number it looks at what follows (号楼, 单元, 层, 室, #, -)
 * and, in English, at what stands before (building, unit, flat, floor). The first building of a
 * text counts, later ones are further places. Named places are words of the lexicon. */
#include "words/location.h"

#include <stdlib.h>
#include <string.h>

#include "words/location_inner.h"

#define UNITS_USUAL 6 /* of a building whose units are not known */

void location_init(struct location *location)
{
    *location = (struct location){.floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
}

bool location_is_empty(const struct location *location)
{
    return location->building == NULL && location->unit == NULL && location->room == NULL &&
           location->floor == FLOOR_NONE && location->place == NULL;
}

int32_t location_floor(const struct location *location)
{
    if (location->floor != FLOOR_NONE || location->room == NULL)
        return location->floor;
    size_t len = strspn(location->room, "0123456789");
    if (len < 3 || len > 4)
        return FLOOR_NONE;
    return (int32_t)(strtol(location->room, NULL, 10) / 100);
}

void location_inherit(struct location *location, const struct location *other)
{
    if (location->building == NULL)
        location->building = other->building;
    else if (other->building != NULL && strcmp(location->building, other->building) != 0)
        return;
    if (location->unit == NULL)
        location->unit = other->unit;
    else if (other->unit != NULL && strcmp(location->unit, other->unit) != 0)
        return;
    if (location->floor == FLOOR_NONE) {
        location->floor = other->floor;
        location->floor_to = other->floor_to;
    }
    if (location->room == NULL)
        location->room = other->room;
}

void location_note(struct finder *f, uint32_t to)
{
    f->last_to = to;
    f->slot_before = true;
}

static void set_text(struct finder *f, const char **slot, struct span *span,
                     const struct number *number, uint32_t to)
{
    if (*slot == NULL) {
        *slot = arena_strdup(f->reading->arena, number->text);
        *span = reading_span(f->reading, number->from, to);
    }
    location_note(f, to);
}

void location_set_building(struct finder *f, const struct number *n, uint32_t to)
{
    set_text(f, &f->where->building, &f->where->building_span, n, to);
}

void location_set_unit(struct finder *f, const struct number *n, uint32_t to)
{
    set_text(f, &f->where->unit, &f->where->unit_span, n, to);
}

void location_set_room(struct finder *f, const struct number *n, uint32_t to)
{
    set_text(f, &f->where->room, &f->where->room_span, n, to);
}

static const char *const building_words[] = {"号楼", "号栋", "号幢",     "#楼",      "栋", "幢",
                                             "座",   "號樓", "号住宅楼", "号公寓楼", NULL};

uint32_t location_building_word(const struct finder *f, uint32_t at)
{
    return any_of(f, at, building_words);
}

static const char *const unit_words[] = {"号单元", "梯",   "单元", "但元",
                                         "号门洞", "门栋", "门洞", NULL};
static const char *const room_words[] = {"号房", "室", "房", NULL};
/* What a number counts when it tells no place. */
static const char *const measures[] = {
    "元", "块",   "户", "人", "年", "月", "日",   "点",   "分", "平", "米", "个",
    "路", "号线", "天", "次", "万", "千", "百",   "多",   "时", "%",  "斤", "岁",
    "周", "期",   "区", "县", "市", "kv", "小时", "号店", "弄", "巷", "街", "伏",
    "度", "台",   "辆", "家", "余", "几", "m",    "w",    NULL};

/* "A栋78户": how many flats it has. */
static bool counts_flats(const struct finder *f, uint32_t at)
{
    struct number n;
    return at < f->end && number_at(f->reading, at, &n) && is(f, n.to, "户");
}

/* "4栋2门8楼": a unit, as the north calls it. */
static bool is_door(const struct finder *f, const struct number *n)
{
    bool between = f->slot_before && f->last_to == n->from && f->where->building != NULL;
    return is(f, n->to, "门") && n->value > 0 && n->value < 20 && f->where->unit == NULL &&
           (between ||
            (n->to + 1 < f->end && glyph_is_digit(f->reading->glyphs[n->to + 1].cp)));
}

/* "4楼2单元": a building. */
static bool is_house(const struct finder *f, const struct number *n)
{
    struct number next;
    return is(f, n->to, "楼") && f->where->building == NULL && n->kind == NUMBER_DIGITS &&
           n->value > 0 && n->value < 121 && n->to + 1 < f->end &&
           number_at(f->reading, n->to + 1, &next) && any_of(f, next.to, unit_words) > 0;
}

/* What stands directly behind the number. Returns where to go on, 0: nothing. */
static uint32_t suffixed(struct finder *f, const struct number *n)
{
    uint32_t len = any_of(f, n->to, building_words);
    static const char *const counted[] = {"小高层", "高层", "楼房", "别墅", NULL};
    if (len > 0 && !(is(f, n->to, "座") && n->kind == NUMBER_HAN) &&
        any_of(f, n->to + len, counted) == 0 && !counts_flats(f, n->to + len)) {
        location_set_building(f, n, n->to + len);
        return n->to + len;
    }
    len = any_of(f, n->to, unit_words);
    if (len > 0 && n->value < 100) {
        location_set_unit(f, n, n->to + len);
        return n->to + len;
    }
    if (n->kind == NUMBER_LETTER)
        return 0;
    if (is_door(f, n)) {
        location_set_unit(f, n, n->to + 1);
        return n->to + 1;
    }
    if (is_house(f, n)) {
        location_set_building(f, n, n->to + 1);
        return n->to + 1;
    }
    uint32_t floor = location_floor_behind(f, n);
    if (floor != 0)
        return floor;
    len = any_of(f, n->to, room_words);
    if (len > 0 && n->value > 0 && (n->digits >= 3 || f->slot_before)) {
        location_set_room(f, n, n->to + len);
        return n->to + len;
    }
    return 0;
}

/* "4#2单元", "4#": a building; "#12" is an event. "4号2单元", "4号201" too. */
static uint32_t hashed(struct finder *f, const struct number *n)
{
    if (n->kind == NUMBER_LETTER || n->value < 0)
        return 0;
    if (is(f, n->to, "#") && n->value < 1000) {
        location_set_building(f, n, n->to + 1);
        return n->to + 1;
    }
    if (!is(f, n->to, "号"))
        return 0;
    struct number next;
    static const char *const machines[] = {"电梯", "梯", "机", "线", "车", "门", "楼", NULL};
    if (f->slot_before && f->last_to == n->from && f->where->building != NULL) {
        if (any_of(f, n->to + 1, machines) > 0)
            return 0;
        location_set_room(f, n, n->to + 1);
        return n->to + 1;
    }
    if (n->to + 1 < f->end && n->value < 300 && number_at(f->reading, n->to + 1, &next) &&
        next.kind != NUMBER_LETTER &&
        (any_of(f, next.to, unit_words) > 0 ||
         (next.digits >= 3 && next.digits <= 4 && next.kind == NUMBER_DIGITS &&
          any_of(f, next.to, measures) == 0))) {
        location_set_building(f, n, n->to + 1);
        return n->to + 1;
    }
    return 0;
}

/* "2-401" in the group of building 8 is unit 2 there; "4-401" in the group of building 4 leaves
 * the unit open. */
static bool is_unit_here(const struct finder *f, const struct number *n)
{
    const struct hints *hints = f->reading->hints;
    return hints->building != NULL && strcmp(hints->building, n->text) != 0 && n->value >= 1 &&
           n->value <= (hints->units > 0 ? hints->units : UNITS_USUAL);
}

/* 4-2-401, 2-401, 4-2-4F, 4/2/401: numbers joined by dashes or strokes. */
static uint32_t dashed(struct finder *f, const struct number *first)
{
    struct number chain[4];
    size_t count = 1;
    chain[0] = *first;
    const char *joint = is(f, first->to, "/") ? "/" : "-";
    while (count < 4 && is(f, chain[count - 1].to, joint) && chain[count - 1].to + 1 < f->end &&
           number_at(f->reading, chain[count - 1].to + 1, &chain[count]) &&
           chain[count].kind == NUMBER_DIGITS)
        count++;
    const struct number *last = &chain[count - 1];
    if (*joint == '/' && (count != 3 || last->digits < 3))
        return 0; /* "3/5": a date */
    bool date = count == 3 && last->digits == 4 && last->value >= 1900;
    if (count < 2 || date || first->value > 200 || is(f, last->to, "-") || last->digits > 4 ||
        (first->from > 0 && f->reading->glyphs[first->from - 1].cp == '-'))
        return 0;
    for (size_t i = 0; i + 1 < count; i++)
        if (chain[i].digits > 3)
            return 0;
    bool floor = is(f, last->to, "f") || is(f, last->to, "楼") || is(f, last->to, "层");
    if (floor && count == 2 && f->where->building == NULL)
        return 0; /* 1-5楼: a range */
    if (!floor && (last->digits < 3 || (any_of(f, last->to, measures) > 0)))
        return 0;
    size_t at = 0;
    size_t before = count - 1;
    bool unit_first = count == 2 && is_unit_here(f, first);
    if (f->where->building == NULL && before > 0 && !unit_first) {
        location_set_building(f, &chain[at++], chain[0].to);
        before--;
    }
    if (before > 0)
        location_set_unit(f, &chain[at], chain[at].to);
    if (floor)
        location_set_floor(f, (int32_t)last->value, last->from, last->to + 1);
    else
        location_set_room(f, last, is(f, last->to, "室") ? last->to + 1 : last->to);
    return floor ? last->to + 1 : f->last_to;
}

/* "836B": digits with one letter behind them. Returns the glyph behind. */
uint32_t location_take_letter(const struct finder *f, struct number *n)
{
    const struct glyph *g = f->reading->glyphs;
    uint32_t at = n->to;
    if (n->kind != NUMBER_DIGITS || at >= f->end || !glyph_is_latin(g[at].cp) ||
        (at + 1 < f->end && (glyph_is_latin(g[at + 1].cp) || glyph_is_digit(g[at + 1].cp))) ||
        n->digits > 4)
        return at;
    size_t len = strlen(n->text);
    n->text[len] = (char)(g[at].cp - 'a' + 'A');
    n->text[len + 1] = '\0';
    return at + 1;
}

bool location_is_flat(const struct number *n)
{
    static const long calls[] = {110, 112, 114, 119, 120, 122, 311, 315, 911, 1110};
    long door = n->value % 100;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (n->value == calls[i])
            return false;
    return n->kind == NUMBER_DIGITS && !n->ordinal && n->digits >= 3 && n->digits <= 4 &&
           n->value >= 100 && door > 0 && door <= 20 && !(n->value >= 1900 && n->value < 2100);
}

/* "801家漏水，我701遭殃": whose home it is, is told further on. */
static bool tells_my_home(const struct finder *f, uint32_t from)
{
    for (uint32_t at = from; at < from + 30 && at + 2 < f->end; at++)
        if (is(f, at, "我") &&
            glyph_is_digit(f->reading->glyphs[at + (is(f, at + 1, "家") ? 2 : 1)].cp))
            return true;
    return false;
}

/* "楼上903", "我家1203", "顶楼601", "302那家": a flat told by its number alone. */
static bool is_lived_in(const struct finder *f, const struct number *n)
{
    static const char *const homes[] = {"楼上", "楼下", "隔壁", "对门", "对面",
                                        "我家", "顶楼", "住在", "家住", NULL};
    static const char *const owns[] = {"的", "家", "那家", "那户", "阳台", "门口", "把", NULL};
    bool begins = n->from == 0 || glyph_ends_clause(f->reading->glyphs[n->from - 1].cp);
    return location_is_flat(n) &&
           (any_before(f, n->from, homes) > 0 ||
            (begins && any_of(f, n->to, owns) > 0 && !tells_my_home(f, n->to)));
}

/* "120平米" is measured; "602天天" is somebody all day long. */
static bool is_measured(const struct finder *f, const struct number *n, uint32_t at)
{
    return any_of(f, at, measures) > 0 && !(n->digits >= 3 && is(f, at, "家")) &&
           !is(f, at, "天天");
}

/* "4栋B座1203": a bare number of three or four digits behind another slot, at once or, in an
 * address, at the very end. */
static uint32_t bare_room(struct finder *f, const struct number *number)
{
    const struct glyph *g = f->reading->glyphs;
    struct number n = *number;
    uint32_t to = location_take_letter(f, &n);
    uint32_t gap = f->last_to;
    while (gap < n.from && (g[gap].cp == ' ' || g[gap].cp == '-' || g[gap].cp == '_' ||
                            g[gap].cp == 0x7684 || g[gap].cp == 0x4e1c || g[gap].cp == 0x68af))
        gap++;
    bool end = to == f->reading->count && f->where->building != NULL && n.digits <= 4 &&
               !is(f, n.from - 1, "打") && n.from - f->last_to < 10 &&
               glyph_is_han(g[n.from - 1].cp);
    bool spelt = n.kind == NUMBER_HAN && n.digits == 3 && n.value > 100; /* 三零一 */
    bool behind = f->slot_before && (gap == n.from || end);
    if ((n.kind != NUMBER_DIGITS && !spelt) || (!behind && !is_lived_in(f, &n)) ||
        (n.value < 100 && to == n.to) || n.digits > 5 || f->where->room != NULL ||
        is_measured(f, &n, to))
        return 0;
    location_set_room(f, &n, to);
    return to;
}

/* 东单元: a unit named by its side. */
static uint32_t side_unit(struct finder *f, uint32_t at)
{
    static const char *const sides[] = {"东", "西", "南", "北", "中", NULL};
    if (any_of(f, at, sides) == 0 || !is(f, at + 1, "单元") || f->where->unit != NULL)
        return 0;
    struct span span = reading_span(f->reading, at, at + 1);
    f->where->unit =
        arena_strndup(f->reading->arena, f->reading->text + span.from, span.to - span.from);
    f->where->unit_span = reading_span(f->reading, at, at + 3);
    location_note(f, at + 3);
    return at + 3;
}

/* What may begin with this glyph, as a bit set; with most glyphs of a text nothing does. */
enum { BEGINS_NUMBER = 1, BEGINS_BELOW = 2, BEGINS_SIDE = 4, BEGINS_ENGLISH = 8 };

static unsigned beginnings(const struct finder *f, uint32_t at)
{
    const struct glyph *g = f->reading->glyphs;
    uint32_t cp = g[at].cp;
    if (glyph_is_latin(cp)) {
        if (at > 0 && glyph_is_latin(g[at - 1].cp))
            return 0;
        return BEGINS_ENGLISH | BEGINS_NUMBER |
               (cp == 'b' && !glyph_is_latin(g[at + 1].cp) ? BEGINS_BELOW : 0);
    }
    switch (cp) {
    case '-':
    case 0x8d1f: /* 负 */
    case 0x5730: /* 地 */
        return BEGINS_BELOW;
    case 0x4e1c: /* 东 */
    case 0x897f: /* 西 */
    case 0x5357: /* 南 */
    case 0x5317: /* 北 */
    case 0x4e2d: /* 中 */
        return BEGINS_SIDE;
    default:
        return glyph_is_digit(cp) || glyph_is_numeral(cp) ? BEGINS_NUMBER : 0;
    }
}

/* "8点20", "3块4": the rest of a time or a price. */
static bool counts_on(const struct finder *f, const struct number *n)
{
    static const char *const before[] = {"点", "块", NULL};
    return n->from >= 2 && any_of(f, n->from - 1, before) > 0 &&
           (glyph_is_digit(f->reading->glyphs[n->from - 2].cp) ||
            glyph_is_numeral(f->reading->glyphs[n->from - 2].cp));
}

static uint32_t slot_at(struct finder *f, uint32_t at)
{
    struct number n;
    unsigned begins = beginnings(f, at);
    uint32_t next = begins & BEGINS_BELOW ? location_below_ground(f, at) : 0;
    if (next == 0 && begins & BEGINS_ENGLISH)
        next = location_english(f, at);
    if (next == 0 && begins & BEGINS_SIDE)
        next = side_unit(f, at);
    if (next != 0 || !(begins & BEGINS_NUMBER) || !number_at(f->reading, at, &n))
        return next;
    const struct glyph *g = f->reading->glyphs;
    bool word = n.kind == NUMBER_LETTER && g[n.to].cp == ' ' &&
                glyph_is_latin(g[n.to - 1].cp); /* "in", "a" */
    if (word || counts_on(f, &n) ||
        (at < f->reading->numbers_to && at >= f->reading->numbers_from))
        return n.to;
    if ((next = location_short_range(f, &n)) != 0 || (next = dashed(f, &n)) != 0 ||
        (next = suffixed(f, &n)) != 0 || (next = hashed(f, &n)) != 0 ||
        (next = location_english_number(f, &n)) != 0 || (next = bare_room(f, &n)) != 0)
        return next;
    return n.to;
}

static void find_place(struct finder *f, uint32_t from)
{
    const struct reading *reading = f->reading;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind != WORD_PLACE || hit->from < from || hit->to > f->end)
            continue;
        bool better = f->where->place == NULL;
        if (better) {
            f->where->place = hit->group->name[reading->has_han ? LANG_ZH : LANG_EN];
            f->where->place_span = reading_span(reading, hit->from, hit->to);
            if (hit->group->floor != FLOOR_NONE && f->where->floor == FLOOR_NONE) {
                f->where->floor = hit->group->floor;
                f->where->floor_span = f->where->place_span;
            }
        }
    }
}

void location_find(const struct reading *reading, uint32_t from, uint32_t to,
                   struct location *ret_location)
{
    struct finder finder = {.reading = reading, .where = ret_location, .end = to};
    location_init(ret_location);
    for (uint32_t at = from; at < to;) {
        uint32_t next = slot_at(&finder, at);
        at = next > at ? next : at + 1;
    }
    if (reading->kinds & 1u << WORD_PLACE)
        find_place(&finder, from);
}
