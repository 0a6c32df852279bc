/* code_test.c: one-time codes in what people type, and what they grant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/conf.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/code.h"

static struct community *demo;
static struct arena *arena;

static int begin(void **state)
{
    struct faults *faults = faults_create();
    arena = arena_create(1 << 20);
    demo = community_load(NULL, faults);
    faults_destroy(&faults);
    return demo ? 0 : -1;
}

static int end(void **state)
{
    community_destroy(&demo);
    arena_destroy(&arena);
    return 0;
}

static void found(const char *text, bool direct, const char *want)
{
    char code[CODE_LEN + 1];
    if (code_find(text, direct, code) != (want != NULL))
        fail_msg("\"%s\" %s", text, want ? "holds none" : "holds one");
    if (want)
        assert_string_equal(code, want);
}

static void codes_are_found_in_direct_chat(void **state)
{
    static const char *const texts[] = {
        "K7M4-PX2D",          "k7m4-px2d",         "K7M4PX2D",         "k7m4px2d",
        "Ｋ７Ｍ４－ＰＸ２Ｄ", "ｋ7m4—px2d",        "绑定 K7M4-PX2D",   "绑定K7M4PX2D",
        "绑定码：k7m4 px2d",  "bind K7M4-PX2D",    "Bind k7m4px2d",    " K7M4-PX2D。",
        "K7M4 PX2D",          "我的码是K7M4-PX2D", "绑定（K7M4-PX2D）"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        found(texts[i], true, "K7M4PX2D");
    found("绑定 ABCD-EFGH", true, "ABCDEFGH");
    found("ABCD-EFGH", true, "ABCDEFGH");
}

static void other_texts_are_none_in_direct_chat(void **state)
{
    static const char *const texts[] = {"",
                                        "绑定",
                                        "绑定 K7M0-PX2D",
                                        "绑定 K7M4-PX2",
                                        "绑定 K7M4-PX2DD",
                                        "stranger",
                                        "22334455",
                                        "13823456789",
                                        "完成 12 14",
                                        "the well-made gate is broken",
                                        "灯是K7M4PX2D型的",
                                        "K7M4--PX2D",
                                        "5-1-101",
                                        "\xff\xfe\xef\xbc",
                                        "\xef"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        found(texts[i], true, NULL);
}

static void a_group_hears_the_exact_shape_only(void **state)
{
    found("我的码 k7m4-px2d 对吗", false, "K7M4PX2D");
    found("Ｋ７Ｍ４－ＰＸ２Ｄ", false, "K7M4PX2D");
    found("码是K7M4PX2D吗", false, "K7M4PX2D");
    found("k7m4px2d", false, NULL);
    found("K7M4PX2D3", false, NULL);
    found("KXMFPXZD", false, NULL);
    found("22334455", false, NULL);
    found("A1B2C3D4", false, NULL);
    found("绑定 K7M4 PX2D", false, NULL);
    found("18号楼-2单元-301", false, NULL);
    found("2026-03-02", false, NULL);
    found("138-2345-6789", false, NULL);
    found("今天天气真好，大家晚上出来散步", false, NULL);
}

static void codes_that_are_made_can_be_read(void **state)
{
    char code[CODE_LEN + 1], shown[CODE_LEN + 2], read[CODE_LEN + 1];
    for (unsigned i = 0; i < 20000; i++) {
        unsigned char bytes[CODE_LEN];
        for (size_t k = 0; k < CODE_LEN; k++)
            bytes[k] =
                (unsigned char)(i < 10000 ? i % 24 + 32 * (i / 24 % 8) : (unsigned)rand());
        code_make(bytes, code);
        code_show(code, shown);
        assert_true(code_find(shown, false, read));
        assert_string_equal(read, code);
        assert_true(code_find(code, true, read));
        assert_null(strpbrk(code, "01OI"));
    }
}

static void the_hash_is_sha256(void **state)
{
    char hash[65];
    code_hash("abc", hash);
    assert_string_equal(hash,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

struct spelled {
    const char *what, *area, *role, *owner, *where;
};

static void roles_and_flats_are_read_as_people_type_them(void **state)
{
    static const struct spelled all[] = {
        {"5-1-101", NULL, "resident", NULL, "flat:5-1-101"},
        {"05-01-101", NULL, "resident", NULL, "flat:5-1-101"},
        {"楼长", "18", "building_head", NULL, "building:18"},
        {"楼长", "18号楼", "building_head", NULL, "building:18"},
        {"building_head", "18", "building_head", NULL, "building:18"},
        {"微网格员", "4-2", "micro_grid_worker", NULL, "unit:4-2"},
        {"微网格员", "4", "micro_grid_worker", NULL, "building:4"},
        {"网格员", "3", "grid_worker", NULL, "grid:3"},
        {"网格员", "3号网格", "grid_worker", NULL, "grid:3"},
        {"党小组长", "3", "party_group_leader", NULL, "grid:3"},
        {"物业", "3", "owner", "property", "grid:3"},
        {"物业经理", NULL, "owner_manager", "property", ""},
        {"小区网格长", NULL, "estate_grid_head", NULL, ""},
        {"社区网格长", NULL, "community_grid_head", NULL, ""},
        {"城管", NULL, "owner", "urban_management", ""},
        {"民警", NULL, "owner", "police", ""},
        {"热力", NULL, "owner", "heating", ""},
        {"燃气", NULL, "owner", "gas", ""},
        {"供水", NULL, "owner", "water", ""},
        {"供电", NULL, "owner", "power", ""},
        {"调解员", NULL, "owner", "mediation", ""},
        {"电梯维保", NULL, "owner", "lift", ""},
        {"街道", NULL, "street", NULL, ""},
        {"区中心", NULL, "district", NULL, ""},
        {"食堂", NULL, "cook", NULL, ""}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct code_grant grant, again;
        struct code_record record = {CODE_OPEN, 5, "m-1", {0}}, back;
        struct roster_entry row;
        const char *why = "";
        if (!code_grant_read(demo, all[i].what, all[i].area, arena, &grant, &why))
            fail_msg("%s %s: %s", all[i].what, all[i].area ? all[i].area : "", why);
        code_grant_row(&grant, &row);
        assert_string_equal(row.role, all[i].role);
        assert_string_equal(row.owner ? row.owner : "-", all[i].owner ? all[i].owner : "-");
        assert_string_equal(row.area, all[i].where);
        record.grant = grant;
        assert_true(code_decode(demo, code_encode(&record, arena), arena, &back));
        again = back.grant;
        assert_int_equal(again.role, grant.role);
        assert_int_equal(again.owner, grant.owner);
        assert_string_equal(again.area, grant.area);
        assert_int_equal(again.room != NULL, grant.room != NULL);
    }
}

/* Every row that a grant gives is one that the roster takes. */
static void every_grant_is_a_row_of_the_roster(void **state)
{
    static const char *const all[][2] = {
        {"5-1-101", NULL}, {"楼长", "18"},     {"微网格员", "4-2"}, {"网格员", "3"},
        {"物业", "3"},     {"物业经理", NULL}, {"街道", NULL},      {"食堂", NULL},
        {"民警", NULL},    {"电梯维保", NULL}, {"楼长", "4-2"},     {"物业", NULL}};
    struct faults *misfits = faults_create();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct code_grant grant;
        struct amendment row = {.number = 1, .by = "console"};
        const char *why;
        assert_true(code_grant_read(demo, all[i][0], all[i][1], arena, &grant, &why));
        code_grant_row(&grant, &row.entry);
        row.entry.id = "r-0123456789ab";
        row.entry.name = "n";
        row.entry.ids = roster_identity("onebot", "a b;c%d", arena);
        community_amend(demo, &row, 1, i, 1772413200000, misfits);
        if (faults_count(misfits))
            fail_msg("%s", faults_text(misfits, 0));
        const struct member *m =
            community_sender(demo, "onebot", "x", "a b;c%d", "n", NULL, arena);
        assert_string_equal(m->id, "r-0123456789ab");
        assert_true(code_grant_is_held(m, &grant));
    }
    faults_destroy(&misfits);
}

