/* automaton.c: builds the double array. First a plain trie (children as sibling lists), then,
 * breadth first, each node's children are placed at the first base where all their cells are
 * free, and the failure links are drawn. */
#include "words/automaton.h"

#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "words/normalise.h"

struct node {
    uint32_t child, sibling; /* 0: none */
    uint32_t symbol;
    uint32_t output;
    uint32_t state; /* its cell */
};

#define CROWDED 16
#define NODES 1024 /* to begin with */

struct builder {
    struct automaton *automaton;
    struct node *nodes; /* nodes[1] is the root */
    uint32_t node_count, node_room;
    uint32_t *queue; /* nodes, breadth first */
    const uint8_t *classes;
    uint32_t symbol_count;
    uint32_t first_free; /* no free cell above the symbols lies before this one */
    uint32_t roomy;      /* where several children may find room */
    uint32_t *top;       /* the root's children by symbol */
};

static uint32_t child_of(struct builder *builder, uint32_t parent, uint32_t symbol)
{
    struct node *nodes = builder->nodes;
    if (parent == 1 && builder->top[symbol] != 0)
        return builder->top[symbol];
    for (uint32_t child = parent == 1 ? 0 : nodes[parent].child; child != 0;
         child = nodes[child].sibling)
        if (nodes[child].symbol == symbol)
            return child;
    uint32_t made = ++builder->node_count;
    if (made >= builder->node_room) {
        builder->node_room *= 2;
        nodes = xrealloc(nodes, builder->node_room * sizeof *nodes);
        builder->nodes = nodes;
    }
    nodes[made] = (struct node){.symbol = symbol, .sibling = nodes[parent].child};
    nodes[parent].child = made;
    if (parent == 1)
        builder->top[symbol] = made;
    return made;
}

static void cells_reserve(struct builder *builder, size_t want)
{
    struct automaton *automaton = builder->automaton;
    if (want <= automaton->count)
        return;
    size_t count = want + want / 2 + 1024;
    automaton->cells = xrealloc(automaton->cells, count * sizeof *automaton->cells);
    memset(automaton->cells + automaton->count, 0,
           (count - automaton->count) * sizeof *automaton->cells);
    automaton->longest = xrealloc(automaton->longest, count * sizeof *automaton->longest);
    memset(automaton->longest + automaton->count, 0,
           (count - automaton->count) * sizeof *automaton->longest);
    automaton->count = count;
}

static bool base_fits(struct builder *builder, uint32_t first_child, uint32_t base)
{
    const struct automaton_cell *cells = builder->automaton->cells;
    for (uint32_t c = first_child; c != 0; c = builder->nodes[c].sibling)
        if (cells[base + builder->nodes[c].symbol].check != 0)
            return false;
    return true;
}

/* The first base where the children fit. An only child fits into any free cell; for several
 * children the search begins where the last one gave up on crowded cells, which keeps the
 * building time in proportion to the words. Cell 1 is the root, so bases begin at 2. */
static uint32_t base_find(struct builder *builder, uint32_t first_child)
{
    uint32_t symbol = builder->nodes[first_child].symbol;
    bool only = builder->nodes[first_child].sibling == 0;
    uint32_t *cursor = only ? &builder->first_free : &builder->roomy;
    uint32_t at = *cursor > symbol + 2 ? *cursor : symbol + 2;
    uint32_t tried = 0;
    for (;; at++) {
        cells_reserve(builder, (size_t)at + builder->symbol_count + 1);
        if (builder->automaton->cells[at].check != 0)
            continue;
        if (base_fits(builder, first_child, at - symbol))
            break;
        tried++;
    }
    if (only ? at > symbol + 2 : tried > CROWDED)
        *cursor = at;
    return at - symbol;
}

static uint32_t fail_of(const struct builder *builder, const struct node *parent,
                        uint32_t symbol)
{
    const struct automaton *automaton = builder->automaton;
    if (parent->state == AUTOMATON_ROOT)
        return AUTOMATON_ROOT;
    bool joined = glyphs_join(builder->classes[parent->symbol], builder->classes[symbol]);
    return automaton_step(automaton, automaton->cells[parent->state].fail, symbol, joined);
}

