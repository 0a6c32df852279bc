/* row.c: the stored JSON of what every report writes: timers' payloads, outgoing rows, found
 * people. */
#include <stdlib.h>
#include <string.h>

#include "host/jnode.h"
#include "host/jput.h"
#include "host/mem.h"
#include "host/text.h"
#include "turn/internal.h"

#define STORED_MAX (64 * 1024)

static char *stored(struct buf *buf, struct arena *arena)
{
    char *text = arena_strndup(arena, buf->failed ? "{}" : buf->p, buf->failed ? 2 : buf->len);
    buf_finish(buf);
    return text;
}

static const struct jnode *read_json(const char *text, struct arena *arena)
{
    size_t len = strlen(text);
    return text_is_utf8(text, len) ? jnode_read(text, len, arena) : NULL;
}

static const char *get(const struct jnode *json, const char *key)
{
    return jnode_text(jnode_get(json, key));
}

static int64_t get_int(const struct jnode *json, const char *key)
{
    int64_t value;
    jnode_integer(jnode_get(json, key), &value);
    return value;
}

/* ---- timers -------------------------------------------------------------------------- */

char *payload_encode(const struct payload *payload, struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, STORED_MAX);
    jput_open(&buf, '{');
    jput_member_text(&buf, "h", payload->handler);
    jput_member_text(&buf, "n", payload->name);
    jput_member_text(&buf, "g", payload->group);
    jput_member_text(&buf, "m", payload->member);
    jput_member_text(&buf, "d", payload->data);
    jput_close(&buf, '}');
    return stored(&buf, arena);
}

int payload_decode(struct payload *payload, const char *text, struct arena *arena)
{
    const struct jnode *json = read_json(text, arena);
    if (!json)
        return ERR_INVALID;
    *payload = (struct payload){.handler = get(json, "h"),
                                .name = get(json, "n"),
                                .group = get(json, "g"),
                                .member = get(json, "m"),
                                .data = get(json, "d")};
    return payload->handler && payload->name && payload->group ? 0 : ERR_INVALID;
}

/* ---- people --------------------------------------------------------------------------- */

char *person_encode(const struct person *person, struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, STORED_MAX);
    jput_open(&buf, '{');
    jput_member_text(&buf, "name", person->name);
    jput_member_text(&buf, "adapter", person->adapter);
    jput_member_text(&buf, "account", person->account);
    jput_member_text(&buf, "user", person->user);
    jput_close(&buf, '}');
    return stored(&buf, arena);
}

int person_decode(struct person *person, const char *text, struct arena *arena)
{
    const struct jnode *json = read_json(text, arena);
    if (!json)
        return ERR_INVALID;
    person->name = (char *)get(json, "name");
    person->adapter = (char *)get(json, "adapter");
    person->account = (char *)get(json, "account");
    person->user = (char *)get(json, "user");
    return person->name && person->user ? 0 : ERR_INVALID;
}

/* ---- outgoing rows: "<events>|<acknowledges>|<json>" ------------------------------------ */

/* An event number is written as its index in the row's list of events, since the number of an
 * event made in the same turn is not known yet. */
static int event_index(const struct outgoing *out, const struct arg *arg)
{
    for (size_t i = 0; i < out->event_count; i++)
        if (out->events[i]->id == arg->event && out->events[i]->ref == arg->ref)
            return (int)i;
    return -1;
}

static void put_arg(struct buf *buf, const struct outgoing *out, const struct arg *arg)
{
    jput_open(buf, '[');
    jput_text(buf, arg->key);
    jput_integer(buf, arg->kind);
    if (arg->kind == ARG_TIME)
        jput_integer(buf, arg->time_ms);
    else if (arg->kind == ARG_NUMBER)
        jput_integer(buf, event_index(out, arg));
    else if (arg->kind == ARG_FLAG)
        jput_bare(buf, arg->flag ? "true" : "false");
    else
        jput_text(buf, arg->text);
    jput_close(buf, ']');
}

static void put_lists(struct buf *buf, const struct outgoing *out)
{
    jput_key(buf, "a");
    jput_open(buf, '[');
    for (size_t i = 0; i < out->arg_count; i++)
        put_arg(buf, out, &out->args[i]);
    jput_close(buf, ']');
    if (!out->mention_count)
        return;
    jput_key(buf, "at");
    jput_open(buf, '[');
    for (size_t i = 0; i < out->mention_count; i++)
        jput_text(buf, out->mentions[i]);
    jput_close(buf, ']');
}

