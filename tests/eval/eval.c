/* eval.c: how well understand() does on labelled sentences.
 *
 *   eval [--misses] [--half 0|1] [--words FILE] FILE…
 *
 * A row is one JSON object a line: `text`, `report` (true or false), for reports `category`,
 * and where the text tells them building, unit, room (text), floor (number), urgency; `source`
 * picks the half (rows are split by its hash, so that one can develop on one half and look at
 * the other once). Rows without `report` are addresses and count for the places only. A file
 * that ends in .txt holds bare sentences, one a line, under "= category" or "= none"
 * (handlers/lexicon/examples/zh-own.txt).
 *
 * Prints precision, recall, F1, false alarms in 1,000 for each file, category accuracy of the
 * reports heard with the confusions, each slot's accuracy, urgency; --misses lists the rows. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/understand.h"

#define CATEGORIES_MAX 40
#define SLOTS 4
static const char *const slot_names[SLOTS] = {"building", "unit", "floor", "room"};

struct tally {
    size_t rows, reports, heard, alarms, right, emergencies;
    size_t slot_said[SLOTS], slot_right[SLOTS], slot_all[SLOTS];
    size_t urgency_said, urgency_right, emergency_said, emergency_heard;
};

struct eval {
    struct lexicon *lexicon;
    bool misses;
    bool bare; /* the file's sentences have no places labelled */
    int half;
    const char *categories[CATEGORIES_MAX];
    size_t category_count;
    size_t confusion[CATEGORIES_MAX][CATEGORIES_MAX];
    struct tally total;
};

static size_t category_index(struct eval *eval, const char *name)
{
    name = name != NULL ? name : "-";
    for (size_t i = 0; i < eval->category_count; i++)
        if (strcmp(eval->categories[i], name) == 0)
            return i;
    if (eval->category_count == CATEGORIES_MAX)
        return 0;
    eval->categories[eval->category_count] = xstrdup(name);
    return eval->category_count++;
}

static int half_of(const char *source)
{
    uint32_t hash = 2166136261u;
    for (; source != NULL && *source != '\0'; source++)
        hash = (hash ^ (unsigned char)*source) * 16777619u;
    return (int)(hash >> 16 & 1);
}

static void miss(const struct eval *eval, const char *kind, const char *gold, const char *got,
                 const char *text)
{
    if (eval->misses)
        printf("%s\t%s\t%s\t%s\n", kind, gold, got, text);
}

static void slot_text(const struct meaning *meaning, int slot, char *out, size_t size)
{
    const struct location *where = &meaning->fault.where;
    const char *texts[SLOTS] = {where->building, where->unit, NULL, where->room};
    out[0] = '\0';
    if (slot == 2 && where->floor != FLOOR_NONE &&
        where->floor_span.to > where->floor_span.from)
        snprintf(out, size, "%d", where->floor);
    else if (texts[slot] != NULL)
        snprintf(out, size, "%s", texts[slot]);
}

static void judge_slots(struct eval *eval, struct tally *tally, json_t *row,
                        const struct meaning *meaning, const char *text)
{
    for (int slot = 0; slot < SLOTS; slot++) {
        char gold[32] = "", got[32];
        json_t *value = json_object_get(row, slot_names[slot]);
        if (json_is_integer(value))
            snprintf(gold, sizeof gold, "%d", (int)json_integer_value(value));
        else if (json_is_string(value))
            snprintf(gold, sizeof gold, "%s", json_string_value(value));
        slot_text(meaning, slot, got, sizeof got);
        bool right = strcmp(gold, got) == 0;
        bool said = gold[0] != '\0' || got[0] != '\0';
        tally->slot_all[slot] += right;
        tally->slot_said[slot] += said;
        tally->slot_right[slot] += said && right;
        if (!right)
            miss(eval, slot_names[slot], gold, got, text);
    }
}

static void judge_category(struct eval *eval, struct tally *tally, json_t *row,
                           const struct meaning *meaning, const char *text)
{
    const char *gold = json_string_value(json_object_get(row, "category"));
    const char *got = meaning->fault.category;
    if (gold == NULL)
        return;
    bool right = got != NULL && strcmp(gold, got) == 0;
    tally->right += right;
    eval->confusion[category_index(eval, gold)][category_index(eval, got)]++;
    if (!right)
        miss(eval, "category", gold, got != NULL ? got : "-", text);
}

static void judge_urgency(struct eval *eval, struct tally *tally, json_t *row,
                          const struct meaning *meaning, const char *text)
{
    const char *gold = json_string_value(json_object_get(row, "urgency"));
    if (gold == NULL)
        return;
    const char *got = urgency_name(meaning->fault.urgency);
    bool right = strcmp(gold, got) == 0;
    tally->urgency_said++;
    tally->urgency_right += right;
    if (strcmp(gold, "emergency") == 0) {
        tally->emergency_said++;
        tally->emergency_heard += meaning->intent == INTENT_EMERGENCY;
    }
    if (!right)
        miss(eval, "urgency", gold, got, text);
}

