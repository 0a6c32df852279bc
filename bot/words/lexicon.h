/* lexicon.h: the words that understand() knows, read from data files (handlers/lexicon/, plus a
 * community's own). */
#ifndef LOUBOT_WORDS_LEXICON_H
#define LOUBOT_WORDS_LEXICON_H

#include <stddef.h>

struct lexicon;
struct faults;

/* Builds the lexicon from the embedded files, then from the files named (may be none), later
 * ones adding to or overriding earlier ones. A line that is not understood adds a fault (file
 * and line) and is left out; the rest works. Never NULL. */
struct lexicon *lexicon_create(const char *const *extra_files, size_t count,
                               struct faults *faults);
void lexicon_destroy(struct lexicon **lexicon);
/* Bytes held by the lexicon, its automaton and tables together. */
size_t lexicon_bytes(const struct lexicon *lexicon);
/* The name of a canonical word in the other language ("灯" → "light"); the word itself when
 * there is none. `lang` is "zh" or "en". */
const char *lexicon_term(const struct lexicon *lexicon, const char *word, const char *lang);
/* Length of the longest word of [list NAME] that `text` begins with; 0: none. */
size_t lexicon_list_at(const struct lexicon *lexicon, const char *name, const char *text);
/* The first place in `text` where one of them stands, and its length; NULL: nowhere. */
const char *lexicon_list_find(const struct lexicon *lexicon, const char *name, const char *text,
                              size_t *ret_len);

#endif
