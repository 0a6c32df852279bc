/* lexicon.c: builds the lexicon: collects groups and words from the files (lexicon_read.c),
 * gives every character a symbol, and makes the automaton. */
#include "words/lexicon.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "host/assets.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon_build.h"
#include "words/lexicon_forms.h"

#define LEXICON_ARENA_MAX (8u << 20)
#define LEXICON_FILE_MAX (4l << 20)

struct entry {
    uint32_t len;
    uint32_t index;
    UT_hash_handle hh;  /* by symbols */
    uint16_t symbols[]; /* so many as `len` */
};

struct lexicon_builder {
    struct lexicon *lexicon;
    struct faults *faults;
    struct entry *entries; /* hash, in order of addition */
    size_t group_cap, rule_cap, given_cap, pair_cap, sense_cap, word_cap;
    uint32_t far[256];
    size_t far_count;
    struct forms *forms;
};

struct faults *builder_faults(struct lexicon_builder *builder)
{
    return builder->faults;
}

struct lexicon *builder_lexicon(struct lexicon_builder *builder)
{
    return builder->lexicon;
}

const char *builder_text(struct lexicon_builder *builder, const char *text, size_t len)
{
    return arena_strndup(builder->lexicon->arena, text, len);
}

static bool grow(void **array, size_t size, size_t count, size_t *cap)
{
    if (count < *cap)
        return false;
    *cap = *cap == 0 ? 256 : *cap * 2;
    *array = xrealloc(*array, *cap * size);
    return true;
}

struct group_def *builder_group(struct lexicon_builder *builder, enum word_kind kind,
                                const char *zh, const char *en)
{
    struct lexicon *lexicon = builder->lexicon;
    for (size_t i = 0; i < lexicon->group_count; i++) {
        struct group_def *group = &lexicon->groups[i];
        if (group->kind == kind && strcmp(group->key, zh) == 0)
            return group;
    }
    grow((void **)&lexicon->groups, sizeof *lexicon->groups, lexicon->group_count,
         &builder->group_cap);
    struct group_def *group = &lexicon->groups[lexicon->group_count++];
    *group = (struct group_def){.kind = kind, .floor = FLOOR_NONE};
    group->key = builder_text(builder, zh, strlen(zh));
    group->feature = opinion_key(kind, zh);
    group->name[LANG_ZH] = builder_text(builder, zh, strcspn(zh, "."));
    group->name[LANG_EN] = builder_text(builder, en, strcspn(en, "."));
    return group;
}

struct rule_def *builder_rule(struct lexicon_builder *builder)
{
    struct lexicon *lexicon = builder->lexicon;
    grow((void **)&lexicon->rules, sizeof *lexicon->rules, lexicon->rule_count,
         &builder->rule_cap);
    struct rule_def *rule = &lexicon->rules[lexicon->rule_count++];
    *rule = (struct rule_def){0};
    return rule;
}

struct given_def *builder_given(struct lexicon_builder *builder)
{
    struct lexicon *lexicon = builder->lexicon;
    grow((void **)&lexicon->givens, sizeof *lexicon->givens, lexicon->given_count,
         &builder->given_cap);
    struct given_def *given = &lexicon->givens[lexicon->given_count++];
    *given = (struct given_def){0};
    return given;
}

uint64_t builder_tag(struct lexicon_builder *builder, const char *name, size_t len)
{
    struct lexicon *lexicon = builder->lexicon;
    for (size_t i = 0; i < lexicon->tag_count; i++)
        if (strlen(lexicon->tags[i]) == len && memcmp(lexicon->tags[i], name, len) == 0)
            return UINT64_C(1) << i;
    if (lexicon->tag_count == GROUP_TAGS)
        return 0;
    lexicon->tags[lexicon->tag_count] = builder_text(builder, name, len);
    return UINT64_C(1) << lexicon->tag_count++;
}

bool builder_fold(struct lexicon_builder *builder, uint32_t from, uint32_t to)
{
    struct fold *fold = &builder->lexicon->fold;
    if (from == to || (to < 65536 && fold->to[to] == from))
        return false;
    fold_add(fold, from, to);
    return true;
}

