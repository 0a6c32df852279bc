/* stored.h: the JSON that Redis keeps of outgoing rows, timers' payloads and found people
 * (codec.c). Private to bot/turn/, a part of internal.h. */
#ifndef LOUBOT_TURN_STORED_H
#define LOUBOT_TURN_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "turn/outgoing.h"

struct amendment;
struct arena;
struct input;
struct person;
struct roster_entry;

struct payload {
    const char *handler, *name, *group, *member, *data;
};
char *payload_encode(const struct payload *payload, struct arena *arena);
int payload_decode(struct payload *payload, const char *json, struct arena *arena);
/* `queued_ms`: when it was committed. */
char *row_encode(const struct outgoing *out, const char *owner, int64_t queued_ms,
                 struct arena *arena);
char *person_encode(const struct person *person, struct arena *arena);
/* An input that could not be decided, and why, for the operator. */
char *parked_encode(const struct input *input, const char *text, const char *why,
                    struct arena *arena);
/* The same back, as far as it was kept: quote, text and a mention of ourselves as segments.
 * Without an id of its own. 0 or ERR_INVALID. */
int parked_decode(struct input *input, const char *json, const char **ret_why,
                  struct arena *arena);
int person_decode(struct person *person, const char *json, struct arena *arena);

/* An amendment of the roster. Its number is not in the text. */
char *amendment_encode(const struct amendment *amendment, struct arena *arena);
int amendment_decode(struct amendment *amendment, const char *text, struct arena *arena);

/* Who did what to the roster (giver: who gave the code, or NULL), in ids only: no names, no
 * accounts. */
char *audit_encode(const char *what, const struct roster_entry *entry, const char *by,
                   const char *giver, int64_t at_ms, struct arena *arena);

/* A stored outgoing, read back. */
struct row {
    struct outgoing out; /* events are not filled: see numbers */
    uint32_t numbers[OUTGOING_EVENTS_MAX];
    size_t number_count;
    const char *events; /* "126,127" */
    const char *owner;  /* whose question it puts, "" nobody */
    bool acknowledges;
    int64_t queued_ms; /* 0: not known (rows of a former release) */
};
int row_decode(struct row *row, const char *stored, struct arena *arena);

#endif
