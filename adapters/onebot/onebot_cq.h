/* onebot_cq.h: CQ codes, the string form of a message: "[CQ:at,qq=42] hi". Read only; Loubot
 * writes arrays. */
#ifndef LOUBOT_ONEBOT_CQ_H
#define LOUBOT_ONEBOT_CQ_H

#include "bot/adapter.h"

/* The string as an array of segments {"type","data"}, as the array form has them; at most `max`
 * of them, the rest is dropped. Keys point into `text`. */
struct jnode *onebot_cq_parse(const char *text, size_t len, size_t max, struct arena *arena);

#endif
