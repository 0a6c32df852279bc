/* handlers_world.h: a community in memory for the tests of the handlers: literal turns are made
 * of what somebody says somewhere, decided by the handlers' table, and their effects kept, as
 * the core does with Redis. Events and sessions are kept in their stored form, so every turn
 * also tries the codecs. After each turn the rules that hold for every reachable state are
 * checked (handlers_rules.c).
 */
#ifndef LOUBOT_TESTS_HANDLERS_WORLD_H
#define LOUBOT_TESTS_HANDLERS_WORLD_H

#include "bot/handler.h"
#include "words/wording.h"

#define WORLD_EVENTS 4000
#define WORLD_SESSIONS 600
#define WORLD_TIMERS 4000
#define WORLD_MESSAGES 200000
#define WORLD_CODES 16

struct kept_event {
    char *body, *text, *photos;
    uint32_t version;
    char *lender; /* from whom it came to a deputy, NULL */
};
struct kept_session {
    char *group, *member, *json;
};
struct kept_timer {
    uint32_t event; /* 0: of a session */
    char *name, *group, *member, *handler, *data;
    int64_t due_ms;
    bool live;
};
struct kept_message {
    char *group;
    uint32_t events[OUTGOING_EVENTS_MAX];
    size_t count;
    char *owner; /* whose question it puts, or NULL */
};

struct kept_code {
    char hash[65];
    char *stored;
};

struct world {
    struct community *community;
    struct calendar *calendar;
    struct policy *policy;
    struct lexicon *lexicon;
    struct wording *wording;
    int64_t now_ms;
    int64_t latest_ms; /* that it was ever: a test may set the clock back */
    int64_t late_ms; /* what is said was written that long ago, read back after a gap */
    struct kept_event events[WORLD_EVENTS];
    uint32_t event_count;
    struct kept_session sessions[WORLD_SESSIONS];
    size_t session_count;
    struct kept_timer timers[WORLD_TIMERS];
    size_t timer_count;
    struct kept_message messages[WORLD_MESSAGES];
    size_t message_count;
    char *people[64][2]; /* id and name of who is not in the roster */
    size_t people_count;
    struct amendment *amendments; /* of the roster; their texts lie in `roster` */
    size_t amendment_count;
    uint32_t amendments_made;
    struct arena *roster;
    struct kept_code codes[WORLD_CODES]; /* the oldest give way */
    size_t codes_made;
    char **said; /* texts of the last turn: "b4: @name text" */
    size_t said_count;
    struct arena *arena; /* of the last turn */
    struct turn turn;    /* the last one */
    const struct handler *handler;
};

struct world *world_create(void); /* Monday 2026-03-02 09:00 */
void world_destroy(struct world **world);

/* Somebody says something. Marks as in play scripts may stand in front: [photo], [at],
 * [reply N] quotes the last message of the bot that named event N, [react X] (then no text).
 * Returns the id of the message. */
size_t world_say(struct world *world, const char *group, const char *name, const char *text);
void world_recall(struct world *world, const char *group, const char *name, size_t message);
void world_edit(struct world *world, const char *group, const char *name, size_t message,
                const char *text);
/* Lets time pass; timers run on the way. What was said then is kept together. */
void world_pass(struct world *world, int64_t ms);
/* The event as it is kept, decoded into the last turn's arena. */
struct event *world_event(struct world *world, uint32_t id);
const char *world_id(const struct world *world, const char *name);
/* Is there a text of the last turn in that group that holds all these words (NULL-terminated)?
 */
bool world_said(const struct world *world, const char *group, ...) __attribute__((sentinel));
size_t world_said_in(const struct world *world, const char *group);
bool world_has_timer(const struct world *world, uint32_t event, const char *name);

/* handlers_rules.c: fails the test when a rule is broken. `before` is the event as it was kept
 * before the turn, NULL for a new one. */
void rules_check_event(struct world *world, const struct event *before,
                       const struct event *after);
void rules_check_turn(struct world *world);
/* Every open event has a next timer, or a named person was asked. */
void rules_check_all(struct world *world);

/* handlers_words.c: the text of an outgoing, as the sender renders it. */
char *words_of(const struct world *world, const struct outgoing *out);

#endif
