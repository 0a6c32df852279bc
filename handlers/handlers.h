/* handlers.h: the rows of all conversation skills, for the table in bot/main.c. */
#ifndef LOUBOT_HANDLERS_HANDLERS_H
#define LOUBOT_HANDLERS_HANDLERS_H

#include "bot/handler.h"

/* Ends with NULL. */
extern const struct handler *const handlers_all[];

extern const struct handler handler_report;   /* a trouble is told: new event, slots, pieces */
extern const struct handler handler_join;     /* me too, told anew, pasted again */
extern const struct handler handler_backfill; /* told while the bot was away */
extern const struct handler handler_work;     /* accept, done */
extern const struct handler handler_transfer; /* not mine */
extern const struct handler handler_raise;    /* one rung up, by word */
extern const struct handler handler_suspend; /* on hold until a date, granted by a rung above */
extern const struct handler handler_close;   /* explained, rejected, merged */
extern const struct handler handler_ladder;  /* the clocks: dispatch, accept, finish */
extern const struct handler handler_handover; /* somebody is on leave or gone */
extern const struct handler handler_verify;   /* fixed, not fixed, silence */
extern const struct handler handler_rate;     /* a word of rating, the archive */
extern const struct handler handler_progress; /* how is it going */
extern const struct handler handler_correct;  /* corrections, edits, recalls, withdrawals */
extern const struct handler handler_forget;   /* "忘记我" */
extern const struct handler handler_help;     /* hello, and who looks after this building */

extern const struct handler handler_bind;  /* one-time codes: binding, giving out */
extern const struct handler handler_leave; /* staff who are away for some days, and back */
extern const struct handler handler_left;  /* somebody is no longer in his building's group */
extern const struct handler handler_duty;  /* a role of run time is taken back, undone */
extern const struct handler handler_list;  /* the grid worker's morning, what was late */

#endif
