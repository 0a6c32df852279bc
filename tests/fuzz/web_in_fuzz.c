/* web_in_fuzz.c: frames of pages and lines of history files from hostile bytes. What is taken
 * must come back the same when it is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/web/web_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const struct web_record *record, struct arena *arena)
{
    struct web_record *again = arena_alloc(arena, sizeof *again);
    struct buf line;
    const char *why;
    buf_init(&line, WEB_RECORD_MAX);
    web_record_encode(record, &line);
    if (!line.failed && (web_record_decode(line.p, line.len, again, arena, &why) ||
                         again->segment_count != record->segment_count ||
                         again->kind != record->kind || again->n != record->n))
        abort();
    buf_finish(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(16 * WEB_RECORD_MAX);
    struct web_record *record = arena_alloc(arena, sizeof *record);
    struct web_in *in = arena_alloc(arena, sizeof *in);
    const char *text = (const char *)data, *why = NULL;
    if (!web_record_decode(text, size, record, arena, &why))
        read_again(record, arena);
    if (web_in_parse(text, size, in, arena, &why)) {
        if (!why)
            abort();
    } else if (in->op == WEB_OP_RECORD) {
        in->record.n = 1;
        in->record.from = "x";
        read_again(&in->record, arena);
    }
    arena_destroy(&arena);
    return 0;
}
