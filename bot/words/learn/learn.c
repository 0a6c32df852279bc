/* learn.c: makes a model for opinion.h from sentences. Run by the Makefile when Loubot is
 * built, not a part of Loubot:
 *
 *   learn zh|en OUT FILE…
 *
 * FILE: "= category" or "= none" begins sentences of that kind, one a line; behind the category
 * may stand how urgent they are (normal, urgent, emergency); "#" is a comment. What a sentence
 * is made of it asks the lexicon, which it carries with it (understand_grams()).
 * Training is liblinear's: a linear support vector machine for report or not, over all; and
 * over the reports one for urgent or not, one for emergency or not, and one for each category
 * against all others. Few sentences tell how urgent they are; what is learned from these, and
 * the lexicon's own word, label the others where they agree, and it is learned again. The same
 * input makes the same file. */
#include <errno.h>
#include <linear.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "words/lexicon.h"
#include "words/understand_inner.h"

#define SENTENCES_MAX 50000
#define TABLE_BITS 20
#define TABLE ((size_t)1 << TABLE_BITS)
#define RARE 2           /* sentences a feature must stand in */
#define WORD_WEIGHT 0.8F /* of a word found, beside a run of characters */
#define FAINT 4          /* weights of 127 that are as good as none */
#define COST 1.0
#define PRECISION 0.01

struct feature {
    uint32_t key, sentences, last; /* last: sentence + 1 that it was counted for */
    uint32_t row;                  /* + 1; 0: too rare */
    bool used;
};

#define URGENCY_UNTOLD (-1)
struct label {
    int output;  /* of its category; 0: no report */
    int urgency; /* enum urgency */
};

struct sentence {
    uint32_t *keys;
    size_t count;
    struct label label;
    enum urgency heard; /* what the lexicon calls it */
};

struct learner {
    enum lang lang;
    struct lexicon *lexicon;
    struct sentence *sentences;
    size_t sentence_count;
    struct feature *table;
    struct feature **rows;
    float *idf;
    struct opinion_head head;
};

static void die(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    exit(1);
}

static void *need(void *memory)
{
    if (memory == NULL)
        die("learn", 0, "not enough memory");
    return memory;
}

static int output_of(struct learner *learner, const char *name, const char *file, int line)
{
    if (strlen(name) >= OPINION_NAME)
        die(file, line, "the category's name is too long");
    for (uint32_t i = OPINION_CATEGORY; i < learner->head.outputs; i++)
        if (strcmp(learner->head.names[i], name) == 0)
            return (int)i;
    if (learner->head.outputs == OPINION_OUTPUTS)
        die(file, line, "too many categories");
    strcpy(learner->head.names[learner->head.outputs], name);
    return (int)learner->head.outputs++;
}

/* "none", "gas", "gas emergency". */
static struct label label_of(struct learner *learner, char *told, const char *file, int line)
{
    static const char *const urgencies[] = {"normal", "urgent", "emergency"};
    struct label label = {.urgency = URGENCY_UNTOLD};
    char *urgency = strchr(told, ' ');
    if (urgency != NULL)
        *urgency++ = '\0';
    for (int i = 0; urgency != NULL && i < 3; i++)
        if (strcmp(urgency, urgencies[i]) == 0)
            label.urgency = i;
    if (urgency != NULL && label.urgency == URGENCY_UNTOLD)
        die(file, line, "only normal, urgent or emergency can stand behind a category");
    if (strcmp(told, "none") != 0)
        label.output = output_of(learner, told, file, line);
    return label;
}

static void add_sentence(struct learner *learner, const char *text, size_t len,
                         struct label label, const char *file, int line)
{
    static struct opinion_gram grams[OPINION_GRAMS];
    long count = understand_grams(learner->lexicon, learner->lang, text, len, grams);
    if (count < 0)
        die(file, line, "is not valid UTF-8");
    if (learner->sentence_count == SENTENCES_MAX)
        die(file, line, "too many sentences");
    struct sentence *sentence = &learner->sentences[learner->sentence_count++];
    sentence->keys = need(malloc((size_t)(count + 1) * sizeof *sentence->keys));
    for (long i = 0; i < count; i++)
        sentence->keys[i] = grams[i].key;
    sentence->count = (size_t)count;
    sentence->label = label;
    struct arena *arena = arena_create(1u << 20);
    struct meaning meaning;
    understand(learner->lexicon, text, len, NULL, arena, &meaning);
    sentence->heard = meaning.fault.urgency;
    arena_destroy(&arena);
}

