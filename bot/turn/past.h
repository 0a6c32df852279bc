/* past.h: archived events on their way out of Redis; see past.c. */
#ifndef LOUBOT_TURN_PAST_H
#define LOUBOT_TURN_PAST_H

struct archived;
struct home;
struct redis_reply;

#define ARCHIVED_FIELDS 7 /* of one event in a script's answer: id, v, b, x, p, a, trail */
/* Its texts are the reply's. */
void archived_read(struct archived *archived, const struct redis_reply *const *fields);
void past_tick(struct home *home); /* harmless when it is not due */

#endif
