/* Health and metrics, in the heart and over HTTP; and what was put aside: listed, tried again,
 * dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/status.h"
#include "host/buf.h"
#include "host/http.h"
#include "tests/live/core_stage.h"
#include "turn/health.h"
#include "turn/parked.h"

static struct buf out;
static bool well;

static const char *health(void)
{
    health_look(s.core);
    assert_true(settle());
    buf_clear(&out);
    well = health_json(s.core, &out);
    return buf_text(&out);
}

static const char *metrics(void)
{
    buf_clear(&out);
    health_metrics(s.core, &out);
    return buf_text(&out);
}

static int set_up(void **state)
{
    buf_init(&out, 1024 * 1024);
    int error = stage_set_up(state);
    return error == 0 && settle() ? 0 : -1;
}

static int tear_down(void **state)
{
    buf_finish(&out);
    return stage_tear_down(state);
}

/* ---- health ------------------------------------------------------------------------------ */

static void what_happened_is_counted(void **state)
{
    say("b4", "孙大姐", "楼道灯坏了");
    say("b4", "孙大姐", "吃了吗");
    assert_true(settle());
    assert_non_null(strstr(metrics(), "\nloubot_inputs_total 2\n"));
    assert_non_null(strstr(metrics(), "\nloubot_inputs_idle_total 1\n"));
    assert_non_null(strstr(metrics(), "\nloubot_turns_total 1\n"));
    assert_non_null(strstr(metrics(), "\nloubot_sends_total{result=\"ok\"} 1\n"));
    assert_non_null(strstr(metrics(), "\nloubot_account_up{account=\"play:t\"} 1\n"));
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 600000);
    core_run_due(s.core);
    assert_true(settle());
    assert_non_null(strstr(metrics(), "\nloubot_timers_total 2\n"));
    assert_non_null(strstr(metrics(), "\nloubot_timers_late_total 2\n"));
    health();
    assert_non_null(strstr(metrics(), "\nloubot_events_open 1\n"));
}

static void it_is_well_only_while_it_can_work(void **state)
{
    assert_non_null(strstr(health(), "\"ok\":true"));
    assert_true(well);
    assert_non_null(strstr(buf_text(&out), "\"notes\":[]"));
    core_set_room(s.core, false);
    assert_non_null(strstr(health(), "the disk is full"));
    assert_false(well);
    core_set_room(s.core, true);
    bot_on_down(rec.account, "test");
    assert_non_null(strstr(health(), "play:t is not connected"));
    assert_false(well);
    bot_on_up(rec.account);
    health();
    assert_true(well);
    redis_server_stop(&s.server);
    for (int i = 0; i < 300 && well; i++) {
        loop_poll(s.loop, 10);
        buf_clear(&out);
        well = health_json(s.core, &out);
    }
    assert_false(well);
    assert_non_null(strstr(buf_text(&out), "Redis is away"));
}

static void what_waits_is_told_with_its_age(void **state)
{
    bot_on_down(rec.account, "test");
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    assert_non_null(strstr(health(), "\"waiting\":1,\"oldest_s\":0"));
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 11 * 60000);
    core_run_due(s.core);
    assert_non_null(strstr(health(), "\"oldest_s\":660"));
    stage_stop_core();
    stage_start_core();
    bot_on_down(rec.account, "test");
    assert_true(settle());
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 60000);
    assert_non_null(strstr(health(), "\"waiting\":3,\"oldest_s\":720"));
    assert_non_null(
        strstr(metrics(), "\nloubot_messages_oldest_seconds{account=\"play:t\"} 720\n"));
}

/* ---- over HTTP --------------------------------------------------------------------------- */

static int status_of;
static char body[200];
static bool answered;

static void on_answer(void *arg, const struct http_answer *answer)
{
    answered = true;
    status_of = answer->error ? answer->error : answer->status;
    snprintf(body, sizeof body, "%s", answer->error ? "" : answer->body);
}

