/* marks.h: low-water marks of replayable platforms. Private to bot/turn/. */
#ifndef LOUBOT_TURN_MARKS_H
#define LOUBOT_TURN_MARKS_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct input;

void marks_load(struct account *account);
void marks_advance(struct account *account, const char *platform_group, int64_t time_ms);
/* May the mark go to the time of this input once it is settled? Not while the history before it
 * is unread. */
bool marks_may_move(struct account *account, const struct input *input);
void marks_set_read(struct account *account, const char *platform_group); /* NULL: of none */
void marks_write(struct account *account);
/* Asks the adapter for the history of every group since its mark. */
void marks_backfill(struct account *account);

#endif
