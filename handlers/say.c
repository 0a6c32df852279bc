/* say.c: how an event is described in a message, and in which group its residents are told. */
#include "handlers/skills.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAMED_MAX 4 /* of several events in one line; the others are there by their numbers */

bool is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool is_quiet(const struct turn *turn)
{
    return calendar_is_quiet(turn->calendar, turn->now_ms);
}

int64_t after_quiet(const struct turn *turn, int64_t at_ms)
{
    return calendar_is_quiet(turn->calendar, at_ms)
               ? calendar_quiet_end_ms(turn->calendar, at_ms)
               : at_ms;
}

const struct class_policy *policy_of(const struct turn *turn, const struct event *event)
{
    return policy_class(turn->policy, event->code, event->category);
}

static const struct group *building_group(const struct turn *turn, const char *building)
{
    for (size_t i = 0; building && i < community_group_count(turn->community); i++) {
        const struct group *group = community_group_at(turn->community, i);
        if (group->kind == GROUP_BUILDING && is_same(group->building, building))
            return group;
    }
    return NULL;
}

bool say_is_private(const struct turn *turn, const struct event *event)
{
    return policy_of(turn, event)->is_private;
}

bool say_is_hidden(const struct turn *turn, const struct event *event)
{
    return say_is_private(turn, event) && !emergency_is(event);
}

const char *say_building(const struct turn *turn, const struct event *event)
{
    const struct group *group =
        say_is_private(turn, event) ? NULL : building_group(turn, event->building);
    return group ? group->name : say_home(turn, event);
}

const char *say_home(const struct turn *turn, const struct event *event)
{
    if (say_is_private(turn, event))
        return NULL;
    const struct group *told =
        event->group ? community_group(turn->community, event->group) : NULL;
    if (told && told->kind == GROUP_BUILDING)
        return told->name;
    const struct group *group = building_group(turn, event->building);
    return group ? group->name : NULL;
}

/* The floor that a flat number begins with: 401 is on floor 4. */
static int32_t floor_of_room(const char *room)
{
    size_t len = strlen(room);
    if (len < 3 || len > 4 || strspn(room, "0123456789") != len)
        return FLOOR_NONE;
    return atoi(room) / 100;
}

static bool is_building_group(const struct turn *turn, const char *name)
{
    const struct group *group = name ? community_group(turn->community, name) : NULL;
    return group && group->kind == GROUP_BUILDING;
}

bool say_hides(const struct turn *turn, const struct outgoing *out, const struct event *event)
{
    if (out->member || is_same(out->group, "dm"))
        return false;
    return is_same(out->group, "work") ? say_is_hidden(turn, event)
                                       : say_is_private(turn, event);
}

/* The place as it is to be shown, also where turn_ping() has put it already. */
static void put_place(struct outgoing *out, const char *key, const struct event *shown)
{
    for (size_t i = 0; i < out->arg_count; i++) {
        if (strcmp(out->args[i].key, key) != 0)
            continue;
        memmove(&out->args[i], &out->args[i + 1], (out->arg_count - i - 1) * sizeof *out->args);
        out->arg_count--;
        break;
    }
    out_place(out, key, shown);
}

