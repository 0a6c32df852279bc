/* commit_build.c: the effects of a turn as operations of commit.lua.
 *
 * The order of operations is the order of the checks; see ARITY in commit.lua. When you add an
 * effect, add its operation there.
 */
#include "turn/commit.h"

#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/gate.h"

/* ---- small writers ---------------------------------------------------------------------- */

void commit_op(struct commit *c, const char *name)
{
    args_add(&c->args, name);
}

void commit_add(struct commit *c, const char *text)
{
    args_add(&c->args, text);
}

void commit_add_number(struct commit *c, int64_t number)
{
    args_add_number(&c->args, c->d->arena, number);
}

/* "126", or "#1" for an event made in this turn. */
const char *commit_reference(const struct commit *c, const struct event *event)
{
    if (event->id)
        return arena_decimal(c->d->arena, event->id);
    return event->ref == 1 ? "#1" : arena_printf(c->d->arena, "#%u", event->ref);
}

const char *commit_encoded(const struct commit *c, struct buf *buf)
{
    const char *text = arena_strdup(c->d->arena, buf_text(buf));
    buf_finish(buf);
    return text;
}

/* ---- checks ------------------------------------------------------------------------------ */

int64_t commit_bucket(const struct input *input)
{
    return (input->kind == INPUT_TIMER ? input->due_ms : input->time_ms) / SEEN_BUCKET_MS;
}

/* The input itself: its timer is still there, it was not seen. */
static void add_input(struct commit *c)
{
    struct decision *d = c->d;
    const struct input *input = d->item->input;
    if (input->kind == INPUT_TIMER) {
        commit_op(c, "due");
        commit_add(c, input->timer);
        commit_add_number(c, input->due_ms);
    }
    commit_op(c, "seen");
    commit_add(c, d->queue->group->name);
    commit_add_number(c, commit_bucket(input));
    commit_add(c, input->id);
    commit_add(c, commit_bucket(input) == d->queue->bucket ? "1" : "0");
}

/* It was decided as if there were nothing of the sender, and nothing near in these places. */
static void add_fresh(struct commit *c)
{
    const struct decision *d = c->d;
    commit_op(c, "fresh");
    commit_add(c, d->queue->group->name);
    commit_add(c, d->item->sender->id);
    commit_add_number(c, 4 * (int64_t)d->place_count);
    for (size_t i = 0; i < d->place_count; i++) {
        commit_add(c, d->places[i].building);
        commit_add(c, d->places[i].category);
        commit_add(c, d->places[i].unit);
        commit_add(c, d->places[i].floor);
    }
}

static void add_checks(struct commit *c)
{
    struct decision *d = c->d;
    commit_op(c, "roster");
    commit_add(c, gate_roster(d->turn.community, d->arena));
    for (size_t i = 0; i < d->turn.event_count; i++) {
        if (!d->turn.events[i]->dirty)
            continue;
        commit_op(c, "version");
        commit_add_number(c, d->turn.events[i]->id);
        commit_add_number(c, d->turn.events[i]->version);
    }
    if (d->fresh) {
        add_fresh(c);
        return;
    }
    for (size_t i = 0; d->turn.made_count && i < d->place_count; i++) {
        commit_op(c, "top");
        commit_add(c, d->places[i].building);
        commit_add(c, d->places[i].category);
        commit_add(c, d->places[i].top);
    }
}

/* ---- sessions
 * -------------------------------------------------------------------------------- */

/* "<events it speaks of>|<json>", so that the context script finds them without reading JSON.
 */
