/* people.h: people found in chats; see people.c. Private to bot/turn/, a part of internal.h. */
#ifndef LOUBOT_TURN_PEOPLE_H
#define LOUBOT_TURN_PEOPLE_H

#include <stdbool.h>
#include <uthash.h>

struct home;

/* A found person: not in the roster, seen in a chat. */
struct person {
    char *id, *name, *adapter, *account, *user;
    bool stored; /* Redis has the record */
    UT_hash_handle hh;
};

const struct person *people_find(const struct home *home, const char *member);
struct person *people_note(struct home *home, const char *id, const char *name,
                           const char *adapter, const char *account, const char *user);
void people_forget(struct home *home, const char *member);
void people_forget_all(struct home *home);
/* The name shown for a member id (roster, then found people); NULL: not in memory. */
const char *people_name(const struct home *home, const char *member);

#endif
