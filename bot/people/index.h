/* index.h: a map from counted keys to pointers (uthash), for what is looked up at every
 * message. */
#ifndef LOUBOT_PEOPLE_INDEX_H
#define LOUBOT_PEOPLE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct index_entry;
struct index {
    struct index_entry *entries; /* zeroed: empty */
};

#define INDEX_KEY_MAX 512

/* A key of up to four parts joined by NUL bytes; parts that are NULL count as "". */
struct index_key {
    char bytes[INDEX_KEY_MAX];
    size_t len; /* 0: the parts were too long, nothing has this key */
};
struct index_key index_key(const char *a, const char *b, const char *c, const char *d);

/* Adds; the first one of a key stays. Returns what holds the key now. `value` is not NULL. */
const void *index_add(struct index *index, const struct index_key *key, const void *value);
const void *index_find(const struct index *index, const struct index_key *key);
/* Plain strings as keys. */
const void *index_add_text(struct index *index, const char *key, const void *value);
const void *index_find_text(const struct index *index, const char *key);
/* Takes a key out; harmless when it is not there. */
void index_drop(struct index *index, const struct index_key *key);
void index_drop_text(struct index *index, const char *key);
void index_finish(struct index *index);

#endif
