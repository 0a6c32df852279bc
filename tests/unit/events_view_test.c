/* Events as people read them at a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cli/events_view.h"
#include "host/buf.h"
#include "host/conf.h"
#include "people/community.h"

static const char event[] =
    "{\"id\":12,\"building\":\"4\",\"unit\":\"2\",\"floor\":-1,\"room\":null,\"place\":"
    "\"车库\","
    "\"category\":\"lighting\",\"class\":\"WY01\",\"object\":\"灯\",\"symptom\":\"不亮\","
    "\"urgency\":\"normal\",\"text\":\"车库灯不亮\",\"photos\":[\"a\",\"b\"],\"group\":\"b4\","
    "\"households\":2,\"reporter\":\"r-0123456789ab\",\"state\":\"handling\",\"level\":1,"
    "\"owner\":\"property\",\"assignee\":\"m-0004\",\"verifier\":null,\"outcome\":null,"
    "\"due\":{\"accept\":\"2026-03-02T11:00:00+08:00\",\"finish\":null},"
    "\"trail\":[{\"at\":\"2026-03-02T09:00:00+08:00\",\"who\":\"loubot\",\"from\":null,"
    "\"to\":\"reported\",\"what\":\"moved\",\"note\":null},"
    "{\"at\":\"2026-03-02T09:05:00+08:00\",\"who\":\"m-0004\",\"from\":\"dispatched\","
    "\"to\":\"handling\",\"what\":\"moved\",\"note\":\"下午来\"},"
    "{\"at\":\"2026-03-02T09:06:00+08:00\",\"who\":\"r-0123456789ab\",\"from\":null,\"to\":"
    "null,"
    "\"what\":\"photo\",\"note\":null},"
    "{\"at\":\"2026-03-02T09:07:00+08:00\",\"who\":\"r-ffffffffffff\",\"from\":null,\"to\":"
    "null,\"what\":\"joined\",\"note\":null}],\"names\":{\"r-0123456789ab\":\"孙大姐\"}}";

static struct community *community;
static struct buf out;

static int setup(void **state)
{
    struct faults *faults = faults_create();
    community = community_load(NULL, faults);
    faults_destroy(&faults);
    buf_init(&out, 1 << 20);
    return community ? 0 : -1;
}

static int teardown(void **state)
{
    community_destroy(&community);
    buf_finish(&out);
    return 0;
}

static void has(const char *text)
{
    if (!strstr(buf_text(&out), text))
        fail_msg("\"%s\" is not in\n%s", text, buf_text(&out));
}

static void test_table(void **state)
{
    char list[4096] = "[";
    strcat(list, event);
    strcat(list, "]");
    assert_true(events_view_table(list, community, &out));
    has("     state     due  what             where ");
    has("#12  handling  -    lighting 灯不亮  building 4, unit 2, floor -1, 车库  楼长4\n");
    buf_clear(&out);
    assert_true(events_view_table("[]", community, &out));
    assert_int_equal(out.len, 0);
    assert_false(events_view_table("{", community, &out));
}

static void test_story(void **state)
{
    assert_true(events_view_story(event, community, &out));
    has("#12  lighting (WY01), handling, level 1\n  “车库灯不亮”\n");
    has("  where       building 4, unit 2, floor -1, 车库\n");
    has("  reporter    孙大姐\n");
    has("  assignee    楼长4\n");
    has("  photos      2\n");
    has("  due         accept 2026-03-02 11:00, finish -\n");
    has("  2026-03-02 09:00  Loubot          reported\n");
    has("  2026-03-02 09:05  楼长4           dispatched → handling: 下午来\n");
    has("  2026-03-02 09:06  孙大姐          photo\n");
    has("  2026-03-02 09:07  a resident      joined\n");
    assert_null(strstr(buf_text(&out), "verifier"));
    assert_false(events_view_story("[]", community, &out));
}

static void test_join(void **state)
{
    events_view_join("[{\"id\":2},{\"id\":1}]", &out);
    events_view_join("[{\"id\":9}]", &out);
    events_view_join("[]", &out);
    assert_string_equal(buf_text(&out), "{\"id\":2},\n{\"id\":1},\n{\"id\":9}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_table), TEST(test_story), TEST(test_join)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