static const char *session_value(struct commit *c, const struct session *session)
{
    struct buf buf;
    buf_init(&buf, 16384);
    const char *comma = "";
    for (size_t i = 0; i < session->question_count; i++) {
        const struct question *q = &session->questions[i];
        if (q->event || q->event_ref) {
            buf_printf(&buf, q->event ? "%s%u" : "%s\"#%u\"", comma,
                       q->event ? q->event : q->event_ref);
            comma = ",";
        }
    }
    uint32_t ids[] = {session->last_report, session->last_ping};
    uint32_t refs[] = {session->last_report_ref, session->last_ping_ref};
    for (size_t i = 0; i < 2; i++) {
        if (ids[i] || refs[i]) {
            buf_printf(&buf, ids[i] ? "%s%u" : "%s\"#%u\"", comma, ids[i] ? ids[i] : refs[i]);
            comma = ",";
        }
    }
    buf_puts(&buf, "|");
    session_encode(session, &buf);
    return commit_encoded(c, &buf);
}

static void add_session(struct commit *c, const struct session *session,
                        const struct merged *merged)
{
    if (!session || !session->dirty)
        return;
    commit_op(c, "session");
    commit_add(c, session->group);
    commit_add(c, session->member);
    commit_add_number(c, merged->version);
    commit_add(c, session_value(c, session));
    commit_add(c, session_is_empty(session) ? "0" : "1");
    for (size_t i = 0; i < merged->count; i++) {
        commit_op(c, "drop");
        commit_add(c, session->group);
        commit_add(c, session->member);
        commit_add(c, merged->fields[i]);
    }
}

/* His questions are in turn->session by now. */
static void drop_former(struct commit *c, struct decision *d)
{
    static const struct session nothing;
    for (size_t i = 0; i < d->former_count; i++) {
        struct session *former = d->former[i];
        const char *group = former->group, *member = former->member;
        *former = nothing;
        former->group = group;
        former->member = member;
        former->dirty = true;
        add_session(c, former, &d->formerly[i]);
    }
}

static void add_one(struct commit *c, const struct session *to, const char *field,
                    const struct session *value)
{
    commit_op(c, "add");
    commit_add(c, to->group);
    commit_add(c, to->member);
    commit_add(c, field);
    commit_add(c, session_value(c, value));
}

/* What is added to other people's sessions: a field a question, one for the last ping. */
static void add_touched(struct commit *c, const struct session *session)
{
    for (size_t i = 0; i < session->question_count; i++) {
        const struct question *q = &session->questions[i];
        struct session one = {.questions = {*q}, .question_count = 1};
        const char *field =
            q->event
                ? arena_printf(c->d->arena, "a:q:%s.%s.%u", q->handler, q->kind, q->event)
                : arena_printf(c->d->arena, q->event_ref ? "a:q:%s.%s.#%u" : "a:q:%s.%s.%u",
                               q->handler, q->kind, q->event_ref);
        add_one(c, session, field, &one);
    }
    if (session->last_ping || session->last_ping_ref) {
        struct session one = {.last_ping = session->last_ping,
                              .last_ping_ref = session->last_ping_ref};
        add_one(c, session, "a:ping", &one);
    }
}

/* ---- timers
 * ------------------------------------------------------------------------------------ */

static void add_timer(struct commit *c, const struct timer_set *set)
{
    struct decision *d = c->d;
    const char *name = set->name, *event = "";
    if (set->event)
        event = commit_reference(c, set->event);
    else
        name = arena_printf(d->arena, "s:%s:%s:%s", set->session->group, set->session->member,
                            set->name);
    commit_op(c, set->due_ms ? "timer" : "untimer");
    commit_add(c, event);
    commit_add(c, name);
    if (!set->due_ms)
        return;
    struct payload payload = {.handler = set->handler, .name = set->name, .data = set->data};
    payload.group = set->event ? set->event->group : set->session->group;
    payload.member = set->session ? set->session->member : NULL;
    commit_add_number(c, set->due_ms);
    commit_add(c, payload_encode(&payload, d->arena));
}

/* ---- outgoing
 * ------------------------------------------------------------------------------------ */

