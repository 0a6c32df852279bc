/* onebot_emoji.h: the platform's numbered faces and emoji ↔ Unicode. */
#ifndef LOUBOT_ONEBOT_EMOJI_H
#define LOUBOT_ONEBOT_EMOJI_H

#include <stdbool.h>
#include <stddef.h>

#define ONEBOT_EMOJI_SIZE 24

/* The emoji for an emoji id ("76", "128077") in `value`. False when the id stands for a face
 * that Unicode does not have; `value` is then "face:<id>". */
bool onebot_emoji_of(const char *id, char value[ONEBOT_EMOJI_SIZE]);
/* The emoji id for an emoji: a face where there is one, else its first code point in decimal.
 */
void onebot_emoji_id(const char *emoji, char id[ONEBOT_EMOJI_SIZE]);

#endif
