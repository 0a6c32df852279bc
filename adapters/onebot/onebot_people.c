/* onebot_people.c: where people were last seen. A direct message to somebody who is no friend
 * of the account needs the group that both are in; residents hardly ever are friends. Noted by
 * onebot.c at each message, asked by onebot_send.c. Capped: who was seen first goes first,
 * and is noted again when he writes again.
 */
#include "adapters/onebot/onebot.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define PEOPLE_MAX 8192

struct seen {
    char *user;
    char *group; /* NULL: a friend */
    UT_hash_handle hh;
};

struct onebot_people {
    struct seen *table; /* in the order in which they came */
};

struct onebot_people *onebot_people_create(void)
{
    return xcalloc(1, sizeof(struct onebot_people));
}

static void forget(struct onebot_people *people, struct seen *seen)
{
    HASH_DEL(people->table, seen);
    free(seen->user);
    free(seen->group);
    free(seen);
}

void onebot_people_destroy(struct onebot_people **people)
{
    struct seen *seen, *next;
    if (!*people)
        return;
    HASH_ITER(hh, (*people)->table, seen, next)
    forget(*people, seen);
    free(*people);
    *people = NULL;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void onebot_people_met(struct onebot_people *people, const char *user, const char *group)
{
    struct seen *seen;
    HASH_FIND_STR(people->table, user, seen);
    if (seen && (same(seen->group, group) || (!seen->group && group)))
        return; /* a friend stays one, whatever groups he is in */
    if (seen) {
        free(seen->group);
        seen->group = group ? xstrdup(group) : NULL;
        return;
    }
    if (HASH_COUNT(people->table) >= PEOPLE_MAX)
        forget(people, people->table);
    seen = xcalloc(1, sizeof *seen);
    seen->user = xstrdup(user);
    seen->group = group ? xstrdup(group) : NULL;
    HASH_ADD_KEYPTR(hh, people->table, seen->user, strlen(seen->user), seen);
}

const char *onebot_people_via(const struct onebot_people *people, const char *user)
{
    struct seen *seen;
    HASH_FIND_STR(people->table, user, seen);
    return seen ? seen->group : NULL;
}
