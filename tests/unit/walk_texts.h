/* walk_texts.h: random people and what they say, for walks that must hold the rules of the
 * event's life: tests/unit/event_walk_test.c in memory, tests/live/event_walk_live_test.c on
 * the real core. */
#ifndef LOUBOT_TESTS_WALK_TEXTS_H
#define LOUBOT_TESTS_WALK_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern uint64_t walk_seed; /* never 0 */
extern uint32_t walk_step; /* the present one, for what a failure says */
uint32_t walk_dice(uint32_t sides);
const char *walk_group(void);
const char *walk_person(const char *group);
const char *walk_report(void);
const char *walk_resident(size_t index); /* of no roster; NULL: there are no more */
/* A report, an answer, or a command about one of the last events, with marks as in play
 * scripts. */
const char *walk_text(uint32_t events, char *text, size_t size);

/* What the bot said: a code in it will be used, or shown where it should not. */
void walk_hear(const char *text);
const char *walk_heard(void); /* the last one; NULL: none yet */

#endif
