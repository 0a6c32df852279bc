/* opinion.h: a second opinion on a text, learned from examples: is it a report, how
 * urgent, and of which category?
 *
 * A linear model over what stands in a text: its short runs of characters, and the groups of
 * the lexicon that its words belong to. So what it learned of one word of a group holds for all
 * of them, also for those that a community adds later. It is made when Loubot is built, by
 * bot/words/learn/learn.c from the sentences of handlers/lexicon/examples/, and lies ready in
 * the binary; reading a text allocates nothing. lexicon.c opens it, understand_opinion.c weighs
 * it against the lexicon's points.
 *
 * Runs, Chinese: single characters and pairs; marks and blanks are all one blank. English: runs
 * of 2 to 5 within a word and the blanks around it. Runs with digits are mostly addresses,
 * which tell nothing of how urgent it is, so for that they weigh nothing. When you change what
 * a feature is, the trainer follows by itself: it asks understand_grams(). */
#ifndef LOUBOT_WORDS_OPINION_H
#define LOUBOT_WORDS_OPINION_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words/normalise.h"
#include "words/understand.h"

#define OPINION_OUTPUTS 30  /* what it is asked: the three below, then the categories */
#define OPINION_GLYPHS 400  /* what is read of a text */
#define OPINION_RUNS 1600   /* and runs at most */
#define OPINION_GRAMS 2112  /* features at most: the runs, and the words found */
#define OPINION_NAME 24     /* bytes of a category's name, with its NUL */
#define OPINION_CALM 400.0F /* of a text with few features it is less sure */
#define OPINION_ROWS 200000 /* features that a model may know */

/* Outputs. The categories follow from OPINION_CATEGORY on, in the order of the examples. */
enum { OPINION_REPORT, OPINION_URGENT, OPINION_EMERGENCY, OPINION_CATEGORY };

/* A feature of a text; `from` and `to` are glyph indices. */
struct opinion_gram {
    uint32_t key; /* a hash of it; its highest bits tell words, and runs with digits */
    uint16_t from, to;
};
#define OPINION_WORD UINT32_C(0x80000000)
#define OPINION_NUMBER UINT32_C(0x40000000)

/* The runs of a text, in its order. Returns their number, at most OPINION_RUNS. */
size_t opinion_runs(enum lang lang, const struct glyph *glyphs, size_t count,
                    struct opinion_gram *grams);
/* The key of a word's group. */
uint32_t opinion_key(unsigned kind, const char *name);

/* The file: the head, then 2^bucket_bits + 1 numbers of entries: where the keys with these
 * highest bits begin; then the entries in their keys' order, then a row for each. Entries are
 * all that chat is asked about, so they lie close together. In the byte order of the machine
 * that built it. */
#define OPINION_MAGIC "LouOpin4"
#define OPINION_BUCKET_BITS 8 /* at least: an entry knows only the other 24 bits of its key */
struct opinion_head {
    char magic[8];
    uint32_t lang, outputs, rows, bucket_bits;
    char names[OPINION_OUTPUTS][OPINION_NAME];
    float scale[OPINION_OUTPUTS]; /* a weight of 1 means this */
    float bias[OPINION_OUTPUTS];
};

struct opinion_entry {
    uint32_t key_and_report; /* the key's lower 24 bits, then the weight for "report" */
    float rarity;
};

struct opinion_row {
    int8_t weights[OPINION_OUTPUTS - 1]; /* for all but "report" */
};

struct opinion {
    const struct opinion_head *head;
    const uint32_t *starts;
    const struct opinion_entry *entries;
    const struct opinion_row *rows;
};

/* Looks at a model where it lies; `bytes` must outlive it and lie at a multiple of 4. Returns
 * false, and an opinion that knows nothing, when the bytes are no whole model. */
bool opinion_open(struct opinion *opinion, enum lang lang, const void *bytes, size_t len);
/* The keys stand in their order and every bucket begins where it should. Looked at when a model
 * is made: it reads all of it, which a start need not. */
bool opinion_is_sound(const struct opinion *opinion);
size_t opinion_bytes(const struct opinion *opinion);

bool opinion_knows(const struct opinion *opinion, uint32_t key);

/* What the model thinks. Margins: above 0 it believes so, below 0 it does not. */
struct opinion_view {
    float margin[OPINION_OUTPUTS]; /* [0]: that it is a report */
    size_t outputs; /* that it was asked for; 0: the model knows nothing of this text */
};
/* Asks for all outputs, or, for a quarter of the work, only whether it is a report. */
void opinion_ask(const struct opinion *opinion, const struct opinion_gram *grams, size_t count,
                 bool all, struct opinion_view *ret_view);
/* What a feature is worth in a text whose features' squares add up to this. */
static inline float opinion_share(float value, float squares)
{
    return value / sqrtf(squares + OPINION_CALM);
}

/* What one feature of the text adds to an output, for --explain. */
struct opinion_reason {
    uint16_t from, to;
    float weight;
};
/* The heaviest `max` features for one output, heaviest first. Returns their number. */
size_t opinion_reasons(const struct opinion *opinion, const struct opinion_gram *grams,
                       size_t count, size_t output, struct opinion_reason *reasons, size_t max);

#endif
