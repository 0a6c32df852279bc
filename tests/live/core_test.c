/* The whole way of a line through the heart, on a real redis-server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/live/core_stage.h"
#include "turn/internal.h"

static void a_report_is_an_event_and_an_answer(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "4号楼二单元4楼的灯不亮");
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    assert_string_equal(rec.texts[0], "b4:^孙大姐#1 4号楼二单元4楼的灯不亮");
    assert_int_equal(rec.taken, 1);
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:1", "x"), "4号楼二单元4楼的灯不亮");
    assert_string_equal(LOOK("LLEN", "{nanfeng}:t:1"), "1");
    /* the send was reported in one script: row gone, quote leads to the event, acknowledged */
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
    assert_string_equal(LOOK("GET", "{nanfeng}:msg:b4:out-1"), "1|");
    assert_string_not_equal(LOOK("HGET", "{nanfeng}:e:1", "a"), "(nil)");
}

static void a_repeat_is_taken_and_changes_nothing(void **state)
{
    assert_true(settle());
    say_id("b4", "孙大姐", "楼道灯坏了", 5);
    assert_true(settle());
    say_id("b4", "孙大姐", "楼道灯坏了", 5);
    say_id("b4", "孙大姐", "楼道灯坏了", 5);
    assert_true(settle());
    assert_int_equal(rec.taken, 3);
    assert_int_equal(rec.count, 1);
    assert_string_equal(LOOK("LLEN", "{nanfeng}:t:1"), "1");
}

static void chat_never_reaches_redis(void **state)
{
    assert_true(settle());
    char before[64];
    snprintf(before, sizeof before, "%s", LOOK("HLEN", "{nanfeng}:n"));
    (void)LOOK("CONFIG", "RESETSTAT");
    for (int i = 0; i < 200; i++)
        say("b4", "王大爷", "今天天气真好，大家晚上出来散步");
    say("b4", "王大爷", "孩子们的运动会什么时候开始"); /* an enquiry, and not for us */
    assert_true(settle());
    assert_int_equal(rec.taken, 201);
    assert_null(strstr(LOOK("INFO", "commandstats"), "cmdstat_evalsha"));
}

static void two_at_once_make_one_event(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "4号楼楼道灯坏了");
    say("work", "网格员1",
        "4号楼楼道灯坏了"); /* another group: another queue, the same moment */
    assert_true(settle());
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
    assert_string_equal(LOOK("LLEN", "{nanfeng}:t:1"), "2");
    assert_int_equal(rec.count, 1);
}

static bool evalsha_calls(int count)
{
    char wanted[40];
    snprintf(wanted, sizeof wanted, "cmdstat_evalsha:calls=%d,", count);
    return strstr(LOOK("INFO", "commandstats"), wanted) != NULL;
}

/* A stranger's report costs a commit and the news that it was answered; what was told of the
 * place before, or by himself, is found by the commit and read. */
static void a_strangers_report_needs_no_look(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "4号楼二单元4楼的灯不亮");
    assert_true(settle());
    (void)LOOK("CONFIG", "RESETSTAT");
    say("b4", "李大爷", "4号楼的电梯坏了");
    assert_true(settle());
    assert_true(evalsha_calls(2));
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "2");
    (void)LOOK("CONFIG", "RESETSTAT");
    say("b4", "周阿姨", "4号楼的电梯坏了");
    assert_true(settle());
    assert_false(evalsha_calls(2));
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "2");
    assert_string_equal(LOOK("LLEN", "{nanfeng}:t:2"), "2");
}

static void timers_run_once_when_due(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "4号楼楼道灯坏了");
    assert_true(settle());
    core_run_due(s.core);
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 61000);
    for (int i = 0; i < 3; i++) {
        core_run_due(s.core);
        assert_true(settle());
    }
    /* Both were due together. The first one cancelled the other, or ran beside it; neither
     * repeats, and what was handed back is text, not a template. */
    assert_in_range(rec.count, 2, 3);
    bool told = false;
    for (size_t i = 1; i < rec.count; i++)
        told |= strcmp(rec.texts[i], "work:#1 {{x}}") == 0;
    assert_true(told);
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:timers"), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:timer"), "0");
}

/* More than are read at once fall due while nobody looks; nothing further is due for long. */
static void all_that_is_due_runs(void **state)
{
    static const char *const texts[] = {"楼道灯坏了", "电梯坏了", "没水了", "单元门关不上"};
    char group[8];
    assert_true(settle());
    for (int i = 0; i < 4 * 27; i++) {
        snprintf(group, sizeof group, "b%d", i % 27 + 1);
        say(group, group, texts[i / 27]);
    }
    assert_true(settle());
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:timers"), "216");
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 61000);
    core_run_due(s.core);
    for (int i = 0; i < 3; i++)
        assert_true(settle());
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:timers"), "0");
}

