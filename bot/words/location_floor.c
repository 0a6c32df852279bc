/* location_floor.c: floors as Chinese tells them (4楼, 16F, 负一层, 1-5楼), and what only
 * sounds like one: "爬了十八层" counts storeys, "一层灰" is dust, "从九楼滑到一楼" is a way. */
#include "words/location_inner.h"

static const char *const floor_words[] = {"楼层", "楼", "层", NULL};

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

/* "按不到负2", "按键1楼": a button of the lift. */
static bool is_button(const struct finder *f, uint32_t at)
{
    for (uint32_t i = 1; i <= 3 && i <= at; i++)
        if (is(f, at - i, "按"))
            return true;
    return false;
}

void location_set_floor(struct finder *f, int32_t floor, uint32_t from, uint32_t to)
{
    struct location *where = f->where;
    if (is_somebody(f, to) || is(f, to, "以上") || is(f, to, "以下") || is_button(f, from))
        return;
    if (where->floor == FLOOR_NONE) {
        where->floor = floor;
        where->floor_span = reading_span(f->reading, from, to);
    } else if (f->range && where->floor_to == FLOOR_NONE && floor != where->floor) {
        where->floor_to = floor;
        where->floor_span.to = reading_span(f->reading, from, to).to;
    }
    location_note(f, to);
    static const char *const joins[] = {"到", "至", "-", "~", " to ", "—", NULL};
    f->range = any_of(f, to, joins) > 0;
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

/* "四五层": about so many; "十二层" is exact. */
static bool is_about(const struct finder *f, const struct number *n)
{
    return n->kind == NUMBER_HAN && n->digits == 2 && n->value % 10 == n->value / 10 + 1 &&
           !is(f, n->from, "十");
}

/* "一层楼都没网", "两层小楼"; "5层楼道" and "第三层楼" are floors. */
static bool is_height(const struct finder *f, const struct number *n)
{
    static const char *const houses[] = {"层楼",   "层小楼", "层高",   "层别墅",
                                         "层建筑", "层砖房", "层平房", NULL};
    static const char *const parts[] = {"道", "梯", "顶", "板", "口", "层", "栋", NULL};
    static const char *const which[] = {"第", NULL};
    return any_of(f, n->to, houses) > 0 && any_before(f, n->from, which) == 0 &&
           !(is(f, n->to, "层楼") && any_of(f, n->to + 2, parts) > 0);
}

/* "铺了一层", "厚厚一层", "一层灰": what lies on something. */
static bool is_coat(const struct finder *f, const struct number *n, uint32_t behind)
{
    static const char *const verbs[] = {"厚", "薄", "抹", "铺", "结", "积",
                                        "漂", "落", "糊", "蒙", "多", NULL};
    static const char *const stuff[] = {"灰", "泥",   "雪",   "霜",   "薄",
                                        "厚", "油膜", "油污", "冰面", NULL};
    return n->kind == NUMBER_HAN && n->value == 1 && is(f, n->to, "层") &&
           (any_before(f, behind, verbs) > 0 || any_of(f, n->to + 1, stuff) > 0);
}

/* "爬了十八层", "抬上五楼", "加盖一层", "下坠两层": how many, not which. */
static bool counts_floors(const struct finder *f, const struct number *n)
{
    static const char *const climbs[] = {"爬",   "爬上", "抬上", "搬上", "背上",
                                         "扛上", "跑上", "走上", NULL};
    static const char *const moves[] = {"坠", "掉", "降", "滑", "跌", "盖", "高", "加", NULL};
    static const char *const done[] = {"了", NULL};
    uint32_t behind = n->from - any_before(f, n->from, done);
    bool storeys = is(f, n->to, "层");
    return is_about(f, n) || is_height(f, n) || is_coat(f, n, behind) ||
           (storeys && is(f, n->from, "两")) || any_before(f, behind, climbs) > 0 ||
           (storeys && any_before(f, behind, moves) > 0);
}

/* "从九楼直接滑到一楼": the glyph behind a way from floor to floor; 0: it is none, like
 * "从一楼到五楼". */
static uint32_t behind_way(const struct finder *f, const struct number *n, uint32_t to)
{
    static const char *const moves[] = {"裂", "坠", "滑", "掉", "落", "流", "漏", "淌", "渗",
                                        "垂", "喷", "冲", "降", "窜", "烧", "滚", "摔", "跌",
                                        "延", "爬", "走", "跑", "搬", "抬", "扛", NULL};
    struct number last;
    if (n->from == 0 || !is(f, n->from - 1, "从"))
        return 0;
    for (uint32_t at = to + 1; at < to + 7 && at + 1 < f->end; at++) {
        if (!is(f, at, "到") && !is(f, at, "至"))
            continue;
        if (any_before(f, at, moves) == 0 || !number_at(f->reading, at + 1, &last))
            return 0;
        uint32_t len = any_of(f, last.to, floor_words);
        return len > 0 ? last.to + len : 0;
    }
    return 0;
}

uint32_t location_floor_behind(struct finder *f, const struct number *n)
{
    uint32_t len = any_of(f, n->to, floor_words);
    if (len == 0 && is_lettered_floor(f, n))
        len = 1;
    if (len == 0 || n->value < 1 || n->value > 120)
        return 0;
    if (counts_floors(f, n))
        return n->to + len;
    uint32_t way = behind_way(f, n, n->to + len);
    if (way != 0)
        return way;
    location_set_floor(f, (int32_t)n->value, n->from, n->to + len);
    return n->to + len;
}

uint32_t location_below_ground(struct finder *f, uint32_t at)
{
    static const char *const regions[] = {"区", "市", "县", "-", NULL};
    static const char *const downs[] = {"负", "地下", "-", "b", NULL};
    static const char *const english[] = {" floor", " level", NULL};
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
    suffix = suffix > 0 || !is(f, at, "-") ? suffix : any_of(f, n.to, english);
    if (suffix == 0 && (is(f, at, "-") || is(f, at, "地下")))
        return 0;
    if (is(f, at, "b") &&
        (location_building_word(f, n.to) > 0 || n.digits > 1 ||
         glyph_is_latin(f->reading->glyphs[n.to].cp) || any_of(f, n.to, regions) > 0))
        return 0;
    location_set_floor(f, (int32_t)-n.value, at, n.to + suffix);
    return n.to + suffix;
}

uint32_t location_short_range(struct finder *f, const struct number *n)
{
    static const char *const joins[] = {"到", "至", "-", "~", NULL};
    struct number last;
    uint32_t len = any_of(f, n->to, joins);
    if (len == 0 || n->kind == NUMBER_LETTER || n->value < 1 || n->to + len >= f->end ||
        !number_at(f->reading, n->to + len, &last) || last.value <= n->value ||
        last.value > 120)
        return 0;
    uint32_t suffix = any_of(f, last.to, floor_words);
    bool arrives = n->kind == NUMBER_HAN && is(f, last.to + suffix, "就"); /* 一到七楼就响 */
    if (suffix == 0 || arrives)
        return 0;
    location_set_floor(f, (int32_t)n->value, n->from, n->to);
    f->range = true;
    location_set_floor(f, (int32_t)last.value, last.from, last.to + suffix);
    return last.to + suffix;
}
