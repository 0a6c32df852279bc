/* context.c: what a turn must know: what context.lua is asked, and the turn that is made of its
 * answer. decision.c makes the trip. */
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/args.h"
#include "turn/internal.h"

/* ---- asking ----------------------------------------------------------------------------- */

static unsigned needs_of(const struct decision *d)
{
    const struct handler *const *handlers = d->queue->core->config.handlers;
    unsigned needs = 0;
    for (size_t i = 0; handlers[i]; i++)
        needs |= handlers[i]->needs;
    return needs;
}

static const char *floor_text(int32_t floor, int32_t floor_to, struct arena *arena)
{
    bool one = floor != FLOOR_NONE && floor_to == FLOOR_NONE;
    return one ? arena_printf(arena, "%d", floor) : "";
}

const char *context_where(const struct event *event, struct arena *arena)
{
    if (event_is_wide(event->category) || event->urgency == URGENCY_EMERGENCY)
        return "";
    return arena_printf(arena, "%s:%s", event->unit ? event->unit : "",
                        floor_text(event->floor, event->floor_to, arena));
}

/* Two faults of one place: whatever is told of it. */
static void add_place(struct decision *d, const char *building, const char *category,
                      const char *unit, const char *floor)
{
    for (size_t i = 0; i < d->place_count; i++) {
        if (strcmp(d->places[i].building, building) == 0 &&
            strcmp(d->places[i].category, category) == 0) {
            d->places[i].unit = d->places[i].floor = "";
            return;
        }
    }
    if (d->place_count < CONTEXT_PLACES_MAX) {
        d->places[d->place_count].building = building;
        d->places[d->place_count].category = category;
        d->places[d->place_count].unit = unit;
        d->places[d->place_count].floor = floor;
        d->places[d->place_count++].top = "0";
    }
}

static void add_place_of(struct decision *d, const struct fault_found *fault)
{
    const char *here = d->queue->group->building;
    const struct location *where = &fault->where;
    const char *building = where->building ? where->building : here ? here : "-";
    add_place(d, building, fault->category, where->unit ? where->unit : "",
              floor_text(where->floor, where->floor_to, d->arena));
    if (strcmp(building, "-") != 0)
        add_place(d, "-", fault->category, "", "");
}

/* A building head asks what is open: his building's is, too. */
static void add_own_buildings(struct decision *d)
{
    const struct member *sender = d->item->sender;
    for (size_t i = 0; sender && i < sender->role_count; i++)
        if (sender->roles[i].area.building)
            add_place(d, sender->roles[i].area.building, "*", "", "");
}

/* "我家还没有", "还是没亮": what was done in the building of late, the archived too where it is
 * of what comes to the homes. */
static void add_done_here(struct decision *d, const char *command)
{
    static const char *const kinds[] = {"*", "water_supply", "power", "heating"};
    const char *here = d->queue->group->building;
    size_t count = !here || !command               ? 0
                   : strcmp(command, "none") == 0  ? sizeof kinds / sizeof *kinds
                   : strcmp(command, "still") == 0 ? 1
                   : strcmp(command, "again") == 0 ? 1
                                                   : 0;
    for (size_t i = 0; i < count; i++)
        add_place(d, here, kinds[i], "", "");
}

/* The places whose events may be the one that is told: named in the text, else the group's
 * building; and those of the whole community. */
static void find_places(struct decision *d)
{
    const struct meaning *m = &d->hint.meaning;
    const struct fault_found *faults[1 + MEANING_MORE] = {&m->fault};
    size_t count = 1;
    for (size_t i = 0; i < m->more_count && i < MEANING_MORE; i++)
        faults[count++] = &m->more[i];
    if (m->intent == INTENT_ME_TOO) /* "+1": whatever was told last */
        add_place(d, d->queue->group->building ? d->queue->group->building : "-", "*", "", "");
    if (m->command && strcmp(m->command, "list") == 0)
        add_own_buildings(d);
    if (m->intent == INTENT_DENY)
        add_done_here(d, m->command);
    for (size_t i = 0; i < count; i++)
        if (faults[i]->category)
            add_place_of(d, faults[i]);
}

static void add_numbers(struct decision *d, struct args *args)
{
    const struct meaning *m = &d->hint.meaning;
    args_add_number(args, d->arena, m->number_count);
    for (size_t i = 0; i < m->number_count; i++)
        args_add_number(args, d->arena, m->numbers[i]);
}

/* "1", and the ids that the sender had before he was bound. */
static const char *mine(const struct decision *d)
{
    const struct member *sender = d->item->sender;
    const char *text = "1";
    for (size_t i = 0; sender && i < sender->identity_count; i++)
        if (strcmp(sender->identities[i].adapter, ROSTER_FORMER) == 0)
            text = arena_printf(d->arena, "%s %s", text, sender->identities[i].user);
    return text;
}

