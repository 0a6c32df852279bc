/* onebot_failure.h: what a refused send means. Pure. */
#ifndef LOUBOT_ONEBOT_FAILURE_H
#define LOUBOT_ONEBOT_FAILURE_H

#include "adapters/onebot/onebot_in.h"

/* The kind of failure that an answer tells of; `*ret_retry_ms` is set with SENT_RETRY: 0, or
 * how long to hold back. SENT_OK when it was none. */
enum sent onebot_failure(const struct onebot_reply *reply, int64_t *ret_retry_ms);
/* The implementation refuses our token. */
bool onebot_failure_is_auth(const struct onebot_reply *reply);

#endif
