/* roster_test.c: roster.csv: every fault named by its line, encodings, quoting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/buf.h"
#include "host/conf.h"
#include "people/community.h"
#include "people/csv.h"
#include "tests/unit/people_files.h"

#define YAML                                                                                   \
    "id: x\nbuildings:\n- {names: [1-4], units: 2, grid: 1}\n"                                 \
    "- {names: 5, grid: 1, rooms: [101]}\n"                                                    \
    "micro_grids:\n- {name: 1a, building: 1}\n"
#define TITLES "id,name,role,owner,area,direct,identities\n"

static struct faults *faults;

static int setup(void **state)
{
    faults = faults_create();
    return 0;
}

static int teardown(void **state)
{
    faults_destroy(&faults);
    return 0;
}

static void expect(const char *rows, const char *part)
{
    struct faults *f = faults_create();
    char *roster = malloc(strlen(TITLES) + strlen(rows) + 1);
    strcpy(roster, TITLES);
    strcat(roster, rows);
    struct community *c = people_load(YAML, roster, f);
    free(roster);
    assert_null(c);
    people_expect_fault(f, part);
    faults_destroy(&f);
}

static void faults_are_named_by_line(void **state)
{
    expect("a,Ann,grid_woker,,grid:1,,\n",
           "roster.csv:2: role `grid_woker` is not known; did you mean grid_worker");
    expect("a,Ann,网络员,,grid:1,,\n", "did you mean 网格员");
    expect("\n\na,Ann,building_head,,building:9,,\n",
           "roster.csv:4: there is no building `9` in community.yaml");
    expect("a,Ann,micro_grid_worker,,unit:4-3,,\n", ":2: building 4 has no unit `3`");
    expect("a,Ann,micro_grid_worker,,unit:4,,\n", ":2: the area is not complete");
    expect("a,Ann,micro_grid_worker,,micro:9z,,\n", ":2: there is no micro-grid `9z`");
    expect("a,Ann,grid_worker,,grid:5,,\n", ":2: there is no grid `5`");
    expect("a,Ann,grid_worker,,gird:1,,\n", ":2: `gird:1` is no area");
    expect("a,Ann,grid_worker,,1,,\n", ":2: `1` is no area");
    expect("a,Ann,resident,,flat:1-1-!,,\n", ":2: `!` is no room");
    expect("a,Ann,building_head,,楼：9,,\n", ":2: there is no building `9`");
    expect("a,Ann,resident,,flat:5-1-102,,\n", ":2: building 5 has no room `102`");
    expect("a,Ann,grid_worker,,,,\n", ":2: the role grid_worker wants a grid");
    expect("a,Ann,building_head,,grid:1,,\n", ":2: the role building_head wants a building");
    expect("a,Ann,resident,,,,\n", ":2: the role resident wants a flat");
    expect("a,Ann,street,,flat:1-1-101,,\n", ":2: the role street wants no flat");
    expect("a,Ann,owner,,grid:1,,\n", ":2: the role owner needs an owner");
    expect("a,Ann,owner,proprty,,,\n",
           ":2: owner `proprty` is not known; did you mean property");
    expect("a,Ann,street,gas,,,\n", ":2: only the roles owner and owner_manager");
    expect("a,Ann,street,,,maybe,\n", ":2: `maybe` under direct");
    expect("a,Ann,street,,,,onebot\n", ":2: `onebot` is no account");
    expect("a,Ann,street,,,,*:Ann\n", ":2: `*:Ann` would give a role to whoever takes");
    expect("a,Ann,street,,,,web:Ann\n", ":2: `web:Ann` would give");
    expect("a,,street,,,,\n", ":2: a has no name");
    expect(",Ann,street,,,,\n", ":2: `` is no id");
    expect("r-1,Ann,street,,,,\n", ":2: `r-1` is no id");
    expect("a,\"An\nn\",street,,,,\n", ":2: the name holds a line break");
}

static void rows_are_compared(void **state)
{
    expect("a,Ann,street,,,,\na,Ben,district,,,,\n",
           ":3: a is called Ben here and Ann in line 2; one id is one person");
    expect("a,Ann,street,,,,\na,Ann,street,,,,\n",
           ":3: a has this role for this area in line 2");
    expect("a,Ann,street,,,,tg:1\nb,Ben,street,,,,tg:1\n", ":3: tg:1 is bound to a already");
}

static void all_faults_are_shown_at_once(void **state)
{
    struct community *c =
        people_load(YAML, TITLES "a,Ann,x,,,,\nb,Ben,street,,,maybe,\nc,,y,,,,\n", faults);
    assert_null(c);
    assert_int_equal(faults_count(faults), 3);
}

static void titles_are_checked(void **state)
{
    struct community *c = people_load(YAML, "id,name,rolle\na,Ann,street\n", faults);
    assert_null(c);
    people_expect_fault(faults, "roster.csv:1: column `rolle` is not known; did you mean role");
    c = people_load(YAML, "a,Ann,street\n", faults);
    assert_null(c);
    people_expect_fault(faults, ":1: the first row must name the columns");
    c = people_load(YAML, "id,name,id\n", faults);
    assert_null(c);
    people_expect_fault(faults, ":1: column `id` stands here twice");
    c = people_load(YAML, "", faults);
    assert_non_null(c);
    community_destroy(&c);
}

static void columns_may_stand_in_any_order_and_language(void **state)
{
    struct community *c = people_load(
        YAML, "姓名,范围,角色,编号,私聊\n安,网格:1,网格员,a,是\n包,单元:4-2,微网格员,b,否\n",
        faults);
    assert_non_null(c);
    assert_string_equal(community_holder(c, ROLE_GRID_WORKER, "3", NULL)->name, "安");
    assert_true(community_member(c, "a")->wants_direct);
    assert_string_equal(community_holder(c, ROLE_MICRO_GRID_WORKER, "4", "2")->name, "包");
    community_destroy(&c);
}

static void spreadsheets_are_read_as_they_save(void **state)
{
    static const char bom[] = "\xef\xbb\xbf"
                              "id,name,role,area\r\n\r\n# a note, \"\r\n"
                              "\"a\" , \"Ann \"\"the\"\", worker\",grid_worker,grid:1\r\n";
    struct community *c = people_load(YAML, bom, faults);
    assert_non_null(c);
    assert_string_equal(community_member(c, "a")->name, "Ann \"the\", worker");
    community_destroy(&c);
    /* 编号,姓名,角色,范围 / a,王五,网格员,网格:1 in GB18030 */
    static const char gb[] =
        "\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb,\xbd\xc7\xc9\xab,\xb7\xb6\xce\xa7\n"
        "a,\xcd\xf5\xce\xe5,\xcd\xf8\xb8\xf1\xd4\xb1,\xcd\xf8\xb8\xf1:1\n";
    c = people_load(YAML, gb, faults);
    assert_non_null(c);
    assert_string_equal(community_member(c, "a")->name, "王五");
    community_destroy(&c);
    assert_int_equal(faults_count(faults), 0);
}

