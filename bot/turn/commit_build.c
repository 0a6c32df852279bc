/* commit_build.c: the effects of a turn as operations of commit.lua.
 *
 * The order of operations is the order of the checks; see ARITY in commit.lua. When you add an
 * effect, add its operation there.
 */
#include "turn/commit.h"

#include <string.h>

#include "host/log.h"
#include "host/mem.h"

/* ---- small writers ---------------------------------------------------------------------- */

static void op(struct commit *c, const char *name)
{
    args_add(&c->args, name);
}

static void add(struct commit *c, const char *text)
{
    args_add(&c->args, text);
}

static void add_number(struct commit *c, int64_t number)
{
    args_addf(&c->args, c->d->arena, "%lld", (long long)number);
}

/* "126", or "#1" for an event made in this turn. */
static const char *reference(const struct commit *c, const struct event *event)
{
    return event->id ? arena_printf(c->d->arena, "%u", event->id)
                     : arena_printf(c->d->arena, "#%u", event->ref);
}

static const char *encoded(const struct commit *c, struct buf *buf)
{
    const char *text = arena_strdup(c->d->arena, buf_text(buf));
    buf_finish(buf);
    return text;
}

static const char *place_building(const char *building)
{
    return building ? building : "-";
}

static const char *place_category(const char *category)
{
    return category ? category : "other";
}

/* ---- checks ------------------------------------------------------------------------------ */

/* The input itself: its timer is still there, it was not seen. */
static void add_input(struct commit *c)
{
    struct decision *d = c->d;
    const struct input *input = d->item->input;
    if (input->kind == INPUT_TIMER) {
        op(c, "due");
        add(c, input->timer);
        add_number(c, input->due_ms);
    }
    op(c, "seen");
    add(c, d->queue->group->name);
    add_number(c,
               (input->kind == INPUT_TIMER ? input->due_ms : input->time_ms) / SEEN_BUCKET_MS);
    add(c, input->id);
}

static void add_checks(struct commit *c)
{
    struct decision *d = c->d;
    op(c, "roster");
    add(c, gate_roster(d->turn.community, d->arena));
    for (size_t i = 0; i < d->turn.event_count; i++) {
        if (!d->turn.events[i]->dirty)
            continue;
        op(c, "version");
        add_number(c, d->turn.events[i]->id);
        add_number(c, d->turn.events[i]->version);
    }
    for (size_t i = 0; d->turn.made_count && i < d->place_count; i++) {
        op(c, "top");
        add(c, d->places[i].building);
        add(c, d->places[i].category);
        add(c, d->places[i].top);
    }
}

/* ---- events -------------------------------------------------------------------------------
 */

static void add_steps(struct commit *c, const struct event *event)
{
    for (const struct step *step = event->new_steps; step; step = step->next) {
        struct buf buf;
        buf_init(&buf, 4096);
        step_encode(step, &buf);
        op(c, "step");
        add(c, reference(c, event));
        add(c, encoded(c, &buf));
    }
}

static const char *photos_json(struct commit *c, const struct event *event)
{
    struct buf buf;
    buf_init(&buf, 4096);
    if (event->photo_count)
        event_encode_photos(event, &buf);
    return encoded(c, &buf);
}

static const char *body_json(struct commit *c, const struct event *event)
{
    struct buf buf;
    buf_init(&buf, 16384);
    event_encode(event, &buf);
    return encoded(c, &buf);
}

/* In the index of its building and category, and in that of everything told of the building. */
static void add_place(struct commit *c, const char *name, const struct event *event,
                      const char *building, const char *category)
{
    const char *categories[] = {place_category(category), "*"};
    for (size_t i = 0; i < 2; i++) {
        op(c, name);
        add(c, reference(c, event));
        add(c, place_building(building));
        add(c, categories[i]);
    }
}

static void add_person(struct commit *c, const char *name, const struct event *event,
                       const char *member)
{
    if (!member)
        return;
    op(c, name);
    add(c, reference(c, event));
    add(c, member);
}

