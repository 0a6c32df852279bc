/* handlers_words.c: renders an outgoing as the sender does, with event numbers given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers_world.h"
#include "host/mem.h"

static const char *name_of(const struct world *world, const char *id)
{
    const struct member *member = community_member(world->community, id);
    if (member)
        return member->name;
    for (size_t i = 0; i < world->people_count; i++)
        if (strcmp(world->people[i][0], id) == 0)
            return world->people[i][1];
    return "一位居民";
}

static const char *place(const struct world *world, const char *fields, enum lang lang,
                         struct arena *arena)
{
    char *copy = arena_strdup(arena, fields), *part[6];
    for (size_t i = 0; i < 6; i++) {
        part[i] = copy;
        copy += strcspn(copy, "|");
        if (*copy)
            *copy++ = '\0';
    }
    struct location where = {.building = *part[0] ? part[0] : NULL,
                             .unit = *part[1] ? part[1] : NULL,
                             .floor = *part[2] ? atoi(part[2]) : FLOOR_NONE,
                             .floor_to = *part[3] ? atoi(part[3]) : FLOOR_NONE,
                             .room = *part[4] ? part[4] : NULL,
                             .place = *part[5] ? part[5] : NULL};
    struct buf buf;
    buf_init(&buf, 1024);
    wording_place(world->wording, &where, lang, &buf);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_finish(&buf);
    return text;
}

static const char *moment(const struct world *world, int64_t at_ms, enum lang lang,
                          struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, 256);
    wording_time(world->wording, at_ms, world->now_ms, 28800, lang, &buf);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_finish(&buf);
    return text;
}

static struct value value_of(const struct world *world, const struct outgoing *out,
                             const struct arg *arg, struct arena *arena)
{
    struct value value = {.key = arg->key, .kind = VALUE_TEXT, .text = arg->text};
    switch (arg->kind) {
    case ARG_FLAG:
        value.kind = arg->flag ? VALUE_TRUE : VALUE_FALSE;
        break;
    case ARG_TERM:
        value.text = wording_term(world->wording, arg->text, out->lang);
        break;
    case ARG_MEMBER:
        value.text = name_of(world, arg->text);
        break;
    case ARG_NUMBER:
        value.text = arena_printf(arena, "%u", arg->event);
        break;
    case ARG_PLACE:
        value.text = place(world, arg->text, out->lang, arena);
        break;
    case ARG_TIME:
        value.text = moment(world, arg->time_ms, out->lang, arena);
        break;
    case ARG_TEXT:
        break;
    }
    return value;
}

char *words_of(const struct world *world, const struct outgoing *out)
{
    struct buf buf;
    buf_init(&buf, 65536);
    const char *group = out->member
                            ? arena_printf(out->arena, "dm %s", name_of(world, out->member))
                            : out->group;
    buf_printf(&buf, "%s: ", group);
    for (size_t i = 0; i < out->mention_count; i++)
        buf_printf(&buf, "@%s ", name_of(world, out->mentions[i]));
    struct value items[OUTGOING_ARGS_MAX];
    for (size_t i = 0; i < out->arg_count; i++)
        items[i] = value_of(world, out, &out->args[i], out->arena);
    struct value values = {.kind = VALUE_MAP, .items = items, .count = out->arg_count};
    if (out->reaction)
        buf_printf(&buf, "[react %s]", out->reaction);
    else if (!wording_render(world->wording, out->template, out->lang, &values, &buf))
        buf_printf(&buf, "NO TEMPLATE %s", out->template);
    char *text = xstrdup(buf_text(&buf));
    buf_finish(&buf);
    return text;
}
