/* stored_fuzz.c: any bytes where Redis keeps an event, a step or a session. They are refused, or
 * read; what was read is written so that it reads the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "event/session.h"
#include "host/buf.h"
#include "host/mem.h"

#define TEXT_MAX ((size_t)1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void events(const char *json, struct arena *arena)
{
    struct event *first = event_create(arena), *second = event_create(arena);
    if (event_decode(first, json, "灯不亮", NULL, arena))
        return;
    struct buf once, twice;
    buf_init(&once, TEXT_MAX * 8);
    buf_init(&twice, TEXT_MAX * 8);
    event_encode(first, &once);
    if (event_decode(second, buf_text(&once), "灯不亮", NULL, arena))
        abort();
    event_encode(second, &twice);
    if (strcmp(buf_text(&once), buf_text(&twice)) != 0)
        abort();
    buf_finish(&once);
    buf_finish(&twice);
}

static void sessions(const char *json, struct arena *arena)
{
    struct session first = {.member = "m", .group = "b4"}, second = first;
    if (session_decode(&first, json, arena))
        return;
    struct buf once, twice;
    buf_init(&once, TEXT_MAX * 8);
    buf_init(&twice, TEXT_MAX * 8);
    session_encode(&first, &once);
    if (session_decode(&second, buf_text(&once), arena))
        abort();
    session_encode(&second, &twice);
    if (strcmp(buf_text(&once), buf_text(&twice)) != 0)
        abort();
    buf_finish(&once);
    buf_finish(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0 || len > TEXT_MAX)
        return 0;
    struct arena *arena = arena_create((size_t)1 << 24);
    char *json = arena_strndup(arena, (const char *)bytes + 1, len - 1);
    struct step step = {0};
    switch (bytes[0]) {
    case 'e':
        events(json, arena);
        break;
    case 's':
        sessions(json, arena);
        break;
    default:
        step_decode(&step, json, arena);
    }
    arena_destroy(&arena);
    return 0;
}
