/* The story of the lamp (PEOPLE.md, scene 1) with the power cut everywhere: Loubot, its
 * redis-server or both are killed between any two lines, and at every named point of the heart.
 * Each time people see the same, the event ends the same, and at most one message is sent twice
 * (the platform knows it by its key).
 *
 * In short form a sample of the points is taken; KILLS=all takes all of them. KILLS=verbose
 * also prints every run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/buf.h"
#include "played.h"

#define POINTS_MAX 32
#define REPEATS_MAX 2 /* a turn of this story speaks in two groups */
#define EVERYWHERE SIZE_MAX

static const char *const story[] = {
    "@ 2026-03-02 09:00",
    "b4 孙大姐> 4号楼二单元4楼的灯不亮",
    "b4 < *#1*",
    "work < *@物业1*",
    "+ 5m",
    "work 物业1> 收到",
    "+ 40m",
    "work 物业1> [photo] 好了",
    "b4 楼长4> 亮了，谢谢",
    "+ 1m",
    "b4 孙大姐> 👍",
    "= 1 state=archived outcome=resolved confirmed_by=verifier rating=good photos=1 also=0",
    "= 1 assignee=物业1 reporter=孙大姐 owner=property level=1 rework=0 reopened=0",
    "= total 1",
    "= open 0",
};
#define STORY_LINES (sizeof story / sizeof *story)
#define PEOPLE_END 11 /* kills before that line change what comes after it */
#define PASSED 6

struct point {
    char name[32];
    int passages;
};

static char *seen_alive; /* what people saw when nothing was killed */
static struct point points[POINTS_MAX];
static size_t point_count;
static int runs;

static bool wants(const char *word)
{
    const char *kills = getenv("KILLS");
    return kills && strstr(kills, word);
}

/* The story, with a directive before one of its lines. */
static struct played run_story(size_t before, const char *directive, const char *kill_at)
{
    struct buf script;
    buf_init(&script, 65536);
    for (size_t i = 0; i < STORY_LINES; i++) {
        if (i == before || (before == EVERYWHERE && i > 0 && i < PEOPLE_END))
            buf_printf(&script, "%s\n", directive);
        buf_printf(&script, "%s\n", story[i]);
    }
    struct played played = played_script(buf_text(&script), kill_at);
    buf_finish(&script);
    runs++;
    return played;
}

static void check(struct played *played, const char *what)
{
    char *seen = played_seen(played);
    if (wants("verbose"))
        print_message("%s: %d sent again\n", what, played->repeats);
    if (strcmp(seen, seen_alive) != 0 || played->status != 0 || played->passed != PASSED) {
        fprintf(stderr, "--- alive:\n%s--- killed:\n%s%s", seen_alive, played->out,
                played->err);
        fail_msg("%s: people saw something else", what);
    }
    if (played->repeats > REPEATS_MAX)
        fail_msg("%s: %d messages were sent again", what, played->repeats);
    free(seen);
    played_free(played);
}

static void note_point(const char *name, size_t len)
{
    size_t i = 0;
    while (i < point_count &&
           (strncmp(points[i].name, name, len) != 0 || points[i].name[len] != '\0'))
        i++;
    assert_true(i < POINTS_MAX && len < sizeof points[i].name);
    memcpy(points[i].name, name, len);
    points[i].passages++;
    if (i == point_count)
        point_count++;
}

/* What people see, and which points are passed how often, when nothing is killed. */
static int find_points(void **state)
{
    if (!played_binary()) {
        print_message("no loubot to test: build it first\n");
        return -1;
    }
    struct played played = run_story(STORY_LINES, "", "?");
    static const char mark[] = "kill point ";
    for (const char *p = played.err; (p = strstr(p, mark));) {
        p += sizeof mark - 1;
        note_point(p, strcspn(p, "\n"));
    }
    seen_alive = played_seen(&played);
    bool ok = played.status == 0 && played.passed == PASSED && point_count > 0;
    if (!ok)
        fprintf(stderr, "the story fails without a kill:\n%s%s", played.out, played.err);
    played_free(&played);
    return ok ? 0 : -1;
}

static int forget(void **state)
{
    print_message("%d runs of the story; points passed:", runs);
    for (size_t i = 0; i < point_count; i++)
        print_message(" %s %d", points[i].name, points[i].passages);
    print_message("\n");
    free(seen_alive);
    return 0;
}

static void between_lines(const char *directive)
{
    bool all = wants("all");
    for (size_t i = 1; i < (all ? PEOPLE_END : 2); i++) {
        char what[128];
        snprintf(what, sizeof what, "%s before line %zu", directive, i + 1);
        struct played played = run_story(all ? i : EVERYWHERE, directive, NULL);
        check(&played, what);
    }
}

static void test_loubot_between_lines(void **state)
{
    between_lines("! kill");
}

static void test_redis_between_lines(void **state)
{
    between_lines("! kill redis");
}

static void test_both_between_lines(void **state)
{
    between_lines("! kill redis\n! kill");
}

static void test_stop_between_lines(void **state)
{
    between_lines("! restart");
}

/* `part`: which passage the short form takes, 0 the first, 2 the last. */
static void at_points(const char *whom, int part)
{
    for (size_t i = 0; i < point_count; i++) {
        int last = points[i].passages, only = 1 + (last - 1) * part / 2;
        for (int n = 1; n <= last; n++) {
            char at[2048];
            if (n != only && !wants("all"))
                continue;
            snprintf(at, sizeof at, "%s:%d%s", points[i].name, n, whom);
            struct played played = run_story(STORY_LINES, "", at);
            check(&played, at);
        }
    }
}

static void test_loubot_at_points(void **state)
{
    at_points("", 0);
}

static void test_redis_at_points(void **state)
{
    at_points(":redis", 1);
}

static void test_both_at_points(void **state)
{
    at_points(":both", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loubot_between_lines), cmocka_unit_test(test_redis_between_lines),
        cmocka_unit_test(test_both_between_lines),   cmocka_unit_test(test_stop_between_lines),
        cmocka_unit_test(test_loubot_at_points),     cmocka_unit_test(test_redis_at_points),
        cmocka_unit_test(test_both_at_points),
    };
    return cmocka_run_group_tests(tests, find_points, forget);
}
