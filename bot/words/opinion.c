/* opinion.c: see opinion.h. Features weigh (1 + ln of how often) × how rare, and the whole text
 * is scaled to a length of nearly 1 (TF-IDF), so that a margin means the same for long and very
 * long texts; a short one stays shorter, since few features tell little. */
#include "words/opinion.h"

#include <string.h>

#define ENGLISH_SHORTEST 2
#define ENGLISH_LONGEST 5
#define HEADS 4096 /* of the table that counts features */
_Static_assert(HEADS > OPINION_GRAMS, "the table of counts never fills up");

#define HASH_START 2166136261u

static uint32_t hash_add(uint32_t hash, uint32_t cp)
{
    hash = (hash ^ cp) * 16777619u;
    return hash ^ hash >> 15;
}

/* An address is an address, whatever its numbers. */
static uint32_t letter_of(const struct glyph *glyph)
{
    return glyph_is_digit(glyph->cp) ? '0' : glyph->cp == '\n' ? ' ' : glyph->cp;
}

static struct opinion_gram gram_of(uint32_t hash, size_t from, size_t to)
{
    return (struct opinion_gram){hash & ~OPINION_WORD, (uint16_t)from, (uint16_t)to};
}

/* Writers differ in their marks more than in what they mean, so all are one blank, as are the
 * two ends. */
static size_t chinese_runs(const struct glyph *glyphs, size_t count, struct opinion_gram *grams)
{
    size_t n = 0;
    uint32_t last = ' ';
    for (size_t i = 0; i <= count; i++) {
        bool blank = i == count || glyph_is_silent(glyphs[i].cp);
        uint32_t letter = blank ? ' ' : letter_of(&glyphs[i]);
        if (blank && last == ' ')
            continue;
        size_t from = last == ' ' ? i : i - 1;
        grams[n++] =
            gram_of(hash_add(hash_add(HASH_START, last), letter), from, blank ? i : i + 1);
        if (!blank)
            grams[n++] = gram_of(hash_add(HASH_START, letter), i, i + 1);
        last = letter;
    }
    return n;
}

static bool is_word(const struct glyph *glyph)
{
    return glyph->cp != ' ' && glyph->cp != '\n';
}

/* All runs of " word " that begin at `at`; from - 1 and to are its blanks. */
static size_t word_runs(const struct glyph *glyphs, size_t from, size_t to,
                        struct opinion_gram *grams, size_t room)
{
    size_t n = 0, letters = to - from + 2;
    for (size_t at = 0; at + ENGLISH_SHORTEST <= letters; at++) {
        uint32_t hash = HASH_START;
        for (size_t len = 1; len <= ENGLISH_LONGEST && at + len <= letters; len++) {
            size_t k = at + len - 1; /* 0 and letters - 1: blanks */
            bool blank = k == 0 || k == letters - 1;
            hash = hash_add(hash, blank ? ' ' : letter_of(&glyphs[from + k - 1]));
            if (len < ENGLISH_SHORTEST)
                continue;
            if (n == room)
                return n;
            size_t first = at == 0 ? from : from + at - 1;
            size_t end = blank ? to : from + k;
            grams[n++] = gram_of(hash, first, end);
        }
    }
    return n;
}

static size_t english_runs(const struct glyph *glyphs, size_t count, struct opinion_gram *grams)
{
    size_t n = 0;
    for (size_t from = 0, to; from < count; from = to + 1) {
        for (to = from; to < count && is_word(&glyphs[to]); to++)
            ;
        if (to > from)
            n += word_runs(glyphs, from, to, grams + n, OPINION_RUNS - n);
    }
    return n;
}

size_t opinion_runs(enum lang lang, const struct glyph *glyphs, size_t count,
                    struct opinion_gram *grams)
{
    if (count > OPINION_GLYPHS)
        count = OPINION_GLYPHS;
    return lang == LANG_EN ? english_runs(glyphs, count, grams)
                           : chinese_runs(glyphs, count, grams);
}

uint32_t opinion_key(unsigned kind, const char *name)
{
    uint32_t hash = hash_add(HASH_START, kind);
    for (; *name != '\0'; name++)
        hash = hash_add(hash, (unsigned char)*name);
    return hash | OPINION_WORD;
}

static size_t bytes_of(const struct opinion_head *head)
{
    return sizeof *head + (((size_t)1 << head->bucket_bits) + 1) * sizeof(uint32_t) +
           head->rows * (sizeof(uint32_t) + sizeof(struct opinion_row));
}

static bool is_whole(const struct opinion_head *head, enum lang lang, size_t len)
{
    if (len < sizeof *head || memcmp(head->magic, OPINION_MAGIC, sizeof head->magic) != 0 ||
        head->lang != (uint32_t)lang || head->outputs < 2 || head->outputs > OPINION_OUTPUTS ||
        head->rows > OPINION_ROWS || head->bucket_bits > 20)
        return false;
    for (size_t i = 0; i < head->outputs; i++)
        if (memchr(head->names[i], '\0', OPINION_NAME) == NULL || !isfinite(head->scale[i]) ||
            !isfinite(head->bias[i]))
            return false;
    return len == bytes_of(head);
}

static uint32_t bucket_of(const struct opinion_head *head, uint32_t key)
{
    return (uint32_t)((uint64_t)key << head->bucket_bits >> 32);
}

