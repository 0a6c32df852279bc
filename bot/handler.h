/* handler.h: ALL that a handler may include. A handler is one conversation skill: a row and
 * three functions over one struct turn. It is pure: it reads the turn and appends effects
 * (DESIGN §3.1); no Redis, no sockets, no clock.
 *
 * When you add a handler: one file handlers/<name>.c, its row in bot/main.c, its templates in
 * both languages, a dialogue in tests/dialogues/ and a unit test on literal turns.
 */
#ifndef LOUBOT_HANDLER_H
#define LOUBOT_HANDLER_H

#include "host/err.h"
#include "host/mem.h"
#include "turn/turn.h"

/* What the context must hold for this handler. */
enum {
    NEED_NUMBERED = 1, /* events named by number */
    NEED_QUOTED = 2,   /* events of the quoted message */
    NEED_NEARBY =
        4, /* open and recent events of the same building and category as the faults found */
    NEED_MINE = 8,   /* events of the sender as reporter, assignee or verifier */
    NEED_RECENT = 16 /* events of the sender's open questions, last ping and last report */
};

/* Where and to what it listens. */
enum {
    LISTEN_MESSAGE = 1,
    LISTEN_EDIT = 2,
    LISTEN_RECALL = 4,
    LISTEN_REACTION = 8,
    LISTEN_STAFF_ONLY = 16, /* senders with a role beyond resident */
    LISTEN_LEFT = 128,      /* somebody is no longer in a group */
    LISTEN_CODES = 64,      /* whatever the text means: it may hold a one-time code, or be of
                               leave */
    LISTEN_BACKFILLED =
        32 /* also messages read back after a gap that are older than 30 minutes */
};

/* Talk among people, nobody's business here unless it is addressed to the bot. */
#define INTENTS_TALK                                                                           \
    (1u << INTENT_CHAT | 1u << INTENT_ENQUIRY | 1u << INTENT_SUGGESTION | 1u << INTENT_THANKS)

struct handler {
    const char *name;
    unsigned listens;
    uint32_t intents; /* bit set of 1u << INTENT_*; ~0u: all. Those of INTENTS_TALK come from
                         people who address the bot or have something open with it */
    unsigned needs;
    int priority; /* higher is asked first; breaks ties of match() */

    /* Is this turn mine? 0: no; 1..100: how sure. The surest handler gets it. Must not append
     * effects. */
    int (*match)(const struct turn *turn);
    /* Appends effects. */
    void (*handle)(struct turn *turn);
    /* The answer to a question that this handler asked (session->questions[index], or
     * turn->asked's when somebody else answers by quoting). Returns false when the text is no
     * answer to it; the turn then goes on as usual, and nothing may have been appended. NULL:
     * it asks no questions. */
    bool (*answer)(struct turn *turn, struct session *session, size_t index);
    /* After a roster was loaded: its on_timer gets the timer "gone" of every open event whose
     * assignee or verifier is on leave or not in the roster. */
    bool hears_leavers;
    /* A timer of this handler is due; turn->timer_name tells which. NULL: it sets none. */
    void (*on_timer)(struct turn *turn);
    /* So many ms ahead on_timer also sees what else the assignee has with a timer of the same
     * name (EVENT_BY_ALONG): what is done to it must set or cancel that timer. 0: it sees none.
     */
    int64_t along_ms;
};

#endif