static void read_examples(struct learner *learner, const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        die(path, 0, strerror(errno));
    char *line = NULL;
    size_t cap = 0;
    int number = 0;
    struct label label;
    bool begun = false;
    for (ssize_t len; (len = getline(&line, &cap, file)) > 0;) {
        number++;
        while (len > 0 && strchr("\r\n ", line[len - 1]) != NULL)
            line[--len] = '\0';
        if (len == 0 || line[0] == '#')
            continue;
        if (strncmp(line, "= ", 2) == 0) {
            label = label_of(learner, line + 2, path, number);
            begun = true;
        } else if (!begun)
            die(path, number, "a sentence stands before the first \"= category\"");
        else
            add_sentence(learner, line, (size_t)len, label, path, number);
    }
    free(line);
    fclose(file);
}

static struct feature *feature_of(struct learner *learner, uint32_t key)
{
    size_t at = key & (TABLE - 1);
    while (learner->table[at].used && learner->table[at].key != key)
        at = (at + 1) & (TABLE - 1);
    return &learner->table[at];
}

static int by_key(const void *a, const void *b)
{
    uint32_t x = (*(struct feature *const *)a)->key, y = (*(struct feature *const *)b)->key;
    return x < y ? -1 : x > y;
}

static void count_features(struct learner *learner)
{
    size_t used = 0;
    for (size_t s = 0; s < learner->sentence_count; s++) {
        const struct sentence *sentence = &learner->sentences[s];
        for (size_t i = 0; i < sentence->count; i++) {
            struct feature *feature = feature_of(learner, sentence->keys[i]);
            if (!feature->used && ++used > TABLE / 2)
                die("learn", 0, "too many features");
            feature->used = true;
            feature->key = sentence->keys[i];
            feature->sentences += feature->last != s + 1;
            feature->last = (uint32_t)s + 1;
        }
    }
}

/* Gives a row to every feature that is not too rare, in the order of their keys. */
static void find_features(struct learner *learner)
{
    count_features(learner);
    learner->rows = need(calloc(OPINION_ROWS, sizeof *learner->rows));
    learner->idf = need(calloc(OPINION_ROWS, sizeof *learner->idf));
    for (size_t i = 0; i < TABLE; i++) {
        if (learner->table[i].sentences < RARE)
            continue;
        if (learner->head.rows == OPINION_ROWS)
            die("learn", 0, "too many features");
        learner->rows[learner->head.rows++] = &learner->table[i];
    }
    qsort(learner->rows, learner->head.rows, sizeof *learner->rows, by_key);
    for (uint32_t row = 0; row < learner->head.rows; row++) {
        struct feature *feature = learner->rows[row];
        feature->row = row + 1;
        learner->idf[row] =
            (float)(log((1.0 + (double)learner->sentence_count) / (1.0 + feature->sentences)) +
                    1) *
            (feature->key & OPINION_WORD ? WORD_WEIGHT : 1);
    }
}

static int by_index(const void *a, const void *b)
{
    const struct feature_node *x = a, *y = b;
    return x->index - y->index;
}

/* Must weigh as opinion_ask() does. The last node is the bias. */
static struct feature_node *vector_of(struct learner *learner, const struct sentence *sentence)
{
    struct feature_node *nodes = need(malloc((sentence->count + 2) * sizeof *nodes));
    size_t count = 0, out = 0;
    for (size_t i = 0; i < sentence->count; i++) {
        uint32_t row = feature_of(learner, sentence->keys[i])->row;
        if (row != 0)
            nodes[count++] = (struct feature_node){(int)row, 1};
    }
    qsort(nodes, count, sizeof *nodes, by_index);
    double squares = 0;
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && nodes[next].index == nodes[i].index; next++)
            ;
        double value = (1 + log((double)(next - i))) * learner->idf[nodes[i].index - 1];
        nodes[out++] = (struct feature_node){nodes[i].index, value};
        squares += value * value;
    }
    for (size_t i = 0; i < out; i++)
        nodes[i].value = opinion_share((float)nodes[i].value, (float)squares);
    nodes[out++] = (struct feature_node){(int)learner->head.rows + 1, 1};
    nodes[out] = (struct feature_node){-1, 0};
    return nodes;
}

/* Numbers tell nothing of how urgent it is: takes them out of what is learned from now on. */
static void drop_numbers(const struct learner *learner, struct feature_node *vector)
{
    for (; vector->index <= (int)learner->head.rows; vector++) {
        uint32_t key = learner->rows[vector->index - 1]->key;
        if ((key & (OPINION_WORD | OPINION_NUMBER)) == OPINION_NUMBER)
            vector->value = 0;
    }
}

static void silence(const char *text)
{
}

