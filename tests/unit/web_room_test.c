/* web_room_test.c: histories on disk: what was added is there again, whatever happened to the
 * file's end; ids go on; nothing grows without bound. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "adapters/web/web_room.h"

static char folder[60];

static int setup(void **state)
{
    strcpy(folder, "/tmp/loubot-web-XXXXXX");
    return !mkdtemp(folder);
}

static int teardown(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void say(struct web_room *room, const char *text, const char *client)
{
    struct web_record record = {.from = "孙大姐", .client = client, .segment_count = 1};
    record.segments[0] = (struct segment){.kind = SEGMENT_TEXT, .text = text};
    assert_int_equal(web_room_add(room, &record, 1000), 0);
}

static struct web_room *open_room(const char *name)
{
    struct web_room *room = web_room_open(folder, name);
    assert_non_null(room);
    return room;
}

static void test_again(void **state)
{
    struct web_room *room = open_room("b4");
    assert_int_equal(room->count, 0);
    say(room, "一", "c-00000001");
    say(room, "二\n", "c-00000002");
    assert_int_equal(web_room_line(room, 0)->at_ms, 1000);
    assert_int_equal(web_room_line(room, 1)->at_ms, 1001); /* the order of time is theirs */
    web_room_close(&room);
    assert_null(room);
    room = open_room("b4");
    assert_int_equal(room->count, 2);
    assert_int_equal(room->given, 2); /* the core has heard of them, or asks */
    assert_int_equal(web_room_find(room, "c-00000002", NULL)->n, 2);
    assert_null(web_room_find(room, "c-00000003", "c-00000002"));
    assert_int_equal(web_room_by_number(room, "1")->n, 1);
    assert_null(web_room_by_number(room, "3"));
    say(room, "三", NULL);
    assert_int_equal(room->last_n, 3);
    web_room_close(&room);
}

static void append(const char *file, const char *bytes)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    close(fd);
}

static void test_torn_file(void **state)
{
    struct web_room *room = open_room("b4");
    say(room, "一", "c-00000001");
    web_room_close(&room);
    append("b4.jsonl", "not json\n{\"n\":2,\"at\":5,\"kind\":\"say\",\"parts\":[{\"te");
    room = open_room("b4");
    assert_int_equal(room->count, 1);
    say(room, "二", "c-00000002");
    assert_int_equal(room->last_n, 2);
    web_room_close(&room);
    room = open_room("b4");
    assert_int_equal(room->count, 2);
    web_room_close(&room);
}

static void test_caps(void **state)
{
    struct web_room *room = open_room("b4");
    char text[12001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 700; i++) {
        say(room, text, NULL);
        assert_true(room->count <= WEB_ROOM_KEEP && room->kept_bytes <= WEB_ROOM_BYTES);
        assert_true(room->file_bytes <= WEB_ROOM_FILE_BYTES);
    }
    char path[100];
    struct stat stat_buf;
    snprintf(path, sizeof path, "%s/b4.jsonl", folder);
    assert_int_equal(stat(path, &stat_buf), 0);
    assert_int_equal(stat_buf.st_size, room->file_bytes);
    uint64_t oldest = web_room_line(room, 0)->n;
    size_t count = room->count;
    web_room_close(&room);
    room = open_room("b4");
    assert_int_equal(room->last_n, 700);
    assert_int_equal(room->count, count);
    assert_int_equal(web_room_line(room, 0)->n, oldest);
    for (int i = 0; i < 600; i++)
        say(room, "kurz", NULL);
    assert_int_equal(room->count, WEB_ROOM_KEEP);
    web_room_close(&room);
}

static void test_names_stay_in_the_folder(void **state)
{
    struct web_room *room = open_room("dm:../../etc/passwd");
    assert_non_null(strstr(room->path, "/dm%3A%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.jsonl"));
    web_room_close(&room);
    room = open_room("dm:孙大姐");
    web_room_close(&room);
    assert_null(web_room_open("/no/such/folder", "b4"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {WITH(test_again), WITH(test_torn_file), WITH(test_caps),
                                       WITH(test_names_stay_in_the_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
