/* onebot_send_test.c: sends and their answers, doubts after a cut, mutes, history, pictures and
 * the order within a group. */
#include "tests/unit/onebot_world.h"

static const struct outcome *outcome(size_t index)
{
    assert_true(index < world.outcome_count);
    return &world.outcomes[index];
}

static void answers_find_their_sends(void **state)
{
    world_up();
    assert_int_equal(world_send(1, "88001", "one"), 0);
    assert_int_equal(world_send(2, "88001", "two"), 0);
    assert_int_equal(world.outcome_count, 0);
    const char *one = world_out(), *two = world_out();
    world_answer(two, OK_ANSWER "{\"message_id\":22}");
    world_answer(one, OK_ANSWER "{\"message_id\":11}");
    world_answer(one, OK_ANSWER "{\"message_id\":33}"); /* nobody waits any more */
    assert_int_equal(world.outcome_count, 2);
    assert_int_equal(outcome(0)->id, 2);
    assert_string_equal(outcome(0)->message, "22");
    assert_int_equal(outcome(1)->id, 1);
    assert_string_equal(outcome(1)->message, "11");
}

static void failures_are_told_by_kind(void **state)
{
    world_up();
    world_send(1, "88001", "a");
    world_send(2, "88001", "b");
    world_answer(world_out(), "\"status\":\"failed\",\"retcode\":1200,\"data\":null,"
                              "\"message\":\"发送失败: 被禁言\"");
    world_answer(world_out(), "\"status\":\"failed\",\"retcode\":1200,\"data\":null,"
                              "\"message\":\"发送失败\"");
    assert_int_equal(outcome(0)->result, SENT_NEVER);
    assert_string_equal(outcome(0)->why, "发送失败: 被禁言");
    assert_int_equal(outcome(1)->result, SENT_RETRY);
}

static void down_account_takes_no_send(void **state)
{
    world_up();
    world_cut(0);
    assert_int_equal(world_send(1, "88001", "a"), ERR_AWAY);
    assert_int_equal(world.outcome_count, 0);
}

/* Sends, loses the link before the answer, comes back; returns the question for the history. */
static const char *cut_after(const char *text)
{
    world_up();
    world_send(1, "88001", text);
    world_out();
    world_cut(0);
    assert_int_equal(world.outcome_count, 0);
    world_run(1300);
    world_open();
    world_in(LIFECYCLE);
    const char *question = world_out();
    assert_non_null(strstr(question, "get_group_msg_history"));
    return question;
}

#define OWN(id, words)                                                                         \
    "{\"time\":1795491418,\"message_type\":\"group\",\"group_id\":88001,\"user_id\":10001,"    \
    "\"message_id\":" id ",\"message\":[{\"type\":\"text\",\"data\":{\"text\":\"" words        \
    "\"}}]}"

static void cut_send_that_arrived_is_no_repeat(void **state)
{
    world_answer(cut_after("已登记 #1"),
                 OK_ANSWER "{\"messages\":[" OWN("5", "别的") "," OWN("6", " 已登记 #1") "]}");
    assert_int_equal(outcome(0)->result, SENT_OK);
    assert_string_equal(outcome(0)->message, "6");
}

static void cut_send_that_did_not_arrive_is_retried(void **state)
{
    world_answer(cut_after("已登记 #1"), OK_ANSWER "{\"messages\":[" OWN("5", "别的") "]}");
    assert_int_equal(outcome(0)->result, SENT_RETRY);
}

static void without_history_the_doubt_remains(void **state)
{
    world_answer(cut_after("x"), "\"status\":\"failed\",\"retcode\":1404,\"data\":null,"
                                 "\"message\":\"不支持的Api\"");
    assert_int_equal(outcome(0)->result, SENT_UNKNOWN);
}

static void link_that_stays_away_ends_the_doubt(void **state)
{
    world_up();
    world_send(1, "88001", "x");
    world_cut(0);
    world_run(24000);
    assert_int_equal(world.outcome_count, 0);
    world_run(2000);
    assert_int_equal(outcome(0)->result, SENT_UNKNOWN);
}

