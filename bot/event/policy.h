/* policy.h: what a class of trouble asks for: owner, clocks, needed slots. Read from
 * handlers/lexicon/classes.yaml (embedded) and a community's own file. */
#ifndef LOUBOT_EVENT_POLICY_H
#define LOUBOT_EVENT_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "event/calendar.h"
#include "people/community.h"
#include "words/understand.h"

struct faults;
struct policy;

struct limit {
    enum clock_kind clock;
    int amount; /* minutes for the hour clocks, days for the day clocks; 0: none */
};

struct class_policy {
    const char *code;     /* "WY01" */
    const char *category; /* "lighting" */
    const char *name_zh, *name_en;
    enum owner owner;
    struct limit finish;      /* of a normal report; see policy_finish() */
    struct limit urgent;      /* of an urgent one or an emergency */
    struct limit accept;      /* of a normal report; see policy_accept() */
    bool ask_unit, ask_floor; /* slots the repairer cannot do without */
    bool ask_photo;           /* a photo is asked for with "done" */
    bool is_private;    /* never spelled out in a group (quarrels, complaints about people) */
    const char *nature; /* default nature: "request", "complaint" … */
};

struct policy *policy_load(const char *extra_path, struct faults *faults); /* never NULL */
void policy_destroy(struct policy **policy);
/* The policy of a class; of a coarse category's default class when `code` is NULL; QT99 when
 * nothing fits. Never NULL. */
const struct class_policy *policy_class(const struct policy *policy, const char *code,
                                        const char *category);
/* The limits that hold for a report of that urgency. To accept: emergency 5 minutes, where the
 * limit to finish runs around the clock 15 minutes, else 2 working hours (or what the class
 * says). */
struct limit policy_finish(const struct class_policy *policy, enum urgency urgency);
struct limit policy_accept(const struct class_policy *policy, enum urgency urgency);
/* Every category that a report can have, in file order: NULL behind the last one. */
const char *policy_category(const struct policy *policy, size_t index);
size_t policy_count(const struct policy *policy);
const struct class_policy *policy_at(const struct policy *policy, size_t index);

#endif
