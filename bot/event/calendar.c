/* calendar.c: which days are working days (from data), and the four clocks that limits run on;
 * dates as numbers and text are in calendar_time.c. The form of the data is explained at the
 * head of bot/people/data/calendar-cn.txt.
 *
 * When you add a clock: its name in policy.c, its end in calendar_due_ms(), a test at its
 * edges.
 */
#include "event/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/calendar_private.h"
#include "host/assets.h"
#include "host/conf.h"
#include "host/mem.h"
#include "host/slurp.h"

#define EMBEDDED "bot/people/data/calendar-cn.txt"
#define CALENDAR_BYTES_MAX (256 * 1024)
#define SPAN_DAYS_MAX 60 /* of one `off` line */
#define LIMIT_MAX 36500  /* working days or hours of a limit; ends the search */
#define HOUR_MS INT64_C(3600000)

/* The two halves of a working day. */
static const struct {
    int64_t from, to;
} halves[2] = {{8 * HOUR_MS, 12 * HOUR_MS}, {14 * HOUR_MS, 18 * HOUR_MS}};

static void add_day(struct calendar *calendar, int64_t day, bool works, int line)
{
    size_t n = calendar->day_count;
    if (!(n & (n - 1)))
        calendar->days = xrealloc(calendar->days, 2 * (n + 1) * sizeof *calendar->days);
    calendar->days[calendar->day_count++] = (struct special_day){day, works, line};
}

static bool add_year(struct calendar *calendar, const char *text)
{
    int year, used = 0;
    if (sscanf(text, "%4d%n", &year, &used) != 1 || text[used] || year < YEAR_MIN)
        return false;
    calendar->years =
        xrealloc(calendar->years, (calendar->year_count + 1) * sizeof *calendar->years);
    calendar->years[calendar->year_count++] = year;
    return true;
}

/* "2026-02-14" or "2026-02-15..2026-02-23". */
static bool add_span(struct calendar *calendar, const char *text, bool works, int line)
{
    int y, m, d, y2, m2, d2, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3)
        return false;
    const char *rest = text + used;
    used = 0;
    if (!*rest) {
        y2 = y;
        m2 = m;
        d2 = d;
    } else if (sscanf(rest, "..%4d-%2d-%2d%n", &y2, &m2, &d2, &used) != 3 || rest[used]) {
        return false;
    }
    if (!date_exists(y, m, d) || !date_exists(y2, m2, d2))
        return false;
    int64_t from = days_from_date(y, m, d), to = days_from_date(y2, m2, d2);
    if (to < from || to - from >= SPAN_DAYS_MAX)
        return false;
    for (int64_t day = from; day <= to; day++)
        add_day(calendar, day, works, line);
    return true;
}

static void read_line(struct calendar *calendar, const char *name, int number, char *text,
                      struct faults *faults)
{
    char *save = NULL;
    const char *kind = strtok_r(text, " \t\r", &save);
    const char *what = strtok_r(NULL, " \t\r", &save);
    if (!kind || *kind == '#')
        return;
    bool good = false;
    if (what && strcmp(kind, "year") == 0)
        good = add_year(calendar, what);
    else if (what && strcmp(kind, "off") == 0)
        good = add_span(calendar, what, false, number);
    else if (what && strcmp(kind, "work") == 0)
        good = add_span(calendar, what, true, number);
    if (!good)
        faults_add(faults, name, number,
                   "not understood; write `year 2026`, `off 2026-02-15..2026-02-23` or "
                   "`work 2026-02-14`");
}

static int compare_days(const void *a, const void *b)
{
    const struct special_day *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->line - y->line;
}

static void sort_days(struct calendar *calendar, const char *name, struct faults *faults)
{
    if (calendar->day_count)
        qsort(calendar->days, calendar->day_count, sizeof *calendar->days, compare_days);
    for (size_t i = 1; i < calendar->day_count; i++)
        if (calendar->days[i].day == calendar->days[i - 1].day)
            faults_add(faults, name, calendar->days[i].line,
                       "a day of this line stands in line %d too; remove one",
                       calendar->days[i - 1].line);
}

