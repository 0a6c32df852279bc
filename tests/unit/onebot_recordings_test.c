/* onebot_recordings_test.c: every frame that a real implementation was recorded to send is
 * understood. Skipped where the recordings are not at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "adapters/onebot/onebot_in.h"

static size_t counts[ONEBOT_JOINED + 1];

static void read_frame(const json_t *frame)
{
    struct arena *arena = arena_create(ONEBOT_ARENA_MAX);
    struct onebot_frame read;
    char *bytes = json_dumps(frame, JSON_COMPACT);
    onebot_in(bytes, strlen(bytes), "10001", arena, &read);
    if (read.kind == ONEBOT_BAD)
        print_message("%s: %s\n", read.why, bytes);
    assert_int_not_equal(read.kind, ONEBOT_BAD);
    counts[read.kind]++;
    free(bytes);
    arena_destroy(&arena);
}

static void read_recording(const char *name)
{
    const char *shared = getenv("LOUBOT_SHARED");
    char path[512];
    static char line[65536];
    snprintf(path, sizeof path, "%s/protocols/recordings/%s", shared ? shared : "../shared",
             name);
    FILE *file = fopen(path, "r");
    if (!file)
        skip();
    while (fgets(line, sizeof line, file)) {
        json_t *entry = json_loads(line, 0, NULL);
        const char *dir = json_string_value(json_object_get(entry, "dir"));
        if (dir && strcmp(dir, "impl>app") == 0 && json_object_get(entry, "frame"))
            read_frame(json_object_get(entry, "frame"));
        json_decref(entry);
    }
    fclose(file);
}

static void recorded_frames_are_understood(void **state)
{
    read_recording("onebot-napcat-network.jsonl");
    assert_true(counts[ONEBOT_INPUT] >= 5);
    assert_true(counts[ONEBOT_REPLY] >= 20);
    assert_true(counts[ONEBOT_HEARTBEAT] >= 5);
    assert_true(counts[ONEBOT_LIFECYCLE] >= 4);
    assert_int_equal(counts[ONEBOT_OFFLINE], 1);
    read_recording("onebot-koishi-adapter-6.9.4.jsonl");
    read_recording("onebot-node-napcat-ts-0.4.25.jsonl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_frames_are_understood)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