/* Whose question does this outgoing put? Then a quote of it reaches that question. */
static const char *owner_in(const struct session *session, const struct outgoing *out,
                            int64_t now_ms)
{
    if (!session || !session->group || strcmp(session->group, out->group) != 0)
        return NULL;
    for (size_t i = 0; i < session->question_count; i++) {
        const struct question *q = &session->questions[i];
        for (size_t k = 0; q->asked_ms == now_ms && k < out->event_count; k++)
            if (out->events[k]->id ? out->events[k]->id == q->event
                                   : out->events[k]->ref == q->event_ref)
                return session->member;
    }
    return NULL;
}

static const char *owner_of(const struct turn *turn, const struct outgoing *out)
{
    const char *owner = owner_in(turn->session, out, turn->now_ms);
    for (size_t i = 0; !owner && i < turn->touched_count; i++)
        owner = owner_in(turn->touched[i], out, turn->now_ms);
    return owner ? owner : owner_in(turn->asked, out, turn->now_ms);
}

static const char *event_list(const struct commit *c, const struct outgoing *out)
{
    const char *list = "";
    for (size_t i = 0; i < out->event_count; i++)
        list = arena_printf(c->d->arena, "%s%s%s", list, i ? "," : "",
                            commit_reference(c, out->events[i]));
    return list;
}

static void add_out(struct commit *c, const struct outgoing *out, size_t index)
{
    struct decision *d = c->d;
    const char *platform_group;
    struct account *account = core_reach(d->queue->core, d->queue->home, out->group,
                                         out->member, d->arena, &platform_group);
    if (!account) {
        log_warn("commit", "nowhere to send group=%s member=%s template=%s", out->group,
                 out->member ? out->member : "-", out->template ? out->template : "-");
        return;
    }
    struct pending *p = &c->pending[c->pending_count++];
    p->account = account;
    p->id = arena_printf(d->arena, "%s.%zu", d->item->input->id, index + 1);
    p->row = row_encode(out, owner_of(&d->turn, out), d->turn.now_ms, d->arena);
    p->out = out;
    commit_op(c, "out");
    commit_add(c, arena_printf(d->arena, "%s:%s", account->adapter->name, account->name));
    commit_add(c, p->id);
    commit_add(c, event_list(c, out));
    commit_add(c, out->acknowledges ? "1" : "0");
    commit_add(c, p->row);
}

/* ---- people
 * ---------------------------------------------------------------------------------------- */

/* The record of a sender who is not in the roster: his name is wanted when he is answered. */
static void add_found(struct commit *c)
{
    struct decision *d = c->d;
    const struct member *sender = d->turn.sender;
    const struct input *input = d->item->input;
    if (!sender || community_member(d->turn.community, sender->id))
        return;
    struct person person = {.name = (char *)(input->user_name ? input->user_name : ""),
                            .adapter = (char *)input->adapter,
                            .account = (char *)input->account,
                            .user = (char *)(input->user ? input->user : "")};
    struct person *noted = people_note(d->queue->home, sender->id, person.name, person.adapter,
                                       person.account, person.user);
    if (noted->stored)
        return;
    commit_op(c, "person");
    commit_add(c, sender->id);
    commit_add(c, person_encode(&person, d->arena));
}

static void add_forgotten(struct commit *c, const char *member)
{
    commit_op(c, "forget");
    commit_add(c, member);
    commit_add_number(c, c->d->turn.now_ms);
}

/* The ids that he had before he was bound go too. */
static void add_forget(struct commit *c)
{
    const struct turn *turn = &c->d->turn;
    if (!turn->forget)
        return;
    add_forgotten(c, turn->forget);
    const struct member *member = community_member(turn->community, turn->forget);
    for (size_t i = 0; member && i < member->identity_count; i++)
        if (strcmp(member->identities[i].adapter, ROSTER_FORMER) == 0)
            add_forgotten(c, member->identities[i].user);
}

/* ---- the roster -------------------------------------------------------------------------- */

static const struct roster_entry *entry_of(const struct community *community, uint32_t number)
{
    static const struct roster_entry unknown = {.id = "-"};
    for (size_t i = 0; i < community_amendment_count(community); i++)
        if (community_amendment_at(community, i)->number == number)
            return &community_amendment_at(community, i)->entry;
    return &unknown;
}

