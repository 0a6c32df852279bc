/* parked.h: what was put aside (inputs that could not be decided, outgoing that a platform
 * refused) and the operator's way to let it be tried again, or go (DESIGN §3.11).
 *
 * `loubot parked` asks Redis (parked_list, parked_do); the daemon notices within ten seconds
 * (health.h) and takes up what is to be tried again. An input that is decided again has an id
 * of its own, made of the old one: its first one is known as settled.
 */
#ifndef LOUBOT_TURN_PARKED_H
#define LOUBOT_TURN_PARKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct home;
struct input;
struct redis;

enum parked_kind { PARKED_INPUT, PARKED_AGAIN /* being tried again */, PARKED_MESSAGE };

/* One of them, for people. Strings are valid during the callback. */
struct parked {
    enum parked_kind kind;
    const char *id;
    const char *why;
    const char *where;  /* group; of messages: "onebot:10001" */
    const char *text;   /* of an input: what was said; of a message: its template's name */
    const char *timer;  /* an input that is a timer's; NULL */
    const char *events; /* of a message: "12,13" */
    int64_t time_ms;    /* of an input */
};

struct parked_request { /* borrowed during the call */
    struct redis *redis;
    const char *community;
    const char *const *accounts; /* "onebot:10001" */
    size_t account_count;
    int64_t now_ms;
};
/* Once, later. `why`: a sentence when Redis does not answer, else NULL. */
typedef void parked_list_cb(void *arg, const struct parked *list, size_t count,
                            const char *why);
void parked_list(const struct parked_request *request, parked_list_cb *cb, void *arg);
/* `found`: there was one of that id. */
typedef void parked_do_cb(void *arg, bool found, const char *why);
void parked_do(const struct parked_request *request, const char *id, bool retry,
               parked_do_cb *cb, void *arg);

/* For the daemon: takes up what the operator wants tried again. `at_start`: the queues have just
 * been read anyway. */
void parked_take_up(struct home *home, bool at_start);

#endif
