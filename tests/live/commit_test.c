/* commit.lua by itself: all or nothing, every check before the first write, every key in the
 * community's slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/loop.h"
#include "host/mem.h"
#include "store/redis.h"
#include "store/script.h"
#include "tests/live/support.h"
#include "turn/args.h"

static struct support *stage;
static struct redis_script commit;

static int set_up(void **state)
{
    stage = support_start();
    script_init(&commit, "bot/turn/commit.lua");
    return stage ? 0 : -1;
}

static int tear_down(void **state)
{
    script_finish(&commit);
    support_stop(&stage);
    return 0;
}

static char answer[1000];
static bool done;

static void add_reply(const struct redis_reply *reply)
{
    size_t used = strlen(answer);
    if (reply->type == REDIS_INT)
        snprintf(answer + used, sizeof answer - used, "%lld ", (long long)reply->integer);
    else if (reply->type == REDIS_LIST)
        for (size_t i = 0; i < reply->len; i++)
            add_reply(reply->items[i]);
    else
        snprintf(answer + used, sizeof answer - used, "%s ", reply->text ? reply->text : "nil");
}

static void reply_cb(void *arg, int error, const struct redis_reply *reply)
{
    done = true;
    answer[0] = '\0';
    if (error)
        snprintf(answer, sizeof answer, "error %d ", error);
    else
        add_reply(reply);
    if (answer[0])
        answer[strlen(answer) - 1] = '\0';
}

static bool is_done(void *arg)
{
    return done;
}

/* Runs the script with "1000 30" and turns, separated by " / ", each the words of its
 * operations, separated by spaces ("''" is an empty one). */
static const char *run(const char *operations)
{
    char *copy = strdup(operations), *save = NULL;
    struct arena *arena = arena_create(1u << 20);
    struct args args, turn;
    args_init(&args);
    args_init(&turn);
    args_add(&args, "1000");
    args_add(&args, "30");
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (strcmp(word, "/") == 0)
            args_add_turn(&args, arena, &turn);
        else
            args_add(&turn, strcmp(word, "''") == 0 ? "" : word);
    }
    args_add_turn(&args, arena, &turn);
    done = false;
    redis_eval(support_redis(stage), 0, &commit, 1, (const char *const[]){"{c}"}, args.count,
               args.values, NULL, reply_cb, NULL);
    assert_true(support_until(stage, is_done, NULL, 5000));
    args_finish(&args);
    arena_destroy(&arena);
    free(copy);
    return answer;
}

static const char *look(const char *words)
{
    char *copy = strdup(words), *save = NULL;
    const char *argv[20];
    int argc = 0;
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    done = false;
    redis_command(support_redis(stage), 0, argc, argv, NULL, reply_cb, NULL);
    assert_true(support_until(stage, is_done, NULL, 5000));
    free(copy);
    return answer;
}

static void events_get_numbers_and_references(void **state)
{
    assert_string_equal(run("seen b4 1 in1 0 make {} text '' step #1 1 s1 open #1 5 "
                            "at #1 4 lighting '' mine #1 1 m-1 make {} other '' step #2 1 s2 "
                            "out web:a o1 #1,#2 1 {} msg b4 p1 #1,#2 "
                            "timer #2 accept 99 {\"n\":\"accept\"}"),
                        "ok 1 2");
    assert_string_equal(look("HGET {c}:e:2 x"), "other");
    assert_string_equal(look("LRANGE {c}:t:1 0 -1"), "s1");
    assert_string_equal(look("HGET {c}:out:web:a o1"), "1,2|1|{}");
    assert_string_equal(look("GET {c}:msg:b4:p1"), "1,2|");
    assert_string_equal(look("ZRANGE {c}:timers 0 -1 WITHSCORES"), "e2:accept 99");
    assert_string_equal(look("HGET {c}:timer e2:accept"), "2|{\"n\":\"accept\"}");
    assert_string_equal(look("HGET {c}:seen:b4:1 in1"), "1,2");
}

/* Where the daemon does not know that the group's bucket is there, its first input gives it an
 * end. */
static void a_bucket_of_seen_inputs_ends(void **state)
{
    run("seen b4 1 in1 1");
    assert_string_equal(look("TTL {c}:seen:b4:1"), "-1");
    run("seen b5 1 in1 0 / seen b5 1 in2 1");
    assert_string_equal(look("TTL {c}:seen:b5:1"), "518400");
    assert_string_equal(look("HLEN {c}:seen:b5:1"), "2");
}