static void swallowed_answer_is_looked_for(void **state)
{
    world_up();
    world_send(1, "88001", "x");
    world_out();
    world_run(15500);
    world_answer(world_out(), OK_ANSWER "{\"messages\":[" OWN("9", "x") "]}");
    assert_int_equal(outcome(0)->result, SENT_OK);
    assert_string_equal(outcome(0)->message, "9");
    /* the same words again: the first message is accounted for and does not answer for them */
    world_send(2, "88001", "x");
    world_out();
    world_run(15500);
    world_answer(world_out(), OK_ANSWER "{\"messages\":[" OWN("9", "x") "]}");
    assert_int_equal(outcome(1)->result, SENT_RETRY);
}

static void reaction_in_doubt_is_unknown(void **state)
{
    const struct send send = {.id = 4, .group = "88001", .reaction = "👍", .about = "5"};
    world_up();
    onebot_adapter.send(NULL, &send);
    world_run(15500);
    assert_int_equal(outcome(0)->result, SENT_UNKNOWN);
}

#define PRIVATE(user, rest)                                                                    \
    "{\"time\":1,\"self_id\":10001,\"post_type\":\"message\",\"message_type\":\"private\","    \
    "\"user_id\":" user ",\"message_id\":1,\"message\":\"x\"," rest "}"

static const char *sent_to(const char *user)
{
    const struct send_part parts[] = {{SEGMENT_TEXT, "hi", NULL}};
    const struct send send = {
        .id = 1, .group = user, .direct = true, .parts = parts, .part_count = 1};
    onebot_adapter.send(NULL, &send);
    return world_out();
}

static void strangers_are_reached_through_their_group(void **state)
{
    world_up();
    world_in(SAID("1", "x")); /* by 42 in 88001 */
    assert_non_null(strstr(sent_to("42"), "{\"user_id\":42,\"group_id\":88001,"));
    assert_non_null(strstr(sent_to("43"), "{\"user_id\":43,\"message\""));
    world_in(PRIVATE("44", "\"sub_type\":\"group\",\"sender\":{\"group_id\":7}"));
    assert_non_null(strstr(sent_to("44"), "{\"user_id\":44,\"group_id\":7,"));
    world_in(PRIVATE("42", "\"sub_type\":\"friend\""));
    world_in(SAID("2", "x"));
    assert_non_null(strstr(sent_to("42"), "{\"user_id\":42,\"message\""));
}

#define BAN(kind, seconds)                                                                     \
    "{\"time\":1,\"self_id\":10001,\"post_type\":\"notice\",\"notice_type\":\"group_ban\","    \
    "\"sub_type\":\"" kind "\",\"group_id\":88001,\"user_id\":10001,\"duration\":" seconds "}"

static void mutes_are_respected(void **state)
{
    world_up();
    world_in(BAN("ban", "60"));
    assert_int_equal(world_send(1, "88001", "x"), 0);
    assert_int_equal(world.outcome_count, 0); /* never before send() has returned */
    world_run(1);
    assert_int_equal(outcome(0)->result, SENT_RETRY);
    assert_int_equal(outcome(0)->retry_ms, 60000);
    world_run(60000);
    world_send(2, "88001", "x");
    world_out();
    world_in(BAN("ban", "86400"));
    world_send(3, "88001", "x");
    world_run(1);
    assert_int_equal(outcome(1)->result, SENT_NEVER);
    assert_int_equal(world_send(4, "88002", "other groups are open"), 0);
    world_out();
    world_in(BAN("lift_ban", "0"));
    world_send(5, "88001", "x");
    world_out();
}

static void removed_bot_is_silent(void **state)
{
    world_up();
    world_in(
        "{\"time\":1,\"self_id\":10001,\"post_type\":\"notice\",\"notice_type\":"
        "\"group_decrease\",\"sub_type\":\"kick_me\",\"group_id\":88001,\"user_id\":10001}");
    world_send(1, "88001", "x");
    world_run(1);
    assert_int_equal(outcome(0)->result, SENT_NEVER);
    world_in(
        "{\"time\":1,\"self_id\":10001,\"post_type\":\"notice\",\"notice_type\":"
        "\"group_increase\",\"sub_type\":\"invite\",\"group_id\":88001,\"user_id\":10001}");
    world_send(2, "88001", "x");
    world_out();
}

