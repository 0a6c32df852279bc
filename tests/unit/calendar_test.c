/* calendar_test.c: working days of 2026, the four clocks at their edges, RFC 3339. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/calendar.h"
#include "host/conf.h"
#include "tests/unit/people_files.h"

static struct faults *faults;
static struct calendar *china;

static int setup(void **state)
{
    faults = faults_create();
    china = calendar_load(NULL, 28800, faults);
    return 0;
}

static int teardown(void **state)
{
    assert_int_equal(faults_count(faults), 0);
    calendar_destroy(&china);
    assert_null(china);
    faults_destroy(&faults);
    return 0;
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(calendar_parse(china, text, &ms));
    return ms;
}

static void due(enum clock_kind clock, int amount, const char *from, const char *expected)
{
    char text[40];
    calendar_rfc3339(china, calendar_due_ms(china, clock, amount, at(from)), text, sizeof text);
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%s+08:00", expected);
    assert_string_equal(text, wanted);
}

static void days_of_2026(void **state)
{
    assert_true(calendar_is_workday(china, 2026, 3, 2));
    assert_false(calendar_is_workday(china, 2026, 3, 7));
    assert_false(calendar_is_workday(china, 2026, 1, 1));
    assert_true(calendar_is_workday(china, 2026, 1, 4));
    assert_true(calendar_is_workday(china, 2026, 2, 14));
    assert_false(calendar_is_workday(china, 2026, 2, 23));
    assert_true(calendar_is_workday(china, 2026, 2, 24));
    assert_true(calendar_is_workday(china, 2026, 9, 20));
    assert_false(calendar_is_workday(china, 2026, 10, 7));
    int days = 0;
    for (int m = 1; m <= 12; m++)
        for (int d = 1; d <= (m == 2                                  ? 28
                              : m == 4 || m == 6 || m == 9 || m == 11 ? 30
                                                                      : 31);
             d++)
            days += calendar_is_workday(china, 2026, m, d);
    assert_int_equal(days, 248);
    assert_true(calendar_has_year(china, 2026));
    assert_false(calendar_has_year(china, 2031));
    assert_true(calendar_is_workday(china, 2031, 10, 1)); /* a Wednesday, nothing known */
}

static void working_hours_pause_at_midday_and_night(void **state)
{
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T09:00", "2026-03-02T11:00:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T11:00", "2026-03-02T15:00:00");
    due(CLOCK_WORK_HOUR, 60, "2026-03-02T11:00", "2026-03-02T12:00:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T12:30", "2026-03-02T16:00:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T17:59", "2026-03-03T09:59:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T17:59:30", "2026-03-03T09:59:30");
    due(CLOCK_WORK_HOUR, 120, "2026-03-02T18:00", "2026-03-03T10:00:00");
    due(CLOCK_WORK_HOUR, 480, "2026-03-02T08:00", "2026-03-02T18:00:00");
    due(CLOCK_WORK_HOUR, 481, "2026-03-02T08:00", "2026-03-03T08:01:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-03T06:00", "2026-03-03T10:00:00");
    due(CLOCK_WORK_HOUR, 120, "2026-03-06T17:00", "2026-03-09T09:00:00"); /* a Friday */
    due(CLOCK_WORK_HOUR, 120, "2026-03-07T10:00", "2026-03-09T10:00:00"); /* a Saturday */
}

static void holidays_and_make_up_days_count(void **state)
{
    due(CLOCK_WORK_HOUR, 120, "2026-02-13T17:00", "2026-02-14T09:00:00");
    due(CLOCK_WORK_HOUR, 120, "2026-02-14T17:00", "2026-02-24T09:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-02-14T10:00", "2026-02-24T18:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-09-20T10:00", "2026-09-21T18:00:00"); /* make-up Sunday */
    due(CLOCK_WORK_DAY, 1, "2026-09-19T10:00", "2026-09-20T18:00:00"); /* the day before it */
    due(CLOCK_WORK_DAY, 1, "2026-09-30T23:59:59", "2026-10-08T18:00:00");
}

static void working_days_end_at_the_close_of_the_nth(void **state)
{
    due(CLOCK_WORK_DAY, 1, "2026-03-02T09:00", "2026-03-03T18:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-03-02T23:59", "2026-03-03T18:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-03-03T00:00", "2026-03-04T18:00:00");
    due(CLOCK_WORK_DAY, 5, "2026-03-02T09:00", "2026-03-09T18:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-03-06T09:00", "2026-03-09T18:00:00");
    due(CLOCK_WORK_DAY, 1, "2026-03-07T09:00", "2026-03-09T18:00:00");
    due(CLOCK_WORK_DAY, 15, "2026-12-31T09:00", "2027-01-21T18:00:00"); /* 2027: no data */
}

static void urgent_hours_and_calendar_days_never_pause(void **state)
{
    due(CLOCK_URGENT_HOUR, 60, "2026-02-16T23:30", "2026-02-17T00:30:00");
    due(CLOCK_NATURAL_DAY, 2, "2026-02-27T09:15", "2026-03-01T09:15:00");
    due(CLOCK_NATURAL_DAY, 1, "2028-02-28T09:15", "2028-02-29T09:15:00");
    due(CLOCK_WORK_DAY, 1, "2028-02-28T09:15", "2028-02-29T18:00:00");
    due(CLOCK_WORK_DAY, 0, "2026-03-02T09:00", "2026-03-02T09:00:00");
}

