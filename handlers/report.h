/* report.h: what makes, completes and acknowledges a report: report.c and report_….c. Private
 * to handlers/, a part of skills.h. */
#ifndef LOUBOT_HANDLERS_REPORT_H
#define LOUBOT_HANDLERS_REPORT_H

#include "bot/handler.h"

/* ---- report_place.c ---- */

/* What is missing that the repairer cannot do without. */
bool report_lacks_building(const struct turn *turn, const struct event *event);
bool report_lacks_unit(const struct turn *turn, const struct event *event);
bool report_lacks_floor(const struct turn *turn, const struct event *event);
bool report_lacks(const struct turn *turn, const struct event *event);
/* A place outside the stairwells, where no unit is needed; NULL is none. */
bool report_is_outdoors(const char *place);
/* A place that is no part of a stairwell's floors, also a lobby or a roof. */
bool report_is_apart(const char *place);
/* Outdoors, or a lamp that stands along a road: neither unit nor floor help to find it. */
bool report_is_outside(const struct event *event);
/* What of the place told does not exist ("9单元"), NULL: all of it does, or may. */
const char *report_wrong(const struct turn *turn, const struct location *where,
                         const char *building);
/* A place told in the text put into the event. False: nothing new was told. */
bool report_take_place(struct turn *turn, struct event *event, const struct location *where);
/* A bare number ("2", "2 4") as the answer to what the event lacks. */
bool report_bare_place(const struct turn *turn, const struct event *event,
                       struct location *ret_where);

/* ---- report_home.c ---- */

/* The sender's flat, unit or floor, where he told none in direct chat. False: nothing was taken
 * from there. */
bool report_take_home(struct turn *turn, struct event *event, const struct location *told);
/* After a correction: what was taken from there and does not fit any more goes. */
void report_leave_home(const struct turn *turn, struct event *event,
                       const struct location *told);

/* ---- report_behalf.c ---- */

/* Whose trouble it is: "代报：26号楼张大爷家…"; without a name the sender's. */
const char *report_named(const struct turn *turn, const char *building);
/* Reporter and flat of an event that the staff report for somebody else. */
void report_take_reporter(const struct turn *turn, struct event *event);
/* "代报", and nothing of what. */
bool report_is_bare_behalf(const struct turn *turn);

/* ---- report_same.c ---- */

/* Is the event the trouble that was found? 2: surely, 1: perhaps, 0: no. */
int report_is_same(const struct turn *turn, const struct event *event,
                   const struct fault_found *fault);
/* Off for all of the building at once; a leak is where it is. */
bool report_is_wide(const struct event *event);
/* The nearest event for a fault that was told again, or NULL. */
struct event *report_near(const struct turn *turn, const struct fault_found *fault,
                          int *ret_sure);
/* The open event that the fault surely is, or NULL. */
struct event *report_known(const struct turn *turn, const struct fault_found *fault);
/* The sender's household joins it without a word. */
void report_join(struct turn *turn, struct event *event);
/* The faults of the text in its order; returns how many. */
size_t report_faults(const struct turn *turn,
                     const struct fault_found *ret_faults[TURN_NEW_MAX]);
const char *report_building(const struct turn *turn, const struct fault_found *fault);

/* ---- report.c, report_slots.c ---- */

struct made {
    struct event *event;
    const char *wrong;         /* what was told of the place and does not exist, NULL */
    const struct event *known; /* what was told beside it and joined, NULL */
    bool at_home;              /* place taken from where he lives */
};
/* Makes an event of a fault; not yet acknowledged nor dispatched. False: the turn is full. */
bool report_make(struct turn *turn, const struct fault_found *fault, struct made *ret_made);
void report_attach_photos(struct turn *turn, struct event *event, bool after);
/* Later pieces and photos of the sender attach to this event for a while. */
void report_remember(struct turn *turn, const struct event *event);
/* draft → reported → dispatched. */
void report_go_on(struct turn *turn, struct event *event, const char *note);
/* Puts the one question about what is missing; the message is the caller's. */
void report_put_question(struct turn *turn, struct event *event);
/* The draft goes on as it is when its time to be answered is over; `several` drafts of one
 * message together. */
void report_wait_answer(struct turn *turn, const struct event *event, bool several);
void report_draft_over(struct turn *turn, struct event *event);
/* Of several drafts the one that lacks most: its answer completes the others too. NULL: none.
 */
struct event *report_lacking(const struct turn *turn, const struct made *made, size_t count);
void report_say_missing(const struct turn *turn, struct outgoing *out,
                        const struct event *event);
/* The answer, by whoever may give it. False: it is none. */
bool report_answer(struct turn *turn, struct session *session, size_t index);
/* Puts what the text tells into a draft and sends it on; `bare`: a bare number counts. False:
 * it tells nothing. */
bool report_fill(struct turn *turn, struct event *event, bool bare);
/* "9号楼2单元4层", readable for everybody, beside an English place. */
void report_say_short_place(const struct turn *turn, struct outgoing *out,
                            const struct event *event);
/* The ping where it stands in the same group already, else the acknowledgement, before all that
 * was said since `from`. */
void report_acknowledge(struct turn *turn, const struct made *made, size_t count, size_t from);
/* One answer to a message that made events. */
void report_ack(struct turn *turn, const struct made *made, size_t count);

/* Does somebody of the member's flat count for it already? */
bool join_is_counted(const struct turn *turn, const struct event *event,
                     const struct member *member);
/* There were `before` households: the third within a day takes it a rung up, in a turn of its
 * own, which has its own line. */
void join_third(struct turn *turn, const struct event *event, size_t before);

#endif
