/* calendar_private.h: shared by calendar.c (data and clocks) and calendar_time.c (dates as
 * text and numbers). */
#ifndef LOUBOT_EVENT_CALENDAR_PRIVATE_H
#define LOUBOT_EVENT_CALENDAR_PRIVATE_H

#include "event/calendar.h"

#define DAY_MS INT64_C(86400000)
#define YEAR_MIN 1970
#define YEAR_MAX 9999

struct special_day {
    int64_t day; /* days since 1970-01-01 */
    bool works;
    int line;
};

struct calendar {
    int utc_offset_s;
    struct special_day *days; /* sorted */
    size_t day_count;
    int *years; /* whose arrangement is complete */
    size_t year_count;
};

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t days_from_date(int year, int month, int day);
void date_from_days(int64_t days, struct local_time *ret_date);
bool date_exists(int year, int month, int day);
/* Local time as days and milliseconds of the day. */
int64_t local_day(const struct calendar *calendar, int64_t at_ms, int64_t *ret_ms_of_day);
int64_t from_local_day(const struct calendar *calendar, int64_t day, int64_t ms_of_day);

#endif
