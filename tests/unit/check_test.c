/* check_test.c: `loubot check`: exit status, faults with file and line, notes, the example that
 * the documentation shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "adapter.h"
#include "cli/check.h"
#include "tests/unit/people_files.h"

extern const struct adapter web_adapter, onebot_adapter;
static const struct adapter *const adapters[] = {&web_adapter, &onebot_adapter, NULL};
static const struct tables tables = {NULL, adapters};

static char output[64 * 1024];

static int run(int argc, char **argv)
{
    return cli_check(&tables, argc, argv);
}

static int check(int argc, const char *const *words)
{
    return people_run(run, argc, words, output, sizeof output);
}

static int check_file(const char *folder, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const char *argv[] = {"check", "-c", path};
    return check(3, argv);
}

static void says(const char *part)
{
    if (!strstr(output, part))
        fail_msg("expected \"%s\" in:\n%s", part, output);
}

static void usage_is_told(void **state)
{
    const char *wrong[] = {"check", "-x"}, *more[] = {"check", "-c"};
    assert_int_equal(check(2, wrong), 2);
    says("usage: loubot check [-c FILE]");
    assert_int_equal(check(2, more), 2);
}

static void the_defaults_have_no_faults(void **state)
{
    const char *argv[] = {"check"};
    assert_int_equal(check(1, argv), 0);
    says("nanfeng 南风花园社区: 27 buildings, 2890 households, 42 micro-grids, 86 people");
    says("46 classes of trouble");
    says("\nno faults\n");
}

static void the_example_has_no_faults(void **state)
{
    assert_int_equal(check_file("bot/people/data/example", "loubot.yaml"), 0);
    says(
        "sunny-court 阳光社区: 5 buildings, 444 households, 2 micro-grids, 9 people, 7 groups, "
        "3 of them bound");
    says("note: sunny-court: 4 of 5 buildings have no building head");
    says("note: sunny-court: no street, district; events rise past that");
    says("note: sunny-court: nobody acts for water, power, heating, lift, urban_management, "
         "police, "
         "mediation; what is theirs");
    says("note: sunny-court: work is bound to account onebot:10001, which is not configured");
    says("\nno faults\n");
}

#define COMMUNITY "id: x\nbuildings: {names: 1}\n"

static void faults_of_every_file_are_shown_at_once(void **state)
{
    static const char roster[] = "id,name,role,area\na,Ann,grid_woker,grid:1\n";
    static const char classes[] = "classes: {WY01: {finish: soon}}\n";
    static const char holidays[] = "year 2026\noff 2026-02-30\n";
    char *folder = people_folder(COMMUNITY, roster, strlen(roster));
    static const char config[] = "communities: [.]\nclasses: c.yaml\ncalendar: h.txt\n"
                                 "lgo: info\naccounts:\n- {adapter: onebto}\n";
    people_write(folder, "loubot.yaml", config, strlen(config));
    people_write(folder, "c.yaml", classes, strlen(classes));
    people_write(folder, "h.txt", holidays, strlen(holidays));
    assert_int_equal(check_file(folder, "loubot.yaml"), 1);
    says("/loubot.yaml:4: `lgo` is not known here; did you mean `log`?");
    says("/roster.csv:2: role `grid_woker` is not known; did you mean grid_worker");
    says("/c.yaml:1: `soon` is no limit");
    says("/h.txt:2: not understood");
    says("/loubot.yaml:6: there is no adapter `onebto`; did you mean onebot");
    says("\n5 faults\n");
    people_remove(&folder);
}

static void the_keys_of_adapters_are_checked(void **state)
{
    char *folder = people_folder(NULL, NULL, 0);
    static const char config[] = "accounts:\n- adapter: onebot\n  urk: ws://a\n"
                                 "- adapter: onebot\n  name: b\n  url: http://a\n"
                                 "- {adapter: web, port: 99999}\n";
    people_write(folder, "loubot.yaml", config, strlen(config));
    assert_int_equal(check_file(folder, "loubot.yaml"), 1);
    says("/loubot.yaml:3: `urk` is not known here; did you mean `url`?");
    says("/loubot.yaml:2: say how to reach the implementation");
    says("/loubot.yaml:6: `url` begins with ws:// or wss://");
    says("/loubot.yaml:7: ");
    people_remove(&folder);
}

static void two_communities_may_not_share_id_or_group(void **state)
{
    char *folder = people_folder(
        "id: x\nbuildings: {names: 1}\ngroups: [{name: b1, bindings: {o:a: 1}}]\n", "id,name\n",
        8);
    static const char config[] = "communities: [., .]\n";
    people_write(folder, "loubot.yaml", config, strlen(config));
    assert_int_equal(check_file(folder, "loubot.yaml"), 1);
    says("id `x` is used by two communities");
    says("o:a 1 is bound to a group of two communities");
    people_remove(&folder);
}

static void secrets_that_others_can_read_are_noted(void **state)
{
    char *folder = people_folder(NULL, NULL, 0), path[300];
    static const char config[] =
        "accounts:\n- {adapter: onebot, url: 'ws://a', token: hunter2}\n"
        "- {adapter: onebot, name: b, url: 'ws://a', "
        "token: '${LOUBOT_T:-x}'}\n";
    people_write(folder, "loubot.yaml", config, strlen(config));
    snprintf(path, sizeof path, "%s/loubot.yaml", folder);
    chmod(path, 0644);
    assert_int_equal(check_file(folder, "loubot.yaml"), 0);
    says("/loubot.yaml:2: a token stands in a file that others can read");
    assert_null(strstr(output, ":3:"));
    assert_null(strstr(output, "hunter2"));
    chmod(path, 0600);
    assert_int_equal(check_file(folder, "loubot.yaml"), 0);
    assert_null(strstr(output, "others can read"));
    people_remove(&folder);
}

static void a_config_that_is_no_yaml_is_said(void **state)
{
    char *folder = people_folder(NULL, NULL, 0);
    people_write(folder, "loubot.yaml", "a: [1\n", 6);
    assert_int_equal(check_file(folder, "loubot.yaml"), 1);
    says("/loubot.yaml:2: not YAML");
    assert_int_equal(check_file(folder, "other.yaml"), 1);
    says("/other.yaml:1: cannot be read: No such file or directory; check the path");
    people_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_is_told),
        cmocka_unit_test(the_defaults_have_no_faults),
        cmocka_unit_test(the_example_has_no_faults),
        cmocka_unit_test(faults_of_every_file_are_shown_at_once),
        cmocka_unit_test(the_keys_of_adapters_are_checked),
        cmocka_unit_test(two_communities_may_not_share_id_or_group),
        cmocka_unit_test(secrets_that_others_can_read_are_noted),
        cmocka_unit_test(a_config_that_is_no_yaml_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
