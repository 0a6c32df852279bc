/* The outbox under a platform that is slow, forgetful or gone (DESIGN §3.10). Rows are laid
 * into Redis as an earlier daemon left them, or come from reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/live/core_stage.h"
#include "turn/outbox.h"

#define NOW 1772413200000 /* where the stage's clock begins */

static int order;

/* Lane, group, text, and further members of its JSON. */
static const char *row_of(int lane, const char *group, const char *text, const char *more)
{
    static char row[6000];
    snprintf(
        row, sizeof row,
        "|0|{\"g\":\"%s\",\"l\":%d,\"t\":\"test\",\"lang\":0,\"a\":[[\"text\",0,\"%s\"]]%s}",
        group, lane, text, more);
    return row;
}

/* A row of the earlier daemon. */
static void lay(const char *id, int lane, const char *group, const char *text, const char *more)
{
    const char *row = row_of(lane, group, text, more);
    char place[16];
    snprintf(place, sizeof place, "%d", ++order);
    (void)LOOK("HSET", "{nanfeng}:out:play:t", id, row);
    (void)LOOK("ZADD", "{nanfeng}:outq:play:t", place, id);
}

/* The next daemon begins; the stage's own one has ended. */
static void begin(void)
{
    stage_start_core();
    assert_true(settle());
}

static void let_pass(int ms)
{
    clock_set_ms(s.clock, clock_now_ms(s.clock) + ms);
    core_run_due(s.core);
    assert_true(settle());
}

static const char *left(void)
{
    return LOOK("HLEN", "{nanfeng}:out:play:t");
}

static int place_of(const char *text)
{
    for (size_t i = 0; i < rec.count; i++)
        if (strstr(rec.texts[i], text))
            return (int)i;
    return -1;
}

static int set_up(void **state)
{
    int error = stage_set_up(state);
    if (error == 0 && settle())
        stage_stop_core();
    return error;
}

/* An account that may send once a second has notices for 27 groups; then somebody smells gas.
 */
static void notices_do_not_delay_an_emergency(void **state)
{
    char id[32], group[16];
    recorder.capabilities.account_pace_ms = 1000;
    s.paced = true;
    for (int i = 1; i <= 27; i++) {
        snprintf(id, sizeof id, "notice.%d", i);
        snprintf(group, sizeof group, "b%d", i);
        lay(id, LANE_NOTICE, group, "明天停水", "");
    }
    begin();
    let_pass(1000);
    assert_int_equal(rec.count, 2);
    stage_stop_core();
    lay("answer.1", LANE_ANSWER, "b9", "收到", "");
    lay("gas.1", LANE_EMERGENCY, "b5", "不要开灯", "");
    lay("gas.2", LANE_EMERGENCY, "work", "燃气", "");
    begin();
    let_pass(1000);
    let_pass(1000);
    let_pass(1000);
    assert_true(place_of("不要开灯") >= 2 && place_of("不要开灯") <= 3);
    assert_true(place_of("燃气") >= 2 && place_of("燃气") <= 3);
    assert_int_equal(place_of("收到"), 4);
    for (int i = 0; i < 30; i++)
        let_pass(1000);
    assert_int_equal(rec.count, 30);
    assert_string_equal(left(), "0");
}

/* A row of the running one; what can go at once has gone when this returns. */
static void queue(const char *id, int lane, const char *group, const char *text)
{
    outbox_add(rec.account->outbox, &s.core->homes[0], id, row_of(lane, group, text, ""), 0);
    for (int i = 0; i < 20; i++)
        loop_poll(s.loop, 1);
}

/* So many answers are still to come that nothing else may go. */
static void an_emergency_does_not_wait_for_answers(void **state)
{
    begin();
    rec.account->outbox->sends += 256;
    queue("notice.1", LANE_NOTICE, "b5", "明天停水");
    queue("gas.1", LANE_EMERGENCY, "b6", "不要开灯");
    assert_int_equal(rec.count, 1);
    assert_int_equal(place_of("不要开灯"), 0);
    rec.account->outbox->sends -= 256;
    queue("notice.2", LANE_NOTICE, "b7", "明天停水");
    assert_int_equal(rec.count, 3);
}

