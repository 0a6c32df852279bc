/* amend_test.c: a roster is changed at run time: amendments are read after the file, the newest
 * comes first, and what does not fit leaves no trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/community.h"

#define MONDAY INT64_C(1772413200000) /* 2026-03-02 09:00 in China */
#define NEWCOMER "r-0123456789ab"

static struct community *demo;
static struct faults *misfits;
static struct arena *arena;

static int begin(void **state)
{
    misfits = faults_create();
    arena = arena_create(1 << 20);
    demo = community_load_at(NULL, MONDAY, misfits);
    return demo ? 0 : -1;
}

static int end(void **state)
{
    community_destroy(&demo);
    faults_destroy(&misfits);
    arena_destroy(&arena);
    return 0;
}

#define AMEND(now_ms, ...)                                                                     \
    do {                                                                                       \
        const struct amendment rows[] = {__VA_ARGS__};                                         \
        size_t count = sizeof rows / sizeof *rows;                                             \
        community_amend(demo, rows, count, rows[count - 1].number, now_ms, misfits);           \
    } while (0)

static struct amendment head_of(uint32_t number, const char *id, const char *name,
                                const char *user, const char *area)
{
    return (struct amendment){
        .number = number,
        .entry = {.id = id, .name = name, .role = "building_head", .area = area, .ids = user},
        .by = "console"};
}

/* Members go with their roster; their ids are kept. */
static const char *id_of(const char *name)
{
    return arena_strdup(arena, community_member_by_name(demo, name)->id);
}

static const char *head(const char *building)
{
    return community_holder(demo, ROLE_BUILDING_HEAD, building, NULL)->name;
}

static void the_newest_comes_first(void **state)
{
    assert_string_equal(head("18"), "楼长18");
    AMEND(MONDAY, head_of(1, NEWCOMER, "新人", "play:新人", "building:18"));
    assert_int_equal(faults_count(misfits), 0);
    assert_string_equal(head("18"), "新人");
    assert_string_equal(head("17"), "楼长17");
    AMEND(MONDAY, head_of(1, NEWCOMER, "新人", "play:新人", "building:18"),
          head_of(2, "r-00000000000b", "又一人", "play:又一人", "building:18"));
    assert_string_equal(head("18"), "又一人");
    community_amend(demo, NULL, 0, 3, MONDAY, misfits);
    assert_string_equal(head("18"), "楼长18");
    assert_int_equal(community_amendment_count(demo), 0);
    assert_int_equal(community_stamp(demo), 3);
}

static void who_writes_is_the_new_member(void **state)
{
    const struct group *group = community_group(demo, "b18");
    const struct member *found =
        community_sender(demo, "play", "play", "新人", "新人", group, arena);
    struct amendment row = head_of(1, found->id, "新人", "play:新人", "building:18");
    AMEND(MONDAY, row);
    const struct member *bound =
        community_sender(demo, "play", "play", "新人", "新人", group, arena);
    assert_ptr_equal(bound, community_member(demo, found->id));
    assert_string_equal(bound->id, found->id);
    assert_true(member_has_role(demo, bound, ROLE_BUILDING_HEAD, "18", NULL));
}

static void a_row_may_only_add_an_account_or_a_home(void **state)
{
    const char *id = id_of("楼长18");
    AMEND(MONDAY, {.number = 1, .entry = {.id = id, .ids = "onebot:7"}, .by = "console"},
          {.number = 2,
           .entry = {.id = NEWCOMER,
                     .name = "住户",
                     .role = "resident",
                     .area = "flat:5-1-101",
                     .ids = "onebot:8"},
           .by = "console"});
    assert_int_equal(faults_count(misfits), 0);
    assert_string_equal(community_sender(demo, "onebot", "x", "7", "n", NULL, arena)->id, id);
    const struct member *resident =
        community_sender(demo, "onebot", "x", "8", "n", NULL, arena);
    assert_string_equal(resident->household, "5-1-101");
    assert_string_equal(resident->building, "5");
    assert_false(member_is_staff(resident));
}

