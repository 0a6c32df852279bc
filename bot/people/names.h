/* names.h: the words by which a roster names roles, owners and areas, in English and Chinese.
 * When you add a role or an owner: a row in names.c, and the README's table. */
#ifndef LOUBOT_PEOPLE_NAMES_H
#define LOUBOT_PEOPLE_NAMES_H

#include <stddef.h>

#include "people/community.h"

/* False: unknown; *ret_nearest is then a word that was perhaps meant, or NULL. */
bool role_parse(const char *word, enum role *ret_role, const char **ret_nearest);
bool owner_parse(const char *word, enum owner *ret_owner, const char **ret_nearest);

#endif