static void a_groups_answers_keep_their_order(void **state)
{
    static const char *const texts[] = {"楼道灯坏了", "电梯坏了", "没水了", "单元门关不上",
                                        "下水道堵了"};
    assert_true(settle());
    for (size_t i = 0; i < 5; i++)
        say("b4", "孙大姐", texts[i]);
    assert_true(settle());
    assert_int_equal(rec.count, 5);
    for (size_t i = 0; i < 5; i++) {
        char wanted[100];
        snprintf(wanted, sizeof wanted, "b4:^孙大姐#%zu %s", i + 1, texts[i]);
        assert_string_equal(rec.texts[i], wanted);
    }
}

static void failed_sends_are_repeated_with_the_same_id(void **state)
{
    rec.answers[0] = SENT_RETRY, rec.answers[1] = SENT_UNKNOWN, rec.answer_count = 2;
    assert_true(settle());
    say("b4", "孙大姐", "楼道灯坏了");
    for (int i = 0; i < 4; i++) {
        assert_true(settle());
        clock_set_ms(s.clock, clock_now_ms(s.clock) + 5000);
        core_run_due(s.core);
    }
    assert_int_equal(rec.count, 3);
    assert_string_equal(rec.stables[0], rec.stables[1]);
    assert_string_equal(rec.stables[0], rec.stables[2]);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
}

static void a_permanent_refusal_is_parked_and_told(void **state)
{
    rec.answers[0] = SENT_NEVER, rec.answer_count = 1;
    assert_true(settle());
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    assert_int_equal(rec.count, 1);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:parked:play:t"), "1");
    assert_non_null(strstr(LOOK("LINDEX", "{nanfeng}:t:1", "-1"), "unsent"));
}

static void redis_killed_under_load_loses_nothing(void **state)
{
    assert_true(settle());
    char group[8];
    for (int i = 0; i < 200; i++) {
        if (i == 60 || i == 130)
            kill(redis_server_pid(s.server), SIGKILL);
        snprintf(group, sizeof group, "b%d", i % 27 + 1);
        say(group, "孙大姐", i % 2 ? "楼道灯坏了" : "电梯坏了");
        loop_poll(s.loop, 1);
    }
    assert_true(settle());
    assert_int_equal(rec.taken, 200);
    /* 27 buildings, two troubles each: who told it again has joined */
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "54");
    assert_string_equal(LOOK("ZCARD", "{nanfeng}:open"), "54");
    int steps = 0;
    for (int i = 1; i <= 54; i++) {
        char key[32];
        snprintf(key, sizeof key, "{nanfeng}:t:%d", i);
        steps += atoi(LOOK("LLEN", key));
    }
    assert_int_equal(steps, 200);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "0");
    assert_in_range(rec.count, 54, 54 + 8); /* sends whose report was lost are not repeated */
}

static void strangers_write(int from, int count)
{
    const struct group *direct = community_group(s.community, "dm");
    char id[16];
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "r-%d", from + i);
        (void)intake_queue(s.core, &s.core->homes[0], direct, id);
    }
}

/* Nobody with whom something is under way gives way. */
static void direct_chats_give_way(void **state)
{
    const struct group *direct = community_group(s.community, "dm");
    assert_true(settle());
    strangers_write(0, 6000); /* their chats are still being read */
    assert_int_equal(s.core->direct_queues, 6000);
    assert_true(settle());
    strangers_write(6000, 1000);
    assert_int_equal(s.core->direct_queues, 5000);
    assert_non_null(intake_find(s.core, &s.core->homes[0], direct, "r-6000"));
    assert_non_null(intake_find(s.core, &s.core->homes[0], direct, "r-6999"));
    assert_true(settle());
}

/* What a line says takes four times the memory of the line. */
static void of_very_many_lines_only_the_words_wait(void **state)
{
    const struct group *group = community_group(s.community, "b4");
    char id[16];
    assert_true(settle());
    assert_int_equal(kill(redis_server_pid(s.server), SIGKILL), 0);
    for (int i = 0; i < 2100; i++) {
        snprintf(id, sizeof id, "r%d", i);
        say(i < 100 ? "b4" : i % 2 ? "b5" : "b6", id, "楼道灯坏了");
    }
    say("b4", "孙大姐", "楼道灯坏了");
    const struct queue *queue = intake_find(s.core, &s.core->homes[0], group, NULL);
    size_t read = 0;
    for (const struct item *item = queue->first; item; item = item->next)
        read += item->hint != NULL;
    assert_int_equal(queue->length, 101);
    assert_int_equal(read, 100);
    for (int i = 0; i < 10 && s.core->queued; i++)
        settle();
    assert_int_equal(s.core->queued, 0);
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "3");
}

/* What cannot be decided is kept for the operator, and the group goes on. */
static void poison_is_put_aside(void **state)
{
    assert_true(settle());
    say("b4", "孙大姐", "好多楼道灯坏了");
    say("b4", "孙大姐", "电梯坏了");
    assert_true(settle());
    assert_int_equal(rec.taken, 2);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:inputs"), "1");
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
    assert_string_equal(rec.texts[0], "b4:^孙大姐#1 电梯坏了");
}

