/* A person is forgotten: in Redis, in the archive, in the append-only file; and everything is
 * exported, wherever it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event/archive.h"
#include "host/buf.h"
#include "tests/live/core_stage.h"
#include "turn/export.h"
#include "turn/forget.h"

#define HER "r-0123456789ab"
#define OTHER "r-ba9876543210"
#define DAY ((int64_t)24 * 3600 * 1000)
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void lay(int id, const char *reporter, bool archived)
{
    char key[40], trail[40], body[400], text[80], number[16], step[200];
    snprintf(key, sizeof key, "{nanfeng}:e:%d", id);
    snprintf(trail, sizeof trail, "{nanfeng}:t:%d", id);
    snprintf(number, sizeof number, "%d", id);
    snprintf(text, sizeof text, "秘密%d说的话", id);
    snprintf(body, sizeof body,
             "{\"state\":\"%s\",\"group\":\"b4\",\"building\":\"4\",\"category\":\"lighting\","
             "\"reporter\":\"%s\",\"opened_ms\":%lld}",
             archived ? "archived" : "handling", reporter, (long long)clock_now_ms(s.clock));
    snprintf(step, sizeof step,
             "{\"at\":1772413200000,\"who\":\"%s\",\"to\":\"reported\",\"what\":\"moved\","
             "\"note\":\"秘密备注\"}",
             reporter);
    (void)LOOK("HSET", key, "v", "3", "b", body, "x", text, "p", "[\"media:" SHA ".jpg\"]");
    (void)LOOK("RPUSH", trail, step);
    if (archived)
        (void)LOOK("ZADD", "{nanfeng}:old", "1772413200000", number);
    (void)LOOK("HSET", "{nanfeng}:n", "event", number);
}

static char picture[200];

static int set_up(void **state)
{
    char folder[100], command[400];
    int error = stage_set_up(state);
    if (error != 0 || !settle())
        return -1;
    lay(1, HER, true);
    lay(2, OTHER, true);
    clock_set_ms(s.clock, clock_now_ms(s.clock) + 91 * DAY);
    core_run_due(s.core);
    if (!settle())
        return -1;
    lay(3, HER, false);
    lay(4, OTHER, false);
    (void)LOOK("HSET", "{nanfeng}:people", HER,
               "{\"name\":\"孙大姐\",\"adapter\":\"play\",\"account\":\"t\",\"user\":\"u1\"}",
               OTHER,
               "{\"name\":\"小刘\",\"adapter\":\"play\",\"account\":\"t\",\"user\":\"u2\"}");
    (void)LOOK("HSET", "{nanfeng}:s:b4:" HER, "v", "1", "s", "|{\"half\":\"秘密的半句\"}");
    (void)LOOK("SADD", "{nanfeng}:live:b4", HER);
    (void)LOOK("HSET", "{nanfeng}:rows", "1",
               "{\"id\":\"" HER "\",\"name\":\"孙大姐\",\"role\":\"resident\","
               "\"area\":\"flat:4-2-401\",\"by\":\"" HER "\",\"at\":1}",
               "2",
               "{\"id\":\"" OTHER "\",\"name\":\"小刘\",\"role\":\"resident\","
               "\"area\":\"flat:4-2-402\",\"by\":\"" HER "\",\"at\":2}");
    (void)LOOK("HSET", "{nanfeng}:n", "row", "2");
    (void)LOOK("HSET", "{nanfeng}:inputs", "i1", "{\"user\":\"u1\",\"text\":\"秘密\"}", "i2",
               "{\"user\":\"u2\",\"text\":\"x\"}");
    (void)LOOK("HSET", "{nanfeng}:parked:play:t", "o1", "never|3|1|{\"qm\":\"" HER "\"}", "o2",
               "never|4|0|{}");
    snprintf(folder, sizeof folder, "%s/media", s.dir);
    snprintf(picture, sizeof picture, "%s/%s.jpg", folder, SHA);
    snprintf(command, sizeof command, "mkdir -p %s/media && touch %s", s.dir, picture);
    return system(command);
}

static struct forget_report report;
static bool done;
static char why[300];

static void on_forgotten(void *arg, const struct forget_report *r, const char *reason)
{
    done = true;
    report = *r;
    snprintf(why, sizeof why, "%s", reason ? reason : "");
}

static void forget(bool really)
{
    static const char *const accounts[] = {"play:t"};
    struct forget_request request = {.redis = s.look,
                                     .community = s.community,
                                     .data_dir = s.dir,
                                     .member = HER,
                                     .accounts = accounts,
                                     .account_count = 1,
                                     .now_ms = clock_now_ms(s.clock),
                                     .really = really};
    done = false;
    forget_start(&request, on_forgotten, NULL);
    for (int i = 0; i < 500 && !done; i++)
        loop_poll(s.loop, 10);
    assert_true(done);
}

/* Does the word stand in a file of that folder? */
static bool stands_in(const char *folder, const char *word)
{
    char command[200];
    snprintf(command, sizeof command, "grep -rqs '%s' %s/%s", word, s.dir, folder);
    return system(command) == 0;
}

