/* lexicon_read.c: reads the lexicon's files. Their form is told in the head of
 * handlers/lexicon/zh.txt: a group begins with a line in brackets and is followed by its words,
 * separated by commas or 、; `#` begins a comment line. A line that is not understood is a
 * fault and is left out. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/conf.h"
#include "words/lexicon_build.h"
#include "words/lexicon_names.h"

struct reader {
    struct lexicon_builder *builder;
    const char *file;
    int line;
    struct group_def *group;
    bool broken;            /* the header was at fault: its words are left out */
    bool folds;             /* in [traditional] */
    char set[24];           /* in [set NAME]; else empty */
    struct word_list *list; /* in [list NAME] */
};

static void fault(struct reader *reader, const char *what, const char *text, size_t len)
{
    faults_add(builder_faults(reader->builder), reader->file, reader->line, "\"%.*s\" %s",
               (int)len, text, what);
}

static int find_name(const char *const *names, size_t count, const char *text, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
            return (int)i;
    return -1;
}
#define FIND(names, text, len) find_name(names, sizeof(names) / sizeof *(names), text, len)

static uint64_t read_tags(struct reader *reader, const char *text, size_t len)
{
    uint64_t tags = 0;
    while (len > 0) {
        const char *comma = memchr(text, ',', len);
        size_t one = comma != NULL ? (size_t)(comma - text) : len;
        uint64_t tag = builder_tag(reader->builder, text, one);
        if (tag == 0)
            fault(reader, "is a tag too many (64 fit)", text, one);
        tags |= tag;
        text += comma != NULL ? one + 1 : one;
        len -= comma != NULL ? one + 1 : one;
    }
    return tags;
}

struct attribute {
    const char *key, *value;
    size_t key_len, value_len;
};

static bool is_key(const struct attribute *a, const char *key)
{
    return strlen(key) == a->key_len && memcmp(a->key, key, a->key_len) == 0;
}

static int read_urgency(const struct attribute *a)
{
    static const char *const names[] = {"normal", "urgent", "emergency"};
    return FIND(names, a->value, a->value_len);
}

/* category, class, urgency, weight: of groups and rules alike. Returns 0 when it is none of
 * these, -1 when its value is wrong. */
static int read_common(struct reader *reader, const struct attribute *a, const char **category,
                       const char **code, enum urgency *urgency, int *weight)
{
    if (is_key(a, "category")) {
        int found = FIND(categories, a->value, a->value_len);
        *category = found >= 0 ? categories[found] : NULL;
        return found >= 0 ? 1 : -1;
    }
    if (is_key(a, "class")) {
        *code = builder_text(reader->builder, a->value, a->value_len);
        return a->value_len == 4 ? 1 : -1;
    }
    if (is_key(a, "urgency")) {
        int found = read_urgency(a);
        *urgency = found > 0 ? (enum urgency)found : URGENCY_NORMAL;
        return found >= 0 ? 1 : -1;
    }
    if (is_key(a, "weight")) {
        *weight = atoi(a->value);
        return *weight >= -20 && *weight <= 20 ? 1 : -1;
    }
    return 0;
}

static int read_group_attribute(struct reader *reader, struct group_def *group,
                                const struct attribute *a)
{
    int done =
        read_common(reader, a, &group->category, &group->code, &group->urgency, &group->weight);
    if (done != 0)
        return done;
    if (is_key(a, "else")) {
        int found = FIND(categories, a->value, a->value_len);
        group->category = found >= 0 ? categories[found] : NULL;
        group->category_else = true;
        return found >= 0 ? 1 : -1;
    }
    if (is_key(a, "for")) {
        group->only = read_tags(reader, a->value, a->value_len);
    } else if (is_key(a, "tags")) {
        group->tags = read_tags(reader, a->value, a->value_len);
    } else if (is_key(a, "value")) {
        group->value = builder_text(reader->builder, a->value, a->value_len);
    } else if (is_key(a, "floor")) {
        group->floor = atoi(a->value);
    } else if (is_key(a, "rating")) {
        group->rating = atoi(a->value);
        return group->rating >= 1 && group->rating <= 3 ? 1 : -1;
    } else if (is_key(a, "nameless")) {
        group->nameless = true;
    } else if (is_key(a, "verb")) {
        group->verb = true;
    } else if (is_key(a, "yields")) {
        group->yields = true;
    } else if (is_key(a, "effect")) {
        group->effect = true;
    } else if (is_key(a, "cue")) {
        group->cue = group->nameless = true;
        group->weight = group->weight != 0 ? group->weight : 1;
    } else if (is_key(a, "firm")) {
        group->firm = true;
    } else if (is_key(a, "yes")) {
        group->yes = true;
    } else if (is_key(a, "anywhere")) {
        group->anywhere = true;
    } else if (is_key(a, "no")) {
        group->no = true;
    } else {
        return 0;
    }
    return 1;
}

