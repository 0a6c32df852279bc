/* onebot_out_test.c: frames to implementations, byte by byte, and read back by a strict parser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "adapters/onebot/onebot_emoji.h"
#include "adapters/onebot/onebot_out.h"

static struct buf params;

static int setup(void **state)
{
    buf_init(&params, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    buf_finish(&params);
    return 0;
}

static int picture(void *arg, const char *ref, struct buf *out)
{
    if (strcmp(ref, "media:1.png") != 0)
        return ERR_NOT_FOUND;
    buf_puts(out, "iVBORw0KGgo=");
    return 0;
}

static const char *out_parts(const char *group, bool direct, const struct send_part *parts,
                             size_t count)
{
    struct send send = {.group = group, .direct = direct, .parts = parts, .part_count = count};
    buf_clear(&params);
    return onebot_out_send(&params, &send, NULL, picture, NULL);
}

/* The very bytes of node-napcat-ts, but for the echo. */
static void group_message_is_what_applications_send(void **state)
{
    struct buf frame;
    const struct send_part parts[] = {{SEGMENT_REPLY, NULL, "5"},
                                      {SEGMENT_AT, "张三", "42"},
                                      {SEGMENT_TEXT, "今晚[恢复]", NULL}};
    const char *action = out_parts("88001", false, parts, 3);
    assert_string_equal(action, "send_group_msg");
    buf_init(&frame, 1 << 20);
    onebot_out_frame(&frame, action, buf_text(&params), "lb-1");
    assert_string_equal(buf_text(&frame),
                        "{\"action\":\"send_group_msg\",\"params\":{\"group_id\":88001,"
                        "\"message\":[{\"type\":\"reply\",\"data\":{\"id\":\"5\"}},"
                        "{\"type\":\"at\",\"data\":{\"qq\":\"42\"}},"
                        "{\"type\":\"text\",\"data\":{\"text\":\" 今晚[恢复]\"}}]},"
                        "\"echo\":\"lb-1\"}");
    buf_finish(&frame);
}

static void quote_goes_first(void **state)
{
    const struct send_part parts[] = {
        {SEGMENT_TEXT, "已登记 ", NULL},      {SEGMENT_AT, "李师傅", "43"},
        {SEGMENT_TEXT, "\n请回复", NULL},     {SEGMENT_REPLY, NULL, "-7"},
        {SEGMENT_IMAGE, "media:1.png", NULL}, {SEGMENT_IMAGE, "media:gone.png", NULL}};
    assert_non_null(out_parts("88001", false, parts, 6));
    assert_string_equal(buf_text(&params),
                        "{\"group_id\":88001,\"message\":["
                        "{\"type\":\"reply\",\"data\":{\"id\":\"-7\"}},"
                        "{\"type\":\"text\",\"data\":{\"text\":\"已登记 \"}},"
                        "{\"type\":\"at\",\"data\":{\"qq\":\"43\"}},"
                        "{\"type\":\"text\",\"data\":{\"text\":\"\\n请回复\"}},"
                        "{\"type\":\"image\",\"data\":{\"file\":\"base64://iVBORw0KGgo=\"}}]}");
}

static void direct_message_names_the_person(void **state)
{
    const struct send_part parts[] = {{SEGMENT_TEXT, "hi", NULL}};
    assert_string_equal(out_parts("42", true, parts, 1), "send_private_msg");
    assert_string_equal(
        buf_text(&params),
        "{\"user_id\":42,\"message\":[{\"type\":\"text\",\"data\":{\"text\":\"hi\"}}]}");
}

static void stranger_is_reached_through_a_group(void **state)
{
    const struct send_part parts[] = {{SEGMENT_TEXT, "hi", NULL}};
    struct send send = {.group = "42", .direct = true, .parts = parts, .part_count = 1};
    assert_string_equal(onebot_out_send(&params, &send, "88001", picture, NULL),
                        "send_private_msg");
    assert_string_equal(buf_text(&params), "{\"user_id\":42,\"group_id\":88001,\"message\":"
                                           "[{\"type\":\"text\",\"data\":{\"text\":\"hi\"}}]}");
}

