/* onebot_out.h: what Loubot asks of an implementation: sends and calls → bytes. Pure. */
#ifndef LOUBOT_ONEBOT_OUT_H
#define LOUBOT_ONEBOT_OUT_H

#include "bot/adapter.h"

#define ONEBOT_ECHO_SIZE 32

/* Appends the picture behind a media reference to `out`, as base64. 0, or an error. */
typedef int onebot_picture_cb(void *arg, const char *ref, struct buf *out);

/* The action for a send, and its parameters as JSON, appended to `params`. NULL when there is
 * nothing that could be sent. `via`: for direct messages, the group through which a person who
 * is no friend is reached, or NULL. */
const char *onebot_out_send(struct buf *params, const struct send *send, const char *via,
                            onebot_picture_cb *picture, void *arg);
/* Parameters of get_group_msg_history: a page of at most `count` messages, the newest one, or
 * the one that ends with message `before`. */
void onebot_out_history(struct buf *params, const char *group, const char *before, int count);
/* The frame of a call over WebSocket. */
void onebot_out_frame(struct buf *out, const char *action, const char *params,
                      const char *echo);

#endif
