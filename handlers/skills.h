/* skills.h: what the handlers share: who may do what, how an event is described, dispatch, the
 * clocks. Private to handlers/. All of it is pure, as handlers are. */
#ifndef LOUBOT_HANDLERS_SKILLS_H
#define LOUBOT_HANDLERS_SKILLS_H

#include "bot/handler.h"
#include "handlers/clocks.h"
#include "handlers/report.h"
#include "handlers/say.h"

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* ---- guard.c: who may do what, in one table ---- */

/* How somebody stands to an event. */
enum {
    IS_REPORTER = 1,
    IS_JOINED = 2,
    IS_VIA = 4, /* reported it on behalf */
    IS_ASSIGNEE = 8,
    IS_COMPANY = 16,      /* acts for the owner */
    IS_VERIFIER = 32,     /* was asked to confirm */
    IS_NEAR_STAFF = 64,   /* building head or micro-grid worker of the place */
    IS_GRID_WORKER = 128, /* of the place; party-group leaders too */
    IS_ESTATE_HEAD = 256,
    IS_ABOVE = 512 /* community grid head, street, district */
};
#define IS_GRID_UP (IS_GRID_WORKER | IS_ESTATE_HEAD | IS_ABOVE)
#define IS_ESTATE_UP (IS_ESTATE_HEAD | IS_ABOVE)

enum right {
    RIGHT_ACCEPT,
    RIGHT_DONE,
    RIGHT_TRANSFER,
    RIGHT_RAISE,
    RIGHT_SUSPEND,
    RIGHT_GRANT,
    RIGHT_CONFER,
    RIGHT_CONFIRM,
    RIGHT_REOPEN,
    RIGHT_WITHDRAW,
    RIGHT_CORRECT,
    RIGHT_CLOSE,
    RIGHT_MERGE
};

unsigned guard_relations(const struct turn *turn, const struct event *event);
/* May the sender do that to the event? Nobody may confirm what he or his company did. */
bool guard_may(const struct turn *turn, const struct event *event, enum right right);
/* Does `member` belong to the company of who did the work? */
bool guard_is_handler_side(const struct turn *turn, const struct event *event,
                           const struct member *member);
/* The same of whoever has that id, also when he has left the roster since. */
bool guard_is_of_handlers(const struct turn *turn, const struct event *event, const char *id);

/* ---- slips.c ---- */

/* 楼到 is told as 楼道. */
const char *slips_mended(const struct turn *turn, const char *words);

/* ---- dispatch.c: to whom, and the first ping ---- */

/* Owner by class; person by owner and place, else one rung up. */
void dispatch_choose(const struct turn *turn, struct event *event);
/* reported → dispatched: ping and clocks. In the quiet hours only emergencies go out; the
 * others stay reported, and a timer does it at 07:00. */
void dispatch(struct turn *turn, struct event *event);
/* Pings the assignee with a template; emergencies mention the two rungs too. NULL: there is no
 * assignee, or the event went into an earlier ping of this turn. */
struct outgoing *dispatch_ping(struct turn *turn, const struct event *event,
                               const char *template);

/* The ping that tells somebody of it for the first time; NULL likewise. */
struct outgoing *dispatch_first_ping(struct turn *turn, const struct event *event);
/* Place or thing were put right: whoever has it is told, at night at 07:00; and `former` (or
 * NULL), who had it before. */
void dispatch_changed(struct turn *turn, const struct event *event, const char *former);
/* A picture came after the ping: whoever has it sees it too, once for several in a row, at
 * night at 07:00. */
void dispatch_photo(struct turn *turn, const struct event *event);
/* The timer's. */
void dispatch_photo_now(struct turn *turn, const struct event *event);
/* The reporter's words in a ping; what is private is not told in a group. */
void dispatch_words(const struct turn *turn, struct outgoing *out, const struct event *event);
/* It is told to the person alone. */
struct outgoing *dispatch_details(struct turn *turn, const struct event *event,
                                  const char *member, enum lang lang);

/* ---- ladder.c ---- */

/* One rung up: names the person there, tells the residents the first time. False: there is no
 * rung above. */
bool ladder_raise(struct turn *turn, struct event *event, const char *why, const char *who);

/* ---- target.c: which event a command means ---- */

struct targets {
    struct event *events[TURN_EVENTS_MAX];
    size_t count;
    uint32_t unknown[MEANING_NUMBERS]; /* numbers that no event has */
    size_t unknown_count;
    bool several; /* named by nothing, and several fit: ask which */
};
/* By number, quote, last ping, or the sender's only event in that building; `fits` tells which
 * events the command can be meant for. */
void targets_find(const struct turn *turn,
                  bool (*fits)(const struct turn *turn, const struct event *event),
                  struct targets *ret_targets);
/* By number, as people read them. */
void targets_sort(struct targets *targets);
/* Only what is named by number. */
void targets_take_numbers(const struct turn *turn, struct targets *ret_targets);
/* Asks which of them is meant; the answer comes to `handler` as kind `kind`. */
void targets_ask(struct turn *turn, const struct targets *targets, const char *handler,
                 const char *kind);
