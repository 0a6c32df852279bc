#include "people/index.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "host/mem.h"

struct index_entry {
    const void *value;
    UT_hash_handle hh;
    char key[];
};

struct index_key index_key(const char *a, const char *b, const char *c, const char *d)
{
    const char *parts[] = {a, b, c, d};
    struct index_key key; /* its bytes are not cleared: this runs at every message */
    key.len = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t len = parts[i] ? strlen(parts[i]) : 0;
        if (key.len + len + 1 > sizeof key.bytes) {
            key.len = 0;
            break;
        }
        if (len)
            memcpy(key.bytes + key.len, parts[i], len);
        key.bytes[key.len + len] = '\0';
        key.len += len + 1;
    }
    return key;
}

static struct index_entry *find(const struct index *index, const char *key, size_t len)
{
    struct index_entry *entry = NULL;
    HASH_FIND(hh, index->entries, key, len, entry);
    return entry;
}

static const void *add(struct index *index, const char *key, size_t len, const void *value)
{
    struct index_entry *entry = find(index, key, len);
    if (entry)
        return entry->value;
    entry = xcalloc(1, sizeof *entry + len);
    entry->value = value;
    memcpy(entry->key, key, len);
    HASH_ADD(hh, index->entries, key, len, entry);
    return value;
}

const void *index_add(struct index *index, const struct index_key *key, const void *value)
{
    return key->len ? add(index, key->bytes, key->len, value) : NULL;
}

const void *index_find(const struct index *index, const struct index_key *key)
{
    struct index_entry *entry = key->len ? find(index, key->bytes, key->len) : NULL;
    return entry ? entry->value : NULL;
}

const void *index_add_text(struct index *index, const char *key, const void *value)
{
    return add(index, key, strlen(key), value);
}

const void *index_find_text(const struct index *index, const char *key)
{
    struct index_entry *entry = find(index, key, strlen(key));
    return entry ? entry->value : NULL;
}

static void drop(struct index *index, const char *key, size_t len)
{
    struct index_entry *entry = find(index, key, len);
    if (!entry)
        return;
    HASH_DEL(index->entries, entry);
    free(entry);
}

void index_drop(struct index *index, const struct index_key *key)
{
    if (key->len)
        drop(index, key->bytes, key->len);
}

void index_drop_text(struct index *index, const char *key)
{
    drop(index, key, strlen(key));
}

void index_finish(struct index *index)
{
    struct index_entry *entry, *next;
    HASH_ITER(hh, index->entries, entry, next)
    {
        HASH_DEL(index->entries, entry);
        free(entry);
    }
}
