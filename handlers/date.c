/* date.c: a day named in a command: "5月18日", "18号", "下周三", "周五", "明天", "18 May". */
#include "handlers/skills.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool make(const struct turn *turn, int year, int month, int day, int64_t *ret_ms)
{
    struct local_time local = {.year = year, .month = month, .day = day, .hour = 18};
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret_ms = calendar_from_local(turn->calendar, &local);
    struct local_time back = calendar_local(turn->calendar, *ret_ms);
    return back.month == month && back.day == day; /* 2月30日 is no day */
}

/* The next such day: a month that is over means next year, if it is over for long. */
static bool next_such(const struct turn *turn, int month, int day, int64_t *ret_ms)
{
    struct local_time now = calendar_local(turn->calendar, turn->now_ms);
    if (!make(turn, now.year, month, day, ret_ms))
        return false;
    if (turn->now_ms - *ret_ms > 180 * DAY_MS)
        return make(turn, now.year + 1, month, day, ret_ms);
    return true;
}

static const char *number_before(const char *text, const char *at, int *ret)
{
    const char *from = at;
    while (from > text && isdigit((unsigned char)from[-1]))
        from--;
    if (from == at || at - from > 2)
        return NULL;
    *ret = atoi(from);
    return from;
}

static bool month_and_day(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    const char *sign = strstr(text, "月");
    int month, day;
    if (!sign || !number_before(text, sign, &month))
        return false;
    char *end;
    day = (int)strtol(sign + strlen("月"), &end, 10);
    return end != sign + strlen("月") && next_such(turn, month, day, ret_ms);
}

static bool day_only(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const signs[] = {"日", "号前", "号"};
    struct local_time now = calendar_local(turn->calendar, turn->now_ms);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *sign = strstr(text, signs[i]);
        int day;
        if (!sign || !number_before(text, sign, &day) ||
            strncmp(sign + strlen(signs[i]), "楼", strlen("楼")) == 0)
            continue;
        if (day >= now.day)
            return make(turn, now.year, now.month, day, ret_ms);
        return now.month == 12 ? make(turn, now.year + 1, 1, day, ret_ms)
                               : make(turn, now.year, now.month + 1, day, ret_ms);
    }
    return false;
}

static bool weekday(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const names[] = {"日", "一", "二", "三", "四", "五", "六"};
    static const char *const prefixes[] = {"下周", "下星期", "周", "星期", "礼拜"};
    struct local_time now = calendar_local(turn->calendar, turn->now_ms);
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        const char *at = strstr(text, prefixes[p]);
        if (!at)
            continue;
        at += strlen(prefixes[p]);
        for (int day = 0; day < 7; day++) {
            if (strncmp(at, names[day], strlen(names[day])) != 0 &&
                !(day == 0 && strncmp(at, "天", strlen("天")) == 0))
                continue;
            int away = ((day + 6) % 7) - ((now.weekday + 6) % 7); /* weeks begin on Monday */
            away += p < 2 ? 7 : away < 0 ? 7 : 0;
            struct local_time then =
                calendar_local(turn->calendar, turn->now_ms + away * DAY_MS);
            return make(turn, then.year, then.month, then.day, ret_ms);
        }
    }
    return false;
}

static bool near_day(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *word;
        int away;
    } words[] = {{"大后天", 3}, {"后天", 2},     {"明天", 1},
                 {"今天", 0},   {"tomorrow", 1}, {"today", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strcasestr(text, words[i].word))
            continue;
        struct local_time then =
            calendar_local(turn->calendar, turn->now_ms + words[i].away * DAY_MS);
        return make(turn, then.year, then.month, then.day, ret_ms);
    }
    return false;
}

static bool english(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int month = 0; month < 12; month++) {
        const char *at = strcasestr(text, months[month]);
        if (!at || (at > text && isalpha((unsigned char)at[-1])))
            continue;
        const char *before = at;
        while (before > text && before[-1] == ' ')
            before--;
        int day;
        if (number_before(text, before, &day))
            return next_such(turn, month + 1, day, ret_ms);
        const char *after = at + strcspn(at, " ");
        char *end;
        day = (int)strtol(after, &end, 10);
        if (end != after)
            return next_such(turn, month + 1, day, ret_ms);
    }
    return false;
}

bool date_find(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    if (strstr(text, "月"))
        return month_and_day(turn, text, ret_ms); /* 2月30日 is none, not the next 30th */
    return weekday(turn, text, ret_ms) || near_day(turn, text, ret_ms) ||
           day_only(turn, text, ret_ms) || english(turn, text, ret_ms);
}
