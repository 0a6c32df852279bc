/* walk_cover.c: see walk_cover.h. When you add a row to the table of bot/event/event_table.c,
 * or a step to a trail, add it here too. */
#include "walk_cover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ANY = -1 };

/* The chair's decisions of the joint meeting (conferring → suspended, done) are not here. */
static struct row {
    enum state from, to;
    int outcome;
    const char *note; /* who, or why: tells rows of one pair apart */
    uint32_t count;
} rows[] = {
    {STATE_NONE, STATE_DRAFT, ANY, NULL},
    {STATE_NONE, STATE_REPORTED, ANY, NULL},
    {STATE_DRAFT, STATE_REPORTED, ANY, NULL},
    {STATE_REPORTED, STATE_DISPATCHED, ANY, NULL},
    {STATE_DISPATCHED, STATE_HANDLING, ANY, NULL},
    {STATE_DISPATCHED, STATE_HANDLING, ANY, "referred"},
    {STATE_REPORTED, STATE_HANDLING, ANY, "referred"},
    {STATE_DISPATCHED, STATE_DISPATCHED, ANY, NULL},
    {STATE_HANDLING, STATE_DISPATCHED, ANY, NULL},
    {STATE_DISPATCHED, STATE_CONFERRING, ANY, NULL},
    {STATE_HANDLING, STATE_CONFERRING, ANY, NULL},
    {STATE_CONFERRING, STATE_DISPATCHED, ANY, NULL},
    {STATE_HANDLING, STATE_SUSPENDED, ANY, NULL},
    {STATE_SUSPENDED, STATE_HANDLING, ANY, NULL},
    {STATE_DISPATCHED, STATE_CHECKING, ANY, NULL},
    {STATE_HANDLING, STATE_CHECKING, ANY, NULL},
    {STATE_CHECKING, STATE_HANDLING, ANY, NULL},
    {STATE_CHECKING, STATE_DONE, OUTCOME_RESOLVED, "verifier"},
    {STATE_CHECKING, STATE_DONE, OUTCOME_RESOLVED, "reporter"},
    {STATE_CHECKING, STATE_DONE, OUTCOME_RESOLVED, "silence"},
    {STATE_REPORTED, STATE_DONE, OUTCOME_EXPLAINED, NULL},
    {STATE_REPORTED, STATE_DONE, OUTCOME_REJECTED, NULL},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_EXPLAINED, NULL},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_REJECTED, NULL},
    {STATE_DRAFT, STATE_DONE, OUTCOME_WITHDRAWN, NULL},
    {STATE_REPORTED, STATE_DONE, OUTCOME_WITHDRAWN, NULL},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_WITHDRAWN, NULL},
    {STATE_REPORTED, STATE_DONE, OUTCOME_RESOLVED, NULL},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_RESOLVED, NULL},
    {STATE_HANDLING, STATE_DONE, OUTCOME_RESOLVED, NULL},
    {STATE_REPORTED, STATE_DONE, OUTCOME_RESOLVED, "on the spot"},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_RESOLVED, "on the spot"},
    {STATE_DRAFT, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_REPORTED, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_DISPATCHED, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_HANDLING, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_CONFERRING, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_SUSPENDED, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_CHECKING, STATE_DONE, OUTCOME_DUPLICATE, NULL},
    {STATE_DONE, STATE_HANDLING, ANY, NULL},
    {STATE_ARCHIVED, STATE_HANDLING, ANY, NULL},
    {STATE_DONE, STATE_ARCHIVED, ANY, "rating given"},
    {STATE_DONE, STATE_ARCHIVED, ANY, "7 days"},
};

