/* lexicon_check.c: what only shows when all files are read: tags that a rule or a `for` names
 * and that no group has, so that it can never match; groups that nobody gave a word. */
#include "host/conf.h"
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
}
