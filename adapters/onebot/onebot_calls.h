/* onebot_calls.h: calls in flight, found again by their echo, each with a deadline. */
#ifndef LOUBOT_ONEBOT_CALLS_H
#define LOUBOT_ONEBOT_CALLS_H

#include "adapters/onebot/onebot_in.h"

#define ONEBOT_CALLS_MAX 1024

/* How a call ended. `error` 0: answered, `reply` says what; ERR_AWAY: it was never given to the
 * implementation; ERR_TIMEOUT: no answer before the deadline, or the link was lost: the outcome
 * is unknown; `reply` is NULL then. */
typedef void onebot_call_cb(void *arg, int error, const struct onebot_reply *reply);

struct onebot_calls;

struct onebot_calls *onebot_calls_create(struct loop *loop, struct clock *clock);
/* What is in flight ends without its callback. Sets the pointer NULL, accepts NULL. */
void onebot_calls_destroy(struct onebot_calls **calls);

/* Notes a call; its number goes into the echo. 0 when too many are in flight. The callback
 * comes exactly once, unless onebot_calls_drop() comes first. */
uint64_t onebot_calls_add(struct onebot_calls *calls, int deadline_ms, onebot_call_cb *cb,
                          void *arg);
/* Forgets a call: it could not be started, the caller says so itself. */
void onebot_calls_drop(struct onebot_calls *calls, uint64_t number);
/* An answer came. False when nobody waits for it. */
bool onebot_calls_answer(struct onebot_calls *calls, uint64_t number,
                         const struct onebot_reply *reply);
/* A call ended without an answer (`error` as in the callback). */
void onebot_calls_end(struct onebot_calls *calls, uint64_t number, int error);
/* The link is gone: every call in flight ends with ERR_TIMEOUT. */
void onebot_calls_end_all(struct onebot_calls *calls);

/* "lb-7" ↔ 7; 0 when the echo is none of ours. */
void onebot_echo(uint64_t number, char *echo, size_t size);
uint64_t onebot_echo_number(const char *echo);

#endif