/* Weights of the outputs first … of a model, as 8 bits. `sign` turns them. */
static void take_weights(struct learner *learner, const struct model *model, int column,
                         double sign, uint32_t output, int8_t *weights)
{
    uint32_t rows = learner->head.rows;
    int columns = model->nr_class == 2 ? 1 : model->nr_class;
    double largest = 1e-9;
    for (uint32_t row = 0; row < rows; row++)
        largest = fmax(largest, fabs(model->w[row * (size_t)columns + (size_t)column]));
    learner->head.scale[output] = (float)(largest / 127);
    learner->head.bias[output] =
        (float)(sign * model->w[rows * (size_t)columns + (size_t)column]);
    for (uint32_t row = 0; row < rows; row++)
        weights[row * (size_t)OPINION_OUTPUTS + output] = (int8_t)lround(
            sign * model->w[row * (size_t)columns + (size_t)column] / largest * 127);
}

/* What is to be learned of a sentence: 1, -1, or its category; 0: nothing. */
static int lesson_of(const struct sentence *sentence, int task)
{
    int output = sentence->label.output, urgency = sentence->label.urgency;
    switch (task) {
    case OPINION_REPORT:
        return output > 0 ? 1 : -1;
    case OPINION_URGENT:
        return urgency == URGENCY_UNTOLD ? 0 : urgency >= URGENCY_URGENT ? 1 : -1;
    case OPINION_EMERGENCY:
        return urgency == URGENCY_UNTOLD ? 0 : urgency == URGENCY_EMERGENCY ? 1 : -1;
    default:
        return output;
    }
}

/* Trains one output, or all the categories, over the sentences that teach something of it. */
static void learn(struct learner *learner, struct feature_node **vectors, int task,
                  int8_t *weights)
{
    struct problem problem = {.n = (int)learner->head.rows + 1, .bias = 1};
    problem.y = need(calloc(learner->sentence_count, sizeof *problem.y));
    problem.x = need(calloc(learner->sentence_count, sizeof *problem.x));
    for (size_t i = 0; i < learner->sentence_count; i++) {
        int lesson = lesson_of(&learner->sentences[i], task);
        if (lesson == 0)
            continue;
        problem.x[problem.l] = vectors[i];
        problem.y[problem.l++] = lesson;
    }
    struct parameter parameter = {
        .solver_type = L2R_L2LOSS_SVC_DUAL, .C = COST, .eps = PRECISION, .p = 0.1};
    srand(1);
    struct model *model = train(&problem, &parameter);
    if (model->nr_class < 2)
        die(learner->head.names[task], 0, "no examples for and against");
    if (task == OPINION_CATEGORY)
        for (int i = 0; i < model->nr_class; i++)
            take_weights(learner, model, i, 1, (uint32_t)model->label[i], weights);
    else
        take_weights(learner, model, 0, model->label[0], (uint32_t)task, weights);
    free_and_destroy_model(&model);
    free(problem.x);
    free(problem.y);
}

static void learn_urgency(struct learner *learner, struct feature_node **vectors,
                          int8_t *weights)
{
    learn(learner, vectors, OPINION_URGENT, weights);
    learn(learner, vectors, OPINION_EMERGENCY, weights);
}

static float margin_of(const struct learner *learner, const struct feature_node *vector,
                       const int8_t *weights, size_t output)
{
    double sum = 0;
    for (; vector->index <= (int)learner->head.rows; vector++)
        sum += vector->value * weights[(size_t)(vector->index - 1) * OPINION_OUTPUTS + output];
    return (float)sum * learner->head.scale[output] + learner->head.bias[output];
}

/* Tells the urgency of the reports that are called the same by the lexicon and, with margins
 * well off its bounds, by what was learned so far. */
static void tell_urgency(struct learner *learner, struct feature_node **vectors,
                         const int8_t *weights)
{
    for (size_t i = 0; i < learner->sentence_count; i++) {
        struct sentence *sentence = &learner->sentences[i];
        if (sentence->label.output == 0 || sentence->label.urgency != URGENCY_UNTOLD)
            continue;
        float urgent = margin_of(learner, vectors[i], weights, OPINION_URGENT);
        float emergency = margin_of(learner, vectors[i], weights, OPINION_EMERGENCY);
        if (sentence->heard == URGENCY_NORMAL && urgent < 0.7F && emergency < -0.6F)
            sentence->label.urgency = URGENCY_NORMAL;
        else if (sentence->heard == URGENCY_URGENT && urgent > 0.5F && emergency < -0.4F)
            sentence->label.urgency = URGENCY_URGENT;
        else if (sentence->heard == URGENCY_EMERGENCY && emergency > -0.3F)
            sentence->label.urgency = URGENCY_EMERGENCY;
    }
}

/* Features that tell nothing of anything are left out. Returns how many stay. */
static uint32_t keep_rows(struct learner *learner, int8_t *weights)
{
    uint32_t kept = 0;
    for (uint32_t row = 0; row < learner->head.rows; row++) {
        int8_t *from = weights + row * (size_t)OPINION_OUTPUTS;
        int loudest = 0;
        for (size_t k = 0; k < OPINION_OUTPUTS; k++)
            loudest = abs(from[k]) > loudest ? abs(from[k]) : loudest;
        if (loudest <= FAINT)
            continue;
        memmove(weights + kept * (size_t)OPINION_OUTPUTS, from, OPINION_OUTPUTS);
        learner->rows[kept] = learner->rows[row];
        learner->idf[kept++] = learner->idf[row];
    }
    return kept;
}

