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

/* The length in glyphs of the first of these that stands at `at`; 0: none. */
static uint32_t any_of(const struct finder *f, uint32_t at, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (is(f, at, *texts)) {
            uint32_t len = 0;
            for (const char *c = *texts; *c != '\0'; c++)
                len += ((unsigned char)*c & 0xc0) != 0x80;
            return len;
        }
    return 0;
}

static void note(struct finder *f, uint32_t to)
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
    note(f, to);
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

/* "4楼的王姐" is a person. */
static bool is_somebody(const struct finder *f, uint32_t at)
{
    static const char *const titles[] = {"姐",   "哥",   "叔",   "姨",   "阿姨", "大爷",
                                         "大妈", "奶奶", "爷爷", "老师", "先生", "女士",
                                         "师傅", "妹",   "婶",   NULL};
    if (!is(f, at, "的"))
        return false;
    for (uint32_t i = at + 1; i <= at + 3; i++)
        if (any_of(f, i, titles) > 0)
            return true;
    return false;
}

void location_set_floor(struct finder *f, int32_t floor, uint32_t from, uint32_t to)
{
    struct location *where = f->where;
    if (is_somebody(f, to) || is(f, to, "以上") || is(f, to, "以下"))
        return;
    if (where->floor == FLOOR_NONE) {
        where->floor = floor;
        where->floor_span = reading_span(f->reading, from, to);
    } else if (f->range && where->floor_to == FLOOR_NONE && floor != where->floor) {
        where->floor_to = floor;
        where->floor_span.to = reading_span(f->reading, from, to).to;
    }
    note(f, to);
    static const char *const joins[] = {"到", "至", "-", "~", " to ", "—", NULL};
    f->range = any_of(f, to, joins) > 0;
}

static const char *const building_words[] = {"号楼", "号栋", "号幢",     "#楼",      "栋", "幢",
                                             "座",   "號樓", "号住宅楼", "号公寓楼", NULL};
static const char *const unit_words[] = {"号单元", "梯",   "单元", "但元",
                                         "号门洞", "门栋", "门洞", NULL};
static const char *const floor_words[] = {"楼层", "楼", "层", NULL};
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

/* "16F", "on 12F"; in English "95F" alone may be the weather. */
static bool is_lettered_floor(const struct finder *f, const struct number *n)
{
    const struct glyph *g = f->reading->glyphs;
    if (n->kind != NUMBER_DIGITS || n->digits > 2 || !is(f, n->to, "f") ||
        (n->to + 1 < f->end && glyph_is_latin(g[n->to + 1].cp)))
        return false;
    bool on = n->from >= 3 && is(f, n->from - 3, "on ");
    return f->slot_before || f->reading->has_han || on || is(f, n->to + 1, " unit");
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
    len = any_of(f, n->to, floor_words);
    if (len == 0 && is_lettered_floor(f, n))
        len = 1;
    if (len > 0 && n->value > 0 && n->value < 121) {
        if (is(f, n->to, "楼") && f->where->building == NULL && n->kind == NUMBER_DIGITS) {
            struct number next;
            uint32_t after = n->to + 1;
            if (after < f->end && number_at(f->reading, after, &next) &&
                any_of(f, next.to, unit_words) > 0) {
                location_set_building(f, n, after);
                return after;
            }
        }
        location_set_floor(f, (int32_t)n->value, n->from, n->to + len);
        return n->to + len;
    }
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

/* "楼上903", "我家1203", "顶楼601": a flat told by its number alone. */
static bool is_lived_in(const struct finder *f, const struct number *n)
{
    static const char *const homes[] = {"楼上", "楼下", "隔壁", "对门", "对面",
                                        "我家", "顶楼", "住在", "家住", NULL};
    long door = n->value % 100;
    return n->digits >= 3 && n->digits <= 4 && door > 0 && door < 20 && n->from >= 2 &&
           any_of(f, n->from - 2, homes) > 0;
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
               n.from - f->last_to < 10 && glyph_is_han(g[n.from - 1].cp);
    bool counts = any_of(f, to, measures) > 0 && !(n.digits >= 3 && is(f, to, "家"));
    bool spelt = n.kind == NUMBER_HAN && n.digits == 3 && n.value > 100; /* 三零一 */
    bool behind = f->slot_before && (gap == n.from || end);
    if ((n.kind != NUMBER_DIGITS && !spelt) || (!behind && !is_lived_in(f, &n)) ||
        (n.value < 100 && to == n.to) || n.digits > 5 || f->where->room != NULL || counts)
        return 0;
    location_set_room(f, &n, to);
    return to;
}

/* 负一层, 地下2层, -1层, b1: below ground. */
static uint32_t below_ground(struct finder *f, uint32_t at)
{
    static const char *const regions[] = {"区", "市", "县", "-", NULL};
    static const char *const downs[] = {"负", "地下", "-", "b", NULL};
    uint32_t len = any_of(f, at, downs);
    struct number n;
    if (len == 0 || at + len >= f->end ||
        (at > 0 && glyph_is_latin(f->reading->glyphs[at].cp) &&
         glyph_is_latin(f->reading->glyphs[at - 1].cp)) ||
        (is(f, at, "-") && at > 0 && glyph_is_digit(f->reading->glyphs[at - 1].cp)))
        return 0;
    if (!number_at(f->reading, at + len, &n) || n.value < 1 || n.value > 9 ||
        n.kind == NUMBER_LETTER || n.kind == NUMBER_WORD)
        return 0;
    uint32_t suffix = any_of(f, n.to, floor_words);
    if (suffix == 0 && (is(f, at, "-") || is(f, at, "地下")))
        return 0;
    if (is(f, at, "b") &&
        (any_of(f, n.to, building_words) > 0 || n.digits > 1 ||
         glyph_is_latin(f->reading->glyphs[n.to].cp) || any_of(f, n.to, regions) > 0))
        return 0;
    location_set_floor(f, (int32_t)-n.value, at, n.to + suffix);
    return n.to + suffix;
}

/* The floor of "1-5楼" that names its unit only once. */
static uint32_t short_range(struct finder *f, const struct number *n)
{
    static const char *const joins[] = {"到", "至", "-", "~", NULL};
    struct number last;
    uint32_t len = any_of(f, n->to, joins);
    if (len == 0 || n->kind == NUMBER_LETTER || n->value < 1 || n->to + len >= f->end ||
        !number_at(f->reading, n->to + len, &last) || last.value <= n->value ||
        last.value > 120)
        return 0;
    uint32_t suffix = any_of(f, last.to, floor_words);
    if (suffix == 0)
        return 0;
    location_set_floor(f, (int32_t)n->value, n->from, n->to);
    f->range = true;
    location_set_floor(f, (int32_t)last.value, last.from, last.to + suffix);
    return last.to + suffix;
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
    note(f, at + 3);
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
    uint32_t next = begins & BEGINS_BELOW ? below_ground(f, at) : 0;
    if (next == 0 && begins & BEGINS_ENGLISH)
        next = location_english(f, at);
    if (next == 0 && begins & BEGINS_SIDE)
        next = side_unit(f, at);
    if (next != 0 || !(begins & BEGINS_NUMBER) || !number_at(f->reading, at, &n))
        return next;
    bool word = n.kind == NUMBER_LETTER && f->reading->glyphs[n.to].cp == ' '; /* "in", "a" */
    if (word || counts_on(f, &n) ||
        (at < f->reading->numbers_to && at >= f->reading->numbers_from))
        return n.to;
    if ((next = short_range(f, &n)) != 0 || (next = dashed(f, &n)) != 0 ||
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
