/* lexicon_forms_test.c: the short hands of the word files are written out as they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "words/lexicon_forms.h"

static void assert_forms(const struct forms *forms, const char *word, const char *expected)
{
    struct form_list list;
    assert_null(forms_expand(forms, word, strlen(word), &list));
    char all[4000] = "";
    for (size_t i = 0; i < list.count; i++) {
        strcat(all, i > 0 ? ", " : "");
        strcat(all, list.words[i]);
    }
    assert_string_equal(all, expected);
    form_list_finish(&list);
}

static void assert_wrong(const struct forms *forms, const char *word, const char *part)
{
    struct form_list list;
    const char *wrong = forms_expand(forms, word, strlen(word), &list);
    assert_non_null(wrong);
    assert_non_null(strstr(wrong, part));
    assert_int_equal(list.count, 0);
}

static void verbs_have_four_forms(void **state)
{
    struct forms *forms = forms_create();
    assert_forms(forms, "lamp", "lamp");
    assert_forms(forms, "flicker~", "flicker, flickers, flickered, flickering");
    assert_forms(forms, "drip~", "drip, drips, dripped, dripping");
    assert_forms(forms, "leak~ in", "leak in, leaks in, leaked in, leaking in");
    assert_forms(forms, "smoke~", "smoke, smokes, smoked, smoking");
    assert_forms(forms, "flood~", "flood, floods, flooded, flooding");
    assert_forms(forms, "try~", "try, tries, tried, trying");
    assert_forms(forms, "stay~", "stay, stays, stayed, staying");
    assert_forms(forms, "smash~", "smash, smashes, smashed, smashing");
    assert_forms(forms, "free~", "free, frees, freed, freeing");
    forms_destroy(&forms);
    assert_null(forms);
    forms_destroy(&forms);
}

static void sets_are_put_in(void **state)
{
    struct forms *forms = forms_create();
    assert_null(forms_add(forms, "not", "won't", 5));
    assert_null(forms_add(forms, "not", "does not", 8));
    assert_null(forms_add(forms, "act", "open", 4));
    assert_null(forms_add(forms, "act", "<not> jam~", 10));
    assert_forms(forms, "<not> close", "won't close, does not close");
    assert_forms(forms, "it <act>",
                 "it open, it won't jam, it won't jams, it won't jammed, it won't jamming, "
                 "it does not jam, it does not jams, it does not jammed, it does not jamming");
    forms_destroy(&forms);
}

static void what_is_wrong_is_told(void **state)
{
    struct forms *forms = forms_create();
    assert_wrong(forms, "<nothing> close", "not known");
    assert_wrong(forms, "<not close", "not closed");
    assert_wrong(forms, "~", "no English verb");
    assert_wrong(forms, "灯~", "no English verb");
    char word[200];
    memset(word, 'a', sizeof word);
    word[199] = '\0';
    assert_wrong(forms, word, "too long");
    for (int i = 0; i < 40; i++) {
        char one[] = {(char)('a' + i % 26), (char)('a' + i / 26), '\0'};
        assert_null(forms_add(forms, "many", one, 2));
    }
    assert_wrong(forms, "<many> <many>", "too many words");
    assert_non_null(forms_add(forms, "a name that is much too long", "x", 1));
    forms_destroy(&forms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_have_four_forms),
        cmocka_unit_test(sets_are_put_in),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
