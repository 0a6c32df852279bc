/* opinion_test.c: the learned second opinion: what a feature is, what it thinks of plain
 * sentences, models that are broken; and that the examples it learns from have their form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/opinion.h"
#include "words/understand_inner.h"

#define EXAMPLES "handlers/lexicon/examples"

static struct fold fold;
static struct opinion zh, en;

static const struct asset *model(const char *path)
{
    const struct asset *asset = asset_find(path);
    assert_non_null(asset);
    return asset;
}

static int setup(void **state)
{
    const struct asset *a = model("opinion/zh.bin"), *b = model("opinion/en.bin");
    fold_init(&fold);
    return opinion_open(&zh, LANG_ZH, a->bytes, a->len) &&
                   opinion_open(&en, LANG_EN, b->bytes, b->len)
               ? 0
               : -1;
}

static size_t glyphs_of(const char *text, struct glyph *glyphs, size_t max)
{
    long count = normalise(&fold, text, strlen(text), glyphs, max);
    assert_true(count >= 0);
    return (size_t)count;
}

static size_t runs(enum lang lang, const char *text, struct opinion_gram *out)
{
    static struct glyph glyphs[5000];
    return opinion_runs(lang, glyphs, glyphs_of(text, glyphs, 4999), out);
}

/* Of the runs alone; nobody told it of words. */
static struct opinion_view ask(const struct opinion *opinion, const char *text)
{
    static struct opinion_gram grams[OPINION_GRAMS];
    struct opinion_view view;
    opinion_ask(opinion, grams, runs(opinion == &zh ? LANG_ZH : LANG_EN, text, grams), true,
                &view);
    return view;
}

static const char *category_of(const struct opinion *opinion, const char *text)
{
    struct opinion_view view = ask(opinion, text);
    size_t best = OPINION_CATEGORY;
    for (size_t k = OPINION_CATEGORY; k < view.outputs; k++)
        if (view.margin[k] > view.margin[best])
            best = k;
    return opinion->head->names[best];
}

static void it_knows_plain_sentences(void **state)
{
    assert_true(ask(&zh, "八楼走廊的灯一直闪，晃眼睛").margin[0] > 0);
    assert_string_equal(category_of(&zh, "八楼走廊的灯一直闪，晃眼睛"), "lighting");
    assert_string_equal(category_of(&zh, "小区里野狗成群，没有人牵绳"), "pets");
    assert_true(ask(&zh, "周末一起去看电影，吃火锅怎么样").margin[0] < 0);
    assert_true(ask(&en, "the garbage has not been collected for two weeks").margin[0] > 0);
    assert_string_equal(category_of(&en, "the garbage has not been collected for two weeks"),
                        "sanitation");
    assert_true(ask(&en, "let us have dinner together on sunday").margin[0] < 0);
}

static void nothing_known_is_no_opinion(void **state)
{
    assert_int_equal(ask(&zh, "").outputs, 0);
    assert_int_equal(ask(&en, "ж щ ъ").outputs, 0);
    struct opinion nothing = {0};
    assert_int_equal(ask(&nothing, "灯坏了").outputs, 0);
}

static void features_are_short_runs(void **state)
{
    static struct opinion_gram a[OPINION_GRAMS], b[OPINION_GRAMS];
    assert_int_equal(runs(LANG_ZH, "灯坏了", a), 7); /* _灯 灯 灯坏 坏 坏了 了 了_ */
    assert_int_equal(a[2].from, 0);
    assert_int_equal(a[2].to, 2);
    assert_int_equal(runs(LANG_ZH, "", a), 0);
    assert_int_equal(runs(LANG_ZH, "……！", a), 0);
    /* " ab ": 3 of two, 2 of three, 1 of four letters */
    assert_int_equal(runs(LANG_EN, "ab", a), 6);
    assert_int_equal(runs(LANG_EN, "  ab  ab", b), 12);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(a[i].key, b[i].key);
        assert_int_equal(a[i].key, b[i + 6].key);
    }
}

static void marks_and_numbers_are_all_alike(void **state)
{
    static struct opinion_gram a[OPINION_GRAMS], b[OPINION_GRAMS];
    size_t n = runs(LANG_ZH, "12号楼，没水", a);
    assert_int_equal(n, runs(LANG_ZH, "37号楼!!没水。。。", b));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(a[i].key, b[i].key);
    assert_true(opinion_key(0, "灯") != opinion_key(1, "灯"));
    assert_true((opinion_key(0, "灯") & OPINION_WORD) != 0);
    for (size_t i = 0; i < n; i++)
        assert_true((a[i].key & OPINION_WORD) == 0);
}

