/* event.c: names of states and the small changes of an event: notes, households, photos. The
 * table of transitions is in event_table.c, the stored forms in event_json.c. */
#include "event/event.h"

#include <string.h>

#include "host/mem.h"

static const char *const states[] = {
    [STATE_NONE] = "none",           [STATE_DRAFT] = "draft",
    [STATE_REPORTED] = "reported",   [STATE_DISPATCHED] = "dispatched",
    [STATE_HANDLING] = "handling",   [STATE_CONFERRING] = "conferring",
    [STATE_SUSPENDED] = "suspended", [STATE_CHECKING] = "checking",
    [STATE_DONE] = "done",           [STATE_ARCHIVED] = "archived",
};

const char *state_name(enum state state)
{
    return states[state];
}

const char *state_stage(enum state state)
{
    switch (state) {
    case STATE_NONE:
    case STATE_DRAFT:
    case STATE_REPORTED:
        return "听";
    case STATE_DISPATCHED:
    case STATE_HANDLING:
        return "办";
    case STATE_CONFERRING:
    case STATE_SUSPENDED:
        return "报";
    case STATE_CHECKING:
        return "验";
    default:
        return "访";
    }
}

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {[OUTCOME_NONE] = NULL,
                                        [OUTCOME_RESOLVED] = "resolved",
                                        [OUTCOME_EXPLAINED] = "explained",
                                        [OUTCOME_REJECTED] = "rejected",
                                        [OUTCOME_WITHDRAWN] = "withdrawn",
                                        [OUTCOME_DUPLICATE] = "duplicate"};
    return names[outcome];
}

const char *confirmed_by_name(enum confirmed_by by)
{
    static const char *const names[] = {[CONFIRMED_NONE] = NULL,
                                        [CONFIRMED_VERIFIER] = "verifier",
                                        [CONFIRMED_REPORTER] = "reporter",
                                        [CONFIRMED_SILENCE] = "silence"};
    return names[by];
}

const char *rating_name(enum rating rating)
{
    static const char *const names[] = {[RATING_NONE] = NULL,
                                        [RATING_BAD] = "bad",
                                        [RATING_FAIR] = "fair",
                                        [RATING_GOOD] = "good"};
    return names[rating];
}

struct event *event_create(struct arena *arena)
{
    struct event *event = arena_alloc(arena, sizeof *event);
    event->floor = event->floor_to = FLOOR_NONE;
    event->new_steps_end = &event->new_steps;
    event->text = "";
    event->source = "chat";
    event->level = 1;
    return event;
}

bool event_is_wide(const char *category)
{
    static const char *const wide[] = {"water_supply", "power", "heating", "gas", "network"};
    for (size_t i = 0; category && i < sizeof wide / sizeof *wide; i++)
        if (strcmp(category, wide[i]) == 0)
            return true;
    return false;
}

bool event_is_open(const struct event *event)
{
    return event->state >= STATE_DRAFT && event->state <= STATE_CHECKING;
}

/* Cuts on a character boundary. */
static const char *cut(const char *text, size_t max, struct arena *arena)
{
    if (!text)
        return NULL;
    size_t len = strlen(text);
    if (len > max) {
        len = max;
        while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    return arena_strndup(arena, text, len);
}

void event_note(struct event *event, const char *what, const char *who, const char *note,
                int64_t now_ms, struct arena *arena)
{
    struct step *step = arena_alloc(arena, sizeof *step);
    step->at_ms = now_ms;
    step->who = arena_strdup(arena, who);
    step->what = what;
    step->note = cut(note, NOTE_MAX, arena);
    *event->new_steps_end = step;
    event->new_steps_end = &step->next;
    event->dirty = true;
}

bool event_join(struct event *event, const char *member, struct arena *arena)
{
    if (event->reporter && strcmp(event->reporter, member) == 0)
        return false;
    for (size_t i = 0; i < event->also_count; i++)
        if (strcmp(event->also[i], member) == 0)
            return false;
    if (event->also_count == EVENT_ALSO_MAX)
        return false;
    event->also[event->also_count++] = arena_strdup(arena, member);
    event->dirty = true;
    return true;
}

void event_watch(struct event *event, const char *member, struct arena *arena)
{
    size_t max = sizeof event->watchers / sizeof *event->watchers;
    for (size_t i = 0; i < event->watcher_count; i++)
        if (strcmp(event->watchers[i], member) == 0)
            return;
    if (event->watcher_count == max)
        return;
    event->watchers[event->watcher_count++] = arena_strdup(arena, member);
    event->dirty = true;
}

size_t event_households(const struct event *event)
{
    return event->also_count + (event->reporter != NULL) - event->shared;
}

bool event_add_photo(struct event *event, const char *photo, bool after, struct arena *arena)
{
    if (event->photo_count == EVENT_PHOTOS_MAX)
        return false;
    for (size_t i = 0; i < event->photo_count; i++)
        if (strcmp(event->photos[i], photo) == 0)
            return false;
    event->photos[event->photo_count++] = arena_strdup(arena, photo);
    event->photos_after += after;
    event->dirty = true;
    return true;
}
