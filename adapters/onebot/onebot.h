/* onebot.h: one account of the OneBot adapter, as its files share it. */
#ifndef LOUBOT_ONEBOT_H
#define LOUBOT_ONEBOT_H

#include "adapters/onebot/onebot_calls.h"
#include "adapters/onebot/onebot_config.h"
#include "adapters/onebot/onebot_lines.h"
#include "adapters/onebot/onebot_link.h"
#include "adapters/onebot/onebot_pictures.h"

#define ONEBOT_CAUSES_MAX 32

struct onebot_history;
struct onebot_http_call;
struct onebot_sends;
struct onebot_people;

struct onebot {
    struct account *account;
    struct onebot_config config;
    struct arena *frame; /* what is read of a frame of the link, until the next */
    char *self_id; /* NULL: not known yet */
    struct onebot_calls *calls;
    struct onebot_link *link;
    struct onebot_pictures *pictures;
    struct onebot_lines *lines;
    struct onebot_history *history;
    struct onebot_sends *sends;
    struct onebot_people *people;
    struct onebot_http_call *http_calls;   /* in flight */
    bool online;                           /* the platform has not logged the account out */
    bool answered;                         /* a call was answered since the link is open */
    bool up;                               /* as the core was told */
    struct loop_timer *hello;              /* asks again who we are, until it is answered */
    const char *causes[ONEBOT_CAUSES_MAX]; /* of refused frames, logged already */
};

/* The row in bot/main.c. */
extern const struct adapter onebot_adapter;

/* onebot_wire.c. Makes a call over the WebSocket, or over HTTP where the configuration says so.
 * 0: the callback comes once, later; ERR_AWAY: it was not started. */
int onebot_call(struct onebot *onebot, const char *action, const struct buf *params,
                int deadline_ms, onebot_call_cb *cb, void *arg);

/* Ends what is in flight over HTTP, without callbacks. */
void onebot_wire_stop(struct onebot *onebot);

/* onebot_history.c */
struct onebot_history *onebot_history_create(struct onebot *onebot);
void onebot_history_destroy(struct onebot_history **history);
/* Reads a group's history since `since_ms` into its line; bot_on_backfilled() follows once. */
void onebot_history_read(struct onebot_history *history, const char *group, int64_t since_ms);
/* Somebody writes in that group now: its history is read next. */
void onebot_history_hurry(struct onebot_history *history, const char *group);

/* onebot_people.c: through which group is a person reached who is no friend of the account? */
struct onebot_people *onebot_people_create(void);
void onebot_people_destroy(struct onebot_people **people);
/* Somebody was seen in a group (or wrote through it), or turned out to be a friend (NULL). */
void onebot_people_met(struct onebot_people *people, const char *user, const char *group);
/* NULL: a friend, or never seen. */
const char *onebot_people_via(const struct onebot_people *people, const char *user);

/* onebot_send.c */
struct onebot_sends *onebot_sends_create(struct onebot *onebot);
void onebot_sends_destroy(struct onebot_sends **sends);
int onebot_sends_start(struct onebot_sends *sends, const struct send *send);
/* We may not speak in a group until then (0: until told otherwise), or never again. */
void onebot_sends_mute(struct onebot_sends *sends, const char *group, int64_t for_ms);
void onebot_sends_remove(struct onebot_sends *sends, const char *group);
void onebot_sends_allow(struct onebot_sends *sends, const char *group);
/* The account is up: what was in doubt is looked for. */
void onebot_sends_up(struct onebot_sends *sends);

#endif
