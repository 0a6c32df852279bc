/* handlers_world.c: the community in memory: what is kept, and the turns of messages and
 * timers. */
#include "handlers_kept.h"

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
#include "turn/decision.h"
#include "words/lexicon.h"

#define START_MS 1772413200000 /* 2026-03-02T09:00:00+08:00 */

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
        free(w->events[i].lender);
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
    kept_roster_finish(w);
    arena_destroy(&w->arena);
    wording_destroy(&w->wording);
    lexicon_destroy(&w->lexicon);
    policy_destroy(&w->policy);
    calendar_destroy(&w->calendar);
    community_destroy(&w->community);
    free(w);
    *world = NULL;
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
    if (!decide_may_answer(turn, question))
        return false;
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
    bool late = turn->input->backfilled && turn->late_ms > 30 * 60 * 1000;
    if (late && !(handler->listens & LISTEN_BACKFILLED))
        return false;
    if (handler->listens & LISTEN_STAFF_ONLY && !turn->staff)
        return false;
    bool text = turn->input->kind == INPUT_MESSAGE || turn->input->kind == INPUT_EDIT;
    if (handler->listens & LISTEN_CODES)
        return true;
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
    world->arena = arena_create(KEPT_ARENA_MAX);
    world->turn = (struct turn){.community = world->community,
                                .calendar = world->calendar,
                                .policy = world->policy,
                                .lexicon = world->lexicon,
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
    turn->row_count = turn->dropped_count = 0;
    turn->issued = NULL;
    turn->asked = NULL;
    turn->session = kept_session_read(world, turn->group->name, turn->sender->id);
    for (size_t i = 0; i < turn->meaning->number_count; i++)
        kept_reach(world, turn->meaning->numbers[i], EVENT_BY_NUMBER);
    struct kept_message *about = quoted(world, input);
    for (size_t i = 0; about && i < about->count; i++)
        kept_reach(world, about->events[i], EVENT_BY_QUOTE);
    if (quoted_owner && strcmp(quoted_owner, turn->sender->id) != 0)
        turn->asked = kept_session_read(world, turn->group->name, quoted_owner);
    if (input->kind == INPUT_RECALL || input->kind == INPUT_EDIT) {
        struct kept_message *own = &world->messages[strtoul(input->message, NULL, 10) - 1];
        for (size_t i = 0; i < own->count; i++)
            kept_reach(world, own->events[i], EVENT_BY_MESSAGE);
    }
    kept_reach_session(world, turn->session);
    if (turn->asked)
        kept_reach_session(world, turn->asked);
    kept_reach_others(world);
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
    struct session *session = kept_session_read(world, turn->group->name, turn->sender->id);
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
    turn->late_ms = world->late_ms;
    struct meaning *meaning = arena_alloc(world->arena, sizeof *meaning);
    meaning->fault.where.floor = meaning->fault.where.floor_to = FLOOR_NONE;
    understand_it(world, text, turn->addressed || input_quoted(input), meaning);
    turn->meaning = meaning;
    kept_code_read(world);
    if (input->kind == INPUT_MESSAGE && text[0])
        join_half(world, meaning);
    struct kept_message *about = quoted(world, input);
    const char *owner = about ? about->owner : NULL;
    read_context(world, owner);
    bool may_answer =
        !input->backfilled && (input->kind == INPUT_MESSAGE || input->kind == INPUT_REACTION);
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
        else if (strcmp(mark, "photo lost") == 0)
            *s = (struct segment){.kind = SEGMENT_IMAGE};
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
                            .time_ms = world->now_ms - world->late_ms,
                            .backfilled = world->late_ms > 0,
                            .segments = segments};
    const char *rest = take_marks(world, group, text, input, segments);
    if (input->segment_count && segments[0].kind == SEGMENT_REPLY &&
        strcmp(segments[0].id, "0") == 0)
        return 0; /* nothing to quote */
    kept_message_add(world, group);
    size_t message = world->message_count;
    input->message = input->kind == INPUT_REACTION && input->segment_count
                         ? segments[0].id
                         : arena_printf(world->arena, "%zu", message);
    if (rest[0])
        segments[input->segment_count++] = (struct segment){.kind = SEGMENT_TEXT, .text = rest};
    run(world, group, name, input, rest);
    kept_turn(world, message);
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
    kept_turn(world, 0);
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

/* As context.lua: what the assignee has with a timer of that name, due so soon. */
static void reach_along(struct world *world, const struct kept_timer *first, int64_t ahead_ms)
{
    struct turn *turn = &world->turn;
    const char *assignee = turn->event_count ? turn->events[0]->assignee : NULL;
    for (size_t i = 0; ahead_ms && assignee && i < world->timer_count; i++) {
        struct kept_timer *t = &world->timers[i];
        struct event *event = t->live && t->event ? world_event(world, t->event) : NULL;
        if (!event || t == first || strcmp(t->name, first->name) != 0 || !event->assignee ||
            strcmp(event->assignee, assignee) != 0 || t->due_ms > world->now_ms + ahead_ms)
            continue;
        size_t before = turn->event_count;
        kept_reach(world, t->event, EVENT_BY_ALONG);
        if (turn->event_count == before)
            continue;
        turn->events[before]->along = arena_strdup(world->arena, t->data);
        turn->events[before]->along_ms = t->due_ms;
    }
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
        turn->session = kept_session_read(world, t->group, t->member);
    if (t->event)
        kept_reach(world, t->event, EVENT_BY_TIMER);
    else
        kept_reach_others(world);
    const struct handler *handler = by_name(t->handler);
    assert_non_null(handler);
    assert_non_null(handler->on_timer);
    reach_along(world, t, handler->along_ms);
    t->live = false;
    world->handler = handler;
    handler->on_timer(turn);
    kept_turn(world, 0);
}

void world_pass(struct world *world, int64_t ms)
{
    int64_t until_ms = world->now_ms + ms;
    if (until_ms > world->latest_ms)
        world->latest_ms = until_ms;
    forget_said(world);
    struct kept_timer *next;
    for (;;) {
        next = next_timer(world);
        int64_t day_ms = community_changes_ms(world->community);
        bool new_day = day_ms <= until_ms && (!next || day_ms < next->due_ms);
        if (!new_day && (!next || next->due_ms > until_ms))
            break;
        int64_t at_ms = new_day ? day_ms : next->due_ms;
        if (at_ms > world->now_ms)
            world->now_ms = at_ms;
        if (new_day)
            kept_roster_day(world);
        else
            run_timer(world, next);
    }
    world->now_ms = until_ms;
}
