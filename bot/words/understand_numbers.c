/* understand_numbers.c: which events a text names: "#12", "收到 12", "完成 12 14", "12 好了",
 * "12号修了吗", a bare "12". "12号楼", "12楼", "12点" name none. */
#include <string.h>

#include "words/location_number.h"

static bool is_any(const struct reading *reading, uint32_t at, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (reading_is(reading, at, *texts))
            return true;
    return false;
}

static uint32_t skip_space(const struct reading *reading, uint32_t at)
{
    while (at < reading->count && reading->glyphs[at].cp == ' ')
        at++;
    return at;
}

/* The number stands alone: no unit of measure or place behind it. Returns the glyph behind it
 * (and behind 号), 0 when it does not. */
static uint32_t ends_alone(const struct reading *reading, uint32_t at)
{
    static const char *const places[] = {"楼", "栋", "幢", "单元", "线",   "门",   "院",
                                         "店", "室", "房", "早",   "上午", "下午", "晚",
                                         "之", "前", "后", "到",   "座",   NULL};
    if (at >= reading->count)
        return at;
    if (reading_is(reading, at, "号")) {
        struct number next; /* "1号201" is a flat, "1号2号" are two events */
        bool digit = at + 1 < reading->count && glyph_is_digit(reading->glyphs[at + 1].cp);
        bool flat = digit && (!number_at(reading, at + 1, &next) ||
                              !reading_is(reading, next.to, "号") ||
                              is_any(reading, next.to + 1, places));
        return is_any(reading, at + 1, places) || flat ? 0 : at + 1;
    }
    uint32_t cp = reading->glyphs[at].cp;
    if ((cp == ',' || reading_is(reading, at, "和") || reading_is(reading, at, "跟")) &&
        at + 1 < reading->count && glyph_is_digit(reading->glyphs[at + 1].cp))
        return at;
    return glyph_is_silent(cp) && cp != '-' && cp != '.' && cp != ':' && cp != '/' && cp != '%'
               ? at
               : 0;
}

static bool is_all(const struct reading *reading, uint32_t at)
{
    static const char *const words[] = {"都", "全", "均", NULL};
    return is_any(reading, at, words);
}

/* "12 14都完成": all of them, or done already. */
static uint32_t skip_all(const struct reading *reading, uint32_t at)
{
    static const char *const words[] = {"都", "全", "也", "均", "已", "经", "号", " ", NULL};
    while (at < reading->count && is_any(reading, at, words))
        at++;
    return at;
}

static const struct hit *say_near(const struct reading *reading, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind != WORD_SAY || hit->inner)
            continue;
        if (skip_space(reading, hit->to) == from || skip_space(reading, to) == hit->from ||
            skip_all(reading, to) == hit->from)
            return hit;
    }
    return NULL;
}

static void add(struct reading *reading, struct meaning *meaning, const struct number *n,
                uint32_t to)
{
    if (meaning->number_count == MEANING_NUMBERS)
        return;
    for (size_t i = 0; i < meaning->number_count; i++)
        if (meaning->numbers[i] == (uint32_t)n->value)
            return;
    if (meaning->number_count == 0)
        reading->numbers_from = n->from;
    meaning->numbers[meaning->number_count++] = (uint32_t)n->value;
    reading->numbers_to = to;
}

/* "unit 2 not working", "lift 2 is out": the word before the number says what it counts. */
static bool tells_place(const struct reading *reading, const struct number *n)
{
    static const char *const words[] = {"unit",     "floor", "level",     "building", "bldg",
                                        "block",    "tower", "apartment", "flat",     "apt",
                                        "room",     "door",  "entrance",  "gate",     "lift",
                                        "elevator", "line",  "basement"};
    uint32_t to = n->from;
    while (to > 0 && (reading->glyphs[to - 1].cp == ' ' || reading->glyphs[to - 1].cp == '#'))
        to--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        uint32_t len = (uint32_t)strlen(words[i]);
        if (to >= len && reading_is(reading, to - len, words[i]) &&
            (to == len || !glyph_is_latin(reading->glyphs[to - len - 1].cp)))
            return true;
    }
    return false;
}

/* At the head of the text, or behind what picks it up: "把4上会", "put 4 on the list". */
static bool stands_first(const struct reading *reading, const struct number *n)
{
    static const char *const openers[] = {"把", "将", "put ", NULL};
    uint32_t at = skip_space(reading, 0);
    if (n->from > at && is_any(reading, at, openers))
        at += reading_is(reading, at, "put ") ? 4 : 1;
    return n->from == at;
}

/* "on hold until 18 May", "May 18": the day of a month. */
static bool tells_day(const struct reading *reading, const struct number *n)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    uint32_t after = skip_space(reading, n->to), word = n->from;
    while (word > 0 && reading->glyphs[word - 1].cp == ' ')
        word--;
    while (word > 0 && glyph_is_latin(reading->glyphs[word - 1].cp))
        word--;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (reading_is(reading, word, months[i]) ||
            (reading_is(reading, after, months[i]) && !stands_first(reading, n)))
            return true;
    return false;
}

