/* onebot_in_test.c: frames as implementations write them, and as they should not. The shapes of
 * the frames are those of NapCat; ids and people are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/onebot/onebot_in.h"

#define SELF "10001"

static struct arena *arena;
static struct onebot_frame frame;

static int setup(void **state)
{
    arena = arena_create(ONEBOT_ARENA_MAX);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    return 0;
}

static void in(const char *bytes)
{
    onebot_in(bytes, strlen(bytes), SELF, arena, &frame);
}

static const char *text_at(size_t index)
{
    assert_true(index < frame.input.segment_count);
    return frame.input.segments[index].text;
}

#define HEAD                                                                                   \
    "{\"self_id\":10001,\"user_id\":42,\"time\":1795491418,\"message_id\":123456789,"          \
    "\"message_type\":\"group\",\"sender\":{\"user_id\":42,\"nickname\":\"张三\","           \
    "\"card\":\"3-1-502 张三\",\"role\":\"member\"},\"sub_type\":\"normal\","                \
    "\"post_type\":\"message\",\"group_id\":88001,"

static void array_message_is_read(void **state)
{
    in(HEAD "\"raw_message\":\"x\",\"message\":[{\"type\":\"reply\",\"data\":{\"id\":\"-12\"}},"
            "{\"type\":\"at\",\"data\":{\"qq\":\"10001\"}},"
            "{\"type\":\"text\",\"data\":{\"text\":\" 停水了吗？\"}}]}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_string_equal(frame.self_id, SELF);
    assert_int_equal(frame.input.kind, INPUT_MESSAGE);
    assert_string_equal(frame.input.group, "88001");
    assert_string_equal(frame.input.user, "42");
    assert_string_equal(frame.input.user_name, "3-1-502 张三");
    assert_string_equal(frame.input.message, "123456789");
    assert_int_equal(frame.input.time_ms, 1795491418000);
    assert_false(frame.input.direct);
    assert_false(frame.input.from_bot);
    assert_int_equal(frame.input.segment_count, 3);
    assert_int_equal(frame.input.segments[0].kind, SEGMENT_REPLY);
    assert_string_equal(frame.input.segments[0].id, "-12");
    assert_int_equal(frame.input.segments[1].kind, SEGMENT_AT);
    assert_true(frame.input.segments[1].self);
    assert_string_equal(text_at(2), " 停水了吗？");
}

static void string_message_is_read(void **state)
{
    in(HEAD "\"message\":\"[CQ:reply,id=555]&#91;字符串&#93; a&amp;b"
            "[CQ:image,file=1.jpg,url=https://h/1.jpg?a=1&amp;b=2&#44;3][CQ:face,id=76]\"}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_int_equal(frame.input.segment_count, 4);
    assert_string_equal(frame.input.segments[0].id, "555");
    assert_string_equal(text_at(1), "[字符串] a&b");
    assert_int_equal(frame.input.segments[2].kind, SEGMENT_IMAGE);
    assert_string_equal(text_at(2), "https://h/1.jpg?a=1&b=2,3");
    assert_string_equal(text_at(3), "👍");
}

static void single_segment_is_read(void **state)
{
    in(HEAD "\"message\":{\"type\":\"text\",\"data\":{\"text\":\"灯坏了\"}}}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_string_equal(text_at(0), "灯坏了");
}

static void private_message_is_direct(void **state)
{
    in("{\"self_id\":10001,\"user_id\":\"42\",\"time\":1795491418,\"message_id\":-5,"
       "\"message_type\":\"private\",\"sub_type\":\"friend\",\"post_type\":\"message\","
       "\"sender\":{\"nickname\":\"李师傅\"},"
       "\"message\":[{\"type\":\"text\",\"data\":{\"text\":\"完成 12\"}}]}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_true(frame.input.direct);
    assert_string_equal(frame.input.group, "42");
    assert_string_equal(frame.input.message, "-5");
    assert_string_equal(frame.input.user_name, "李师傅");
}

static void string_ids_are_kept(void **state)
{
    in("{\"self_id\":\"wxid_bot\",\"user_id\":\"wxid_a1\",\"time\":1795491418,"
       "\"message_id\":\"m-1\",\"message_type\":\"group\",\"group_id\":\"1@chatroom\","
       "\"post_type\":\"message\",\"message\":\"hi\"}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_string_equal(frame.input.group, "1@chatroom");
    assert_string_equal(frame.input.user_name, "wxid_a1");
}

static void large_ids_keep_every_digit(void **state)
{
    in(HEAD "\"message\":\"hi\",\"group_id\":9007199254740993}");
    assert_string_equal(frame.input.group, "9007199254740993");
    in(HEAD "\"message\":\"hi\",\"group_id\":-9223372036854775808}");
    assert_string_equal(frame.input.group, "-9223372036854775808");
    in(HEAD "\"message\":\"hi\",\"group_id\":0}");
    assert_string_equal(frame.input.group, "0");
}

static void everybody_is_not_us(void **state)
{
    in(HEAD "\"message\":\"[CQ:at,qq=all] 开会\"}");
    assert_int_equal(frame.input.segments[0].kind, SEGMENT_OTHER);
    assert_false(frame.input.segments[0].self);
}

static void stickers_are_no_photos(void **state)
{
    in(HEAD
       "\"message\":[{\"type\":\"image\",\"data\":{\"url\":\"https://h/a\",\"sub_type\":1}},"
       "{\"type\":\"image\",\"data\":{\"url\":\"https://h/b\",\"sub_type\":0}},"
       "{\"type\":\"mface\",\"data\":{\"url\":\"https://h/c\"}}]}");
    assert_int_equal(frame.input.segments[0].kind, SEGMENT_OTHER);
    assert_int_equal(frame.input.segments[1].kind, SEGMENT_IMAGE);
    assert_int_equal(frame.input.segments[2].kind, SEGMENT_OTHER);
}

static void own_message_is_marked(void **state)
{
    in("{\"self_id\":10001,\"user_id\":10001,\"time\":1,\"message_id\":1,\"group_id\":2,"
       "\"message_type\":\"group\",\"post_type\":\"message\",\"message\":\"x\"}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_true(frame.input.from_bot);
    in("{\"self_id\":10001,\"post_type\":\"message_sent\",\"message\":\"x\"}");
    assert_int_equal(frame.kind, ONEBOT_IGNORED);
}

#define NOTICE                                                                                 \
    "{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"notice\",\"group_id\":88001,"

static void recall_is_by_the_operator(void **state)
{
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_recall\",\"operator_id\":43,"
              "\"message_id\":123456789}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_int_equal(frame.input.kind, INPUT_RECALL);
    assert_string_equal(frame.input.user, "43");
    assert_string_equal(frame.input.message, "123456789");
    in("{\"time\":1795491418,\"self_id\":10001,\"post_type\":\"notice\",\"user_id\":42,"
       "\"notice_type\":\"friend_recall\",\"message_id\":7}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_true(frame.input.direct);
    assert_string_equal(frame.input.group, "42");
}

static void reactions_are_read(void **state)
{
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_msg_emoji_like\",\"message_id\":5,"
              "\"likes\":[{\"emoji_id\":\"76\",\"count\":1}],\"is_add\":true}");
    assert_int_equal(frame.input.kind, INPUT_REACTION);
    assert_string_equal(frame.input.value, "👍");
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_msg_emoji_like\",\"message_id\":5,"
              "\"likes\":[{\"emoji_id\":128077,\"count\":1}]}");
    assert_string_equal(frame.input.value, "👍");
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_msg_emoji_like\",\"message_id\":5,"
              "\"likes\":[{\"emoji_id\":\"14\",\"count\":1}]}");
    assert_string_equal(frame.input.value, "face:14");
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_msg_emoji_like\",\"message_id\":5,"
              "\"likes\":[{\"emoji_id\":\"76\",\"count\":1}],\"is_add\":false}");
    assert_int_equal(frame.kind, ONEBOT_IGNORED);
    in(NOTICE "\"user_id\":42,\"notice_type\":\"group_msg_emoji_like\",\"message_id\":5}");
    assert_int_equal(frame.kind, ONEBOT_BAD);
    in(NOTICE "\"operator_id\":42,\"notice_type\":\"reaction\",\"sub_type\":\"add\","
              "\"message_id\":5,\"code\":\"128077\",\"count\":1}");
    assert_string_equal(frame.input.user, "42");
    assert_string_equal(frame.input.value, "👍");
}

static void mutes_and_removals_are_read(void **state)
{
    in(NOTICE "\"notice_type\":\"group_ban\",\"sub_type\":\"ban\",\"user_id\":10001,"
              "\"operator_id\":1,\"duration\":600}");
    assert_int_equal(frame.kind, ONEBOT_MUTED);
    assert_string_equal(frame.group, "88001");
    assert_int_equal(frame.duration_ms, 600000);
    in(NOTICE "\"notice_type\":\"group_ban\",\"sub_type\":\"ban\",\"user_id\":0,"
              "\"operator_id\":1,\"duration\":-1}");
    assert_int_equal(frame.kind, ONEBOT_MUTED);
    assert_int_equal(frame.duration_ms, 0);
    in(NOTICE "\"notice_type\":\"group_ban\",\"sub_type\":\"lift_ban\",\"user_id\":10001}");
    assert_int_equal(frame.kind, ONEBOT_UNMUTED);
    in(NOTICE "\"notice_type\":\"group_ban\",\"sub_type\":\"ban\",\"user_id\":42}");
    assert_int_equal(frame.kind, ONEBOT_IGNORED);
    in(NOTICE "\"notice_type\":\"group_decrease\",\"sub_type\":\"kick_me\",\"user_id\":10001}");
    assert_int_equal(frame.kind, ONEBOT_REMOVED);
    in(NOTICE "\"notice_type\":\"group_decrease\",\"sub_type\":\"kick\",\"user_id\":43}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_int_equal(frame.input.kind, INPUT_LEFT);
    assert_string_equal(frame.input.user, "43");
    assert_string_equal(frame.input.group, "88001");
    assert_string_equal(frame.input.message, "left 43");
    in(NOTICE "\"notice_type\":\"group_increase\",\"sub_type\":\"invite\",\"user_id\":10001}");
    assert_int_equal(frame.kind, ONEBOT_JOINED);
    in(NOTICE "\"notice_type\":\"bot_offline\",\"user_id\":10001,\"message\":\"登录失效\"}");
    assert_int_equal(frame.kind, ONEBOT_OFFLINE);
    assert_string_equal(frame.why, "登录失效");
}

static void meta_events_are_read(void **state)
{
    in("{\"time\":1,\"self_id\":10001,\"post_type\":\"meta_event\","
       "\"meta_event_type\":\"lifecycle\",\"sub_type\":\"connect\"}");
    assert_int_equal(frame.kind, ONEBOT_LIFECYCLE);
    in("{\"time\":1,\"self_id\":10001,\"post_type\":\"meta_event\",\"meta_event_type\":"
       "\"heartbeat\",\"status\":{\"online\":true,\"good\":true},\"interval\":30000}");
    assert_int_equal(frame.kind, ONEBOT_HEARTBEAT);
    assert_int_equal(frame.interval_ms, 30000);
    assert_true(frame.online);
    in("{\"time\":1,\"self_id\":10001,\"post_type\":\"meta_event\",\"meta_event_type\":"
       "\"heartbeat\",\"status\":{\"online\":null},\"interval\":30000}");
    assert_true(frame.online);
    in("{\"time\":1,\"self_id\":10001,\"post_type\":\"meta_event\",\"meta_event_type\":"
       "\"heartbeat\",\"status\":{\"online\":false},\"interval\":-1}");
    assert_false(frame.online);
    assert_int_equal(frame.interval_ms, 0);
}

static void answers_are_read(void **state)
{
    in("{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":1886542143},\"message\":\"\","
       "\"wording\":\"\",\"echo\":\"lb-7\",\"stream\":\"normal-action\"}");
    assert_int_equal(frame.kind, ONEBOT_REPLY);
    assert_true(frame.reply.ok);
    assert_string_equal(frame.reply.echo, "lb-7");
    assert_string_equal(frame.reply.message, "1886542143");
    in("{\"status\":\"failed\",\"retcode\":1200,\"data\":null,\"message\":\"发送失败: "
       "被禁言\",\"echo\":{\"n\":1}}");
    assert_false(frame.reply.ok);
    assert_null(frame.reply.echo);
    assert_string_equal(frame.reply.text, "发送失败: 被禁言");
    in("{\"status\":\"async\",\"retcode\":1,\"data\":null,\"echo\":\"lb-8\"}");
    assert_true(frame.reply.unknowable);
}

static void history_is_read(void **state)
{
    in("{\"status\":\"ok\",\"retcode\":0,\"echo\":\"lb-1\",\"data\":{\"messages\":["
       "{\"message_id\":1,\"message_seq\":901,\"time\":10,\"message_type\":\"group\","
       "\"group_id\":5,\"user_id\":42,\"sender\":{\"user_id\":42},\"message\":\"一\"},"
       "{\"message_id\":2,\"time\":11},"
       "{\"message_id\":3,\"time\":12,\"message_type\":\"group\",\"group_id\":5,"
       "\"sender\":{\"user_id\":10001},\"message\":[]}]}}");
    assert_true(frame.reply.has_messages);
    assert_int_equal(frame.reply.input_count, 2);
    assert_string_equal(frame.reply.inputs[0].segments[0].text, "一");
    assert_true(frame.reply.inputs[0].backfilled);
    assert_string_equal(frame.reply.input_seqs[0], "901");
    assert_string_equal(frame.reply.inputs[1].message, "3");
    assert_true(frame.reply.inputs[1].from_bot);
    assert_null(frame.reply.input_seqs[1]);
}

static void half_an_emoji_loses_no_report(void **state)
{
    in(HEAD "\"message\":\"灯坏了\\ud83d\"}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_string_equal(text_at(0), "灯坏了\xEF\xBF\xBD");
    in(HEAD "\"message\":\"\\\\ud83d \\udc4d\\ud83d\\ude00\"}");
    assert_string_equal(text_at(0), "\\ud83d \xEF\xBF\xBD😀");
}

static void nul_cuts_nothing_off(void **state)
{
    in(HEAD "\"message\":\"灯\\u0000坏了\"}");
    assert_string_equal(text_at(0), "灯坏了");
}

static void rubbish_is_refused(void **state)
{
    static const char *const rubbish[] = {
        "",
        "{",
        "null",
        "[]",
        "\"post_type\"",
        "{}",
        "{\"post_type\":5}",
        "{\"post_type\":\"message\"}",
        HEAD "\"message\":5}",
        HEAD "\"message\":\"x\",\"user_id\":42.5,\"sender\":{}}",
        HEAD "\"message\":\"x\",\"message_id\":1e3}",
        HEAD "\"message\":\"x\",\"group_id\":null}",
        HEAD "\"message\":\"x\",\"time\":\"yesterday\"}",
        HEAD "\"message\":\"x\",\"time\":-1}",
        HEAD "\"message\":\"x\",\"group_id\":\"a\\nb\"}",
        "{\"self_id\":10001,\"post_type\":\"notice\",\"notice_type\":\"group_recall\"}",
        "{\"self_id\":10001,\"post_type\":\"message\",\"x\":\"\xff\xfe\"}",
        "{\"user_id\":99999999999999999999,\"post_type\":\"message\"}",
    };
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        in(rubbish[i]);
        assert_int_equal(frame.kind, ONEBOT_BAD);
        assert_non_null(frame.why);
    }
}

static void unknown_things_are_ignored(void **state)
{
    static const char *const unknown[] = {
        "{\"post_type\":\"new_thing\"}",
        "{\"post_type\":\"request\",\"request_type\":\"group\",\"flag\":\"f\"}",
        "{\"post_type\":\"notice\",\"notice_type\":\"new_thing\"}",
        "{\"post_type\":\"meta_event\",\"meta_event_type\":\"new_thing\"}",
        HEAD "\"message\":[]}",
        HEAD "\"message\":\"\"}",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        in(unknown[i]);
        assert_int_equal(frame.kind, ONEBOT_IGNORED);
    }
    in(HEAD "\"message\":[5,null,{},{\"type\":\"new\"},{\"type\":\"text\"},"
            "{\"type\":\"at\",\"data\":{}},{\"type\":\"text\",\"data\":{\"text\":\"x\"}}]}");
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_string_equal(text_at(6), "x");
}

static void caps_hold(void **state)
{
    struct buf big;
    buf_init(&big, 1 << 20);
    buf_puts(&big, HEAD "\"message\":[");
    for (int i = 0; i < 200; i++)
        buf_printf(&big,
                   "%s{\"type\":\"text\",\"data\":{\"text\":\"灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯"
                   "灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯"
                   "灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯"
                   "灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯\"}}",
                   i ? "," : "");
    buf_puts(&big, "]}");
    in(buf_text(&big));
    assert_int_equal(frame.kind, ONEBOT_INPUT);
    assert_int_equal(frame.input.segment_count, MESSAGE_SEGMENTS_MAX);
    size_t total = 0;
    for (size_t i = 0; i < frame.input.segment_count; i++)
        total += strlen(text_at(i));
    assert_true(total <= MESSAGE_TEXT_MAX && total > MESSAGE_TEXT_MAX - 4);
    buf_clear(&big);
    for (int i = 0; i < 100000; i++)
        buf_puts(&big, "[");
    in(buf_text(&big));
    assert_int_equal(frame.kind, ONEBOT_BAD);
    buf_finish(&big);
    char *huge = xmalloc(ONEBOT_FRAME_MAX + 1);
    memset(huge, ' ', ONEBOT_FRAME_MAX + 1);
    onebot_in(huge, ONEBOT_FRAME_MAX + 1, SELF, arena, &frame);
    assert_int_equal(frame.kind, ONEBOT_BAD);
    free(huge);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(array_message_is_read),
        T(string_message_is_read),
        T(single_segment_is_read),
        T(private_message_is_direct),
        T(string_ids_are_kept),
        T(large_ids_keep_every_digit),
        T(everybody_is_not_us),
        T(stickers_are_no_photos),
        T(own_message_is_marked),
        T(recall_is_by_the_operator),
        T(reactions_are_read),
        T(mutes_and_removals_are_read),
        T(meta_events_are_read),
        T(answers_are_read),
        T(history_is_read),
        T(half_an_emoji_loses_no_report),
        T(nul_cuts_nothing_off),
        T(rubbish_is_refused),
        T(unknown_things_are_ignored),
        T(caps_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
