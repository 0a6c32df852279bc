/* commit_event.c: the events of a turn as operations of commit.lua: made, changed, and the
 * indices that lead to them. */
#include "turn/commit.h"

#include <string.h>

#include "host/mem.h"

static const char *place_building(const char *building)
{
    return building ? building : "-";
}

static const char *place_category(const char *category)
{
    return category ? category : "other";
}

/* ---- events -------------------------------------------------------------------------------
 */

static void add_steps(struct commit *c, const struct event *event)
{
    size_t count = 0;
    for (const struct step *step = event->new_steps; step; step = step->next)
        count++;
    if (!count)
        return;
    commit_op(c, "step");
    commit_add(c, commit_reference(c, event));
    commit_add_number(c, (int64_t)count);
    for (const struct step *step = event->new_steps; step; step = step->next) {
        struct buf buf;
        buf_init(&buf, 4096);
        step_encode(step, &buf);
        commit_add(c, commit_encoded(c, &buf));
    }
}

static const char *photos_json(struct commit *c, const struct event *event)
{
    struct buf buf;
    buf_init(&buf, 4096);
    if (event->photo_count)
        event_encode_photos(event, &buf);
    return commit_encoded(c, &buf);
}

static const char *body_json(struct commit *c, const struct event *event)
{
    struct buf buf;
    buf_init(&buf, 16384);
    event_encode(event, &buf);
    return commit_encoded(c, &buf);
}

/* In the index of its building and category, and in that of everything told of the building. */
static void add_place(struct commit *c, const char *name, const struct event *event,
                      const char *building, const char *category, const char *where)
{
    commit_op(c, name);
    commit_add(c, commit_reference(c, event));
    commit_add(c, place_building(building));
    commit_add(c, place_category(category));
    commit_add(c, where);
}

static void add_here(struct commit *c, const struct event *event)
{
    add_place(c, "at", event, event->building, event->category,
              context_where(event, c->d->arena));
}

static void add_person(struct commit *c, const char *name, const struct event *event,
                       const char *member)
{
    if (!member)
        return;
    commit_op(c, name);
    commit_add(c, commit_reference(c, event));
    commit_add(c, "1");
    commit_add(c, member);
}

static void add_open(struct commit *c, const struct event *event)
{
    commit_op(c, "open");
    commit_add(c, commit_reference(c, event));
    commit_add_number(c, event->opened_ms);
}

static void add_everybody(struct commit *c, const char *name, const struct event *event)
{
    const char *first[] = {event->reporter, event->assignee, event->verifier};
    size_t count = event->also_count + event->watcher_count;
    for (size_t i = 0; i < 3; i++)
        count += first[i] != NULL;
    if (!count)
        return;
    commit_op(c, name);
    commit_add(c, commit_reference(c, event));
    commit_add_number(c, (int64_t)count);
    for (size_t i = 0; i < 3; i++)
        if (first[i])
            commit_add(c, first[i]);
    for (size_t i = 0; i < event->also_count; i++)
        commit_add(c, event->also[i]);
    for (size_t i = 0; i < event->watcher_count; i++)
        commit_add(c, event->watchers[i]);
}

