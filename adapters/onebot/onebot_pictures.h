/* onebot_pictures.h: pictures that people send, fetched and kept as media (DESIGN §9). */
#ifndef LOUBOT_ONEBOT_PICTURES_H
#define LOUBOT_ONEBOT_PICTURES_H

#include "adapters/onebot/onebot_config.h"

#define ONEBOT_MEDIA_REF_SIZE 128

struct onebot_pictures;

/* `ref` is a media reference, or NULL: the picture could not be had. */
typedef void onebot_picture_got_cb(void *arg, const char *ref);

struct onebot_pictures *onebot_pictures_create(struct account *account,
                                               const struct onebot_config *config);
/* Fetches in flight end without their callback. Sets the pointer NULL, accepts NULL. */
void onebot_pictures_destroy(struct onebot_pictures **pictures);
/* Fetches one; the callback comes once, later. */
void onebot_pictures_get(struct onebot_pictures *pictures, const char *url,
                         onebot_picture_got_cb *cb, void *arg);

/* May pictures be fetched from there? `*ret_public`: only if the address is a public one. The
 * URL to ask goes to `ret_url`. Pure. */
bool onebot_pictures_allowed(const struct onebot_config *config, const char *url,
                             struct buf *ret_url, bool *ret_public);
/* The picture behind a media reference, appended as base64: an onebot_picture_cb of
 * onebot_out.h; `arg` is the account. */
int onebot_pictures_base64(void *arg, const char *ref, struct buf *out);

#endif
