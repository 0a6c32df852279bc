/* lexicon_forms.h: short hands of the word files. A word may hold the name of a set in angle
 * brackets ("<not> close": one word for each word of [set not]) and a ~ behind an English verb
 * ("flicker~": flicker, flickers, flickered, flickering). */
#ifndef LOUBOT_WORDS_LEXICON_FORMS_H
#define LOUBOT_WORDS_LEXICON_FORMS_H

#include <stddef.h>

#define FORMS_MAX 600 /* words that one word of the files may stand for */

struct forms;
struct forms *forms_create(void);
void forms_destroy(struct forms **forms);

/* Adds a word, its short hands written out, to a set. Returns what is wrong; NULL: nothing. */
const char *forms_add(struct forms *forms, const char *set, const char *word, size_t len);

struct form_list {
    char **words;
    size_t count;
};
/* All words that a word stands for; at least itself. Returns what is wrong; NULL: nothing. */
const char *forms_expand(const struct forms *forms, const char *word, size_t len,
                         struct form_list *ret_list);
void form_list_finish(struct form_list *list);

#endif
