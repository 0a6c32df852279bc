/* lexicon_build.h: the lexicon while it is being read: groups, words and rules are added one by
 * one, then everything is laid out for reading. Only the files lexicon….c use it. */
#ifndef LOUBOT_WORDS_LEXICON_BUILD_H
#define LOUBOT_WORDS_LEXICON_BUILD_H

#include "words/lexicon_data.h"

struct faults;
struct lexicon_builder;

#define WORD_MAX 40 /* glyphs of one word */

/* The group of that kind and zh or en name, made if it is new. */
struct group_def *builder_group(struct lexicon_builder *builder, enum word_kind kind,
                                const char *zh, const char *en);
/* Adds one word, as written, to a group. Returns NULL, or what is wrong with it. */
const char *builder_word(struct lexicon_builder *builder, struct group_def *group,
                         const char *word, size_t len);
/* The same for a word of [set NAME]. */
const char *builder_set_word(struct lexicon_builder *builder, const char *set, const char *word,
                             size_t len);
/* The list of that name, made if it is new, and one more word of it. */
struct word_list *builder_list(struct lexicon_builder *builder, const char *name, size_t len);
void builder_list_word(struct lexicon_builder *builder, struct word_list *list,
                       const char *word, size_t len);
struct rule_def *builder_rule(struct lexicon_builder *builder);
struct given_def *builder_given(struct lexicon_builder *builder);
/* The bit of a tag, made if it is new; 0: too many. */
uint64_t builder_tag(struct lexicon_builder *builder, const char *name, size_t len);
/* Returns false when that would be a loop. */
bool builder_fold(struct lexicon_builder *builder, uint32_t from, uint32_t to);
const char *builder_text(struct lexicon_builder *builder, const char *text, size_t len);
struct faults *builder_faults(struct lexicon_builder *builder);
struct lexicon *builder_lexicon(struct lexicon_builder *builder);

/* Adds a fault for what can never match and for loops; see lexicon_check.c. */
void lexicon_check(const struct lexicon *lexicon, struct faults *faults);

#endif