static void rubbish_is_refused(void **state)
{
    char *folder = people_folder(YAML, "id,name\na,\0b\n", 13);
    assert_null(community_load(folder, faults));
    people_expect_fault(faults, "roster.csv:2: holds a NUL byte");
    people_remove(&folder);
    assert_null(people_load(YAML, "id,name\na,\xff\xff\n", faults));
    people_expect_fault(faults, "roster.csv:2: neither UTF-8 nor GB18030");
    assert_null(people_load(YAML, "id,name\n\na,\"Ann\n", faults));
    people_expect_fault(faults, "roster.csv:3: a quote");
    assert_null(people_load(YAML, "id,name\na,\"A\"nn\n", faults));
    people_expect_fault(faults, "roster.csv:2: a quote");
}

static void several_rows_make_one_member(void **state)
{
    struct community *c = people_load(YAML,
                                      TITLES "a,Ann,grid_worker,,grid:1,,tg:1\n"
                                             "a,,building_head,,building:2,yes,\n"
                                             "a,,,,,,tg:2;onebot:@x:y\n",
                                      faults);
    assert_non_null(c);
    const struct member *ann = community_member(c, "a");
    assert_int_equal(community_member_count(c), 1);
    assert_int_equal(ann->role_count, 2);
    assert_int_equal(ann->identity_count, 3);
    assert_string_equal(ann->identities[2].user, "@x:y");
    assert_true(ann->wants_direct);
    community_destroy(&c);
}

