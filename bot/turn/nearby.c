/* nearby.c: places where something near was found when they were last looked at, as far as
 * memory knows. Whoever reports there is decided on a look at once: deciding without one would
 * be in vain (decision.c). A place is one bit of a small table, which another may share: the
 * bit only chooses the way. */
#include <string.h>

#include "turn/internal.h"

/* What is told of the whole community is in one place for all of them, and rare. */
static bool is_somewhere(const struct decision *d, size_t place)
{
    return strcmp(d->places[place].building, "-") != 0;
}

static unsigned bit_of(const struct decision *d, size_t place)
{
    unsigned building, category;
    HASH_VALUE(d->places[place].building, strlen(d->places[place].building), building);
    HASH_VALUE(d->places[place].category, strlen(d->places[place].category), category);
    return (building * 31 + category) % (8 * NEARBY_BYTES);
}

void nearby_note(const struct decision *d, bool found)
{
    uint8_t *bits = d->queue->home->nearby;
    for (size_t i = 0; i < d->place_count; i++) {
        if (!is_somewhere(d, i))
            continue;
        unsigned bit = bit_of(d, i);
        uint8_t mask = (uint8_t)(1u << bit % 8);
        bits[bit / 8] = (uint8_t)(found ? bits[bit / 8] | mask : bits[bit / 8] & ~mask);
    }
}

bool nearby_is_known(const struct decision *d)
{
    const uint8_t *bits = d->queue->home->nearby;
    for (size_t i = 0; i < d->place_count; i++) {
        unsigned bit = bit_of(d, i);
        if (is_somewhere(d, i) && bits[bit / 8] >> bit % 8 & 1)
            return true;
    }
    return false;
}
