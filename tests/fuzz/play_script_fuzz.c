/* play_script_fuzz.c: any bytes as a conversation script: lines or faults, each with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/play_script.h"
#include "host/conf.h"
#include "host/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len > PLAY_FILE_MAX)
        return 0;
    struct arena *arena = arena_create(8 * len + 4096 * (len + 1));
    struct faults *faults = faults_create();
    int last = 0;
    for (struct play_line *line =
             play_script_parse("x.play", (const char *)bytes, len, arena, faults);
         line; line = line->next) {
        if (line->number <= last)
            abort();
        last = line->number;
        if (line->kind == PLAY_EXPECT && line->expect.glob_count)
            play_glob(line->expect.globs[0], line->source);
    }
    for (size_t i = 0; i < faults_count(faults); i++)
        if (strncmp(faults_text(faults, i), "x.play:", 7) != 0)
            abort();
    faults_destroy(&faults);
    arena_destroy(&arena);
    return 0;
}
