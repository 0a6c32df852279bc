/* onebot_failure.c: failures by kind. The protocol has one code for everything that went wrong
 * while sending; only the implementation's words tell a muted bot from a busy server, so they
 * are looked at. What is not recognised is taken as temporary: the core gives up by itself.
 *
 * When you meet a new wording, add it to `words`, and a line to
 * tests/unit/onebot_failure_test.c.
 */
#include "adapters/onebot/onebot_failure.h"

#include <string.h>

#define HOLD_BACK_MS 60000 /* after the platform's risk control has struck */

static const struct {
    const char *words;
    enum sent kind;
    int64_t retry_ms;
} words[] = {
    {"禁言", SENT_NEVER, 0},
    {"muted", SENT_NEVER, 0},
    {"不在群", SENT_NEVER, 0},
    {"not in group", SENT_NEVER, 0},
    {"移出", SENT_NEVER, 0},
    {"群不存在", SENT_NEVER, 0},
    {"不是好友", SENT_NEVER, 0},
    {"非好友", SENT_NEVER, 0},
    {"not friend", SENT_NEVER, 0},
    {"msg not found", SENT_NEVER, 0},
    {"消息不存在", SENT_NEVER, 0},
    {"超时", SENT_UNKNOWN, 0},
    {"imeout", SENT_UNKNOWN, 0},
    {"风控", SENT_RETRY, HOLD_BACK_MS},
    {"频繁", SENT_RETRY, HOLD_BACK_MS},
    {"too fast", SENT_RETRY, HOLD_BACK_MS},
};

bool onebot_failure_is_auth(const struct onebot_reply *reply)
{
    int code = reply->retcode;
    return code == 1401 || code == 1403 || code == 401 || code == 403;
}

/* Bad parameters, an action that is not there: the same call will fail again. */
static bool is_our_fault(int code)
{
    return code == 1400 || code == 1404 || code == 400 || code == 404 || code == 100;
}

enum sent onebot_failure(const struct onebot_reply *reply, int64_t *ret_retry_ms)
{
    *ret_retry_ms = 0;
    if (reply->ok || reply->unknowable)
        return SENT_OK;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strstr(reply->text, words[i].words))
            continue;
        *ret_retry_ms = words[i].retry_ms;
        return words[i].kind;
    }
    return is_our_fault(reply->retcode) ? SENT_NEVER : SENT_RETRY;
}
