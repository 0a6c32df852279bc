/* pinged.c: a person's last ping and how many came close to each other; one entry for each of
 * the staff who was ever pinged. */
#include "turn/pinged.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "host/mem.h"

struct pinged {
    char *member;
    int64_t last_ms;
    unsigned close; /* so many, each soon after the one before */
    UT_hash_handle hh;
};

static struct pinged *find(const struct pinged *all, const char *member)
{
    struct pinged *one;
    HASH_FIND_STR(all, member, one);
    return one;
}

void pinged_note(struct pinged **all, const char *member, int64_t now_ms)
{
    struct pinged *one = find(*all, member);
    if (!one) {
        one = xcalloc(1, sizeof *one);
        one->member = xstrdup(member);
        HASH_ADD_KEYPTR(hh, *all, one->member, strlen(one->member), one);
    }
    one->close = now_ms - one->last_ms < PINGS_APART_MS ? one->close + 1 : 1;
    one->last_ms = now_ms;
}

void pinged_heard(struct pinged *all, const char *member)
{
    struct pinged *one = find(all, member);
    if (one)
        one->close = 0;
}

int64_t pinged_next_ms(const struct pinged *all, const char *member, int64_t now_ms)
{
    const struct pinged *one = find(all, member);
    bool often = one && one->close >= PINGS_ALONE && now_ms - one->last_ms < PINGS_APART_MS;
    return often ? one->last_ms + PINGS_APART_MS : now_ms;
}

void pinged_destroy(struct pinged **all)
{
    struct pinged *one, *next;
    HASH_ITER(hh, *all, one, next)
    {
        HASH_DEL(*all, one);
        free(one->member);
        free(one);
    }
}
