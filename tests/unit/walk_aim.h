/* walk_aim.h: words said on purpose, so that a walk reaches what random words seldom do: what
 * the people of an event may say in its state, and what they must not be allowed. What was
 * tried least comes first. */
#ifndef LOUBOT_TESTS_WALK_AIM_H
#define LOUBOT_TESTS_WALK_AIM_H

#include "event/event.h"

struct walk_scene {
    const struct community *community;
    const char *account; /* of adapter "play": people of no roster are known by it */
    int64_t now_ms;
    /* The event of that number, or NULL. Numbers begin at 1. */
    const struct event *(*find)(void *arg, uint32_t id);
    void *arg;
    uint32_t event_count;
};

struct walk_line {
    char group[16], name[40], text[160]; /* marks as in play scripts */
};

/* Something to one of the last events; false: nothing fits it. */
bool walk_aim(const struct walk_scene *scene, struct walk_line *ret);
/* A new trouble, told by residents, by staff and by those who would mend it themselves. */
void walk_aim_report(struct walk_line *ret);
/* What may follow it at once: a piece by who told it, neighbours who have it too. NULL: nothing
 * more; `round` counts from 0. */
const char *walk_aim_more(uint32_t kind, uint32_t round, struct walk_line *line);
/* A code is given out, used, what it gave is taken back. */
void walk_aim_roster(struct walk_line *ret);
/* Prints how much of what is said on purpose was tried; how much never. */
size_t walk_aim_print(void);

#endif
