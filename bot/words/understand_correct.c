/* understand_correct.c: the place that a correction means. It names the right one and often the
 * wrong one as well: "不是4楼，是5楼", "打错了，是5楼不是4楼", "not unit 2, unit 3". The text
 * is cut where a clause ends and before 是 and "not"; the first piece that tells a place and is
 * not denied counts. */
#include "words/location.h"
#include "words/understand_inner.h"

static bool is_glyph(const struct reading *reading, uint32_t at, const char *utf8)
{
    return at < reading->count && reading_is(reading, at, utf8);
}

/* Glyphs that begin a piece at `at`; 0: none begins there. */
static uint32_t opens_piece(const struct reading *reading, uint32_t at, bool *ret_denied)
{
    bool border = at == 0 || !glyph_is_latin(reading->glyphs[at - 1].cp);
    *ret_denied = true;
    if (is_glyph(reading, at, "不是"))
        return 2;
    if (border && is_glyph(reading, at, "not "))
        return 4;
    *ret_denied = false;
    if (border && is_glyph(reading, at, "but "))
        return 4;
    if (is_glyph(reading, at, "是") || glyph_ends_clause(reading->glyphs[at].cp))
        return 1;
    return 0;
}

bool reading_corrected_place(const struct reading *reading, uint32_t from,
                             struct location *ret_where)
{
    bool denied = false;
    while (from < reading->count) {
        bool next_denied = false;
        uint32_t to = from, len = 0;
        while (to < reading->count && (len = opens_piece(reading, to, &next_denied)) == 0)
            to++;
        struct location where;
        location_find(reading, from, to, &where);
        if (!denied && !location_is_empty(&where)) {
            *ret_where = where;
            return true;
        }
        denied = next_denied;
        from = to + len;
    }
    return false;
}
