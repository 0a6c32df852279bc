/* opinion.c: see opinion.h. Features weigh (1 + ln of how often) × how rare, and the whole text
 * is scaled to a length of nearly 1 (TF-IDF), so that a margin means the same for long and very
 * long texts; a short one stays shorter, since few features tell little. */
#include "words/opinion.h"

#include <string.h>

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

static struct opinion_gram gram_of(uint32_t hash, bool number, size_t from, size_t to)
{
    uint32_t key = hash & ~(OPINION_WORD | OPINION_NUMBER);
    return (struct opinion_gram){number ? key | OPINION_NUMBER : key, (uint16_t)from,
                                 (uint16_t)to};
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
        bool number = letter == '0';
        grams[n++] = gram_of(hash_add(hash_add(HASH_START, last), letter),
                             number || last == '0', from, blank ? i : i + 1);
        if (!blank)
            grams[n++] = gram_of(hash_add(HASH_START, letter), number, i, i + 1);
        last = letter;
    }
    return n;
}

/* Runs within a word and the blanks around it: none goes on behind a blank. */
static size_t english_runs(const struct glyph *glyphs, size_t count, struct opinion_gram *grams)
{
    uint32_t letters[OPINION_GLYPHS + 2]; /* letters[k] is glyph k - 1 */
    letters[0] = letters[count + 1] = ' ';
    for (size_t i = 0; i < count; i++)
        letters[i + 1] = letter_of(&glyphs[i]);
    size_t n = 0;
    for (size_t first = 0; first <= count; first++) {
        uint32_t hash = hash_add(HASH_START, letters[first]);
        bool number = letters[first] == '0';
        size_t from = letters[first] == ' ' ? first : first - 1;
        size_t end = first + ENGLISH_LONGEST < count + 2 ? first + ENGLISH_LONGEST : count + 2;
        for (size_t last = first + 1; last < end; last++) {
            hash = hash_add(hash, letters[last]);
            number |= letters[last] == '0';
            bool blank = letters[last] == ' ';
            if (n == OPINION_RUNS || (blank && from == last))
                break; /* full, or two blanks */
            grams[n++] = gram_of(hash, number, from, blank ? last - 1 : last);
            if (blank)
                break;
        }
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
           head->rows * (sizeof(struct opinion_entry) + sizeof(struct opinion_row));
}

static bool is_whole(const struct opinion_head *head, enum lang lang, size_t len)
{
    if (len < sizeof *head || memcmp(head->magic, OPINION_MAGIC, sizeof head->magic) != 0 ||
        head->lang != (uint32_t)lang || head->outputs <= OPINION_CATEGORY ||
        head->outputs > OPINION_OUTPUTS || head->rows > OPINION_ROWS ||
        head->bucket_bits < OPINION_BUCKET_BITS || head->bucket_bits > 20)
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
    uint32_t buckets = UINT32_C(1) << head->bucket_bits, shared = 24 - (32 - head->bucket_bits);
    if (opinion->starts[0] != 0 || opinion->starts[buckets] != head->rows)
        return false;
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        if (opinion->starts[bucket + 1] < opinion->starts[bucket] ||
            opinion->starts[bucket + 1] > head->rows)
            return false;
        for (uint32_t row = opinion->starts[bucket]; row < opinion->starts[bucket + 1]; row++) {
            const struct opinion_entry *entry = &opinion->entries[row];
            uint32_t tag = entry->key_and_report >> 8;
            if (tag >> (24 - shared) != (bucket & ((1u << shared) - 1)) ||
                !(entry->rarity > 0 && entry->rarity < 100) ||
                (row > opinion->starts[bucket] && tag <= entry[-1].key_and_report >> 8))
                return false;
        }
    }
    return true;
}

bool opinion_open(struct opinion *opinion, enum lang lang, const void *bytes, size_t len)
{
    const struct opinion_head *head = bytes;
    memset(opinion, 0, sizeof *opinion);
    if ((uintptr_t)bytes % sizeof(float) != 0 || !is_whole(head, lang, len))
        return false;
    opinion->head = head;
    opinion->starts = (const uint32_t *)(head + 1);
    opinion->entries =
        (const struct opinion_entry *)(opinion->starts + ((size_t)1 << head->bucket_bits) + 1);
    opinion->rows = (const struct opinion_row *)(opinion->entries + head->rows);
    return true;
}

size_t opinion_bytes(const struct opinion *opinion)
{
    return opinion->head == NULL ? 0 : bytes_of(opinion->head);
}

#define NO_ROW UINT32_MAX

/* Row of a feature; NO_ROW: the model does not know it. */
static inline uint32_t row_of(const struct opinion *opinion, uint32_t key)
{
    const uint32_t *start = opinion->starts + bucket_of(opinion->head, key);
    for (uint32_t row = start[0]; row < start[1]; row++)
        if (((opinion->entries[row].key_and_report >> 8 ^ key) & 0xffffff) == 0)
            return row;
    return NO_ROW;
}

static float weight_of(const struct opinion *opinion, uint32_t row, size_t output)
{
    return output == 0 ? (float)(int8_t)opinion->entries[row].key_and_report
                       : (float)opinion->rows[row].weights[output - 1];
}

bool opinion_knows(const struct opinion *opinion, uint32_t key)
{
    return opinion->head != NULL && row_of(opinion, key) != NO_ROW;
}

struct bag {
    struct {
        uint32_t row;
        uint16_t times, from, to;
        float value;
    } features[OPINION_GRAMS];
    size_t count;
    float share; /* of all values: scales the text to its length */
};

/* Gives every feature its value. */
static void weigh_bag(const struct opinion *opinion, struct bag *bag)
{
    float squares = 0;
    for (size_t i = 0; i < bag->count; i++) {
        uint16_t times = bag->features[i].times;
        float value = opinion->entries[bag->features[i].row].rarity;
        if (times > 1)
            value *= 1 + logf(times);
        bag->features[i].value = value;
        squares += value * value;
    }
    bag->share = opinion_share(1, squares);
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
        if (row == NO_ROW)
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

static float report_sum(const struct opinion *opinion, const struct bag *bag)
{
    float sum = 0;
    for (size_t i = 0; i < bag->count; i++)
        sum += bag->features[i].value * weight_of(opinion, bag->features[i].row, 0);
    return sum;
}

static void category_sums(const struct opinion *opinion, const struct bag *bag, float *sums)
{
    for (size_t i = 0; i < bag->count; i++) {
        struct opinion_row row = opinion->rows[bag->features[i].row];
        for (size_t k = 1; k < OPINION_OUTPUTS; k++)
            sums[k] += bag->features[i].value * row.weights[k - 1];
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
    sums[0] = report_sum(opinion, &bag);
    if (all)
        category_sums(opinion, &bag, sums);
    for (size_t k = 0; k < ret_view->outputs; k++)
        ret_view->margin[k] =
            sums[k] * bag.share * opinion->head->scale[k] + opinion->head->bias[k];
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
        struct opinion_reason reason = {bag.features[i].from, bag.features[i].to,
                                        bag.features[i].value * bag.share *
                                            opinion->head->scale[output] *
                                            weight_of(opinion, bag.features[i].row, output)};
        size_t at = found < max ? found++ : max;
        for (; at > 0 && fabsf(reasons[at - 1].weight) < fabsf(reason.weight); at--)
            if (at < max)
                reasons[at] = reasons[at - 1];
        if (at < max)
            reasons[at] = reason;
    }
    return found;
}
