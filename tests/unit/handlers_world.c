/* handlers_world.c: the community in memory: what is kept, and the turns of messages and
 * timers. */
#include "handlers_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/calendar.h"
#include "handlers/handlers.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"

#define START_MS 1772413200000 /* 2026-03-02T09:00:00+08:00 */
#define ARENA_MAX (32u * 1024 * 1024)

struct world *world_create(void)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct faults *faults = faults_create();
    world->community = community_load(NULL, faults);
    world->calendar = calendar_load(NULL, 28800, faults);
    world->policy = policy_load(NULL, faults);
    world->lexicon = lexicon_create(NULL, 0, faults);
    world->wording = wording_create(world->lexicon, NULL, faults);
    for (size_t i = 0; i < faults_count(faults); i++)
        print_error("%s\n", faults_text(faults, i));
    assert_int_equal(faults_count(faults), 0);
    faults_destroy(&faults);
    world->now_ms = START_MS;
    return world;
}

static void forget_said(struct world *world)
{
    for (size_t i = 0; i < world->said_count; i++)
        free(world->said[i]);
    free(world->said);
    world->said = NULL;
    world->said_count = 0;
}

void world_destroy(struct world **world)
{
    struct world *w = *world;
    forget_said(w);
    for (uint32_t i = 0; i < w->event_count; i++) {
        free(w->events[i].body);
        free(w->events[i].text);
        free(w->events[i].photos);
    }
    for (size_t i = 0; i < w->session_count; i++) {
        free(w->sessions[i].group);
        free(w->sessions[i].member);
        free(w->sessions[i].json);
    }
    for (size_t i = 0; i < w->timer_count; i++) {
        free(w->timers[i].name);
        free(w->timers[i].group);
        free(w->timers[i].member);
        free(w->timers[i].handler);
        free(w->timers[i].data);
    }
    for (size_t i = 0; i < w->message_count; i++) {
        free(w->messages[i].group);
        free(w->messages[i].owner);
    }
    for (size_t i = 0; i < w->people_count; i++) {
        free(w->people[i][0]);
        free(w->people[i][1]);
    }
    arena_destroy(&w->arena);
    wording_destroy(&w->wording);
    lexicon_destroy(&w->lexicon);
    policy_destroy(&w->policy);
    calendar_destroy(&w->calendar);
    community_destroy(&w->community);
    free(w);
    *world = NULL;
}

/* ---- reading what is kept ---- */

static struct event *load(struct world *world, uint32_t id, struct arena *arena)
{
    if (!id || id > world->event_count)
        return NULL;
    struct kept_event *kept = &world->events[id - 1];
    struct event *event = event_create(arena);
    assert_int_equal(event_decode(event, kept->body, kept->text, kept->photos, arena), 0);
    event->id = id;
    event->version = kept->version;
    return event;
}

struct event *world_event(struct world *world, uint32_t id)
{
    return load(world, id, world->arena);
}

static struct kept_session *kept_session(struct world *world, const char *group,
                                         const char *member)
{
    for (size_t i = 0; i < world->session_count; i++)
        if (strcmp(world->sessions[i].group, group) == 0 &&
            strcmp(world->sessions[i].member, member) == 0)
            return &world->sessions[i];
    assert_true(world->session_count < WORLD_SESSIONS);
    struct kept_session *kept = &world->sessions[world->session_count++];
    *kept = (struct kept_session){xstrdup(group), xstrdup(member), xstrdup("{}")};
    return kept;
}

static struct session *load_session(struct world *world, const char *group, const char *member)
{
    struct session *session = arena_alloc(world->arena, sizeof *session);
    struct kept_session *kept = kept_session(world, group, member);
    assert_int_equal(session_decode(session, kept->json, world->arena), 0);
    session->group = arena_strdup(world->arena, group);
    session->member = arena_strdup(world->arena, member);
    session->dirty = false;
    session_expire(session, world->now_ms);
    return session;
}