/* Steps that move nothing; `note`: what its note holds. */
static struct other {
    const char *what, *note;
    uint32_t count;
} others[] = {
    {"joined", NULL},
    {"photo", NULL},
    {"added", NULL},
    {"answered", NULL},
    {"corrected", NULL},
    {"recalled", NULL},
    {"merged", NULL},
    {"asked to stop", NULL},
    {"asked to suspend", NULL},
    {"suspension refused", NULL},
    {"asked", NULL},
    {"reminded", NULL},
    {"raised", "accept"},
    {"raised", "finish"},
    {"raised", "again"},
    {"raised", "word"},
    {"raised", "households"},
    {"raised", "two refusals"},
    {"handed over", "on leave"},
    {"handed over", "left the roster"},
    {"handed over", "back from leave"},
    {"rated", "good"},
    {"rated", "fair"},
    {"rated", "bad"},
    {"reason", NULL},
};

static struct act {
    const char *name;
    bool real_core;
    uint32_t count;
} acts[] = {
    {"clock jumped ahead", false}, {"clock set back", false}, {"message edited", false},
    {"message recalled", false},   {"restarted", true},       {"killed in a turn", true},
    {"off for hours", true},       {"delivered again", true},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *tells(const struct event *event, const struct step *step)
{
    if (step->to == STATE_DONE && event->confirmed_by == CONFIRMED_NONE)
        return "on the spot";
    if (step->to == STATE_DONE)
        return confirmed_by_name(event->confirmed_by);
    if (step->to == STATE_HANDLING && event->owner == OWNER_UPPER)
        return "referred";
    return step->note;
}

static bool is_row(const struct row *row, const struct event *event, const struct step *step)
{
    if (row->from != step->from || row->to != step->to)
        return false;
    if (step->to == STATE_DONE && row->outcome != (int)event->outcome)
        return false;
    const char *told = row->note ? tells(event, step) : NULL;
    return !row->note || (told && strcmp(told, row->note) == 0);
}

/* WALK_TRACE=12 in the environment prints what becomes of event 12. */
static void trace(const struct event *event, const struct step *step)
{
    const char *wanted = getenv("WALK_TRACE");
    if (wanted && strtoul(wanted, NULL, 10) == event->id)
        print_message("  %lld %s: %s -> %s %s \"%s\", assignee %s\n", (long long)step->at_ms,
                      step->who, state_name(step->from), state_name(step->to), step->what,
                      step->note ? step->note : "", event->assignee ? event->assignee : "-");
}

void cover_step(const struct event *event, const struct step *step)
{
    trace(event, step);
    for (size_t i = 0; step->to != STATE_NONE && i < COUNT(rows); i++)
        rows[i].count += is_row(&rows[i], event, step);
    for (size_t i = 0; step->to == STATE_NONE && i < COUNT(others); i++)
        if (strcmp(others[i].what, step->what) == 0 &&
            (!others[i].note || (step->note && strstr(step->note, others[i].note))))
            others[i].count++;
}

void cover_act(const char *name)
{
    for (size_t i = 0; i < COUNT(acts); i++)
        if (strcmp(acts[i].name, name) == 0) {
            acts[i].count++;
            return;
        }
    fail_msg("%s is no act of a walk", name);
}

uint32_t cover_of(enum state from)
{
    uint32_t count = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        count += rows[i].from == from ? rows[i].count : 0;
    return count;
}

static size_t print_line(const char *text, uint32_t count)
{
    print_message("  %6u  %s%s\n", count, text, count ? "" : "  <- never reached");
    return count == 0;
}

size_t cover_print(bool real_core)
{
    char text[120];
    size_t missing = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const char *how = row->outcome == ANY ? row->note : outcome_name(row->outcome);
        snprintf(text, sizeof text, "%s -> %s%s%s%s%s", state_name(row->from),
                 state_name(row->to), how ? ", " : "", how ? how : "",
                 row->outcome != ANY && row->note ? " by " : "",
                 row->outcome != ANY && row->note ? row->note : "");
        missing += print_line(text, row->count);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        snprintf(text, sizeof text, "%s%s%s", others[i].what, others[i].note ? ": " : "",
                 others[i].note ? others[i].note : "");
        missing += print_line(text, others[i].count);
    }
    for (size_t i = 0; i < COUNT(acts); i++)
        if (real_core || !acts[i].real_core)
            missing += print_line(acts[i].name, acts[i].count);
    return missing;
}