static void add_open(struct commit *c, const struct event *event)
{
    op(c, "open");
    add(c, reference(c, event));
    add_number(c, event->opened_ms);
}

static void add_made(struct commit *c, const struct event *event)
{
    op(c, "make");
    add(c, body_json(c, event));
    add(c, event->text);
    add(c, photos_json(c, event));
    add_number(c, event->opened_ms);
    add_steps(c, event);
    if (event_is_open(event))
        add_open(c, event);
    add_place(c, "at", event, event->building, event->category);
    add_person(c, "mine", event, event->reporter);
    add_person(c, "mine", event, event->assignee);
    add_person(c, "mine", event, event->verifier);
    for (size_t i = 0; i < event->also_count; i++)
        add_person(c, "mine", event, event->also[i]);
    for (size_t i = 0; i < event->watcher_count; i++)
        add_person(c, "mine", event, event->watchers[i]);
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_moved_place(struct commit *c, const struct event *event,
                            const struct origin *was)
{
    if (same(place_building(event->building), place_building(was->building)) &&
        same(place_category(event->category), place_category(was->category)))
        return;
    add_place(c, "unat", event, was->building, was->category);
    add_place(c, "at", event, event->building, event->category);
}

static void add_people(struct commit *c, const struct event *event, const struct origin *was)
{
    if (!same(event->assignee, was->assignee)) {
        if (was->assignee && !same(was->assignee, event->reporter))
            add_person(c, "unmine", event, was->assignee);
        add_person(c, "mine", event, event->assignee);
    }
    if (!same(event->verifier, was->verifier))
        add_person(c, "mine", event, event->verifier);
    for (size_t i = was->also_count; i < event->also_count; i++)
        add_person(c, "mine", event, event->also[i]);
    for (size_t i = was->watcher_count; i < event->watcher_count; i++)
        add_person(c, "mine", event, event->watchers[i]);
}

/* Archived events leave the indices: they are found by number only. */
static void add_archived(struct commit *c, const struct event *event)
{
    add_place(c, "unat", event, event->building, event->category);
    add_person(c, "unmine", event, event->reporter);
    add_person(c, "unmine", event, event->assignee);
    add_person(c, "unmine", event, event->verifier);
    for (size_t i = 0; i < event->also_count; i++)
        add_person(c, "unmine", event, event->also[i]);
    for (size_t i = 0; i < event->watcher_count; i++)
        add_person(c, "unmine", event, event->watchers[i]);
}

static void add_changed(struct commit *c, const struct event *event, const struct origin *was)
{
    op(c, "put");
    add_number(c, event->id);
    add_number(c, event->version + 1);
    add(c, body_json(c, event));
    add(c, event->text);
    add(c, photos_json(c, event));
    add_steps(c, event);
    if (event_is_open(event) && !was->open)
        add_open(c, event);
    if (!event_is_open(event) && was->open) {
        op(c, "shut");
        add_number(c, event->id);
    }
    bool archived = event->state == STATE_ARCHIVED;
    if (archived && was->state != STATE_ARCHIVED) {
        add_archived(c, event);
        return;
    }
    if (!archived && was->state == STATE_ARCHIVED) { /* reopened: back into the indices */
        add_place(c, "at", event, event->building, event->category);
        add_person(c, "mine", event, event->reporter);
        add_person(c, "mine", event, event->assignee);
    }
    add_moved_place(c, event, was);
    add_people(c, event, was);
}

static void add_events(struct commit *c)
{
    struct turn *turn = &c->d->turn;
    for (size_t i = 0; i < turn->made_count; i++)
        add_made(c, turn->made[i]);
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->dirty)
            add_changed(c, turn->events[i], &c->d->origins[i]);
}

/* The message that made or joined events leads to them: a recall, an edit or a quote finds
 * them. */
