/* wording_place.c: places and moments in words, as wording.h promises. */
#include "words/wording.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool is_letters(const char *text)
{
    for (; *text; text++)
        if (*text < 'A' || *text > 'Z')
            return false;
    return true;
}

static void floor_zh(int32_t floor, struct buf *out)
{
    buf_printf(out, floor < 0 ? "负%d" : "%d", abs(floor));
}

static void place_zh(const struct wording *wording, const struct location *where,
                     struct buf *out)
{
    if (where->building)
        buf_printf(out, is_letters(where->building) ? "%s座" : "%s号楼", where->building);
    if (where->unit)
        buf_printf(out, "%s单元", where->unit);
    if (where->floor != FLOOR_NONE) {
        floor_zh(where->floor, out);
        if (where->floor_to != FLOOR_NONE) {
            buf_puts(out, "到");
            floor_zh(where->floor_to, out);
        }
        buf_puts(out, "层");
    }
    if (where->room)
        buf_printf(out, "%s室", where->room);
    if (where->place)
        buf_puts(out, wording_term(wording, where->place, LANG_ZH));
}

static void comma(size_t start, struct buf *out)
{
    if (out->len > start)
        buf_puts(out, ", ");
}

static void floor_en(int32_t floor, struct buf *out)
{
    buf_printf(out, floor < 0 ? "B%d" : "%d", abs(floor));
}

static void place_en(const struct wording *wording, const struct location *where,
                     struct buf *out)
{
    size_t start = out->len;
    if (where->building)
        buf_printf(out, "Bldg %s", where->building);
    if (where->unit) {
        comma(start, out);
        buf_printf(out, "unit %s", where->unit);
    }
    if (where->floor != FLOOR_NONE) {
        comma(start, out);
        buf_puts(out, where->floor_to != FLOOR_NONE ? "floors " : "floor ");
        floor_en(where->floor, out);
        if (where->floor_to != FLOOR_NONE) {
            buf_puts(out, "-");
            floor_en(where->floor_to, out);
        }
    }
    if (where->room) {
        comma(start, out);
        buf_printf(out, "flat %s", where->room);
    }
    if (where->place) {
        comma(start, out);
        buf_puts(out, wording_term(wording, where->place, LANG_EN));
    }
}

void wording_place(const struct wording *wording, const struct location *where, enum lang lang,
                   struct buf *out)
{
    if (lang == LANG_EN)
        place_en(wording, where, out);
    else
        place_zh(wording, where, out);
}

/* Seconds since 1970 as the community's wall clock shows them. */
static int64_t local_s(int64_t time_ms, int utc_offset_s)
{
    int64_t s = time_ms / 1000;
    if (time_ms % 1000 < 0)
        s--;
    return s + utc_offset_s;
}

static int64_t day_of(int64_t seconds)
{
    return seconds >= 0 ? seconds / 86400 : -((86399 - seconds) / 86400);
}

static void date_zh(const struct tm *tm, bool year, struct buf *out)
{
    if (year)
        buf_printf(out, "%d年", tm->tm_year + 1900);
    buf_printf(out, "%d月%d日", tm->tm_mon + 1, tm->tm_mday);
}

static void date_en(const struct tm *tm, bool year, struct buf *out)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    buf_printf(out, "%d %s", tm->tm_mday, months[tm->tm_mon]);
    if (year)
        buf_printf(out, " %d", tm->tm_year + 1900);
    buf_puts(out, " ");
}

void wording_time(const struct wording *wording, int64_t time_ms, int64_t now_ms,
                  int utc_offset_s, enum lang lang, struct buf *out)
{
    static const char *const days[2][3] = {[LANG_ZH] = {"昨天", "今天", "明天"},
                                           [LANG_EN] = {"yesterday ", "today ", "tomorrow "}};
    time_t then = (time_t)local_s(time_ms, utc_offset_s);
    time_t now = (time_t)local_s(now_ms, utc_offset_s);
    struct tm tm, tm_now;
    gmtime_r(&then, &tm);
    gmtime_r(&now, &tm_now);
    int64_t away = day_of(then) - day_of(now);
    bool year = tm.tm_year != tm_now.tm_year;
    if (away >= -1 && away <= 1)
        buf_puts(out, days[lang][away + 1]);
    else if (lang == LANG_EN)
        date_en(&tm, year, out);
    else
        date_zh(&tm, year, out);
    buf_printf(out, "%02d:%02d", tm.tm_hour, tm.tm_min);
}
