/* media_test.c: pictures are kept once each, by content, without what tells where they were
 * taken; what is none is refused; old ones go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "event/media.h"
#include "host/err.h"

static char dir[64];

static int setup(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/loubot-media-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static void put(unsigned char number, char ref[MEDIA_REF_SIZE])
{
    unsigned char gif[] = {'G', 'I', 'F',  '8', '9', 'a', 1,      0,
                           1,   0,   0x80, 0,   0,   0,   number, ';'};
    assert_int_equal(media_put(dir, gif, sizeof gif, ref, MEDIA_REF_SIZE), 0);
}

static bool is_kept(const char *ref)
{
    void *bytes;
    size_t len;
    const char *type;
    int error = media_get(dir, ref, &bytes, &len, &type);
    if (!error)
        free(bytes);
    return !error;
}

static void make_older(const char *ref, int days)
{
    char path[200];
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - days * 86400}};
    snprintf(path, sizeof path, "%s/media/%s", dir, ref + strlen("media:"));
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static size_t sweep(int days, size_t most)
{
    struct media_sweep one = {NULL, 0};
    int steps = 0;
    while (media_sweep(&one, dir, ((int64_t)time(NULL) - days * 86400LL) * 1000, most))
        assert_true(++steps < 100);
    assert_null(one.folder);
    return one.removed;
}

static void the_same_picture_is_kept_once(void **state)
{
    char a[MEDIA_REF_SIZE], b[MEDIA_REF_SIZE], c[MEDIA_REF_SIZE];
    put(1, a);
    put(1, b);
    put(2, c);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_true(is_kept(a));
    media_remove(dir, a);
    assert_false(is_kept(a));
    assert_true(is_kept(c));
}

static void what_is_no_picture_is_refused(void **state)
{
    char ref[MEDIA_REF_SIZE];
    static char much[MEDIA_MAX + 1] = "GIF89a";
    assert_int_equal(media_put(dir, "hello, world, hello", 19, ref, sizeof ref), ERR_INVALID);
    assert_int_equal(media_put(dir, much, sizeof much, ref, sizeof ref), ERR_FULL);
    assert_false(is_kept("media:../../etc/passwd"));
}

static void old_ones_go(void **state)
{
    char old[MEDIA_REF_SIZE], young[MEDIA_REF_SIZE], again[MEDIA_REF_SIZE];
    assert_int_equal(sweep(400, 10), 0); /* no folder yet */
    put(1, old);
    put(2, young);
    put(3, again);
    make_older(old, 401);
    make_older(young, 399);
    make_older(again, 500);
    put(3, again); /* sent once more: its time begins anew */
    assert_int_equal(sweep(400, 2), 1);
    assert_false(is_kept(old));
    assert_true(is_kept(young));
    assert_true(is_kept(again));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_picture_is_kept_once),
        TEST(what_is_no_picture_is_refused),
        TEST(old_ones_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