static void what_cannot_be_is_refused(void **state)
{
    static const char *const all[][2] = {
        {"楼长", NULL},   {"楼长", "99"},  {"楼长", "4-9"},   {"楼长", "4-2-101"},
        {"网格员", NULL}, {"网格员", "9"}, {"市长", NULL},    {"居民", "4"},
        {"街道", "3"},    {"5-1", NULL},   {"5-9-101", NULL}, {"99-1-101", NULL},
        {"owner", "3"},   {"社区", NULL},  {"", NULL},        {"楼长", ""},
        {"5-1-", NULL}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct code_grant grant;
        const char *why = NULL;
        if (code_grant_read(demo, all[i][0], all[i][1], arena, &grant, &why))
            fail_msg("%s %s is taken as %s", all[i][0], all[i][1] ? all[i][1] : "", grant.area);
        assert_non_null(why);
    }
}

static void what_is_stored_is_never_trusted(void **state)
{
    static const char *const all[] = {"",
                                      "o",
                                      "o|1|m|building_head|",
                                      "x|1|m|building_head||building:4",
                                      "o|1|m|mayor||building:4",
                                      "o|1|m|building_head||building:99",
                                      "o|1|m|building_head||nonsense",
                                      "oo|1|m|building_head||building:4"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct code_record record;
        assert_false(code_decode(demo, all[i], arena, &record));
        assert_int_equal(record.state, CODE_UNKNOWN);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(codes_are_found_in_direct_chat),
        TEST(other_texts_are_none_in_direct_chat),
        TEST(a_group_hears_the_exact_shape_only),
        TEST(codes_that_are_made_can_be_read),
        TEST(the_hash_is_sha256),
        TEST(roles_and_flats_are_read_as_people_type_them),
        TEST(every_grant_is_a_row_of_the_roster),
        TEST(what_cannot_be_is_refused),
        TEST(what_is_stored_is_never_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
