/* web_describe.h: what the adapter itself needs of account_describe()'s JSON. */
#ifndef LOUBOT_WEB_DESCRIBE_H
#define LOUBOT_WEB_DESCRIBE_H

#include <stdbool.h>

/* The first community's bot name (malloc'ed; NULL when there is none) and whether it is the
 * demo community. */
char *web_describe_bot(const char *json, bool *ret_demo);
/* Calls `cb` for every group. */
void web_describe_groups(const char *json, void (*cb)(void *arg, const char *name), void *arg);

#endif
