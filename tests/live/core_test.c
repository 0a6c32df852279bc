/* The heart on a real redis-server, with a recorder for a platform and two small handlers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter.h"
#include "handler.h"
#include "store/redis.h"
#include "store/redis_server.h"
#include "turn/core.h"
#include "words/lexicon.h"
#include "words/wording.h"

/* ---- the platform: records sends, answers as told -------------------------------------- */

#define SENDS_MAX 4000

struct recorder {
    struct account *account;
    char *texts[SENDS_MAX];
    char *stables[SENDS_MAX];
    size_t count, taken;
    enum sent answers[8]; /* of the next sends; SENT_OK when used up */
    size_t answer_count, answered;
    uint64_t waiting[SENDS_MAX];
    size_t waiting_count;
};

static struct recorder rec;

static int rec_start(struct account *account, struct conf_node *conf, struct faults *faults)
{
    rec.account = account;
    bot_on_up(account);
    return 0;
}

static void rec_stop(struct account *account)
{
}

static void rec_answer(void *arg)
{
    size_t count = rec.waiting_count;
    rec.waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        enum sent result =
            rec.answered < rec.answer_count ? rec.answers[rec.answered++] : SENT_OK;
        char id[24];
        snprintf(id, sizeof id, "out-%llu", (unsigned long long)rec.waiting[i]);
        bot_on_sent(rec.account, rec.waiting[i], result, id, 0, "test");
    }
}

static int rec_send(struct account *account, const struct send *send)
{
    char text[2000] = "";
    snprintf(text, sizeof text, "%s:", send->group);
    for (size_t i = 0; i < send->part_count; i++) {
        const struct send_part *p = &send->parts[i];
        const char *mark = p->kind == SEGMENT_AT ? "@" : p->kind == SEGMENT_REPLY ? "^" : "";
        strncat(text, mark, sizeof text - strlen(text) - 1);
        strncat(text, p->text ? p->text : "", sizeof text - strlen(text) - 1);
    }
    assert_true(rec.count < SENDS_MAX);
    rec.texts[rec.count] = strdup(text);
    rec.stables[rec.count++] = strdup(send->stable);
    rec.waiting[rec.waiting_count++] = send->id;
    loop_defer(account_loop(account), rec_answer, NULL);
    return 0;
}

static void rec_taken(struct account *account, uint64_t token)
{
    rec.taken++;
}

static const struct adapter recorder = {
    .name = "play",
    .capabilities = {.delivery = DELIVERY_ACKED,
                     .hears_all = true,
                     .mentions = true,
                     .quotes = true},
    .start = rec_start,
    .stop = rec_stop,
    .send = rec_send,
    .taken = rec_taken,
};

/* ---- the handlers ------------------------------------------------------------------------ */

static int report_match(const struct turn *turn)
{
    return turn->meaning->report ? 50 : 0;
}

static struct event *near_open(struct turn *turn)
{
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->reached & EVENT_BY_NEAR && event_is_open(turn->events[i]))
            return turn->events[i];
    return NULL;
}

static void report_handle(struct turn *turn)
{
    struct event *event = near_open(turn);
    if (event) {
        event_join(event, turn->sender->id, turn->arena);
        event_note(event, "joined", turn->sender->id, NULL, turn->now_ms, turn->arena);
        return;
    }
    if (strstr(turn->text, "好多")) /* a handler gone wild */
        for (int i = 0; i < 100; i++)
            turn_say(turn, "work", "test", LANG_ZH);
    event = turn_event_new(turn);
    event->category = turn->meaning->fault.category;
    event->building = turn->group->building;
    event_move(event, STATE_REPORTED, turn->sender->id, NULL, turn->now_ms, turn->arena);
    struct outgoing *out = turn_answer(turn, "test", LANG_ZH);
    out->acknowledges = true;
    out_number(out, "number", event);
    out_text(out, "text", turn->text);
    turn_timer_set(turn, event, "once", "report", turn->now_ms + 60000, "{{x}}");
    turn_timer_set(turn, event, "never", "report", turn->now_ms + 60000, NULL);
}

static void report_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    struct outgoing *out = turn_say(turn, "work", "test", LANG_ZH);
    out_number(out, "number", event);
    out_text(out, "text", turn->timer_data ? turn->timer_data : turn->timer_name);
    turn_timer_cancel(turn, event, "never");
}

static const struct handler report = {
    .name = "report",
    .listens = LISTEN_MESSAGE,
    .intents = 1u << INTENT_REPORT,
    .needs = NEED_NEARBY,
    .match = report_match,
    .handle = report_handle,
    .on_timer = report_timer,
};

static const struct handler *const handlers[] = {&report, NULL};

/* ---- the stage ----------------------------------------------------------------------------
 */

struct stage {
    struct loop *loop;
    struct clock *clock;
    char dir[64];
    struct redis_server *server;
    struct redis_config redis;
    struct redis *look; /* the test's own eyes */
    struct faults *faults;
    struct lexicon *lexicon;
    struct wording *wording;
    struct community *community;
    struct calendar *calendar;
    struct policy *policy;
    struct core *core;
    int64_t message;
};

static struct stage s;

static void write_template(const char *lang)
{
    char path[128];
    snprintf(path, sizeof path, "%s/words/%s", s.dir, lang);
    mkdir(path, 0700);
    strcat(path, "/test.mustache");
    FILE *file = fopen(path, "w");
    fputs("#{{number}} {{text}}", file);
    fclose(file);
}