static void reach(struct world *world, uint32_t id, uint32_t how)
{
    struct turn *turn = &world->turn;
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->id == id) {
            turn->events[i]->reached |= how;
            return;
        }
    if (turn->event_count == TURN_EVENTS_MAX)
        return;
    struct event *event = load(world, id, world->arena);
    if (!event)
        return;
    event->reached = how;
    turn->events[turn->event_count++] = event;
}

static void reach_session(struct world *world, const struct session *session)
{
    for (size_t i = 0; i < session->question_count; i++) {
        reach(world, session->questions[i].event, EVENT_BY_QUESTION);
        for (size_t k = 0; k < session->questions[i].choice_count; k++)
            reach(world, (uint32_t)strtoul(session->questions[i].choices[k], NULL, 10), 0);
    }
    if (session->last_ping)
        reach(world, session->last_ping, EVENT_BY_PING);
    if (session->last_report && session->last_report_until_ms >= world->now_ms)
        reach(world, session->last_report, EVENT_BY_RECENT);
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is_near(const struct world *world, const struct event *event)
{
    const struct turn *turn = &world->turn;
    const struct meaning *m = turn->meaning;
    for (size_t i = 0; i <= m->more_count; i++) {
        const struct fault_found *fault = i ? &m->more[i - 1] : &m->fault;
        const char *building =
            fault->where.building ? fault->where.building : turn->group->building;
        if (fault->category && is_same_text(fault->category, event->category) &&
            (!event->building || is_same_text(building, event->building)))
            return true;
    }
    return m->intent == INTENT_ME_TOO && !m->fault.category &&
           is_same_text(turn->group->building, event->building);
}

static bool is_mine(const struct world *world, const struct event *event)
{
    const struct turn *turn = &world->turn;
    const char *id = turn->sender ? turn->sender->id : turn->session->member;
    bool joined = false;
    for (size_t i = 0; i < event->also_count; i++)
        joined |= strcmp(event->also[i], id) == 0;
    for (size_t i = 0; i < event->watcher_count; i++)
        joined |= strcmp(event->watchers[i], id) == 0;
    return joined || is_same_text(event->reporter, id) || is_same_text(event->assignee, id) ||
           is_same_text(event->verifier, id);
}

/* As context.lua: near and mine, newest first, archived ones only by number. */
static void reach_others(struct world *world)
{
    for (uint32_t id = world->event_count; id > 0; id--) {
        struct arena *arena = arena_create(ARENA_MAX);
        struct event *event = load(world, id, arena);
        uint32_t how = 0;
        if (event->state != STATE_ARCHIVED) {
            how |= is_near(world, event) ? EVENT_BY_NEAR : 0;
            how |= is_mine(world, event) ? EVENT_BY_MINE : 0;
        }
        arena_destroy(&arena);
        if (how)
            reach(world, id, how);
    }
}

/* ---- keeping effects ---- */

static char *encoded(void (*encode)(const void *value, struct buf *out), const void *value)
{
    struct buf buf;
    buf_init(&buf, 1 << 16);
    encode(value, &buf);
    assert_false(buf.failed);
    char *text = xstrdup(buf_text(&buf));
    buf_finish(&buf);
    return text;
}

static void body_cb(const void *value, struct buf *out)
{
    event_encode(value, out);
}

static void photos_cb(const void *value, struct buf *out)
{
    event_encode_photos(value, out);
}

static void session_cb(const void *value, struct buf *out)
{
    session_encode(value, out);
}

static void keep_event(struct world *world, struct event *event)
{
    struct arena *arena = arena_create(ARENA_MAX);
    struct event *before = load(world, event->id, arena);
    if (!event->id) {
        assert_true(world->event_count < WORLD_EVENTS);
        event->id = ++world->event_count;
    }
    struct kept_event *kept = &world->events[event->id - 1];
    free(kept->body);
    free(kept->text);
    free(kept->photos);
    kept->body = encoded(body_cb, event);
    kept->photos = encoded(photos_cb, event);
    kept->text = xstrdup(event->text);
    kept->version++;
    rules_check_event(world, before, event);
    arena_destroy(&arena);
}

/* "#1" becomes the number, as the commit does it. */
static char *resolved(const struct world *world, const char *json)
{
    struct buf buf;
    buf_init(&buf, 1 << 16);
    for (const char *p = json; *p; p++) {
        bool ref = p[0] == '"' && p[1] == '#' && p[2] >= '1' && p[2] <= '9' && p[3] == '"';
        if (ref) {
            buf_printf(&buf, "%u", world->turn.made[p[2] - '1']->id);
            p += 3;
        } else {
            buf_add(&buf, p, 1);
        }
    }
    char *text = xstrdup(buf_text(&buf));
    buf_finish(&buf);
    return text;
}

static void keep_session(struct world *world, const struct session *session)
{
    struct kept_session *kept = kept_session(world, session->group, session->member);
    char *json = encoded(session_cb, session);
    free(kept->json);
    kept->json = resolved(world, json);
    free(json);
}

/* What was added to somebody else's session joins what he has. */
static void merge_session(struct world *world, const struct session *added)
{
    struct session *session = load_session(world, added->group, added->member);
    for (size_t i = 0; i < added->question_count; i++)
        session_ask(session, &added->questions[i]);
    if (added->last_ping || added->last_ping_ref) {
        session->last_ping = added->last_ping;
        session->last_ping_ref = added->last_ping_ref;
    }
    keep_session(world, session);
}

static struct kept_timer *kept_timer(struct world *world, const struct timer_set *set)
{
    struct kept_timer *free_one = NULL;
    for (size_t i = 0; i < world->timer_count; i++) {
        struct kept_timer *t = &world->timers[i];
        bool same = set->event ? t->event == set->event->id
                               : !t->event && is_same_text(t->group, set->session->group) &&
                                     is_same_text(t->member, set->session->member);
        if (t->live && same && strcmp(t->name, set->name) == 0)
            return t;
        if (!t->live)
            free_one = t;
    }
    if (free_one)
        return free_one;
    assert_true(world->timer_count < WORLD_TIMERS);
    return &world->timers[world->timer_count++];
}

static void keep_timer(struct world *world, const struct timer_set *set)
{
    struct kept_timer *t = kept_timer(world, set);
    free(t->name);
    free(t->group);
    free(t->member);
    free(t->handler);
    free(t->data);
    *t = (struct kept_timer){.name = xstrdup(set->name), .due_ms = set->due_ms};
    t->live = set->due_ms != 0;
    if (!t->live)
        return;
    t->event = set->event ? set->event->id : 0;
    const char *group = set->session ? set->session->group : world->turn.group->name;
    t->group = xstrdup(set->event && set->event->group ? set->event->group : group);
    t->member = set->session ? xstrdup(set->session->member) : NULL;
    t->handler = xstrdup(set->handler);
    t->data = set->data ? xstrdup(set->data) : NULL;
}

static struct kept_message *keep_message(struct world *world, const char *group)
{
    assert_true(world->message_count < WORLD_MESSAGES);
    struct kept_message *kept = &world->messages[world->message_count++];
    *kept = (struct kept_message){.group = xstrdup(group)};
    return kept;
}

/* Whose question it puts: the first mentioned, else who is answered. */
static const char *owner_of(const struct outgoing *out)
{
    return out->mention_count ? out->mentions[0] : out->quote_member;
}

static void keep_out(struct world *world, struct outgoing *out)
{
    for (size_t i = 0; i < out->arg_count; i++)
        if (out->args[i].kind == ARG_NUMBER && !out->args[i].event)
            out->args[i].event = world->turn.made[out->args[i].ref - 1]->id;
    struct kept_message *kept = keep_message(world, out->group);
    for (size_t i = 0; i < out->event_count; i++)
        kept->events[kept->count++] = out->events[i]->id;
    const char *owner = owner_of(out);
    kept->owner = owner ? xstrdup(owner) : NULL;
    world->said = xrealloc(world->said, (world->said_count + 1) * sizeof *world->said);
    world->said[world->said_count++] = words_of(world, out);
}

static void keep(struct world *world, size_t message)
{
    struct turn *turn = &world->turn;
    for (size_t i = 0; i < turn->made_count; i++)
        keep_event(world, turn->made[i]);
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->dirty)
            keep_event(world, turn->events[i]);
    if (turn->session && turn->session->dirty)
        keep_session(world, turn->session);
    if (turn->asked && turn->asked->dirty)
        keep_session(world, turn->asked);
    for (size_t i = 0; i < turn->touched_count; i++)
        merge_session(world, turn->touched[i]);
    for (size_t i = 0; i < turn->timer_count; i++)
        keep_timer(world, &turn->timers[i]);
    for (size_t i = 0; i < turn->out_count; i++)
        keep_out(world, turn->out[i]);
    for (size_t i = 0; message && i < turn->made_count; i++) {
        struct kept_message *kept = &world->messages[message - 1];
        kept->events[kept->count++] = turn->made[i]->id;
    }
    rules_check_turn(world);
}

