/* leave_days.c: days of a leave: numbers such as 20260303, told in words and written as the
 * roster's cells have them. */
#include "handlers/leave.h"

static int day_of(const struct turn *turn, int64_t at_ms)
{
    struct local_time local = calendar_local(turn->calendar, at_ms);
    return local.year * 10000 + local.month * 100 + local.day;
}

int leave_today(const struct turn *turn)
{
    return day_of(turn, turn->now_ms);
}

int leave_day_after(const struct turn *turn, int day, int days)
{
    struct local_time noon = {
        .year = day / 10000, .month = day / 100 % 100, .day = day % 100, .hour = 12};
    return day_of(turn, calendar_from_local(turn->calendar, &noon) + days * DAY_MS);
}

const char *leave_cell(const struct turn *turn, int day)
{
    return arena_printf(turn->arena, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

static const char *one_day(const struct turn *turn, int day, enum lang lang)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int month = day / 100 % 100;
    return lang == LANG_EN
               ? arena_printf(turn->arena, "%d %s", day % 100, months[(month + 11) % 12])
               : arena_printf(turn->arena, "%d月%d日", month, day % 100);
}

const char *leave_days(const struct turn *turn, int from, int until, enum lang lang)
{
    const char *first = one_day(turn, from, lang), *last = one_day(turn, until, lang);
    if (from == until)
        return first;
    bool one_month = from / 100 == until / 100;
    if (lang == LANG_EN)
        return one_month ? arena_printf(turn->arena, "%d to %s", from % 100, last)
                         : arena_printf(turn->arena, "%s to %s", first, last);
    return one_month ? arena_printf(turn->arena, "%s到%d日", first, until % 100)
                     : arena_printf(turn->arena, "%s到%s", first, last);
}