static void add_message(struct commit *c)
{
    struct turn *turn = &c->d->turn;
    const struct input *input = turn->input;
    if (input->kind != INPUT_MESSAGE || !input->message)
        return;
    const char *list = "";
    for (size_t i = 0; i < turn->made_count; i++)
        list = arena_printf(turn->arena, "%s%s%s", list, *list ? "," : "",
                            reference(c, turn->made[i]));
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->also_count > c->d->origins[i].also_count)
            list = arena_printf(turn->arena, "%s%s%s", list, *list ? "," : "",
                                reference(c, turn->events[i]));
    if (!*list)
        return;
    op(c, "msg");
    add(c, turn->group->kind == GROUP_DIRECT
               ? arena_printf(turn->arena, "dm:%s", turn->sender->id)
               : turn->group->name);
    add(c, input->message);
    add(c, list);
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
    return encoded(c, &buf);
}

static void add_session(struct commit *c, const struct session *session,
                        const struct merged *merged)
{
    if (!session || !session->dirty)
        return;
    bool live = session->question_count || session->half || session->last_report ||
                session->last_report_ref;
    op(c, "session");
    add(c, session->group);
    add(c, session->member);
    add_number(c, merged->version);
    add(c, session_value(c, session));
    add(c, live ? "1" : "0");
    for (size_t i = 0; i < merged->count; i++) {
        op(c, "drop");
        add(c, session->group);
        add(c, session->member);
        add(c, merged->fields[i]);
    }
}

static void add_one(struct commit *c, const struct session *to, const char *field,
                    const struct session *value)
{
    op(c, "add");
    add(c, to->group);
    add(c, to->member);
    add(c, field);
    add(c, session_value(c, value));
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
        event = reference(c, set->event);
    else
        name = arena_printf(d->arena, "s:%s:%s:%s", set->session->group, set->session->member,
                            set->name);
    op(c, set->due_ms ? "timer" : "untimer");
    add(c, event);
    add(c, name);
    if (!set->due_ms)
        return;
    struct payload payload = {.handler = set->handler, .name = set->name, .data = set->data};
    payload.group = set->event ? set->event->group : set->session->group;
    payload.member = set->session ? set->session->member : NULL;
    add_number(c, set->due_ms);
    add(c, payload_encode(&payload, d->arena));
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
                            reference(c, out->events[i]));
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
    p->row = row_encode(out, owner_of(&d->turn, out), d->arena);
    p->out = out;
    op(c, "out");
    add(c, arena_printf(d->arena, "%s:%s", account->adapter->name, account->name));
    add(c, p->id);
    add(c, event_list(c, out));
    add(c, out->acknowledges ? "1" : "0");
    add(c, p->row);
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
    op(c, "person");
    add(c, sender->id);
    add(c, person_encode(&person, d->arena));
}

/* ---- the whole ------------------------------------------------------------------------- */

static struct commit *begin(struct decision *d)
{
    struct commit *c = arena_alloc(d->arena, sizeof *c);
    c->d = d;
    args_init(&c->args);
    add_number(c, d->turn.now_ms);
    add_number(c, clock_is_virtual(d->queue->core->config.clock) ? 0 : KEEP_MESSAGE_DAYS);
    add_input(c);
    return c;
}

struct commit *commit_build_parked(struct decision *d, const char *why)
{
    struct commit *c = begin(d);
    c->parked = true;
    op(c, "park");
    add(c, d->item->input->id);
    add(c, parked_encode(d->item->input, d->hint.text, why, d->arena));
    return c;
}

struct commit *commit_build(struct decision *d)
{
    struct commit *c = begin(d);
    struct turn *turn = &d->turn;
    add_checks(c);
    add_session(c, turn->session, &d->session);
    add_session(c, turn->asked, &d->asked);
    add_events(c);
    add_message(c);
    for (size_t i = 0; i < turn->touched_count; i++)
        add_touched(c, turn->touched[i]);
    for (size_t i = 0; i < turn->timer_count; i++)
        add_timer(c, &turn->timers[i]);
    for (size_t i = 0; i < turn->out_count; i++)
        add_out(c, turn->out[i], i);
    add_found(c);
    return c;
}
