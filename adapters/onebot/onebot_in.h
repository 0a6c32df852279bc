/* onebot_in.h: what an implementation sends: bytes → events and answers. Pure; fuzzed by
 * tests/fuzz/onebot_in_fuzz.c. */
#ifndef LOUBOT_ONEBOT_IN_H
#define LOUBOT_ONEBOT_IN_H

#include "adapters/onebot/onebot_config.h"

enum onebot_kind {
    ONEBOT_BAD,       /* no frame of this protocol, or one that lacks what it must have */
    ONEBOT_IGNORED,   /* well-formed, and nothing to us */
    ONEBOT_INPUT,     /* a message, a recall, a reaction */
    ONEBOT_REPLY,     /* the answer to a call */
    ONEBOT_LIFECYCLE, /* the link is open */
    ONEBOT_HEARTBEAT,
    ONEBOT_OFFLINE, /* the account was logged out */
    ONEBOT_MUTED,   /* we may not speak in `group` for `duration_ms` (0: until lifted) */
    ONEBOT_UNMUTED,
    ONEBOT_REMOVED, /* we are no longer in `group` */
    ONEBOT_JOINED   /* we are in `group` (again) */
};

struct onebot_reply {
    const char *echo; /* NULL: none, or none of ours */
    bool ok;          /* done */
    bool unknowable;  /* taken on, the outcome will never be told (status "async") */
    int retcode;
    const char *text;              /* what the implementation says about a failure, "" */
    const char *message;           /* data.message_id, or NULL */
    const char *user;              /* data.user_id, or NULL */
    const struct input *inputs;    /* data.messages, as given; own ones have from_bot */
    const char *const *input_seqs; /* message_seq of each, for paging, or NULL */
    size_t input_count;
    bool has_messages; /* data.messages was there */
};

struct onebot_frame {
    enum onebot_kind kind;
    const char *why;     /* BAD, IGNORED: static words for the log; OFFLINE: what was said */
    const char *self_id; /* of an event, or NULL */
    struct input input;  /* INPUT; account, adapter and id are the caller's to fill. An IMAGE
                            segment's text is the URL that the picture can be had from */
    const char *via; /* INPUT, direct: the group through which somebody who is no friend writes;
                        NULL: a friend */
    struct onebot_reply reply;
    int64_t interval_ms; /* HEARTBEAT */
    bool online;         /* HEARTBEAT */
    const char *group;   /* MUTED … JOINED */
    int64_t duration_ms;
};

/* What one frame can need in its arena: far more than any well-formed one does. */
#define ONEBOT_ARENA_MAX (64u * 1024 * 1024)

/* Reads one frame. Everything in `frame` lives in `arena`. `self_id` may be NULL: not known
 * yet. */
void onebot_in(const char *bytes, size_t len, const char *self_id, struct arena *arena,
               struct onebot_frame *frame);

#endif
