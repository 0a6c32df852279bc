/* lexicon_forms.c: see lexicon_forms.h. A word is written out from the left: its first short
 * hand is replaced by each of its forms, and what comes of that waits in the same list until no
 * short hand is left. A set's words are written out when they are added, so a set can only
 * stand for words known before, and there is no loop. */
#include "words/lexicon_forms.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "words/normalise.h"

#define SETS_MAX 160
#define FORM_LEN 120

struct set {
    char name[24];
    struct form_list list;
};

struct forms {
    struct set sets[SETS_MAX];
    size_t count;
};

struct forms *forms_create(void)
{
    return xcalloc(1, sizeof(struct forms));
}

void forms_destroy(struct forms **forms)
{
    struct forms *old = *forms;
    *forms = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->count; i++)
        form_list_finish(&old->sets[i].list);
    free(old);
}

void form_list_finish(struct form_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->words[i]);
    free(list->words);
    *list = (struct form_list){0};
}

static const struct set *set_named(const struct forms *forms, const char *name, size_t len)
{
    for (size_t i = 0; i < forms->count; i++)
        if (strlen(forms->sets[i].name) == len && memcmp(forms->sets[i].name, name, len) == 0)
            return &forms->sets[i];
    return NULL;
}

/* head + middle + tail as one more word of the list. */
static const char *append(struct form_list *list, const char *head, size_t head_len,
                          const char *middle, const char *tail)
{
    size_t len = head_len + strlen(middle) + strlen(tail);
    if (list->count == FORMS_MAX)
        return "stands for too many words";
    if (len >= FORM_LEN)
        return "is too long when written out";
    if ((list->count & (list->count - 1)) == 0) /* a power of two: full */
        list->words = xrealloc(list->words, 2 * (list->count + 1) * sizeof *list->words);
    char *word = xmalloc(len + 1);
    memcpy(word, head, head_len);
    strcpy(word + head_len, middle);
    strcat(word, tail);
    list->words[list->count++] = word;
    return NULL;
}

static bool is_vowel(char c)
{
    return strchr("aeiou", c) != NULL;
}

/* "drip" doubles its p: one short syllable. */
static bool doubles(const char *verb, size_t len)
{
    size_t vowels = 0;
    for (size_t i = 0; i < len; i++)
        vowels += is_vowel(verb[i]);
    return len >= 3 && vowels == 1 && is_vowel(verb[len - 2]) && !is_vowel(verb[len - 1]) &&
           strchr("wxy", verb[len - 1]) == NULL;
}

/* The endings of a verb: how much of it stays, and what follows. */
static void endings_of(const char *verb, size_t len, size_t keep[4], char ends[4][6])
{
    char last = verb[len - 1], before = len > 1 ? verb[len - 2] : 'a';
    bool y = last == 'y' && !is_vowel(before), e = last == 'e';
    bool es = strchr("sxz", last) != NULL || (last == 'h' && strchr("cs", before) != NULL);
    char twice[2] = {doubles(verb, len) ? last : '\0', '\0'};
    for (int i = 0; i < 4; i++)
        keep[i] = len - ((i == 1 || i == 2) && y) - (i == 3 && e && before != 'e');
    ends[0][0] = '\0';
    strcpy(ends[1], y ? "ies" : es ? "es" : "s");
    strcpy(ends[2], y ? "ied" : e ? "d" : twice);
    if (!y && !e)
        strcat(ends[2], "ed");
    strcpy(ends[3], twice);
    strcat(ends[3], "ing");
}

static const char *conjugate(struct form_list *list, const char *word, size_t tilde)
{
    size_t from = tilde;
    while (from > 0 && glyph_is_latin((unsigned char)word[from - 1]))
        from--;
    if (tilde - from < 2)
        return "has a ~ that stands behind no English verb";
    size_t keep[4];
    char ends[4][6];
    endings_of(word + from, tilde - from, keep, ends);
    const char *wrong = NULL;
    for (int i = 0; i < 4 && wrong == NULL; i++)
        wrong = append(list, word, from + keep[i], ends[i], word + tilde + 1);
    return wrong;
}

static const char *insert_set(const struct forms *forms, struct form_list *list,
                              const char *word, const char *open)
{
    const char *close = strchr(open, '>');
    if (close == NULL)
        return "opens a < that is not closed";
    const struct set *set = set_named(forms, open + 1, (size_t)(close - open - 1));
    if (set == NULL)
        return "names a set that is not known yet";
    const char *wrong = NULL;
    for (size_t i = 0; i < set->list.count && wrong == NULL; i++)
        wrong = append(list, word, (size_t)(open - word), set->list.words[i], close + 1);
    return wrong;
}

const char *forms_expand(const struct forms *forms, const char *word, size_t len,
                         struct form_list *ret_list)
{
    struct form_list list = {0};
    *ret_list = (struct form_list){0};
    char *own = xcalloc(1, len + 1);
    memcpy(own, word, len);
    const char *wrong = append(&list, own, len, "", "");
    free(own);
    for (size_t i = 0; i < list.count && wrong == NULL; i++) {
        const char *at = strpbrk(list.words[i], "<~");
        if (at == NULL)
            wrong = append(ret_list, list.words[i], strlen(list.words[i]), "", "");
        else if (*at == '<')
            wrong = insert_set(forms, &list, list.words[i], at);
        else
            wrong = conjugate(&list, list.words[i], (size_t)(at - list.words[i]));
    }
    form_list_finish(&list);
    if (wrong != NULL)
        form_list_finish(ret_list);
    return wrong;
}

const char *forms_add(struct forms *forms, const char *set, const char *word, size_t len)
{
    struct set *found = (struct set *)set_named(forms, set, strlen(set));
    if (found == NULL) {
        if (forms->count == SETS_MAX || strlen(set) >= sizeof found->name)
            return forms->count == SETS_MAX ? "is in a set too many (160 fit)"
                                            : "is in a set with too long a name";
        found = &forms->sets[forms->count++];
        strcpy(found->name, set);
    }
    struct form_list list;
    const char *wrong = forms_expand(forms, word, len, &list);
    for (size_t i = 0; i < list.count && wrong == NULL; i++)
        wrong = append(&found->list, list.words[i], strlen(list.words[i]), "", "");
    form_list_finish(&list);
    return wrong;
}
