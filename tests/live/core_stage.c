/* core_stage.c: see core_stage.h. */
#include "tests/live/core_stage.h"

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

/* ---- the platform: records sends, answers as told -------------------------------------- */

struct recorder rec;

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

static const struct capabilities plain = {
    .delivery = DELIVERY_ACKED, .hears_all = true, .mentions = true, .quotes = true};

struct adapter recorder = {
    .name = "play",
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
    .intents = ~0u,
    .needs = NEED_NEARBY,
    .match = report_match,
    .handle = report_handle,
    .on_timer = report_timer,
};

static const struct handler *const handlers[] = {&report, NULL};

/* ---- the stage ----------------------------------------------------------------------------
 */

struct stage s;

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

static void on_refused(void *arg, const char *why)
{
    snprintf(s.refused, sizeof s.refused, "%s", why);
}

void stage_stop_core(void)
{
    core_destroy(&s.core, 2000);
    rec.waiting_count = 0;
}

void stage_start_core(void)
{
    static struct community *communities[2];
    static const struct calendar *calendars[2];
    static const struct policy *policies[2];
    communities[0] = s.community, calendars[0] = s.calendar, policies[0] = s.policy;
    communities[1] = s.other, calendars[1] = s.calendar, policies[1] = s.policy;
    struct core_config config = {.loop = s.loop,
                                 .clock = s.clock,
                                 .redis = &s.redis,
                                 .data_dir = s.dir,
                                 .lexicon = s.lexicon,
                                 .wording = s.wording,
                                 .handlers = s.handlers ? s.handlers : handlers,
                                 .communities = communities,
                                 .calendars = calendars,
                                 .policies = policies,
                                 .community_count = s.other ? 2 : 1,
                                 .paced = s.paced,
                                 .kill_point = s.kill_point,
                                 .refused = on_refused};
    s.core = core_create(&config);
    assert_int_equal(core_add_account(s.core, &recorder, "t", NULL, s.faults), 0);
}

int stage_set_up(void **state)
{
    memset(&s, 0, sizeof s);
    memset(&rec, 0, sizeof rec);
    const char *folder = getenv("TMPDIR"); /* in memory, each commit's fsync costs nothing */
    snprintf(s.dir, sizeof s.dir, "%s/loubot-core-XXXXXX", folder ? folder : "/tmp");
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
    recorder.capabilities = plain;
    stage_start_core();
    return 0;
}

int stage_tear_down(void **state)
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

bool settle(void)
{
    for (int i = 0; i < 1000; i++) {
        loop_poll(s.loop, 10);
        if (core_is_ready(s.core) && core_is_idle(s.core))
            return true;
    }
    return false;
}

void stage_pass(int64_t ms)
{
    clock_set_ms(s.clock, clock_now_ms(s.clock) + ms);
    for (int i = 0; i < 4; i++) {
        core_run_due(s.core);
        assert_true(settle());
    }
}

void say_id(const char *group, const char *user, const char *text, int64_t id)
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

void say(const char *group, const char *user, const char *text)
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

const char *look(int argc, const char *const *argv)
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