static void add_rows(struct commit *c)
{
    const struct turn *turn = &c->d->turn;
    const char *by = turn->sender ? turn->sender->id : "loubot";
    struct arena *arena = c->d->arena;
    for (size_t i = 0; i < turn->dropped_count; i++) {
        commit_op(c, "unrow");
        commit_add_number(c, turn->dropped[i]);
        commit_add(c, audit_encode("drop", entry_of(turn->community, turn->dropped[i]), by,
                                   NULL, turn->now_ms, arena));
    }
    for (size_t i = 0; i < turn->row_count; i++) {
        struct amendment row = {.entry = *turn->rows[i], .by = by, .at_ms = turn->now_ms};
        commit_op(c, "row");
        commit_add(c, amendment_encode(&row, arena));
        commit_add(c, audit_encode("add", &row.entry, by, NULL, turn->now_ms, arena));
    }
    if (turn->audit_what) {
        commit_op(c, "note");
        commit_add(c, audit_encode(turn->audit_what, turn->audit_entry, by, NULL, turn->now_ms,
                                   arena));
    }
}

/* ---- codes ----------------------------------------------------------------------------- */

static void add_code(struct commit *c, const char *what, const char *hash, const char *read,
                     const struct code_record *becomes)
{
    const struct turn *turn = &c->d->turn;
    struct roster_entry told;
    code_grant_row(&becomes->grant, &told);
    commit_op(c, "code");
    commit_add(c, hash);
    commit_add(c, read);
    commit_add(c, code_encode(becomes, c->d->arena));
    commit_add(
        c, audit_encode(what, &told, turn->sender->id, becomes->by, turn->now_ms, c->d->arena));
}

static void add_codes(struct commit *c)
{
    const struct turn *turn = &c->d->turn;
    const struct turn_code *code = turn->code;
    if (code && code->becomes != CODE_UNKNOWN) {
        struct code_record record = code->record;
        record.state = code->becomes;
        add_code(c, record.state == CODE_USED ? "use" : "void", code->hash, code->stored,
                 &record);
    }
    if (code && code->tried) {
        commit_op(c, "tries");
        commit_add(c, turn->sender->id);
        commit_add(c, code->tried);
    }
    if (turn->issued) {
        struct code_record record = {CODE_OPEN, turn->now_ms, turn->sender->id, *turn->issued};
        char hash[65];
        code_hash(turn->fresh, hash);
        add_code(c, "issue", arena_strdup(c->d->arena, hash), "", &record);
    }
}

/* ---- the whole ------------------------------------------------------------------------- */

static struct commit *begin(struct decision *d)
{
    struct commit *c = arena_alloc(d->arena, sizeof *c);
    c->d = d;
    args_init(&c->args);
    add_input(c);
    return c;
}

struct commit *commit_build_parked(struct decision *d, const char *why)
{
    struct commit *c = begin(d);
    c->parked = true;
    commit_op(c, "park");
    commit_add(c, d->item->input->id);
    commit_add(c, parked_encode(d->item->input, d->hint.text, why, d->arena));
    return c;
}

struct commit *commit_build(struct decision *d)
{
    struct commit *c = begin(d);
    struct turn *turn = &d->turn;
    add_checks(c);
    add_session(c, turn->session, &d->session);
    add_session(c, turn->asked, &d->asked);
    if (turn->session && turn->session->dirty)
        drop_former(c, d);
    commit_add_events(c);
    commit_add_message(c);
    for (size_t i = 0; i < turn->touched_count; i++)
        add_touched(c, turn->touched[i]);
    for (size_t i = 0; i < turn->timer_count; i++)
        add_timer(c, &turn->timers[i]);
    add_codes(c);
    add_rows(c);
    add_forget(c);
    add_found(c); /* first: his direct chat is reached by what is noted here */
    for (size_t i = 0; i < turn->out_count; i++)
        add_out(c, turn->out[i], i);
    return c;
}