static void read_bytes(struct calendar *calendar, const char *name, char *bytes,
                       struct faults *faults)
{
    int number = 0;
    for (char *line = bytes, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        read_line(calendar, name, ++number, line, faults);
    }
    sort_days(calendar, name, faults);
}

struct calendar *calendar_load(const char *path, int utc_offset_s, struct faults *faults)
{
    struct calendar *calendar = xcalloc(1, sizeof *calendar);
    calendar->utc_offset_s = utc_offset_s;
    const struct asset *asset = path ? NULL : asset_find(EMBEDDED);
    size_t len;
    char *bytes = path    ? slurp(path, CALENDAR_BYTES_MAX, &len, faults)
                  : asset ? xstrndup(asset->bytes, asset->len)
                          : NULL;
    if (bytes)
        read_bytes(calendar, path ? path : EMBEDDED, bytes, faults);
    free(bytes);
    return calendar;
}

void calendar_destroy(struct calendar **calendar)
{
    if (!*calendar)
        return;
    free((*calendar)->days);
    free((*calendar)->years);
    free(*calendar);
    *calendar = NULL;
}

bool calendar_has_year(const struct calendar *calendar, int year)
{
    for (size_t i = 0; i < calendar->year_count; i++)
        if (calendar->years[i] == year)
            return true;
    return false;
}

static int compare_day(const void *key, const void *element)
{
    int64_t day = *(const int64_t *)key;
    const struct special_day *special = element;
    return (day > special->day) - (day < special->day);
}

static bool works(const struct calendar *calendar, int64_t day)
{
    const struct special_day *special = calendar->day_count
                                            ? bsearch(&day, calendar->days, calendar->day_count,
                                                      sizeof *calendar->days, compare_day)
                                            : NULL;
    if (special)
        return special->works;
    int weekday = (int)((day % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
    return weekday >= 1 && weekday <= 5;
}

bool calendar_is_workday(const struct calendar *calendar, int year, int month, int day)
{
    return works(calendar, days_from_date(year, month, day));
}

/* Uses up `left` of working time, half day by half day. */
static int64_t work_time_end(const struct calendar *calendar, int64_t left, int64_t from_ms)
{
    int64_t at, day = local_day(calendar, from_ms, &at);
    for (int i = 0; i < LIMIT_MAX; i++, day++, at = 0)
        for (int half = 0; half < 2 && works(calendar, day); half++) {
            int64_t start = at > halves[half].from ? at : halves[half].from;
            int64_t room = halves[half].to - start;
            if (room >= left)
                return from_local_day(calendar, day, start + left);
            left -= room > 0 ? room : 0;
        }
    return from_local_day(calendar, day, 0);
}

/* The close of work on the Nth working day after the day of `from_ms`. */
static int64_t work_days_end(const struct calendar *calendar, int amount, int64_t from_ms)
{
    int64_t at, day = local_day(calendar, from_ms, &at);
    for (int i = 0; amount > 0 && i < 2 * LIMIT_MAX; i++)
        amount -= works(calendar, ++day);
    return from_local_day(calendar, day, halves[1].to);
}

int64_t calendar_due_ms(const struct calendar *calendar, enum clock_kind clock, int amount,
                        int64_t from_ms)
{
    if (amount <= 0)
        return from_ms;
    switch (clock) {
    case CLOCK_WORK_HOUR:
        return work_time_end(calendar, amount * INT64_C(60000), from_ms);
    case CLOCK_WORK_DAY:
        return work_days_end(calendar, amount, from_ms);
    case CLOCK_NATURAL_DAY:
        return from_ms + amount * DAY_MS;
    case CLOCK_URGENT_HOUR:
        break;
    }
    return from_ms + amount * INT64_C(60000);
}

bool calendar_is_quiet(const struct calendar *calendar, int64_t at_ms)
{
    int64_t at;
    local_day(calendar, at_ms, &at);
    return at < 7 * HOUR_MS || at >= 22 * HOUR_MS;
}

int64_t calendar_quiet_end_ms(const struct calendar *calendar, int64_t at_ms)
{
    int64_t at, day = local_day(calendar, at_ms, &at);
    return from_local_day(calendar, at > 7 * HOUR_MS ? day + 1 : day, 7 * HOUR_MS);
}
