/* handlers_kept.c: what the community in memory keeps: events and sessions in their stored
 * form, timers, messages; reading a context from it, keeping a turn's effects, and what tests
 * ask of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "handlers_kept.h"
#include "host/mem.h"

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

struct session *kept_session_read(struct world *world, const char *group, const char *member)
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

void kept_reach(struct world *world, uint32_t id, uint32_t how)
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

void kept_reach_session(struct world *world, const struct session *session)
{
    for (size_t i = 0; i < session->question_count; i++) {
        kept_reach(world, session->questions[i].event, EVENT_BY_QUESTION);
        for (size_t k = 0; k < session->questions[i].choice_count; k++)
            kept_reach(world, (uint32_t)strtoul(session->questions[i].choices[k], NULL, 10), 0);
    }
    if (session->last_ping)
        kept_reach(world, session->last_ping, EVENT_BY_PING);
    if (session->last_report && session->last_report_until_ms >= world->now_ms)
        kept_reach(world, session->last_report, EVENT_BY_RECENT);
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
    return m->intent == INTENT_ME_TOO && is_same_text(turn->group->building, event->building);
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
void kept_reach_others(struct world *world)
{
    for (uint32_t id = world->event_count; id > 0; id--) {
        struct arena *arena = arena_create(KEPT_ARENA_MAX);
        struct event *event = load(world, id, arena);
        uint32_t how = 0;
        if (event->state != STATE_ARCHIVED) {
            how |= is_near(world, event) ? EVENT_BY_NEAR : 0;
            how |= is_mine(world, event) ? EVENT_BY_MINE : 0;
        }
        arena_destroy(&arena);
        if (how)
            kept_reach(world, id, how);
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

static void keep_lender(struct kept_event *kept, const struct event *event)
{
    for (const struct step *step = event->new_steps; step; step = step->next) {
        char *end = strcmp(step->what, "handed over") == 0 ? strstr(step->note, " to ") : NULL;
        if (!end)
            continue;
        free(kept->lender);
        bool lent = strstr(end, ", on leave") != NULL;
        kept->lender = lent ? xstrndup(step->note, (size_t)(end - step->note)) : NULL;
    }
}

static void keep_event(struct world *world, struct event *event)
{
    struct arena *arena = arena_create(KEPT_ARENA_MAX);
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
    keep_lender(kept, event);
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
    struct session *session = kept_session_read(world, added->group, added->member);
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
    const char *group = set->session ? set->session->group : set->event->group;
    t->group = xstrdup(group ? group : world->turn.group->name);
    t->member = set->session ? xstrdup(set->session->member) : NULL;
    t->handler = xstrdup(set->handler);
    t->data = set->data ? xstrdup(set->data) : NULL;
}

void kept_timer_gone(struct world *world, const struct event *event, const char *owner)
{
    struct timer_set set = {.name = "gone",
                            .event = event,
                            .due_ms = world->now_ms,
                            .handler = "handover",
                            .data = owner};
    keep_timer(world, &set);
}

struct kept_message *kept_message_add(struct world *world, const char *group)
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
    struct kept_message *kept = kept_message_add(world, out->group);
    for (size_t i = 0; i < out->event_count; i++)
        kept->events[kept->count++] = out->events[i]->id;
    const char *owner = owner_of(out);
    kept->owner = owner ? xstrdup(owner) : NULL;
    world->said = xrealloc(world->said, (world->said_count + 1) * sizeof *world->said);
    world->said[world->said_count++] = words_of(world, out);
}

void kept_turn(struct world *world, size_t message)
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
    kept_roster(world);
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
