/* Input ids tell repeats from new inputs; texts are joined and cut on character boundaries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "host/mem.h"
#include "host/text.h"
#include "turn/message.h"

static struct input message(void)
{
    struct input input = {.kind = INPUT_MESSAGE,
                          .adapter = "a",
                          .account = "1",
                          .group = "g",
                          .user = "u",
                          .message = "7",
                          .time_ms = 1000};
    return input;
}

static const char *id_of(struct input input)
{
    static char ids[16][INPUT_ID_SIZE];
    static int next;
    char *id = ids[next++ % 16];
    input_set_id(&input);
    memcpy(id, input.id, INPUT_ID_SIZE);
    return id;
}

static void same_input_same_id(void **state)
{
    struct input again = message();
    again.token = 99;
    again.backfilled = true;
    assert_string_equal(id_of(message()), id_of(again));
    assert_int_equal(strlen(id_of(message())), INPUT_ID_SIZE - 1);
}

static void each_part_counts(void **state)
{
    struct input other[6];
    for (size_t i = 0; i < 6; i++)
        other[i] = message();
    other[0].group = "g2";
    other[1].message = "8";
    other[2].time_ms = 1001; /* a counter that restarted gives the same platform id */
    other[3].account = "2";
    other[4].kind = INPUT_RECALL;
    other[5].adapter = "b";
    for (size_t i = 0; i < 6; i++)
        assert_string_not_equal(id_of(message()), id_of(other[i]));
}

static void parts_do_not_run_together(void **state)
{
    struct input a = message(), b = message();
    a.group = "g1", a.message = "23";
    b.group = "g12", b.message = "3";
    assert_string_not_equal(id_of(a), id_of(b));
}

/* A reaction carries the id of the message it is about: who and what tell them apart. */
static void reactions_differ_by_actor_and_value(void **state)
{
    struct input a = message(), b, c;
    a.kind = INPUT_REACTION;
    a.value = "👍";
    b = a, c = a;
    b.user = "v";
    c.value = "❤";
    assert_string_not_equal(id_of(a), id_of(b));
    assert_string_not_equal(id_of(a), id_of(c));
}

static void a_copy_is_deep(void **state)
{
    char group[] = "g", text[] = "灯";
    struct segment segments[] = {{.kind = SEGMENT_TEXT, .text = text}};
    struct input input = message();
    input.group = group;
    input.segments = segments;
    input.segment_count = 1;
    struct arena *arena = arena_create(4096);
    struct input *copy = input_copy(&input, arena);
    group[0] = 'x', text[0] = 'x', segments[0].text = NULL;
    assert_string_equal(copy->group, "g");
    assert_string_equal(copy->segments[0].text, "灯");
    arena_destroy(&arena);
}

static void text_joins_and_cuts(void **state)
{
    struct arena *arena = arena_create(1 << 20);
    char *large = arena_alloc(arena, MESSAGE_TEXT_MAX + 10);
    for (size_t i = 0; i + 3 < MESSAGE_TEXT_MAX + 6; i += 3)
        memcpy(large + i, "灯", 3);
    struct segment segments[] = {{.kind = SEGMENT_TEXT, .text = "4号楼"},
                                 {.kind = SEGMENT_IMAGE, .text = "media:x"},
                                 {.kind = SEGMENT_TEXT, .text = "灯"},
                                 {.kind = SEGMENT_TEXT, .text = large}};
    struct input input = message();
    input.segments = segments;
    input.segment_count = 3;
    assert_string_equal(input_text(&input, arena), "4号楼灯");
    assert_int_equal(input_image_count(&input), 1);
    input.segment_count = 4;
    const char *text = input_text(&input, arena);
    assert_true(strlen(text) <= MESSAGE_TEXT_MAX);
    assert_true(text_is_utf8(text, strlen(text)));
    arena_destroy(&arena);
}

static void utf8_is_checked(void **state)
{
    assert_true(text_is_utf8("灯 light", 9));
    assert_false(text_is_utf8("\xE7\x81", 2));         /* cut short */
    assert_false(text_is_utf8("\xC0\x80", 2));         /* overlong */
    assert_false(text_is_utf8("\xED\xA0\x80", 3));     /* surrogate */
    assert_false(text_is_utf8("\xF5\x80\x80\x80", 4)); /* beyond U+10FFFF */
}

static void long_texts_are_checked_to_their_end(void **state)
{
    char text[64];
    for (size_t at = 0; at + 3 <= sizeof text; at++) {
        memset(text, 'a', sizeof text);
        memcpy(text + at, "灯", 3);
        assert_true(text_is_utf8(text, sizeof text));
        assert_false(text_is_utf8(text, at + 2));
        text[at + 1] = 'a';
        assert_false(text_is_utf8(text, sizeof text));
    }
}

static void decimals_are_those_of_printf(void **state)
{
    static const int64_t numbers[] = {0, 7, -1, 10, 1795491418000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char want[32], have[32] = "";
        snprintf(want, sizeof want, "%lld", (long long)numbers[i]);
        assert_int_equal(text_decimal(have, numbers[i]), strlen(want));
        assert_string_equal(have, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_input_same_id),
        cmocka_unit_test(each_part_counts),
        cmocka_unit_test(parts_do_not_run_together),
        cmocka_unit_test(reactions_differ_by_actor_and_value),
        cmocka_unit_test(a_copy_is_deep),
        cmocka_unit_test(text_joins_and_cuts),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(long_texts_are_checked_to_their_end),
        cmocka_unit_test(decimals_are_those_of_printf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
