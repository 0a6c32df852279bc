/* lexicon_test.c: the lexicon's files: the embedded ones are without fault, a community's own
 * words work, every broken line is named and the rest works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/mem.h"
#include "event/policy.h"
#include "words/lexicon_data.h"
#include "words/understand.h"

static char path[] = "/tmp/lexicon-test-XXXXXX";

static void write_words(const char *text)
{
    strcpy(path, "/tmp/lexicon-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static struct lexicon *lexicon_with(const char *text, struct faults *faults)
{
    write_words(text);
    const char *files[] = {path};
    struct lexicon *lexicon = lexicon_create(files, 1, faults);
    unlink(path);
    return lexicon;
}

static void embedded_is_without_fault(void **state)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_create(NULL, 0, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_error("%s\n", faults_text(faults, i));
    assert_int_equal(faults_count(faults), 0);
    assert_true(lexicon_bytes(lexicon) < 8u << 20);
    assert_string_equal(lexicon_term(lexicon, "灯", "en"), "light");
    assert_string_equal(lexicon_term(lexicon, "light", "zh"), "灯");
    assert_string_equal(lexicon_term(lexicon, "不见经传", "en"), "不见经传");
    lexicon_destroy(&lexicon);
    assert_null(lexicon);
    faults_destroy(&faults);
}

/* What the skills look for by themselves: the first word, the longest of those that stand there,
 * Latin ones whole. */
static void lists_are_found(void **state)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon =
        lexicon_with("[list verbs]\n转、转给\n[list verbs]\nno, pass to\n[list]\n", faults);
    size_t len;
    const char *text = "请转给热力";
    assert_ptr_equal(lexicon_list_find(lexicon, "verbs", text, &len), text + strlen("请"));
    assert_int_equal(len, strlen("转给"));
    assert_int_equal(lexicon_list_at(lexicon, "verbs", "转热力"), strlen("转"));
    assert_int_equal(lexicon_list_at(lexicon, "verbs", text), 0);
    assert_null(lexicon_list_find(lexicon, "verbs", "know now", &len));
    assert_int_equal(lexicon_list_at(lexicon, "verbs", "Pass to power"), strlen("pass to"));
    assert_int_equal(lexicon_list_at(lexicon, "unheard of", "no"), 0);
    assert_int_equal(faults_count(faults), 1); /* a list without a name */
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

/* A class that the lexicon gives but nobody has a policy for would be handled as QT99. */
static void every_class_has_a_policy(void **state)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_create(NULL, 0, faults);
    struct policy *policy = policy_load(NULL, faults);
    for (size_t i = 0; i < lexicon->group_count; i++) {
        const struct group_def *group = &lexicon->groups[i];
        if (group->code != NULL &&
            strcmp(policy_class(policy, group->code, NULL)->code, group->code) != 0)
            fail_msg("%s:%d: class %s has no policy", group->file, group->line, group->code);
    }
    policy_destroy(&policy);
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

static void a_community_adds_words(void **state)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_with("# ours\n[place 鱼池|fish_pond]\n鱼池、大鱼池\n"
                                           "[object 灯|light]\n灯笼\n",
                                           faults);
    assert_int_equal(faults_count(faults), 0);
    struct arena *arena = arena_create(1 << 16);
    struct meaning meaning;
    const char *text = "鱼池的灯笼不亮了";
    understand(lexicon, text, strlen(text), NULL, arena, &meaning);
    assert_true(meaning.report);
    assert_string_equal(meaning.fault.category, "lighting");
    assert_string_equal(meaning.fault.where.place, "鱼池");
    arena_destroy(&arena);
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

/* One of the faults names the line and says what is wrong. */
static void assert_fault(const char *text, const char *line, const char *what)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_with(text, faults);
    bool said = false;
    for (size_t i = 0; i < faults_count(faults); i++)
        said |= strstr(faults_text(faults, i), line) != NULL &&
                strstr(faults_text(faults, i), what) != NULL;
    if (!said)
        fail_msg("nothing says %s, %s; the first of %zu faults: %s", line, what,
                 faults_count(faults),
                 faults_count(faults) > 0 ? faults_text(faults, 0) : "none");
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