static int get(struct http *http, const char *url, const char *headers)
{
    struct http_request request = {.method = "GET",
                                   .url = url,
                                   .headers = headers,
                                   .timeout_ms = 3000,
                                   .max_answer = 1024 * 1024};
    answered = false;
    http_request(http, &request, on_answer, NULL);
    for (int i = 0; i < 500 && !answered; i++)
        loop_poll(s.loop, 10);
    assert_true(answered);
    return status_of;
}

static void read_file(const char *name, char *text, int size)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", s.dir, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, size, file));
    text[strcspn(text, "\n")] = '\0';
    fclose(file);
}

static void it_is_served_to_who_has_the_token(void **state)
{
    struct status *status = status_start(s.core, s.dir, 0);
    assert_non_null(status);
    struct http *http = http_create(s.loop);
    char address[100], token[80], url[300], header[200];
    read_file(STATUS_ADDRESS_FILE, address, sizeof address);
    read_file(STATUS_TOKEN_FILE, token, sizeof token);
    snprintf(url, sizeof url, "%s/healthz", address);
    snprintf(header, sizeof header, "Authorization: Bearer %s\n", token);
    assert_int_equal(get(http, url, NULL), 401);
    assert_int_equal(get(http, url, "Authorization: Bearer 0123\n"), 401);
    assert_int_equal(get(http, url, header), 200);
    assert_non_null(strstr(body, "\"ok\":true"));
    core_set_room(s.core, false);
    assert_int_equal(get(http, url, header), 503);
    snprintf(url, sizeof url, "%s/metrics?token=%s", address, token);
    assert_int_equal(get(http, url, NULL), 200);
    assert_non_null(strstr(body, "# HELP loubot_inputs_total"));
    assert_int_equal(get(http, url, "Host: example.org\n"), 403);
    assert_int_equal(get(http, url, "Origin: http://example.org\n"), 403);
    snprintf(url, sizeof url, "%s/", address);
    assert_int_equal(get(http, url, header), 404);
    status_stop(&status);
    http_destroy(&http);
    snprintf(url, sizeof url, "%s/" STATUS_ADDRESS_FILE, s.dir);
    assert_int_not_equal(access(url, F_OK), 0);
}

/* ---- what was put aside ------------------------------------------------------------------ */

static char listed[2000];
static bool done, found;