static uint16_t symbol_of(struct lexicon_builder *builder, uint32_t cp)
{
    struct lexicon *lexicon = builder->lexicon;
    if (cp < 65536) {
        if (lexicon->symbol[cp] == 0 && lexicon->symbol_count < 65535)
            lexicon->symbol[cp] = (uint16_t)lexicon->symbol_count++;
        return lexicon->symbol[cp];
    }
    uint32_t known = lexicon_symbol(lexicon, cp);
    if (known != 0 || builder->far_count == sizeof builder->far / sizeof *builder->far)
        return (uint16_t)known;
    lexicon->far[lexicon->far_count] = cp;
    lexicon->far_symbol[lexicon->far_count++] = (uint16_t)lexicon->symbol_count;
    builder->far_count++;
    return (uint16_t)lexicon->symbol_count++;
}

static struct entry *entry_of(struct lexicon_builder *builder, const struct glyph *glyphs,
                              size_t count)
{
    uint16_t symbols[WORD_MAX];
    for (size_t i = 0; i < count; i++) {
        symbols[i] = symbol_of(builder, glyphs[i].cp);
        if (symbols[i] == 0)
            return NULL;
    }
    struct entry *found;
    size_t bytes = count * sizeof *symbols;
    HASH_FIND(hh, builder->entries, symbols, bytes, found);
    if (found != NULL)
        return found;
    found = xmalloc(sizeof *found + bytes);
    found->len = (uint32_t)count;
    found->index = HASH_COUNT(builder->entries);
    memcpy(found->symbols, symbols, bytes);
    HASH_ADD_KEYPTR(hh, builder->entries, found->symbols, bytes, found);
    struct lexicon *lexicon = builder->lexicon;
    grow((void **)&lexicon->words, sizeof *lexicon->words, found->index, &builder->word_cap);
    lexicon->words[found->index] = (struct word_def){
        .len = (uint16_t)count,
        .latin_start = glyph_is_latin(glyphs[0].cp) || glyph_is_digit(glyphs[0].cp),
        .latin_end =
            glyph_is_latin(glyphs[count - 1].cp) || glyph_is_digit(glyphs[count - 1].cp)};
    return found;
}

static const char STANDS_TWICE[] = "stands twice in this group";

/* What forbids one more sense of a word; NULL: nothing. */
static const char *clash(const struct lexicon *lexicon, const struct word_def *def,
                         const struct group_def *group, const struct sense *sense)
{
    for (uint32_t s = def->first; s != 0; s = lexicon->senses[s - 1].next) {
        const struct sense *other_sense = &lexicon->senses[s - 1];
        const struct group_def *other = &lexicon->groups[other_sense->group];
        if (other_sense->pair != 0)
            continue;
        if (other == group && other_sense->flags == sense->flags)
            return STANDS_TWICE;
        if (other->kind == group->kind && group->kind <= WORD_TROUBLE && other != group &&
            other->category != NULL && group->category != NULL && !other->category_else &&
            !group->category_else && strcmp(other->category, group->category) != 0)
            return "stands in another category too";
    }
    return NULL;
}

/* Finds or makes the word. Returns NULL, or what is wrong with it. */
static const char *word_of(struct lexicon_builder *builder, const char *word, size_t len,
                           uint32_t *ret_index)
{
    struct lexicon *lexicon = builder->lexicon;
    struct glyph glyphs[WORD_MAX + 2];
    long count = normalise(&lexicon->fold, word, len, glyphs, WORD_MAX + 1);
    if (count < 0)
        return "is not valid UTF-8";
    if (count == 0)
        return "is empty";
    if (count > WORD_MAX)
        return "is longer than 40 characters";
    struct entry *entry = entry_of(builder, glyphs, (size_t)count);
    if (entry == NULL)
        return "uses a character too many for the table";
    *ret_index = entry->index;
    return NULL;
}

/* Adds one whole word, or the B of "A..B", as a sense of the group. */
static const char *add_sense(struct lexicon_builder *builder, struct group_def *group,
                             const char *word, size_t len, struct sense sense)
{
    struct lexicon *lexicon = builder->lexicon;
    uint32_t index;
    const char *wrong = word_of(builder, word, len, &index);
    if (wrong != NULL)
        return wrong;
    struct word_def *def = &lexicon->words[index];
    sense.group = (uint32_t)(group - lexicon->groups);
    sense.next = def->first;
    wrong = sense.pair == 0 ? clash(lexicon, def, group, &sense) : NULL;
    if (wrong != NULL)
        return wrong;
    grow((void **)&lexicon->senses, sizeof *lexicon->senses, lexicon->sense_count,
         &builder->sense_cap);
    lexicon->senses[lexicon->sense_count++] = sense;
    def->first = (uint32_t)lexicon->sense_count;
    return NULL;
}

