/* onebot_cq_test.c: CQ codes against the answers of the common parsers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/onebot/onebot_cq.h"

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_create(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    return 0;
}

static struct jnode *parse(const char *text)
{
    return onebot_cq_parse(text, strlen(text), 64, arena);
}

/* Strings, and arrays and objects of them. */
static bool same(const struct jnode *a, const struct jnode *b)
{
    if (!b || a->type != b->type || a->len != b->len)
        return false;
    if (a->type == JNODE_STRING)
        return strcmp(a->text, b->text) == 0;
    const struct jnode *there = b->first;
    for (const struct jnode *child = a->first; child; child = child->next) {
        if (!same(child, child->key
                             ? jnode_get(b, arena_strndup(arena, child->key, child->key_len))
                             : there))
            return false;
        there = there->next;
    }
    return true;
}

static void check(const char *text, const char *segments)
{
    struct jnode *want = jnode_read(segments, strlen(segments), arena);
    assert_non_null(want);
    if (!same(parse(text), want))
        fail_msg("%s gave something else than %s", text, segments);
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
        const struct jnode *segments = parse(texts[i]);
        const struct jnode *data = jnode_get(jnode_first(segments), "data");
        assert_int_equal(segments->len, 1);
        assert_string_equal(jnode_text(jnode_get(data, "text")), texts[i]);
    }
}

static void segments_are_capped(void **state)
{
    char text[2000] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, "[CQ:shake]x");
    assert_int_equal(parse(text)->len, 64);
}

/* A string of broken codes takes a time that grows as its length, and little memory. */
static void broken_codes_are_cheap(void **state)
{
    size_t len = 10 << 20;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = "[CQ:x,a="[i % 8];
    struct arena *small = arena_create(len + 4096);
    assert_int_equal(onebot_cq_parse(text, len, 64, small)->len, 1);
    arena_destroy(&small);
    free(text);
}

static void parameters_are_capped(void **state)
{
    char text[2000] = "[CQ:x";
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), ",p%d=%d", i, i);
    strcat(text, "]y");
    const struct jnode *segments = parse(text);
    const struct jnode *data = jnode_get(jnode_first(segments), "data");
    assert_int_equal(segments->len, 2);
    assert_string_equal(jnode_text(jnode_get(data, "p31")), "31");
    assert_null(jnode_get(data, "p32"));
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
        const struct jnode *vector = jnode_read(line, strlen(line), arena);
        const char *in = jnode_text(jnode_get(vector, "in"));
        if (in) {
            assert_true(same(parse(in), jnode_get(vector, "napcat")));
            count++;
        }
    }
    fclose(file);
    assert_true(count >= 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(codes_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_text, setup, teardown),
        cmocka_unit_test_setup_teardown(segments_are_capped, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_codes_are_cheap, setup, teardown),
        cmocka_unit_test_setup_teardown(parameters_are_capped, setup, teardown),
        cmocka_unit_test_setup_teardown(recorded_vectors_agree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
