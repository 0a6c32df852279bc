/* jnode.h: reads JSON into an arena: what comes in with every chat line. Everything that is
 * rare is read with jansson, and everything is written with it.
 *
 * Why beside jansson: it makes an object of its own of every value and looks at each text
 * three times, which was two fifths of what a chat line cost (tests/bench/README.md); Debian
 * 12 has no other C library that keeps integers whole. What is JSON and what it means is as
 * jansson has it, and tests/fuzz/jnode_fuzz.c holds the two against each other; but half of a
 * surrogate pair, which JavaScript writes when somebody cuts an emoji in two, is U+FFFD, and a
 * number that is too large is refused by whoever asks for it, not with all that stands around
 * it.
 */
#ifndef LOUBOT_HOST_JNODE_H
#define LOUBOT_HOST_JNODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum jnode_type {
    JNODE_NULL,
    JNODE_FALSE,
    JNODE_TRUE,
    JNODE_INTEGER,
    JNODE_REAL,
    JNODE_STRING,
    JNODE_ARRAY,
    JNODE_OBJECT
};

struct jnode {
    const char *key;    /* in an object */
    struct jnode *next; /* the next in the array; in objects the order is no one's business */
    union {
        char *text; /* STRING: NUL-terminated, and may hold NUL bytes; numbers: as written, and
                       not terminated */
        struct jnode *first; /* ARRAY, OBJECT */
    };
    uint32_t len; /* bytes of a text, count of children */
    uint32_t key_len : 28;
    enum jnode_type type : 4;
};

#define JNODE_DEPTH_MAX 100
#define JNODE_COUNT_MAX 200000 /* values in one text */
/* What jnode_read() takes from the arena for a text of `len` bytes, at most. */
#define JNODE_ARENA(len) ((len) + 64 + JNODE_COUNT_MAX * sizeof(struct jnode))

/* The one value that the text is; NULL: it is no JSON, or more than the caps allow. `bytes` are
 * valid UTF-8, fewer than 2^28. All that is read lives in `arena`, which must have room. */
struct jnode *jnode_read(const char *bytes, size_t len, struct arena *arena);

/* All of these take NULL, and nodes of any type. */
/* NULL: no object, or no such key. Of two with one key the last counts. */
const struct jnode *jnode_get(const struct jnode *object, const char *key);
/* The first of an array's values; NULL: none. */
const struct jnode *jnode_first(const struct jnode *array);
bool jnode_is(const struct jnode *node, enum jnode_type type);
/* NULL: no string. */
const char *jnode_text(const struct jnode *node);
/* False (and 0): no integer, or one that does not fit. */
bool jnode_integer(const struct jnode *node, int64_t *ret_value);
/* 0: no number. */
double jnode_number(const struct jnode *node);

#endif
