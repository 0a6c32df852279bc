/* commit.c: the turns that are ready are one script call, and what follows from the answer to
 * each. */
#include "turn/commit.h"

#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/flood.h"
#include "turn/pinged.h"
#include "turn/rows.h"

static void commit_next(void *arg);

#define COMMITTING_MAX 2 /* calls under way: one leaves Redis idle while answers are read */
#define COMMITS_MAX 64   /* in one call of the script */
#define VALUES_MAX 8000  /* arguments of one, unless a turn has more by itself */

/* ---- the answer
 * ----------------------------------------------------------------------------------------- */

static const char *numbers_of(const struct commit *c, const struct redis_reply *reply,
                              const struct outgoing *out)
{
    const char *list = "";
    for (size_t i = 0; i < out->event_count; i++) {
        const struct event *event = out->events[i];
        const char *number =
            event->id ? arena_decimal(c->d->arena, event->id) : reply->items[event->ref]->text;
        list = arena_printf(c->d->arena, "%s%s%s", list, i ? "," : "", number);
    }
    return list;
}

static void note_pinged(const struct decision *d)
{
    if (d->turn.sender)
        pinged_heard(d->queue->home->pinged, d->turn.sender->id);
    for (size_t i = 0; i < d->turn.touched_count; i++) {
        const struct session *session = d->turn.touched[i];
        if (session->last_ping || session->last_ping_ref)
            pinged_note(&d->queue->home->pinged, session->member, d->turn.now_ms);
    }
}

static void note_live(struct commit *c)
{
    struct turn *turn = &c->d->turn;
    struct queue *queue = c->d->queue;
    if (turn->session && turn->session->dirty)
        hint_note(queue, turn->session);
    if (turn->asked && turn->asked->dirty)
        hint_note(queue, turn->asked);
    for (size_t i = 0; i < turn->touched_count; i++) {
        const struct session *session = turn->touched[i];
        const struct group *group = community_group(turn->community, session->group);
        if (group && session->question_count)
            hint_note_question(intake_queue(queue->core, queue->home, group, session->member),
                               session->member);
    }
}

static void note_stored(const struct decision *d)
{
    struct person *person;
    if (d->turn.sender) {
        HASH_FIND_STR(d->queue->home->people, d->turn.sender->id, person);
        if (person)
            person->stored = true;
    }
}

static void tell_operator(const struct decision *d)
{
    if (d->turn.operator_line)
        flood_tell(d->queue->core, d->turn.cause, d->turn.operator_line);
}

static void on_ok(struct commit *c, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    if (c->parked || reply->len < 1 + d->turn.made_count)
        return;
    if (d->turn.row_count || d->turn.dropped_count)
        rows_ask(d->queue->home);
    note_live(c);
    note_stored(d);
    note_pinged(d);
    tell_operator(d);
    d->queue->home->forget_wanted |= d->turn.forget != NULL;
    for (size_t i = 0; i < d->turn.timer_count; i++)
        if (d->turn.timers[i].due_ms)
            timers_note(d->queue->home, d->turn.timers[i].due_ms);
    for (size_t i = 0; i < c->pending_count; i++) {
        struct pending *p = &c->pending[i];
        const char *stored = arena_printf(d->arena, "%s|%d|%s", numbers_of(c, reply, p->out),
                                          p->out->acknowledges, p->row);
        outbox_add(p->account->outbox, d->queue->home, p->id, stored, 0);
    }
}

/* Decided before, perhaps by ourselves with the answer lost: what it queued is read from Redis.
 */
static void on_seen(struct decision *d)
{
    if (!d->item->unsure)
        return;
    for (struct account *a = d->queue->core->accounts; a; a = a->next)
        outbox_load(a->outbox, d->queue->home);
    hint_load(d->queue);
}

static const char *reply_word(const struct redis_reply *reply, size_t index)
{
    bool is_there =
        reply->type == REDIS_LIST && index < reply->len && reply->items[index]->text;
    return is_there ? reply->items[index]->text : "";
}

/* Something has moved on since the context was read: decided again. */
static void on_stale(struct decision *d)
{
    d->queue->core->counts.again++;
    d->item->look = true;
    if (++d->item->stales <= DECISIONS_MAX) {
        decision_again(d);
    } else {
        commit_park(d, "stale again and again");
    }
}

/* Decided on an old roster: read anew, decided again. Where the files are others than ours
 * (another daemon takes over) that will not help, and there is a pause. */
static void on_roster(struct decision *d)
{
    struct queue *queue = d->queue;
    bool again = d->item->rosters++ > 0;
    if (again)
        log_warn("commit", "decided on an old roster again group=%s", queue->key);
    decision_free(&d);
    intake_retry(queue, again ? 1000 : 1);
    rows_ask(queue->home);
}

/* What one turn of a batch ran into is no other's fault: each is tried once more by itself.
 */
static bool is_blameless(struct commit *c, const struct redis_reply *reply)
{
    struct item *item = c->d->item;
    bool by_itself = item->alone;
    item->alone = true;
    item->unsure = true; /* a part may be written */
    return !by_itself && reply->type == REDIS_ERROR;
}

/* Redis is there but does not take it (no memory, loading, read-only): a pause. A script that
 * fails by itself fails every time: the input is put aside.
 */
