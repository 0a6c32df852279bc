/* forget.h: a person's right to be forgotten (DESIGN §11): record, words and pictures go, from
 * Redis, from the archive and, by a rewrite, from the append-only file. Events stay, with
 * number, place, dates and figures; their trails name an id that leads to nobody.
 *
 * Works beside a running daemon: that one drops what memory holds within a minute.
 */
#ifndef LOUBOT_TURN_FORGET_H
#define LOUBOT_TURN_FORGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct community;
struct redis;

#define FORGET_FOUND_MAX 20

/* The ids of found people of that name; exactly once, later. `count` is negative when Redis is
 * away. Ids are valid during the call. */
typedef void forget_found_cb(void *arg, int count, const char *const *ids);
void forget_find(struct redis *redis, const struct community *community, const char *name,
                 forget_found_cb *cb, void *arg);

struct forget_report {
    size_t events, archived; /* whose text or pictures go: in Redis, in the archive's files */
    size_t pictures, notes;
    size_t conversations, put_aside;
    size_t rows; /* of the roster, given at run time */
    bool record;
};

struct forget_request {
    struct redis *redis;
    const struct community *community;
    const char *data_dir;
    const char *member;
    const char *const *accounts; /* "onebot:10001" */
    size_t account_count;
    int64_t now_ms;
    bool really; /* false: only counted */
    bool more;   /* another id of the same person follows: the file is rewritten after that */
};

/* Exactly once, later. `why` NULL: done; else a sentence for the operator: it can be done
 * again.
 */
typedef void forget_cb(void *arg, const struct forget_report *report, const char *why);
/* All of the request but its strings is copied; those outlive the callback. */
void forget_start(const struct forget_request *request, forget_cb *cb, void *arg);

#endif
