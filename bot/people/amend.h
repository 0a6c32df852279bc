/* amend.h: changes of a roster at run time. A change is one more row, with the columns of
 * roster.csv, kept by the caller (in Redis) under a number; the file's rows are read first,
 * then these with the same reader. What comes of it is a new roster, swapped in between two
 * turns; groups, buildings and the struct community itself stay where they are.
 */
#ifndef LOUBOT_PEOPLE_AMEND_H
#define LOUBOT_PEOPLE_AMEND_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct community;
struct faults;
struct roster;

/* A row, spelled as in roster.csv; NULL: an empty cell. Ids of found people ("r-…") may stand
 * here: such a row makes him a member who keeps his id. */
struct roster_entry {
    const char *id, *name, *role, *owner, *area, *direct, *ids, *from, *until, *deputy;
};

/* The texts move into the arena. */
void roster_entry_copy(struct roster_entry *entry, struct arena *arena);

/* The cell that binds this account, and this name as a cell takes it; both in `arena`. */
const char *roster_identity(const char *adapter, const char *user, struct arena *arena);
/* The "adapter" of an identity that is an id by which the member was known before he was bound:
 * "former:r-0123456789ab". What stands under it is his (community_member()). */
#define ROSTER_FORMER "former"
const char *roster_name(const char *name, struct arena *arena);

struct amendment {
    uint32_t number; /* as the store counts them; never used twice */
    struct roster_entry entry;
    const char *by; /* member id, or "console" */
    int64_t at_ms;
};

/* Reads the roster anew: the file as it was loaded and these amendments (copied), on the local
 * day of `now_ms`. `stamp` changes whenever the list does; it is a part of community_version().
 * What no longer fits is left out and added to `misfits`: amendments, and rows of the file that
 * are at odds on that day. Members that were handed
 * out are gone with this call, unless somebody holds the roster that they are of. */
void community_amend(struct community *community, const struct amendment *amendments,
                     size_t count, uint64_t stamp, int64_t now_ms, struct faults *misfits);
/* Those that community_amend() was given, fitting or not. */
size_t community_amendment_count(const struct community *community);
const struct amendment *community_amendment_at(const struct community *community, size_t index);
uint64_t community_stamp(const struct community *community);
/* Counts the rosters that this community has had: what was looked up under another number may
 * be gone. */
uint64_t community_serial(const struct community *community);

/* Keeps the present roster and its members while a turn needs them. community_let_go() sets the
 * pointer NULL and accepts NULL. */
struct roster *community_hold(const struct community *community);
void community_let_go(struct roster **roster);

#endif
