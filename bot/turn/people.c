/* people.c: people found in chats who are not in the roster: remembered in memory so that their
 * names can be said, stored in Redis with the first turn that concerns them. */
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

const struct person *people_find(const struct home *home, const char *member)
{
    struct person *person;
    HASH_FIND_STR(home->people, member, person);
    return person;
}

static void person_free(struct person *person)
{
    free(person->id);
    free(person->name);
    free(person->adapter);
    free(person->account);
    free(person->user);
    free(person);
}

static bool is_as_noted(const struct person *person, const char *name, const char *account)
{
    return strcmp(person->name, name) == 0 && strcmp(person->account, account) == 0;
}

struct person *people_note(struct home *home, const char *id, const char *name,
                           const char *adapter, const char *account, const char *user)
{
    struct person *person;
    HASH_FIND_STR(home->people, id, person);
    if (person && is_as_noted(person, name, account))
        return person;
    if (!person && HASH_COUNT(home->people) >= PEOPLE_MAX)
        person = home->people; /* the oldest gives way; Redis still knows him */
    if (person) {
        HASH_DEL(home->people, person);
        person_free(person);
    }
    person = xcalloc(1, sizeof *person);
    person->id = xstrdup(id);
    person->name = xstrdup(name);
    person->adapter = xstrdup(adapter);
    person->account = xstrdup(account);
    person->user = xstrdup(user);
    HASH_ADD_KEYPTR(hh, home->people, person->id, strlen(person->id), person);
    return person;
}

void people_forget(struct home *home, const char *member)
{
    struct person *person;
    HASH_FIND_STR(home->people, member, person);
    if (!person)
        return;
    HASH_DEL(home->people, person);
    person_free(person);
}

void people_forget_all(struct home *home)
{
    struct person *person, *next;
    HASH_ITER(hh, home->people, person, next)
    {
        HASH_DEL(home->people, person);
        person_free(person);
    }
}

const char *people_name(const struct home *home, const char *member)
{
    const struct member *known = community_member(home->community, member);
    if (known)
        return known->name;
    const struct person *person = people_find(home, member);
    return person ? person->name : NULL;
}