static int read_rule_attribute(struct reader *reader, struct rule_def *rule,
                               const struct attribute *a)
{
    int done =
        read_common(reader, a, &rule->category, &rule->code, &rule->urgency, &rule->weight);
    if (done != 0)
        return done;
    if (is_key(a, "object"))
        rule->object_tags = read_tags(reader, a->value, a->value_len);
    else if (is_key(a, "symptom"))
        rule->symptom_tags = read_tags(reader, a->value, a->value_len);
    else
        return 0;
    return 1;
}

/* take=parking,noise */
static int read_take(struct given_def *given, const struct attribute *a)
{
    const char *text = a->value, *end = a->value + a->value_len;
    while (text < end) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        size_t len = comma != NULL ? (size_t)(comma - text) : (size_t)(end - text);
        int found = FIND(categories, text, len);
        if (found < 0 || given->take_count == TAKE_MAX)
            return -1;
        given->take[given->take_count++] = categories[found];
        text += len + (comma != NULL);
    }
    return 1;
}

static int read_given_attribute(struct reader *reader, struct given_def *given,
                                const struct attribute *a)
{
    enum urgency urgency;
    int weight;
    if (is_key(a, "take"))
        return read_take(given, a);
    if (is_key(a, "with"))
        given->with = read_tags(reader, a->value, a->value_len);
    else if (a->value == a->key + a->key_len)
        given->tags |= read_tags(reader, a->key, a->key_len);
    else if (is_key(a, "category") || is_key(a, "class"))
        return read_common(reader, a, &given->category, &given->code, &urgency, &weight);
    else
        return 0;
    return 1;
}

/* The next part of a header, up to white space. Returns false at the end. */
static bool next_part(const char **at, const char *end, const char **part, size_t *len)
{
    while (*at < end && isspace((unsigned char)**at))
        (*at)++;
    *part = *at;
    while (*at < end && !isspace((unsigned char)**at))
        (*at)++;
    *len = (size_t)(*at - *part);
    return *len > 0;
}

static void read_attributes(struct reader *reader, const char *at, const char *end,
                            struct rule_def *rule, struct given_def *given)
{
    const char *part;
    size_t len;
    while (next_part(&at, end, &part, &len)) {
        const char *equals = memchr(part, '=', len);
        struct attribute a = {part, equals != NULL ? equals + 1 : part + len,
                              equals != NULL ? (size_t)(equals - part) : len,
                              equals != NULL ? len - (size_t)(equals - part) - 1 : 0};
        int done = rule != NULL    ? read_rule_attribute(reader, rule, &a)
                   : given != NULL ? read_given_attribute(reader, given, &a)
                                   : read_group_attribute(reader, reader->group, &a);
        if (done == 0)
            fault(reader, "is not known here; see the head of handlers/lexicon/zh.txt", part,
                  len);
        else if (done < 0)
            fault(reader, "has a value that is not allowed", part, len);
    }
}

/* Kinds whose name means something: checks it and sets what it means. */
static bool name_fits(struct group_def *group, const char *name, size_t len)
{
    if (group->kind == WORD_MARK) {
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (strlen(marks[i].name) == len && memcmp(marks[i].name, name, len) == 0) {
                group->mark = marks[i].mark;
                group->weight = marks[i].weight;
                return true;
            }
        return false;
    }
    if (group->kind == WORD_SAY) {
        int found = FIND(intents, name, len);
        group->intent = found > 0 ? (enum intent)found : INTENT_CHAT;
        return found >= 0;
    }
    return group->kind != WORD_OWNER || FIND(owners, name, len) >= 0;
}

static void open_group(struct reader *reader, enum word_kind kind, const char *name, size_t len)
{
    char zh[64], en[64];
    const char *bar = memchr(name, '|', len);
    size_t zh_len = bar != NULL ? (size_t)(bar - name) : len;
    size_t en_len = bar != NULL ? len - zh_len - 1 : len;
    if (len >= sizeof zh) {
        reader->broken = true;
        fault(reader, "is too long a name", name, len);
        return;
    }
    memcpy(zh, name, zh_len);
    zh[zh_len] = '\0';
    memcpy(en, bar != NULL ? bar + 1 : name, en_len);
    en[en_len] = '\0';
    for (char *c = en; *c != '\0'; c++)
        *c = *c == '_' && kind <= WORD_PLACE ? ' ' : *c;
    reader->group = builder_group(reader->builder, kind, zh, en);
    if (reader->group->file == NULL) {
        reader->group->file = builder_text(reader->builder, reader->file, strlen(reader->file));
        reader->group->line = reader->line;
        const char *dot = memchr(name, '.', zh_len);
        if (!name_fits(reader->group, name, dot != NULL ? (size_t)(dot - name) : zh_len)) {
            reader->broken = true;
            fault(reader, "is not a name that this kind of group can have", name, len);
        }
    }
}

static void open_set(struct reader *reader, const char *at, const char *end)
{
    const char *name;
    size_t len;
    reader->broken = !next_part(&at, end, &name, &len) || len >= sizeof reader->set;
    if (reader->broken) {
        fault(reader, "needs a name of at most 23 letters", "set", 3);
        return;
    }
    memcpy(reader->set, name, len);
    reader->set[len] = '\0';
}

