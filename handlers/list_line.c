/* list_line.c: an event as one line of a list: number, place, thing, whose it is, until when.
 */
#include "handlers/list.h"

#include <stdio.h>

#define LINES_MAX 12

static const char *short_place(const struct turn *turn, const struct event *event,
                               enum lang lang)
{
    char unit[24] = "", floor[24] = "";
    if (event->unit)
        snprintf(unit, sizeof unit, "-%.16s", event->unit);
    if (event->floor != FLOOR_NONE)
        snprintf(floor, sizeof floor, " %dF", event->floor);
    if (!event->building)
        return "";
    const char *form = *unit || *floor ? "%s%s%s" : lang == LANG_ZH ? "%s号楼" : "Bldg %s";
    return arena_printf(turn->arena, form, event->building, unit, floor);
}

static const char *short_time(const struct turn *turn, int64_t at_ms)
{
    struct local_time at = calendar_local(turn->calendar, at_ms);
    return arena_printf(turn->arena, "%d/%d %02d:%02d", at.month, at.day, at.hour, at.minute);
}

bool list_rests(const struct event *event)
{
    return event->paused_ms || event->state == STATE_CHECKING;
}

bool list_is_over(const struct turn *turn, const struct event *event)
{
    return !list_rests(event) && event->due_finish_ms && event->due_finish_ms <= turn->now_ms;
}

/* Until when, or for what it waits. */
static const char *waits_for(const struct turn *turn, const struct event *event, enum lang lang)
{
    bool zh = lang == LANG_ZH;
    if (event->state == STATE_CHECKING)
        return zh ? " 待确认" : " to be confirmed";
    if (event->state == STATE_CONFERRING)
        return zh ? " 待会商" : " at the meeting";
    if (event->state == STATE_SUSPENDED)
        return arena_printf(turn->arena, zh ? " 缓到%s" : " until %s",
                            short_time(turn, event->until_ms));
    return event->due_finish_ms
               ? arena_printf(turn->arena, " %s", short_time(turn, event->due_finish_ms))
               : "";
}

static const char *what(const struct turn *turn, const struct event *event, enum lang lang)
{
    if (say_is_private(turn, event))
        return lang == LANG_ZH ? "（私下的事）" : "(private)";
    return say_what(turn, event, lang);
}

void list_say_rest(struct turn *turn, struct outgoing *out, size_t count)
{
    if (out && count > LINES_MAX)
        out_text(out, "rest", arena_printf(turn->arena, "%zu", count - LINES_MAX));
}

/* Whose it is need not be told to himself. */
static bool is_told_alone(const struct outgoing *out, const struct event *event)
{
    bool to_others = out->mention_count > 1;
    return !to_others && (is_same(out->mentions[0], event->assignee) ||
                          is_same(out->member, event->assignee));
}

void list_put_line(const struct turn *turn, struct outgoing *out, const struct event *event,
                   size_t index)
{
    if (index >= LINES_MAX)
        return;
    const struct member *assignee = event->assignee && !is_told_alone(out, event)
                                        ? community_member(turn->community, event->assignee)
                                        : NULL;
    bool late = list_is_over(turn, event);
    const char *due = waits_for(turn, event, out->lang);
    out_text(out, arena_printf(turn->arena, "l%zu", index + 1),
             arena_printf(turn->arena, "#%u %s %s%s%s%s%s", event->id,
                          short_place(turn, event, out->lang), what(turn, event, out->lang),
                          assignee ? " " : "", assignee ? assignee->name : "", due,
                          late ? " !" : ""));
}

void list_say_line(const struct turn *turn, struct outgoing *out, const struct event *event,
                   size_t index)
{
    list_put_line(turn, out, event, index);
    if (index < LINES_MAX && out->event_count < OUTGOING_EVENTS_MAX)
        out->events[out->event_count++] = event;
}