static void an_emergency_does_not_wait_for_the_pace(void **state)
{
    recorder.capabilities.group_pace_ms = 1200;
    s.paced = true;
    begin();
    queue("notice.1", LANE_NOTICE, "work", "明天停水");
    queue("notice.2", LANE_NOTICE, "work", "明天停电");
    assert_int_equal(rec.count, 1);
    queue("gas.1", LANE_EMERGENCY, "work", "燃气");
    assert_int_equal(rec.count, 2);
    assert_int_equal(place_of("燃气"), 1);
    let_pass(1200);
    assert_int_equal(rec.count, 3);
}

/* Twenty thousand strangers have been answered: only where something waits is remembered. */
static void where_nothing_waits_is_forgotten(void **state)
{
    char name[16];
    begin();
    struct outbox *outbox = rec.account->outbox;
    outbox->sends += 256;
    queue("notice.1", LANE_NOTICE, "b5", "明天停水");
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "u-%d", i);
        (void)outbox_target(outbox, name);
    }
    assert_in_range(HASH_COUNT(outbox->targets), 1, 5000);
    outbox->sends -= 256;
    queue("notice.2", LANE_NOTICE, "b6", "明天停电");
    assert_int_equal(rec.count, 2);
}

/* The head of a group's queue waits for its next try; what is urgent goes past it. */
static void a_failing_notice_does_not_hold_an_emergency(void **state)
{
    rec.answers[0] = SENT_RETRY, rec.answer_count = 1;
    lay("notice.1", LANE_NOTICE, "b5", "明天停水", "");
    begin();
    assert_int_equal(rec.count, 1);
    say("b5", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    assert_int_equal(place_of("楼道灯坏了"), 1);
    let_pass(3000);
    assert_int_equal(rec.count, 3);
    assert_string_equal(left(), "0");
}

static void what_has_expired_leaves(void **state)
{
    char more[40];
    snprintf(more, sizeof more, ",\"x\":%lld", (long long)NOW - 1);
    lay("old.1", LANE_NOTICE, "b5", "昨天停水", more);
    snprintf(more, sizeof more, ",\"x\":%lld", (long long)NOW + 60000);
    lay("new.1", LANE_NOTICE, "b5", "今天停水", more);
    begin();
    assert_int_equal(rec.count, 1);
    assert_int_equal(place_of("今天停水"), 0);
    assert_string_equal(left(), "0");
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:outq:play:t"), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:parked:play:t"), "0");
}

static void what_expires_while_it_waits_leaves(void **state)
{
    char more[40];
    rec.answers[0] = rec.answers[1] = rec.answers[2] = SENT_RETRY, rec.answer_count = 3;
    snprintf(more, sizeof more, ",\"x\":%lld", (long long)NOW + 2000);
    lay("new.1", LANE_NOTICE, "b5", "今天停水", more);
    begin();
    let_pass(1500);
    let_pass(3000);
    assert_int_equal(rec.count, 2);
    assert_string_equal(left(), "0");
}