static void ask_for_message(struct decision *d, struct args *args)
{
    const struct input *input = d->item->input;
    bool is_new = input->kind == INPUT_MESSAGE || input->kind == INPUT_CALL;
    const char *quoted = is_new ? input_quoted(input) : NULL;
    if (input->kind == INPUT_REACTION)
        quoted = input->message;
    const char *own =
        input->kind == INPUT_RECALL || input->kind == INPUT_EDIT ? input->message : NULL;
    args_add(args, d->item->sender ? d->item->sender->id : "");
    args_add(args, "");
    args_add(args, quoted ? quoted : "");
    args_add(args, own ? own : "");
    args_add(args, needs_of(d) & NEED_MINE ? mine(d) : "0");
    add_numbers(d, args);
    find_places(d);
    args_add_number(args, d->arena, d->place_count);
    for (size_t i = 0; i < d->place_count; i++) {
        args_add(args, d->places[i].building);
        args_add(args, d->places[i].category);
        args_add(args, d->places[i].unit);
        args_add(args, d->places[i].floor);
    }
    char hash[65] = "";
    if (d->hint.code[0])
        code_hash(d->hint.code, hash);
    args_add(args, arena_strdup(d->arena, hash));
}

/* How far ahead the timers of the same name are taken along. */
static int64_t along(const struct decision *d, const char *handler)
{
    const struct handler *const *handlers = d->queue->core->config.handlers;
    for (size_t i = 0; handlers[i]; i++)
        if (strcmp(handlers[i]->name, handler) == 0)
            return handlers[i]->along_ms;
    return 0;
}

static void ask_for_timer(struct decision *d, struct args *args)
{
    const struct input *input = d->item->input;
    struct payload payload;
    if (payload_decode(&payload, input->payload, d->arena) < 0)
        payload = (struct payload){.handler = "", .name = ""};
    d->timer_handler = payload.handler;
    d->turn.timer_name = payload.name;
    d->turn.timer_data = payload.data;
    args_add(args, payload.member ? payload.member : "");
    if (input->event)
        args_add_number(args, d->arena, input->event);
    else
        args_add(args, "");
    for (int i = 0; i < 2; i++)
        args_add(args, "");
    int64_t along_ms = along(d, payload.handler);
    args_add(args, payload.member ? "1" /* a person's timer sees what is his */
                   : along_ms     ? arena_printf(d->arena, "=%s %lld", payload.name,
                                                 (long long)(d->turn.now_ms + along_ms))
                                  : "0");
    args_add(args, "0");
    args_add(args, "0");
}

void context_ask(struct decision *d, struct args *args)
{
    args_add(args, d->queue->group->name);
    if (d->item->input->kind == INPUT_TIMER)
        ask_for_timer(d, args);
    else
        ask_for_message(d, args);
}

/* ---- reading ----------------------------------------------------------------------------- */

static void note_origin(struct origin *origin, const struct event *event, struct arena *arena)
{
    *origin = (struct origin){.open = event_is_open(event),
                              .where = context_where(event, arena),
                              .building = event->building,
                              .category = event->category,
                              .reporter = event->reporter,
                              .assignee = event->assignee,
                              .verifier = event->verifier,
                              .state = event->state,
                              .also_count = event->also_count,
                              .watcher_count = event->watcher_count};
}

static void hand_on(const struct turn *turn, const char **member)
{
    const struct member *now = *member && strncmp(*member, "r-", 2) == 0
                                   ? community_member(turn->community, *member)
                                   : NULL;
    *member = now ? now->id : *member;
}

/* Whoever was bound to a row of the roster keeps what he had to do with it under an earlier id;
 * the commit compares with what is stored, and moves it when the event is written. */
static void hand_on_all(const struct turn *turn, struct event *event)
{
    hand_on(turn, &event->reporter);
    hand_on(turn, &event->via);
    hand_on(turn, &event->verifier);
    hand_on(turn, &event->handler_member);
    for (size_t i = 0; i < event->also_count; i++)
        hand_on(turn, &event->also[i]);
}

/* Of a stored timer, "<event>|<payload>". */
static const char *timer_data(const char *stored, struct arena *arena)
{
    const char *bar = stored ? strchr(stored, '|') : NULL;
    struct payload payload;
    return bar && payload_decode(&payload, bar + 1, arena) == 0 ? payload.data : NULL;
}

