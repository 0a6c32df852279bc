/* calendar_time.c: moments as local dates and as RFC 3339 text. The offset from UTC is fixed
 * (no summer time), so every local time exists exactly once. */
#include <stdio.h>
#include <string.h>

#include "event/calendar_private.h"

/* Howard Hinnant's days_from_civil: years begin in March, so that the leap day comes last. */
int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_from_days(int64_t days, struct local_time *ret_date)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t mp = (5 * of_year + 2) / 153;
    ret_date->day = (int)(of_year - (153 * mp + 2) / 5 + 1);
    ret_date->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    ret_date->year = (int)(y + era * 400 + (ret_date->month <= 2));
    ret_date->weekday = (int)((days % 7 + 11) % 7);
}

bool date_exists(int year, int month, int day)
{
    struct local_time back;
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    date_from_days(days_from_date(year, month, day), &back);
    return back.month == month && back.day == day;
}

int64_t local_day(const struct calendar *calendar, int64_t at_ms, int64_t *ret_ms_of_day)
{
    int64_t local = at_ms + calendar->utc_offset_s * INT64_C(1000);
    int64_t day = local / DAY_MS, rest = local % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        day--;
    }
    *ret_ms_of_day = rest;
    return day;
}

int64_t from_local_day(const struct calendar *calendar, int64_t day, int64_t ms_of_day)
{
    return day * DAY_MS + ms_of_day - calendar->utc_offset_s * INT64_C(1000);
}

struct local_time calendar_local(const struct calendar *calendar, int64_t at_ms)
{
    struct local_time local;
    int64_t at, day = local_day(calendar, at_ms, &at);
    date_from_days(day, &local);
    local.hour = (int)(at / 3600000);
    local.minute = (int)(at / 60000 % 60);
    local.second = (int)(at / 1000 % 60);
    return local;
}

int64_t calendar_from_local(const struct calendar *calendar, const struct local_time *local)
{
    int64_t of_day = ((local->hour * 60 + local->minute) * INT64_C(60) + local->second) * 1000;
    return from_local_day(calendar, days_from_date(local->year, local->month, local->day),
                          of_day);
}

const char *calendar_rfc3339(const struct calendar *calendar, int64_t at_ms, char *text,
                             size_t size)
{
    struct local_time t = calendar_local(calendar, at_ms);
    int minutes = calendar->utc_offset_s / 60;
    char sign = minutes < 0 ? '-' : '+';
    minutes = minutes < 0 ? -minutes : minutes;
    snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", t.year, t.month, t.day,
             t.hour, t.minute, t.second, sign, minutes / 60, minutes % 60);
    return text;
}

/* Exactly `width` digits at *at, as a number; moves on. -1: there are none. */
static int digits(const char **at, int width)
{
    int value = 0;
    for (int i = 0; i < width; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return -1;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += width;
    return value;
}

static bool skip(const char **at, const char *any)
{
    if (!**at || !strchr(any, **at))
        return false;
    (*at)++;
    return true;
}

/* Seconds and their fraction, both optional. */
static bool parse_seconds(const char **at, struct local_time *t, int64_t *ret_ms)
{
    *ret_ms = 0;
    t->second = 0;
    if (!skip(at, ":"))
        return true;
    t->second = digits(at, 2);
    if (t->second < 0 || t->second > 59)
        return false;
    if (!skip(at, "."))
        return true;
    int scale = 100, n = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++, n++, scale /= 10)
        *ret_ms += (**at - '0') * scale;
    return n > 0;
}

/* "Z", "+08:00" or nothing (the calendar's own). */
static bool parse_offset(const char **at, int *offset_s)
{
    if (!**at)
        return true;
    if (skip(at, "Zz")) {
        *offset_s = 0;
        return true;
    }
    int sign = **at == '-' ? -1 : 1;
    if (!skip(at, "+-"))
        return false;
    int hours = digits(at, 2);
    bool colon = skip(at, ":");
    int minutes = digits(at, 2);
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return colon && hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59;
}

bool calendar_parse(const struct calendar *calendar, const char *text, int64_t *ret_ms)
{
    struct local_time t;
    struct calendar shifted = *calendar;
    int64_t ms;
    const char *at = text;
    if ((t.year = digits(&at, 4)) < 0 || !skip(&at, "-") || (t.month = digits(&at, 2)) < 0 ||
        !skip(&at, "-") || (t.day = digits(&at, 2)) < 0 || !skip(&at, "Tt "))
        return false;
    if ((t.hour = digits(&at, 2)) < 0 || t.hour > 23 || !skip(&at, ":") ||
        (t.minute = digits(&at, 2)) < 0 || t.minute > 59)
        return false;
    if (!parse_seconds(&at, &t, &ms) || !parse_offset(&at, &shifted.utc_offset_s) || *at ||
        !date_exists(t.year, t.month, t.day))
        return false;
    *ret_ms = calendar_from_local(&shifted, &t) + ms;
    return true;
}
