/* roster_diff_test.c: `loubot roster --diff`: what a new roster.csv would change, told without
 * changing anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/roster.h"
#include "tests/unit/people_files.h"

#define YAML "id: x\nname: X\nbuildings:\n- {names: [1-4], units: 2, grid: 1}\n"
#define TITLES "id,name,role,owner,area,direct,identities,from,until,deputy\n"

static char *folder;
static char output[64 * 1024];

static int begin(void **state)
{
    static const char old[] = TITLES "a,Ann,building_head,,building:1,,onebot:1,,,\n"
                                     "b,Ben,grid_worker,,grid:1,,onebot:2,,,\n"
                                     "c,Cem,street,,,,,,,\n"
                                     "d,Dan,owner,property,,yes,,,,\n";
    folder = people_folder(YAML, old, strlen(old));
    char config[400];
    snprintf(config, sizeof config, "data: %s/data\ncommunities: [%s]\n", folder, folder);
    people_write(folder, "loubot.yaml", config, strlen(config));
    return 0;
}

static int end(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "%s/data", folder);
    remove(command);
    people_remove(&folder);
    return 0;
}

static int diff(const char *rows)
{
    char table[300], config[300];
    snprintf(table, sizeof table, "%s/new.csv", folder);
    snprintf(config, sizeof config, "%s/loubot.yaml", folder);
    people_write(folder, "new.csv", rows, strlen(rows));
    const char *argv[] = {"roster", "--diff", table, "-c", config};
    return people_run(cli_roster, 5, argv, output, sizeof output);
}

static void says(const char *part)
{
    if (!strstr(output, part))
        fail_msg("expected \"%s\" in:\n%s", part, output);
}

static void the_differences_are_told_person_by_person(void **state)
{
    /* in another order; Ann is the same */
    assert_int_equal(diff(TITLES "e,Eve,micro_grid_worker,,unit:2-1,,,2026-03-01,2026-05-01,\n"
                                 "d,Dan,owner,water,,,,,,\n"
                                 "b,Benny,grid_worker,,grid:1,,onebot:3,,,\n"
                                 "b,,building_head,,building:2,,,,,\n"
                                 "a,Ann,building_head,,building:1,,onebot:1,,,\n"),
                     0);
    says("added    e (Eve)  +micro_grid_worker unit:2-1 from 2026-03-01 until 2026-05-01; "
         "+name Eve\n");
    says("gone     c (Cem)  -name Cem; -street; open events: not known\n");
    says("changed  b (Benny)  -account onebot:2; +account onebot:3; +building_head "
         "building:2; -name Ben; +name Benny\n");
    says("changed  d (Dan)  -direct; -owner property; +owner water\n");
    says("1 added, 1 gone, 2 changed\n");
    assert_null(strstr(output, "(Ann)"));
    says("No Loubot answers");
    assert_non_null(strstr(strstr(output, "Nothing was changed"), "SIGUSR1.\n"));
}

static void the_same_table_changes_nothing(void **state)
{
    assert_int_equal(diff(TITLES "a,Ann,building_head,,building:1,,onebot:1,,,\n"
                                 "b,Ben,grid_worker,,grid:1,,onebot:2,,,\n"
                                 "c,Cem,street,,,,,,,\n"
                                 "d,Dan,owner,property,,yes,,,,\n"),
                     0);
    says("0 added, 0 gone, 0 changed\n");
}

static void faults_come_alone(void **state)
{
    assert_int_equal(diff(TITLES "a,Ann,building_hed,,building:1,,,,,\n"
                                 "z,Zoe,street,,,,,,,\n"),
                     1);
    says("new.csv:2: role `building_hed` is not known; did you mean building_head");
    says("1 fault\n");
    assert_null(strstr(output, "Zoe"));
    assert_null(strstr(output, "Nothing was changed"));
    const char *argv[] = {"roster", "--diff", "/nowhere/new.csv"};
    assert_int_equal(people_run(cli_roster, 3, argv, output, sizeof output), 1);
    says("/nowhere/new.csv");
}

static void undo_and_diff_do_not_go_together(void **state)
{
    const char *argv[] = {"roster", "--diff", "x", "--undo", "1"};
    assert_int_equal(people_run(cli_roster, 5, argv, output, sizeof output), 2);
    says("usage: loubot roster [--undo N | --diff FILE]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_differences_are_told_person_by_person),
        cmocka_unit_test(the_same_table_changes_nothing),
        cmocka_unit_test(faults_come_alone),
        cmocka_unit_test(undo_and_diff_do_not_go_together),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
