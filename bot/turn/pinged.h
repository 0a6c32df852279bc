/* pinged.h: who of the staff was pinged lately, in memory alone: after a start a person may get
 * one message more. So that a bad hour is not a message a lamp for the one who mends them. */
#ifndef LOUBOT_TURN_PINGED_H
#define LOUBOT_TURN_PINGED_H

#include <stdint.h>

#define PINGS_ALONE 3                /* so many messages, one an event … */
#define PINGS_APART_MS (5 * 60000LL) /* … until he spoke, or had peace for so long */

struct pinged;

/* He got a message. */
void pinged_note(struct pinged **all, const char *member, int64_t now_ms);
/* He spoke to the bot: he is at it. */
void pinged_heard(struct pinged *all, const char *member);
/* When the next may go that can wait: `now_ms`, or later. */
int64_t pinged_next_ms(const struct pinged *all, const char *member, int64_t now_ms);
void pinged_destroy(struct pinged **all);

#endif
