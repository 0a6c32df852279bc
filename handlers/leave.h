/* leave.h: what staff say of being away, taken apart. Shared by leave.c and leave_read.c. */
#ifndef LOUBOT_HANDLERS_LEAVE_H
#define LOUBOT_HANDLERS_LEAVE_H

#include "handlers/duties.h"

struct leave_wish {
    const struct member *who; /* of the roster; the sender where nobody is named */
    int from, until;          /* 20260303 */
    const char *fault;        /* what does not work: a flag of leave_how; NULL: the days do */
    const char *deputy;       /* as it was typed; NULL: nobody was named */
    bool nobody;              /* it was said that nobody stands in */
    size_t rest;              /* bytes of the text that are about something else */
};

/* False: the text is no such wish. */
bool leave_read(const struct turn *turn, struct leave_wish *ret_wish);
/* Who is meant by the words of a deputy ("由网格员2代", "网格员2"): *ret_nobody when it says
 * that nobody does. NULL: none, or several of that name. */
const struct member *leave_deputy(const struct turn *turn, const char *words, bool *ret_nobody,
                                  const char **ret_name);
int leave_today(const struct turn *turn);
int leave_day_after(const struct turn *turn, int day, int days);
/* "3月3日到8日"; "3 to 8 March". */
const char *leave_days(const struct turn *turn, int from, int until, enum lang lang);
const char *leave_cell(const struct turn *turn, int day); /* "2026-03-03" */

#endif
