/* turn.c: what handlers do with a turn: append effects, look into the context. Pure. */
#include "turn/turn.h"

#include <string.h>

#include "host/mem.h"
#include "host/text.h"
#include "turn/pinged.h"
#include "words/lexicon.h"

/* ---- events -------------------------------------------------------------------------- */

static const char *lang_source(const struct input *input)
{
    return input->kind == INPUT_CALL ? "api" : "chat";
}

struct event *turn_event_new(struct turn *turn)
{
    if (turn->made_count == TURN_NEW_MAX) {
        turn->full = true;
        return NULL;
    }
    struct event *event = event_create(turn->arena);
    event->ref = (uint32_t)++turn->made_count;
    event->community = community_id(turn->community);
    event->group = turn->group->name;
    event->lang = turn->meaning->lang;
    size_t len = text_cut(turn->text, strlen(turn->text), EVENT_TEXT_MAX);
    event->text = arena_strndup(turn->arena, turn->text, len);
    event->message = turn->input->message;
    event->reporter = turn->sender ? turn->sender->id : NULL;
    event->opened_ms = turn->now_ms - turn->late_ms;
    event->source = lang_source(turn->input);
    event->dirty = true;
    turn->made[event->ref - 1] = event;
    return event;
}

struct event *turn_event_by(const struct turn *turn, uint32_t reached)
{
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->reached & reached)
            return turn->events[i];
    return NULL;
}

struct event *turn_event_numbered(const struct turn *turn, uint32_t id)
{
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->id == id)
            return turn->events[i];
    return NULL;
}

const char *turn_term(const struct turn *turn, const char *word, enum lang lang)
{
    return turn->lexicon ? lexicon_term(turn->lexicon, word, lang_name(lang)) : word;
}

size_t turn_word_at(const struct turn *turn, const char *list, const char *text)
{
    return turn->lexicon ? lexicon_list_at(turn->lexicon, list, text) : 0;
}

const char *turn_word_in(const struct turn *turn, const char *list, const char *text,
                         size_t *ret_len)
{
    size_t len;
    return turn->lexicon
               ? lexicon_list_find(turn->lexicon, list, text, ret_len ? ret_len : &len)
               : NULL;
}

/* ---- timers --------------------------------------------------------------------------- */

/* Few turns set more than a handful. */
static void make_room(struct turn *turn)
{
    if (turn->timer_count < turn->timer_room)
        return;
    turn->timer_room = turn->timer_room ? turn->timer_room * 2 : 4;
    struct timer_set *timers =
        arena_alloc(turn->arena, turn->timer_room * sizeof *turn->timers);
    if (turn->timer_count)
        memcpy(timers, turn->timers, turn->timer_count * sizeof *timers);
    turn->timers = timers;
}

static void set_timer(struct turn *turn, const struct timer_set *set)
{
    for (size_t i = 0; i < turn->timer_count; i++) {
        struct timer_set *old = &turn->timers[i];
        if (old->event == set->event && old->session == set->session &&
            strcmp(old->name, set->name) == 0) {
            *old = *set;
            return;
        }
    }
    if (turn->timer_count == TURN_TIMERS_MAX) {
        turn->full = true;
        return;
    }
    make_room(turn);
    turn->timers[turn->timer_count++] = *set;
}

void turn_timer_set(struct turn *turn, const struct event *event, const char *name,
                    const char *handler, int64_t due_ms, const char *data)
{
    set_timer(turn, &(struct timer_set){name, event, NULL, due_ms, handler, data});
}

void turn_timer_cancel(struct turn *turn, const struct event *event, const char *name)
{
    set_timer(turn, &(struct timer_set){.name = name, .event = event});
}

void turn_session_timer_set(struct turn *turn, const struct session *session, const char *name,
                            const char *handler, int64_t due_ms, const char *data)
{
    set_timer(turn, &(struct timer_set){name, NULL, session, due_ms, handler, data});
}

void turn_session_timer_cancel(struct turn *turn, const struct session *session,
                               const char *name)
{
    set_timer(turn, &(struct timer_set){.name = name, .session = session});
}

/* ---- the roster ------------------------------------------------------------------------- */

void turn_roster_add(struct turn *turn, const struct roster_entry *entry)
{
    if (turn->row_count == TURN_ROWS_MAX) {
        turn->full = true;
        return;
    }
    struct roster_entry *copy = arena_alloc(turn->arena, sizeof *copy);
    *copy = *entry;
    roster_entry_copy(copy, turn->arena);
    turn->rows[turn->row_count++] = copy;
}

void turn_roster_drop(struct turn *turn, uint32_t number)
{
    if (turn->dropped_count == TURN_ROWS_MAX)
        turn->full = true;
    else
        turn->dropped[turn->dropped_count++] = number;
}

void turn_audit(struct turn *turn, const char *what, const struct roster_entry *entry)
{
    turn->audit_what = what;
    turn->audit_entry = entry;
}

void turn_code_use(struct turn *turn)
{
    turn->code->becomes = CODE_USED;
    turn->code->tried = "";
}

void turn_code_void(struct turn *turn)
{
    turn->code->becomes = CODE_VOID;
}

int64_t turn_code_wrong(struct turn *turn)
{
    struct turn_code *code = turn->code;
    int tries = code->tries + 1;
    code->tried = arena_printf(turn->arena, "%d|%lld", tries, (long long)turn->now_ms);
    return tries >= CODE_TRIES_MAX ? turn->now_ms + CODE_LOCK_MS : 0;
}

void turn_code_issue(struct turn *turn, const struct code_grant *grant)
{
    turn->issued = grant;
}

