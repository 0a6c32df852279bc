/* ws_stage.h: a server that echoes and remembers, for the tests of servers and clients. */
#ifndef LOUBOT_TESTS_WS_STAGE_H
#define LOUBOT_TESTS_WS_STAGE_H

#include "host/err.h"
#include "host/mem.h"
#include "host/ws.h"
#include "tests/live/raw.h"

#define MAX_FRAME (1024 * 1024)

/* An echo server that keeps what it saw. */
struct seen {
    struct loop *loop;
    struct ws *ws;
    struct ws_server *server;
    int port, opened, closed, texts;
    ws_id last;
    int send_result;
    size_t last_len;
    bool mute, drop, flood;
    char header[100], query[100], path[200], method[10];
    struct buf body;
    char big[300000];
};

extern const struct ws_server_ops ws_stage_ops;

int ws_stage_setup(void **state);
/* Two connections at most, and pings after a second. */
int ws_stage_setup_small(void **state);
int ws_stage_teardown(void **state);
/* A raw peer that has shaken hands. */
void ws_stage_open(struct seen *s, struct raw *raw);
/* Sends a request and fails unless the answer's head contains `status`. */
void ws_stage_expect_status(struct seen *s, const char *request, const char *status);

#endif