/* The event that an answer to such a question chooses, or NULL. */
struct event *targets_chosen(const struct turn *turn, const struct question *question);
/* Staff who name an event that they cannot do that to, or not now, are told whose it is, how it
 * stands, or what comes first; others meet silence. */
bool targets_are_unfit(const struct turn *turn, const struct targets *targets, enum right right,
                       bool (*fits)(const struct turn *turn, const struct event *event));
void targets_say_unfit(struct turn *turn, const struct targets *targets, enum right right,
                       bool (*fits)(const struct turn *turn, const struct event *event));
/* Is a command that goes wrong answered: of staff, of whoever has something open with the bot,
 * and in direct chat? Others meet silence. */
bool targets_are_heard(const struct turn *turn);
/* Of what the sender has to do with, the two whose numbers are nearest; NULL: nothing. */
const char *targets_nearest(const struct turn *turn, uint32_t number);
/* Numbers that nothing has, from whoever is heard. */
bool targets_are_unknown(const struct turn *turn, const struct targets *targets);
/* Says so kindly, with the nearest of the sender's. */
void targets_say_unknown(struct turn *turn, const struct targets *targets);

/* ---- handover.c ---- */

/* Open work of somebody who is on leave or gone is the next one's; the clocks run on. */
void handover_if_gone(struct turn *turn, struct event *event);

/* ---- emergency.c ---- */

/* What to do and whom to call, at once. */
void emergency_advise(struct turn *turn, const struct event *event);
bool emergency_is(const struct event *event);

/* ---- verify.c, verify_ends.c ---- */

/* The work is said to be done: who is asked to confirm it, and asks him. */
void verify_ask(struct turn *turn, struct event *event);
/* Closes with the completion notice; the reporter is asked for a rating. */
void verify_close(struct turn *turn, struct event *event, enum confirmed_by by);
/* correct.c. The assignee hears that he need not go; fixed: since it is, else it was taken
 * back. */
void correct_tell_off(struct turn *turn, const struct event *event, bool fixed);
/* "是3单元", "it's unit 3" right after a report: puts it right. False: it is no such thing, or
 * tells nothing new. */
bool correct_piece(struct turn *turn, struct event *event);
/* The grid worker has settled it on the spot. False: not as things stand. */
bool verify_spot(struct turn *turn, struct event *event, const char *what);
/* The timer's: what was said at night, while it still holds. */
void verify_tell_again(struct turn *turn, const struct event *event);
/* Who was asked is gone: asks another. */
void verify_ask_another(struct turn *turn, struct event *event);
/* Not fixed: back to the worker, or reopened. */
void verify_deny(struct turn *turn, struct event *event);

/* ---- verify_near.c: neighbours whom it has not reached ---- */

/* Can what is said be said of that trouble? "还没有" is said of what comes to the homes. */
bool verify_fits_thing(const struct turn *turn, const struct event *event);
/* Done within the week, and the sender's home is there: he may open it again. */
bool verify_may_near(const struct turn *turn, const struct event *event);
/* And says that it has not reached him. */
bool verify_is_near(const struct turn *turn, const struct event *event);
/* What is open and has not reached him, or NULL. */
struct event *verify_near_open(const struct turn *turn);
/* What was done and has not reached him, where nothing of that kind is open. */
void verify_find_near(const struct turn *turn, struct targets *ret_targets);

/* ---- close.c ---- */

/* The event is the same as `into`: reporter, households and photos go there. */
void close_merge(struct turn *turn, struct event *event, struct event *into);

/* ---- progress.c ---- */

/* Answers how it stands and who has it; NULL: something is said here already. */
struct outgoing *progress_say(struct turn *turn, const struct event *event);

/* ---- list.c ---- */

/* The timer is late, as after downtime: what it would say is collected, one message a person.
 */
bool list_is_late(const struct turn *turn);
void list_collect(struct turn *turn, const char *member);
/* Raised while the bot was away: the residents of the group read one line for all of them. */
void list_raised(struct turn *turn, const char *group, const struct event *event);
/* Nobody answered what is missing of several reports of one message: they go on together, with
 * one line in the group. */
#define LIST_DRAFTS_MS (2 * SECOND_MS)
void list_drafts(struct turn *turn, const struct event *event);
/* His first ping about it comes at `at_ms`, in one message with others. */
void list_pings(struct turn *turn, const char *member, const struct event *event,
                int64_t at_ms);
/* A timer's turn pinged somebody about several events: a short line each. */
void list_where_several(struct turn *turn);
/* It is somebody else's from now on: he gets one message for all that is handed over to him. */
void list_handed(struct turn *turn, const char *member, const struct event *event);
/* The grid worker looks after it, and finds it in his list at 08:30. */
void list_for_grid_worker(struct turn *turn, struct event *event);

/* ---- date.c ---- */

/* A day named in a text ("5月18日", "下周三", "明天", "18 May"): the end of its work (18:00),
 * and what stands behind it. NULL: none. */
const char *date_find(const struct turn *turn, const char *text, int64_t *ret_ms);

#endif
