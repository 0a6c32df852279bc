/* session.c: questions and half-told reports of one person in one group, and their stored form.
 *
 * An event that is made in the same turn has no number yet: it is written as the string "#1"
 * (its ref), and the commit puts the number in its place by looking for these very bytes. So no
 * text from chat may ever produce them: jput.h writes every '#' in a text as \u0023.
 */
#include "event/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/jnode.h"
#include "host/jput.h"
#include "host/mem.h"
#include "host/text.h"

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
           !session->last_report_ref && !session->last_ping && !session->last_ping_ref &&
           !session->helped_ms && !session->repeats;
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

static void add_event(struct buf *out, const char *key, uint32_t id, uint32_t ref)
{
    char text[16];
    if (!id && !ref)
        return;
    jput_key(out, key);
    snprintf(text, sizeof text, id ? "%u" : "\"#%u\"", id ? id : ref);
    jput_bare(out, text);
}

static void add_question(struct buf *out, const struct question *question)
{
    jput_open(out, '{');
    jput_member_text(out, "handler", question->handler);
    jput_member_text(out, "kind", question->kind);
    add_event(out, "event", question->event, question->event_ref);
    jput_member_integer(out, "asked", question->asked_ms);
    jput_member_integer(out, "expires", question->expires_ms);
    if (question->choice_count) {
        jput_key(out, "choices");
        jput_open(out, '[');
        for (size_t i = 0; i < question->choice_count; i++)
            jput_text(out, question->choices[i]);
        jput_close(out, ']');
    }
    jput_close(out, '}');
}

void session_encode(const struct session *session, struct buf *out)
{
    jput_open(out, '{');
    if (session->question_count) {
        jput_key(out, "questions");
        jput_open(out, '[');
        for (size_t i = 0; i < session->question_count; i++)
            add_question(out, &session->questions[i]);
        jput_close(out, ']');
    }
    jput_member_text(out, "half", session->half);
    jput_member_integer(out, "half_from", session->half_from_ms);
    jput_member_integer(out, "half_until", session->half_until_ms);
    jput_member_text(out, "half_message", session->half_message);
    add_event(out, "report", session->last_report, session->last_report_ref);
    jput_member_integer(out, "report_until", session->last_report_until_ms);
    add_event(out, "ping", session->last_ping, session->last_ping_ref);
    jput_member_integer(out, "helped", session->helped_ms);
    jput_member_integer(out, "told", session->told_ms);
    jput_member_integer(out, "told_about", session->told_about);
    jput_member_integer(out, "told_times", session->told_times);
    jput_member_integer(out, "repeats_from", session->repeats_from_ms);
    jput_member_integer(out, "repeats", session->repeats);
    jput_close(out, '}');
}

static const char *get_text(const struct jnode *json, const char *key)
{
    return jnode_text(jnode_get(json, key));
}

static int64_t get_number(const struct jnode *json, const char *key)
{
    int64_t value;
    jnode_integer(jnode_get(json, key), &value);
    return value;
}

/* 126, "126" or "#1". */
static void get_event(const struct jnode *json, const char *key, uint32_t *ret_id,
                      uint32_t *ret_ref)
{
    const char *text = get_text(json, key);
    *ret_ref = text && text[0] == '#' ? (uint32_t)strtoul(text + 1, NULL, 10) : 0;
    *ret_id = text && text[0] != '#' ? (uint32_t)strtoul(text, NULL, 10)
                                     : (uint32_t)get_number(json, key);
}

static void decode_question(struct session *session, const struct jnode *json)
{
    struct question q = {.handler = get_text(json, "handler"),
                         .kind = get_text(json, "kind"),
                         .asked_ms = get_number(json, "asked"),
                         .expires_ms = get_number(json, "expires")};
    if (!q.handler || !q.kind || session->question_count == SESSION_QUESTIONS_MAX)
        return;
    get_event(json, "event", &q.event, &q.event_ref);
    for (const struct jnode *choice = jnode_first(jnode_get(json, "choices"));
         choice && q.choice_count < SESSION_CHOICES_MAX; choice = choice->next)
        if (jnode_text(choice))
            q.choices[q.choice_count++] = choice->text;
    session->questions[session->question_count++] = q;
}

int session_decode(struct session *session, const char *text, struct arena *arena)
{
    size_t len = strlen(text);
    const struct jnode *json = text_is_utf8(text, len) ? jnode_read(text, len, arena) : NULL;
    if (!jnode_is(json, JNODE_OBJECT))
        return ERR_INVALID;
    session->question_count = 0;
    for (const struct jnode *q = jnode_first(jnode_get(json, "questions")); q; q = q->next)
        decode_question(session, q);
    session->half = get_text(json, "half");
    session->half_from_ms = get_number(json, "half_from");
    session->half_until_ms = get_number(json, "half_until");
    session->half_message = get_text(json, "half_message");
    get_event(json, "report", &session->last_report, &session->last_report_ref);
    session->last_report_until_ms = get_number(json, "report_until");
    get_event(json, "ping", &session->last_ping, &session->last_ping_ref);
    session->helped_ms = get_number(json, "helped");
    session->told_ms = get_number(json, "told");
    session->told_about = (uint32_t)get_number(json, "told_about");
    session->told_times = (uint32_t)get_number(json, "told_times");
    session->repeats_from_ms = get_number(json, "repeats_from");
    session->repeats = (uint32_t)get_number(json, "repeats");
    return 0;
}
