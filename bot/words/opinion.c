/* opinion.c: see opinion.h. Features weigh (1 + ln of how often) × how rare, and the whole text
 * is scaled to length 1 (TF-IDF), so that a margin means the same for short and long texts. */
#include "words/opinion.h"

#include <math.h>
#include <string.h>

#define ENGLISH_SHORTEST 2
#define ENGLISH_LONGEST 5
#define HEADS 2048 /* of the table that counts features; more than OPINION_GRAMS */
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

static size_t chinese_grams(const struct glyph *glyphs, size_t count,
                            struct opinion_gram *grams)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t hash = hash_add(HASH_START, letter_of(&glyphs[i]));
        grams[n++] = (struct opinion_gram){hash, (uint16_t)i, (uint16_t)(i + 1)};
        if (i + 1 < count)
            grams[n++] = (struct opinion_gram){hash_add(hash, letter_of(&glyphs[i + 1])),
                                               (uint16_t)i, (uint16_t)(i + 2)};
    }
    return n;
}

static bool is_word(const struct glyph *glyph)
{
    return glyph->cp != ' ' && glyph->cp != '\n';
}

/* All runs of " word " that begin at `at`; from - 1 and to are its blanks. */
static size_t word_grams(const struct glyph *glyphs, size_t from, size_t to,
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
            grams[n++] = (struct opinion_gram){hash, (uint16_t)first, (uint16_t)end};
        }
    }
    return n;
}

static size_t english_grams(const struct glyph *glyphs, size_t count,
                            struct opinion_gram *grams)
{
    size_t n = 0;
    for (size_t from = 0, to; from < count; from = to + 1) {
        for (to = from; to < count && is_word(&glyphs[to]); to++)
            ;
        if (to > from)
            n += word_grams(glyphs, from, to, grams + n, OPINION_GRAMS - n);
    }
    return n;
}

size_t opinion_grams(enum lang lang, const struct glyph *glyphs, size_t count,
                     struct opinion_gram *grams)
{
    if (count > OPINION_GLYPHS)
        count = OPINION_GLYPHS;
    return lang == LANG_EN ? english_grams(glyphs, count, grams)
                           : chinese_grams(glyphs, count, grams);
}

static bool is_whole(const struct opinion_head *head, enum lang lang, size_t len)
{
    if (len < sizeof *head || memcmp(head->magic, OPINION_MAGIC, sizeof head->magic) != 0 ||
        head->lang != (uint32_t)lang || head->outputs < 2 || head->outputs > OPINION_OUTPUTS ||
        head->rows > OPINION_ROWS || head->slot_bits > 20 ||
        head->rows >= UINT32_C(1) << head->slot_bits)
        return false;
    for (size_t i = 0; i < head->outputs; i++)
        if (memchr(head->names[i], '\0', OPINION_NAME) == NULL || !isfinite(head->scale[i]) ||
            !isfinite(head->bias[i]))
            return false;
    return len == sizeof *head + (sizeof(struct opinion_slot) << head->slot_bits) +
                      head->rows * sizeof(struct opinion_row);
}

bool opinion_is_sound(const struct opinion *opinion)
{
    const struct opinion_head *head = opinion->head;
    size_t empty = 0;
    for (size_t i = 0; i < (size_t)1 << head->slot_bits; i++) {
        if (opinion->slots[i].row > head->rows)
            return false;
        empty += opinion->slots[i].row == 0;
    }
    for (uint32_t row = 0; row < head->rows; row++)
        if (!(opinion->rows[row].rarity > 0 && opinion->rows[row].rarity < 100))
            return false;
    return empty > 0;
}

bool opinion_open(struct opinion *opinion, enum lang lang, const void *bytes, size_t len)
{
    const struct opinion_head *head = bytes;
    memset(opinion, 0, sizeof *opinion);
    if ((uintptr_t)bytes % sizeof(float) != 0 || !is_whole(head, lang, len))
        return false;
    opinion->head = head;
    opinion->slots = (const struct opinion_slot *)(head + 1);
    opinion->rows =
        (const struct opinion_row *)(opinion->slots + ((size_t)1 << head->slot_bits));
    return true;
}

size_t opinion_bytes(const struct opinion *opinion)
{
    const struct opinion_head *head = opinion->head;
    return head == NULL ? 0
                        : sizeof *head + (sizeof(struct opinion_slot) << head->slot_bits) +
                              head->rows * sizeof(struct opinion_row);
}

/* Row + 1 of a feature; 0: the model does not know it. */
static uint32_t row_of(const struct opinion *opinion, uint32_t key)
{
    uint32_t mask = (UINT32_C(1) << opinion->head->slot_bits) - 1;
    uint32_t at = key & mask;
    while (opinion->slots[at].row != 0 && opinion->slots[at].key != key)
        at = (at + 1) & mask;
    return opinion->slots[at].row;
}

struct bag {
    struct {
        uint32_t row;
        uint16_t times, from, to;
        float value;
    } features[OPINION_GRAMS];
    size_t count;
};

/* Gives every feature its value, so that the squares add up to 1. */
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
    float scale = bag->count > 0 ? 1 / sqrtf(squares) : 0;
    for (size_t i = 0; i < bag->count; i++)
        bag->features[i].value *= scale;
}

static void fill_bag(const struct opinion *opinion, const struct glyph *glyphs, size_t count,
                     struct bag *bag)
{
    struct opinion_gram grams[OPINION_GRAMS];
    uint16_t heads[HEADS] = {0}; /* feature + 1, by row */
    size_t n = opinion_grams((enum lang)opinion->head->lang, glyphs, count, grams);
    bag->count = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = row_of(opinion, grams[i].key);
        if (row-- == 0)
            continue;
        size_t at = row % HEADS;
        while (heads[at] != 0 && bag->features[heads[at] - 1].row != row)
            at = (at + 1) % HEADS;
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

void opinion_ask(const struct opinion *opinion, const struct glyph *glyphs, size_t count,
                 struct opinion_view *ret_view)
{
    struct bag bag;
    float sums[OPINION_OUTPUTS] = {0};
    ret_view->outputs = 0;
    if (opinion->head == NULL)
        return;
    fill_bag(opinion, glyphs, count, &bag);
    if (bag.count == 0)
        return;
    for (size_t i = 0; i < bag.count; i++) {
        struct opinion_row row = opinion->rows[bag.features[i].row];
        for (size_t k = 0; k < OPINION_OUTPUTS; k++)
            sums[k] += bag.features[i].value * row.weights[k];
    }
    ret_view->outputs = opinion->head->outputs;
    for (size_t k = 0; k < ret_view->outputs; k++)
        ret_view->margin[k] = sums[k] * opinion->head->scale[k] + opinion->head->bias[k];
}

size_t opinion_reasons(const struct opinion *opinion, const struct glyph *glyphs, size_t count,
                       size_t output, struct opinion_reason *reasons, size_t max)
{
    struct bag bag;
    size_t found = 0;
    if (opinion->head == NULL || output >= opinion->head->outputs)
        return 0;
    fill_bag(opinion, glyphs, count, &bag);
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
