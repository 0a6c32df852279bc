/* outgoing.h: one message to be sent, as an effect of a turn: template name, language and
 * arguments. The sender renders it, since numbers and wording come last (DESIGN §3.5). */
#ifndef LOUBOT_TURN_OUTGOING_H
#define LOUBOT_TURN_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words/understand.h"

struct arena;
struct buf;
struct event;

enum lane { LANE_EMERGENCY, LANE_ANSWER, LANE_NOTICE };

enum arg_kind {
    ARG_TEXT,   /* literal, from chat or from code; never a template */
    ARG_TERM,   /* a word of the lexicon or of templates/terms, translated to the message's
                   language */
    ARG_MEMBER, /* a member's name */
    ARG_NUMBER, /* an event's number */
    ARG_PLACE,  /* an event's place in words */
    ARG_TIME,   /* a moment, told relative to the day of sending */
    ARG_FLAG    /* a section switch */
};

struct arg {
    const char *key;
    enum arg_kind kind;
    const char *text;    /* TEXT, TERM; MEMBER: member id; PLACE:
                            "building|unit|floor|floor_to|room|place" */
    int64_t time_ms;     /* TIME */
    uint32_t event, ref; /* NUMBER: event id, or ref of an event made in this turn */
    bool flag;
};

#define OUTGOING_ARGS_MAX 24
#define OUTGOING_MENTIONS_MAX 8
#define OUTGOING_EVENTS_MAX 20

struct outgoing {
    enum lane lane;
    const char *group;    /* community group, "dm" for direct chat */
    const char *member;   /* direct chat: to whom */
    const char *template; /* "ack" → templates/<lang>/ack.mustache; NULL for a reaction */
    enum lang lang;
    const char *reaction;                   /* emoji, about `quote` */
    struct arg args[OUTGOING_ARGS_MAX + 1]; /* one to spill into */
    size_t arg_count;
    const char *mentions[OUTGOING_MENTIONS_MAX]; /* member ids */
    size_t mention_count;
    const char *quote; /* platform id of the message that is quoted or reacted to, NULL */
    const char *quote_member; /* who wrote it (for platforms without quotes: mentioned) */
    const char *photo;        /* media reference sent along, NULL */
    const char
        *replace_key; /* a newer one with this key replaces an older one still waiting, NULL */
    int64_t expires_ms; /* 0: never */
    const struct event
        *events[OUTGOING_EVENTS_MAX]; /* what it is about: a quote of it finds them */
    size_t event_count;
    bool acknowledges;   /* its arrival marks the events as acknowledged */
    struct arena *arena; /* of the turn */
};

/* Arguments. Texts are copied into the arena, cut at 600 bytes on a character boundary; NULL
 * texts are skipped. */
void out_text(struct outgoing *out, const char *key, const char *text);
void out_term(struct outgoing *out, const char *key, const char *word);
void out_member(struct outgoing *out, const char *key, const char *member);
void out_number(struct outgoing *out, const char *key,
                const struct event *event); /* also adds it to `events` */
void out_place(struct outgoing *out, const char *key, const struct event *event);
void out_time(struct outgoing *out, const char *key, int64_t time_ms);
void out_flag(struct outgoing *out, const char *key, bool flag);
void out_mention(struct outgoing *out, const char *member); /* once each */

#endif
