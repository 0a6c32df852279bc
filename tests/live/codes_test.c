/* codes_test.c: one-time codes on a real redis-server: two at once, what is kept of them, and
 * what a restart leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "handlers/handlers.h"
#include "tests/live/core_stage.h"
#include "turn/changes.h"
#include "turn/held.h"

#define HEAD "K7M4PX2D"

static int begin(void **state)
{
    int error = stage_set_up(state);
    stage_stop_core();
    s.handlers = handlers_all;
    stage_start_core();
    (void)LOOK("PING"); /* connects s.look */
    return error || !settle();
}

static void say_direct(const char *user, const char *text)
{
    struct segment segment = {.kind = SEGMENT_TEXT, .text = text};
    char id[24];
    snprintf(id, sizeof id, "m%lld", (long long)++s.message);
    struct input input = {.kind = INPUT_MESSAGE,
                          .group = user,
                          .direct = true,
                          .user = user,
                          .user_name = user,
                          .message = id,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &input), 0);
}

static void on_done(void *arg, const char *why)
{
    const char **done = arg;
    *done = why ? why : "ok";
}

static bool has_answer(void *arg)
{
    return *(const char **)arg != NULL;
}

static void issue(const char *code, const char *what, const char *area)
{
    struct arena *arena = arena_create(1 << 20);
    struct code_issue one = {.code = code};
    const char *why = NULL;
    assert_true(code_grant_read(s.community, what, area, arena, &one.grant, &why));
    changes_issue(s.look, s.community, &one, 1, clock_now_ms(s.clock), true, on_done, &why);
    for (int i = 0; i < 2000 && !has_answer(&why); i++)
        loop_poll(s.loop, 5);
    assert_non_null(why);
    assert_string_equal(why, "ok");
    arena_destroy(&arena);
}

static size_t said(const char *what)
{
    size_t count = 0;
    for (size_t i = 0; i < rec.count; i++)
        count += strstr(rec.texts[i], what) != NULL;
    return count;
}

static void two_at_the_same_moment_are_one_binding(void **state)
{
    issue(HEAD, "楼长", "18");
    say_direct("小周", "K7M4-PX2D");
    say_direct("小吴", "绑定 K7M4-PX2D");
    say_direct("小郑", "k7m4px2d");
    assert_true(settle());
    assert_int_equal(rec.count, 3);
    assert_int_equal(said("绑好了"), 1);
    assert_int_equal(said("用过了"), 2);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:rows"), "1");
    assert_int_equal(community_amendment_count(s.community), 1);
}

static void only_the_hash_is_kept(void **state)
{
    issue(HEAD, "5-1-101", NULL);
    say_direct("小周", "绑定 K7M4-PX2D");
    assert_true(settle());
    char hash[65], name[100];
    code_hash(HEAD, hash);
    snprintf(name, sizeof name, "{nanfeng}:code:%s", hash);
    assert_int_equal(LOOK("GET", name)[0], 'u');
    char keys[20000];
    snprintf(keys, sizeof keys, "%s", LOOK("KEYS", "*"));
    assert_null(strstr(keys, HEAD));
    for (int i = 0; i < 9; i++) {
        char at[16];
        snprintf(at, sizeof at, "%d", i);
        assert_null(strstr(LOOK("LINDEX", "{nanfeng}:audit", at), "K7M4"));
        assert_null(strstr(LOOK("LINDEX", "{nanfeng}:audit", at), "小周"));
    }
    assert_string_equal(LOOK("LLEN", "{nanfeng}:audit"), "3"); /* given out, used, the row */
}

static void wrong_tries_outlive_the_daemon(void **state)
{
    issue(HEAD, "楼长", "18");
    for (int i = 2; i < 7; i++) {
        char text[40];
        snprintf(text, sizeof text, "绑定 AAAA-BBB%d", i);
        say_direct("小周", text);
    }
    assert_true(settle());
    assert_int_equal(said("没有这个绑定码"), 4);
    stage_stop_core();
    stage_start_core();
    assert_true(settle());
    say_direct("小周", "K7M4-PX2D");
    say_direct("小吴", "K7M4-PX2D");
    assert_true(settle());
    assert_int_equal(said("以后再试"), 2);
    assert_int_equal(said("绑好了"), 1);
}

static void chat_that_looks_like_codes_in_groups_is_silent(void **state)
{
    say("b4", "小周", "型号是AB12-CD34的");
    say("b4", "小周", "绑定");
    assert_true(settle());
    assert_int_equal(rec.count, 0);
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:audit"), "0");
}

/* A second community beside the first, which is where strangers' direct chats lead. */
static struct community *other_community(void)
{
    char path[200];
    struct faults *faults = faults_create();
    snprintf(path, sizeof path, "%s/other", s.dir);
    mkdir(path, 0700);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/other/%s", s.dir, i ? "roster.csv" : "community.yaml");
        FILE *file = fopen(path, "w");
        fputs(i ? "id,name\n" : "id: other\nbuildings: {names: [1, 2]}\n", file);
        fclose(file);
    }
    snprintf(path, sizeof path, "%s/other", s.dir);
    struct community *other = community_load(path, faults);
    if (!other)
        fail_msg("%s", faults_text(faults, 0));
    faults_destroy(&faults);
    return other;
}