static void long_texts_are_cut(void **state)
{
    static struct opinion_gram out[OPINION_GRAMS];
    static char text[4001];
    memset(text, 'x', 4000);
    size_t n = runs(LANG_EN, text, out);
    assert_true(n <= OPINION_RUNS && out[n - 1].to <= OPINION_GLYPHS);
    for (size_t i = 1; i < 4000; i += 2)
        text[i] = ' ';
    n = runs(LANG_EN, text, out);
    assert_true(n <= OPINION_RUNS && out[n - 1].to <= OPINION_GLYPHS);
    memset(text, 'x', 4000);
    assert_int_equal(runs(LANG_ZH, text, out), 2 * OPINION_GLYPHS + 1);
}

static void broken_models_are_refused(void **state)
{
    const struct asset *asset = model("opinion/zh.bin");
    struct opinion opinion;
    char *bytes = xmalloc(asset->len);
    struct opinion_head *head = (struct opinion_head *)bytes;
    memcpy(bytes, asset->bytes, asset->len);
    assert_true(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    assert_false(opinion_open(&opinion, LANG_EN, bytes, asset->len));
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, asset->len - 1));
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, 10));
    head->magic[0] = 'X';
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    assert_null(opinion.head);
    memcpy(bytes, asset->bytes, asset->len);
    head->outputs = OPINION_OUTPUTS + 1;
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    memcpy(bytes, asset->bytes, asset->len);
    head->bucket_bits = 60;
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    memcpy(bytes, asset->bytes, asset->len);
    memset(head->names[1], 'x', OPINION_NAME);
    assert_false(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    memcpy(bytes, asset->bytes, asset->len);
    assert_true(opinion_open(&opinion, LANG_ZH, bytes, asset->len));
    assert_true(opinion_is_sound(&opinion));
    ((uint32_t *)(head + 1))[5] = head->rows + 1; /* leads out of the table */
    assert_false(opinion_is_sound(&opinion));
    free(bytes);
}

static void reasons_come_heaviest_first(void **state)
{
    static struct opinion_gram grams[OPINION_GRAMS];
    struct opinion_reason reasons[3];
    size_t count = runs(LANG_ZH, "走廊的灯坏了", grams);
    assert_int_equal(opinion_reasons(&zh, grams, count, 1, reasons, 3), 3);
    for (size_t i = 1; i < 3; i++)
        assert_true(reasons[i - 1].weight * reasons[i - 1].weight >=
                    reasons[i].weight * reasons[i].weight);
    assert_int_equal(opinion_reasons(&zh, grams, count, OPINION_OUTPUTS, reasons, 3), 0);
}

/* An address makes nothing urgent. */
static void numbers_tell_nothing_of_urgency(void **state)
{
    static struct opinion_gram grams[OPINION_GRAMS];
    struct opinion_reason reasons[1];
    size_t count = runs(LANG_ZH, "3单元502", grams), numbers = 0;
    for (size_t i = 0; i < count; i++) {
        if ((grams[i].key & OPINION_NUMBER) == 0 || !opinion_knows(&zh, grams[i].key))
            continue;
        numbers++;
        for (size_t k = OPINION_URGENT; k <= OPINION_EMERGENCY; k++) {
            assert_int_equal(opinion_reasons(&zh, &grams[i], 1, k, reasons, 1), 1);
            assert_float_equal(reasons[0].weight, 0, 1e-6);
        }
    }
    assert_true(numbers > 4);
}

/* The table that counts features is as large as their number asks for. */
static void features_are_counted_in_a_text_of_any_length(void **state)
{
    static struct opinion_gram grams[OPINION_GRAMS];
    struct opinion_view once, often;
    size_t count = runs(LANG_ZH, "楼道的灯坏了", grams);
    opinion_ask(&zh, grams, count, true, &once);
    opinion_ask(&zh, grams, count, false, &often);
    assert_int_equal(often.outputs, 1);
    assert_float_equal(often.margin[0], once.margin[0], 0.001);
    for (size_t i = count; i < OPINION_GRAMS; i++)
        grams[i] = grams[i % count];
    opinion_ask(&zh, grams, OPINION_GRAMS, true, &often);
    assert_true(once.margin[0] > 0 && often.margin[0] > 0);
}