/* What ends at a state: the word it is itself, or what ends where its failure link leads. */
static void note_end(struct automaton *automaton, uint32_t state, uint32_t output,
                     uint32_t fail)
{
    uint32_t shorter = automaton->longest[fail];
    automaton->longest[state] = output != 0 ? output : shorter;
    if (output != 0)
        automaton->shorter[output - 1] = shorter;
    if (automaton->longest[state] != 0)
        automaton->cells[state].hint |= AUTOMATON_WORD;
}

static void place(struct builder *builder, uint32_t node, size_t *queued)
{
    struct node *nodes = builder->nodes;
    uint32_t state = nodes[node].state;
    if (nodes[node].child == 0)
        return;
    uint32_t base = base_find(builder, nodes[node].child);
    struct automaton_cell *cells = builder->automaton->cells;
    cells[state].base = base;
    for (uint32_t c = nodes[node].child; c != 0; c = nodes[c].sibling) {
        nodes[c].state = base + nodes[c].symbol;
        cells[nodes[c].state].check = state;
        cells[state].hint |= automaton_hint(nodes[c].symbol);
    }
    for (uint32_t c = nodes[node].child; c != 0; c = nodes[c].sibling) {
        uint32_t fail = fail_of(builder, &nodes[node], nodes[c].symbol);
        cells[nodes[c].state].fail = fail;
        note_end(builder->automaton, nodes[c].state, nodes[c].output, fail);
        builder->queue[(*queued)++] = c;
    }
}

static void trie_fill(struct builder *builder, const struct automaton_pattern *patterns,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t node = 1;
        for (uint32_t k = 0; k < patterns[i].len; k++)
            node = child_of(builder, node, patterns[i].symbols[k]);
        builder->nodes[node].output = (uint32_t)i + 1;
    }
}

static void cells_keep(struct automaton *automaton, size_t count)
{
    automaton->cells = xrealloc(automaton->cells, count * sizeof *automaton->cells);
    automaton->longest = xrealloc(automaton->longest, count * sizeof *automaton->longest);
    automaton->count = count;
}

void automaton_init(struct automaton *automaton, const struct automaton_pattern *patterns,
                    size_t count, const uint8_t *classes, uint32_t symbol_count)
{
    *automaton = (struct automaton){.shorter = xcalloc(count + 1, sizeof *automaton->shorter),
                                    .pattern_count = count};
    struct builder builder = {.automaton = automaton,
                              .nodes = xcalloc(NODES, sizeof(struct node)),
                              .node_count = 1,
                              .node_room = NODES,
                              .classes = classes,
                              .symbol_count = symbol_count,
                              .first_free = 2,
                              .roomy = 2,
                              .top = xcalloc(symbol_count + 1, sizeof(uint32_t))};
    trie_fill(&builder, patterns, count);
    builder.queue = xmalloc((builder.node_count + 1) * sizeof *builder.queue);
    cells_reserve(&builder, (size_t)symbol_count + 4);
    automaton->cells[0].check = UINT32_MAX;
    automaton->cells[AUTOMATON_ROOT] =
        (struct automaton_cell){.check = UINT32_MAX, .fail = AUTOMATON_ROOT};
    builder.nodes[1].state = AUTOMATON_ROOT;
    builder.queue[0] = 1;
    size_t queued = 1;
    for (size_t i = 0; i < queued; i++)
        place(&builder, builder.queue[i], &queued);
    uint32_t top = 0;
    for (size_t i = 0; i < automaton->count; i++)
        top = automaton->cells[i].base > top ? automaton->cells[i].base : top;
    size_t used = (size_t)top + symbol_count + 1; /* no step looks beyond */
    cells_reserve(&builder, used);
    cells_keep(automaton, used);
    free(builder.nodes);
    free(builder.queue);
    free(builder.top);
}

void automaton_finish(struct automaton *automaton)
{
    free(automaton->cells);
    free(automaton->longest);
    free(automaton->shorter);
    *automaton = (struct automaton){0};
}

size_t automaton_bytes(const struct automaton *automaton)
{
    return automaton->count * (sizeof *automaton->cells + sizeof *automaton->longest) +
           automaton->pattern_count * sizeof *automaton->shorter;
}