/* Every person's direct chat counts its messages from 1. */
static void direct_chats_do_not_share_message_ids(void **state)
{
    assert_true(settle());
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "4号楼楼道灯坏了"};
    struct input input = {.kind = INPUT_MESSAGE,
                          .direct = true,
                          .message = "1",
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    input.group = input.user = input.user_name = "网格员1";
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(settle());
    input.group = input.user = input.user_name = "网格员2";
    segment.text = "26号楼电梯坏了";
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(settle());
    assert_int_equal(rec.count, 2);
    assert_string_equal(rec.texts[1], "网格员2:^网格员2#2 26号楼电梯坏了");
    const char *id = community_member_by_name(s.community, "网格员1")->id;
    char key[64];
    snprintf(key, sizeof key, "{nanfeng}:msg:dm:%s:1", id);
    assert_string_equal(LOOK("GET", key), "1|");
}

/* Two accounts of one platform: who wrote to one of them is answered by that one. */
static void a_direct_chat_stays_with_its_account(void **state)
{
    struct account *first = rec.account;
    assert_int_equal(core_add_account(s.core, &recorder, "u", NULL, s.faults), 0);
    rec.account = first;
    assert_true(settle());
    rec.answers[0] = SENT_RETRY, rec.answer_count = 1;
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "4号楼楼道灯坏了"};
    struct input input = {.kind = INPUT_MESSAGE,
                          .direct = true,
                          .group = "网格员1",
                          .user = "网格员1",
                          .user_name = "网格员1",
                          .message = "1",
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(first, &input), 0);
    assert_true(settle());
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:t"), "1");
    assert_string_equal(LOOK("HLEN", "{nanfeng}:out:play:u"), "0");
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* A community whose groups are served by several accounts of one platform. */
static void take_town(void)
{
    char dir[100];
    snprintf(dir, sizeof dir, "%s/town", s.dir);
    mkdir(dir, 0700);
    write_file(dir, "community.yaml",
               "id: town\nbuildings: {names: [1, 2], units: 1}\ngroups:\n"
               "- {name: work, bindings: {\"play:u\": 90}}\n"
               "- {name: b1, bindings: {\"play:v\": 91}}\n");
    write_file(dir, "roster.csv",
               "id,name,role,area,identities\n"
               "m-1,Ann,building_head,building:1,play:ann\n"
               "m-2,Ben,resident,flat:1-1-101,play:ben\n");
    stage_stop_core();
    community_destroy(&s.community);
    s.community = community_load(dir, s.faults);
    if (!s.community)
        fail_msg("%s", faults_text(s.faults, 0));
    stage_start_core();
}

static const char *reached_over(const char *member)
{
    const char *user = NULL;
    struct account *account = core_reach(s.core, s.core->homes, "dm", member, NULL, &user);
    assert_non_null(account);
    assert_non_null(user);
    return account->name;
}

/* Who has not written in direct chat is met where his group is; then where he wrote last. */
static void a_member_is_reached_where_he_is_met(void **state)
{
    take_town();
    struct account *first = rec.account;
    assert_int_equal(core_add_account(s.core, &recorder, "u", NULL, s.faults), 0);
    assert_int_equal(core_add_account(s.core, &recorder, "v", NULL, s.faults), 0);
    struct account *last = rec.account;
    assert_true(settle());
    assert_string_equal(reached_over("m-1"), "u");
    assert_string_equal(reached_over("m-2"), "v");
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "4号楼楼道灯坏了"};
    struct input input = {.kind = INPUT_MESSAGE,
                          .direct = true,
                          .group = "ann",
                          .user = "ann",
                          .user_name = "Ann",
                          .message = "1",
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(last, &input), 0);
    assert_true(settle());
    assert_string_equal(reached_over("m-1"), "v");
    rec.account = first;
}

static void unknown_groups_and_bots_meet_silence(void **state)
{
    assert_true(settle());
    say("nowhere", "孙大姐", "楼道灯坏了");
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "楼道灯坏了"};
    struct input input = {.kind = INPUT_MESSAGE,
                          .group = "b4",
                          .user = "bot",
                          .message = "1",
                          .from_bot = true,
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(settle());
    assert_int_equal(rec.taken, 2);
    assert_int_equal(rec.count, 0);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(a_report_is_an_event_and_an_answer),
        LIVE(a_repeat_is_taken_and_changes_nothing),
        LIVE(chat_never_reaches_redis),
        LIVE(two_at_once_make_one_event),
        LIVE(a_strangers_report_needs_no_look),
        LIVE(timers_run_once_when_due),
        LIVE(all_that_is_due_runs),
        LIVE(a_groups_answers_keep_their_order),
        LIVE(failed_sends_are_repeated_with_the_same_id),
        LIVE(a_permanent_refusal_is_parked_and_told),
        LIVE(redis_killed_under_load_loses_nothing),
        LIVE(direct_chats_give_way),
        LIVE(of_very_many_lines_only_the_words_wait),
        LIVE(poison_is_put_aside),
        LIVE(direct_chats_do_not_share_message_ids),
        LIVE(a_direct_chat_stays_with_its_account),
        LIVE(a_member_is_reached_where_he_is_met),
        LIVE(unknown_groups_and_bots_meet_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