void say_place(const struct turn *turn, struct outgoing *out, const char *key,
               const struct event *event)
{
    struct event building = {
        .building = event->building, .floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
    if (say_hides(turn, out, event))
        event = &building;
    struct event shown = {.building = event->building,
                          .unit = event->unit,
                          .room = event->room,
                          .place = event->place,
                          .floor = event->floor,
                          .floor_to = event->floor_to};
    bool told = event->said && event->place && strstr(event->said, event->place);
    if (told && event->lang == out->lang)
        shown.place = NULL; /* the thing's words tell it */
    if (event->room && is_building_group(turn, out->group)) {
        shown.room = NULL;
        if (shown.floor == FLOOR_NONE)
            shown.floor = floor_of_room(event->room);
    }
    put_place(out, key, &shown);
}

static void say_number(struct outgoing *out, const struct event *event)
{
    for (size_t i = 0; i < out->arg_count; i++)
        if (strcmp(out->args[i].key, "number") == 0)
            return;
    out_number(out, "number", event);
}

/* "4单元" and "单元门坏了" are told as "4单元门坏了". */
static const char *after_unit(const struct event *event)
{
    size_t len = strlen("单元");
    bool behind = event->unit && event->floor == FLOOR_NONE && !event->place && !event->room;
    return behind && strncmp(event->said, "单元", len) == 0 ? event->said + len : event->said;
}

/* What works or does not is 坏了; 破损 is said of tiles and walls. */
static bool is_out_of_order(const struct event *event)
{
    static const char *const works[] = {"lighting", "elevator", "access", "power", "network"};
    if (!is_same(event->symptom, "破损") && !is_same(event->symptom, "broken"))
        return false;
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        if (is_same(event->category, works[i]))
            return true;
    return false;
}

/* 灯, 没有灯; 邻居, 邻里纠纷: once is enough. */
static bool is_in_symptom(const struct turn *turn, const struct event *event, enum lang lang)
{
    if (!event->object || !event->symptom)
        return false;
    const char *symptom = turn_term(turn, event->symptom, lang);
    return strstr(symptom, turn_term(turn, event->object, lang)) ||
           is_same(symptom, "邻里纠纷");
}

void say_thing(const struct turn *turn, struct outgoing *out, const struct event *event,
               const char *object_key, const char *symptom_key)
{
    if (event->said && event->lang == out->lang) {
        out_text(out, object_key, after_unit(event));
        return;
    }
    if (!is_in_symptom(turn, event, out->lang))
        out_term(out, object_key, event->object);
    if (out->lang == LANG_ZH && is_out_of_order(event))
        out_text(out, symptom_key, "坏了");
    else
        out_term(out, symptom_key, event->symptom);
}

void say_first(struct turn *turn, size_t from)
{
    if (!turn->out_count)
        return;
    struct outgoing *last = turn->out[turn->out_count - 1];
    for (size_t i = turn->out_count - 1; i > from; i--)
        turn->out[i] = turn->out[i - 1];
    turn->out[from] = last;
}

/* Where the residents read it, no more than that it is theirs. */
const char *say_category(const struct turn *turn, const struct outgoing *out,
                         const struct event *event)
{
    if (say_hides(turn, out, event) && is_building_group(turn, out->group))
        return "category.private";
    const char *category = event->category ? event->category : "other";
    return arena_printf(turn->arena, "category.%s", category);
}

void say_event(const struct turn *turn, struct outgoing *out, const struct event *event)
{
    bool hidden = say_hides(turn, out, event);
    say_number(out, event);
    if (!hidden || !is_building_group(turn, out->group))
        say_place(turn, out, "place", event);
    out_term(out, "category", say_category(turn, out, event));
    if (hidden)
        return;
    say_thing(turn, out, event, "object", "symptom");
}

/* Where the message that started this turn stands, the answer quotes it. */
static struct outgoing *say_in(struct turn *turn, const char *group, const char *template,
                               enum lang lang)
{
    bool here = turn->input->kind == INPUT_MESSAGE && is_same(turn->group->name, group);
    return here ? turn_answer(turn, template, lang) : turn_say(turn, group, template, lang);
}

/* "5号楼3单元2层"; the building is left out where it is `same`. */
static const char *short_place(const struct turn *turn, const struct event *event,
                               enum lang lang, const char *same)
{
    const char *building = "", *unit = "", *floor = "";
    bool zh = lang == LANG_ZH;
    if (event->building && !is_same(event->building, same))
        building = arena_printf(turn->arena, zh ? "%s号楼" : "Bldg %s ", event->building);
    if (event->unit)
        unit = arena_printf(turn->arena, zh ? "%s单元" : "unit %s ", event->unit);
    if (event->floor != FLOOR_NONE)
        floor = arena_printf(turn->arena, zh ? "%d层" : "floor %d ", event->floor);
    return arena_printf(turn->arena, "%s%s%s", building, unit, floor);
}

const char *say_what(const struct turn *turn, const struct event *event, enum lang lang)
{
    if (event->said && event->lang == lang)
        return after_unit(event);
    bool named = event->object && !is_in_symptom(turn, event, lang);
    const char *object = named ? turn_term(turn, event->object, lang) : "";
    const char *symptom = event->symptom ? turn_term(turn, event->symptom, lang) : "";
    if (lang == LANG_ZH && is_out_of_order(event))
        symptom = "坏了";
    bool apart = lang == LANG_EN && *object && *symptom;
    return arena_printf(turn->arena, apart ? "%s %s" : "%s%s", object, symptom);
}

const char *say_short(const struct turn *turn, const struct event *event, enum lang lang,
                      const char *building)
{
    return arena_printf(turn->arena, "%s%s", short_place(turn, event, lang, building),
                        say_what(turn, event, lang));
}

/* The building whose residents read it in `group`. */
static const char *here_for(const struct turn *turn, const char *group,
                            const struct event *event)
{
    const struct group *read_in = community_group(turn->community, group);
    return read_in && read_in->building ? read_in->building : event->building;
}

/* In `here` its building need not be named. */
static const char *also(const struct turn *turn, const char *list, const struct event *event,
                        enum lang lang, const char *here)
{
    return arena_printf(turn->arena, lang == LANG_ZH ? "%s、#%u %s" : "%s, #%u %s",
                        list ? list : "", event->id, say_short(turn, event, lang, here));
}

const char *say_also(const struct turn *turn, const char *list, const struct event *event,
                     enum lang lang)
{
    return also(turn, list, event, lang, here_for(turn, turn->group->name, event));
}

static void add_event(const struct turn *turn, struct outgoing *out, const struct event *event,
                      const char *here)
{
    if (out->event_count == OUTGOING_EVENTS_MAX)
        return;
    out->events[out->event_count++] = event;
    for (size_t i = 0; i < out->arg_count; i++) {
        if (strcmp(out->args[i].key, "more") != 0)
            continue;
        const char *list = out->args[i].text;
        out->args[i].text =
            out->event_count <= NAMED_MAX
                ? also(turn, list, event, out->lang, here)
                : arena_printf(turn->arena, out->lang == LANG_ZH ? "%s、#%u" : "%s, #%u", list,
                               event->id);
        return;
    }
    out_text(out, "more", also(turn, NULL, event, out->lang, here));
}

struct outgoing *say_find(const struct turn *turn, const char *group, const char *template)
{
    for (size_t i = 0; i < turn->out_count; i++)
        if (is_same(turn->out[i]->group, group) && is_same(turn->out[i]->template, template))
            return turn->out[i];
    return NULL;
}

/* The deadline of the first stands for all that have none of their own here. */
static void say_other_due(struct turn *turn, struct outgoing *first, const struct event *event)
{
    if (!event->due_finish_ms || event->due_finish_ms == first->events[0]->due_finish_ms)
        return;
    struct local_time at = calendar_local(turn->calendar, event->due_finish_ms);
    const char *due =
        arena_printf(turn->arena, "%s %d/%d %02d:%02d", say_what(turn, event, first->lang),
                     at.month, at.day, at.hour, at.minute);
    for (size_t i = 0; i < first->arg_count; i++)
        if (strcmp(first->args[i].key, "dues") == 0) {
            first->args[i].text = arena_printf(turn->arena, "%s, %s", first->args[i].text, due);
            return;
        }
    out_text(first, "dues", due);
}

/* Timers tell different people of different events, each his own. */
static struct outgoing *find_earlier(const struct turn *turn, const struct outgoing *out)
{
    for (size_t i = 0; i < turn->out_count && turn->out[i] != out; i++) {
        struct outgoing *first = turn->out[i];
        bool same =
            is_same(first->group, out->group) && is_same(first->template, out->template);
        bool his = first->member || out->member ? is_same(first->member, out->member)
                   : turn->input->kind == INPUT_TIMER
                       ? is_same(first->mentions[0], out->mentions[0])
                       : true;
        if (same && his)
            return first;
    }
    return NULL;
}

bool say_merged(struct turn *turn, struct outgoing *out, const struct event *event)
{
    static const char *const keys[][2] = {
        {"also1", "also1t"}, {"also2", "also2t"}, {"also3", "also3t"}};
    struct outgoing *first = find_earlier(turn, out);
    if (!first || turn->out[turn->out_count - 1] != out)
        return false;
    turn->out_count--;
    for (size_t i = 0; i < out->mention_count; i++)
        out_mention(first, out->mentions[i]);
    size_t more = first->event_count - 1;
    const char *building = first->events[0]->building;
    if (more >= sizeof keys / sizeof *keys || first->arg_count + 3 > OUTGOING_ARGS_MAX) {
        add_event(turn, first, event, building);
        say_other_due(turn, first, event);
        return true;
    }
    out_number(first, keys[more][0], event);
    out_text(first, keys[more][1], say_short(turn, event, first->lang, building));
    say_other_due(turn, first, event);
    return true;
}

struct outgoing *say_once(struct turn *turn, const char *group, const char *template,
                          const struct event *event, enum lang lang)
{
    struct outgoing *before = say_find(turn, group, template);
    if (before) {
        add_event(turn, before, event, here_for(turn, group, event));
        return NULL;
    }
    struct outgoing *out = say_in(turn, group, template, lang);
    say_event(turn, out, event);
    return out;
}

struct outgoing *say_direct_once(struct turn *turn, const char *member, const char *template,
                                 const struct event *event)
{
    for (size_t i = 0; i < turn->out_count; i++) {
        struct outgoing *out = turn->out[i];
        if (!is_same(out->member, member) || !is_same(out->template, template))
            continue;
        add_event(turn, out, event, here_for(turn, turn->group->name, event));
        return NULL;
    }
    struct outgoing *out = turn_say_direct(turn, member, template, event->lang);
    say_event(turn, out, event);
    return out;
}

struct outgoing *say_residents(struct turn *turn, const struct event *event,
                               const char *template)
{
    const char *home = say_home(turn, event);
    if (home)
        return say_once(turn, home, template, event, event->lang);
    const char *member = event->via ? event->via : event->reporter;
    if (!say_is_private(turn, event) || !member)
        return NULL;
    for (size_t i = 0; i < turn->out_count; i++)
        if (is_same(turn->out[i]->member, member))
            return NULL; /* it is his own to do, and he was told */
    struct outgoing *out = turn_say_direct(turn, member, template, event->lang);
    say_event(turn, out, event);
    return out;
}

bool say_has(const struct turn *turn, const char *group)
{
    for (size_t i = 0; i < turn->out_count; i++)
        if (is_same(turn->out[i]->group, group))
            return true;
    return false;
}

bool say_has_here(const struct turn *turn)
{
    bool direct = turn->group->kind == GROUP_DIRECT;
    for (size_t i = 0; i < turn->out_count; i++)
        if (is_same(turn->out[i]->group, turn->group->name) &&
            (!direct || is_same(turn->out[i]->member, turn->sender->id)))
            return true;
    return false;
}

bool say_lost(struct turn *turn, const struct event *event)
{
    if (!input_lost_count(turn->input) || say_has_here(turn))
        return false;
    struct outgoing *out = say_answer(turn, event, "photo_lost");
    if (!turn->text[0])
        out->lang = event->lang;
    return true;
}

void say_heard(struct turn *turn)
{
    if (turn->out_count && turn->group->kind == GROUP_DIRECT && !say_has_here(turn))
        turn_react(turn, "👌");
}

struct outgoing *say_answer(struct turn *turn, const struct event *event, const char *template)
{
    struct outgoing *out = turn_answer(turn, template, turn->meaning->lang);
    say_event(turn, out, event);
    return out;
}

/* Runs of seven digits and more (spaces and dashes between them count as well) are phone or
 * identity numbers. */
static size_t digit_run(const char *text, size_t *ret_digits)
{
    size_t len = 0, digits = 0, last = 0;
    for (;
         isdigit((unsigned char)text[len]) || (digits && strchr("- ", text[len]) && text[len]);
         len++)
        if (isdigit((unsigned char)text[len])) {
            digits++;
            last = len + 1;
        }
    *ret_digits = digits;
    return last;
}

const char *say_masked(const struct turn *turn, const char *text)
{
    char *copy = arena_strdup(turn->arena, text);
    for (char *p = copy; *p;) {
        size_t digits, run = digit_run(p, &digits);
        if (digits >= 7)
            for (size_t i = 3; i + 2 < run; i++)
                p[i] = '*';
        p += run ? run : 1;
    }
    return copy;
}
