/* bindings.c: from what a platform calls a group or a person to what the community calls them.
 */
#include <openssl/evp.h>
#include <string.h>

#include "host/mem.h"
#include "people/community_private.h"

#define NAME_MAX_BYTES 60 /* shown of a found person's name */
#define FOUND_BYTES 6     /* of the digest in a found person's id */

static bool speaks_our_names(const char *adapter)
{
    return strcmp(adapter, "web") == 0 || strcmp(adapter, "play") == 0;
}

const struct group *community_bound_group(const struct community *community,
                                          const char *adapter, const char *account,
                                          const char *platform_group)
{
    if (strcmp(platform_group, "dm") == 0 || speaks_our_names(adapter))
        return community_group(community, platform_group);
    struct index_key key = index_key(adapter, account, platform_group, NULL);
    return index_find(&community->bindings, &key);
}

bool community_binding(const struct community *community, const struct group *group,
                       struct binding *ret_binding)
{
    const struct binding *b = &community->group_bindings[group - community->groups];
    if (!b->adapter)
        return false;
    *ret_binding = *b;
    return true;
}

/* "r-" and 12 hex digits of SHA-256(adapter NUL account NUL user). Every chat line comes here,
 * so the algorithm is looked up once and no text is formatted. */
static const char *found_id(const struct community *c, const char *adapter, const char *account,
                            const char *user, struct arena *arena)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_DigestInit_ex(c->digest, c->sha256, NULL);
    EVP_DigestUpdate(c->digest, adapter, strlen(adapter) + 1);
    EVP_DigestUpdate(c->digest, account, strlen(account) + 1);
    EVP_DigestUpdate(c->digest, user, strlen(user));
    EVP_DigestFinal_ex(c->digest, digest, NULL);
    char *id = arena_alloc(arena, 2 + 2 * FOUND_BYTES + 1);
    id[0] = 'r';
    id[1] = '-';
    for (size_t i = 0; i < FOUND_BYTES; i++) {
        id[2 + 2 * i] = hex[digest[i] >> 4];
        id[3 + 2 * i] = hex[digest[i] & 15];
    }
    return id;
}

/* Cut on a character boundary. */
static const char *short_name(const char *name, struct arena *arena)
{
    size_t len = strlen(name);
    if (len > NAME_MAX_BYTES) {
        len = NAME_MAX_BYTES;
        while (len && ((unsigned char)name[len] & 0xc0) == 0x80)
            len--;
    }
    return arena_strndup(arena, name, len);
}

const struct member *community_sender(const struct community *community, const char *adapter,
                                      const char *account, const char *user, const char *name,
                                      const struct group *group, struct arena *arena)
{
    struct index_key key = index_key(adapter, user, NULL, NULL);
    const struct member *bound = index_find(&community->roster->identities, &key);
    if (!bound && community->demo) {
        key = index_key("*", user, NULL, NULL);
        bound = index_find(&community->roster->identities, &key);
    }
    if (bound)
        return bound;
    struct member *found = arena_alloc(arena, sizeof *found);
    found->id = found_id(community, adapter, account, user, arena);
    found->name = short_name(name && *name ? name : user, arena);
    found->building = group ? arena_strdup(arena, group->building) : NULL;
    return found;
}