static void write_model(struct learner *learner, int8_t *weights, const char *path)
{
    struct opinion_head *head = &learner->head;
    head->rows = keep_rows(learner, weights);
    head->bucket_bits = OPINION_BUCKET_BITS;
    while ((uint32_t)2 << head->bucket_bits < head->rows)
        head->bucket_bits++;
    size_t buckets = (size_t)1 << head->bucket_bits;
    uint32_t *starts = need(calloc(buckets + 1, sizeof *starts));
    struct opinion_entry *entries = need(calloc(head->rows + 1, sizeof *entries));
    struct opinion_row *rows = need(calloc(head->rows + 1, sizeof *rows));
    for (uint32_t row = 0; row < head->rows; row++) {
        uint32_t key = learner->rows[row]->key;
        const int8_t *own = weights + row * (size_t)OPINION_OUTPUTS;
        starts[(key >> (32 - head->bucket_bits)) + 1] = row + 1;
        entries[row].key_and_report = key << 8 | (uint8_t)own[0];
        entries[row].rarity = learner->idf[row];
        memcpy(rows[row].weights, own + 1, sizeof rows[row].weights);
    }
    for (size_t i = 1; i <= buckets; i++)
        if (starts[i] == 0)
            starts[i] = starts[i - 1];
    if (!opinion_is_sound(&(struct opinion){head, starts, entries, rows}))
        die(path, 0, "would be no sound model");
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(head, sizeof *head, 1, file) != 1 ||
        fwrite(starts, sizeof *starts, buckets + 1, file) != buckets + 1 ||
        fwrite(entries, sizeof *entries, head->rows, file) != head->rows ||
        fwrite(rows, sizeof *rows, head->rows, file) != head->rows || fclose(file) != 0)
        die(path, 0, "cannot be written");
    free(starts);
    free(entries);
    free(rows);
}

static void forget(struct learner *learner, struct feature_node **vectors)
{
    for (size_t i = 0; i < learner->sentence_count; i++) {
        free(learner->sentences[i].keys);
        free(vectors[i]);
    }
    free(vectors);
    free(learner->sentences);
    free(learner->table);
    free(learner->rows);
    free(learner->idf);
    lexicon_destroy(&learner->lexicon);
}

int main(int argc, char **argv)
{
    if (argc < 4 || (strcmp(argv[1], "zh") != 0 && strcmp(argv[1], "en") != 0))
        die("usage: learn zh|en OUT FILE…", 0, "");
    static struct learner learner;
    learner.lang = strcmp(argv[1], "en") == 0 ? LANG_EN : LANG_ZH;
    learner.sentences = need(calloc(SENTENCES_MAX, sizeof *learner.sentences));
    learner.table = need(calloc(TABLE, sizeof *learner.table));
    memcpy(learner.head.magic, OPINION_MAGIC, sizeof learner.head.magic);
    learner.head.lang = learner.lang;
    learner.head.outputs = OPINION_CATEGORY;
    strcpy(learner.head.names[OPINION_REPORT], "report");
    strcpy(learner.head.names[OPINION_URGENT], "urgent");
    strcpy(learner.head.names[OPINION_EMERGENCY], "emergency");
    struct faults *faults = faults_create(); /* told by `loubot check` */
    learner.lexicon = lexicon_create(NULL, 0, faults);
    for (int i = 3; i < argc; i++)
        read_examples(&learner, argv[i]);
    if (learner.head.outputs < OPINION_CATEGORY + 2)
        die(argv[3], 0, "too few categories to tell apart");
    find_features(&learner);
    struct feature_node **vectors = need(calloc(learner.sentence_count, sizeof *vectors));
    for (size_t i = 0; i < learner.sentence_count; i++)
        vectors[i] = vector_of(&learner, &learner.sentences[i]);
    int8_t *weights = need(calloc(learner.head.rows + 1, OPINION_OUTPUTS));
    set_print_string_function(silence);
    learn(&learner, vectors, OPINION_REPORT, weights);
    learn(&learner, vectors, OPINION_CATEGORY, weights);
    for (size_t i = 0; i < learner.sentence_count; i++)
        drop_numbers(&learner, vectors[i]);
    learn_urgency(&learner, vectors, weights);
    tell_urgency(&learner, vectors, weights);
    learn_urgency(&learner, vectors, weights);
    write_model(&learner, weights, argv[2]);
    free(weights);
    forget(&learner, vectors);
    faults_destroy(&faults);
    return 0;
}
