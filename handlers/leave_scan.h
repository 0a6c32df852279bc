/* leave_scan.h: the text of a wish for leave while it is taken apart. Shared by leave_read.c
 * (whose, the deputy) and leave_spots.c (the days). */
#ifndef LOUBOT_HANDLERS_LEAVE_SCAN_H
#define LOUBOT_HANDLERS_LEAVE_SCAN_H

#include "handlers/leave.h"

/* A day in the text: a month and a day, a day alone (month 0), or a word such as "明天". */
struct spot {
    const char *at, *end;
    int month, day;
    bool word;
};

struct scan {
    const struct turn *turn;
    const char *text;
    const char *word; /* for being away */
    size_t word_len;
    struct spot spots[2]; /* from, until */
    size_t spot_count;
    const char *length_at, *length_end; /* "三天" */
    int length;
    const char *deputy_at, *deputy_end; /* with its marker */
    const char *who_at, *who_end;       /* a name in front; NULL: none */
};

/* Length of the first of the words that stands at `at`; 0: none does. */
size_t leave_begins(const char *at, const char *const *words, size_t count);
#define BEGINS(at, words) leave_begins(at, words, sizeof(words) / sizeof *(words))
const char *leave_blanks(const char *at); /* behind the blanks */
/* Length of what can stand between two days ("到"); 0: nothing such. */
size_t leave_between(const char *at);

/* The first day, and a second one when nothing but "to" stands between them; "三天". */
void leave_find_days(struct scan *s);
/* From and until of the wish, or its fault. */
void leave_set_days(const struct scan *s, struct leave_wish *wish);

#endif
