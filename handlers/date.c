/* date.c: a day named in a command: "5月18日", "2026年5月18日", "18号", "下周三", "周五",
 * "明天", "昨天", "18 May", "next Friday", "5/18", "2026-05-18". Each way of naming one gives
 * the end of that day's work and what stands behind it in the text, or NULL. */
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

static struct local_time today(const struct turn *turn)
{
    return calendar_local(turn->calendar, turn->now_ms);
}

static bool make_away(const struct turn *turn, int days, int64_t *ret_ms)
{
    struct local_time then = calendar_local(turn->calendar, turn->now_ms + days * DAY_MS);
    return make(turn, then.year, then.month, then.day, ret_ms);
}

/* Of that year, or (0) the next such day: a month that is over means next year, if it is over
 * for long. */
static bool make_day(const struct turn *turn, int year, int month, int day, int64_t *ret_ms)
{
    int this_year = today(turn).year;
    if (!make(turn, year ? year : this_year, month, day, ret_ms))
        return false;
    if (!year && turn->now_ms - *ret_ms > 180 * DAY_MS)
        return make(turn, this_year + 1, month, day, ret_ms);
    return true;
}

/* The number that ends at `at`, of at most `digits`; returns where it begins, or NULL. */
static const char *number_before(const char *text, const char *at, int digits, int *ret)
{
    const char *from = at;
    while (from > text && isdigit((unsigned char)from[-1]))
        from--;
    if (from == at || at - from > digits)
        return NULL;
    *ret = atoi(from);
    return from;
}

/* "2026年", "明年" at the end of the text before a month; 0: no year is told. */
static int year_before(const struct turn *turn, const char *text, const char *at)
{
    static const struct {
        const char *word;
        int away;
    } words[] = {{"前年", -2}, {"去年", -1}, {"今年", 0}, {"明年", 1}, {"后年", 2}};
    size_t len = strlen("年");
    int year = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t whole = strlen(words[i].word);
        if ((size_t)(at - text) >= whole && memcmp(at - whole, words[i].word, whole) == 0)
            return today(turn).year + words[i].away;
    }
    if ((size_t)(at - text) > len && memcmp(at - len, "年", len) == 0)
        number_before(text, at - len, 4, &year);
    return year;
}

static const char *month_and_day(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    const char *sign = strstr(text, "月"), *from;
    int month;
    if (!sign || !(from = number_before(text, sign, 2, &month)))
        return NULL;
    const char *after = sign + strlen("月");
    char *end;
    int day = (int)strtol(after, &end, 10);
    if (end == after || !make_day(turn, year_before(turn, text, from), month, day, ret_ms))
        return NULL;
    size_t unit =
        strncmp(end, "日", strlen("日")) == 0 || strncmp(end, "号", strlen("号")) == 0;
    return end + unit * strlen("日");
}

static const char *day_only(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const signs[] = {"日", "号前", "号"};
    struct local_time now = today(turn);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *sign = strstr(text, signs[i]);
        const char *end = sign ? sign + strlen(signs[i]) : NULL;
        int day;
        if (!sign || !number_before(text, sign, 2, &day) ||
            strncmp(end, "楼", strlen("楼")) == 0)
            continue;
        int month = now.month + (day < now.day);
        bool ok = make(turn, now.year + month / 13, month == 13 ? 1 : month, day, ret_ms);
        return ok ? end : NULL;
    }
    return NULL;
}

/* Weeks begin on Monday. `weeks` NULL: the next such day. */
static bool make_weekday(const struct turn *turn, int day, const int *weeks, int64_t *ret_ms)
{
    int away = ((day + 6) % 7) - ((today(turn).weekday + 6) % 7);
    if (weeks)
        away += 7 * *weeks;
    else if (away < 0)
        away += 7;
    return make_away(turn, away, ret_ms);
}

