/* clock.h: the one clock. Nothing else in Loubot asks the system for the time.
 *
 * `run` uses the system clock; `play` and the tests use a virtual one that moves only when
 * told. Whoever needs the time gets the clock handed in.
 *
 * For tests of clocks that are set while Loubot runs: the environment variable LOUBOT_CLOCK
 * names a file with a number of milliseconds, read anew at each question and added to the wall
 * clock (not to the time since boot).
 */
#ifndef LOUBOT_HOST_CLOCK_H
#define LOUBOT_HOST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock;

struct clock *clock_create_system(void);
struct clock *clock_create_virtual(int64_t now_ms);
void clock_destroy(struct clock **clock);

/* Wall clock: milliseconds since 1970-01-01 UTC. May jump on the system clock. */
int64_t clock_now_ms(const struct clock *clock);
/* Milliseconds since boot, suspended time included; never goes back. On a virtual clock the
 * same as the wall clock. */
int64_t clock_boot_ms(const struct clock *clock);
bool clock_is_virtual(const struct clock *clock);
/* Virtual clocks only (asserted): sets the time. */
void clock_set_ms(struct clock *clock, int64_t now_ms);

#endif
