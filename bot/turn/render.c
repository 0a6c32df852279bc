/* render.c: from a stored row to the text that people read, and to the parts of one send. Names
 * come from memory (the sender has looked up what was missing); numbers were given by the
 * commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"
#include "words/wording.h"

#define RENDER_TEXT_MAX (32 * 1024)

/* ---- names ---------------------------------------------------------------------------- */

static size_t note_missing(const struct home *home, const char *member, const char **ids,
                           size_t count, size_t max)
{
    if (!member || count == max || people_name(home, member))
        return count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[i], member) == 0)
            return count;
    ids[count] = member;
    return count + 1;
}

size_t render_missing(const struct home *home, const struct row *row, const char **ids,
                      size_t max)
{
    const struct outgoing *out = &row->out;
    size_t count = note_missing(home, out->member, ids, 0, max);
    for (size_t i = 0; i < out->mention_count; i++)
        count = note_missing(home, out->mentions[i], ids, count, max);
    for (size_t i = 0; i < out->arg_count; i++)
        if (out->args[i].kind == ARG_MEMBER)
            count = note_missing(home, out->args[i].text, ids, count, max);
    return note_missing(home, out->quote_member, ids, count, max);
}

static const char *name_of(const struct home *home, const char *member, enum lang lang)
{
    const char *name = people_name(home, member);
    if (name)
        return name;
    return lang == LANG_EN ? "a resident" : "一位居民"; /* somebody who was forgotten */
}

/* ---- arguments ------------------------------------------------------------------------- */

/* The k-th field of "a|b|c", "" when absent. */
static const char *field_of(const char *text, int k, struct arena *arena)
{
    while (k-- > 0) {
        text = strchr(text, '|');
        if (!text)
            return "";
        text++;
    }
    const char *end = strchr(text, '|');
    return end ? arena_strndup(arena, text, (size_t)(end - text)) : text;
}

static const char *known(const char *text)
{
    return text[0] ? text : NULL;
}

static int32_t floor_of(const char *text)
{
    return text[0] ? (int32_t)strtol(text, NULL, 10) : FLOOR_NONE;
}

static const char *finish(struct buf *buf, struct arena *arena)
{
    const char *text = arena_strdup(arena, buf_text(buf));
    buf_finish(buf);
    return text;
}

static const char *place_text(const struct wording *wording, const char *fields, enum lang lang,
                              struct arena *arena)
{
    struct location where = {.building = known(field_of(fields, 0, arena)),
                             .unit = known(field_of(fields, 1, arena)),
                             .floor = floor_of(field_of(fields, 2, arena)),
                             .floor_to = floor_of(field_of(fields, 3, arena)),
                             .room = known(field_of(fields, 4, arena)),
                             .place = known(field_of(fields, 5, arena))};
    struct buf buf;
    buf_init(&buf, 1024);
    wording_place(wording, &where, lang, &buf);
    return finish(&buf, arena);
}

/* "place_zh" is told in Chinese in any message. */
static bool is_zh(const char *key)
{
    size_t len = strlen(key);
    return len > 3 && strcmp(key + len - 3, "_zh") == 0;
}

static const char *arg_text(const struct home *home, const struct row *row,
                            const struct arg *arg, int64_t now_ms, struct arena *arena)
{
    const struct wording *wording = home->core->config.wording;
    enum lang lang = row->out.lang;
    struct buf buf;
    switch (arg->kind) {
    case ARG_TERM:
        return wording_term(wording, arg->text, lang);
    case ARG_MEMBER:
        return name_of(home, arg->text, lang);
    case ARG_NUMBER:
        return arena_printf(arena, "%u", arg->event);
    case ARG_PLACE:
        return place_text(wording, arg->text, is_zh(arg->key) ? LANG_ZH : lang, arena);
    case ARG_TIME:
        buf_init(&buf, 256);
        wording_time(wording, arg->time_ms, now_ms, community_utc_offset_s(home->community),
                     lang, &buf);
        return finish(&buf, arena);
    case ARG_TEXT:
    case ARG_FLAG:
        break;
    }
    return arg->text ? arg->text : "";
}

static struct value *item_of(struct value *items, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].key, key) == 0)
            return &items[i];
    return NULL;
}

