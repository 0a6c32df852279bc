/* err.h: the one list of error codes. Functions return 0 or one of these. */
#ifndef LOUBOT_HOST_ERR_H
#define LOUBOT_HOST_ERR_H

enum err {
    ERR_INVALID = -1,   /* the input is malformed; retrying will not help */
    ERR_NOT_FOUND = -2, /* what was asked for does not exist */
    ERR_FULL = -3,      /* a cap was reached */
    ERR_AWAY = -4,      /* the peer (Redis, platform) cannot be reached now; retry later */
    ERR_TIMEOUT = -5,   /* no answer before the deadline; the outcome is unknown */
    ERR_REFUSED = -6,   /* the peer said no; retrying will not help */
    ERR_STALE = -7,     /* a version has moved on; decide again on fresh context */
    ERR_SYSTEM = -8,    /* a system call failed; errno tells which way */
    ERR_CLOSED = -9     /* shutting down */
};

#endif