/* ---- deciding: as decide.c ---- */

static const struct handler *by_name(const char *name)
{
    for (size_t i = 0; handlers_all[i]; i++)
        if (strcmp(handlers_all[i]->name, name) == 0)
            return handlers_all[i];
    return NULL;
}

static bool try_answer(struct world *world, struct session *session, size_t index)
{
    struct turn *turn = &world->turn;
    const struct question *question = &session->questions[index];
    const struct handler *handler = by_name(question->handler);
    assert_non_null(handler);
    assert_non_null(handler->answer);
    if (turn_event_by(turn, EVENT_BY_QUOTE)) {
        struct event *event = turn_event_numbered(turn, question->event);
        if (!event || !(event->reached & EVENT_BY_QUOTE))
            return false;
    }
    if (!handler->answer(turn, session, index))
        return false;
    world->handler = handler;
    return true;
}

static void read_context(struct world *world, const char *quoted_owner);

/* One question: asked. Several: the only one that takes it; the context is read anew between.
 */
static bool answered(struct world *world, bool of_asked, const char *quoted_owner)
{
    struct turn *turn = &world->turn;
    struct session *session = of_asked ? turn->asked : turn->session;
    size_t count = session ? session->question_count : 0, fits = 0, chosen = 0;
    for (size_t i = 0; i < count; i++) {
        bool takes = try_answer(world, of_asked ? turn->asked : turn->session, i);
        if (takes && count == 1)
            return true;
        if (takes) {
            fits++;
            chosen = i;
            read_context(world, quoted_owner);
        }
    }
    return fits == 1 && try_answer(world, of_asked ? turn->asked : turn->session, chosen);
}

