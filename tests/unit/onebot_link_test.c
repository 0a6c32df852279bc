/* onebot_link_test.c: an account's connections: in both directions, refused, cut, silent. */
#include "tests/unit/onebot_world.h"

static void forward_comes_up(void **state)
{
    world_up();
    assert_string_equal(newest()->url, "ws://h:1/");
    assert_string_equal(newest()->headers, "authorization: Bearer tk\n");
    world_in(SAID("1", "灯坏了"));
    assert_int_equal(world.heard_count, 1);
    assert_string_equal(world.heard[0].text, "灯坏了");
}

static void token_goes_into_the_query(void **state)
{
    world_start("{url: 'ws://h:1/x?a=b', token: 't k&', token_in: query}");
    assert_string_equal(newest()->url, "ws://h:1/x?a=b&access_token=t%20k%26");
    assert_string_equal(newest()->headers, "");
}

static void split_roles_need_both(void **state)
{
    world_start("{url: 'ws://h:1/x/', mode: split}");
    assert_int_equal(world.connection_count, 2);
    assert_string_equal(world.connections[0].url, "ws://h:1/x/api");
    assert_string_equal(world.connections[1].url, "ws://h:1/x/event");
    world_open();
    world_in(LIFECYCLE);
    assert_int_equal(world.ups, 0);
    world.connections[0].open = true;
    world.connections[0].ops.on_open(world.connections[0].arg, 1);
    world_run(1);
    const char *hello = world_out();
    assert_non_null(strstr(hello, "get_login_info"));
    char answer[256];
    snprintf(answer, sizeof answer, "{" OK_ANSWER "{\"user_id\":10001},%s",
             strstr(hello, "\"echo\""));
    world.connections[0].ops.on_text(world.connections[0].arg, 1, answer, strlen(answer));
    assert_int_equal(world.ups, 1);
    world_cut(0);
    assert_int_equal(world.downs, 1);
}

/* The n-th attempt to connect comes within these times after the cut. */
static void expect_retry(size_t attempt, int64_t not_before, int64_t at_latest)
{
    world_run(not_before - 1);
    assert_int_equal(world.connection_count, attempt - 1);
    world_run(at_latest - not_before + 2);
    assert_int_equal(world.connection_count, attempt);
}

static void delay_grows_and_starts_over(void **state)
{
    world_start("{url: 'ws://h:1/'}");
    world_cut(0);
    expect_retry(2, 1500, 2500);
    world_cut(0);
    expect_retry(3, 3000, 5000);
    for (int i = 0; i < 8; i++) {
        world_cut(0);
        world_run(75001);
    }
    size_t count = world.connection_count;
    world_cut(0);
    expect_retry(count + 1, 45000, 75000);
    world_open();
    world_in(LIFECYCLE);
    world_cut(0);
    expect_retry(count + 2, 750, 1250);
}

static void refused_by_status(void **state)
{
    world_start("{url: 'ws://h:1/', token: x}");
    world_cut(403);
    expect_retry(2, 225000, 375000);
}

static void refused_by_frame(void **state)
{
    world_start("{url: 'ws://h:1/', token: x}");
    world_open();
    world_in("{\"status\":\"failed\",\"retcode\":1403,\"data\":null,"
             "\"message\":\"token验证失败\",\"echo\":null}");
    assert_int_equal(newest()->close_code, 1000);
    assert_int_equal(world.ups, 0);
    world_cut(0);
    expect_retry(2, 225000, 375000);
}

static void refused_without_a_word(void **state)
{
    world_start("{url: 'ws://h:1/', token: x}");
    int64_t begin = clock_now_ms(world.clock);
    for (size_t i = 2; i <= 8; i++) {
        world_open();
        world_cut(0);
        while (world.connection_count < i)
            world_run(100);
    }
    assert_true(clock_now_ms(world.clock) - begin > 100000);
}

static void silent_peer_is_given_up(void **state)
{
    world_up();
    world_in(HEARTBEAT("true"));
    world_run(74000);
    assert_int_equal(newest()->close_code, 0);
    world_in(SAID("1", "hi")); /* any frame is a sign of life */
    world_run(74000);
    assert_int_equal(newest()->close_code, 0);
    world_run(2000);
    assert_int_equal(newest()->close_code, 1001);
}

static void logged_out_account_is_down(void **state)
{
    world_up();
    world_in(HEARTBEAT("false"));
    assert_int_equal(world.downs, 1);
    assert_int_equal(world_send(1, "88001", "x"), ERR_AWAY);
    world_in(HEARTBEAT("true"));
    assert_int_equal(world.ups, 2);
    world_in("{\"time\":1,\"self_id\":10001,\"post_type\":\"notice\",\"notice_type\":"
             "\"bot_offline\",\"user_id\":10001,\"message\":\"登录失效\"}");
    assert_int_equal(world.downs, 2);
}

