/* export_test.c: `loubot export roster`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/export.h"
#include "tests/unit/people_files.h"

static char output[64 * 1024];

static int export(int argc, const char *const *words)
{
    return people_run(cli_export, argc, words, output, sizeof output);
}

static void says(const char *part)
{
    if (!strstr(output, part))
        fail_msg("expected \"%s\" in:\n%s", part, output);
}

#define EXAMPLE "bot/people/data/example/loubot.yaml"

static void usage_is_told(void **state)
{
    static const char *const none[] = {"export", "-c"}, *const other[] = {"export", "events"},
                             *const odd[] = {"export", "roster", "-x"},
                             *const two[] = {"export", "roster", "a", "b"};
    assert_int_equal(export(2, none), 2);
    says("usage: loubot export [-c FILE]");
    says("loubot export roster [-c FILE] [COMMUNITY]");
    assert_int_equal(export(2, other), 2);
    assert_int_equal(export(3, odd), 2);
    assert_int_equal(export(4, two), 2);
}

static void a_roster_is_written(void **state)
{
    static const char *const demo[] = {"export", "roster"};
    assert_int_equal(export(2, demo), 0);
    says("\xef\xbb\xbfid,name,role,owner,area,direct,identities,from,until,deputy\n"
         "m-0001,楼长1,building_head,,building:1,,*:楼长1,,,\n");
    static const char *const own[] = {"export", "roster", "-c", EXAMPLE, "sunny-court"};
    assert_int_equal(export(5, own), 0);
    says("m-0009,\"陈工, 燃气\",owner,gas,,,onebot:20009,,,\n");
    says("m-0006,马超,micro_grid_worker,,micro:1b,,onebot:20006,,,\n");
    says("m-0003,,leave,,,,,2026-03-03,2026-03-08,m-0002\n");
}

static void what_is_not_there_is_said(void **state)
{
    static const char *const nowhere[] = {"export", "roster", "nowhere"};
    assert_int_equal(export(3, nowhere), 1);
    says("there is no community `nowhere`");
    static const char *const gone[] = {"export", "roster", "-c", "/nonexistent.yaml"};
    assert_int_equal(export(4, gone), 1);
    says("/nonexistent.yaml:1: cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_told),
        cmocka_unit_test(a_roster_is_written),
        cmocka_unit_test(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