/* Adds all that a word of the files stands for. Where it is written out, a form that stood in
 * the group before is no fault. */
static const char *add_forms(struct lexicon_builder *builder, struct group_def *group,
                             const char *word, size_t len, struct sense sense)
{
    if (memchr(word, '<', len) == NULL && memchr(word, '~', len) == NULL)
        return add_sense(builder, group, word, len, sense);
    struct form_list list;
    const char *wrong = forms_expand(builder->forms, word, len, &list);
    for (size_t i = 0; i < list.count && wrong == NULL; i++) {
        wrong = add_sense(builder, group, list.words[i], strlen(list.words[i]), sense);
        wrong = wrong == STANDS_TWICE ? NULL : wrong;
    }
    form_list_finish(&list);
    return wrong;
}

const char *builder_set_word(struct lexicon_builder *builder, const char *set, const char *word,
                             size_t len)
{
    return forms_add(builder->forms, set, word, len);
}

/* Notes one form of the A of a pair; `pair` is its other forms so far, 0: none. */
static const char *add_opening(struct lexicon_builder *builder, const char *word, bool at_start,
                               uint16_t *pair)
{
    struct lexicon *lexicon = builder->lexicon;
    uint32_t index;
    const char *wrong = word_of(builder, word, strlen(word), &index);
    if (wrong != NULL)
        return wrong;
    if (lexicon->pair_count >= UINT16_MAX)
        return "is a pair too many";
    lexicon->pair_count += lexicon->pair_count == 0; /* the first is none */
    grow((void **)&lexicon->pairs, sizeof *lexicon->pairs, lexicon->pair_count,
         &builder->pair_cap);
    lexicon->pairs[lexicon->pair_count] = (struct pair_def){index, *pair, at_start};
    lexicon->words[index].opens = true;
    *pair = (uint16_t)lexicon->pair_count++;
    return NULL;
}

/* Adds "A..B". */
static const char *add_pair(struct lexicon_builder *builder, struct group_def *group,
                            const char *a, size_t a_len, const char *b, size_t b_len,
                            struct sense sense)
{
    struct form_list list;
    const char *wrong = forms_expand(builder->forms, a, a_len, &list);
    for (size_t i = 0; i < list.count && wrong == NULL; i++)
        wrong = add_opening(builder, list.words[i], (sense.flags & WORD_AT_START) != 0,
                            &sense.pair);
    form_list_finish(&list);
    sense.flags &= (uint16_t)~WORD_AT_START;
    return wrong != NULL ? wrong : add_forms(builder, group, b, b_len, sense);
}

const char *builder_word(struct lexicon_builder *builder, struct group_def *group,
                         const char *word, size_t len)
{
    struct sense sense = {0};
    if (len > 0 && word[0] == '^') {
        sense.flags |= WORD_AT_START;
        word++, len--;
    }
    if (len > 0 && word[len - 1] == '$') {
        sense.flags |= WORD_AT_END;
        len--;
    }
    const char *gap = memmem(word, len, "..", 2);
    if (gap == NULL)
        return add_forms(builder, group, word, len, sense);
    return add_pair(builder, group, word, (size_t)(gap - word), gap + 2,
                    len - (size_t)(gap - word) - 2, sense);
}

static void automaton_make(struct lexicon_builder *builder)
{
    struct lexicon *lexicon = builder->lexicon;
    size_t count = HASH_COUNT(builder->entries);
    struct automaton_pattern *patterns = xcalloc(count + 1, sizeof *patterns);
    struct entry *entry, *next;
    HASH_ITER(hh, builder->entries, entry, next)
    {
        patterns[entry->index].symbols = entry->symbols;
        patterns[entry->index].len = entry->len;
    }
    uint8_t *classes = xcalloc(lexicon->symbol_count, 1);
    for (uint32_t cp = 0; cp < 65536; cp++)
        if (lexicon->symbol[cp] != 0)
            classes[lexicon->symbol[cp]] = (uint8_t)glyph_class(cp);
    automaton_init(&lexicon->automaton, patterns, count, classes, lexicon->symbol_count);
    lexicon->word_count = count;
    free(classes);
    free(patterns);
    HASH_ITER(hh, builder->entries, entry, next)
    {
        HASH_DEL(builder->entries, entry);
        free(entry);
    }
}

static void read_asset(void *arg, const struct asset *asset)
{
    size_t len = strlen(asset->path);
    if (len > 4 && strcmp(asset->path + len - 4, ".txt") == 0)
        lexicon_read(arg, asset->path, asset->bytes, asset->len);
}

