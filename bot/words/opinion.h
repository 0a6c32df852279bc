/* opinion.h: a second opinion on a text, learned from examples: is it a report, and of which
 * category?
 *
 * A linear model over the short runs of characters of a text. It is made when Loubot is built,
 * by bot/words/learn/learn.c from the sentences of handlers/lexicon/examples/, and lies ready
 * in the binary; reading a text allocates nothing. lexicon.c opens it, understand_opinion.c
 * weighs it against the lexicon's points.
 *
 * Chinese: single characters and pairs. English: runs of 2 to 5 within a word and the blanks
 * around it. When you change what a feature is, the trainer follows by itself: it asks
 * opinion_grams() too. */
#ifndef LOUBOT_WORDS_OPINION_H
#define LOUBOT_WORDS_OPINION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words/normalise.h"
#include "words/understand.h"

#define OPINION_OUTPUTS 28  /* 0: is it a report; the others: the categories */
#define OPINION_GLYPHS 400  /* what is read of a text */
#define OPINION_GRAMS 1600  /* and features at most */
#define OPINION_NAME 24     /* bytes of a category's name, with its NUL */
#define OPINION_ROWS 200000 /* features that a model may know */

/* A run of characters; `from` and `to` are glyph indices. */
struct opinion_gram {
    uint32_t key; /* a hash of it */
    uint16_t from, to;
};

/* The runs of a text, in its order. Returns their number, at most OPINION_GRAMS. */
size_t opinion_grams(enum lang lang, const struct glyph *glyphs, size_t count,
                     struct opinion_gram *grams);

/* The file: the head, then 2^slot_bits slots, then the rows. In the byte order of the machine
 * that built it. */
#define OPINION_MAGIC "LouOpin1"
struct opinion_head {
    char magic[8];
    uint32_t lang, outputs, rows, slot_bits;
    char names[OPINION_OUTPUTS][OPINION_NAME]; /* names[0] is "report" */
    float scale[OPINION_OUTPUTS];              /* a weight of 1 means this */
    float bias[OPINION_OUTPUTS];
};
struct opinion_slot {
    uint32_t key;
    uint32_t row; /* + 1; 0: empty */
};

struct opinion_row {
    float rarity;
    int8_t weights[OPINION_OUTPUTS];
};

struct opinion {
    const struct opinion_head *head;
    const struct opinion_slot *slots;
    const struct opinion_row *rows;
};

/* Looks at a model where it lies; `bytes` must outlive it and lie at a multiple of 4. Returns
 * false, and an opinion that knows nothing, when the bytes are no whole model. */
bool opinion_open(struct opinion *opinion, enum lang lang, const void *bytes, size_t len);
/* Every slot leads to a row, at least one leads nowhere (or a search would not end). Looked at
 * when a model is made: it reads all of it, which a start need not. */
bool opinion_is_sound(const struct opinion *opinion);
size_t opinion_bytes(const struct opinion *opinion);

/* What the model thinks. Margins: above 0 it believes so, below 0 it does not. */
struct opinion_view {
    float margin[OPINION_OUTPUTS]; /* [0]: that it is a report */
    size_t outputs;                /* 0: the model knows nothing of this text */
};
void opinion_ask(const struct opinion *opinion, const struct glyph *glyphs, size_t count,
                 struct opinion_view *ret_view);

/* What one run of the text adds to an output, for --explain. */
struct opinion_reason {
    uint16_t from, to;
    float weight;
};
/* The heaviest `max` runs for one output, heaviest first. Returns their number. */
size_t opinion_reasons(const struct opinion *opinion, const struct glyph *glyphs, size_t count,
                       size_t output, struct opinion_reason *reasons, size_t max);

#endif
