/* context_session.c: a person's session in a group as it is stored: its own value, and what was
 * added to it by others' turns since. */
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"

/* Stored values are "<event ids>|<json>". */
static const char *json_part(const struct redis_reply *value)
{
    const char *bar = value->text ? strchr(value->text, '|') : NULL;
    return bar ? bar + 1 : NULL;
}

static void drop_same(struct session *session, const struct question *question)
{
    for (size_t i = session->question_count; i-- > 0;) {
        const struct question *old = &session->questions[i];
        if (old->event == question->event && strcmp(old->kind, question->kind) == 0 &&
            strcmp(old->handler, question->handler) == 0)
            session_close(session, i);
    }
}

static void merge_added(struct session *session, const char *json, struct arena *arena)
{
    struct session added = {0};
    if (session_decode(&added, json, arena) < 0)
        return;
    for (size_t i = 0; i < added.question_count; i++) {
        drop_same(session, &added.questions[i]);
        session_ask(session, &added.questions[i]);
    }
    if (added.last_ping)
        session->last_ping = added.last_ping;
}

struct session *context_session(const char *group, const char *member,
                                const struct redis_reply *fields, struct arena *arena,
                                struct merged *ret_merged)
{
    struct session *session = arena_alloc(arena, sizeof *session);
    *ret_merged = (struct merged){0};
    for (size_t i = 0; i + 1 < fields->len; i += 2) {
        const char *name = fields->items[i]->text;
        const char *json = json_part(fields->items[i + 1]);
        if (strcmp(name, "v") == 0)
            ret_merged->version = strtoll(fields->items[i + 1]->text, NULL, 10);
        else if (strcmp(name, "s") == 0 && json &&
                 session_decode(session, arena_strdup(arena, json), arena) < 0)
            log_error("context", "session unreadable group=%s member=%s", group, member);
    }
    for (size_t i = 0; i + 1 < fields->len; i += 2) {
        const char *name = fields->items[i]->text;
        const char *json = json_part(fields->items[i + 1]);
        if (strncmp(name, "a:", 2) != 0 || !json ||
            ret_merged->count == sizeof ret_merged->fields / sizeof *ret_merged->fields)
            continue;
        merge_added(session, arena_strdup(arena, json), arena);
        ret_merged->fields[ret_merged->count++] = arena_strdup(arena, name);
    }
    session->group = group;
    session->member = arena_strdup(arena, member);
    session->dirty = false;
    return session;
}
