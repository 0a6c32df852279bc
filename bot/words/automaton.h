/* automaton.h: finds every word of the lexicon in one pass over a text (Aho and Corasick,
 * 1975), however many words there are. None is looked for within a Latin word or a number
 * (glyphs_join()), so most of an English text only passes by.
 *
 * States live in a double array (Aoe, 1989): state s goes on symbol c to base[s] + c if that
 * cell's check is s, else along the failure link. Symbols are small numbers that the lexicon
 * gives to the characters its words use; 0 is every other character and always leads back to
 * the root. Read only after it is built.
 */
#ifndef LOUBOT_WORDS_AUTOMATON_H
#define LOUBOT_WORDS_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct automaton_pattern {
    const uint16_t *symbols; /* none of them 0 */
    uint32_t len;            /* at least 1 */
};

/* What a step looks at; 16 bytes, since the table is larger than the fast caches. `hint` has a
 * bit for each symbol (modulo 31) that leads on from here, so that most steps that fail need
 * not look, and the bit AUTOMATON_WORD when a word ends here. */
struct automaton_cell {
    uint32_t base, check, fail, hint;
};
#define AUTOMATON_WORD (UINT32_C(1) << 31)

struct automaton {
    struct automaton_cell *cells;
    uint32_t *longest; /* by state: the longest pattern that ends here + 1; 0: none */
    size_t count;
    uint32_t *shorter; /* by pattern: the next one that ends where it ends + 1; 0: none */
    size_t pattern_count;
};

#define AUTOMATON_ROOT 1u

/* Builds from distinct patterns; the symbols are below `symbol_count`, `classes` (of
 * glyph_class()) are by symbol. */
void automaton_init(struct automaton *automaton, const struct automaton_pattern *patterns,
                    size_t count, const uint8_t *classes, uint32_t symbol_count);
void automaton_finish(struct automaton *automaton);
size_t automaton_bytes(const struct automaton *automaton);

static inline uint32_t automaton_hint(uint32_t symbol)
{
    return UINT32_C(1) << symbol % 31;
}

/* `joined`: no pattern begins with this symbol, as glyphs_join() tells. */
static inline uint32_t automaton_step(const struct automaton *automaton, uint32_t state,
                                      uint32_t symbol, bool joined)
{
    const struct automaton_cell *cells = automaton->cells;
    uint32_t hint = automaton_hint(symbol);
    if (symbol == 0)
        return AUTOMATON_ROOT;
    while (state != AUTOMATON_ROOT || !joined) {
        const struct automaton_cell *cell = &cells[state];
        if (cell->hint & hint) {
            uint32_t next = cell->base + symbol;
            if (cells[next].check == state)
                return next;
        }
        if (state == AUTOMATON_ROOT)
            break;
        state = cell->fail;
    }
    return AUTOMATON_ROOT;
}

#endif