/* Who has a session stands in the group's list, through all ways that it begins and ends. */
static void sessions_stand_in_their_list(void **state)
{
    run("session b4 m-1 0 |{} 1 add b4 m-2 a:ping |{} / session b4 m-3 0 |{} 1 / "
        "session b4 m-3 1 |{} 0");
    assert_string_equal(look("SORT {c}:live:b4 ALPHA"), "m-1 m-2");
    run("session b4 m-2 0 |{} 1 drop b4 m-2 a:ping / session b4 m-1 1 |{} 1");
    assert_string_equal(look("SORT {c}:live:b4 ALPHA"), "m-1 m-2");
    assert_string_equal(look("HGET {c}:s:b4:m-1 v"), "2");
    run("session b4 m-1 2 |{} 0 / session b4 m-2 1 |{} 0 add b4 m-2 a:ping |{}");
    assert_string_equal(look("SORT {c}:live:b4 ALPHA"), "m-2");
}

static void seen_gives_the_first_outcome(void **state)
{
    assert_string_equal(run("seen b4 1 in1 0 make {} text ''"), "ok 1");
    assert_string_equal(run("seen b4 1 in1 0 make {} text ''"), "seen 1");
    assert_string_equal(look("HGET {c}:n event"), "1");
    /* known for 72 hours at least, whatever hour of its bucket it came in */
    assert_true(strtoll(look("PTTL {c}:seen:b4:1"), NULL, 10) > (72 + 8) * 3600000LL);
}

/* Each refused script leaves Redis as it was: not even a number is used up. */
static void nothing_is_written_when_a_check_fails(void **state)
{
    static const char *const scripts[][2] = {
        {"stale event 7", "seen b4 1 x 0 version 7 3 make {} t ''"},
        {"stale place 4 lighting", "seen b4 1 x 0 top 4 lighting 9 make {} t ''"},
        {"stale session", "seen b4 1 x 0 session b4 m-1 4 |{} 1 make {} t ''"},
        {"gone", "due e1:accept 5 seen b4 1 x 0 make {} t ''"},
        {"bad step names no event", "seen b4 1 x 0 make {} t '' step #2 1 s"},
        {"bad out names no event", "seen b4 1 x 0 make {} t '' out web:a o #1,x 0 {}"},
        {"bad operation nonsense", "make {} t '' nonsense a"},
        {"bad operation step", "make {} t '' step #1"},
        {"bad step names no event", "make {} t '' step 1,#2 1 s"},
        {"bad operation step", "make {} t '' step #1 2 s"},
        {"bad operation mine", "make {} t '' mine #1 three m-1"},
        {"bad timer wants a number", "make {} t '' timer #1 accept soon {}"},
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        assert_string_equal(run(scripts[i][1]), scripts[i][0]);
        assert_string_equal(look("DBSIZE"), "0");
    }
}

static void fence_and_roster_are_compared(void **state)
{
    look("SET {c}:fence:web:a 5");
    look("SET {c}:roster r1");
    assert_string_equal(run("fence web:a 4 make {} t ''"), "fence");
    assert_string_equal(run("roster r0 make {} t ''"), "roster");
    assert_string_equal(run("fence web:a 5 roster r1 make {} t ''"), "ok 1");
}

static void too_large_a_value_is_refused(void **state)
{
    char large[20000] = "make {} ";
    memset(large + 8, 'x', 17000);
    strcpy(large + 17008, " ''");
    assert_string_equal(run(large), "bad too large");
}

static void a_timer_goes_with_its_turn(void **state)
{
    run("make {} t '' timer #1 accept 50 {}");
    assert_string_equal(run("due e1:accept 49 seen b4 1 x 0"), "gone");
    assert_string_equal(run("due e1:accept 50 seen b4 1 x 0 timer 1 accept 90 {}"), "ok");
    assert_string_equal(look("ZSCORE {c}:timers e1:accept"), "90");
    assert_string_equal(run("due e1:accept 90 seen b4 1 y 0"), "ok");
    assert_string_equal(run("due e1:accept 90 seen b4 1 z 0"), "gone");
    assert_string_equal(look("HLEN {c}:timer"), "0");
}

static void versions_guard_events_and_places(void **state)
{
    run("make {} t '' at #1 4 lighting ''");
    assert_string_equal(run("version 1 1 put 1 2 {new} '' ''"), "ok");
    assert_string_equal(run("version 1 1 put 1 2 {late} '' ''"), "stale event 1");
    assert_string_equal(look("HGET {c}:e:1 b"), "{new}");
    assert_string_equal(look("HGET {c}:e:1 x"), "t");
    assert_string_equal(run("top 4 lighting 0 make {} t ''"), "stale place 4 lighting");
    assert_string_equal(run("top 4 lighting 1 make {} t '' at #1 4 lighting ''"), "ok 2");
}

