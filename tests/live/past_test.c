/* Events leave Redis for the archive's files 90 days after they were archived; a reader finds
 * each in one place, whatever a crash left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/archive.h"
#include "host/buf.h"
#include "tests/live/core_stage.h"
#include "turn/query.h"

#define DAY ((int64_t)24 * 3600 * 1000)

/* An event as it lies in Redis, archived on the first day. */
static void lay(int id)
{
    char key[40], trail[40], body[400], text[60], number[16];
    snprintf(key, sizeof key, "{nanfeng}:e:%d", id);
    snprintf(trail, sizeof trail, "{nanfeng}:t:%d", id);
    snprintf(number, sizeof number, "%d", id);
    snprintf(text, sizeof text, "第%d盏灯不亮", id);
    snprintf(body, sizeof body,
             "{\"state\":\"archived\",\"group\":\"b4\",\"building\":\"4\",\"category\":"
             "\"lighting\",\"reporter\":\"r-0123456789ab\",\"outcome\":1,\"rating\":3,"
             "\"opened_ms\":%lld,\"done_ms\":%lld}",
             (long long)clock_now_ms(s.clock), (long long)clock_now_ms(s.clock) + 5000);
    (void)LOOK("HSET", key, "v", "3", "b", body, "x", text, "p", "[\"media:a.jpg\"]");
    (void)LOOK("RPUSH", trail,
               "{\"at\":1772413200000,\"who\":\"r-0123456789ab\",\"note\":\"n\"}");
    (void)LOOK("ZADD", "{nanfeng}:old", "1772413200000", number);
    (void)LOOK("HSET", "{nanfeng}:n", "event", number);
}

static void let_pass(int days)
{
    clock_set_ms(s.clock, clock_now_ms(s.clock) + days * DAY);
    for (int i = 0; i < 4; i++) {
        core_run_due(s.core);
        assert_true(settle());
    }
}

static char *found;
static bool answered;

static void keep_cb(void *arg, const char *json)
{
    answered = true;
    found = json ? strdup(json) : NULL;
}

static const char *event(uint32_t id)
{
    (void)LOOK("PING");
    free(found);
    found = NULL;
    answered = false;
    query_event(s.look, s.community, s.calendar, s.dir, id, keep_cb, NULL);
    for (int i = 0; i < 500 && !answered; i++)
        loop_poll(s.loop, 10);
    return found ? found : "";
}

static int tear_down(void **state)
{
    free(found);
    found = NULL;
    return stage_tear_down(state);
}

static int lines_of(const char *month)
{
    char path[120], line[4000];
    int count = 0;
    snprintf(path, sizeof path, "%s/archive/nanfeng/%s.jsonl", s.dir, month);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        count++;
    if (file)
        fclose(file);
    return count;
}

static void events_leave_after_ninety_days(void **state)
{
    assert_true(settle());
    for (int id = 1; id <= 45; id++)
        lay(id);
    char *before = strdup(event(7));
    assert_non_null(strstr(before, "第7盏灯不亮"));
    let_pass(89);
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:old"), "45");
    let_pass(1);
    let_pass(1);
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:old"), "0");
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:7"), "0");
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:t:7"), "0");
    assert_non_null(strstr(LOOK("HGET", "{nanfeng}:past:0", "7"), "\"building\":\"4\""));
    assert_null(strstr(LOOK("HGET", "{nanfeng}:past:0", "7"), "盏灯"));
    assert_int_equal(lines_of("2026-03"), 45);
    /* The same story from the file as from Redis, but for the names that Redis adds. */
    assert_string_equal(event(7), before);
    assert_string_equal(event(46), "");
    free(before);
}

static void a_reopened_event_stays(void **state)
{
    assert_true(settle());
    lay(1);
    (void)LOOK("ZREM", "{nanfeng}:old", "1");
    let_pass(200);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "1");
}

/* A crash after the line was written and before the event left: the line comes twice, the event
 * once. Half a line is what a crash in the middle leaves. */
static void a_crash_in_between_loses_and_doubles_nothing(void **state)
{
    static const char left[] = "{\"id\":1,\"version\":2,\"event\":{\"state\":\"archived\"},"
                               "\"text\":\"alt\",\"photos\":[],\"trail\":[]}\n"
                               "{\"id\":2,\"version\":3,\"eve";
    assert_true(settle());
    lay(1);
    lay(2);
    assert_int_equal(archive_append(s.dir, "nanfeng", "2026-03", left, strlen(left)), 0);
    assert_non_null(strstr(event(1), "第1盏灯不亮"));
    let_pass(91);
    assert_int_equal(lines_of("2026-03"), 3);
    assert_non_null(strstr(event(1), "第1盏灯不亮"));
    assert_non_null(strstr(event(2), "第2盏灯不亮"));
    assert_null(strstr(event(1), "alt"));
}

/* A file that cannot be written: everything stays where it is. */
static void without_a_file_nothing_leaves(void **state)
{
    char path[120];
    assert_true(settle());
    lay(1);
    snprintf(path, sizeof path, "%s/archive", s.dir);
    FILE *file = fopen(path, "w");
    fclose(file);
    let_pass(91);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "1");
    remove(path);
    let_pass(1);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "0");
    assert_non_null(strstr(event(1), "第1盏灯不亮"));
}

static void while_somebody_changes_the_archive_nothing_leaves(void **state)
{
    assert_true(settle());
    lay(1);
    int lock = archive_lock(s.dir, "nanfeng", true);
    assert_true(lock >= 0);
    let_pass(91);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "1");
    archive_unlock(lock);
    let_pass(1);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:e:1"), "0");
}

static void blank(void *arg, const char *line, struct buf *out)
{
    if (strncmp(line, "{\"id\":2,", 8) == 0)
        buf_puts(out, "{\"id\":2}\n");
}

static void lines_are_changed_in_place(void **state)
{
    assert_true(settle());
    lay(1);
    lay(2);
    let_pass(91);
    assert_int_equal(archive_change(s.dir, "nanfeng", blank, NULL), 0);
    assert_int_equal(lines_of("2026-03"), 2);
    struct archive_file *file = archive_file_read(s.dir, "nanfeng", "2026-03");
    assert_string_equal(archive_file_line(file, 2), "{\"id\":2}");
    assert_non_null(strstr(archive_file_line(file, 1), "盏灯"));
    assert_null(archive_file_line(file, 3));
    archive_file_close(&file);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(events_leave_after_ninety_days),
        LIVE(a_reopened_event_stays),
        LIVE(a_crash_in_between_loses_and_doubles_nothing),
        LIVE(without_a_file_nothing_leaves),
        LIVE(while_somebody_changes_the_archive_nothing_leaves),
        LIVE(lines_are_changed_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
