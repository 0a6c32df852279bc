/* session.h: what one person has open with the bot in one group: questions put to him, reports
 * half told, the last event he was pinged about. Stored as one JSON value in the group's hash;
 * read and written whole. */
#ifndef LOUBOT_EVENT_SESSION_H
#define LOUBOT_EVENT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

#define SESSION_QUESTIONS_MAX 4
#define SESSION_HALF_MAX 600 /* bytes of a half-told report */
#define SESSION_CHOICES_MAX 6

struct question {
    const char *handler; /* who asked: its `answer` gets the reply */
    const char *kind;    /* the handler's own word: "unit", "confirm", "rate", "which" … */
    uint32_t event;      /* 0: about none */
    uint32_t event_ref;  /* the event is made in this turn: its ref; resolved by the commit */
    int64_t asked_ms, expires_ms;
    const char *choices[SESSION_CHOICES_MAX]; /* of kind "which" and the like */
    size_t choice_count;
};

struct session {
    const char *group, *member;
    struct question
        questions[SESSION_QUESTIONS_MAX]; /* oldest first; a fifth pushes the oldest out */
    size_t question_count;
    const char *half; /* pieces told so far, joined by a space; NULL: none */
    int64_t half_from_ms, half_until_ms;
    const char *half_message; /* platform id of the first piece */
    uint32_t last_report;     /* event that later pieces or a photo attach to, 0 */
    uint32_t last_report_ref;
    int64_t last_report_until_ms;
    uint32_t last_ping; /* the last event this person was pinged about in this group, 0 */
    uint32_t last_ping_ref;
    int64_t helped_ms;       /* when the bot last said what one can write, 0 */
    int64_t told_ms;         /* when the bot last told how an event stands, 0 */
    uint32_t told_about;     /* which, and in which state */
    uint32_t told_times;     /* how often */
    int64_t repeats_from_ms; /* since when the same is told again and again, 0 */
    uint32_t repeats;        /* how often */
    bool dirty;
};

/* Drops questions and halves whose time is over. */
void session_expire(struct session *session, int64_t now_ms);
bool session_is_empty(const struct session *session);
/* Copies `question` in; its strings must live as long as the session. */
void session_ask(struct session *session, const struct question *question);
/* An index behind the last is ignored: the question is closed already. */
void session_close(struct session *session, size_t index);
/* Refs to events of this turn are written as "#1" and made numbers by the commit. */
void session_encode(const struct session *session, struct buf *out);
int session_decode(struct session *session, const char *json, struct arena *arena);

#endif