/* A turn that was decided without a look is taken only where there was nothing to see. */
static void fresh_is_checked(void **state)
{
    run("make {} t '' at #1 4 lighting 1:4 mine #1 1 m-1");
    look("ZADD {c}:was:5:lighting 9 9:1:1");
    look("HSET {c}:s:b4:m-4 a:ping |{}");
    static const char *const turns[][2] = {
        {"stale place 4 lighting", "fresh b4 m-2 4 4 lighting 1 4 make {} t ''"},
        {"stale place 4 lighting", "fresh b4 m-2 8 4 road '' '' 4 lighting '' 4 make {} t ''"},
        {"stale place 5 lighting", "fresh b4 m-2 4 5 lighting 1 '' make {} t ''"},
        {"stale member m-1", "fresh b4 m-1 4 4 lighting 2 4 make {} t ''"},
        {"stale member m-4", "fresh b4 m-4 0 make {} t ''"},
        {"bad operation fresh", "fresh b4 m-2 4 4 lighting 2"},
        {"ok 2", "fresh b4 m-2 8 4 lighting 2 4 5 lighting 2 1 make {} t ''"},
        {"ok 3 stale member m-5", "make {} t '' mine #1 1 m-5 / fresh b4 m-5 0 make {} t ''"},
    };
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        assert_string_equal(run(turns[i][1]), turns[i][0]);
}

static void numbers_are_filled_into_sessions(void **state)
{
    assert_string_equal(run("make {} t '' session b4 m-1 0 \"#1\"|{\"e\":\"#1\"} 1 "
                            "add work m-2 a:q:w.k.#1 \"#1\"|{\"e\":\"#1\"}"),
                        "ok 1");
    assert_string_equal(look("HGET {c}:s:b4:m-1 s"), "1|{\"e\":1}");
    assert_string_equal(look("HGET {c}:s:work:m-2 a:q:w.k.1"), "1|{\"e\":1}");
    assert_string_equal(look("SMEMBERS {c}:live:work"), "m-2");
    run("session b4 m-1 1 |{} 0");
    assert_string_equal(look("EXISTS {c}:live:b4"), "0");
}

/* Who never answers cannot make his session grow without end. */
static void additions_to_a_session_are_capped(void **state)
{
    char operations[64];
    for (int i = 1; i <= 60; i++) {
        snprintf(operations, sizeof operations, "add work m-2 a:q:w.k.%d %d|{}", i, i);
        assert_string_equal(run(operations), "ok");
    }
    assert_in_range(atoi(look("HLEN {c}:s:work:m-2")), 30, 33);
}

/* Turns of one call: each sees what those before it wrote, and is refused or taken by itself.
 */
static void turns_of_one_call_are_apart(void **state)
{
    assert_string_equal(
        run("seen b4 1 a 0 make {} t '' open #1 5 at #1 4 lighting 1:4 timer #1 accept 50 {} / "
            "seen b5 1 b 0 top 4 lighting 0 make {} t '' / "
            "seen b6 1 c 0 top 4 lighting 1 make {} t '' out web:a o1 #1 1 {} / "
            "seen b7 1 d 0 step #1 1 s / seen b4 1 a 0 make {} t '' / due e1:accept 50 seen b4 "
            "1 "
            "f 0"),
        "ok 1 stale place 4 lighting ok 2 bad step names no event seen 1 ok");
    assert_string_equal(look("HMGET {c}:n event out"), "2 1");
    assert_string_equal(look("ZRANGE {c}:open 0 -1"), "1");
    assert_string_equal(look("HGET {c}:out:web:a o1"), "2|1|{}");
    assert_string_equal(look("ZCARD {c}:timers"), "0");
    assert_string_equal(look("HLEN {c}:timer"), "0");
    assert_string_equal(
        run("version 1 1 put 1 2 {} '' '' shut 1 / version 1 2 put 1 3 {} '' '' "
            "open 1 9 / version 1 2 put 1 3 {} '' '' / make {} t ''"),
        "ok ok stale event 1 ok 3");
    assert_string_equal(look("ZRANGE {c}:open 0 -1 WITHSCORES"), "1 9");
}

/* A turn whose write Redis refuses keeps the others from nothing. */
static void a_failing_turn_fails_by_itself(void **state)
{
    look("SET {c}:t:1 text");
    assert_string_equal(run("make {} t '' step #1 1 s / seen b4 1 b 0 make {} t '' timer #1 "
                            "accept 50 {} out web:a o1 #1 1 {}"),
                        "failed WRONGTYPE Operation against a key holding the wrong kind of "
                        "value ok 2");
    assert_string_equal(look("ZRANGE {c}:timers 0 -1"), "e2:accept");
    assert_string_equal(look("ZRANGE {c}:outq:web:a 0 -1"), "o1");
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(events_get_numbers_and_references),     LIVE(seen_gives_the_first_outcome),
        LIVE(nothing_is_written_when_a_check_fails), LIVE(fence_and_roster_are_compared),
        LIVE(too_large_a_value_is_refused),          LIVE(a_timer_goes_with_its_turn),
        LIVE(versions_guard_events_and_places),      LIVE(numbers_are_filled_into_sessions),
        LIVE(additions_to_a_session_are_capped),     LIVE(turns_of_one_call_are_apart),
        LIVE(a_failing_turn_fails_by_itself),        LIVE(a_bucket_of_seen_inputs_ends),
        LIVE(sessions_stand_in_their_list),          LIVE(fresh_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
