/* roster_diff.h: what parts one roster from another, person by person, for `loubot roster
 * --diff`. Pure. */
#ifndef LOUBOT_PEOPLE_ROSTER_DIFF_H
#define LOUBOT_PEOPLE_ROSTER_DIFF_H

struct community;

enum difference_kind { DIFFERENCE_ADDED, DIFFERENCE_GONE, DIFFERENCE_CHANGED };

/* `what`: the roster's facts that begin and end, "+grid_worker grid:1; -street". */
struct difference {
    enum difference_kind kind;
    const char *id, *name, *what;
};

typedef void roster_diff_cb(void *arg, const struct difference *difference);

/* Called for everybody whose name, roles, areas, dates, accounts or setting are not the same in
 * both, in the order of the ids. Strings live until the callback returns. */
void roster_diff(const struct community *old, const struct community *now, roster_diff_cb *cb,
                 void *arg);

#endif