static void broken_lines_are_named(void **state)
{
    assert_fault("灯笼\n", ":1:", "before the first group");
    assert_fault("\n[thing 灯笼]\n灯笼\n", ":2:", "not a kind");
    assert_fault("[object]\n", ":1:", "needs a name");
    assert_fault("[object 灯笼 category=lamps]\n", ":1:", "not allowed");
    assert_fault("[object 灯笼 colour=red]\n", ":1:", "not known");
    assert_fault("[mark silly]\n哈\n", ":1:", "not a name");
    assert_fault("[say shrug]\n哦\n", ":1:", "not a name");
    assert_fault("[object 梯|ladder category=elevator]\n路灯\n", ":2:", "another category");
    assert_fault("[object 灯|light]\n灯笼、灯笼\n", ":2:", "twice");
    assert_fault("[object 灯|light]\n\xff\xfe\n", ":2:", "UTF-8");
    assert_fault("[traditional]\n灯\n", ":2:", "pair");
    assert_fault("[rule object=lampp symptom=dark category=road]\n", ":1:", "lampp");
    assert_fault("[rule object=lamp symptom=darkk category=road]\n", ":1:", "darkk");
    assert_fault("[symptom 怪|odd for=lampp]\n怪怪\n", ":1:", "lampp");
    assert_fault("[symptom 怪|odd cue]\n怪怪\n", ":1:", "without for=");
    assert_fault("\n[object 石狮|stone_lion category=other]\n", ":2:", "has no word");
    assert_fault("[given lampp take=road category=lighting]\n", ":1:", "lampp");
    assert_fault("[given lamp with=lampp take=road category=lighting]\n", ":1:", "lampp");
    assert_fault("[given lamp category=lighting]\n", ":1:", "needs a tag");
    assert_fault("[given lamp take=lighting category=lighting]\n", ":1:", "loop");
    assert_fault("[given lamp take=roads category=lighting]\n", ":1:", "not allowed");
    assert_fault("[traditional]\n鱻鮮 鮮鱻\n", ":2:", "loop");
    assert_fault("[traditional]\n鱻鱻\n", ":2:", "loop");
    assert_fault("[object 灯|light]\n灯笼..\n", ":2:", "empty");
    assert_fault("[object "
                 "灯|light]"
                 "\n一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七"
                 "八九十一二\n",
                 ":2:", "longer");
}

/* A line [given …] of a community hands the votes over. */
static void a_community_says_what_is_the_point(void **state)
{
    struct faults *faults = faults_create();
    struct lexicon *lexicon =
        lexicon_with("[object 石狮|stone_lion category=other tags=lion]\n石狮\n"
                     "[given lion take=parking category=public_facility]\n",
                     faults);
    assert_int_equal(faults_count(faults), 0);
    struct arena *arena = arena_create(1 << 16);
    struct meaning meaning;
    const char *text = "石狮被乱停的车挡住了，没人管";
    understand(lexicon, text, strlen(text), NULL, arena, &meaning);
    assert_true(meaning.report);
    assert_string_equal(meaning.fault.category, "public_facility");
    arena_destroy(&arena);
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

static void a_missing_file_is_named(void **state)
{
    const char *files[] = {"/nonexistent/words.txt"};
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_create(files, 1, faults);
    assert_int_equal(faults_count(faults), 1);
    assert_non_null(strstr(faults_text(faults, 0), "/nonexistent/words.txt"));
    lexicon_destroy(&lexicon);
    faults_destroy(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedded_is_without_fault),
        cmocka_unit_test(every_class_has_a_policy),
        cmocka_unit_test(lists_are_found),
        cmocka_unit_test(a_community_adds_words),
        cmocka_unit_test(broken_lines_are_named),
        cmocka_unit_test(a_community_says_what_is_the_point),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