static void strange_frames_are_survived(void **state)
{
    static const char *const strange[] = {
        "{bad",
        "[]",
        "{\"post_type\":\"new\"}",
        "{\"status\":\"ok\",\"retcode\":0,\"data\":null,\"echo\":\"lb-999\"}",
        "{\"status\":\"ok\",\"retcode\":0,\"data\":null,\"echo\":{\"n\":1}}",
        "{\"time\":1,\"self_id\":777,\"post_type\":\"message\",\"message_type\":\"group\","
        "\"group_id\":1,\"user_id\":2,\"message_id\":3,\"message\":\"for another\"}",
        "{\"time\":1,\"self_id\":10001,\"post_type\":\"message\",\"message_type\":\"group\","
        "\"group_id\":1,\"user_id\":10001,\"message_id\":3,\"message\":\"our own\"}",
    };
    world_up();
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        world_in(strange[i]);
    assert_int_equal(world.heard_count, 0);
    assert_int_equal(world.downs, 0);
    assert_int_equal(newest()->close_code, 0);
}

static int handshake(const char *path, const char *const *headers, void **tag)
{
    const struct ws_request request = {.method = "GET", .path = path, .lws = (void *)headers};
    return server_ops.on_handshake(server_arg, &request, tag);
}

#define H(...) ((const char *const[]){__VA_ARGS__, NULL})

static void reverse_checks_who_comes(void **state)
{
    void *tag = NULL;
    world_start("{listen: {path: /ob}, token: tk, self_id: '10001'}");
    assert_int_equal(handshake("/other", H("authorization", "Bearer tk"), &tag), 404);
    assert_int_equal(handshake("/ob", H("authorization", "Bearer"), &tag), 401);
    assert_int_equal(handshake("/ob", H("authorization", "Bearer tkk"), &tag), 403);
    assert_int_equal(handshake("/ob", H("authorization", "Bearer t"), &tag), 403);
    assert_int_equal(
        handshake("/ob", H("authorization", "Bearer tk", "x-self-id", "666"), &tag), 403);
    assert_int_equal(handshake("/ob/", H("?access_token", "tk"), &tag), 0);
    assert_int_equal(handshake("/ob", H("authorization", "Token tk"), &tag), 0);
    assert_non_null(tag);
}

static void reverse_comes_up_and_the_newest_wins(void **state)
{
    void *tag = NULL;
    world_start("{listen: {}}");
    assert_int_equal(handshake("/onebot/v11/ws", H("x-client-role", "Universal"), &tag), 0);
    world.connection_count = 2;
    world.connections[0].open = world.connections[1].open = true;
    server_ops.on_open(server_arg, 1, tag);
    server_ops.on_text(server_arg, 1, tag, LIFECYCLE, strlen(LIFECYCLE));
    assert_int_equal(world.ups, 1);
    server_ops.on_open(server_arg, 2, tag);
    assert_int_equal(world.connections[0].close_code, 1008);
    assert_int_equal(world.downs, 1);
    server_ops.on_close(server_arg, 1, tag);
    server_ops.on_text(server_arg, 2, tag, LIFECYCLE, strlen(LIFECYCLE));
    assert_int_equal(world.ups, 2);
    assert_int_equal(world.downs, 1);
}

static void calls_go_over_http(void **state)
{
    world_start("{url: 'ws://h:1/event', http_api: 'http://h:2/', token: tk}");
    world_open();
    world_in(LIFECYCLE);
    assert_int_equal(world.ups, 0);
    world_run(1);
    assert_string_equal(world.requests[0].url, "http://h:2/get_login_info");
    assert_non_null(strstr(world.requests[0].headers, "authorization: Bearer tk\n"));
    world_http(0, 0, 403, "{\"message\":\"token verify failed!\"}");
    assert_int_equal(world.ups, 0);
    world_run(300001);
    world_http(1, 0, 200, "{\"status\":\"ok\",\"retcode\":0,\"data\":{\"user_id\":10001}}");
    assert_int_equal(world.ups, 1);
    assert_int_equal(world_send(7, "88001", "hi"), 0);
    assert_string_equal(world.requests[2].url, "http://h:2/send_group_msg");
    world_http(2, 0, 200, "{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":-9}}");
    assert_int_equal(world.outcomes[0].result, SENT_OK);
    assert_string_equal(world.outcomes[0].message, "-9");
    assert_int_equal(world_send(8, "88001", "hi"), 0);
    world_http(3, ERR_AWAY, 0, "");
    assert_int_equal(world.outcomes[1].result, SENT_RETRY);
    assert_int_equal(world_send(9, "88001", "hi"), 0); /* stopped while in flight */
}

static void configuration_faults_are_told(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{url: 'http://h/'}",
        "{url: 'ws://h/', listen: {}}",
        "{url: 'ws://h/', mode: spilt}",
        "{url: 'ws://h/', tokn: x}",
        "{listen: {address: 0.0.0.0}}",
        "{url: 'ws://h/', http_api: 'ws://h/'}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t before = faults_count(world.faults);
        assert_int_equal(world_start(bad[i]), ERR_INVALID);
        assert_true(faults_count(world.faults) > before);
        conf_destroy(&world.conf);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(forward_comes_up),           T(token_goes_into_the_query),
        T(split_roles_need_both),      T(delay_grows_and_starts_over),
        T(refused_by_status),          T(refused_by_frame),
        T(refused_without_a_word),     T(silent_peer_is_given_up),
        T(logged_out_account_is_down), T(strange_frames_are_survived),
        T(reverse_checks_who_comes),   T(reverse_comes_up_and_the_newest_wins),
        T(calls_go_over_http),         T(configuration_faults_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
