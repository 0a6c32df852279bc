/* Open work of somebody who leaves the roster or goes on leave is handed over: the deputy, else
 * the next one up; its clocks run on, and one message tells the new one all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "handlers/handlers.h"
#include "host/assets.h"
#include "tests/live/core_stage.h"
#include "turn/query.h"

static char *found;
static bool answered;

static void keep_cb(void *arg, const char *json)
{
    answered = true;
    free(found);
    found = json ? strdup(json) : NULL;
}

static const char *event(uint32_t id)
{
    answered = false;
    (void)LOOK("PING");
    query_event(s.look, s.community, s.calendar, NULL, id, keep_cb, NULL);
    for (int i = 0; i < 500 && !answered; i++)
        loop_poll(s.loop, 10);
    return found ? found : "";
}

static void expect(uint32_t id, const char *part)
{
    if (!strstr(event(id), part))
        fail_msg("#%u has no %s:\n%s", id, part, found);
}

static void write_file(const char *dir, const char *name, const char *text, size_t len)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text, 1, len, file);
    fclose(file);
}

/* The demo community with other rows: the one that begins with `without` is left out, `more` is
 * added. */
static void take_roster(const char *without, const char *more)
{
    char dir[128];
    snprintf(dir, sizeof dir, "%s/town", s.dir);
    mkdir(dir, 0700);
    const struct asset *yaml = asset_find("bot/people/data/demo/community.yaml");
    write_file(dir, "community.yaml", yaml->bytes, yaml->len);
    const struct asset *csv = asset_find("bot/people/data/demo/roster.csv");
    char *text = calloc(1, 4 * csv->len + strlen(more) + 200);
    for (const char *line = csv->bytes; *line;) {
        size_t len = strcspn(line, "\n");
        if (!without || strncmp(line, without, strlen(without)) != 0) {
            strncat(text, line, len);
            strcat(text, line == csv->bytes ? ",from,until,deputy\n" : ",,,\n");
        }
        line += len + (line[len] == '\n');
    }
    strcat(text, more);
    for (char *any; (any = strstr(text, "*:"));) { /* only in the demo: any platform */
        memmove(any + strlen("play:"), any + 2, strlen(any + 2) + 1);
        memcpy(any, "play:", strlen("play:"));
    }
    write_file(dir, "roster.csv", text, strlen(text));
    free(text);
    stage_stop_core();
    community_destroy(&s.community);
    s.community = community_load_at(dir, clock_now_ms(s.clock), s.faults);
    if (!s.community)
        fail_msg("%s", faults_text(s.faults, 0));
    stage_start_core();
    assert_true(settle());
}

static size_t sends_with(const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < rec.count; i++)
        count += strstr(rec.texts[i], part) != NULL;
    return count;
}

static int set_up(void **state)
{
    stage_set_up(state);
    stage_stop_core();
    s.handlers = handlers_all;
    stage_start_core();
    assert_true(settle());
    say("b4", "孙大姐", "2单元4楼的灯不亮");
    assert_true(settle());
    say("b5", "小何", "3单元2楼的灯不亮");
    assert_true(settle());
    say("work", "物业1", "收到 2");
    assert_true(settle());
    return 0;
}

static char *due_of(uint32_t id)
{
    char *due = strdup(strstr(event(id), "\"due\""));
    due[strcspn(due, "}")] = '\0';
    return due;
}

/* 物业1 is not in the roster any more: the property company's manager has it. */
static void left(void **state)
{
    char *due = due_of(1);
    take_roster("m-0067,", "");
    stage_pass(5000);
    expect(1, "\"assignee\":\"m-0073\"");
    expect(2, "\"assignee\":\"m-0073\"");
    expect(1, "handed over");
    expect(1, "left the roster");
    expect(1, "\"state\":\"dispatched\"");
    expect(2, "\"state\":\"handling\"");
    expect(1, due);
    free(due);
    assert_int_equal(sends_with("由您负责"), 1);
    assert_int_equal(sends_with("@物业经理"), 1);
    size_t sent = rec.count;
    stage_pass(60000); /* said once, also when the same roster is read again */
    take_roster("m-0067,", "");
    stage_pass(5000);
    assert_int_equal(rec.count, sent);
    say("work", "物业经理", "收到 1");
    assert_true(settle());
    expect(1, "\"state\":\"handling\"");
}

/* On leave, with 物业3 as deputy: his, and "收到" of one that is alone is about it. */
static void on_leave(void **state)
{
    say("b4", "孙大姐", "不用修了");
    say("b4", "孙大姐", "算了不用修了，我自己换了灯泡");
    assert_true(settle());
    take_roster(NULL, "m-0067,,leave,,,,,2026-03-02,2026-03-08,m-0069\n");
    stage_pass(5000);
    expect(2, "\"assignee\":\"m-0069\"");
    expect(2, "on leave");
    assert_int_equal(sends_with("@物业3"), 1);
    say("work", "物业3", "好了");
    assert_true(settle());
    expect(2, "\"state\":\"checking\"");
}

/* At night it is his at once; he is told in the morning. */
static void at_night(void **state)
{
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 15 * 3600000LL); /* midnight */
    size_t before = sends_with("由您负责");
    take_roster("m-0067,", "");
    stage_pass(5000);
    expect(2, "\"assignee\":\"m-0073\"");
    assert_int_equal(sends_with("由您负责"), before);
    stage_pass(7 * 3600000LL);
    assert_int_equal(sends_with("由您负责"), before + 1);
}

/* Who was asked whether it is fixed is gone: the next one is asked. */
static void verifier(void **state)
{
    say("work", "物业1", "完成 2");
    assert_true(settle());
    expect(2, "\"verifier\":\"m-0005\"");
    take_roster("m-0005,", "");
    stage_pass(5000);
    expect(2, "\"state\":\"checking\"");
    assert_null(strstr(event(2), "\"verifier\":\"m-0005\""));
    assert_int_equal(sends_with("@微网格员5"), 1);
}

/* Likewise of somebody found in a chat, who was given a role: without it he is no one's. */
static void a_role_taken_back(void **state)
{
    take_roster(NULL, "r-0123456789ab,老周,owner,property,building:4,,*:老周,,,\n");
    say("work", "老周", "收到 1");
    assert_true(settle());
    expect(1, "\"assignee\":\"r-0123456789ab\"");
    size_t before = sends_with("@物业1");
    take_roster(NULL, "");
    stage_pass(5000);
    expect(1, "\"assignee\":\"m-0067\"");
    assert_int_equal(sends_with("@物业1"), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(left, set_up, stage_tear_down),
        cmocka_unit_test_setup_teardown(on_leave, set_up, stage_tear_down),
        cmocka_unit_test_setup_teardown(at_night, set_up, stage_tear_down),
        cmocka_unit_test_setup_teardown(verifier, set_up, stage_tear_down),
        cmocka_unit_test_setup_teardown(a_role_taken_back, set_up, stage_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
