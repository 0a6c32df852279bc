/* automaton.c: builds the double array. First a plain trie (children as sibling lists), then,
 * breadth first, each node's children are placed at the first base where all their cells are
 * free, and the failure links are drawn. */
#include "words/automaton.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"

struct node {
    uint32_t child, sibling; /* 0: none */
    uint32_t symbol;
    uint32_t output;
    uint32_t state; /* its cell */
};

struct builder {
    struct automaton *automaton;
    struct node *nodes; /* nodes[1] is the root */
    uint32_t node_count;
    uint32_t *queue; /* nodes, breadth first */
    uint32_t symbol_count;
    uint32_t first_free; /* no free cell lies before this one */
};

static uint32_t child_of(struct builder *builder, uint32_t parent, uint32_t symbol)
{
    struct node *nodes = builder->nodes;
    for (uint32_t child = nodes[parent].child; child != 0; child = nodes[child].sibling)
        if (nodes[child].symbol == symbol)
            return child;
    uint32_t made = ++builder->node_count;
    nodes[made] = (struct node){.symbol = symbol, .sibling = nodes[parent].child};
    nodes[parent].child = made;
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
    automaton->count = count;
}

static bool base_fits(struct builder *builder, uint32_t first_child, uint32_t base)
{
    cells_reserve(builder, (size_t)base + builder->symbol_count + 1);
    for (uint32_t c = first_child; c != 0; c = builder->nodes[c].sibling)
        if (builder->automaton->cells[base + builder->nodes[c].symbol].check != 0)
            return false;
    return true;
}

/* Cell 0 is never used and cell 1 is the root, so bases begin at 2. */
static uint32_t base_find(struct builder *builder, uint32_t first_child)
{
    uint32_t symbol = builder->nodes[first_child].symbol;
    cells_reserve(builder, builder->first_free + 1);
    while (builder->automaton->cells[builder->first_free].check != 0) {
        builder->first_free++;
        cells_reserve(builder, builder->first_free + 1);
    }
    uint32_t at = builder->first_free > symbol + 2 ? builder->first_free : symbol + 2;
    while (!base_fits(builder, first_child, at - symbol))
        at++;
    return at - symbol;
}

static uint32_t fail_of(const struct automaton *automaton, uint32_t parent, uint32_t symbol)
{
    if (parent == AUTOMATON_ROOT)
        return AUTOMATON_ROOT;
    return automaton_step(automaton, automaton->cells[parent].fail, symbol);
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
    }
    for (uint32_t c = nodes[node].child; c != 0; c = nodes[c].sibling) {
        struct automaton_cell *cell = &cells[nodes[c].state];
        cell->fail = fail_of(builder->automaton, state, nodes[c].symbol);
        cell->output = nodes[c].output;
        cell->more = cells[cell->fail].output != 0 ? cell->fail : cells[cell->fail].more;
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

void automaton_init(struct automaton *automaton, const struct automaton_pattern *patterns,
                    size_t count, uint32_t symbol_count)
{
    size_t total = 2;
    for (size_t i = 0; i < count; i++)
        total += patterns[i].len;
    *automaton = (struct automaton){0};
    struct builder builder = {automaton,
                              xcalloc(total + 1, sizeof(struct node)),
                              1,
                              xcalloc(total + 1, sizeof(uint32_t)),
                              symbol_count,
                              2};
    trie_fill(&builder, patterns, count);
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
    cells_reserve(&builder, (size_t)top + symbol_count + 1);
    free(builder.nodes);
    free(builder.queue);
}

void automaton_finish(struct automaton *automaton)
{
    free(automaton->cells);
    *automaton = (struct automaton){0};
}

size_t automaton_bytes(const struct automaton *automaton)
{
    return automaton->count * sizeof *automaton->cells;
}