static int read_event(struct decision *d, const struct redis_reply *fields)
{
    if (fields->len < 7 || d->turn.event_count == TURN_EVENTS_MAX)
        return ERR_INVALID;
    const char *f[7];
    for (size_t i = 0; i < 7; i++)
        f[i] = arena_strdup(d->arena, fields->items[i]->text);
    struct event *event = event_create(d->arena);
    if (event_decode(event, f[3], f[4], f[5][0] ? f[5] : NULL, d->arena) < 0) {
        log_error("context", "event unreadable id=%s", f[0]);
        return 0; /* the others count */
    }
    event->id = (uint32_t)strtoul(f[0], NULL, 10);
    event->reached = (uint32_t)strtoul(f[1], NULL, 10);
    event->version = (uint32_t)strtoul(f[2], NULL, 10);
    event->acked_ms = strtoll(f[6], NULL, 10);
    if (fields->len > 8) {
        event->along = timer_data(fields->items[7]->text, d->arena);
        event->along_ms = strtoll(fields->items[8]->text, NULL, 10);
    }
    event->dirty = false;
    note_origin(&d->origins[d->turn.event_count], event, d->arena);
    hand_on_all(&d->turn, event);
    d->turn.events[d->turn.event_count++] = event;
    return 0;
}

/* Which events the sender's session speaks of, told apart here since the script cannot. */
static void mark_session_events(struct turn *turn, const struct session *session)
{
    for (size_t i = 0; i < turn->event_count; i++) {
        struct event *event = turn->events[i];
        for (size_t q = 0; q < session->question_count; q++)
            if (session->questions[q].event == event->id)
                event->reached |= EVENT_BY_QUESTION;
        if (session->last_ping == event->id)
            event->reached |= EVENT_BY_PING;
        if (session->last_report == event->id && session->last_report_until_ms >= turn->now_ms)
            event->reached |= EVENT_BY_RECENT;
    }
}

static const char *session_member(const struct decision *d)
{
    if (d->item->sender)
        return d->item->sender->id;
    struct payload payload;
    if (d->item->input->payload &&
        payload_decode(&payload, d->item->input->payload, d->arena) == 0)
        return payload.member;
    return NULL;
}

/* "3|1772413200000": wrong tries, and when the last one was. */
static void read_tries(struct turn_code *code, const char *stored, int64_t now_ms)
{
    const char *bar = strchr(stored, '|');
    int64_t until_ms = bar ? strtoll(bar + 1, NULL, 10) + CODE_LOCK_MS : 0;
    if (until_ms <= now_ms)
        return;
    code->tries = atoi(stored);
    if (code->tries >= CODE_TRIES_MAX)
        code->locked_until_ms = until_ms;
}

static void read_code(struct decision *d, const char *stored, const char *tries)
{
    struct turn *turn = &d->turn;
    struct turn_code *code = arena_alloc(d->arena, sizeof *code);
    char hash[65];
    code_hash(d->hint.code, hash);
    code->hash = arena_strdup(d->arena, hash);
    code->stored = arena_strdup(d->arena, stored);
    code_decode(turn->community, code->stored, d->arena, &code->record);
    code->expired = turn->now_ms >= code->record.issued_ms + CODE_VALID_MS;
    read_tries(code, tries, turn->now_ms);
    turn->code = code;
}

/* What was open with him before he was bound is open with him still: his questions move, and
 * the commit takes them away there. */
static void take_former(struct decision *d, const struct redis_reply *list)
{
    struct session *session = d->turn.session;
    d->former_count = 0;
    for (size_t i = 0; session && i + 1 < list->len; i += 2) {
        if (d->former_count == CONTEXT_FORMER_MAX)
            return;
        size_t at = d->former_count++;
        struct session *before =
            context_session(session->group, list->items[i]->text, list->items[i + 1], d->arena,
                            &d->formerly[at]);
        d->former[at] = before;
        session_expire(before, d->turn.now_ms);
        for (size_t k = 0; k < before->question_count; k++)
            session_ask(session, &before->questions[k]);
        if (!session->last_report) {
            session->last_report = before->last_report;
            session->last_report_until_ms = before->last_report_until_ms;
        }
        session->dirty = true;
    }
}

int context_read(struct decision *d, const struct redis_reply *reply)
{
    if (reply->type != REDIS_LIST || reply->len < 6)
        return ERR_INVALID;
    const struct redis_reply *const *part = reply->items;
    struct turn *turn = &d->turn;
    const char *group = d->queue->group->name;
    const char *member = session_member(d);
    if (member)
        turn->session = context_session(group, member, part[0], d->arena, &d->session);
    if (part[1]->len)
        turn->asked = context_session(group, part[1]->text, part[2], d->arena, &d->asked);
    for (size_t i = 0; i < part[3]->len; i++)
        if (read_event(d, part[3]->items[i]) < 0)
            return ERR_INVALID;
    for (size_t i = 0; i < part[4]->len && i < d->place_count; i++)
        d->places[i].top = arena_strdup(d->arena, part[4]->items[i]->text);
    take_former(d, part[5]);
    turn->code = NULL;
    if (reply->len >= 8)
        read_code(d, part[6]->text, part[7]->text);
    if (turn->session) {
        session_expire(turn->session, turn->now_ms);
        mark_session_events(turn, turn->session);
    }
    if (turn->asked)
        session_expire(turn->asked, turn->now_ms);
    return 0;
}