static void a_newcomers_code_may_be_of_any_community(void **state)
{
    struct community *mine = s.community, *other = other_community();
    stage_stop_core();
    s.other = other;
    stage_start_core();
    assert_true(settle());
    s.community = other;
    issue(HEAD, "楼长", "2");
    s.community = mine;
    say_direct("小周", "绑定 K7M4-PX2D");
    assert_true(settle());
    assert_int_equal(said("绑好了：2号楼楼长"), 1);
    assert_int_equal(rec.count, 1);
    assert_string_equal(LOOK("HLEN", "{other}:rows"), "1");
    for (int i = 2; i < 7; i++) {
        char text[40];
        snprintf(text, sizeof text, "绑定 AAAA-BBB%d", i);
        say_direct("小吴", text);
        assert_true(settle());
    }
    assert_int_equal(said("没有这个绑定码"), 4);
    assert_int_equal(said("以后再试"), 1);
    stage_stop_core();
    s.other = NULL;
    community_destroy(&other);
}

/* A community in which 周师傅 stands as head of building 2 and waits for his account. */
static struct community *town(void)
{
    char dir[100], path[200];
    snprintf(dir, sizeof dir, "%s/town", s.dir);
    mkdir(dir, 0700);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, i ? "roster.csv" : "community.yaml");
        FILE *file = fopen(path, "w");
        fputs(i ? "id,name,role,area,owner,identities\n"
                  "m-1,周师傅,building_head,building:2,,\n"
                  "m-2,物业小王,owner,,property,play:小王\n"
                : "id: town\nbuildings: {names: [1, 2], units: 3, grid: 1}\n",
              file);
        fclose(file);
    }
    struct community *community = community_load(dir, s.faults);
    if (!community)
        fail_msg("%s", faults_text(s.faults, 0));
    return community;
}

static void what_a_resident_told_stays_his_when_he_is_bound(void **state)
{
    stage_stop_core();
    community_destroy(&s.community);
    s.community = town();
    stage_start_core();
    assert_true(settle());
    say("b1", "小周", "2单元3楼的楼道灯坏了");
    say("b1", "小周", "1单元电梯里有垃圾没人扫");
    assert_true(settle());
    assert_non_null(strstr(LOOK("HGET", "{town}:e:1", "b"), "\"reporter\":\"r-"));
    issue(HEAD, "楼长", "2");
    say_direct("小周", "绑定 K7M4-PX2D");
    assert_true(settle());
    assert_int_equal(said("绑好了"), 1);
    assert_non_null(strstr(LOOK("HGET", "{town}:rows", "1"), "former:r-"));
    size_t before = rec.count;
    say_direct("小周", "我的报修怎么样了");
    assert_true(settle());
    assert_true(rec.count > before);
    assert_non_null(strstr(rec.texts[rec.count - 1], "#1"));
    say("b1", "小周", "#1 不用修了，弄错了");
    assert_true(settle());
    assert_non_null(strstr(LOOK("HGET", "{town}:e:1", "b"), "\"reporter\":\"m-1\""));
    assert_null(strstr(LOOK("HGET", "{town}:e:1", "b"), "\"state\":\"dispatched\""));
    assert_string_equal(LOOK("ZCARD", "{town}:m:m-1"), "1"); /* found as his by his new id */
}

static void what_he_was_asked_is_asked_of_him_still(void **state)
{
    stage_stop_core();
    community_destroy(&s.community);
    s.community = town();
    stage_start_core();
    assert_true(settle());
    say("b1", "小周", "楼道灯坏了");
    assert_true(settle());
    assert_int_equal(said("几单元几楼"), 1);
    issue(HEAD, "楼长", "2");
    say_direct("小周", "绑定 K7M4-PX2D");
    assert_true(settle());
    say("b1", "小周", "2 3"); /* a bare answer, to a question put to his earlier id */
    assert_true(settle());
    const char *event = LOOK("HGET", "{town}:e:1", "b");
    assert_non_null(strstr(event, "\"state\":\"dispatched\""));
    assert_non_null(strstr(event, "\"unit\":\"2\""));
    /* nothing is left of the earlier one */
    assert_null(strstr(LOOK("SMEMBERS", "{town}:live:b1"), "r-"));
}

static void on_counted(void *arg, const char *why)
{
    *(const char **)arg = why ? why : "ok";
}

/* As `loubot roster --diff` tells it of those who would go. */
static void open_work_of_people_is_counted(void **state)
{
    say("b4", "孙大姐", "2单元4楼的灯不亮");
    say("b5", "小何", "3单元5楼的灯不亮");
    say("b6", "阿强", "1单元5楼的灯不亮");
    assert_true(settle());
    say("work", "物业1", "完成 1");
    say("b4", "楼长4", "3单元2楼的灯不亮");
    assert_true(settle());
    say("work", "物业1", "完成 4");
    assert_true(settle());
    const char *members[] = {"m-0067", "m-0068", "m-0004", "nobody"};
    members[2] = community_member_by_name(s.community, "楼长4")->id;
    size_t held[4] = {0};
    const char *done = NULL;
    (void)LOOK("PING");
    held_count(s.look, s.community, members, 4, held, on_counted, &done);
    for (int i = 0; i < 500 && !done; i++)
        loop_poll(s.loop, 5);
    assert_string_equal(done, "ok");
    assert_int_equal(held[0], 3); /* 物业1: two that are checked, one in hand */
    assert_int_equal(held[1], 1);
    assert_int_equal(held[2], 2); /* 楼长4 is asked about two */
    assert_int_equal(held[3], 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, begin, stage_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(two_at_the_same_moment_are_one_binding),
        LIVE(only_the_hash_is_kept),
        LIVE(wrong_tries_outlive_the_daemon),
        LIVE(a_newcomers_code_may_be_of_any_community),
        LIVE(what_a_resident_told_stays_his_when_he_is_bound),
        LIVE(what_he_was_asked_is_asked_of_him_still),
        LIVE(open_work_of_people_is_counted),
        LIVE(chat_that_looks_like_codes_in_groups_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