/* ---- sessions -------------------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is_session_of(const struct session *session, const char *group, const char *member)
{
    return session && same(session->group, group) && same(session->member, member);
}

/* The session of somebody: one that the context holds, or a note of what is to be added to his.
 */
static struct session *session_of(struct turn *turn, const char *group, const char *member)
{
    if (is_session_of(turn->session, group, member))
        return turn->session;
    if (is_session_of(turn->asked, group, member))
        return turn->asked;
    for (size_t i = 0; i < turn->touched_count; i++)
        if (is_session_of(turn->touched[i], group, member))
            return turn->touched[i];
    if (turn->touched_count == TURN_SESSIONS_MAX) {
        turn->full = true;
        return NULL;
    }
    struct session *session = arena_alloc(turn->arena, sizeof *session);
    session->group = group;
    session->member = member;
    turn->touched[turn->touched_count++] = session;
    return session;
}

static bool is_about(const struct question *question, const struct event *event)
{
    return event->id ? question->event == event->id
                     : event->ref && question->event_ref == event->ref;
}

static void close_same_kind(struct session *session, const char *kind,
                            const struct event *event)
{
    for (size_t i = session->question_count; i-- > 0;) {
        struct question *q = &session->questions[i];
        bool about = event ? is_about(q, event) : q->event == 0 && q->event_ref == 0;
        if (about && (!kind || strcmp(q->kind, kind) == 0)) {
            session_close(session, i);
            session->dirty = true;
        }
    }
}

void turn_ask(struct turn *turn, const char *group, const char *member, const char *handler,
              const char *kind, const struct event *event, int64_t expires_ms,
              const char *const *choices, size_t choice_count)
{
    struct session *session = session_of(turn, group, member);
    if (!session)
        return;
    close_same_kind(session, kind, event);
    struct question question = {
        .handler = handler, .kind = kind, .asked_ms = turn->now_ms, .expires_ms = expires_ms};
    if (event) {
        question.event = event->id;
        question.event_ref = event->id ? 0 : event->ref;
    }
    for (size_t i = 0; i < choice_count && i < SESSION_CHOICES_MAX; i++)
        question.choices[question.choice_count++] = choices[i];
    session_ask(session, &question);
    session->dirty = true;
}

void turn_close_questions(struct turn *turn, const struct event *event)
{
    if (turn->session)
        close_same_kind(turn->session, NULL, event);
    if (turn->asked)
        close_same_kind(turn->asked, NULL, event);
}

/* ---- outgoing -------------------------------------------------------------------------- */

static struct outgoing *new_out(struct turn *turn, const char *template, enum lang lang)
{
    struct outgoing *out = arena_alloc(turn->arena, sizeof *out);
    out->arena = turn->arena;
    out->template = template;
    out->lang = lang;
    out->lane = LANE_ANSWER;
    if (turn->out_count == TURN_OUT_MAX)
        turn->full = true; /* `out` is filled in vain: the turn is refused */
    else
        turn->out[turn->out_count++] = out;
    return out;
}

struct outgoing *turn_say(struct turn *turn, const char *group, const char *template,
                          enum lang lang)
{
    struct outgoing *out = new_out(turn, template, lang);
    out->group = group;
    return out;
}

struct outgoing *turn_say_direct(struct turn *turn, const char *member, const char *template,
                                 enum lang lang)
{
    struct outgoing *out = new_out(turn, template, lang);
    out->group = "dm";
    out->member = member;
    return out;
}

void turn_note_ping(struct turn *turn, const char *group, const char *member,
                    const struct event *event)
{
    struct session *session = session_of(turn, group, member);
    if (!session)
        return;
    session->last_ping = event->id;
    session->last_ping_ref = event->id ? 0 : event->ref;
    session->dirty = true;
}

int64_t turn_next_ping_ms(const struct turn *turn, const char *member)
{
    return pinged_next_ms(turn->pinged, member, turn->now_ms);
}

struct outgoing *turn_ping(struct turn *turn, const struct member *member,
                           const struct member *const *others, size_t other_count,
                           const struct event *event, const char *template)
{
    enum lang lang = LANG_ZH;
    const struct group *work = community_group(turn->community, "work");
    if (work && work->lang && strcmp(work->lang, "en") == 0)
        lang = LANG_EN;
    struct outgoing *out = member->wants_direct && !other_count
                               ? turn_say_direct(turn, member->id, template, lang)
                               : turn_say(turn, "work", template, lang);
    out_number(out, "number", event);
    out_place(out, "place", event);
    out_mention(out, member->id);
    turn_note_ping(turn, out->group, member->id, event);
    for (size_t i = 0; i < other_count; i++) {
        out_mention(out, others[i]->id);
        turn_note_ping(turn, out->group, others[i]->id, event);
    }
    return out;
}

struct outgoing *turn_answer(struct turn *turn, const char *template, enum lang lang)
{
    struct outgoing *out = new_out(turn, template, lang);
    out->group = turn->group->name;
    if (turn->group->kind == GROUP_DIRECT && turn->sender)
        out->member = turn->sender->id;
    if (turn->input->kind == INPUT_MESSAGE || turn->input->kind == INPUT_EDIT)
        out->quote = turn->input->message;
    out->quote_member = turn->sender ? turn->sender->id : NULL;
    return out;
}

struct outgoing *turn_react(struct turn *turn, const char *emoji)
{
    struct outgoing *out = turn_answer(turn, NULL, LANG_ZH);
    out->reaction = emoji;
    return out;
}

void turn_tell_operator(struct turn *turn, const char *cause, const char *line)
{
    turn->cause = cause;
    turn->operator_line = line;
}

void turn_forget(struct turn *turn, const char *member)
{
    turn->forget = member;
}
