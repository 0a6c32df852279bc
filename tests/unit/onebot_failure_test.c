/* onebot_failure_test.c: failures of sends by kind, in the words of implementations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/onebot/onebot_failure.h"

static const struct {
    const char *frame;
    enum sent kind;
    bool auth, holds_back;
} cases[] = {
    {"{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":1}}", SENT_OK},
    {"{\"status\":\"async\",\"retcode\":1,\"data\":null}", SENT_OK},
    {"{\"status\":\"failed\",\"retcode\":1200,\"message\":\"发送失败: 被禁言\"}", SENT_NEVER},
    {"{\"status\":\"failed\",\"retcode\":1200,\"message\":\"\",\"wording\":\"机器人不在群内\"}",
     SENT_NEVER},
    {"{\"status\":\"failed\",\"retcode\":1200,\"message\":\"Timeout: NTEvent "
     "sendMsg\"}",
     SENT_UNKNOWN},
    {"{\"status\":\"failed\",\"retcode\":1200,\"message\":\"发送失败\"}", SENT_RETRY},
    {"{\"status\":\"failed\",\"retcode\":200,\"message\":\"账号被风控\"}", SENT_RETRY, false,
     true},
    {"{\"status\":\"failed\",\"retcode\":1404,\"message\":\"不支持的Api x\"}", SENT_NEVER},
    {"{\"status\":\"failed\",\"retcode\":1400,\"message\":\"Schema compilation error\"}",
     SENT_NEVER},
    {"{\"status\":\"failed\",\"retcode\":1403,\"message\":\"token验证失败\",\"echo\":null}",
     SENT_RETRY, true},
    {"{\"retcode\":0}", SENT_RETRY},
    {"{\"status\":\"ok\",\"retcode\":200}", SENT_RETRY},
};

static void failures_are_told_apart(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_create(ONEBOT_ARENA_MAX);
        struct onebot_frame frame;
        int64_t retry_ms;
        onebot_in(cases[i].frame, strlen(cases[i].frame), NULL, arena, &frame);
        assert_int_equal(frame.kind, ONEBOT_REPLY);
        assert_int_equal(onebot_failure(&frame.reply, &retry_ms), cases[i].kind);
        assert_int_equal(onebot_failure_is_auth(&frame.reply), cases[i].auth);
        assert_int_equal(retry_ms > 0, cases[i].holds_back);
        arena_destroy(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(failures_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