#define OLD(id, time, words)                                                                   \
    "{\"time\":" time ",\"message_type\":\"group\",\"group_id\":88001,\"user_id\":42,"         \
    "\"message_id\":" id ",\"message_seq\":" id ",\"message\":\"" words "\"}"

static void history_is_paged_and_put_in_order(void **state)
{
    world_up();
    onebot_adapter.backfill(NULL, "88001", 100000);
    world_settle();
    const char *first = world_out();
    assert_non_null(strstr(first, "{\"group_id\":88001,\"count\":50}"));
    world_in(SAID("99", "live"));
    assert_int_equal(world.heard_count, 0); /* waits for the history */
    world_answer(first, OK_ANSWER
                 "{\"messages\":[" OLD("3", "103", "c") "," OLD("4", "104", "d") "]}");
    const char *second = world_out();
    assert_non_null(strstr(second, "\"message_seq\":3,"));
    world_answer(second, OK_ANSWER "{\"messages\":[" OLD("1", "99", "too old") "," OLD(
                             "2", "102", "b") "," OLD("3", "103", "c") "]}");
    assert_int_equal(world.backfilled, 1);
    assert_int_equal(world.complete, 1);
    assert_int_equal(world.heard_count, 4);
    static const char *const order[] = {"b", "c", "d", "live"};
    for (int i = 0; i < 4; i++) {
        assert_string_equal(world.heard[i].text, order[i]);
        assert_int_equal(world.heard[i].backfilled, i < 3);
    }
    world_in(SAID("100", "later"));
    assert_int_equal(world.heard_count, 5);
}

/* The platform's counter began anew while we were away. */
static void history_with_ids_twice_is_whole(void **state)
{
    world_up();
    onebot_adapter.backfill(NULL, "88001", 100000);
    world_settle();
    world_answer(world_out(), OK_ANSWER "{\"messages\":[" OLD("1", "101", "a") "," OLD(
                                  "2", "102", "b") "," OLD("1", "103", "c") "]}");
    world_answer(world_out(), OK_ANSWER "{\"messages\":[" OLD("1", "101", "a") "]}");
    assert_int_equal(world.backfilled, 1);
    assert_int_equal(world.heard_count, 3);
    assert_string_equal(world.heard[2].text, "c");
}

static void missing_history_holds_nobody_up(void **state)
{
    world_up();
    onebot_adapter.backfill(NULL, "88001", 1);
    onebot_adapter.backfill(NULL, "88002", 1);
    world_settle();
    world_in(SAID("99", "live"));
    world_answer(world_out(), "\"status\":\"failed\",\"retcode\":1404,\"data\":null");
    assert_string_equal(world.heard[0].text, "live");
    assert_int_equal(world.backfilled, 1);
    world_cut(0); /* the second group's question dies with the link */
    assert_int_equal(world.backfilled, 2);
    assert_int_equal(world.complete, 0);
}

#define PHOTO(id, url)                                                                         \
    "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"message\",\"message_type\":"       \
    "\"group\",\"group_id\":88001,\"user_id\":42,\"message_id\":" id ",\"message\":[{"         \
    "\"type\":\"text\",\"data\":{\"text\":\"好了\"}},{\"type\":\"image\",\"data\":{\"url\":" \
    "\"" url "\"}}]}"

static void pictures_are_fetched_in_their_place(void **state)
{
    world_up();
    world_in(PHOTO("1", "http://gchat.qpic.cn/p/1?a=b"));
    world_in(SAID("2", "later"));
    world_in(
        "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"message\",\"message_type\":"
        "\"group\",\"group_id\":7,\"user_id\":42,\"message_id\":3,\"message\":\"other\"}");
    assert_int_equal(world.heard_count, 1);
    assert_string_equal(world.heard[0].text, "other");
    assert_string_equal(world.requests[0].url, "https://gchat.qpic.cn/p/1?a=b");
    assert_true(world.requests[0].public_only);
    world_http(0, 0, 200, "\x89PNG1234");
    assert_int_equal(world.heard_count, 3);
    assert_string_equal(world.heard[1].text, "好了");
    assert_string_equal(world.heard[1].picture, "media:8.png");
    assert_string_equal(world.heard[2].text, "later");
}

