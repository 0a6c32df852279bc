/* raw.h: a peer on a raw socket, for tests of what listens and what connects. It shares the
 * loop with what is tested: every wait runs the loop. It speaks WebSocket by hand, so that it
 * can also speak it wrongly. */
#ifndef LOUBOT_TESTS_RAW_H
#define LOUBOT_TESTS_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "host/buf.h"
#include "host/loop.h"

struct raw {
    struct loop *loop;
    int fd;
    struct buf got; /* what was read and not yet taken */
    bool eof;       /* the other side closed or reset */
};

/* A connection to 127.0.0.1:port. */
void raw_open(struct raw *raw, struct loop *loop, int port);
/* A listener on 127.0.0.1; the port in `ret_port`. */
int raw_listen(int *ret_port);
/* Waits for a connection to such a listener. */
bool raw_accept(struct raw *raw, struct loop *loop, int listener);
void raw_close(struct raw *raw);

/* Writes all of it, running the loop while the socket is full; false: the other side closed. */
bool raw_put(struct raw *raw, const void *bytes, size_t len);
bool raw_puts(struct raw *raw, const char *text);
/* Runs the loop for so long, reading what comes. */
void raw_pump(struct raw *raw, int ms);
/* Waits (five seconds at most) until what was read contains `text`. */
bool raw_wait(struct raw *raw, const char *text);
bool raw_wait_eof(struct raw *raw);

/* The handshake as a client; `headers` are further lines that end with \r\n. True: answered
 * with 101. */
bool raw_ws_open(struct raw *raw, const char *path, const char *headers);
/* One frame. `first` is its first byte: 0x81 a whole text, 0x01 the first of several, 0x80 the
 * last … Masked as a client must. */
bool raw_ws_put(struct raw *raw, int first, const void *payload, size_t len);
/* The next frame that comes (waits); its payload, NUL-terminated, in `ret_payload` (initialised
 * by the caller). Returns its first byte, or -1. */
int raw_ws_get(struct raw *raw, struct buf *ret_payload);
/* Waits for a close frame, passing over others: its code, or -1. */
int raw_ws_close_code(struct raw *raw);

/* Runs the loop until *flag is not 0, five seconds at most. */
bool raw_run_until(struct loop *loop, const int *flag);

#endif