static void a_newer_reminder_replaces_the_older(void **state)
{
    lay("r.1", LANE_NOTICE, "work", "第一次提醒", ",\"rk\":\"remind:1\"");
    lay("r.2", LANE_NOTICE, "work", "另一件事", ",\"rk\":\"remind:2\"");
    lay("r.3", LANE_NOTICE, "work", "第二次提醒", ",\"rk\":\"remind:1\"");
    lay("r.4", LANE_NOTICE, "b5", "别的群", ",\"rk\":\"remind:1\"");
    begin();
    assert_int_equal(place_of("第一次提醒"), -1);
    assert_int_equal(rec.count, 3);
    assert_string_equal(left(), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:parked:play:t"), "0");
}

/* The answer was lost: once more, then it counts as sent, since people may have it twice. */
static void two_lost_answers_count_as_sent(void **state)
{
    rec.answers[0] = rec.answers[1] = SENT_UNKNOWN, rec.answer_count = 2;
    lay("a.1", LANE_ANSWER, "b5", "收到", "");
    begin();
    for (int i = 0; i < 5; i++)
        let_pass(70000);
    assert_int_equal(rec.count, 2);
    assert_string_equal(rec.stables[0], rec.stables[1]);
    assert_string_equal(left(), "0");
}

/* A platform that knows our ids is asked until it answers. */
static void an_idempotent_platform_is_asked_again_and_again(void **state)
{
    recorder.capabilities.idempotent_sends = true;
    for (int i = 0; i < 4; i++)
        rec.answers[i] = SENT_UNKNOWN;
    rec.answer_count = 4;
    lay("a.1", LANE_ANSWER, "b5", "收到", "");
    begin();
    for (int i = 0; i < 5; i++)
        let_pass(70000);
    assert_int_equal(rec.count, 5);
    assert_string_equal(rec.stables[0], rec.stables[4]);
    assert_string_equal(left(), "0");
}

static void lay_long(void)
{
    char text[3100] = "";
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "第%03d句。\\n", i);
    recorder.capabilities.max_text = 500;
    lay("long.1", LANE_NOTICE, "b5", text, "");
}

static void the_parts_make_the_whole(void)
{
    char whole[4000] = "", sentence[24];
    for (size_t i = 0; i < rec.count; i++) {
        char stable[40];
        snprintf(stable, sizeof stable, "long.1/%zu", i + 1);
        assert_string_equal(rec.stables[i], stable);
        strcat(whole, rec.texts[i] + 3);
    }
    const char *at = whole;
    for (int i = 0; i < 100; i++) {
        snprintf(sentence, sizeof sentence, "第%03d句。", i);
        at = strstr(at, sentence);
        assert_non_null(at);
    }
    assert_null(strstr(at + strlen(sentence), "句"));
}

static void a_long_text_goes_in_parts(void **state)
{
    lay_long();
    begin();
    assert_true(rec.count >= 3 && rec.count <= 6);
    the_parts_make_the_whole();
    assert_string_equal(left(), "0");
}

/* The daemon ends between the second part and the third. */
static void parts_go_on_where_they_stopped(void **state)
{
    rec.answers[0] = rec.answers[1] = SENT_OK, rec.answers[2] = SENT_RETRY;
    rec.answer_count = 3;
    lay_long();
    begin();
    assert_int_equal(rec.count, 3);
    assert_string_equal(LOOK("HGET", "{nanfeng}:out:play:t", "long.1/"), "2");
    free(rec.texts[2]);
    free(rec.stables[--rec.count]);
    stage_stop_core();
    begin();
    the_parts_make_the_whole();
    assert_string_equal(left(), "0");
}

