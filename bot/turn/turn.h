/* turn.h: one input and everything that follows from it: a pure decision (DESIGN §3.1).
 *
 * The core fills a struct turn, the handlers append effects, the commit writes them. Handlers
 * see it through bot/handler.h; nothing here touches Redis, sockets, the wall clock or random
 * numbers.
 */
#ifndef LOUBOT_TURN_TURN_H
#define LOUBOT_TURN_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/calendar.h"
#include "event/event.h"
#include "event/policy.h"
#include "event/session.h"
#include "people/amend.h"
#include "people/code.h"
#include "people/community.h"
#include "people/leave_words.h"
#include "turn/message.h"
#include "turn/outgoing.h"
#include "words/understand.h"

#define TURN_EVENTS_MAX 20 /* events that a context holds */
#define TURN_NEW_MAX 4     /* events that one text can make */
#define TURN_OUT_MAX 80
#define TURN_ROWS_MAX 8      /* changes of the roster */
#define TURN_TIMERS_MAX 256  /* twenty events, each with a dozen timers to cancel */
#define TURN_SESSIONS_MAX 64 /* one line can close twenty events, each with its reporter */

struct lexicon;

/* How the context reached an event (event->reached). */
enum {
    EVENT_BY_NUMBER = 1,    /* the text names its number */
    EVENT_BY_QUOTE = 2,     /* the message quoted (or reacted to) is about it */
    EVENT_BY_QUESTION = 4,  /* a question open to the sender is about it */
    EVENT_BY_PING = 8,      /* the sender's last ping in this chat */
    EVENT_BY_NEAR = 16,     /* same building (or community) and category, newest first */
    EVENT_BY_MINE = 32,     /* the sender is its reporter, assignee or verifier */
    EVENT_BY_TIMER = 64,    /* the timer's */
    EVENT_BY_MESSAGE = 128, /* this very message (recall, edit) made it */
    EVENT_BY_RECENT = 256,  /* the sender's last report, within the joining time */
    EVENT_BY_ALONG = 512    /* the same assignee's; its timer of that name is due as well */
};

struct timer_set {
    const char
        *name; /* "accept", "finish", "draft" … one of a name for an event or a session */
    const struct event *event;     /* or */
    const struct session *session; /* the timer belongs to this person in this group */
    int64_t due_ms;                /* 0: cancel */
    const char *handler;           /* whose on_timer */
    const char *data;              /* handed back, or NULL */
};

/* A one-time code that the text holds, as the store knows it (people/code.h). */
struct turn_code {
    const char *hash;
    struct code_record record; /* CODE_UNKNOWN: there is no such code */
    bool expired;
    int64_t locked_until_ms; /* too many wrong ones of the sender; 0: he may try */
    int tries;               /* wrong ones within the hour */
    const char *stored;      /* what the commit compares */
    /* effects */
    enum code_state becomes; /* CODE_UNKNOWN: stays as it is */
    const char *tried;       /* the sender's tries from now on; NULL: as they are */
};

struct turn {
    /* given */
    const struct input *input;
    const struct meaning *meaning; /* of the text; INTENT_CHAT for inputs without one */
    const char *text;              /* "" for inputs without one */
    const struct community *community;
    const struct group *group; /* where it was said; for timers: where the event was reported */
    const struct member *sender; /* NULL for timers */
    const struct calendar *calendar;
    const struct policy *policy;
    const struct lexicon *lexicon; /* NULL: words are told as they stand */
    int64_t now_ms;
    int64_t late_ms; /* timers: how late; back-filled messages: how old */
    bool addressed;
    bool joined; /* text and meaning are of the half-told report (session->half) and this piece
                    together, joined by a space: the core joins the pieces that a handler put
                    into session->half, while session->half_until_ms is not over. The handler
                    then clears session->half. */
    bool staff;  /* the sender has a role beyond resident */
    struct arena *arena;
    const struct pinged *pinged; /* who was pinged lately (turn/pinged.h); NULL: none counts */

    /* context, read in one trip */
    struct session *session; /* the sender's (timers: the one it belongs to) in this group; NULL
                                only when there is no person */
    struct session *asked;   /* when the sender quotes a question put to somebody else: that
                                person's session */
    struct event *events[TURN_EVENTS_MAX];
    size_t event_count;
    const char *timer_name, *timer_data; /* timers */
    struct turn_code *code;              /* NULL: the text holds none */
    const char *fresh; /* a code that nobody knows yet, for staff in direct chat; or NULL */

    /* effects */
    struct event *made[TURN_NEW_MAX];
    size_t made_count;
    struct timer_set *timers; /* TURN_TIMERS_MAX at most */
    size_t timer_count, timer_room;
    struct outgoing *out[TURN_OUT_MAX];
    size_t out_count;
    struct session *touched[TURN_SESSIONS_MAX]; /* other people's sessions: questions and pings
                                                   are added to them */
    size_t touched_count;
    struct roster_entry *rows[TURN_ROWS_MAX]; /* added to the roster */
    size_t row_count;
    uint32_t dropped[TURN_ROWS_MAX]; /* amendments taken back */
    size_t dropped_count;
    const char *audit_what; /* a line of the audit without a change, about `audit_entry` */
    const struct roster_entry *audit_entry;
    const struct code_grant *issued; /* `fresh` is given out for that */
    const char *forget;              /* member to be forgotten after this turn, NULL: nobody */
    const char *cause, *operator_line; /* what the operator is to know, NULL: nothing */
    bool full; /* an effect did not fit its cap: the turn is refused as a whole, logged */
};