static void open_list(struct reader *reader, const char *at, const char *end)
{
    const char *name;
    size_t len;
    if (next_part(&at, end, &name, &len))
        reader->list = builder_list(reader->builder, name, len);
    else
        fault(reader, "needs a name", "list", 4);
    reader->broken = reader->list == NULL;
}

static void open_folds(struct reader *reader, const char *at, const char *end)
{
    (void)at, (void)end;
    reader->folds = true;
}

/* No words follow a rule. */
static void open_rule(struct reader *reader, const char *at, const char *end)
{
    struct rule_def *rule = builder_rule(reader->builder);
    rule->file = builder_text(reader->builder, reader->file, strlen(reader->file));
    rule->line = reader->line;
    read_attributes(reader, at, end, rule, NULL);
    reader->broken = true;
}

static void open_given(struct reader *reader, const char *at, const char *end)
{
    struct given_def *given = builder_given(reader->builder);
    given->file = builder_text(reader->builder, reader->file, strlen(reader->file));
    given->own = asset_find(reader->file) == NULL;
    given->line = reader->line;
    read_attributes(reader, at, end, NULL, given);
    reader->broken = true;
}

/* Groups that hold no words of understand(). */
static const struct {
    const char *kind;
    void (*open)(struct reader *reader, const char *at, const char *end);
} others[] = {{"traditional", open_folds},
              {"rule", open_rule},
              {"given", open_given},
              {"set", open_set},
              {"list", open_list}};

static void read_header(struct reader *reader, const char *at, const char *end)
{
    const char *kind, *name;
    size_t kind_len, name_len;
    reader->broken = false;
    reader->folds = false;
    reader->set[0] = '\0';
    reader->list = NULL;
    reader->group = NULL;
    if (!next_part(&at, end, &kind, &kind_len)) {
        reader->broken = true;
        fault(reader, "is an empty group head", "[]", 2);
        return;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i].kind) == kind_len && memcmp(kind, others[i].kind, kind_len) == 0) {
            others[i].open(reader, at, end);
            return;
        }
    int found = FIND(kind_names, kind, kind_len);
    if (found < 0 || !next_part(&at, end, &name, &name_len)) {
        reader->broken = true;
        fault(reader, found < 0 ? "is not a kind of group" : "needs a name", kind, kind_len);
        return;
    }
    open_group(reader, (enum word_kind)found, name, name_len);
    if (!reader->broken)
        read_attributes(reader, at, end, NULL, NULL);
}

static void read_folds(struct reader *reader, const char *at, const char *end)
{
    while (at < end) {
        uint32_t from, to;
        size_t one = utf8_decode(at, (size_t)(end - at), &from);
        size_t two = one != 0 ? utf8_decode(at + one, (size_t)(end - at) - one, &to) : 0;
        if (two == 0) {
            fault(reader, "is no pair of characters", at, (size_t)(end - at));
            return;
        }
        if (!builder_fold(reader->builder, from, to))
            fault(reader, "is a loop: the second is read as the first, or as itself", at,
                  one + two);
        at += one + two;
        while (at < end && isspace((unsigned char)*at))
            at++;
    }
}

static void read_word(struct reader *reader, const char *word, size_t len)
{
    const char *wrong = NULL;
    if (reader->list != NULL)
        builder_list_word(reader->builder, reader->list, word, len);
    else if (reader->set[0] != '\0')
        wrong = builder_set_word(reader->builder, reader->set, word, len);
    else
        wrong = builder_word(reader->builder, reader->group, word, len);
    if (wrong != NULL)
        fault(reader, wrong, word, len);
}

static void read_words(struct reader *reader, const char *at, const char *end)
{
    while (at < end) {
        const char *stop = at;
        size_t comma = 0;
        for (; stop < end; stop++) {
            if (*stop == ',')
                comma = 1;
            else if (end - stop >= 3 &&
                     (memcmp(stop, "、", 3) == 0 || memcmp(stop, "，", 3) == 0))
                comma = 3;
            if (comma != 0)
                break;
        }
        const char *from = at, *to = stop;
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (to > from && isspace((unsigned char)to[-1]))
            to--;
        if (to > from)
            read_word(reader, from, (size_t)(to - from));
        at = stop + comma;
        if (comma == 0)
            break;
    }
}

static void read_line(struct reader *reader, const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    if (at == end || *at == '#')
        return;
    if (*at == '[' && end[-1] == ']')
        read_header(reader, at + 1, end - 1);
    else if (reader->folds)
        read_folds(reader, at, end);
    else if ((reader->group != NULL || reader->list != NULL || reader->set[0] != '\0') &&
             !reader->broken)
        read_words(reader, at, end);
    else if (reader->group == NULL && !reader->broken)
        fault(reader, "stands before the first group", at, (size_t)(end - at));
}

void lexicon_read(struct lexicon_builder *builder, const char *file, const char *bytes,
                  size_t len)
{
    struct reader reader = {.builder = builder, .file = file};
    const char *end = bytes + len;
    for (const char *at = bytes; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        reader.line++;
        read_line(&reader, at, stop);
        at = stop + 1;
    }
}