static bool listens(const struct handler *handler, const struct turn *turn)
{
    static const unsigned bits[] = {[INPUT_MESSAGE] = LISTEN_MESSAGE,
                                    [INPUT_EDIT] = LISTEN_EDIT,
                                    [INPUT_RECALL] = LISTEN_RECALL,
                                    [INPUT_REACTION] = LISTEN_REACTION};
    if (!(handler->listens & bits[turn->input->kind]))
        return false;
    if (handler->listens & LISTEN_STAFF_ONLY && !turn->staff)
        return false;
    bool text = turn->input->kind == INPUT_MESSAGE || turn->input->kind == INPUT_EDIT;
    return !text || handler->intents >> turn->meaning->intent & 1;
}

static void decide_surest(struct world *world)
{
    int best = 0;
    world->handler = NULL;
    for (size_t i = 0; handlers_all[i]; i++) {
        if (!listens(handlers_all[i], &world->turn))
            continue;
        int sure = handlers_all[i]->match(&world->turn);
        if (sure > best ||
            (sure && sure == best && handlers_all[i]->priority > world->handler->priority)) {
            best = sure;
            world->handler = handlers_all[i];
        }
    }
    if (world->handler)
        world->handler->handle(&world->turn);
}

/* ---- turns ---- */

static void start_turn(struct world *world)
{
    arena_destroy(&world->arena);
    world->arena = arena_create(ARENA_MAX);
    world->turn = (struct turn){.community = world->community,
                                .calendar = world->calendar,
                                .policy = world->policy,
                                .now_ms = world->now_ms,
                                .arena = world->arena,
                                .text = ""};
    world->handler = NULL;
}

