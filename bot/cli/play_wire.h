/* play_wire.h: the lines between the director of `loubot play` and the daemon it plays with:
 * the director's side of the platform link (the other side is adapters/play/) and both sides of
 * the control link. JSON; pure. */
#ifndef LOUBOT_CLI_PLAY_WIRE_H
#define LOUBOT_CLI_PLAY_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "turn/message.h"

struct arena;
struct buf;

#define PLAY_WIRE_PARTS_MAX 256
#define PLAY_WIRE_EVENTS_MAX 32

/* Something that a person did, as the platform keeps it. */
struct play_item {
    enum input_kind kind; /* MESSAGE, EDIT, RECALL, REACTION */
    uint64_t token;
    const char *id;    /* of the message; of a recall or reaction: of what it is about */
    const char *group; /* in direct chats the person */
    bool direct;
    const char *user;
    bool bot;
    int64_t time_ms;
    const char *text;    /* "" when there is none */
    const char *value;   /* REACTION */
    const char *reply;   /* quoted message, NULL */
    const char *mention; /* name of the bot when it is mentioned, else NULL */
    unsigned photo;      /* number of the first picture */
    int photos;
    bool lost; /* and one that cannot be had */
};
/* One line that delivers it. */
void play_wire_item(const struct play_item *item, bool backfilled, struct buf *out);
void play_wire_sent(uint64_t send, const char *message, struct buf *out);
void play_wire_backfilled(const char *group, struct buf *out);

enum play_wire_kind { PLAY_WIRE_SEND, PLAY_WIRE_TAKEN, PLAY_WIRE_BACKFILL };
struct play_wire_part {
    enum segment_kind kind;
    const char *text, *id; /* NULL when absent */
};
struct play_wire {
    enum play_wire_kind kind;
    uint64_t send, token;
    int64_t since_ms;
    const char *group, *stable, *reaction;
    bool direct;
    struct play_wire_part parts[PLAY_WIRE_PARTS_MAX];
    size_t part_count;
    uint32_t events[PLAY_WIRE_EVENTS_MAX];
    size_t event_count;
};
/* A line of the daemon on the platform link; 0 or ERR_INVALID. */
int play_wire_parse(const char *line, size_t len, struct play_wire *ret, struct arena *arena);

/* The control link: one request, one answer, in turn. */
enum play_do {
    PLAY_DO_SETTLE, /* wait until nothing is queued or in flight */
    PLAY_DO_DUE,    /* when is the next timer? → due_ms */
    PLAY_DO_RUN,    /* set the clock to `to_ms`, run what is due, settle */
    PLAY_DO_EVENT,  /* event `id` with its trail → json */
    PLAY_DO_EVENTS, /* → count; `open`: of open ones */
    PLAY_DO_REDIS,  /* → pid of the redis-server */
    PLAY_DO_CODE,   /* args: code, flat or role, area */
    PLAY_DO_DEVICE, /* args: device, kind, value, raised or cleared, report id */
    PLAY_DO_COUNT
};
struct play_request {
    enum play_do what;
    int64_t to_ms;
    uint32_t id;
    bool open;
    const char *args[8];
    size_t arg_count;
};
struct play_answer {
    const char *error; /* NULL: it was done */
    int64_t due_ms;    /* INT64_MAX: none */
    int64_t number;    /* count or pid */
    const char *json;  /* EVENT; NULL: there is no such event */
};
void play_request_write(const struct play_request *request, struct buf *out);
int play_request_parse(const char *line, size_t len, struct play_request *ret,
                       struct arena *arena);
void play_answer_write(const struct play_answer *answer, struct buf *out);
int play_answer_parse(const char *line, size_t len, struct play_answer *ret,
                      struct arena *arena);

#endif