/* Milliseconds of that day at noon in China. */
static int64_t noon(int day)
{
    return INT64_C(1772380800000) + (day - 2) * INT64_C(86400000) + INT64_C(43200000);
}

#define DATED "id,name,role,area,from,until,deputy\n"

static struct community *on(int day, const char *rows, struct faults *f)
{
    char roster[2000];
    snprintf(roster, sizeof roster, DATED "%s", rows);
    char *folder = people_folder(YAML, roster, strlen(roster));
    struct community *c = community_load_at(folder, noon(day), f);
    people_remove(&folder);
    return c;
}

static const char *grid_worker_on(int day, const char *rows)
{
    static char name[100];
    struct community *c = on(day, rows, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_non_null(c);
    const struct member *m = community_holder(c, ROLE_GRID_WORKER, "1", NULL);
    snprintf(name, sizeof name, "%s", m ? m->name : "nobody");
    community_destroy(&c);
    return name;
}

static void roles_hold_for_their_time(void **state)
{
    static const char rows[] = "a,Ann,grid_worker,grid:1,,2026-03-05,\n"
                               "b,Ben,grid_worker,grid:1,2026-03-07,2026-03-09,\n";
    assert_string_equal(grid_worker_on(2, rows), "Ann");
    assert_string_equal(grid_worker_on(5, rows), "Ann");
    assert_string_equal(grid_worker_on(6, rows), "nobody");
    assert_string_equal(grid_worker_on(7, rows), "Ben");
    assert_string_equal(grid_worker_on(9, rows), "Ben");
    assert_string_equal(grid_worker_on(10, rows), "nobody");
}

#define LEAVES                                                                                 \
    "a,Ann,grid_worker,grid:1,,,\na,,leave,,2026-03-03,2026-03-08,c\n"                         \
    "c,Cy,estate_grid_head,,,,\nc,,leave,,2026-03-05,2026-03-06,d\nd,Di,street,,,,\n"

static void a_deputy_stands_in(void **state)
{
    assert_string_equal(grid_worker_on(2, LEAVES), "Ann");
    assert_string_equal(grid_worker_on(3, LEAVES), "Cy");
    assert_string_equal(grid_worker_on(5, LEAVES), "Di"); /* the deputy is away himself */
    assert_string_equal(grid_worker_on(7, LEAVES), "Cy");
    assert_string_equal(grid_worker_on(8, LEAVES), "Cy");
    assert_string_equal(grid_worker_on(9, LEAVES), "Ann");
    struct community *c = on(3, LEAVES, faults);
    const struct member *ann = community_member(c, "a"), *cy = community_member(c, "c");
    assert_true(ann->away);
    assert_true(member_has_role(c, ann, ROLE_GRID_WORKER, "1", NULL));
    assert_true(member_has_role(c, cy, ROLE_GRID_WORKER, "1", NULL));
    assert_false(cy->away);
    assert_string_equal(community_rung(c, 2, "1", NULL)->name, "Cy");
    community_destroy(&c);
}

static void nobody_stands_in_without_a_deputy(void **state)
{
    static const char rows[] = "a,Ann,grid_worker,grid:1,,,\na,,休假,,2026-03-03,2026-03-08,\n"
                               "b,Ben,party_group_leader,grid:1,,,\n";
    assert_string_equal(grid_worker_on(3, rows), "nobody");
    struct community *c = on(3, rows, faults);
    assert_string_equal(community_rung(c, 1, "2", NULL)->name, "Ben");
    community_destroy(&c);
    static const char round[] =
        "a,Ann,grid_worker,grid:1,,,\na,,leave,,2026-03-03,2026-03-08,b\n"
        "b,Ben,street,,,,\nb,,leave,,2026-03-03,2026-03-08,a\n";
    assert_string_equal(grid_worker_on(3, round), "nobody");
}

static void the_next_change_is_known(void **state)
{
    struct community *c = on(2, LEAVES, faults), *d = on(3, LEAVES, faults);
    struct community *e = on(4, LEAVES, faults), *last = on(20, LEAVES, faults);
    assert_true(community_changes_ms(c) == noon(3) - 43200000);
    assert_true(community_changes_ms(d) == noon(5) - 43200000);
    assert_true(community_changes_ms(last) == INT64_MAX);
    assert_string_not_equal(community_version(c), community_version(d));
    assert_string_equal(community_version(d), community_version(e));
    community_destroy(&c);
    community_destroy(&d);
    community_destroy(&e);
    community_destroy(&last);
}

static void dated(const char *rows, const char *part)
{
    struct faults *f = faults_create();
    struct community *c = on(3, rows, f);
    assert_null(c);
    people_expect_fault(f, part);
    faults_destroy(&f);
}

static void wrong_dates_and_deputies_are_faults(void **state)
{
    dated("a,Ann,street,,2026-02-30,,\n", ":2: `2026-02-30` is no day");
    dated("a,Ann,street,,soon,,\n", ":2: `soon` is no day");
    dated("a,Ann,street,,2026-03-05,2026-03-04,\n", ":2: it ends before it begins");
    dated("a,Ann,leave,,2026-03-05,,\n", ":2: a leave needs from and until");
    dated("a,Ann,leave,grid:1,2026-03-05,2026-03-06,\n", ":2: a leave is from every role");
    dated("a,Ann,leave,,2026-03-05,2026-03-06,z\n", ":2: the deputy `z` is nobody");
    dated("a,Ann,leave,,2026-03-05,2026-03-06,a\n", ":2: a cannot be his own deputy");
    dated("a,Ann,street,,,,a\n", ":2: a deputy belongs to a row with the role leave");
    dated("a,Ann,leave,,2026-03-01,2026-03-06,\na,,leave,,2026-03-02,2026-03-09,\n",
          ":3: a is on leave twice at the same time");
}

static void a_roster_is_written_as_it_was_read(void **state)
{
    static const char rows[] =
        "id,name,role,owner,area,direct,identities,from,until,deputy\n"
        "a,\"Ann \"\"A\"\", jr\",grid_worker,,grid:1,yes,onebot:5 tg:6,,,\n"
        "a,,building_head,,building:2,,,2026-03-01,2026-03-09,\n"
        "a,,leave,,,,,2026-03-03,2026-03-08,b\n"
        "b,'=王五,owner,property,,,,,,\n"
        "c,Cy,micro_grid_worker,,micro:1a,,,,,\n"
        "d,Di,resident,,flat:1-2-301,,,,,\n";
    struct community *c = people_load(YAML, rows, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_message("%s\n", faults_text(faults, i));
    assert_non_null(c);
    assert_string_equal(community_member(c, "b")->name, "=王五");
    struct buf out;
    buf_init(&out, 1 << 20);
    community_write_roster(c, &out);
    assert_memory_equal(buf_text(&out), "\xef\xbb\xbf", 3);
    assert_string_equal(buf_text(&out) + 3, rows);
    buf_finish(&out);
    community_destroy(&c);
}

static void csv_counts_lines_inside_quotes(void **state)
{
    struct csv csv;
    static const char text[] = "a,\"1\n2\"\nb,,\nc";
    assert_true(csv_init(&csv, "t", text, sizeof text - 1, faults));
    assert_true(csv_next(&csv, faults));
    assert_int_equal(csv.field_count, 2);
    assert_string_equal(csv.fields[1], "1\n2");
    assert_true(csv_next(&csv, faults));
    assert_int_equal(csv.record_line, 3);
    assert_int_equal(csv.field_count, 3);
    assert_true(csv_next(&csv, faults));
    assert_string_equal(csv.fields[0], "c");
    assert_false(csv_next(&csv, faults));
    assert_int_equal(faults_count(faults), 0);
    csv_finish(&csv);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(faults_are_named_by_line),
        T(rows_are_compared),
        T(all_faults_are_shown_at_once),
        T(titles_are_checked),
        T(columns_may_stand_in_any_order_and_language),
        T(spreadsheets_are_read_as_they_save),
        T(rubbish_is_refused),
        T(several_rows_make_one_member),
        T(roles_hold_for_their_time),
        T(a_deputy_stands_in),
        T(nobody_stands_in_without_a_deputy),
        T(the_next_change_is_known),
        T(wrong_dates_and_deputies_are_faults),
        T(a_roster_is_written_as_it_was_read),
        T(csv_counts_lines_inside_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
