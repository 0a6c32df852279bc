/* event.h: the structured record of one problem, its states (the table of DESIGN §5) and its
 * trail.
 *
 * Pure: an event is changed in memory by event_move() and the setters below, which mark it
 * dirty and note new steps; the turn writes it in its commit. Strings and lists live in the
 * turn's arena.
 */
#ifndef LOUBOT_EVENT_EVENT_H
#define LOUBOT_EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "people/community.h"
#include "words/understand.h"

struct arena;
struct buf;
struct calendar;

enum state {
    STATE_NONE, /* before it exists */
    STATE_DRAFT,
    STATE_REPORTED,
    STATE_DISPATCHED,
    STATE_HANDLING,
    STATE_CONFERRING,
    STATE_SUSPENDED,
    STATE_CHECKING,
    STATE_DONE,
    STATE_ARCHIVED
};
enum outcome {
    OUTCOME_NONE,
    OUTCOME_RESOLVED,
    OUTCOME_EXPLAINED,
    OUTCOME_REJECTED,
    OUTCOME_WITHDRAWN,
    OUTCOME_DUPLICATE
};
enum confirmed_by { CONFIRMED_NONE, CONFIRMED_VERIFIER, CONFIRMED_REPORTER, CONFIRMED_SILENCE };
enum rating { RATING_NONE, RATING_BAD, RATING_FAIR, RATING_GOOD };

const char *state_name(enum state state);       /* "dispatched" */
const char *state_stage(enum state state);      /* 听办报验访: "办" */
const char *outcome_name(enum outcome outcome); /* NULL for none; likewise below */
const char *confirmed_by_name(enum confirmed_by by);
const char *rating_name(enum rating rating);

#define EVENT_TEXT_MAX 2000 /* bytes kept of the report's text */
#define EVENT_PHOTOS_MAX 9
#define EVENT_ALSO_MAX 200     /* joined households */
#define NOTE_MAX 300           /* bytes of a step's note */
#define LOUBOT_ITSELF "loubot" /* `who` of a step that the bot took */

/* One entry of the trail. `from` and `to` are STATE_NONE in steps that change no state. */
struct step {
    int64_t at_ms;
    const char *who; /* member id or LOUBOT_ITSELF */
    enum state from, to;
    const char
        *what; /* "moved", "joined", "photo", "raised", "corrected", "asked", "reminded" … */
    const char *note; /* or NULL */
    struct step *next;
};

struct event {
    uint32_t id;  /* 0: made in this turn, the number comes in the commit */
    uint32_t ref; /* made in this turn: 1, 2 … in the order of the text */
    uint32_t version;

    const char *community, *group; /* group it was reported in: "b4" */
    const char *building, *unit, *room, *place;
    int32_t floor, floor_to; /* FLOOR_NONE */
    const char *category, *code, *nature, *object, *symptom;
    const char *said; /* the thing in the reporter's own words ("灯坏了"), NULL */
    enum urgency urgency;
    enum lang lang; /* of the reporter's text */
    const char *text;
    const char *photos[EVENT_PHOTOS_MAX];
    size_t photo_count;
    size_t photos_after;    /* how many of them came with "done" */
    const char *message;    /* platform id of the report, to quote it */
    const char *correction; /* of the last message that put it right, NULL */
    const char *before;     /* how place and thing stood before that; see event_restore() */

    const char *reporter, *via;       /* via: who reported on behalf, or NULL */
    const char *also[EVENT_ALSO_MAX]; /* joined members, one a household */
    size_t also_count;
    size_t shared; /* of these live with another who is counted: followed a merged report */
    const char
        *sees[8]; /* further units named by those who joined ("2"); a fact worth keeping */
    size_t sees_count;
    const char *watchers[8]; /* members who look after it beside the assignee: the grid worker,
                                the rungs that it was raised to */
    size_t watcher_count;

