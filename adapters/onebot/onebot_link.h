/* onebot_link.h: the connections of one account, in either direction, and their health. */
#ifndef LOUBOT_ONEBOT_LINK_H
#define LOUBOT_ONEBOT_LINK_H

#include "adapters/onebot/onebot_config.h"

/* What a connection carries: calls and events, or one of the two. */
enum onebot_role { ONEBOT_UNIVERSAL, ONEBOT_API, ONEBOT_EVENT, ONEBOT_ROLES };

struct onebot_link_ops {
    void (*on_open)(void *arg, enum onebot_role role);
    void (*on_text)(void *arg, enum onebot_role role, const char *text, size_t len);
    /* Once for each on_open. */
    void (*on_close)(void *arg, enum onebot_role role, const char *why);
};

struct onebot_link;

/* `config` and `ops` are borrowed. Listening or connecting begins at once; NULL (and a fault)
 * when it cannot. */
struct onebot_link *onebot_link_create(struct account *account,
                                       const struct onebot_config *config,
                                       const struct onebot_link_ops *ops, void *arg,
                                       struct faults *faults);
/* Sets the pointer NULL, accepts NULL. No callback after it. */
void onebot_link_destroy(struct onebot_link **link);

/* Sends one call. 0, or ERR_AWAY. */
int onebot_link_send(struct onebot_link *link, const char *text, size_t len);
/* A frame of that connection shows that we are let in. */
void onebot_link_good(struct onebot_link *link, enum onebot_role role);
/* A frame of that connection says that our token is refused. */
void onebot_link_refused(struct onebot_link *link, enum onebot_role role);
/* The peer promises a heartbeat every `interval_ms`; two and a half of them missed, and it is
 * taken for dead. */
void onebot_link_pulse(struct onebot_link *link, enum onebot_role role, int64_t interval_ms);
/* Events come, and (unless they go over HTTP) calls can be made. */
bool onebot_link_ready(const struct onebot_link *link);
/* Cuts every connection; forward ones are made again after a while. */
void onebot_link_drop(struct onebot_link *link, const char *why);

#endif
