/* core_stage.h: a stage for tests of the heart: loop, virtual clock, redis-server, demo
 * community, core, a recorder for a platform (adapter "play", account "t") and one handler: a
 * report makes an event, an answer and two timers; the same trouble told again joins; "好多"
 * makes it go wild. */
#ifndef LOUBOT_TESTS_LIVE_CORE_STAGE_H
#define LOUBOT_TESTS_LIVE_CORE_STAGE_H

#include "adapter.h"
#include "handler.h"
#include "store/redis.h"
#include "store/redis_server.h"
#include "turn/core.h"
#include "words/lexicon.h"
#include "words/wording.h"

#define SENDS_MAX 4000

struct recorder {
    struct account *account;
    char *texts[SENDS_MAX];
    char *stables[SENDS_MAX];
    size_t count, taken;
    enum sent answers[8]; /* of the next sends; SENT_OK when used up */
    size_t answer_count, answered;
    uint64_t waiting[SENDS_MAX];
    size_t waiting_count;
};

extern struct recorder rec;
extern struct adapter recorder; /* its capabilities may be changed while no core runs */

struct stage {
    struct loop *loop;
    struct clock *clock;
    char dir[64];
    struct redis_server *server;
    struct redis_config redis;
    struct redis *look; /* the test's own eyes */
    struct faults *faults;
    struct lexicon *lexicon;
    struct wording *wording;
    struct community *community;
    struct community *other; /* a second one that the next core serves, or NULL */
    struct calendar *calendar;
    struct policy *policy;
    struct core *core;
    const struct handler *const *handlers; /* of the next core; NULL: the stage's own */
    int64_t message;
    bool paced;
    void (*kill_point)(const char *name);
    char refused[300]; /* what the core said of data of another release */
};

extern struct stage s;

int stage_set_up(void **state);
int stage_tear_down(void **state);
/* A daemon that ends in order, and the next one on the same data. */
void stage_stop_core(void);
void stage_start_core(void);
/* Runs the loop until the core is ready and idle; false after ten seconds. */
bool settle(void);
/* Somebody says something in a group, with this message id, or with the next one. */
void say_id(const char *group, const char *user, const char *text, int64_t id);
void say(const char *group, const char *user, const char *text);
/* Time passes; what is due then runs, and what follows from it. */
void stage_pass(int64_t ms);
/* One command to Redis, its answer as text. */
const char *look(int argc, const char *const *argv);
#define LOOK(...)                                                                              \
    look(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

#endif