static void on_list(void *arg, const struct parked *list, size_t count, const char *why)
{
    done = true;
    listed[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(listed + strlen(listed), sizeof listed - strlen(listed), "%d %s %s %s %s\n",
                 (int)list[i].kind, list[i].id, list[i].where, list[i].why,
                 list[i].text ? list[i].text : "-");
}

static void on_done(void *arg, bool was_found, const char *why)
{
    done = true;
    found = was_found;
}

static struct parked_request request(void)
{
    static const char *const accounts[] = {"play:t"};
    (void)LOOK("PING"); /* opens the test's eyes */
    return (struct parked_request){.redis = s.look,
                                   .community = "nanfeng",
                                   .accounts = accounts,
                                   .account_count = 1,
                                   .now_ms = clock_now_ms(s.clock)};
}

static void wait_done(void)
{
    for (int i = 0; i < 500 && !done; i++)
        loop_poll(s.loop, 10);
    assert_true(done);
}

static const char *list(void)
{
    struct parked_request asked = request();
    done = false;
    parked_list(&asked, on_list, NULL);
    wait_done();
    return listed;
}

static bool act(const char *id, bool retry)
{
    struct parked_request asked = request();
    done = false;
    parked_do(&asked, id, retry, on_done, NULL);
    wait_done();
    health();
    assert_true(settle());
    return found;
}

static void a_wild_report_is_put_aside(char id[32])
{
    say("b4", "孙大姐", "楼道灯坏了好多");
    assert_true(settle());
    assert_int_equal(sscanf(list(), "0 %31s", id), 1);
}

static void an_input_is_listed_and_tried_again(void **state)
{
    char id[32], other[32];
    health();
    a_wild_report_is_put_aside(id);
    assert_non_null(strstr(listed, "b4"));
    assert_non_null(strstr(listed, "楼道灯坏了好多"));
    assert_non_null(strstr(health(), "put aside: 1 inputs"));
    assert_true(well);
    assert_true(act(id, true)); /* wild again: it comes back under another id */
    assert_int_equal(sscanf(list(), "0 %31s", other), 1);
    assert_string_not_equal(other, id);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:again"), "0");
    /* what was wrong is mended */
    char *record = strdup(LOOK("HGET", "{nanfeng}:inputs", other));
    char *wild = strstr(record, "好多");
    memset(wild, ' ', strlen("好多"));
    (void)LOOK("HSET", "{nanfeng}:inputs", other, record);
    free(record);
    assert_true(act(other, true));
    assert_string_equal(list(), "");
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
    assert_non_null(strstr(rec.texts[0], "b4:^孙大姐#1 楼道灯坏了"));
    assert_false(act(other, true));
}

static void one_that_was_asked_for_before_a_crash_is_taken_up(void **state)
{
    char id[32];
    a_wild_report_is_put_aside(id);
    char *record = strdup(LOOK("HGET", "{nanfeng}:inputs", id));
    memset(strstr(record, "好多"), ' ', strlen("好多"));
    (void)LOOK("HSET", "{nanfeng}:inputs", id, record);
    free(record);
    stage_stop_core();
    struct parked_request asked = request();
    done = false;
    parked_do(&asked, id, true, on_done, NULL);
    wait_done();
    assert_true(found);
    assert_int_equal(list()[0], '1'); /* on its way */
    stage_start_core();
    assert_true(settle());
    health();
    assert_true(settle());
    assert_string_equal(list(), "");
    assert_string_equal(LOOK("HGET", "{nanfeng}:n", "event"), "1");
}

static void a_message_is_listed_tried_again_and_dropped(void **state)
{
    health();
    rec.answers[0] = rec.answers[1] = SENT_NEVER;
    rec.answer_count = 2;
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    char id[32];
    assert_int_equal(sscanf(list(), "2 %31s play:t test test", id), 1);
    assert_non_null(strstr(health(), "1 messages"));
    assert_true(act(id, true)); /* refused once more */
    assert_int_equal(rec.count, 2);
    assert_non_null(strstr(list(), id));
    assert_true(act(id, true));
    assert_int_equal(rec.count, 3);
    assert_string_equal(rec.texts[2], rec.texts[0]);
    assert_string_equal(list(), "");
    (void)LOOK("HSET", "{nanfeng}:parked:play:t", "o9", "never|4|0|{}");
    assert_true(act("o9", false));
    assert_false(act("o9", false));
    assert_string_equal(list(), "");
    assert_int_equal(rec.count, 3);
}

static void a_timer_is_tried_again(void **state)
{
    health();
    say("b4", "孙大姐", "楼道灯坏了");
    assert_true(settle());
    (void)LOOK("ZREM", "{nanfeng}:timers", "e1:once");
    (void)LOOK("HDEL", "{nanfeng}:timer", "e1:once");
    (void)LOOK("HSET", "{nanfeng}:inputs", "t1",
               "{\"why\":\"bad\",\"kind\":4,\"time\":1772413200000,\"adapter\":\"timer\","
               "\"account\":\"\",\"group\":\"nanfeng\",\"timer\":\"e1:once\",\"payload\":"
               "\"{\\\"h\\\":\\\"report\\\",\\\"n\\\":\\\"once\\\",\\\"g\\\":\\\"b4\\\"}\"}");
    assert_true(act("t1", true));
    assert_int_equal(rec.count, 2);
    assert_string_equal(rec.texts[1], "work:#1 once");
    assert_string_equal(list(), "");
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(what_happened_is_counted),
        LIVE(it_is_well_only_while_it_can_work),
        LIVE(what_waits_is_told_with_its_age),
        LIVE(it_is_served_to_who_has_the_token),
        LIVE(an_input_is_listed_and_tried_again),
        LIVE(one_that_was_asked_for_before_a_crash_is_taken_up),
        LIVE(a_message_is_listed_tried_again_and_dropped),
        LIVE(a_timer_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