static bool is_category(const char *name)
{
    size_t len = strcspn(name, " ");
    for (uint32_t k = OPINION_CATEGORY; k < zh.head->outputs; k++)
        if (strlen(zh.head->names[k]) == len && memcmp(zh.head->names[k], name, len) == 0)
            return true;
    return strcmp(name, "none") == 0;
}

/* Adds a sentence to all that are known; fails when it stands there already. */
static void take(json_t *known, const char *text, const char *path)
{
    if (json_object_get(known, text) != NULL)
        fail_msg("%s: \"%s\" stands in %s too", path, text,
                 json_string_value(json_object_get(known, text)));
    json_object_set_new(known, text, json_string(path));
}

static void take_examples(json_t *known, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4000], label[40] = "";
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "= ", 2) == 0) {
            snprintf(label, sizeof label, "%.38s", line + 2);
            if (!is_category(label))
                fail_msg("%s: no category is called \"%s\"", path, label);
        } else if (line[0] != '\0' && line[0] != '#') {
            if (label[0] == '\0')
                fail_msg("%s: \"%s\" stands before the first category", path, line);
            take(known, line, path);
        }
    }
    fclose(file);
}

/* Known categories, no sentence twice. */
static void examples_have_their_form(void **state)
{
    json_t *known = json_object();
    size_t files = 0;
    char path[500];
    DIR *folder = opendir(EXAMPLES);
    if (folder == NULL)
        fail_msg(EXAMPLES " cannot be opened; tests run in the checkout's top folder");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, EXAMPLES "/%s", entry->d_name);
        take_examples(known, path);
        files++;
    }
    closedir(folder);
    assert_true(files >= 4);
    json_decref(known);
}

/* Where points and opinion meet. */
static struct lexicon *lexicon;
static struct arena *arena;

static int words_setup(void **state)
{
    struct faults *faults = faults_create();
    lexicon = lexicon_create(NULL, 0, faults);
    assert_int_equal(faults_count(faults), 0);
    faults_destroy(&faults);
    arena = arena_create(1u << 20);
    return 0;
}

static int words_teardown(void **state)
{
    lexicon_destroy(&lexicon);
    arena_destroy(&arena);
    return 0;
}

static struct meaning hear(const char *text, const struct hints *hints, struct buf *why)
{
    struct meaning meaning;
    understand_explain(lexicon, text, strlen(text), hints, arena, &meaning, why);
    return meaning;
}

static void it_is_explained(void **state)
{
    struct buf why;
    buf_init(&why, 1u << 16);
    struct meaning meaning = hear("八楼走廊的灯一直闪，晃眼睛，大家都说了好多回", NULL, &why);
    assert_true(meaning.report);
    assert_non_null(strstr(buf_text(&why), "opinion report +"));
    assert_non_null(strstr(buf_text(&why), "opinion lighting +"));
    assert_non_null(strstr(buf_text(&why), "weighs +"));
    buf_finish(&why);
}

static void short_words_and_emergencies_are_the_lexicons(void **state)
{
    static const char *const texts[] = {"灯坏了", "没水了", "停电了", "电梯困人了",
                                        "有人被困电梯"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct meaning meaning = hear(texts[i], NULL, NULL);
        if (!meaning.report)
            fail_msg("%s", texts[i]);
    }
    assert_int_equal(hear("电梯困人了", NULL, NULL).intent, INTENT_EMERGENCY);
    assert_int_equal(hear("12号修了吗", NULL, NULL).intent, INTENT_PROGRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_knows_plain_sentences),
        cmocka_unit_test(nothing_known_is_no_opinion),
        cmocka_unit_test(features_are_short_runs),
        cmocka_unit_test(marks_and_numbers_are_all_alike),
        cmocka_unit_test(features_are_counted_in_a_text_of_any_length),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(broken_models_are_refused),
        cmocka_unit_test(reasons_come_heaviest_first),
        cmocka_unit_test(numbers_tell_nothing_of_urgency),
        cmocka_unit_test(examples_have_their_form),
    };
    const struct CMUnitTest words[] = {
        cmocka_unit_test(it_is_explained),
        cmocka_unit_test(short_words_and_emergencies_are_the_lexicons),
    };
    int failed = cmocka_run_group_tests(tests, setup, NULL);
    return failed +
           cmocka_run_group_tests_name("with the lexicon", words, words_setup, words_teardown);
}