static void rows_that_cannot_be_read_are_kept_for_the_operator(void **state)
{
    (void)LOOK("HSET", "{nanfeng}:out:play:t", "bad.1", "|0|{");
    (void)LOOK("ZADD", "{nanfeng}:outq:play:t", "1", "bad.1");
    (void)LOOK("ZADD", "{nanfeng}:outq:play:t", "2", "gone.1"); /* no row at all */
    lay("nowhere.1", LANE_NOTICE, "b99", "x", "");
    begin();
    assert_int_equal(rec.count, 0);
    assert_string_equal(left(), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:parked:play:t"), "2");
}

/* More than one page of rows, all of them, in their order. */
static void a_long_queue_is_read_to_its_end(void **state)
{
    char id[32], group[8], text[16], wanted[32];
    for (int i = 0; i < 450; i++) {
        snprintf(id, sizeof id, "n.%d", i);
        snprintf(group, sizeof group, "b%d", i % 3 + 1);
        snprintf(text, sizeof text, "row%03d", i);
        lay(id, LANE_NOTICE, group, text, "");
    }
    begin();
    assert_int_equal(rec.count, 450);
    assert_string_equal(left(), "0");
    for (int g = 0; g < 3; g++) {
        int next = g;
        for (size_t i = 0; i < rec.count; i++) {
            snprintf(wanted, sizeof wanted, "b%d:# row%03d", g + 1, next);
            if (rec.texts[i][1] == '1' + g) {
                assert_string_equal(rec.texts[i], wanted);
                next += 3;
            }
        }
    }
}

/* The work group is closed to us: who must act hears of it in the direct chat. */
static void what_a_group_never_takes_goes_to_its_people(void **state)
{
    char more[120];
    snprintf(more, sizeof more, ",\"at\":[\"%s\",\"m-nobody\"]",
             community_member_by_name(s.community, "物业1")->id);
    rec.answers[0] = SENT_NEVER, rec.answer_count = 1;
    lay("ping.1", LANE_ANSWER, "work", "4号楼灯不亮", more);
    begin();
    assert_int_equal(rec.count, 2);
    assert_string_equal(rec.texts[1], "物业1:# 4号楼灯不亮");
    assert_string_equal(left(), "0");
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:outq:play:t"), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:parked:play:t"), "1");
}

/* Rows are read, one of them leaves meanwhile, and only then does the answer come that holds
 * it.
 */
static void what_has_left_is_not_sent_by_a_late_reading(void **state)
{
    lay("one.1", LANE_ANSWER, "b5", "收到", "");
    char row[400];
    snprintf(row, sizeof row, "%s", LOOK("HGET", "{nanfeng}:out:play:t", "one.1"));
    stage_start_core();
    struct outbox *outbox = rec.account->outbox;
    outbox->loads++;
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    assert_string_equal(left(), "0");
    outbox_add(outbox, &s.core->homes[0], "one.1", row, 0);
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    outbox_loaded(outbox);
    assert_null(outbox->entries);
}

static void refuse_writes(const char *point)
{
    char command[200];
    if (strcmp(point, "sent") != 0)
        return;
    snprintf(command, sizeof command,
             "redis-cli -s %s config set min-replicas-to-write 1 >/dev/null", s.redis.socket);
    assert_int_equal(system(command), 0);
}

/* Redis takes nothing when the platform has answered: it is told later, and nothing is sent
 * once more. */
static void what_redis_refuses_is_told_again(void **state)
{
    s.kill_point = refuse_writes;
    begin();
    say("b5", "孙大姐", "楼道灯坏了");
    for (int i = 0; i < 100; i++)
        loop_poll(s.loop, 10);
    assert_int_equal(rec.count, 1);
    assert_string_equal(left(), "1");
    (void)LOOK("CONFIG", "SET", "min-replicas-to-write", "0");
    assert_true(settle());
    assert_string_equal(left(), "0");
    assert_string_not_equal(LOOK("HGET", "{nanfeng}:e:1", "a"), "(nil)");
    stage_stop_core();
    begin();
    assert_int_equal(rec.count, 1);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(notices_do_not_delay_an_emergency),
        LIVE(a_failing_notice_does_not_hold_an_emergency),
        LIVE(what_has_expired_leaves),
        LIVE(what_expires_while_it_waits_leaves),
        LIVE(a_newer_reminder_replaces_the_older),
        LIVE(two_lost_answers_count_as_sent),
        LIVE(an_idempotent_platform_is_asked_again_and_again),
        LIVE(an_emergency_does_not_wait_for_answers),
        LIVE(an_emergency_does_not_wait_for_the_pace),
        LIVE(where_nothing_waits_is_forgotten),
        LIVE(a_long_text_goes_in_parts),
        LIVE(parts_go_on_where_they_stopped),
        LIVE(rows_that_cannot_be_read_are_kept_for_the_operator),
        LIVE(a_long_queue_is_read_to_its_end),
        LIVE(what_a_group_never_takes_goes_to_its_people),
        LIVE(what_redis_refuses_is_told_again),
        LIVE(what_has_left_is_not_sent_by_a_late_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
