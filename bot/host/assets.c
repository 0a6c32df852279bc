#include "host/assets.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* They are pages of the program's file that nobody writes to, so they may go at any time; those
 * at both ends are shared with other data. */
void assets_rest(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = UINTPTR_MAX, to = 0;
    for (size_t i = 0; i < asset_count; i++) {
        uintptr_t at = (uintptr_t)asset_table[i].bytes, end = at + asset_table[i].len;
        from = at < from ? at : from;
        to = end > to ? end : to;
    }
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (from < to)
        madvise((void *)from, to - from, MADV_DONTNEED);
}