static struct kept_message *quoted(struct world *world, const struct input *input)
{
    const char *id = input->kind == INPUT_MESSAGE ? input_quoted(input) : NULL;
    if (input->kind == INPUT_REACTION)
        id = input->message;
    return id ? &world->messages[strtoul(id, NULL, 10) - 1] : NULL;
}

static void read_context(struct world *world, const char *quoted_owner)
{
    struct turn *turn = &world->turn;
    const struct input *input = turn->input;
    turn->event_count = turn->made_count = turn->timer_count = 0;
    turn->out_count = turn->touched_count = 0;
    turn->asked = NULL;
    turn->session = load_session(world, turn->group->name, turn->sender->id);
    for (size_t i = 0; i < turn->meaning->number_count; i++)
        reach(world, turn->meaning->numbers[i], EVENT_BY_NUMBER);
    struct kept_message *about = quoted(world, input);
    for (size_t i = 0; about && i < about->count; i++)
        reach(world, about->events[i], EVENT_BY_QUOTE);
    if (quoted_owner && strcmp(quoted_owner, turn->sender->id) != 0)
        turn->asked = load_session(world, turn->group->name, quoted_owner);
    if (input->kind == INPUT_RECALL || input->kind == INPUT_EDIT) {
        struct kept_message *own = &world->messages[strtoul(input->message, NULL, 10) - 1];
        for (size_t i = 0; i < own->count; i++)
            reach(world, own->events[i], EVENT_BY_MESSAGE);
    }
    reach_session(world, turn->session);
    if (turn->asked)
        reach_session(world, turn->asked);
    reach_others(world);
}

static void understand_it(struct world *world, const char *text, bool addressed,
                          struct meaning *meaning)
{
    const struct turn *turn = &world->turn;
    struct hints hints = {.building = turn->group->building,
                          .addressed = addressed,
                          .direct = turn->group->kind == GROUP_DIRECT};
    if (text[0])
        understand(world->lexicon, text, strlen(text), &hints, world->arena, meaning);
}

/* The core joins a half-told report with its next piece. */
static void join_half(struct world *world, struct meaning *meaning)
{
    struct turn *turn = &world->turn;
    struct session *session = load_session(world, turn->group->name, turn->sender->id);
    enum intent alone = meaning->intent;
    if (!session->half ||
        (alone != INTENT_FRAGMENT && alone != INTENT_CHAT && alone != INTENT_REPORT))
        return;
    const char *text = arena_printf(world->arena, "%s %s", session->half, turn->text);
    struct meaning together = {0};
    understand_it(world, text, turn->addressed, &together);
    if (!together.report && !(alone == INTENT_FRAGMENT && together.intent == INTENT_FRAGMENT))
        return;
    *meaning = together;
    turn->text = text;
    turn->joined = true;
}

static void note_person(struct world *world, const struct member *member)
{
    if (community_member(world->community, member->id))
        return;
    for (size_t i = 0; i < world->people_count; i++)
        if (strcmp(world->people[i][0], member->id) == 0)
            return;
    if (world->people_count == sizeof world->people / sizeof *world->people)
        return;
    world->people[world->people_count][0] = xstrdup(member->id);
    world->people[world->people_count++][1] = xstrdup(member->name);
}

