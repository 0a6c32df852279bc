/* event_table.c: the transition table of DESIGN §5 as data, and the one function that moves an
 * event by it. Rights are the handlers' guards; what no right may break is here.
 *
 * When you change the table, change tests/unit/event_test.c too: it knows every pair of states.
 */
#include "event/event.h"

#include <string.h>

#include "event/event_rules.h"
#include "host/err.h"
#include "host/mem.h"

#define REOPEN_MS (7LL * 86400 * 1000)

enum {
    ROW_REASON = 1,     /* a note must say why */
    ROW_UPPER = 2,      /* only with owner upper */
    ROW_WITHIN_7 = 4,   /* only within seven days after it was done */
    ROW_NOT_WORKER = 8, /* not by who did the work or has it in hand */
};

#define FROM(state) (1u << STATE_##state)
#define OUT(outcome) (1u << OUTCOME_##outcome)

struct row {
    unsigned from; /* bit set of states */
    enum state to;
    unsigned outcomes; /* bit set, for to == done */
    unsigned flags;
};

static const struct row rows[] = {
    {FROM(NONE), STATE_DRAFT, 0, 0},
    {FROM(NONE) | FROM(DRAFT), STATE_REPORTED, 0, 0},
    {FROM(REPORTED), STATE_DISPATCHED, 0, 0},
    {FROM(DISPATCHED), STATE_HANDLING, 0, 0},
    {FROM(DISPATCHED) | FROM(HANDLING), STATE_DISPATCHED, 0, ROW_REASON},
    {FROM(DISPATCHED) | FROM(HANDLING), STATE_CONFERRING, 0, ROW_REASON},
    {FROM(CONFERRING), STATE_DISPATCHED, 0, ROW_REASON},
    {FROM(CONFERRING), STATE_SUSPENDED, 0, ROW_REASON},
    {FROM(CONFERRING), STATE_DONE, OUT(RESOLVED) | OUT(EXPLAINED) | OUT(REJECTED), ROW_REASON},
    {FROM(HANDLING), STATE_SUSPENDED, 0, ROW_REASON},
    {FROM(SUSPENDED), STATE_HANDLING, 0, 0},
    {FROM(HANDLING) | FROM(DISPATCHED), STATE_CHECKING, 0, 0},
    {FROM(CHECKING), STATE_DONE, OUT(RESOLVED), ROW_NOT_WORKER},
    {FROM(CHECKING), STATE_HANDLING, 0, 0},
    {FROM(REPORTED) | FROM(DISPATCHED), STATE_DONE, OUT(EXPLAINED) | OUT(REJECTED), ROW_REASON},
    {FROM(DRAFT) | FROM(REPORTED) | FROM(DISPATCHED), STATE_DONE, OUT(WITHDRAWN), 0},
    {FROM(DRAFT) | FROM(REPORTED) | FROM(DISPATCHED) | FROM(HANDLING), STATE_DONE,
     OUT(RESOLVED), ROW_NOT_WORKER},
    {FROM(REPORTED) | FROM(DISPATCHED), STATE_HANDLING, 0, ROW_UPPER},
    {FROM(DRAFT) | FROM(REPORTED) | FROM(DISPATCHED) | FROM(HANDLING) | FROM(CONFERRING) |
         FROM(SUSPENDED) | FROM(CHECKING),
     STATE_DONE, OUT(DUPLICATE), 0},
    {FROM(DONE) | FROM(ARCHIVED), STATE_HANDLING, 0, ROW_WITHIN_7},
    {FROM(DONE), STATE_ARCHIVED, 0, 0},
};

static bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool row_allows(const struct row *row, const struct event *event, const char *who,
                       const char *note, int64_t now_ms)
{
    if (row->to == STATE_DONE && !(row->outcomes & (1u << event->outcome)))
        return false;
    if ((row->flags & ROW_REASON) && (!note || !note[0]))
        return false;
    if ((row->flags & ROW_UPPER) && event->owner != OWNER_UPPER)
        return false;
    if ((row->flags & ROW_WITHIN_7) && now_ms - event->done_ms > REOPEN_MS)
        return false;
    if (!(row->flags & ROW_NOT_WORKER) || event->outcome != OUTCOME_RESOLVED)
        return true;
    return !is_same(who, event->handler_member) && !is_same(who, event->assignee);
}

bool event_may_move(const struct event *event, enum state to, const char *who, const char *note,
                    int64_t now_ms)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((rows[i].from & (1u << event->state)) && rows[i].to == to &&
            row_allows(&rows[i], event, who, note, now_ms))
            return true;
    return false;
}

static void enter_handling(struct event *event, int64_t now_ms)
{
    if (event->state == STATE_CHECKING)
        event->rework++;
    if (event->state == STATE_DONE || event->state == STATE_ARCHIVED) {
        event->reopened++;
        event->outcome = OUTCOME_NONE;
        event->confirmed_by = CONFIRMED_NONE;
        event->rating = RATING_NONE;
        event->solved = 0;
        event->done_ms = 0;
    }
    event->checking_ms = 0;
    event->verifier = NULL;
    if (!event->accepted_ms)
        event->accepted_ms = now_ms;
}

/* The dates and counters that belong to a state. */
static void enter(struct event *event, enum state to, int64_t now_ms)
{
    switch (to) {
    case STATE_DISPATCHED:
        if (!event->dispatched_ms)
            event->dispatched_ms = now_ms;
        event->accepted_ms = 0;
        event->until_ms = 0; /* who had it asked for that, whoever has it now may not need it */
        event->until_reason = event->until_by = NULL;
        break;
    case STATE_HANDLING:
        enter_handling(event, now_ms);
        break;
    case STATE_CHECKING:
        event->checking_ms = now_ms;
        break;
    case STATE_DONE:
        event->done_ms = now_ms;
        break;
    default:
        break;
    }
}

int event_move(struct event *event, enum state to, const char *who, const char *note,
               int64_t now_ms, struct arena *arena)
{
    if (!event_may_move(event, to, who, note, now_ms))
        return ERR_REFUSED;
    enum state from = event->state;
    enter(event, to, now_ms);
    event->state = to;
    event_note(event, "moved", who, note, now_ms, arena);
    struct step *step = event->new_steps;
    while (step->next)
        step = step->next;
    step->from = from;
    step->to = to;
    return 0;
}