static void judge(struct eval *eval, struct tally *tally, json_t *row)
{
    const char *text = json_string_value(json_object_get(row, "text"));
    json_t *label = json_object_get(row, "report");
    if (text == NULL)
        return;
    struct arena *arena = arena_create(1u << 20);
    struct meaning meaning;
    understand(eval->lexicon, text, strlen(text), NULL, arena, &meaning);
    bool report = json_is_true(label);
    tally->rows++;
    if (label != NULL && !report && meaning.report) {
        tally->alarms++;
        miss(eval, "alarm", "-", meaning.fault.category != NULL ? meaning.fault.category : "-",
             text);
    }
    if (label != NULL && !report)
        tally->emergencies += meaning.intent == INTENT_EMERGENCY;
    if (report) {
        tally->reports++;
        tally->heard += meaning.report;
        if (meaning.report)
            judge_category(eval, tally, row, &meaning, text);
        else
            miss(eval, "missed", json_string_value(json_object_get(row, "category")),
                 meaning.fault.category != NULL ? meaning.fault.category : "-", text);
        judge_urgency(eval, tally, row, &meaning, text);
    }
    if ((report && !eval->bare) || label == NULL)
        judge_slots(eval, tally, row, &meaning, text);
    arena_destroy(&arena);
}

static double ratio(size_t part, size_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void print_tally(const char *name, const struct tally *t)
{
    const char *slash = strrchr(name, '/');
    printf("%-24s rows %5zu", slash != NULL ? slash + 1 : name, t->rows);
    if (t->reports > 0)
        printf("  recall %.3f  category %.3f", ratio(t->heard, t->reports),
               ratio(t->right, t->heard));
    if (t->rows > t->reports && (t->alarms > 0 || t->reports == 0) && t->slot_said[0] == 0)
        printf("  false alarms %zu = %.1f in 1,000, false emergencies %zu", t->alarms,
               1000 * ratio(t->alarms, t->rows - t->reports), t->emergencies);
    for (int slot = 0; slot < SLOTS; slot++)
        if (t->slot_said[slot] > 0)
            printf("  %s %.3f (said %zu/%zu)", slot_names[slot],
                   ratio(t->slot_all[slot], t->rows), t->slot_right[slot], t->slot_said[slot]);
    if (t->urgency_said > 0)
        printf("  urgency %zu/%zu  emergencies heard %zu/%zu", t->urgency_right,
               t->urgency_said, t->emergency_heard, t->emergency_said);
    printf("\n");
}

static void add_up(struct tally *total, const struct tally *one)
{
    total->rows += one->rows;
    total->reports += one->reports;
    total->heard += one->heard;
    total->alarms += one->alarms;
    total->right += one->right;
}

static void print_total(const struct eval *eval)
{
    const struct tally *t = &eval->total;
    double precision = ratio(t->heard, t->heard + t->alarms),
           recall = ratio(t->heard, t->reports);
    printf("%-24s precision %.3f  recall %.3f  F1 %.3f  category %.3f\n", "all", precision,
           recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0,
           ratio(t->right, t->heard));
    printf("confusions (said → taken for):\n");
    for (size_t g = 0; g < eval->category_count; g++)
        for (size_t p = 0; p < eval->category_count; p++)
            if (g != p && eval->confusion[g][p] > 1)
                printf("  %-18s → %-18s %zu\n", eval->categories[g], eval->categories[p],
                       eval->confusion[g][p]);
}

/* A line of a .txt file as a row; NULL: it is none. */
static json_t *row_of_sentence(char *line, char *label, size_t label_size)
{
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "= ", 2) == 0)
        snprintf(label, label_size, "%s", line + 2);
    if (line[0] == '\0' || line[0] == '#' || line[0] == '=')
        return NULL;
    bool report = strcmp(label, "none") != 0;
    char category[40];
    snprintf(category, sizeof category, "%.*s", (int)strcspn(label, " "), label);
    const char *urgency = strchr(label, ' ');
    return json_pack("{s:s, s:b, s:s, s:s, s:s*}", "text", line, "report", report, "category",
                     report ? category : "chat", "source", line, "urgency",
                     urgency != NULL ? urgency + 1 : NULL);
}

static void judge_file(struct eval *eval, const char *path)
{
    size_t path_len = strlen(path);
    bool sentences = path_len > 4 && strcmp(path + path_len - 4, ".txt") == 0;
    char label[40] = "none";
    eval->bare = sentences;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        exit(2);
    }
    struct tally tally = {0};
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, file) > 0) {
        json_t *row =
            sentences ? row_of_sentence(line, label, sizeof label) : json_loads(line, 0, NULL);
        if (row == NULL)
            continue;
        const char *source = json_string_value(json_object_get(row, "source"));
        if (eval->half < 0 || half_of(source) == eval->half)
            judge(eval, &tally, row);
        json_decref(row);
    }
    free(line);
    fclose(file);
    print_tally(path, &tally);
    add_up(&eval->total, &tally);
}

int main(int argc, char **argv)
{
    struct eval eval = {.half = -1};
    const char *words[1];
    size_t word_count = 0;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--misses") == 0)
            eval.misses = true;
        else if (strcmp(argv[i], "--half") == 0 && i + 1 < argc)
            eval.half = atoi(argv[++i]);
        else if (strcmp(argv[i], "--words") == 0 && i + 1 < argc && word_count == 0)
            words[word_count++] = argv[++i];
        else
            break;
    }
    if (i == argc || argv[i][0] == '-') {
        fputs("usage: eval [--misses] [--half 0|1] [--words FILE] FILE…\n", stderr);
        return 2;
    }
    struct faults *faults = faults_create();
    eval.lexicon = lexicon_create(words, word_count, faults);
    for (; i < argc; i++)
        judge_file(&eval, argv[i]);
    print_total(&eval);
    for (size_t c = 0; c < eval.category_count; c++)
        free((char *)eval.categories[c]);
    lexicon_destroy(&eval.lexicon);
    faults_destroy(&faults);
    return 0;
}