static void a_limit_never_ends_before_a_shorter_one(void **state)
{
    int64_t from = at("2026-02-10T00:00");
    for (int i = 0; i < 2000; i++, from += 1717171) {
        int64_t last = 0;
        for (int amount = 1; amount < 700; amount += 37) {
            int64_t end = calendar_due_ms(china, CLOCK_WORK_HOUR, amount, from);
            assert_true(end > last && end >= from + amount * INT64_C(60000));
            last = end;
        }
    }
}

static void quiet_hours_are_ten_to_seven(void **state)
{
    assert_false(calendar_is_quiet(china, at("2026-03-02T21:59:59")));
    assert_true(calendar_is_quiet(china, at("2026-03-02T22:00")));
    assert_true(calendar_is_quiet(china, at("2026-03-03T06:59:59")));
    assert_false(calendar_is_quiet(china, at("2026-03-03T07:00")));
    assert_int_equal(calendar_quiet_end_ms(china, at("2026-03-02T22:30")),
                     at("2026-03-03T07:00"));
    assert_int_equal(calendar_quiet_end_ms(china, at("2026-03-03T02:00")),
                     at("2026-03-03T07:00"));
    assert_int_equal(calendar_quiet_end_ms(china, at("2026-03-03T07:00")),
                     at("2026-03-03T07:00"));
}

static void times_are_told_and_read(void **state)
{
    char text[40];
    int64_t ms = at("2026-03-02T09:00:05+08:00");
    assert_true(ms == INT64_C(1772413205000));
    assert_string_equal(calendar_rfc3339(china, ms, text, sizeof text),
                        "2026-03-02T09:00:05+08:00");
    assert_true(at("2026-03-02T01:00:05Z") == ms);
    assert_true(at("2026-03-01 20:00:05-05:00") == ms);
    assert_true(at("2026-03-02T09:00:05") == ms);
    assert_true(at("2026-03-02T09:00:05.25") == ms + 250);
    assert_true(at("2026-03-02T09:00:05.123456z") == ms + 28800000 + 123);
    struct local_time t = calendar_local(china, ms);
    assert_int_equal(t.weekday, 1);
    assert_int_equal(t.hour, 9);
    assert_true(calendar_from_local(china, &t) == ms);
    assert_string_equal(calendar_rfc3339(china, -1, text, sizeof text),
                        "1970-01-01T07:59:59+08:00");
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-03-02",
        "2026-3-2T09:00",
        "2026-02-29T09:00",
        "2026-13-01T09:00",
        "2026-00-01T09:00",
        "2026-04-31T09:00",
        "2026-03-02T24:00",
        "2026-03-02T09:60",
        "2026-03-02T09:00:60",
        "2026-03-02T09:00:05.",
        "2026-03-02T09:00+8",
        "2026-03-02T09:00+08",
        "2026-03-02T09:00+08:00x",
        "2026-03-02T09:00 ",
        "1969-01-01T00:00",
        "明天",
    };
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(calendar_parse(china, bad[i], &ms));
        assert_true(ms == 7);
    }
}

static void dates_go_round(void **state)
{
    for (int64_t ms = INT64_C(-86400000); ms < INT64_C(9000000000000);
         ms += INT64_C(86399000)) {
        struct local_time t = calendar_local(china, ms);
        assert_true(calendar_from_local(china, &t) == ms / 1000 * 1000);
    }
}

static void other_offsets_work(void **state)
{
    struct calendar *west = calendar_load(NULL, -12600, faults);
    char text[40];
    assert_string_equal(calendar_rfc3339(west, 0, text, sizeof text),
                        "1969-12-31T20:30:00-03:30");
    calendar_destroy(&west);
}

static void own_files_are_read_and_their_faults_named(void **state)
{
    static const char own[] = "# ours\nyear 2030\noff 2030-01-01..2030-01-02 note\r\n"
                              "work 2030-01-05\nwrok 2030-01-06\noff 2030-02-30\n"
                              "off 2030-03-05..2030-03-01\nyear x\nwork 2030-01-01\noff\n";
    char *folder = people_folder(NULL, NULL, 0);
    char path[300];
    people_write(folder, "calendar.txt", own, sizeof own - 1);
    snprintf(path, sizeof path, "%s/calendar.txt", folder);
    struct faults *f = faults_create();
    struct calendar *c = calendar_load(path, 0, f);
    people_remove(&folder);
    assert_true(calendar_has_year(c, 2030));
    assert_false(calendar_has_year(c, 2026));
    assert_true(calendar_is_workday(c, 2030, 1, 5));
    assert_false(calendar_is_workday(c, 2030, 1, 2));
    people_expect_fault(f, "calendar.txt:5: not understood");
    people_expect_fault(f, "calendar.txt:6: not understood");
    people_expect_fault(f, "calendar.txt:7: not understood");
    people_expect_fault(f, "calendar.txt:8: not understood");
    people_expect_fault(f, "calendar.txt:9: a day of this line stands in line 3 too");
    people_expect_fault(f, "calendar.txt:10: not understood");
    assert_int_equal(faults_count(f), 6);
    calendar_destroy(&c);
    c = calendar_load("/nonexistent", 0, f);
    assert_non_null(c);
    assert_int_equal(faults_count(f), 7);
    calendar_destroy(&c);
    faults_destroy(&f);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(days_of_2026),
        T(working_hours_pause_at_midday_and_night),
        T(holidays_and_make_up_days_count),
        T(working_days_end_at_the_close_of_the_nth),
        T(urgent_hours_and_calendar_days_never_pause),
        T(a_limit_never_ends_before_a_shorter_one),
        T(quiet_hours_are_ten_to_seven),
        T(times_are_told_and_read),
        T(what_is_no_time_is_refused),
        T(dates_go_round),
        T(other_offsets_work),
        T(own_files_are_read_and_their_faults_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
