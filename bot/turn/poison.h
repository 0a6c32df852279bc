/* poison.h: which input was being decided when the process ended badly (DESIGN §3.11).
 *
 * A file of one page in the data folder is mapped into memory; the id of what is being decided
 * (or worded) stands in it for just so long as our own code works on it, so that writing it
 * costs nothing and a crash of any kind leaves it there. Whatever stood there at two crashes,
 * without having been settled in between, is poison: intake.c puts it aside undecided,
 * outbox.c parks it unsent.
 */
#ifndef LOUBOT_TURN_POISON_H
#define LOUBOT_TURN_POISON_H

#include <stdbool.h>

#define POISON_ID_SIZE 24

struct poison;

/* `data_dir` is made where it is missing; when it cannot be written, crashes are not
 * remembered. */
struct poison *poison_create(const char *data_dir);
void poison_destroy(struct poison **poison);
/* Our code begins to work on `id` (an input's or an outgoing's), and has ended to. */
void poison_enter(struct poison *poison, const char *id);
void poison_leave(struct poison *poison);
bool poison_is(const struct poison *poison, const char *id);
/* It is committed, put aside or sent: no suspicion is left. */
void poison_settled(struct poison *poison, const char *id);

#endif
