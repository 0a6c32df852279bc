/* onebot_in_fuzz.c: any bytes at the OneBot reader. What it makes of them must hold together,
 * and a text that was read is written so that it reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot_failure.h"
#include "adapters/onebot/onebot_in.h"
#include "adapters/onebot/onebot_out.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_input(const struct input *input)
{
    size_t total = 0;
    check(input->group && input->user && input->user_name && input->message);
    check(input->time_ms > 0 && input->segment_count <= MESSAGE_SEGMENTS_MAX);
    check(input->kind != INPUT_REACTION || input->value);
    for (size_t i = 0; i < input->segment_count; i++) {
        const struct segment *segment = &input->segments[i];
        check(segment->kind != SEGMENT_AT || segment->id);
        check(segment->kind != SEGMENT_REPLY || segment->id);
        check(segment->kind != SEGMENT_IMAGE || segment->text);
        check(segment->kind != SEGMENT_TEXT || segment->text);
        total += segment->kind == SEGMENT_TEXT ? strlen(segment->text) : 0;
    }
    check(total <= MESSAGE_TEXT_MAX);
}

/* Says to the group what was said there, and reads that again. */
static void check_echo(const struct input *input, struct arena *arena)
{
    struct buf params, event;
    struct send_part parts[MESSAGE_SEGMENTS_MAX];
    struct send send = {.group = input->group, .parts = parts};
    for (size_t i = 0; i < input->segment_count; i++) {
        if (input->segments[i].kind == SEGMENT_TEXT && *input->segments[i].text)
            parts[send.part_count++] =
                (struct send_part){SEGMENT_TEXT, input->segments[i].text, NULL};
    }
    buf_init(&params, 1 << 20);
    buf_init(&event, 1 << 20);
    if (onebot_out_send(&params, &send, NULL, NULL, NULL)) {
        struct onebot_frame again;
        buf_puts(&event, "{\"post_type\":\"message\",\"message_type\":\"group\",\"user_id\":1,"
                         "\"time\":1,\"message_id\":1,");
        buf_puts(&event, buf_text(&params) + 1);
        onebot_in(buf_text(&event), event.len, NULL, arena, &again);
        check(again.kind == ONEBOT_INPUT && again.input.segment_count == send.part_count);
        check(strcmp(again.input.group, input->group) == 0);
        for (size_t i = 0; i < send.part_count; i++)
            check(strcmp(again.input.segments[i].text, parts[i].text) == 0);
    }
    buf_finish(&params);
    buf_finish(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *arena = arena_create(ONEBOT_ARENA_MAX);
    struct onebot_frame frame;
    int64_t retry_ms;
    onebot_in((const char *)bytes, len, "10001", arena, &frame);
    if (frame.kind == ONEBOT_INPUT) {
        check_input(&frame.input);
        check_echo(&frame.input, arena);
    }
    if (frame.kind == ONEBOT_REPLY) {
        onebot_failure(&frame.reply, &retry_ms);
        for (size_t i = 0; i < frame.reply.input_count; i++)
            check_input(&frame.reply.inputs[i]);
    }
    if (frame.kind == ONEBOT_BAD || frame.kind == ONEBOT_IGNORED)
        check(frame.why);
    arena_destroy(&arena);
    return 0;
}