/* "水" and "漏水", in whatever language: the thing stands in its trouble's name. */
static void tell_once(struct value *items, size_t count)
{
    struct value *object = item_of(items, count, "object");
    const struct value *symptom = item_of(items, count, "symptom");
    bool within = object && symptom && object->kind == VALUE_TEXT &&
                  symptom->kind == VALUE_TEXT && object->text[0] &&
                  strstr(symptom->text, object->text);
    if (within)
        object->text = "";
}

const char *render_text(const struct home *home, const struct row *row, int64_t now_ms,
                        struct arena *arena)
{
    const struct outgoing *out = &row->out;
    struct value *items = arena_alloc(arena, (out->arg_count + 1) * sizeof *items);
    for (size_t i = 0; i < out->arg_count; i++) {
        const struct arg *arg = &out->args[i];
        items[i].key = arg->key;
        if (arg->kind == ARG_FLAG) {
            items[i].kind = arg->flag ? VALUE_TRUE : VALUE_FALSE;
            continue;
        }
        items[i].kind = VALUE_TEXT;
        items[i].text = arg_text(home, row, arg, now_ms, arena);
    }
    tell_once(items, out->arg_count);
    struct value values = {.kind = VALUE_MAP, .items = items, .count = out->arg_count};
    struct buf buf;
    buf_init(&buf, RENDER_TEXT_MAX);
    if (!out->template ||
        !wording_render(home->core->config.wording, out->template, out->lang, &values, &buf))
        log_error("render", "no template name=%s", out->template ? out->template : "-");
    return finish(&buf, arena);
}

/* ---- parts ---------------------------------------------------------------------------------
 */

/* How the platform calls a member: his identity there, or the one he was found with. */
static const char *user_of(const struct home *home, const struct account *account,
                           const char *member)
{
    const struct member *m = community_member(home->community, member);
    for (size_t i = 0; m && i < m->identity_count; i++)
        if (strcmp(m->identities[i].adapter, account->adapter->name) == 0 ||
            strcmp(m->identities[i].adapter, "*") == 0)
            return m->identities[i].user;
    const struct person *person = m ? NULL : people_find(home, member);
    return person && strcmp(person->adapter, account->adapter->name) == 0 ? person->user : NULL;
}

static void add_part(struct rendered *r, enum segment_kind kind, const char *text,
                     const char *id)
{
    if (r->part_count < sizeof r->parts / sizeof *r->parts)
        r->parts[r->part_count++] = (struct send_part){kind, text, id};
}

/* A mention; as plain "@name" where the platform cannot or does not know the member. */
static void add_mention(struct rendered *r, const struct home *home,
                        const struct account *account, const char *member, enum lang lang,
                        struct arena *arena)
{
    const char *name = name_of(home, member, lang);
    const char *user = user_of(home, account, member);
    if (account->adapter->capabilities.mentions && user)
        add_part(r, SEGMENT_AT, name, user);
    else
        add_part(r, SEGMENT_TEXT, arena_printf(arena, "@%s", name), NULL);
    add_part(r, SEGMENT_TEXT, " ", NULL);
}

static bool is_mentioned(const struct outgoing *out, const char *member)
{
    for (size_t i = 0; i < out->mention_count; i++)
        if (strcmp(out->mentions[i], member) == 0)
            return true;
    return false;
}

void render_parts(const struct home *home, const struct account *account, const struct row *row,
                  const char *piece, bool first, struct arena *arena,
                  struct rendered *ret_rendered)
{
    const struct outgoing *out = &row->out;
    bool direct = strcmp(out->group, "dm") == 0;
    *ret_rendered = (struct rendered){.text = piece};
    if (first && out->quote && account->adapter->capabilities.quotes)
        add_part(ret_rendered, SEGMENT_REPLY,
                 out->quote_member ? name_of(home, out->quote_member, out->lang) : NULL,
                 out->quote);
    else if (first && out->quote && out->quote_member && !direct &&
             !is_mentioned(out, out->quote_member))
        add_mention(ret_rendered, home, account, out->quote_member, out->lang, arena);
    for (size_t i = 0; first && !direct && i < out->mention_count; i++)
        add_mention(ret_rendered, home, account, out->mentions[i], out->lang, arena);
    add_part(ret_rendered, SEGMENT_TEXT, piece, NULL);
    if (first && out->photo && account->adapter->capabilities.images)
        add_part(ret_rendered, SEGMENT_IMAGE, out->photo, NULL);
}
