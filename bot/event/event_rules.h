/* event_rules.h: asking the transition table without moving. */
#ifndef LOUBOT_EVENT_EVENT_RULES_H
#define LOUBOT_EVENT_EVENT_RULES_H

#include "event/event.h"

/* Would event_move() with the same arguments succeed? */
bool event_may_move(const struct event *event, enum state to, const char *who, const char *note,
                    int64_t now_ms);

#endif