static void run(struct world *world, const char *group, const char *name, struct input *input,
                const char *text)
{
    struct turn *turn = &world->turn;
    turn->input = input;
    turn->group = community_group(world->community, group);
    assert_non_null(turn->group);
    turn->sender = community_sender(world->community, "play", "play", name, name, turn->group,
                                    world->arena);
    note_person(world, turn->sender);
    turn->staff = member_is_staff(turn->sender);
    turn->addressed = input_mentions_self(input) || turn->group->kind == GROUP_DIRECT;
    turn->text = text;
    struct meaning *meaning = arena_alloc(world->arena, sizeof *meaning);
    meaning->fault.where.floor = meaning->fault.where.floor_to = FLOOR_NONE;
    understand_it(world, text, turn->addressed || input_quoted(input), meaning);
    turn->meaning = meaning;
    if (input->kind == INPUT_MESSAGE && text[0])
        join_half(world, meaning);
    struct kept_message *about = quoted(world, input);
    const char *owner = about ? about->owner : NULL;
    read_context(world, owner);
    bool may_answer = input->kind == INPUT_MESSAGE || input->kind == INPUT_REACTION;
    if (!may_answer || !(answered(world, false, owner) || answered(world, true, owner)))
        decide_surest(world);
}

static size_t last_about(const struct world *world, const char *group, uint32_t event)
{
    for (size_t i = world->message_count; i > 0; i--) {
        const struct kept_message *m = &world->messages[i - 1];
        for (size_t k = 0; k < m->count && strcmp(m->group, group) == 0; k++)
            if (m->events[k] == event)
                return i;
    }
    return 0;
}

static const char *skip_mark(const char *text, const char **ret_mark, struct arena *arena)
{
    const char *end = *text == '[' ? strchr(text, ']') : NULL;
    if (!end)
        return NULL;
    *ret_mark = arena_strndup(arena, text + 1, (size_t)(end - text - 1));
    return end + 1 + (end[1] == ' ');
}

static const char *take_marks(struct world *world, const char *group, const char *text,
                              struct input *input, struct segment *segments)
{
    const char *mark, *rest;
    while ((rest = skip_mark(text, &mark, world->arena))) {
        text = rest;
        struct segment *s = &segments[input->segment_count];
        if (strcmp(mark, "photo") == 0)
            *s = (struct segment){
                .kind = SEGMENT_IMAGE,
                .text = arena_printf(world->arena, "media:%zu.jpg", world->message_count)};
        else if (strcmp(mark, "at") == 0)
            *s = (struct segment){.kind = SEGMENT_AT, .self = true, .id = "bot"};
        else if (strncmp(mark, "reply ", 6) == 0)
            *s = (struct segment){
                .kind = SEGMENT_REPLY,
                .id = arena_printf(world->arena, "%zu",
                                   last_about(world, group, (uint32_t)atoi(mark + 6)))};
        else if (strncmp(mark, "react ", 6) == 0) {
            input->kind = INPUT_REACTION;
            input->value = mark + 6;
            continue;
        }
        input->segment_count++;
    }
    return text;
}

size_t world_say(struct world *world, const char *group, const char *name, const char *text)
{
    forget_said(world);
    start_turn(world);
    struct segment *segments = arena_alloc(world->arena, 8 * sizeof *segments);
    struct input *input = arena_alloc(world->arena, sizeof *input);
    *input = (struct input){.kind = INPUT_MESSAGE,
                            .adapter = "play",
                            .account = "play",
                            .group = group,
                            .user = name,
                            .user_name = name,
                            .time_ms = world->now_ms,
                            .segments = segments};
    const char *rest = take_marks(world, group, text, input, segments);
    if (input->segment_count && segments[0].kind == SEGMENT_REPLY &&
        strcmp(segments[0].id, "0") == 0)
        return 0; /* nothing to quote */
    keep_message(world, group);
    size_t message = world->message_count;
    input->message = input->kind == INPUT_REACTION && input->segment_count
                         ? segments[0].id
                         : arena_printf(world->arena, "%zu", message);
    if (rest[0])
        segments[input->segment_count++] = (struct segment){.kind = SEGMENT_TEXT, .text = rest};
    run(world, group, name, input, rest);
    keep(world, message);
    return message;
}

