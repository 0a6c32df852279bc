#include "turn/outgoing.h"

#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "host/mem.h"
#include "host/text.h"

#define ARG_TEXT_MAX 600

static struct arg *add_arg(struct outgoing *out, const char *key, enum arg_kind kind)
{
    struct arg *arg = &out->args[out->arg_count]; /* the last slot takes what does not fit */
    if (out->arg_count < OUTGOING_ARGS_MAX)
        out->arg_count++;
    *arg = (struct arg){.key = key, .kind = kind};
    return arg;
}

void out_text(struct outgoing *out, const char *key, const char *text)
{
    if (!text)
        return;
    size_t len = text_cut(text, strlen(text), ARG_TEXT_MAX);
    add_arg(out, key, ARG_TEXT)->text = arena_strndup(out->arena, text, len);
}

void out_term(struct outgoing *out, const char *key, const char *word)
{
    if (word)
        add_arg(out, key, ARG_TERM)->text = word;
}

void out_member(struct outgoing *out, const char *key, const char *member)
{
    if (member)
        add_arg(out, key, ARG_MEMBER)->text = member;
}

static void add_event(struct outgoing *out, const struct event *event)
{
    for (size_t i = 0; i < out->event_count; i++)
        if (out->events[i] == event)
            return;
    if (out->event_count < OUTGOING_EVENTS_MAX)
        out->events[out->event_count++] = event;
}

void out_number(struct outgoing *out, const char *key, const struct event *event)
{
    struct arg *arg = add_arg(out, key, ARG_NUMBER);
    arg->event = event->id;
    arg->ref = event->ref;
    add_event(out, event);
}

static const char *part(const char *text)
{
    return text ? text : "";
}

void out_place(struct outgoing *out, const char *key, const struct event *event)
{
    char floors[2][12] = {"", ""};
    if (event->floor != FLOOR_NONE)
        snprintf(floors[0], sizeof floors[0], "%d", event->floor);
    if (event->floor_to != FLOOR_NONE)
        snprintf(floors[1], sizeof floors[1], "%d", event->floor_to);
    add_arg(out, key, ARG_PLACE)->text =
        arena_printf(out->arena, "%s|%s|%s|%s|%s|%s", part(event->building), part(event->unit),
                     floors[0], floors[1], part(event->room), part(event->place));
}

void out_time(struct outgoing *out, const char *key, int64_t time_ms)
{
    add_arg(out, key, ARG_TIME)->time_ms = time_ms;
}

void out_flag(struct outgoing *out, const char *key, bool flag)
{
    add_arg(out, key, ARG_FLAG)->flag = flag;
}

void out_mention(struct outgoing *out, const char *member)
{
    for (size_t i = 0; i < out->mention_count; i++)
        if (strcmp(out->mentions[i], member) == 0)
            return;
    if (out->mention_count < OUTGOING_MENTIONS_MAX)
        out->mentions[out->mention_count++] = member;
}
