/* decide.c: which handler decides a turn. Pure: a turn in, effects out.
 *
 * Open questions come first: a bare answer counts only when exactly one of the sender's
 * questions takes it; whoever quotes a question may answer it for its owner. Then every handler
 * that listens is asked how sure it is; the surest wins, ties go to the higher priority.
 */
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

static const struct handler *handler_by_name(const struct core *core, const char *name)
{
    for (size_t i = 0; core->config.handlers[i]; i++)
        if (strcmp(core->config.handlers[i]->name, name) == 0)
            return core->config.handlers[i];
    return NULL;
}

bool decide_has_effects(const struct turn *turn)
{
    if (turn->made_count || turn->timer_count || turn->out_count || turn->touched_count ||
        turn->row_count || turn->dropped_count || turn->issued || turn->audit_what ||
        (turn->code && (turn->code->becomes != CODE_UNKNOWN || turn->code->tried)))
        return true;
    if ((turn->session && turn->session->dirty) || (turn->asked && turn->asked->dirty))
        return true;
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->dirty)
            return true;
    return false;
}

/* ---- questions ------------------------------------------------------------------------ */

/* Back to the context as it was read, without effects. */
static void start_over(struct decision *d)
{
    struct turn *turn = &d->turn;
    turn->event_count = turn->made_count = turn->timer_count = 0;
    turn->out_count = turn->touched_count = 0;
    turn->row_count = turn->dropped_count = 0;
    turn->issued = NULL;
    turn->session = turn->asked = NULL;
    turn->audit_what = NULL;
    turn->cause = turn->operator_line = turn->forget = NULL;
    turn->full = false;
    context_read(d, d->reply);
}

/* "驳回 12" answers nothing about another event. (A bare number may be a unit or a floor.) */
static bool names_another(const struct turn *turn, const struct question *question)
{
    const struct meaning *m = turn->meaning;
    if (!question->event || !m->number_count || m->intent == INTENT_FRAGMENT)
        return false;
    for (size_t i = 0; i < m->number_count; i++)
        if (m->numbers[i] == question->event)
            return false;
    return true;
}

/* A quote of one of our messages narrows the choice to the questions about its events. */
bool decide_may_answer(const struct turn *turn, const struct question *question)
{
    if (names_another(turn, question))
        return false;
    if (!turn_event_by(turn, EVENT_BY_QUOTE))
        return true;
    const struct event *event = turn_event_numbered(turn, question->event);
    return event && event->reached & EVENT_BY_QUOTE;
}

static bool try_answer(struct decision *d, bool of_asked, size_t index)
{
    struct turn *turn = &d->turn;
    struct session *session = of_asked ? turn->asked : turn->session;
    const struct question *question = &session->questions[index];
    const struct handler *handler = handler_by_name(d->queue->core, question->handler);
    if (!handler || !handler->answer || !decide_may_answer(turn, question))
        return false;
    if (!handler->answer(turn, session, index))
        return false;
    d->handler = handler;
    return true;
}

static bool answer_of(struct decision *d, bool of_asked)
{
    const struct session *session = of_asked ? d->turn.asked : d->turn.session;
    size_t count = session ? session->question_count : 0;
    if (count == 1)
        return try_answer(d, of_asked, 0);
    size_t fits = 0, chosen = 0;
    for (size_t i = 0; i < count; i++) {
        if (try_answer(d, of_asked, i)) {
            fits++;
            chosen = i;
            start_over(d);
        }
    }
    return fits == 1 && try_answer(d, of_asked, chosen);
}

static bool decide_answer(struct decision *d)
{
    enum input_kind kind = d->item->input->kind;
    if (kind != INPUT_MESSAGE && kind != INPUT_REACTION)
        return false;
    const struct turn_code *code = d->turn.code;
    if (code && code->record.state == CODE_OPEN)
        return false; /* a code is no answer to anything, and is to stand in no trail */
    return answer_of(d, false) || answer_of(d, true);
}

/* ---- handlers -------------------------------------------------------------------------- */

static unsigned listen_bit(enum input_kind kind)
{
    switch (kind) {
    case INPUT_MESSAGE:
    case INPUT_CALL:
        return LISTEN_MESSAGE;
    case INPUT_EDIT:
        return LISTEN_EDIT;
    case INPUT_RECALL:
        return LISTEN_RECALL;
    case INPUT_REACTION:
        return LISTEN_REACTION;
    case INPUT_LEFT:
        return LISTEN_LEFT;
    case INPUT_TIMER:
        break;
    }
    return 0;
}

static bool is_late(const struct turn *turn)
{
    return turn->input->backfilled && turn->late_ms > LATE_SILENT_MS;
}

static bool listens(const struct handler *handler, const struct turn *turn)
{
    unsigned bit = listen_bit(turn->input->kind);
    if (!(handler->listens & bit))
        return false;
    if (is_late(turn) && !(handler->listens & LISTEN_BACKFILLED))
        return false;
    if (handler->listens & LISTEN_STAFF_ONLY && !turn->staff)
        return false;
    bool has_text = bit & (LISTEN_MESSAGE | LISTEN_EDIT);
    if (handler->listens & LISTEN_CODES)
        return true;
    return !has_text || handler->intents >> turn->meaning->intent & 1;
}

static const struct handler *surest(const struct decision *d)
{
    const struct handler *const *handlers = d->queue->core->config.handlers;
    const struct handler *best = NULL;
    int best_sure = 0;
    for (size_t i = 0; handlers[i]; i++) {
        if (!listens(handlers[i], &d->turn))
            continue;
        int sure = handlers[i]->match(&d->turn);
        bool better = sure > best_sure ||
                      (sure && sure == best_sure && handlers[i]->priority > best->priority);
        if (better) {
            best = handlers[i];
            best_sure = sure;
        }
    }
    return best;
}

static void decide_timer(struct decision *d)
{
    d->handler = handler_by_name(d->queue->core, d->timer_handler);
    if (d->handler && d->handler->on_timer)
        d->handler->on_timer(&d->turn);
}

void decide(struct decision *d)
{
    if (d->item->input->kind == INPUT_TIMER) {
        decide_timer(d);
        return;
    }
    if (!is_late(&d->turn) && decide_answer(d))
        return;
    d->handler = surest(d);
    if (d->handler)
        d->handler->handle(&d->turn);
}
