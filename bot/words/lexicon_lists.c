/* lexicon_lists.c: the words of [list NAME]: what handlers look for in a text whose meaning is
 * known already ("转", "because", "不知道"). They take no part in understand().
 *
 * Latin letters match in either case and at the borders of words only; a list of few words is
 * walked through, no automaton is needed. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "host/mem.h"
#include "words/lexicon_build.h"

struct word_list *builder_list(struct lexicon_builder *builder, const char *name, size_t len)
{
    struct lexicon *lexicon = builder_lexicon(builder);
    for (struct word_list *list = lexicon->lists; list != NULL; list = list->next)
        if (strlen(list->name) == len && memcmp(list->name, name, len) == 0)
            return list;
    struct word_list *list = arena_alloc(lexicon->arena, sizeof *list);
    list->name = builder_text(builder, name, len);
    list->next = lexicon->lists;
    lexicon->lists = list;
    return list;
}

void builder_list_word(struct lexicon_builder *builder, struct word_list *list,
                       const char *word, size_t len)
{
    struct list_word *added = arena_alloc(builder_lexicon(builder)->arena, sizeof *added);
    added->text = builder_text(builder, word, len);
    added->len = len;
    struct list_word **at = &list->words; /* the longest first */
    while (*at != NULL && (*at)->len >= len)
        at = &(*at)->next;
    added->next = *at;
    *at = added;
}

static bool is_latin(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static bool is_at(const struct list_word *word, const char *text, const char *at)
{
    const char *end = at + word->len;
    if (strncasecmp(at, word->text, word->len) != 0)
        return false;
    bool torn = is_latin(word->text[0]) && at > text && is_latin(at[-1]);
    return !torn && !(is_latin(word->text[word->len - 1]) && is_latin(*end));
}

static const struct list_word *words_of(const struct lexicon *lexicon, const char *name)
{
    for (const struct word_list *list = lexicon->lists; list != NULL; list = list->next)
        if (strcmp(list->name, name) == 0)
            return list->words;
    return NULL;
}

static size_t length_at(const struct list_word *words, const char *text, const char *at)
{
    for (const struct list_word *word = words; word != NULL; word = word->next)
        if (is_at(word, text, at))
            return word->len;
    return 0;
}

size_t lexicon_list_at(const struct lexicon *lexicon, const char *name, const char *text)
{
    return length_at(words_of(lexicon, name), text, text);
}

const char *lexicon_list_find(const struct lexicon *lexicon, const char *name, const char *text,
                              size_t *ret_len)
{
    const struct list_word *words = words_of(lexicon, name);
    for (const char *at = text; *at != '\0'; at++)
        if ((*ret_len = length_at(words, text, at)) != 0)
            return at;
    return NULL;
}
