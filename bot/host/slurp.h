/* slurp.h: a whole file into memory, with a cap. */
#ifndef LOUBOT_HOST_SLURP_H
#define LOUBOT_HOST_SLURP_H

#include <stddef.h>

struct faults;

/* The bytes of a regular file of at most `max` bytes, followed by a NUL that does not count, to
 * be freed; NULL after adding a fault. */
char *slurp(const char *path, size_t max, size_t *ret_len, struct faults *faults);

#endif
