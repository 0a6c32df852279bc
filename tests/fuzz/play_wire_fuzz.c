/* play_wire_fuzz.c: any bytes as a line between the director of `loubot play` and its daemon,
 * in both directions: refused, or read within its caps. */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/play/play.h"
#include "cli/play_platform.h"
#include "cli/play_wire.h"
#include "host/buf.h"
#include "host/mem.h"

#define OUT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void on_said(void *arg, const char *group, const char *person, const char *text)
{
    if (!group || !text)
        abort();
}

static void platform(const char *line, size_t len)
{
    struct play_platform *platform = play_platform_create("楼宝", on_said, NULL);
    struct buf out;
    buf_init(&out, OUT_MAX);
    play_platform_line(platform, line, len, &out);
    play_platform_line(platform, line, len, &out); /* a known key the second time */
    buf_finish(&out);
    play_platform_destroy(&platform);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len > 4096)
        return 0;
    const char *line = (const char *)bytes, *why = NULL;
    struct arena *arena = arena_create(OUT_MAX);
    struct play_in in;
    struct play_request request;
    struct play_answer answer;
    if (play_in_parse(line, len, &in, arena, &why) == 0 && in.kind == PLAY_IN_INPUT &&
        (!in.input.user || in.input.segment_count > MESSAGE_SEGMENTS_MAX))
        abort();
    play_request_parse(line, len, &request, arena);
    play_answer_parse(line, len, &answer, arena);
    platform(line, len);
    arena_destroy(&arena);
    return 0;
}