/* 12 14, 12、14, 12和14 behind a number that names an event. */
static bool continues_list(const struct reading *reading, uint32_t at)
{
    static const char *const joins[] = {"、", ",", "和", "&", NULL};
    if (reading->numbers_to == 0 || at < reading->numbers_to)
        return false;
    uint32_t i = skip_space(reading, reading->numbers_to);
    if (i < at && is_any(reading, i, joins))
        i = skip_space(reading, i + 1);
    return i == at || (i + 1 == at && reading->glyphs[i].cp == '#');
}

/* The glyph behind the last number of a list whose first one ends at `to`. */
static uint32_t list_end(const struct reading *reading, uint32_t to)
{
    static const char *const joins[] = {"、", ",", "和", "&", "#", NULL};
    for (;;) {
        uint32_t at = skip_space(reading, to);
        while (at < reading->count && is_any(reading, at, joins))
            at = skip_space(reading, at + 1);
        struct number n;
        if ((at == to && !reading_is(reading, to - 1, "号")) || at >= reading->count ||
            !glyph_is_digit(reading->glyphs[at].cp) || !number_at(reading, at, &n))
            return to;
        uint32_t alone = ends_alone(reading, n.to);
        bool all = n.to < reading->count &&
                   (is_all(reading, n.to) || say_near(reading, n.from, n.to) != NULL);
        if (alone == 0 && !all)
            return to;
        to = alone != 0 ? alone : n.to;
    }
}

/* "1 还是不亮", "2 又坏了": a number, then what is said of an event that was heard of before.
 */
static bool begins_again(const struct reading *reading, const struct number *n)
{
    uint32_t at = skip_space(reading, n->to);
    if (n->from != skip_space(reading, 0) || at == n->to)
        return false;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        enum mark mark = hit->group->mark;
        if (hit->from == at && !hit->inner && hit->group->kind == WORD_MARK &&
            (mark == MARK_STILL || mark == MARK_AGAIN))
            return true;
    }
    return false;
}

/* "4 要等配件，挂起到3月10日": the number stands first, the command somewhere behind it. */
static bool is_commanded(const struct reading *reading, const struct number *n, uint32_t to)
{
    static const char *const places[] = {"号", "楼", "栋", "幢", "单元", "层", "室", "f", NULL};
    uint32_t next = skip_space(reading, to);
    if (!stands_first(reading, n) || n->digits > 4 || next == to ||
        is_any(reading, next, places))
        return false;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct group_def *group = reading->hits[i].group;
        if (group->kind == WORD_SAY && !reading->hits[i].inner && group->value != NULL &&
            (group->intent == INTENT_RAISE || group->intent == INTENT_TRANSFER))
            return true;
    }
    return false;
}

static void number_here(struct reading *reading, struct meaning *meaning,
                        const struct number *n)
{
    bool hashed = n->from > 0 && reading->glyphs[n->from - 1].cp == '#' &&
                  !(n->from > 1 && glyph_is_digit(reading->glyphs[n->from - 2].cp));
    uint32_t to = ends_alone(reading, n->to);
    bool whole = n->from == skip_space(reading, 0) && to >= reading->count && to != 0;
    if (hashed) {
        add(reading, meaning, n, to != 0 ? to : n->to);
        if (meaning->number_count == 1)
            reading->numbers_from = n->from - 1;
    } else if (to != 0 && (whole || continues_list(reading, n->from) ||
                           begins_again(reading, n) || is_commanded(reading, n, to) ||
                           say_near(reading, n->from, list_end(reading, to)) != NULL)) {
        add(reading, meaning, n, to);
    } else if (to == 0 && stands_first(reading, n) && n->to < reading->count &&
               say_near(reading, n->from, n->to) != NULL) {
        add(reading, meaning, n, n->to);
    } else if (to == 0 && n->to < reading->count && continues_list(reading, n->from) &&
               (is_all(reading, n->to) || say_near(reading, n->from, n->to) != NULL)) {
        add(reading, meaning, n, n->to);
    }
}

void reading_numbers(struct reading *reading, struct meaning *meaning)
{
    if (!reading->has_number)
        return;
    const struct glyph *g = reading->glyphs;
    for (uint32_t at = 0; at < reading->count;) {
        struct number n;
        if (!glyph_is_digit(g[at].cp) || !number_at(reading, at, &n)) {
            at++;
            continue;
        }
        bool joined =
            at > 0 && (g[at - 1].cp == '-' || g[at - 1].cp == '.' || g[at - 1].cp == ':' ||
                       g[at - 1].cp == '+' || glyph_is_latin(g[at - 1].cp));
        if (!joined && !n.ordinal && n.value > 0 && n.digits <= 7 &&
            !tells_place(reading, &n) && !tells_day(reading, &n))
            number_here(reading, meaning, &n);
        at = n.to;
    }
}
