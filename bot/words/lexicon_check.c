/* lexicon_check.c: what only shows when all files are read: tags that a rule, a [given] or a
 * `for` names and that no group has, so that it can never match; groups that nobody gave a
 * word; cues of nothing; loops. */
#include <stdlib.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon_build.h"

static uint64_t tags_of(const struct lexicon *lexicon, bool symptoms)
{
    uint64_t tags = 0;
    for (size_t i = 0; i < lexicon->group_count; i++) {
        enum word_kind kind = lexicon->groups[i].kind;
        bool symptom = kind == WORD_SYMPTOM || kind == WORD_TROUBLE;
        if (symptom == symptoms)
            tags |= lexicon->groups[i].tags;
    }
    return tags;
}

static void check_tags(const struct lexicon *lexicon, uint64_t named, uint64_t given,
                       const char *whose, const char *file, int line, struct faults *faults)
{
    for (size_t i = 0; i < lexicon->tag_count; i++)
        if ((named & ~given) >> i & 1)
            faults_add(faults, file, line,
                       "no %s has the tag \"%s\", so this can never match; give the tag to a "
                       "group or take it away here",
                       whose, lexicon->tags[i]);
}

static void check_givens(const struct lexicon *lexicon, uint64_t given, struct faults *faults)
{
    for (size_t i = 0; i < lexicon->given_count; i++) {
        const struct given_def *def = &lexicon->givens[i];
        check_tags(lexicon, def->tags | def->with, given, "group", def->file, def->line,
                   faults);
        if (def->tags == 0 || def->take_count == 0 || def->category == NULL)
            faults_add(faults, def->file, def->line,
                       "a [given] needs a tag, take= and category=; without them it can never "
                       "match");
        for (size_t k = 0; k < def->take_count; k++)
            if (def->take[k] == def->category)
                faults_add(
                    faults, def->file, def->line,
                    "\"%s\" is taken and given, a loop; leave it out of take=", def->category);
    }
}

/* Groups that nobody gave a word, and cues that hang on nothing. */
static void check_groups(const struct lexicon *lexicon, struct faults *faults)
{
    bool *has_word = xcalloc(lexicon->group_count + 1, sizeof *has_word);
    for (size_t i = 0; i < lexicon->sense_count; i++)
        has_word[lexicon->senses[i].group] = true;
    for (size_t i = 0; i < lexicon->group_count; i++) {
        const struct group_def *group = &lexicon->groups[i];
        if (!has_word[i])
            faults_add(faults, group->file, group->line,
                       "\"%s\" has no word, so it can never match; give it one or take the "
                       "group away",
                       group->key);
        if (group->cue && group->only == 0)
            faults_add(faults, group->file, group->line,
                       "\"%s\" is a cue without for=, so it can never match; say of what",
                       group->key);
    }
    free(has_word);
}

void lexicon_check(const struct lexicon *lexicon, struct faults *faults)
{
    uint64_t objects = tags_of(lexicon, false), symptoms = tags_of(lexicon, true);
    for (size_t i = 0; i < lexicon->rule_count; i++) {
        const struct rule_def *rule = &lexicon->rules[i];
        check_tags(lexicon, rule->object_tags, objects, "object", rule->file, rule->line,
                   faults);
        check_tags(lexicon, rule->symptom_tags, symptoms, "symptom", rule->file, rule->line,
                   faults);
    }
    for (size_t i = 0; i < lexicon->group_count; i++) {
        const struct group_def *group = &lexicon->groups[i];
        check_tags(lexicon, group->only, objects, "object", group->file, group->line, faults);
    }
    check_givens(lexicon, objects | symptoms, faults);
    check_groups(lexicon, faults);
}