static void about_own(struct world *world, const char *group, const char *name, size_t message,
                      enum input_kind kind, const char *text)
{
    forget_said(world);
    start_turn(world);
    struct segment *segment = arena_alloc(world->arena, sizeof *segment);
    *segment = (struct segment){.kind = SEGMENT_TEXT, .text = text};
    struct input *input = arena_alloc(world->arena, sizeof *input);
    *input = (struct input){.kind = kind,
                            .adapter = "play",
                            .account = "play",
                            .group = group,
                            .user = name,
                            .user_name = name,
                            .message = arena_printf(world->arena, "%zu", message),
                            .time_ms = world->now_ms,
                            .segments = segment,
                            .segment_count = 1};
    run(world, group, name, input, text);
    keep(world, 0);
}

void world_recall(struct world *world, const char *group, const char *name, size_t message)
{
    about_own(world, group, name, message, INPUT_RECALL, "");
}

void world_edit(struct world *world, const char *group, const char *name, size_t message,
                const char *text)
{
    about_own(world, group, name, message, INPUT_EDIT, text);
}

/* ---- time ---- */

static struct kept_timer *next_timer(struct world *world)
{
    struct kept_timer *next = NULL;
    for (size_t i = 0; i < world->timer_count; i++) {
        struct kept_timer *t = &world->timers[i];
        if (t->live && (!next || t->due_ms < next->due_ms))
            next = t;
    }
    return next;
}

static void run_timer(struct world *world, struct kept_timer *t)
{
    start_turn(world);
    struct turn *turn = &world->turn;
    struct input *input = arena_alloc(world->arena, sizeof *input);
    *input = (struct input){.kind = INPUT_TIMER, .due_ms = t->due_ms, .event = t->event};
    static struct meaning nothing;
    nothing.fault.where.floor = nothing.fault.where.floor_to = FLOOR_NONE;
    turn->input = input;
    turn->meaning = &nothing;
    turn->group = community_group(world->community, t->group);
    turn->timer_name = arena_strdup(world->arena, t->name);
    turn->timer_data = arena_strdup(world->arena, t->data);
    if (t->member)
        turn->session = load_session(world, t->group, t->member);
    if (t->event)
        reach(world, t->event, EVENT_BY_TIMER);
    else
        reach_others(world);
    const struct handler *handler = by_name(t->handler);
    t->live = false;
    assert_non_null(handler);
    assert_non_null(handler->on_timer);
    world->handler = handler;
    handler->on_timer(turn);
    keep(world, 0);
}

void world_pass(struct world *world, int64_t ms)
{
    int64_t until_ms = world->now_ms + ms;
    forget_said(world);
    struct kept_timer *next;
    while ((next = next_timer(world)) && next->due_ms <= until_ms) {
        if (next->due_ms > world->now_ms)
            world->now_ms = next->due_ms;
        run_timer(world, next);
    }
    world->now_ms = until_ms;
}

/* ---- asking ---- */

const char *world_id(const struct world *world, const char *name)
{
    return community_sender(world->community, "play", "play", name, name, NULL, world->arena)
        ->id;
}

static bool is_in(const char *said, const char *group)
{
    size_t len = strlen(group);
    return strncmp(said, group, len) == 0 && said[len] == ':';
}

bool world_said(const struct world *world, const char *group, ...)
{
    for (size_t i = 0; i < world->said_count; i++) {
        if (!is_in(world->said[i], group))
            continue;
        va_list words;
        va_start(words, group);
        bool all = true;
        const char *word;
        while ((word = va_arg(words, const char *)))
            all &= strstr(world->said[i], word) != NULL;
        va_end(words);
        if (all)
            return true;
    }
    for (size_t i = 0; i < world->said_count; i++)
        print_message("  %s\n", world->said[i]);
    return false;
}

size_t world_said_in(const struct world *world, const char *group)
{
    size_t count = 0;
    for (size_t i = 0; i < world->said_count; i++)
        count += is_in(world->said[i], group);
    return count;
}

bool world_has_timer(const struct world *world, uint32_t event, const char *name)
{
    for (size_t i = 0; i < world->timer_count; i++)
        if (world->timers[i].live && world->timers[i].event == event &&
            (!name || strcmp(world->timers[i].name, name) == 0))
            return true;
    return false;
}