static void counting_changes_nothing(void **state)
{
    forget(false);
    assert_string_equal(why, "");
    assert_int_equal(report.events, 1);
    assert_int_equal(report.archived, 1);
    assert_int_equal(report.pictures, 2);
    assert_int_equal(report.notes, 2);
    assert_int_equal(report.conversations, 1);
    assert_int_equal(report.put_aside, 2);
    assert_int_equal(report.rows, 1);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:rows"), "2");
    assert_true(report.record);
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:3", "x"), "秘密3说的话");
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:s:b4:" HER), "1");
    assert_true(stands_in("archive", "秘密1说的话"));
    assert_int_equal(access(picture, F_OK), 0);
}

static void nothing_of_her_words_is_left(void **state)
{
    forget(true);
    assert_string_equal(why, "");
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:3", "x"), "");
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:3", "p"), "");
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:3", "v"), "4");
    assert_null(strstr(LOOK("LINDEX", "{nanfeng}:t:3", "0"), "备注"));
    assert_non_null(strstr(LOOK("LINDEX", "{nanfeng}:t:3", "0"), HER));
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:people", HER), "0");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:rows", "1"), "0");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:rows", "2"), "1");
    assert_non_null(strstr(LOOK("GET", "{nanfeng}:roster"), " 3")); /* commits notice */
    assert_string_equal(LOOK("EXISTS", "{nanfeng}:s:b4:" HER), "0");
    assert_string_equal(LOOK("SCARD", "{nanfeng}:live:b4"), "0");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:inputs", "i1"), "0");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:parked:play:t", "o1"), "0");
    assert_int_not_equal(access(picture, F_OK), 0);
    /* other people's words stay */
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:4", "x"), "秘密4说的话");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:inputs", "i2"), "1");
    assert_string_equal(LOOK("HEXISTS", "{nanfeng}:parked:play:t", "o2"), "1");
    assert_true(stands_in("archive", "秘密2说的话"));
    assert_false(stands_in("archive", "秘密1说的话"));
    for (int i = 0; i < 500 && stands_in("appendonlydir", "秘密3说的话"); i++)
        loop_poll(s.loop, 10);
    assert_false(stands_in("appendonlydir", "秘密3说的话"));
    assert_false(stands_in("appendonlydir", "秘密1说的话"));
    assert_false(stands_in("appendonlydir", "秘密的半句"));
    assert_false(stands_in("appendonlydir", "孙大姐"));
    assert_true(stands_in("appendonlydir", "秘密4说的话"));
    forget(true); /* again: there is nothing left */
    assert_string_equal(why, "");
    assert_int_equal(report.events + report.archived + report.notes, 0);
}

static void a_newer_release_is_left_alone(void **state)
{
    (void)LOOK("SET", "{nanfeng}:schema", "2");
    forget(true);
    assert_non_null(strstr(why, "another version: 2"));
    assert_string_equal(LOOK("HGET", "{nanfeng}:e:3", "x"), "秘密3说的话");
}

static char found[100];

static void on_found(void *arg, int count, const char *const *ids)
{
    done = true;
    snprintf(found, sizeof found, "%d %s", count, count > 0 ? ids[0] : "");
}

static void people_are_found_by_name(void **state)
{
    done = false;
    forget_find(s.look, s.community, "孙大姐", on_found, NULL);
    for (int i = 0; i < 500 && !done; i++)
        loop_poll(s.loop, 10);
    assert_string_equal(found, "1 " HER);
}

static struct buf lines;
static size_t lost;

static void on_lines(void *arg, const char *more, bool is_done, size_t missing)
{
    buf_puts(&lines, more);
    done = is_done;
    lost = missing;
}

static void everything_is_exported_by_number(void **state)
{
    buf_init(&lines, 1 << 20);
    done = false;
    export_start(s.look, s.community, s.calendar, s.dir, on_lines, NULL);
    for (int i = 0; i < 500 && !done; i++)
        loop_poll(s.loop, 10);
    assert_int_equal(lost, 0);
    const char *at = buf_text(&lines);
    for (int id = 1; id <= 4; id++) {
        char begin[40], text[40];
        snprintf(begin, sizeof begin, "{\"id\":%d,\"community\":\"nanfeng\"", id);
        snprintf(text, sizeof text, "秘密%d说的话", id);
        assert_int_equal(strncmp(at, begin, strlen(begin)), 0);
        const char *end = strchr(at, '\n');
        assert_non_null(end);
        const char *said = strstr(at, text);
        assert_true(said && said < end);
        at = end + 1;
    }
    assert_string_equal(at, "");
    buf_finish(&lines);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        LIVE(counting_changes_nothing),         LIVE(nothing_of_her_words_is_left),
        LIVE(a_newer_release_is_left_alone),    LIVE(people_are_found_by_name),
        LIVE(everything_is_exported_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
