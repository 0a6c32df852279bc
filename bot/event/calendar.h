/* calendar.h: dates, working time and the four clocks of DESIGN §5. Pure: days come from data
 * (embedded bot/people/data/calendar-cn.txt, or the community's file), the time as an argument.
 *
 * Working hours 8-12 and 14-18; a limit of N working days ends at 18:00 of the Nth working day
 * after the report.
 */
#ifndef LOUBOT_EVENT_CALENDAR_H
#define LOUBOT_EVENT_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faults;
struct calendar;

enum clock_kind { CLOCK_URGENT_HOUR, CLOCK_WORK_HOUR, CLOCK_WORK_DAY, CLOCK_NATURAL_DAY };

/* `path` NULL: the embedded one. Faults with file and line; never NULL. */
struct calendar *calendar_load(const char *path, int utc_offset_s, struct faults *faults);
void calendar_destroy(struct calendar **calendar);

/* The end of a limit that starts at `from_ms` (UTC): `amount` in minutes for the hour clocks,
 * in days for the day clocks. */
int64_t calendar_due_ms(const struct calendar *calendar, enum clock_kind clock, int amount,
                        int64_t from_ms);
/* Are that year's public holidays known? Without them Monday to Friday count as working days.
 */
bool calendar_has_year(const struct calendar *calendar, int year);
bool calendar_is_workday(const struct calendar *calendar, int year, int month, int day);
/* 22:00 to 07:00. */
bool calendar_is_quiet(const struct calendar *calendar, int64_t at_ms);
/* The next 07:00 at or after `at_ms`. */
int64_t calendar_quiet_end_ms(const struct calendar *calendar, int64_t at_ms);

struct local_time {
    int year, month, day, hour, minute, second, weekday; /* weekday: 0 Sunday */
};
struct local_time calendar_local(const struct calendar *calendar, int64_t at_ms);
int64_t calendar_from_local(const struct calendar *calendar, const struct local_time *local);
/* RFC 3339 with offset, "2026-03-02T09:00:05+08:00"; the buffer holds at least 32 bytes. */
const char *calendar_rfc3339(const struct calendar *calendar, int64_t at_ms, char *text,
                             size_t size);
/* Parses RFC 3339, or local "2026-03-03T18:00[:SS]". False: not a time. */
bool calendar_parse(const struct calendar *calendar, const char *text, int64_t *ret_ms);

#endif
