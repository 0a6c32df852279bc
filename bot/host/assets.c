#include "host/assets.h"

#include <string.h>

/* Made by the Makefile from the files' names, in alphabetical order. */
extern const struct asset asset_table[];
extern const size_t asset_count;

const struct asset *asset_find(const char *path)
{
    size_t low = 0, high = asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, asset_table[middle].path);
        if (order == 0)
            return &asset_table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

void asset_each(const char *prefix, void (*cb)(void *arg, const struct asset *asset), void *arg)
{
    size_t len = strlen(prefix);
    for (size_t i = 0; i < asset_count; i++)
        if (strncmp(asset_table[i].path, prefix, len) == 0)
            cb(arg, &asset_table[i]);
}
