/* adapter.h: ALL that an adapter may include. An adapter is one way in and out: a table of
 * operations that the core calls downwards, and the bot_on_… calls that it makes upwards
 * (DESIGN §4, the adapter contract).
 *
 * When you add an adapter: one folder adapters/<name>/ with <name>.c (lifecycle), <name>_in.c
 * (bytes → input, fuzzed), <name>_out.c (outgoing → bytes), and its row in bot/main.c.
 */
#ifndef LOUBOT_ADAPTER_H
#define LOUBOT_ADAPTER_H

#include "host/buf.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/door.h"
#include "host/err.h"
#include "host/http.h"
#include "host/jnode.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/mem.h"
#include "host/text.h"
#include "host/ws.h"
#include "turn/message.h"

enum delivery {
    DELIVERY_ACKED,      /* the platform waits for our word, given in taken() */
    DELIVERY_REPLAYABLE, /* history can be read back */
    DELIVERY_FORGET      /* what the socket held at a crash may be lost */
};

struct capabilities {
    enum delivery delivery;
    bool hears_all;        /* false: mentions only */
    bool idempotent_sends; /* the platform drops a repeat of our send id */
    bool mentions, quotes, images, reactions, recall;
    size_t max_text; /* bytes of one message; the core splits on character boundaries */
    int group_pace_ms, account_pace_ms; /* least time between two sends; an emergency does not
                                           wait for the first */
    int send_deadline_ms;               /* no bot_on_sent by then: outcome unknown */
};

/* One message to send, rendered. Valid during send() only. */
struct send_part {
    enum segment_kind kind; /* TEXT, AT (text: name shown, id: platform user) , IMAGE (text:
                               media reference), REPLY (id) */
    const char *text, *id;
};
struct send {
    uint64_t id; /* for bot_on_sent */
    const char
        *stable; /* the platform's idempotency key, the same at every repeat: "<outgoing>/1" */
    const char *group; /* platform group id; in direct chats the user's id */
    bool direct;
    const char *reaction; /* not NULL: react to `about` with this emoji; parts are empty */
    const char *about;
    const struct send_part *parts;
    size_t part_count;
    const uint32_t *events; /* numbers of the events it is about */
    size_t event_count;
    int64_t maybe_since_ms; /* not 0: an earlier process may have sent it, not before that time.
                               Where there is a history it is looked for there; SENT_RETRY then
                               says that it is not there, and it comes once more without this */
};

enum sent {
    SENT_OK,
    SENT_RETRY /* refused for now */,
    SENT_NEVER /* permanent refusal */,
    SENT_UNKNOWN /* answer lost */
};

struct account; /* one account of one adapter, owned by the core */
struct core;

struct adapter {
    const char *name;
    struct capabilities capabilities;

    /* Reads its configuration (`conf` may be NULL: defaults) and adds a fault for all that
     * start() would refuse in it; opens nothing. NULL: there is nothing to configure. */
    void (*check)(struct conf_node *conf, struct faults *faults);
    /* Reads its configuration, opens its connections. Puts its
     * state in account_set_state(). 0, or an error after adding a fault: the daemon then does
     * not start. */
    int (*start)(struct account *account, struct conf_node *conf, struct faults *faults);
    /* Closes everything, frees the state. No upward call after it. */
    void (*stop)(struct account *account);
    /* Starts one send; bot_on_sent() follows exactly once, never before this returns. 0, or
     * ERR_AWAY: not started. */
    int (*send)(struct account *account, const struct send *send);
    /* A turn of an input is committed (or the input was judged to be nobody's business): the
     * platform's word may be taken. NULL: not needed. */
    void (*taken)(struct account *account, uint64_t token);
    /* Reads the group's history since `since_ms` (inputs with `backfilled` set, then
     * bot_on_backfilled). NULL: none. */
    void (*backfill)(struct account *account, const char *platform_group, int64_t since_ms);
    /* The address that the operator opens in a browser, to be printed at start. NULL: none. */
    const char *(*address)(const struct account *account);
};

/* What the core gives an adapter. */
const char *account_name(const struct account *account); /* the account id */
void account_set_state(struct account *account, void *state);
void *account_state(const struct account *account);
struct loop *account_loop(const struct account *account);
struct clock *account_clock(const struct account *account);
struct ws *account_ws(const struct account *account);
struct http *account_http(const struct account *account);
const char *account_data_dir(const struct account *account);
/* JSON for pages: communities, groups and people that this account serves, as an array of
 * {"community","name","demo","bot","groups":[{"name","kind","building","staff":[names
 * at hand there]}],"people":[{"id","name","roles":["building_head"…]}]}. */
void account_describe(const struct account *account, struct buf *out);
/* Public JSON of the newest open and recent events of a group of this account, newest first, at
 * most `limit`. `cb` comes once, later, with a JSON array (or NULL when Redis is away). */
typedef void events_cb(void *arg, const char *json);
void account_events(struct account *account, const char *platform_group, int limit,
                    events_cb *cb, void *arg);
/* Keeps media bytes (checked: JPEG, PNG, GIF or WebP by content, at most 5 MB, position data
 * removed): returns 0 and a reference for SEGMENT_IMAGE in `ret_ref` ("media:<sha256>.jpg"), or
 * ERR_INVALID / ERR_FULL. */
int account_media_put(struct account *account, const void *bytes, size_t len, char *ret_ref,
                      size_t size);
/* Reads media by reference; 0 and malloc'ed bytes, or ERR_NOT_FOUND. */
int account_media_get(struct account *account, const char *ref, void **ret_bytes,
                      size_t *ret_len, const char **ret_type);

/* Upward calls. */
/* Something came in. Copied. The core answers with taken() later. ERR_FULL: the intake is full;
 * an acked platform must not be acknowledged, others pause reading. */
int bot_on_input(struct account *account, struct input *input);
/* `message` is the platform's id of what was sent (SENT_OK), `retry_ms` a wait the platform
 * asked for (SENT_RETRY). */
void bot_on_sent(struct account *account, uint64_t send_id, enum sent result,
                 const char *message, int64_t retry_ms, const char *why);
void bot_on_up(struct account *account);
void bot_on_down(struct account *account, const char *why);
void bot_on_backfilled(struct account *account, const char *platform_group, bool complete);

#endif