bool opinion_is_sound(const struct opinion *opinion)
{
    const struct opinion_head *head = opinion->head;
    uint32_t row = 0, buckets = UINT32_C(1) << head->bucket_bits;
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        if (opinion->starts[bucket] != row)
            return false;
        while (row < head->rows && bucket_of(head, opinion->keys[row]) == bucket)
            row++;
    }
    for (uint32_t i = 0; i < head->rows; i++)
        if (!(opinion->rows[i].rarity > 0 && opinion->rows[i].rarity < 100) ||
            (i > 0 && opinion->keys[i] <= opinion->keys[i - 1]))
            return false;
    return row == head->rows && opinion->starts[buckets] == row;
}

bool opinion_open(struct opinion *opinion, enum lang lang, const void *bytes, size_t len)
{
    const struct opinion_head *head = bytes;
    memset(opinion, 0, sizeof *opinion);
    if ((uintptr_t)bytes % sizeof(float) != 0 || !is_whole(head, lang, len))
        return false;
    opinion->head = head;
    opinion->starts = (const uint32_t *)(head + 1);
    opinion->keys = opinion->starts + ((size_t)1 << head->bucket_bits) + 1;
    opinion->rows = (const struct opinion_row *)(opinion->keys + head->rows);
    return true;
}

size_t opinion_bytes(const struct opinion *opinion)
{
    return opinion->head == NULL ? 0 : bytes_of(opinion->head);
}

/* Row + 1 of a feature; 0: the model does not know it. */
static uint32_t row_of(const struct opinion *opinion, uint32_t key)
{
    uint32_t bucket = bucket_of(opinion->head, key);
    uint32_t end = opinion->starts[bucket + 1];
    for (uint32_t row = opinion->starts[bucket]; row < end; row++)
        if (opinion->keys[row] == key)
            return row + 1;
    return 0;
}

bool opinion_knows(const struct opinion *opinion, uint32_t key)
{
    return opinion->head != NULL && row_of(opinion, key) != 0;
}

struct bag {
    struct {
        uint32_t row;
        uint16_t times, from, to;
        float value;
    } features[OPINION_GRAMS];
    size_t count;
};

/* Gives every feature its value. */
static void weigh_bag(const struct opinion *opinion, struct bag *bag)
{
    float squares = 0;
    for (size_t i = 0; i < bag->count; i++) {
        uint16_t times = bag->features[i].times;
        float value = opinion->rows[bag->features[i].row].rarity;
        if (times > 1)
            value *= 1 + logf(times);
        bag->features[i].value = value;
        squares += value * value;
    }
    for (size_t i = 0; i < bag->count; i++)
        bag->features[i].value = opinion_share(bag->features[i].value, squares);
}

static void fill_bag(const struct opinion *opinion, const struct opinion_gram *grams,
                     size_t count, struct bag *bag)
{
    uint16_t heads[HEADS]; /* feature + 1, by row */
    size_t mask = 31;
    while (mask < 2 * count && mask < HEADS - 1)
        mask = 2 * mask + 1;
    memset(heads, 0, (mask + 1) * sizeof *heads);
    bag->count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = row_of(opinion, grams[i].key);
        if (row-- == 0)
            continue;
        size_t at = row & mask;
        while (heads[at] != 0 && bag->features[heads[at] - 1].row != row)
            at = (at + 1) & mask;
        if (heads[at] != 0) {
            bag->features[heads[at] - 1].times++;
            continue;
        }
        bag->features[bag->count].row = row;
        bag->features[bag->count].times = 1;
        bag->features[bag->count].from = grams[i].from;
        bag->features[bag->count].to = grams[i].to;
        heads[at] = (uint16_t)++bag->count;
    }
    weigh_bag(opinion, bag);
}

static void add_up(const struct opinion *opinion, const struct bag *bag, float *sums)
{
    for (size_t i = 0; i < bag->count; i++) {
        struct opinion_row row = opinion->rows[bag->features[i].row];
        for (size_t k = 0; k < OPINION_OUTPUTS; k++)
            sums[k] += bag->features[i].value * row.weights[k];
    }
}

void opinion_ask(const struct opinion *opinion, const struct opinion_gram *grams, size_t count,
                 bool all, struct opinion_view *ret_view)
{
    struct bag bag;
    float sums[OPINION_OUTPUTS] = {0};
    ret_view->outputs = 0;
    if (opinion->head == NULL)
        return;
    fill_bag(opinion, grams, count, &bag);
    if (bag.count == 0)
        return;
    ret_view->outputs = all ? opinion->head->outputs : 1;
    if (all)
        add_up(opinion, &bag, sums);
    else
        for (size_t i = 0; i < bag.count; i++)
            sums[0] += bag.features[i].value * opinion->rows[bag.features[i].row].weights[0];
    for (size_t k = 0; k < ret_view->outputs; k++)
        ret_view->margin[k] = sums[k] * opinion->head->scale[k] + opinion->head->bias[k];
}

size_t opinion_reasons(const struct opinion *opinion, const struct opinion_gram *grams,
                       size_t count, size_t output, struct opinion_reason *reasons, size_t max)
{
    struct bag bag;
    size_t found = 0;
    if (opinion->head == NULL || output >= opinion->head->outputs)
        return 0;
    fill_bag(opinion, grams, count, &bag);
    for (size_t i = 0; i < bag.count; i++) {
        struct opinion_reason reason = {
            bag.features[i].from, bag.features[i].to,
            bag.features[i].value * opinion->head->scale[output] *
                (float)opinion->rows[bag.features[i].row].weights[output]};
        size_t at = found < max ? found++ : max;
        for (; at > 0 && fabsf(reasons[at - 1].weight) < fabsf(reason.weight); at--)
            if (at < max)
                reasons[at] = reasons[at - 1];
        if (at < max)
            reasons[at] = reason;
    }
    return found;
}
