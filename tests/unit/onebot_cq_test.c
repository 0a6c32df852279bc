/* onebot_cq_test.c: CQ codes against the answers of the common parsers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/onebot/onebot_cq.h"

static void check(const char *text, const char *segments)
{
    json_t *have = onebot_cq_parse(text, strlen(text), 64);
    json_t *want = json_loads(segments, 0, NULL);
    assert_non_null(want);
    if (!json_equal(have, want)) {
        char *dump = json_dumps(have, 0);
        print_message("%s gave %s\n", text, dump);
        free(dump);
        fail();
    }
    json_decref(have);
    json_decref(want);
}

#define TEXT(text) "{\"type\":\"text\",\"data\":{\"text\":\"" text "\"}}"

static void codes_are_read(void **state)
{
    check("", "[]");
    check("&#91;x&#93; &amp; y, z", "[" TEXT("[x] & y, z") "]");
    check("[CQ:at,qq=42] hi", "[{\"type\":\"at\",\"data\":{\"qq\":\"42\"}}," TEXT(" hi") "]");
    check("[CQ:share,title=a=b,url=u]t",
          "[{\"type\":\"share\",\"data\":{\"title\":\"a=b\",\"url\":\"u\"}}," TEXT("t") "]");
    check("[CQ:shake]", "[{\"type\":\"shake\",\"data\":{}}]");
    check("[CQ:image,file=,url=u&#44;&amp;#91;]",
          "[{\"type\":\"image\",\"data\":{\"file\":\"\",\"url\":\"u,&#91;\"}}]");
    check("a[[CQ:face,id=1]b",
          "[" TEXT("a[") ",{\"type\":\"face\",\"data\":{\"id\":\"1\"}}," TEXT("b") "]");
}

static void what_does_not_fit_is_text(void **state)
{
    static const char *const texts[] = {
        "[CQ:a-b,x=1]", "[cq:at,qq=1]",
        "[CQ:at,qq=42", "[CQ:face, id=1]",
        "x]y",          "[CQ:]",
        "[CQ:",         "[CQ:at,]",
        "[CQ:at,qq]",   "[",
        "[CQ:at,=1]",   "&lt;",
        "&#91",         "&",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *segments = onebot_cq_parse(texts[i], strlen(texts[i]), 64);
        json_t *data = json_object_get(json_array_get(segments, 0), "data");
        assert_int_equal(json_array_size(segments), 1);
        assert_string_equal(json_string_value(json_object_get(data, "text")), texts[i]);
        json_decref(segments);
    }
}

static void segments_are_capped(void **state)
{
    char text[2000] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, "[CQ:shake]x");
    json_t *segments = onebot_cq_parse(text, strlen(text), 64);
    assert_int_equal(json_array_size(segments), 64);
    json_decref(segments);
}

/* The vectors that two real implementations agree on, where they are at hand. */
static void recorded_vectors_agree(void **state)
{
    const char *shared = getenv("LOUBOT_SHARED");
    char path[512], line[8192];
    int count = 0;
    snprintf(path, sizeof path, "%s/protocols/recordings/onebot-cq-vectors.jsonl",
             shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file)
        skip();
    while (fgets(line, sizeof line, file)) {
        json_t *vector = json_loads(line, 0, NULL);
        const char *in = json_string_value(json_object_get(vector, "in"));
        if (in) {
            json_t *have = onebot_cq_parse(in, strlen(in), 64);
            assert_true(json_equal(have, json_object_get(vector, "napcat")));
            json_decref(have);
            count++;
        }
        json_decref(vector);
    }
    fclose(file);
    assert_true(count >= 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_read),
        cmocka_unit_test(what_does_not_fit_is_text),
        cmocka_unit_test(segments_are_capped),
        cmocka_unit_test(recorded_vectors_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
