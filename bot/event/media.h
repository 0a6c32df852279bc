/* media.h: pictures, kept by hash below the data folder (DESIGN §9): kind checked by content,
 * size capped, position data and other metadata removed. */
#ifndef LOUBOT_EVENT_MEDIA_H
#define LOUBOT_EVENT_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDIA_MAX (5u * 1024 * 1024)
#define MEDIA_REF_SIZE 80 /* "media:", 64 hex digits, ".webp" and a NUL fit */

/* Stores JPEG, PNG, GIF or WebP bytes; the same picture is stored once. 0 and
 * "media:<sha256>.<kind>"; ERR_INVALID: no such kind or broken; ERR_FULL: larger than
 * MEDIA_MAX; ERR_SYSTEM: cannot be written (errno). */
int media_put(const char *data_dir, const void *bytes, size_t len, char *ret_ref, size_t size);
/* 0 and malloc'ed bytes with their content type; ERR_NOT_FOUND; ERR_INVALID: not a reference.
 */
int media_get(const char *data_dir, const char *ref, void **ret_bytes, size_t *ret_len,
              const char **ret_type);
/* Removes the file of a reference, if there is one. */
void media_remove(const char *data_dir, const char *ref);

/* Pictures that were kept last before `before_ms` go, `most` files looked at in a step. False:
 * that was the last one, and nothing is open any more. */
struct media_sweep {
    void *folder; /* NULL: begins anew */
    size_t removed;
};
bool media_sweep(struct media_sweep *sweep, const char *data_dir, int64_t before_ms,
                 size_t most);
void media_sweep_end(struct media_sweep *sweep);

#endif