char *row_encode(const struct outgoing *out, const char *owner, int64_t queued_ms,
                 struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, STORED_MAX);
    jput_open(&buf, '{');
    jput_member_text(&buf, "g", out->group);
    jput_member_text(&buf, "m", out->member);
    jput_member_integer(&buf, "l", out->lane);
    jput_member_text(&buf, "t", out->template);
    jput_member_integer(&buf, "lang", out->lang);
    jput_member_text(&buf, "re", out->reaction);
    put_lists(&buf, out);
    jput_member_text(&buf, "q", out->quote);
    jput_member_text(&buf, "qm", out->quote_member);
    jput_member_text(&buf, "ph", out->photo);
    jput_member_text(&buf, "rk", out->replace_key);
    jput_member_integer(&buf, "x", out->expires_ms);
    jput_member_text(&buf, "o", owner);
    jput_member_integer(&buf, "w", queued_ms);
    jput_close(&buf, '}');
    return stored(&buf, arena);
}

/* [key, kind, value] */
static void decode_arg(struct row *row, const struct jnode *item)
{
    struct outgoing *out = &row->out;
    const struct jnode *key = jnode_first(item), *kind = key ? key->next : NULL;
    const struct jnode *value = kind ? kind->next : NULL;
    int64_t number, kind_number;
    if (!jnode_text(key) || !jnode_integer(kind, &kind_number) ||
        out->arg_count == OUTGOING_ARGS_MAX)
        return;
    jnode_integer(value, &number);
    struct arg *arg = &out->args[out->arg_count++];
    arg->key = key->text;
    arg->kind = (enum arg_kind)kind_number;
    arg->text = jnode_text(value);
    arg->time_ms = number;
    arg->flag = jnode_is(value, JNODE_TRUE);
    if (arg->kind == ARG_NUMBER && (size_t)number < row->number_count)
        arg->event = row->numbers[number];
    bool is_text = arg->kind <= ARG_MEMBER || arg->kind == ARG_PLACE;
    if (is_text && !arg->text)
        out->arg_count--;
}

static void decode_json(struct row *row, const struct jnode *json)
{
    struct outgoing *out = &row->out;
    out->group = get(json, "g");
    out->member = get(json, "m");
    out->lane = (enum lane)get_int(json, "l");
    out->template = get(json, "t");
    out->lang = (enum lang)get_int(json, "lang");
    out->reaction = get(json, "re");
    out->quote = get(json, "q");
    out->quote_member = get(json, "qm");
    out->photo = get(json, "ph");
    out->replace_key = get(json, "rk");
    out->expires_ms = get_int(json, "x");
    row->queued_ms = get_int(json, "w");
    row->owner = get(json, "o");
    if (!row->owner)
        row->owner = "";
    const struct jnode *item;
    for (item = jnode_first(jnode_get(json, "a")); item; item = item->next)
        decode_arg(row, item);
    for (item = jnode_first(jnode_get(json, "at")); item; item = item->next)
        if (jnode_text(item) && out->mention_count < OUTGOING_MENTIONS_MAX)
            out->mentions[out->mention_count++] = item->text;
}

static void decode_numbers(struct row *row)
{
    const char *at = row->events;
    while (*at && row->number_count < OUTGOING_EVENTS_MAX) {
        char *end;
        row->numbers[row->number_count++] = (uint32_t)strtoul(at, &end, 10);
        at = *end == ',' ? end + 1 : end;
        if (end == at && *end)
            break;
    }
}

int row_decode(struct row *row, const char *stored, struct arena *arena)
{
    *row = (struct row){0};
    const char *bar = strchr(stored, '|');
    if (!bar || !bar[1] || bar[2] != '|')
        return ERR_INVALID;
    row->events = arena_strndup(arena, stored, (size_t)(bar - stored));
    row->acknowledges = bar[1] == '1';
    row->out.arena = arena;
    decode_numbers(row);
    const struct jnode *json = read_json(bar + 3, arena);
    if (!json)
        return ERR_INVALID;
    decode_json(row, json);
    bool is_lane = row->out.lane <= LANE_NOTICE, is_lang = row->out.lang <= LANG_EN;
    return row->out.group && is_lane && is_lang ? 0 : ERR_INVALID;
}