/* A new event with community, group, lang, text, reporter, opened_ms and message filled from
 * the input; NULL: no more fit. */
struct event *turn_event_new(struct turn *turn);
/* The first event of the context reached in one of these ways, or NULL. */
struct event *turn_event_by(const struct turn *turn, uint32_t reached);
struct event *turn_event_numbered(const struct turn *turn, uint32_t id);
/* A word of the lexicon in that language, as ARG_TERM is told. */
const char *turn_term(const struct turn *turn, const char *word, enum lang lang);
/* Words of the lexicon's [list NAME]. How long the one is that `text` begins with; 0: none. */
size_t turn_word_at(const struct turn *turn, const char *list, const char *text);
/* Where the first of them stands in `text`, and how long it is (or NULL); NULL: nowhere. */
const char *turn_word_in(const struct turn *turn, const char *list, const char *text,
                         size_t *ret_len);

/* One of a name for each event (or session): setting again replaces. */
void turn_timer_set(struct turn *turn, const struct event *event, const char *name,
                    const char *handler, int64_t due_ms, const char *data);
void turn_timer_cancel(struct turn *turn, const struct event *event, const char *name);
void turn_session_timer_set(struct turn *turn, const struct session *session, const char *name,
                            const char *handler, int64_t due_ms, const char *data);
void turn_session_timer_cancel(struct turn *turn, const struct session *session,
                               const char *name);

/* Puts a question to somebody in a group (his session there). It replaces one of the same kind
 * about the same event. `event` may be new in this turn, or NULL. The session is merged with
 * what Redis holds by the commit's re-decision. */
void turn_ask(struct turn *turn, const char *group, const char *member, const char *handler,
              const char *kind, const struct event *event, int64_t expires_ms,
              const char *const *choices, size_t choice_count);
/* Closes every question about that event that the context holds. */
void turn_close_questions(struct turn *turn, const struct event *event);

/* Changes the roster at run time (people/amend.h): one row more, or one amendment taken back.
 * Written with the turn and audited under the sender's id; holds from the next turn on. The row
 * must be one that the roster's reader takes; the texts are copied. */
void turn_roster_add(struct turn *turn, const struct roster_entry *entry);
void turn_roster_drop(struct turn *turn, uint32_t number);
/* Nothing changes, but the audit is to know it; once a turn. Entry and word are not copied. */
void turn_audit(struct turn *turn, const char *what, const struct roster_entry *entry);

/* The code of the text is used up (its row is the handler's to add), or void. Two who use it at
 * once are told apart by the commit. */
void turn_code_use(struct turn *turn);
void turn_code_void(struct turn *turn);
/* It was a wrong one: counted, after CODE_TRIES_MAX the sender waits. Returns until when, 0: he
 * may try again. */
int64_t turn_code_wrong(struct turn *turn);
/* Gives out turn->fresh, valid for CODE_VALID_MS. */
void turn_code_issue(struct turn *turn, const struct code_grant *grant);

/* Says something in a group of the community ("b4", "work"). */
struct outgoing *turn_say(struct turn *turn, const char *group, const char *template,
                          enum lang lang);
/* Says something to one person in direct chat. */
struct outgoing *turn_say_direct(struct turn *turn, const char *member, const char *template,
                                 enum lang lang);
/* Pings staff: a mention in the work group, or direct chat when the member's setting says so;
 * remembers it as the last ping of each person mentioned. `others` are mentioned beside him. */
struct outgoing *turn_ping(struct turn *turn, const struct member *member,
                           const struct member *const *others, size_t other_count,
                           const struct event *event, const char *template);
/* When the next ping that can wait goes to him: now, or later where he was pinged again and
 * again within minutes. */
int64_t turn_next_ping_ms(const struct turn *turn, const char *member);
/* He was pinged about it in that group by a message of the caller's: a bare "收到" is about it.
 */
void turn_note_ping(struct turn *turn, const char *group, const char *member,
                    const struct event *event);
/* Answers where it was said, quoting the message (or, where it cannot, mentioning the sender).
 */
struct outgoing *turn_answer(struct turn *turn, const char *template, enum lang lang);
/* After the commit the member's words, pictures and name go, for good. */
void turn_forget(struct turn *turn, const char *member);
/* A line for the operator: logged after the commit, once an hour a cause. No text from chat. */
void turn_tell_operator(struct turn *turn, const char *cause, const char *line);
/* Reacts to the input's message with an emoji instead of words. */
struct outgoing *turn_react(struct turn *turn, const char *emoji);

#endif