static void add_made(struct commit *c, const struct event *event)
{
    commit_op(c, "make");
    commit_add(c, body_json(c, event));
    commit_add(c, event->text);
    commit_add(c, photos_json(c, event));
    add_steps(c, event);
    if (event_is_open(event))
        add_open(c, event);
    add_here(c, event);
    add_everybody(c, "mine", event);
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_moved_place(struct commit *c, const struct event *event,
                            const struct origin *was)
{
    if (same(place_building(event->building), place_building(was->building)) &&
        same(place_category(event->category), place_category(was->category)) &&
        same(context_where(event, c->d->arena), was->where))
        return;
    add_place(c, "unat", event, was->building, was->category, was->where);
    add_here(c, event);
}

static bool is_in(const char *const *list, size_t count, const char *member)
{
    for (size_t i = 0; i < count; i++)
        if (same(list[i], member))
            return true;
    return false;
}

/* Whoever had to do with it and has not any more. */
static void add_leaver(struct commit *c, const struct event *event, const char *member)
{
    if (member && !same(member, event->reporter) && !same(member, event->assignee) &&
        !same(member, event->verifier) && !is_in(event->also, event->also_count, member) &&
        !is_in(event->watchers, event->watcher_count, member))
        add_person(c, "unmine", event, member);
}

static void add_people(struct commit *c, const struct event *event, const struct origin *was)
{
    add_leaver(c, event, was->reporter);
    add_leaver(c, event, was->assignee);
    add_leaver(c, event, was->verifier);
    if (!same(event->reporter, was->reporter))
        add_person(c, "mine", event, event->reporter);
    if (!same(event->assignee, was->assignee))
        add_person(c, "mine", event, event->assignee);
    if (!same(event->verifier, was->verifier))
        add_person(c, "mine", event, event->verifier);
    for (size_t i = was->also_count; i < event->also_count; i++)
        add_person(c, "mine", event, event->also[i]);
    for (size_t i = was->watcher_count; i < event->watcher_count; i++)
        add_person(c, "mine", event, event->watchers[i]);
}

/* Archived events leave the indices: they are found by number only. */
static void add_archived(struct commit *c, const struct event *event, const struct origin *was)
{
    add_leaver(c, event, was->reporter);
    add_leaver(c, event, was->assignee);
    add_leaver(c, event, was->verifier);
    add_place(c, "unat", event, was->building, was->category, was->where);
    add_everybody(c, "unmine", event);
    commit_op(c, "was");
    commit_add_number(c, event->id);
    commit_add(c, place_building(event->building));
    commit_add(c, place_category(event->category));
    commit_add(c, context_where(event, c->d->arena));
    commit_add(c, event->reporter ? event->reporter : "");
    commit_op(c, "old");
    commit_add_number(c, event->id);
    commit_add_number(c, c->d->turn.now_ms);
}

static void add_changed(struct commit *c, const struct event *event, const struct origin *was)
{
    commit_op(c, "put");
    commit_add_number(c, event->id);
    commit_add_number(c, event->version + 1);
    commit_add(c, body_json(c, event));
    commit_add(c, event->text);
    commit_add(c, photos_json(c, event));
    add_steps(c, event);
    if (event_is_open(event) && !was->open)
        add_open(c, event);
    if (!event_is_open(event) && was->open) {
        commit_op(c, "shut");
        commit_add_number(c, event->id);
    }
    bool archived = event->state == STATE_ARCHIVED;
    if (archived && was->state != STATE_ARCHIVED) {
        add_archived(c, event, was);
        return;
    }
    if (!archived && was->state == STATE_ARCHIVED) { /* reopened: back into the indices */
        commit_op(c, "unold");
        commit_add_number(c, event->id);
        add_here(c, event);
        add_everybody(c, "mine", event);
    }
    add_moved_place(c, event, was);
    add_people(c, event, was);
}

void commit_add_events(struct commit *c)
{
    struct turn *turn = &c->d->turn;
    for (size_t i = 0; i < turn->made_count; i++)
        add_made(c, turn->made[i]);
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->dirty)
            add_changed(c, turn->events[i], &c->d->origins[i]);
}

static bool is_told_by(const struct commit *c, size_t index)
{
    const struct event *event = c->d->turn.events[index];
    const char *message = c->d->turn.input->message;
    return event->also_count > c->d->origins[index].also_count ||
           (event->correction && strcmp(event->correction, message) == 0);
}

/* The message that made, joined or corrected events leads to them: a recall, an edit or a quote
 * finds them. */
void commit_add_message(struct commit *c)
{
    struct turn *turn = &c->d->turn;
    const struct input *input = turn->input;
    if (input->kind != INPUT_MESSAGE || !input->message)
        return;
    const char *list = "";
    for (size_t i = 0; i < turn->made_count; i++)
        list = arena_printf(turn->arena, "%s%s%s", list, *list ? "," : "",
                            commit_reference(c, turn->made[i]));
    for (size_t i = 0; i < turn->event_count; i++)
        if (is_told_by(c, i))
            list = arena_printf(turn->arena, "%s%s%s", list, *list ? "," : "",
                                commit_reference(c, turn->events[i]));
    if (!*list)
        return;
    commit_op(c, "msg");
    commit_add(c, turn->group->kind == GROUP_DIRECT
                      ? arena_printf(turn->arena, "dm:%s", turn->sender->id)
                      : turn->group->name);
    commit_add(c, input->message);
    commit_add(c, list);
}
