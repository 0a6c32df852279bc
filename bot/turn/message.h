/* message.h: what comes in, normalised: messages, recalls, reactions, timers, calls.
 *
 * Adapters fill these in from their bytes; the core copies what it keeps. Strings are UTF-8,
 * NUL-terminated.
 */
#ifndef LOUBOT_TURN_MESSAGE_H
#define LOUBOT_TURN_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum segment_kind { SEGMENT_TEXT, SEGMENT_AT, SEGMENT_IMAGE, SEGMENT_REPLY, SEGMENT_OTHER };

struct segment {
    enum segment_kind kind;
    const char *text; /* TEXT: the text; AT: the name shown; IMAGE: the media reference,
                         NULL: the picture could not be had; REPLY, OTHER: NULL */
    const char *id;   /* AT: platform user id; REPLY: platform id of the quoted message */
    bool self;        /* AT: it is the bot */
};

#define MESSAGE_SEGMENTS_MAX 64
#define MESSAGE_TEXT_MAX (16 * 1024)
#define INPUT_ID_SIZE 13 /* 12 characters of base64url and a NUL */

enum input_kind {
    INPUT_MESSAGE,
    INPUT_EDIT,
    INPUT_RECALL,
    INPUT_REACTION,
    INPUT_TIMER,
    INPUT_CALL,
    INPUT_LEFT /* `user` is no longer in the group; `message`: "left" and his id */
};

struct input {
    enum input_kind kind;
    char id[INPUT_ID_SIZE]; /* by input_set_id() */

    const char *adapter, *account;
    const char *group; /* platform group id; in direct chats the peer's user id */
    bool direct;
    const char *user, *user_name; /* who acts: platform user id and the name shown */
    bool from_bot;                /* the sender is a bot (or ourselves on another link) */
    const char
        *message;    /* platform message id; of a recall or reaction: the message it is about */
    int64_t time_ms; /* the platform's time of the message (of the reaction or recall itself) */
    bool backfilled; /* read from the platform's history after a gap */
    const char *value; /* REACTION: "👍"; a removed reaction is no input */

    const struct segment *segments; /* MESSAGE and EDIT */
    size_t segment_count;

    /* TIMER */
    const char *timer; /* its id */
    int64_t due_ms;
    const char *payload; /* as it was set */
    uint32_t event;

    uint64_t token; /* the adapter's own; handed back by ops->taken() */
};

/* Makes the input id from kind, account, group, platform id, platform time and, for reactions
 * and recalls, actor and value (platform ids alone are not unique: counters restart, a reaction
 * carries the id of the message it is about). */
void input_set_id(struct input *input);
/* A deep copy that lives in `arena`. */
struct input *input_copy(const struct input *input, struct arena *arena);
/* All text segments joined, at most MESSAGE_TEXT_MAX bytes, cut on a character boundary. Never
 * NULL. */
const char *input_text(const struct input *input, struct arena *arena);
/* The id quoted by the first REPLY segment, or NULL. */
const char *input_quoted(const struct input *input);
bool input_mentions_self(const struct input *input);
size_t input_image_count(const struct input *input);
/* Pictures that could not be had. */
size_t input_lost_count(const struct input *input);

#endif