static void start_core(void)
{
    static const struct community *communities[1];
    static const struct calendar *calendars[1];
    static const struct policy *policies[1];
    communities[0] = s.community, calendars[0] = s.calendar, policies[0] = s.policy;
    struct core_config config = {.loop = s.loop,
                                 .clock = s.clock,
                                 .redis = &s.redis,
                                 .data_dir = s.dir,
                                 .lexicon = s.lexicon,
                                 .wording = s.wording,
                                 .handlers = handlers,
                                 .communities = communities,
                                 .calendars = calendars,
                                 .policies = policies,
                                 .community_count = 1};
    s.core = core_create(&config);
    assert_int_equal(core_add_account(s.core, &recorder, "t", NULL, s.faults), 0);
}

static int set_up(void **state)
{
    memset(&s, 0, sizeof s);
    memset(&rec, 0, sizeof rec);
    strcpy(s.dir, "/tmp/loubot-core-XXXXXX");
    assert_non_null(mkdtemp(s.dir));
    char words[128];
    snprintf(words, sizeof words, "%s/words", s.dir);
    mkdir(words, 0700);
    write_template("zh-CN");
    write_template("en");
    const char *why = "";
    s.loop = loop_create();
    s.clock = clock_create_virtual(1772413200000); /* 2026-03-02 09:00 in China */
    struct redis_server_config server = {.data = s.dir, .fsync_always = true};
    s.server = redis_server_start(s.loop, &server, 5000, &why);
    if (!s.server)
        fail_msg("%s", why);
    s.redis = (struct redis_config){.socket = redis_server_socket(s.server),
                                    .connections = 4,
                                    .deadline_ms = 3000,
                                    .max_waiting = 10000};
    s.faults = faults_create();
    s.lexicon = lexicon_create(NULL, 0, s.faults);
    s.wording = wording_create(s.lexicon, words, s.faults);
    s.community = community_load(NULL, s.faults);
    s.calendar = calendar_load(NULL, 28800, s.faults);
    s.policy = policy_load(NULL, s.faults);
    assert_non_null(s.community);
    start_core();
    return 0;
}

static int tear_down(void **state)
{
    core_destroy(&s.core, 2000);
    redis_destroy(&s.look);
    redis_server_stop(&s.server);
    policy_destroy(&s.policy);
    calendar_destroy(&s.calendar);
    community_destroy(&s.community);
    wording_destroy(&s.wording);
    lexicon_destroy(&s.lexicon);
    faults_destroy(&s.faults);
    clock_destroy(&s.clock);
    loop_destroy(&s.loop);
    for (size_t i = 0; i < rec.count; i++) {
        free(rec.texts[i]);
        free(rec.stables[i]);
    }
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", s.dir);
    return system(command);
}

static bool settle(void)
{
    for (int i = 0; i < 1000; i++) {
        loop_poll(s.loop, 10);
        if (core_is_ready(s.core) && core_is_idle(s.core))
            return true;
    }
    return false;
}

static void say_id(const char *group, const char *user, const char *text, int64_t id)
{
    char message[24];
    snprintf(message, sizeof message, "%lld", (long long)id);
    struct segment segment = {.kind = SEGMENT_TEXT, .text = text};
    struct input input = {.kind = INPUT_MESSAGE,
                          .group = group,
                          .user = user,
                          .user_name = user,
                          .message = message,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = 1};
    assert_int_equal(bot_on_input(rec.account, &input), 0);
}

static void say(const char *group, const char *user, const char *text)
{
    say_id(group, user, text, ++s.message);
}

static char look_answer[4000];
static bool look_done;

static void look_cb(void *arg, int error, const struct redis_reply *reply)
{
    look_done = true;
    if (error || !reply)
        snprintf(look_answer, sizeof look_answer, "error %d", error);
    else if (reply->type == REDIS_INT)
        snprintf(look_answer, sizeof look_answer, "%lld", (long long)reply->integer);
    else
        snprintf(look_answer, sizeof look_answer, "%s", reply->text ? reply->text : "(nil)");
}

static const char *look(int argc, const char *const *argv)
{
    look_done = false;
    if (!s.look)
        s.look = redis_create(s.loop, &s.redis, NULL, NULL);
    for (int i = 0; i < 500 && !redis_is_up(s.look); i++)
        loop_poll(s.loop, 10);
    redis_command(s.look, 0, argc, argv, NULL, look_cb, NULL);
    for (int i = 0; i < 500 && !look_done; i++)
        loop_poll(s.loop, 10);
    return look_answer;
}

#define LOOK(...)                                                                              \
    look(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

/* ---- tests
 * ------------------------------------------------------------------------------------ */

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
    assert_true(settle());
    assert_int_equal(rec.taken, 200);
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
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(a_report_is_an_event_and_an_answer),
        LIVE(a_repeat_is_taken_and_changes_nothing),
        LIVE(chat_never_reaches_redis),
        LIVE(two_at_once_make_one_event),
        LIVE(timers_run_once_when_due),
        LIVE(a_groups_answers_keep_their_order),
        LIVE(failed_sends_are_repeated_with_the_same_id),
        LIVE(a_permanent_refusal_is_parked_and_told),
        LIVE(redis_killed_under_load_loses_nothing),
        LIVE(poison_is_put_aside),
        LIVE(direct_chats_do_not_share_message_ids),
        LIVE(unknown_groups_and_bots_meet_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
