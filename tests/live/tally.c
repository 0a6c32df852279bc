#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/live/tally.h"

#include <stdio.h>

#include "host/err.h"

static void count_error(struct tally *tally, int error)
{
    switch (error) {
    case ERR_AWAY:
        tally->away++;
        break;
    case ERR_TIMEOUT:
        tally->timeout++;
        break;
    case ERR_FULL:
        tally->full++;
        break;
    case ERR_CLOSED:
        tally->closed++;
        break;
    default:
        fail_msg("error %d", error);
    }
}

void tally_on_reply(void *arg, int error, const struct redis_reply *reply)
{
    struct tally *tally = arg;
    assert_false(tally->in_call);
    tally->calls++;
    assert_int_equal(error == 0, reply != NULL);
    if (error) {
        count_error(tally, error);
        return;
    }
    tally->ok++;
    if (tally->destroy)
        redis_destroy(tally->destroy);
    if (reply->type == REDIS_ERROR)
        tally->errors++;
    if (reply->type == REDIS_INT) {
        tally->out_of_order |= reply->integer <= tally->last;
        tally->last = reply->integer;
    }
    if (reply->text)
        snprintf(tally->text, sizeof tally->text, "%s", reply->text);
}

bool tally_is_complete(void *arg)
{
    const struct tally *tally = arg;
    return tally->calls >= tally->want;
}

void tally_command(struct redis *redis, uint32_t lane, struct tally *tally, const char *a,
                   const char *b, const char *c)
{
    const char *words[] = {a, b, c};
    tally->in_call = true;
    tally->want++;
    redis_command(redis, lane, c ? 3 : b ? 2 : 1, words, NULL, tally_on_reply, tally);
    tally->in_call = false;
}

void tally_eval(struct redis *redis, uint32_t lane, struct tally *tally,
                struct redis_script *script, const char *key, const char *arg)
{
    tally->in_call = true;
    tally->want++;
    redis_eval(redis, lane, script, 1, &key, 1, &arg, NULL, tally_on_reply, tally);
    tally->in_call = false;
}
