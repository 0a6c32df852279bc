/* play_claims.h: what the bot has said during a script, and which line of the script has
 * claimed which message (DESIGN §7.1, the lines with `<`). Pure.
 *
 * Groups are told apart by name; in direct chats the person is named beside it. A message is
 * claimed once; a line that fails claims what it looked at, so that one wrong wording does not
 * spoil every later line.
 */
#ifndef LOUBOT_CLI_PLAY_CLAIMS_H
#define LOUBOT_CLI_PLAY_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/play_script.h"

struct buf;
struct play_claims;

struct play_claims *play_claims_create(void);
void play_claims_destroy(struct play_claims **claims);

/* A message of the bot, in the form that globs see ("[reply 孙大姐] @物业1 … [photo]"). */
void play_claims_add(struct play_claims *claims, const char *group, const char *person,
                     const char *text);
/* Does the expectation hold? When not, `why` tells what was there instead. */
bool play_claims_check(struct play_claims *claims, const struct play_expect *expect,
                       struct buf *why);

#endif