static void on_refused(struct commit *c, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    d->queue->core->counts.refused++;
    bool is_error = reply->type == REDIS_ERROR && reply->text;
    const char *word = is_error ? reply->text : reply_word(reply, 0);
    const char *why = is_error ? reply->text : reply_word(reply, 1);
    bool hopeless = strcmp(word, "bad") == 0 || strncmp(why, "ERR", 3) == 0;
    log_error("commit", "refused group=%s input=%s why=%s %s", d->queue->key,
              d->item->input->id, word, is_error ? "" : why);
    if (hopeless && !is_blameless(c, reply) && !c->parked &&
        ++d->item->refusals >= DECISIONS_MAX) {
        commit_park(d, word);
        return;
    }
    struct queue *queue = d->queue;
    decision_free(&d);
    intake_retry(queue, 1000);
}

static void settle(struct commit *c, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    struct queue *queue = d->queue;
    core_kill_point(queue->core, "committed");
    queue->core->counts.turns++;
    if (strcmp(reply_word(reply, 0), "gone") != 0)
        queue->bucket = commit_bucket(d->item->input);
    if (strcmp(reply_word(reply, 0), "ok") == 0)
        on_ok(c, reply);
    else
        on_seen(d);
    decision_free(&d);
    intake_done(queue);
}

static void commit_done(struct commit *c, int error, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    if (error) { /* away, or the outcome is unknown: decided again, "seen" then tells */
        struct queue *queue = d->queue;
        d->item->unsure |= error == ERR_TIMEOUT || error == ERR_CLOSED || error == ERR_AWAY;
        decision_free(&d);
        intake_retry(queue, 200);
        return;
    }
    const char *word = reply_word(reply, 0);
    if (strcmp(word, "stale") == 0)
        on_stale(d);
    else if (strcmp(word, "roster") == 0)
        on_roster(d);
    else if (strcmp(word, "ok") == 0 || strcmp(word, "seen") == 0 || strcmp(word, "gone") == 0)
        settle(c, reply);
    else
        on_refused(c, reply);
}

/* ---- batches --------------------------------------------------------------------------- */

struct batch {
    struct home *home;
    size_t count;
    struct commit *commits[COMMITS_MAX];
};

/* The next call goes before this one's answers are read: Redis has something to do meanwhile.
 */
static void batch_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct batch batch = *(struct batch *)arg;
    free(arg);
    batch.home->committing--;
    commit_next(batch.home);
    bool each = !error && reply->type == REDIS_LIST && reply->len == batch.count;
    for (size_t i = 0; i < batch.count; i++)
        commit_done(batch.commits[i], error, each ? reply->items[i] : reply);
}

/* The first of those that wait, and as many more as go with it. */
static struct batch *take_batch(struct home *home)
{
    struct batch *batch = xmalloc(sizeof *batch);
    int values = 0;
    batch->home = home;
    batch->count = 0;
    do {
        struct commit *c = home->commits;
        home->commits = c->next;
        batch->commits[batch->count++] = c;
        values += c->args.count;
        if (c->d->item->alone)
            break;
    } while (home->commits && !home->commits->d->item->alone && batch->count < COMMITS_MAX &&
             values + home->commits->args.count < VALUES_MAX);
    if (!home->commits)
        home->commits_end = &home->commits;
    return batch;
}

static void send_batch(struct home *home)
{
    struct core *core = home->core;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct batch *batch = take_batch(home);
    struct args args;
    args_init(&args);
    args_add_number(&args, arena, clock_now_ms(core->config.clock));
    args_add_number(&args, arena, clock_is_virtual(core->config.clock) ? 0 : KEEP_MESSAGE_DAYS);
    for (size_t i = 0; i < batch->count; i++)
        args_add_turn(&args, arena, &batch->commits[i]->args);
    core->in_flight -= batch->count;
    home->committing++;
    core_eval(core, home, batch->commits[0]->d->queue->lane, SCRIPT_COMMIT, args.count,
              args.values, NULL, batch_cb, batch);
    args_finish(&args);
    arena_destroy(&arena);
}

/* Few calls at a time: what is ready meanwhile goes together in the next, which shares its
 * fsync. */
static void commit_next(void *arg)
{
    struct home *home = arg;
    if (!home->commits || home->committing >= COMMITTING_MAX || !home->core->redis)
        return;
    for (struct account *a = home->core->accounts; a; a = a->next)
        if (a->outbox)
            outbox_tell(a->outbox, home->commits->d->queue->lane);
    send_batch(home);
}

void commit_end(struct home *home)
{
    while (home->commits)
        send_batch(home);
    loop_undefer(home->core->config.loop, commit_next, home);
}

static void send_commit(struct commit *c)
{
    struct home *home = c->d->queue->home;
    poison_leave(home->core->poison);
    core_kill_point(home->core, "decided");
    *home->commits_end = c;
    home->commits_end = &c->next;
    home->core->in_flight++;
    loop_defer(home->core->config.loop, commit_next, home);
}

void commit_park(struct decision *d, const char *why)
{
    log_error("commit", "input put aside group=%s input=%s handler=%s why=%s", d->queue->key,
              d->item->input->id, d->handler ? d->handler->name : "-", why);
    d->queue->core->counts.parked++;
    send_commit(commit_build_parked(d, why));
}

void commit_start(struct decision *d)
{
    struct queue *queue = d->queue;
    bool is_timer = d->item->input->kind == INPUT_TIMER;
    if (!is_timer && !d->item->unsure && !decide_has_effects(&d->turn)) {
        tell_operator(d);
        decision_free(&d);
        intake_done(queue);
        return;
    }
    send_commit(commit_build(d));
}