    enum state state;
    int level;
    enum owner owner;
    const char *assignee;       /* member id or NULL */
    const char *verifier;       /* member asked to confirm, NULL: nobody yet */
    const char *handler_member; /* who said done; may not confirm */
    enum outcome outcome;
    enum confirmed_by confirmed_by;
    enum rating rating;
    int solved; /* what the reporter said: 0 nothing, 1 no, 2 yes */
    int rework, reopened, refusals;
    const char *source; /* "chat", "web", "api", "device" */
    uint32_t former;    /* event that this one follows (again after 7 days), 0 */
    uint32_t duplicate_of;

    int64_t until_ms;         /* suspension asked for or granted until then, 0 */
    const char *until_reason; /* why */
    const char *until_by;     /* who asked for it */
    int64_t paused_ms;        /* since when the clock is paused (conferring, suspended), 0 */

    int64_t opened_ms, dispatched_ms, accepted_ms, checking_ms, done_ms; /* 0: not yet */
    int64_t due_accept_ms, due_finish_ms;
    int64_t raised_ms; /* when it last rose by a rung, 0 */
    int64_t nudged_ms; /* when somebody last asked to hurry and the assignee was told, 0 */
    int64_t listed_ms; /* when the assignee last read it in one list with others, 0 */
    int64_t acked_ms; /* the acknowledgement reached the group (set by the outbox, read only) */

    bool dirty;
    struct step *new_steps, **new_steps_end; /* steps of this turn, oldest first */
    uint32_t reached;  /* how the context found it: EVENT_BY_* of turn.h */
    int64_t along_ms;  /* EVENT_BY_ALONG: when its timer of that name is due */
    const char *along; /* and what it hands back, or NULL */
};

/* A new event in `arena`, everything unset. */
struct event *event_create(struct arena *arena);

/* Moves the event if the table of DESIGN §5 has that row: 0, or ERR_REFUSED (nothing changed).
 * Marks it dirty, appends a step. Rights are the caller's business (handlers' guards); the hard
 * rules are checked here: done needs an outcome (set it first), nobody confirms his own work
 * (`who` against handler_member when checking → done). */
int event_move(struct event *event, enum state to, const char *who, const char *note,
               int64_t now_ms, struct arena *arena);
/* Appends a step that changes no state, and marks the event dirty. */
void event_note(struct event *event, const char *what, const char *who, const char *note,
                int64_t now_ms, struct arena *arena);
/* Place and thing as they stand, for `before`. */
char *event_remember(const struct event *event, struct arena *arena);
/* Back to how they stood before the last correction, which is taken back with that; `what`: the
 * thing too, else the place alone. False: it was never put right. */
bool event_restore(struct event *event, bool what, struct arena *arena);
/* A trouble that seldom stops at one unit: another unit is a fact about the same event. */
bool event_is_wide(const char *category);
/* Open: from draft to checking. */
bool event_is_open(const struct event *event);
/* Adds one more household; false: it is there already (or is the reporter), or the list is
 * full. */
bool event_join(struct event *event, const char *member, struct arena *arena);
/* Somebody looks after it from now on; it is found as his. Once each. */
void event_watch(struct event *event, const char *member, struct arena *arena);
size_t event_households(const struct event *event); /* the reporter's included */
bool event_add_photo(struct event *event, const char *photo, bool after, struct arena *arena);

/* The stored form (JSON, without id, version, text, photos and trail, which are fields of their
 * own). */
void event_encode(const struct event *event, struct buf *out);
/* 0, or ERR_INVALID when the bytes are not an event. text and photos (a JSON list) may be NULL.
 */
int event_decode(struct event *event, const char *body, const char *text, const char *photos,
                 struct arena *arena);
void event_encode_photos(const struct event *event, struct buf *out);
void step_encode(const struct step *step, struct buf *out);
int step_decode(struct step *step, const char *json, struct arena *arena);
/* The public form of DESIGN §5 (`loubot events --json`, the page): times in RFC 3339, with id,
 * stage and, when `trail_count` > 0, the trail. `trail` holds stored steps. */
void event_public_json(const struct event *event, const struct calendar *calendar,
                       const char *const *trail, size_t trail_count, struct buf *out);

#endif