static void ids_go_back_as_they_came(void **state)
{
    static const struct {
        const char *id, *written;
    } ids[] = {
        {"0", "0"},
        {"-12", "-12"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "\"9223372036854775808\""},
        {"007", "\"007\""},
        {"-0", "\"-0\""},
        {"-", "\"-\""},
        {"1@chatroom", "\"1@chatroom\""},
        {"a\"b", "\"a\\\"b\""},
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct send_part parts[] = {{SEGMENT_TEXT, "x", NULL}};
        char head[64];
        out_parts(ids[i].id, false, parts, 1);
        snprintf(head, sizeof head, "{\"group_id\":%s,", ids[i].written);
        assert_memory_equal(buf_text(&params), head, strlen(head));
    }
}

static void everybody_is_never_mentioned(void **state)
{
    const struct send_part parts[] = {{SEGMENT_AT, "全体成员", "all"},
                                      {SEGMENT_TEXT, "[CQ:at,qq=all] @全体成员", NULL}};
    out_parts("1", false, parts, 2);
    assert_null(strstr(buf_text(&params), "\"at\""));
    assert_non_null(strstr(buf_text(&params), "{\"text\":\"[CQ:at,qq=all] @全体成员\"}"));
}

static void nothing_to_say_is_not_sent(void **state)
{
    const struct send_part quote[] = {{SEGMENT_REPLY, NULL, "5"}, {SEGMENT_TEXT, "", NULL}};
    assert_null(out_parts("1", false, quote, 2));
    assert_null(out_parts("1", false, NULL, 0));
}

static void reactions_are_written(void **state)
{
    struct send send = {.group = "88001", .reaction = "👍", .about = "5"};
    assert_string_equal(onebot_out_send(&params, &send, NULL, NULL, NULL),
                        "set_msg_emoji_like");
    assert_string_equal(buf_text(&params),
                        "{\"message_id\":5,\"emoji_id\":\"76\",\"set\":true}");
    send.reaction = "🙏🏻";
    buf_clear(&params);
    onebot_out_send(&params, &send, NULL, NULL, NULL);
    assert_string_equal(buf_text(&params),
                        "{\"message_id\":5,\"emoji_id\":\"128591\",\"set\":true}");
    send.about = NULL;
    assert_null(onebot_out_send(&params, &send, NULL, NULL, NULL));
}

static void emoji_survive_the_way_there_and_back(void **state)
{
    static const char *const emoji[] = {"👍", "👌", "🌹", "🙏", "✅", "♨", "😀"};
    for (size_t i = 0; i < sizeof emoji / sizeof *emoji; i++) {
        char id[ONEBOT_EMOJI_SIZE], back[ONEBOT_EMOJI_SIZE];
        onebot_emoji_id(emoji[i], id);
        assert_true(onebot_emoji_of(id, back));
        assert_string_equal(back, emoji[i]);
    }
}

static void history_pages_are_asked_for(void **state)
{
    onebot_out_history(&params, "88001", NULL, 20);
    assert_string_equal(buf_text(&params), "{\"group_id\":88001,\"count\":20}");
    buf_clear(&params);
    onebot_out_history(&params, "88001", "901", 20);
    assert_string_equal(buf_text(&params),
                        "{\"group_id\":88001,\"message_seq\":901,\"count\":20}");
}

/* Whatever the bytes, a strict parser reads back valid JSON with the same text in it. */
static void any_text_is_valid_json(void **state)
{
    static const char *const texts[] = {
        "\"\\/\b\f\n\r\t\x01\x7f",      "}]},\"echo\":\"x\"",
        "\xff\xfe\xc0\xaf\xed\xa0\x80", "灯\xe7\x81",
        "😀 \xf4\x90\x80\x80 ok",        "\xE2\x80\xA8\xE2\x80\xA9"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct send_part parts[] = {{SEGMENT_TEXT, texts[i], NULL}};
        assert_non_null(out_parts("1", false, parts, 1));
        json_t *root = json_loads(buf_text(&params), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        const char *text;
        assert_int_equal(json_unpack(root, "{s:[{s:{s:s}}]}", "message", "data", "text", &text),
                         0);
        if (i < 2 || i == 5)
            assert_string_equal(text, texts[i]);
        json_decref(root);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(group_message_is_what_applications_send),
        T(quote_goes_first),
        T(direct_message_names_the_person),
        T(stranger_is_reached_through_a_group),
        T(ids_go_back_as_they_came),
        T(everybody_is_never_mentioned),
        T(nothing_to_say_is_not_sent),
        T(reactions_are_written),
        T(emoji_survive_the_way_there_and_back),
        T(history_pages_are_asked_for),
        T(any_text_is_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
