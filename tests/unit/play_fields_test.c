/* Fields of an event as scripts compare them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/play_fields.h"
#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"

static const char event[] =
    "{\"id\":1,\"building\":\"4\",\"unit\":\"2\",\"floor\":-1,\"room\":null,\"state\":"
    "\"handling\","
    "\"level\":1,\"owner\":\"property\",\"assignee\":\"m-0007\",\"reporter\":\"r-1\","
    "\"also\":[\"m-2\",\"m-3\",\"r-4\"],\"photos\":[],\"solved\":true,\"text\":\"4号楼灯\","
    "\"object\":\"灯\",\"due\":{\"accept\":null,\"finish\":\"2026-03-03T18:00:00+08:00\"}}";

static struct buf why;

static bool is_called(void *arg, const char *id, const char *name)
{
    return (strcmp(id, "m-0007") == 0 && strcmp(name, "物业1") == 0) ||
           (strcmp(id, "r-1") == 0 && strcmp(name, "孙大姐") == 0) ||
           (strcmp(id, "r-4") == 0 && strcmp(name, "老王") == 0);
}

static bool holds(const char *fields)
{
    char text[512];
    snprintf(text, sizeof text, "= 1 %s", fields);
    struct arena *arena = arena_create(1 << 20);
    struct faults *faults = faults_create();
    struct play_line *line = play_script_parse("x", text, strlen(text), arena, faults);
    assert_int_equal(faults_count(faults), 0);
    bool ok = play_fields_check(line, event, is_called, NULL, &why);
    faults_destroy(&faults);
    arena_destroy(&arena);
    return ok;
}

static void test_equal(void **state)
{
    assert_true(holds("state=handling owner=property unit=2 floor=-1 building=4 level=1"));
    assert_string_equal(buf_text(&why), "");
    assert_false(holds("state=done"));
    assert_string_equal(buf_text(&why), "state is handling");
    assert_false(holds("state=done unit=3 floor=-1"));
    assert_string_equal(buf_text(&why), "state is handling\nunit is 2");
    assert_true(holds("unit=02"));
    assert_true(holds("solved=true"));
    assert_false(holds("solved=false"));
    assert_true(holds("text=*灯*"));
    assert_true(holds("object=灯"));
    assert_false(holds("object=门"));
}

static void test_other_operators(void **state)
{
    assert_true(holds("level>=1 level<=1 level<2 level>0 owner!=water unit!=3"));
    assert_false(holds("level>=2"));
    assert_false(holds("owner!=property"));
    assert_false(holds("unit!=2"));
    assert_false(holds("level!=1"));
}

static void test_null(void **state)
{
    assert_true(holds("room=null due.accept=null unit!=null outcome=null"));
    assert_false(holds("unit=null"));
    assert_false(holds("room!=null"));
    assert_false(holds("room=301"));
    assert_false(holds("room>=301"));
    assert_false(holds("due.finsh=2026"));
    assert_string_equal(buf_text(&why), "an event has no field due.finsh");
    assert_true(holds("photos=null"));
}

static void test_lists(void **state)
{
    assert_true(holds("also=3 also>=2 photos=0 also!=2 also=老王 also=m-2 also!=物业1"));
    assert_false(holds("also=2"));
    assert_false(holds("also=物业1"));
    assert_false(holds("also=老王 photos>=1"));
}

static void test_members(void **state)
{
    assert_true(holds("assignee=物业1 reporter=孙大姐 assignee=m-0007 reporter!=老王"));
    assert_false(holds("assignee=物业2"));
    assert_false(holds("assignee!=物业1"));
}

static void test_times(void **state)
{
    assert_true(holds("due.finish=2026-03-03T18:00"));
    assert_true(holds("due.finish=2026-03-03T18:00:00+08:00"));
    assert_true(holds("due.finish=2026-03-03"));
    assert_true(holds("due.finish>2026-03-03T17:59"));
    assert_false(holds("due.finish=2026-03-03T18:01"));
    assert_false(holds("due.finish!=2026-03-03T18:00"));
}

static int setup(void **state)
{
    buf_init(&why, 4096);
    return 0;
}

static int teardown(void **state)
{
    buf_finish(&why);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_equal), TEST(test_other_operators), TEST(test_null),
        TEST(test_lists), TEST(test_members),         TEST(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
