/* commit.c: one turn, one script call, and what follows from its answer. */
#include "turn/commit.h"

#include <string.h>

#include "host/log.h"
#include "host/mem.h"

/* ---- the answer
 * ----------------------------------------------------------------------------------------- */

static const char *numbers_of(const struct commit *c, const struct redis_reply *reply,
                              const struct outgoing *out)
{
    const char *list = "";
    for (size_t i = 0; i < out->event_count; i++) {
        const struct event *event = out->events[i];
        const char *number = event->id ? arena_printf(c->d->arena, "%u", event->id)
                                       : reply->items[event->ref]->text;
        list = arena_printf(c->d->arena, "%s%s%s", list, i ? "," : "", number);
    }
    return list;
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

static void on_ok(struct commit *c, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    if (reply->len < 1 + d->turn.made_count)
        return;
    note_live(c);
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
    if (d->item->tries == 0)
        return;
    for (struct account *a = d->queue->core->accounts; a; a = a->next)
        outbox_load(a->outbox, d->queue->home);
    hint_load(d->queue);
}

static void on_stale(struct decision *d)
{
    struct queue *queue = d->queue;
    if (++d->item->tries <= DECISIONS_MAX) {
        decision_start(queue);
        return;
    }
    log_error("commit", "stale %d times group=%s input=%s", DECISIONS_MAX, queue->key,
              d->item->input->id);
    intake_done(queue);
}

static void on_reply(struct commit *c, const struct redis_reply *reply)
{
    struct decision *d = c->d;
    struct queue *queue = d->queue;
    const char *word = reply->type == REDIS_LIST && reply->len && reply->items[0]->text
                           ? reply->items[0]->text
                           : "";
    if (strcmp(word, "stale") == 0) {
        on_stale(d);
        return;
    }
    if (strcmp(word, "ok") == 0)
        on_ok(c, reply);
    else if (strcmp(word, "seen") == 0)
        on_seen(d);
    else if (strcmp(word, "gone") != 0)
        log_error("commit", "refused group=%s input=%s why=%s %s", queue->key,
                  d->item->input->id,
                  word[0]       ? word
                  : reply->text ? reply->text
                                : "?",
                  reply->type == REDIS_LIST && reply->len > 1 ? reply->items[1]->text : "");
    core_kill_point(queue->core, "committed");
    intake_done(queue);
}

static void commit_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct commit *c = arg;
    struct decision *d = c->d;
    if (error) { /* away, or the outcome is unknown: decided again, "seen" then tells */
        d->item->tries++;
        intake_retry(d->queue, 200);
    } else {
        on_reply(c, reply);
    }
    decision_free(&d);
}

void commit_start(struct decision *d)
{
    struct queue *queue = d->queue;
    bool is_timer = d->item->input->kind == INPUT_TIMER;
    if (!is_timer && !decide_has_effects(&d->turn)) {
        decision_free(&d);
        intake_done(queue);
        return;
    }
    struct commit *c = commit_build(d);
    core_kill_point(queue->core, "decided");
    core_eval(queue->core, queue->home, queue->lane, SCRIPT_COMMIT, c->args.count,
              c->args.values, NULL, commit_cb, c);
    args_finish(&c->args);
}