static void lost_picture_loses_no_message(void **state)
{
    world_up();
    world_in(PHOTO("1", "https://evil.example/1"));
    world_in(PHOTO("2", "https://multimedia.nt.qq.com.cn/1"));
    assert_int_equal(world.request_count, 1);
    world_http(0, ERR_TIMEOUT, 0, "");
    assert_int_equal(world.heard_count, 2);
    assert_string_equal(world.heard[0].text, "好了");
    assert_string_equal(world.heard[0].picture, "");
    assert_string_equal(world.heard[1].picture, "");
    world_in(PHOTO("3", "https://multimedia.nt.qq.com.cn/1")); /* in flight at the end */
}

static void only_named_hosts_are_asked(void **state)
{
    const struct onebot_config config = {
        .media_hosts = {"http://127.0.0.1:3000", "pics.example"}, .media_host_count = 2};
    static const struct {
        const char *url, *asked;
        bool is_public;
    } cases[] = {
        {"https://multimedia.nt.qq.com.cn/d?x=1", "https://multimedia.nt.qq.com.cn/d?x=1",
         true},
        {"HTTPS://GCHAT.QPIC.CN:443/x", "https://GCHAT.QPIC.CN:443/x", true},
        {"https://a.pics.example/x", "https://a.pics.example/x", true},
        {"http://127.0.0.1:3000/p", "http://127.0.0.1:3000/p", false},
        {"http://127.0.0.1:30001/p"},
        {"http://127.0.0.1:3000@evil/p"},
        {"https://evilqq.com/x"},
        {"https://qq.com.evil/x"},
        {"https://qq.com:8443/x"},
        {"https://x@qq.com/x"},
        {"https://evil.example?qq.com/x"},
        {"https://evil.example\\qq.com/x"},
        {"https://evil.example\n.qq.com/x"},
        {"file:///etc/passwd"},
        {"base64://aGk="},
        {""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf url;
        bool is_public = false;
        buf_init(&url, 4096);
        bool allowed = onebot_pictures_allowed(&config, cases[i].url, &url, &is_public);
        assert_int_equal(allowed, cases[i].asked != NULL);
        if (allowed) {
            assert_string_equal(buf_text(&url), cases[i].asked);
            assert_int_equal(is_public, cases[i].is_public);
        }
        buf_finish(&url);
    }
}

static void full_core_is_waited_for(void **state)
{
    world_up();
    world.full = true;
    world_in(SAID("1", "one"));
    world_in(SAID("2", "two"));
    world_run(1000);
    assert_int_equal(world.heard_count, 0);
    world.full = false;
    world_run(1000);
    assert_int_equal(world.heard_count, 2);
    assert_string_equal(world.heard[1].text, "two");
    world.full = true;
    for (int i = 0; i <= ONEBOT_LINES_MAX; i++)
        world_in(SAID("3", "flood"));
    assert_int_equal(newest()->close_code, 1001);
}

static void base64_is_right(void **state)
{
    struct buf out;
    buf_init(&out, 100);
    assert_int_equal(onebot_pictures_base64(NULL, "media:x", &out), 0);
    assert_string_equal(buf_text(&out), "iVBORw0KGgo=");
    buf_finish(&out);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(answers_find_their_sends),
        T(failures_are_told_by_kind),
        T(down_account_takes_no_send),
        T(cut_send_that_arrived_is_no_repeat),
        T(cut_send_that_did_not_arrive_is_retried),
        T(without_history_the_doubt_remains),
        T(link_that_stays_away_ends_the_doubt),
        T(swallowed_answer_is_looked_for),
        T(reaction_in_doubt_is_unknown),
        T(strangers_are_reached_through_their_group),
        T(mutes_are_respected),
        T(removed_bot_is_silent),
        T(history_is_paged_and_put_in_order),
        T(history_with_ids_twice_is_whole),
        T(missing_history_holds_nobody_up),
        T(pictures_are_fetched_in_their_place),
        T(lost_picture_loses_no_message),
        T(only_named_hosts_are_asked),
        T(full_core_is_waited_for),
        T(base64_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