static void what_does_not_fit_leaves_no_trace(void **state)
{
    size_t members = community_member_count(demo);
    AMEND(MONDAY, head_of(1, NEWCOMER, "新人", "play:新人", "building:99"),
          head_of(2, "r-00000000000b", "又一人", "play:又一人 onebot:9 x", "building:4"),
          head_of(3, "r-00000000000c", "好人", "onebot:9", "building:4"));
    assert_int_equal(faults_count(misfits), 2);
    assert_string_equal(faults_text(misfits, 0),
                        "run-time row:1: there is no building `99` in community.yaml");
    assert_int_equal(community_member_count(demo), members + 1);
    assert_null(community_member(demo, NEWCOMER));
    assert_null(community_member_by_name(demo, "又一人"));
    assert_string_equal(head("4"), "好人");
    assert_string_equal(community_sender(demo, "onebot", "x", "9", "n", NULL, arena)->name,
                        "好人");
    assert_int_equal(community_amendment_count(demo), 3);
}

static void a_known_member_stays_as_he_was(void **state)
{
    const struct member *before = community_member_by_name(demo, "楼长18");
    size_t roles = before->role_count, accounts = before->identity_count;
    char id[40];
    strcpy(id, before->id);
    AMEND(MONDAY, head_of(1, id, "楼长18", "onebot:7 nonsense", "building:17"));
    assert_int_equal(faults_count(misfits), 1);
    assert_int_equal(community_member(demo, id)->role_count, roles);
    assert_int_equal(community_member(demo, id)->identity_count, accounts);
    assert_string_equal(head("17"), "楼长17");
}

static void what_is_held_outlives_the_change(void **state)
{
    const struct member *old = community_member_by_name(demo, "楼长18");
    uint64_t serial = community_serial(demo);
    struct roster *held = community_hold(demo);
    AMEND(MONDAY, head_of(1, NEWCOMER, "新人", "play:新人", "building:18"));
    community_amend(demo, community_amendment_at(demo, 0), 1, 1, MONDAY, misfits);
    assert_int_equal(community_serial(demo), serial + 2);
    assert_string_equal(old->name, "楼长18");
    community_let_go(&held);
    assert_null(held);
    assert_string_equal(community_amendment_at(demo, 0)->entry.name, "新人");
}

static void days_and_version_follow_the_clock(void **state)
{
    struct amendment row = head_of(1, NEWCOMER, "新人", "play:新人", "building:18");
    row.entry.from = "2026-03-03";
    row.entry.until = "2026-03-04";
    char version[64];
    strcpy(version, community_version(demo));
    AMEND(MONDAY, row);
    assert_string_not_equal(community_version(demo), version);
    assert_string_equal(head("18"), "楼长18");
    assert_int_equal(community_changes_ms(demo), INT64_C(1772467200000)); /* midnight */
    strcpy(version, community_version(demo));
    AMEND(community_changes_ms(demo), row);
    assert_string_equal(head("18"), "新人");
    assert_int_equal(strncmp(community_version(demo), version, 16) != 0, 1);
    AMEND(community_changes_ms(demo), row);
    assert_string_equal(head("18"), "楼长18");
}

static void a_leave_given_at_run_time_lends_the_roles(void **state)
{
    const char *who = id_of("网格员1");
    const char *deputy = id_of("网格员2");
    AMEND(MONDAY, {.number = 1,
                   .entry = {.id = who,
                             .role = "leave",
                             .from = "2026-03-02",
                             .until = "2026-03-08",
                             .deputy = deputy},
                   .by = "console"});
    assert_int_equal(faults_count(misfits), 0);
    assert_string_equal(community_holder(demo, ROLE_GRID_WORKER, "4", NULL)->name, "网格员2");
    AMEND(MONDAY, {.number = 2,
                   .entry = {.id = who,
                             .role = "leave",
                             .from = "2026-03-02",
                             .until = "2026-03-08",
                             .deputy = "nobody"},
                   .by = "console"});
    assert_string_equal(faults_text(misfits, 0),
                        "run-time row:2: the deputy `nobody` is nobody in this table; write "
                        "his id");
}

static void the_written_table_holds_them(void **state)
{
    AMEND(MONDAY, head_of(1, NEWCOMER, "新人", "play:新人", "building:18"));
    struct buf out;
    buf_init(&out, 1 << 20);
    community_write_roster(demo, &out);
    assert_non_null(
        strstr(buf_text(&out), NEWCOMER ",新人,building_head,,building:18,,play:新人,,,\n"));
    buf_finish(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_comes_first),
        TEST(who_writes_is_the_new_member),
        TEST(a_row_may_only_add_an_account_or_a_home),
        TEST(what_does_not_fit_leaves_no_trace),
        TEST(a_known_member_stays_as_he_was),
        TEST(what_is_held_outlives_the_change),
        TEST(days_and_version_follow_the_clock),
        TEST(a_leave_given_at_run_time_lends_the_roles),
        TEST(the_written_table_holds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