static const char *weekday(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const names[] = {"日", "一", "二", "三", "四", "五", "六", "天"};
    static const char *const prefixes[] = {"上周", "上星期", "下周", "下星期",
                                           "周",   "星期",   "礼拜"};
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        const char *at = strstr(text, prefixes[p]);
        int weeks = p < 2 ? -1 : 1;
        if (!at)
            continue;
        at += strlen(prefixes[p]);
        for (int day = 0; day < 8; day++)
            if (strncmp(at, names[day], strlen(names[day])) == 0)
                return make_weekday(turn, day % 7, p < 4 ? &weeks : NULL, ret_ms)
                           ? at + strlen(names[day])
                           : NULL;
    }
    return NULL;
}

static const char *near_day(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *word;
        int away;
    } words[] = {{"大后天", 3},  {"后天", 2},     {"明天", 1},  {"明日", 1},      {"今天", 0},
                 {"今日", 0},    {"大前天", -3},  {"前天", -2}, {"昨天", -1},     {"昨日", -1},
                 {"去年", -365}, {"tomorrow", 1}, {"today", 0}, {"yesterday", -1}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *at = strcasestr(text, words[i].word);
        if (at)
            return make_away(turn, words[i].away, ret_ms) ? at + strlen(words[i].word) : NULL;
    }
    return NULL;
}

/* Is `at` the beginning of a word? */
static bool begins_word(const char *text, const char *at)
{
    return at == text || !isalpha((unsigned char)at[-1]);
}

/* "18 May", "May 18", "18 May 2027". */
static const char *english_date(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int month = 0; month < 12; month++) {
        const char *at = strcasestr(text, months[month]);
        if (!at || !begins_word(text, at))
            continue;
        const char *before = at, *end = at;
        while (before > text && before[-1] == ' ')
            before--;
        while (isalpha((unsigned char)*end))
            end++;
        int day;
        char *rest = (char *)end;
        if (!number_before(text, before, 2, &day))
            day = (int)strtol(end, &rest, 10);
        end = rest;
        long year = strtol(end + strspn(end, " ,"), &rest, 10);
        bool told = year >= 2000 && year <= 2100;
        return make_day(turn, told ? (int)year : 0, month + 1, day, ret_ms)
                   ? (told ? rest : end)
                   : NULL;
    }
    return NULL;
}

static bool stands_before(const char *text, const char *at, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(at - text) >= len && strncasecmp(at - len, word, len) == 0;
}

static const char *english_weekday(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    static const char *const names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                        "thursday", "friday", "saturday"};
    for (int day = 0; day < 7; day++) {
        const char *at = strcasestr(text, names[day]);
        if (!at || !begins_word(text, at))
            continue;
        bool next = stands_before(text, at, "next "), last = stands_before(text, at, "last ");
        int weeks = next ? 1 : -1;
        return make_weekday(turn, day, next || last ? &weeks : NULL, ret_ms)
                   ? at + strlen(names[day])
                   : NULL;
    }
    return NULL;
}

/* "2026-05-18", "5/18", "5.18". */
static const char *numeric(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    for (const char *p = text; *p; p++) {
        if (!isdigit((unsigned char)*p) || (p > text && strchr("0123456789#-./", p[-1])))
            continue;
        char *end;
        long first = strtol(p, &end, 10), second = 0, third = 0;
        char sign = *end;
        if ((sign == '-' || sign == '/' || sign == '.') && isdigit((unsigned char)end[1]))
            second = strtol(end + 1, &end, 10);
        if (second && *end == sign && isdigit((unsigned char)end[1]))
            third = strtol(end + 1, &end, 10);
        bool whole = first > 2000 && third, part = sign != '-' && second && !third;
        if (whole && make_day(turn, (int)first, (int)second, (int)third, ret_ms))
            return end;
        if (part && make_day(turn, 0, (int)first, (int)second, ret_ms))
            return end;
        p = end - 1;
    }
    return NULL;
}

const char *date_find(const struct turn *turn, const char *text, int64_t *ret_ms)
{
    typedef const char *find_fn(const struct turn *, const char *, int64_t *);
    static find_fn *const ways[] = {weekday,      near_day,        day_only,
                                    english_date, english_weekday, numeric};
    if (strstr(text, "月"))
        return month_and_day(turn, text, ret_ms); /* 2月30日 is none, not the next 30th */
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *end = ways[i](turn, text, ret_ms);
        if (end)
            return end;
    }
    return NULL;
}
