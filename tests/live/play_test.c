/* `loubot play` as a command: its exit status, its last line, its marks; the daemon killed and
 * started again under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "played.h"

static void check(const struct played *played, int status, int passed, int failed)
{
    if (played->status != status || played->passed != passed || played->failed != failed)
        fail_msg("status %d, %d passed, %d failed\n%s%s", played->status, played->passed,
                 played->failed, played->out, played->err);
}

static void test_silence(void **state)
{
    struct played played = played_script("b4 孙大姐> 今天天气真好\nb4 <!\nall <! *\n= total 0\n"
                                         "= open 0\n+ 2h\n",
                                         NULL);
    check(&played, 0, 4, 0);
    assert_non_null(strstr(played.out, "09:00  b4    孙大姐: 今天天气真好\n"));
    played_free(&played);
}

static void test_failures(void **state)
{
    struct played played =
        played_script("b4 孙大姐> 你好\nb4 < *#1*\n= 1 state=done\n= total 1\n"
                      "b4 <!\n! code K7M4-PX2D 楼长 18\nb4 a> [reply] x\n",
                      NULL);
    assert_int_equal(played.status, 1);
    assert_int_equal(played.passed, 1);
    assert_true(played.failed >= 4);
    assert_non_null(strstr(played.out, ":2: b4 < *#1*\n       nothing was said\n"));
    assert_non_null(strstr(played.out, ":3: = 1 state=done\n       there is no event 1\n"));
    assert_non_null(strstr(played.out, ":4: = total 1\n       there are 0\n"));
    assert_non_null(strstr(played.out, ":7: b4 a> [reply] x\n"));
    played_free(&played);
}

static void test_wrong_lines(void **state)
{
    struct played played = played_script("b4 孙大姐> 你好\nb99 a> x\n+ 40\nhello\n", NULL);
    check(&played, 1, 0, 3);
    assert_non_null(strstr(played.err, ":2: "));
    assert_non_null(strstr(played.err, ":3: "));
    assert_non_null(strstr(played.err, ":4: "));
    assert_null(strstr(played.out, "你好")); /* not played */
    played_free(&played);
}

static void test_usage(void **state)
{
    struct played played = played_run((const char *const[]){"play", NULL}, NULL);
    assert_int_equal(played.status, 2);
    assert_non_null(strstr(played.err, "usage: loubot play"));
    played_free(&played);
    played = played_run((const char *const[]){"play", "/nowhere/x.play", NULL}, NULL);
    assert_int_equal(played.status, 2);
    assert_non_null(strstr(played.err, "/nowhere/x.play"));
    played_free(&played);
    played = played_run((const char *const[]){"puppet", "/tmp", "0", NULL}, NULL);
    assert_int_equal(played.status, 2);
    played_free(&played);
}

static void test_clock(void **state)
{
    struct played played = played_script("@ 2026-05-04 23:30\nb4 a> 你好\n+ 40m\nb4 a> 好\n"
                                         "@ 2026-05-06 07:00\nb4 a> 早\n@ 2026-05-05 07:00\n",
                                         NULL);
    check(&played, 1, 0, 1);
    assert_non_null(strstr(played.out, "-- Monday, 2026-05-04\n23:30  b4    a: 你好\n"
                                       "-- Tuesday, 2026-05-05\n00:10  b4    a: 好\n"
                                       "-- Wednesday, 2026-05-06\n07:00  b4    a: 早\n"));
    assert_non_null(
        strstr(played.out, ":7: @ 2026-05-05 07:00\n       time only goes forward"));
    played_free(&played);
}

static void test_lives(void **state)
{
    struct played played = played_script(
        "b4 a> 你好\n! kill\nb4 a> 你好\n! restart\nb4 a> 你好\n! kill redis\nb4 a> 你好\n"
        "! down\nb4 a> 你好\ndm a> 你好\n= total 0\n+ 1d\n! up\nb4 a> 你好\n= total 0\n",
        NULL);
    check(&played, 1, 1, 1);
    assert_non_null(strstr(played.out, ":11: = total 0\n       Loubot is down"));
    played_free(&played);
}

/* Each file has fresh data. */
static void test_several_files(void **state)
{
    char paths[2][32] = {"/tmp/loubot-script-XXXXXX", "/tmp/loubot-script-XXXXXX"};
    for (int i = 0; i < 2; i++) {
        FILE *f = fdopen(mkstemp(paths[i]), "w");
        fprintf(f, "b4 a> 你好\n= total 0\n");
        fclose(f);
    }
    struct played played =
        played_run((const char *const[]){"play", paths[0], paths[1], NULL}, NULL);
    check(&played, 0, 2, 0);
    assert_non_null(strstr(played.out, paths[1]));
    played_free(&played);
    remove(paths[0]);
    remove(paths[1]);
}

static int need_binary(void **state)
{
    if (!played_binary())
        print_message("no loubot to test: build it first\n");
    return played_binary() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence),       cmocka_unit_test(test_failures),
        cmocka_unit_test(test_wrong_lines),   cmocka_unit_test(test_usage),
        cmocka_unit_test(test_clock),         cmocka_unit_test(test_lives),
        cmocka_unit_test(test_several_files),
    };
    return cmocka_run_group_tests(tests, need_binary, NULL);
}