static void read_file(struct lexicon_builder *builder, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        faults_add(builder->faults, path, 0, "cannot be opened (%m); name a file of words");
        return;
    }
    char *bytes = xmalloc(LEXICON_FILE_MAX + 1);
    size_t len = fread(bytes, 1, LEXICON_FILE_MAX + 1, file);
    if (len > LEXICON_FILE_MAX)
        faults_add(builder->faults, path, 0, "is larger than 4 MB; split it");
    else
        lexicon_read(builder, path, bytes, len);
    fclose(file);
    free(bytes);
}

/* Opens the learned model of a language. Without one the points decide alone. */
static void open_opinion(struct lexicon *lexicon, enum lang lang, struct faults *faults)
{
    const char *path = lang == LANG_EN ? "opinion/en.bin" : "opinion/zh.bin";
    const struct asset *asset = asset_find(path);
    struct opinion *opinion = &lexicon->opinion[lang];
    if (asset == NULL || !opinion_open(opinion, lang, asset->bytes, asset->len)) {
        faults_add(faults, path, 0, "is not a whole model; build Loubot again (make build)");
        return;
    }
    for (uint32_t k = OPINION_CATEGORY; k < opinion->head->outputs; k++)
        for (size_t i = 0; i < lexicon->group_count; i++)
            if (lexicon->groups[i].category != NULL &&
                strcmp(lexicon->groups[i].category, opinion->head->names[k]) == 0)
                lexicon->opinion_category[lang][k] = lexicon->groups[i].category;
}

struct lexicon *lexicon_create(const char *const *extra_files, size_t count,
                               struct faults *faults)
{
    struct lexicon *lexicon = xcalloc(1, sizeof *lexicon);
    struct lexicon_builder builder = {
        .lexicon = lexicon, .faults = faults, .forms = forms_create()};
    fold_init(&lexicon->fold);
    lexicon->arena = arena_create(LEXICON_ARENA_MAX);
    lexicon->far = xcalloc(256, sizeof *lexicon->far);
    lexicon->far_symbol = xcalloc(256, sizeof *lexicon->far_symbol);
    lexicon->symbol_count = 1;
    asset_each("handlers/lexicon/", read_asset, &builder);
    for (size_t i = 0; i < count; i++)
        read_file(&builder, extra_files[i]);
    automaton_make(&builder);
    forms_destroy(&builder.forms);
    open_opinion(lexicon, LANG_ZH, faults);
    open_opinion(lexicon, LANG_EN, faults);
    lexicon_check(lexicon, faults);
    malloc_trim(0); /* building takes twice what stays */
    return lexicon;
}

void lexicon_destroy(struct lexicon **lexicon)
{
    struct lexicon *old = *lexicon;
    *lexicon = NULL;
    if (old == NULL)
        return;
    automaton_finish(&old->automaton);
    arena_destroy(&old->arena);
    free(old->groups);
    free(old->rules);
    free(old->givens);
    free(old->senses);
    free(old->words);
    free(old->pairs);
    free(old->far);
    free(old->far_symbol);
    free(old);
}

size_t lexicon_bytes(const struct lexicon *lexicon)
{
    return sizeof *lexicon + automaton_bytes(&lexicon->automaton) +
           opinion_bytes(&lexicon->opinion[LANG_ZH]) +
           opinion_bytes(&lexicon->opinion[LANG_EN]) + arena_used(lexicon->arena) +
           lexicon->group_count * sizeof *lexicon->groups +
           lexicon->rule_count * sizeof *lexicon->rules +
           lexicon->given_count * sizeof *lexicon->givens +
           lexicon->sense_count * sizeof *lexicon->senses +
           lexicon->pair_count * sizeof *lexicon->pairs +
           lexicon->word_count * sizeof *lexicon->words;
}

const char *lexicon_term(const struct lexicon *lexicon, const char *word, const char *lang)
{
    int to = strcmp(lang, "en") == 0 ? LANG_EN : LANG_ZH;
    for (size_t i = 0; word != NULL && i < lexicon->group_count; i++) {
        const struct group_def *group = &lexicon->groups[i];
        if (group->kind <= WORD_PLACE && (strcmp(group->name[LANG_ZH], word) == 0 ||
                                          strcmp(group->name[LANG_EN], word) == 0))
            return group->name[to];
    }
    return word;
}
