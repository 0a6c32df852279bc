/* session.c: questions and half-told reports of one person in one group, and their stored form.
 *
 * An event that is made in the same turn has no number yet: it is written as the string "#1"
 * (its ref), and the commit puts the number in its place by looking for these very bytes. So no
 * text from chat may ever produce them: every '#' in a literal is written as \u0023.
 */
#include "event/session.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

void session_close(struct session *session, size_t index)
{
    if (index >= session->question_count)
        return;
    size_t behind = session->question_count - index - 1;
    memmove(&session->questions[index], &session->questions[index + 1],
            behind * sizeof *session->questions);
    session->question_count--;
    session->dirty = true;
}

void session_expire(struct session *session, int64_t now_ms)
{
    for (size_t i = session->question_count; i-- > 0;)
        if (session->questions[i].expires_ms <= now_ms)
            session_close(session, i);
    if (session->half && session->half_until_ms <= now_ms) {
        session->half = session->half_message = NULL;
        session->half_from_ms = session->half_until_ms = 0;
        session->dirty = true;
    }
    if (session->last_report_until_ms && session->last_report_until_ms <= now_ms) {
        session->last_report = session->last_report_ref = 0;
        session->last_report_until_ms = 0;
        session->dirty = true;
    }
}

bool session_is_empty(const struct session *session)
{
    return !session->question_count && !session->half && !session->last_report &&
           !session->last_report_ref && !session->last_ping && !session->last_ping_ref;
}

static bool is_same_question(const struct question *a, const struct question *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->handler, b->handler) == 0 &&
           a->event == b->event && a->event_ref == b->event_ref;
}

void session_ask(struct session *session, const struct question *question)
{
    for (size_t i = session->question_count; i-- > 0;)
        if (is_same_question(&session->questions[i], question))
            session_close(session, i);
    if (session->question_count == SESSION_QUESTIONS_MAX)
        session_close(session, 0);
    session->questions[session->question_count++] = *question;
    session->dirty = true;
}

/* A literal: as JSON, but with '#' escaped. */
static void add_literal(struct buf *out, const char *text)
{
    json_t *json = json_string(text);
    char *dumped = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
    for (const char *p = dumped ? dumped : "\"\""; *p; p++) {
        if (*p == '#')
            buf_puts(out, "\\u0023");
        else
            buf_add(out, p, 1);
    }
    free(dumped);
    json_decref(json);
}

/* The members of an object, each with its comma. */
static void add_key(struct buf *out, const char *key)
{
    char last = out->p[out->len - 1];
    buf_printf(out, last == '{' ? "\"%s\":" : ",\"%s\":", key);
}

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    add_key(out, key);
    add_literal(out, text);
}

static void add_number(struct buf *out, const char *key, int64_t value)
{
    if (!value)
        return;
    add_key(out, key);
    buf_printf(out, "%lld", (long long)value);
}

static void add_event(struct buf *out, const char *key, uint32_t id, uint32_t ref)
{
    if (!id && ref) {
        add_key(out, key);
        buf_printf(out, "\"#%u\"", ref);
    } else {
        add_number(out, key, id);
    }
}

static void add_question(struct buf *out, const struct question *question)
{
    buf_puts(out, "{");
    add_text(out, "handler", question->handler);
    add_text(out, "kind", question->kind);
    add_event(out, "event", question->event, question->event_ref);
    add_number(out, "asked", question->asked_ms);
    add_number(out, "expires", question->expires_ms);
    if (question->choice_count) {
        add_key(out, "choices");
        for (size_t i = 0; i < question->choice_count; i++) {
            buf_puts(out, i ? "," : "[");
            add_literal(out, question->choices[i]);
        }
        buf_puts(out, "]");
    }
    buf_puts(out, "}");
}

void session_encode(const struct session *session, struct buf *out)
{
    buf_puts(out, "{");
    if (session->question_count) {
        add_key(out, "questions");
        for (size_t i = 0; i < session->question_count; i++) {
            buf_puts(out, i ? "," : "[");
            add_question(out, &session->questions[i]);
        }
        buf_puts(out, "]");
    }
    add_text(out, "half", session->half);
    add_number(out, "half_from", session->half_from_ms);
    add_number(out, "half_until", session->half_until_ms);
    add_text(out, "half_message", session->half_message);
    add_event(out, "report", session->last_report, session->last_report_ref);
    add_number(out, "report_until", session->last_report_until_ms);
    add_event(out, "ping", session->last_ping, session->last_ping_ref);
    add_number(out, "helped", session->helped_ms);
    add_number(out, "repeats_from", session->repeats_from_ms);
    add_number(out, "repeats", session->repeats);
    buf_puts(out, "}");
}

static const char *get_text(const json_t *json, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(json, key)));
}

static int64_t get_number(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

/* 126, "126" or "#1". */
static void get_event(const json_t *json, const char *key, uint32_t *ret_id, uint32_t *ret_ref)
{
    const json_t *value = json_object_get(json, key);
    const char *text = json_string_value(value);
    *ret_ref = text && text[0] == '#' ? (uint32_t)strtoul(text + 1, NULL, 10) : 0;
    *ret_id = text && text[0] != '#' ? (uint32_t)strtoul(text, NULL, 10)
                                     : (uint32_t)json_integer_value(value);
}

static void decode_question(struct session *session, const json_t *json, struct arena *arena)
{
    struct question q = {.handler = get_text(json, "handler", arena),
                         .kind = get_text(json, "kind", arena),
                         .asked_ms = get_number(json, "asked"),
                         .expires_ms = get_number(json, "expires")};
    if (!q.handler || !q.kind || session->question_count == SESSION_QUESTIONS_MAX)
        return;
    get_event(json, "event", &q.event, &q.event_ref);
    const json_t *choices = json_object_get(json, "choices");
    for (size_t i = 0; i < json_array_size(choices) && q.choice_count < SESSION_CHOICES_MAX;
         i++) {
        const char *choice = json_string_value(json_array_get(choices, i));
        if (choice)
            q.choices[q.choice_count++] = arena_strdup(arena, choice);
    }
    session->questions[session->question_count++] = q;
}

int session_decode(struct session *session, const char *text, struct arena *arena)
{
    json_t *json = json_loads(text, 0, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return ERR_INVALID;
    }
    const json_t *questions = json_object_get(json, "questions");
    session->question_count = 0;
    for (size_t i = 0; i < json_array_size(questions); i++)
        decode_question(session, json_array_get(questions, i), arena);
    session->half = get_text(json, "half", arena);
    session->half_from_ms = get_number(json, "half_from");
    session->half_until_ms = get_number(json, "half_until");
    session->half_message = get_text(json, "half_message", arena);
    get_event(json, "report", &session->last_report, &session->last_report_ref);
    session->last_report_until_ms = get_number(json, "report_until");
    get_event(json, "ping", &session->last_ping, &session->last_ping_ref);
    session->helped_ms = get_number(json, "helped");
    session->repeats_from_ms = get_number(json, "repeats_from");
    session->repeats = (uint32_t)get_number(json, "repeats");
    json_decref(json);
    return 0;
}
