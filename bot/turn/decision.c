/* decision.c: the life of a decision: it is filled with what is known of its input, makes the
 * trip to Redis (context.c) or does without, is decided (decide.c) and committed (commit.c). */
#include <string.h>
#include <sys/random.h>

#include "host/log.h"
#include "host/mem.h"
#include "turn/args.h"
#include "turn/internal.h"

/* Out of the input's id where the clock is virtual, so that a conversation plays the same. */
static const char *fresh_code(const struct decision *d)
{
    unsigned char bytes[65];
    char code[CODE_LEN + 1];
    if (clock_is_virtual(d->queue->core->config.clock))
        code_hash(d->item->input->id, (char *)bytes);
    else if (getrandom(bytes, CODE_LEN, 0) != CODE_LEN)
        return NULL;
    code_make(bytes, code);
    return arena_strdup(d->arena, code);
}

/* A benchmark that is not paced counts every ping by itself. */
static bool lists_pings(const struct core *core)
{
    return core->config.paced || clock_is_virtual(core->config.clock);
}

static void fill_turn(struct decision *d)
{
    struct turn *turn = &d->turn;
    const struct input *input = d->item->input;
    struct home *home = d->queue->home;
    turn->meaning = &d->hint.meaning;
    turn->input = shown_join(d->queue, input, turn->meaning, d->arena);
    turn->text = d->hint.text;
    turn->community = home->community;
    turn->group = d->queue->group;
    turn->sender = d->item->sender;
    turn->calendar = home->calendar;
    turn->policy = home->policy;
    turn->lexicon = d->queue->core->config.lexicon;
    turn->pinged = lists_pings(d->queue->core) ? home->pinged : NULL;
    turn->now_ms = clock_now_ms(d->queue->core->config.clock);
    turn->addressed = d->hint.addressed;
    turn->joined = d->hint.joined;
    turn->staff = turn->sender && member_is_staff(turn->sender);
    turn->arena = d->arena;
    if (turn->staff && turn->group->kind == GROUP_DIRECT)
        turn->fresh = fresh_code(d);
    int64_t told_ms = input->kind == INPUT_TIMER ? input->due_ms : input->time_ms;
    bool may_be_late = input->kind == INPUT_TIMER || input->backfilled;
    turn->late_ms = may_be_late && turn->now_ms > told_ms ? turn->now_ms - told_ms : 0;
}

void decision_free(struct decision **decision)
{
    struct arena *arena = (*decision)->arena;
    community_let_go(&(*decision)->roster);
    arena_destroy(&arena);
    *decision = NULL;
}

void decision_again(struct decision *d)
{
    struct queue *queue = d->queue;
    decision_free(&d);
    decision_start(queue);
}

static void read_done(struct decision *d, int error, const struct redis_reply *reply)
{
    struct queue *queue = d->queue;
    d->reply = reply;
    if (error || reply->type == REDIS_ERROR || context_read(d, reply) < 0) {
        if (!error)
            log_error("context", "script failed group=%s why=%s", queue->key,
                      reply->type == REDIS_ERROR ? reply->text : "answer not understood");
        decision_free(&d);
        intake_retry(queue, 200);
        return;
    }
    if (!d->fresh)
        nearby_note(d, turn_event_by(&d->turn, EVENT_BY_NEAR) != NULL);
    if (d->serial != community_serial(queue->home->community)) {
        decision_again(d); /* the roster was changed meanwhile */
        return;
    }
    const struct turn_code *code = d->turn.code;
    if (code && code->record.state == CODE_UNKNOWN && !code->locked_until_ms &&
        intake_elsewhere(queue)) {
        decision_free(&d);
        return;
    }
    decide(d);
    if (!d->handler)
        shown_note(queue, d->item->input, d->turn.text);
    if (d->turn.full) {
        commit_park(d, "too many effects");
    } else if (d->fresh && !decide_has_effects(&d->turn)) {
        d->item->look = true; /* what would say so is checked by no commit */
        decision_again(d);
    } else {
        commit_start(d);
    }
}

static void read_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct decision *d = arg;
    struct core *core = d->queue->core;
    poison_enter(core->poison, d->item->input->id);
    core_kill_point(core, "deciding");
    read_done(d, error, reply);
    poison_leave(core->poison);
}

/* Of whom memory knows nothing, nothing is stored most often. His report is decided on an empty
 * context then, which saves the trip and the wait for whatever Redis writes to the disk
 * meanwhile; the commit reads instead, and where it finds something the turn is decided again
 * on that. */
static bool may_be_fresh(const struct decision *d)
{
    const struct input *input = d->item->input;
    const struct meaning *m = &d->hint.meaning;
    const struct member *sender = d->item->sender;
    bool reports = m->intent == INTENT_REPORT || m->intent == INTENT_EMERGENCY;
    if (input->kind != INPUT_MESSAGE || !reports || d->item->look || d->item->unsure ||
        d->queue->group->kind != GROUP_BUILDING || d->hint.code[0] || m->number_count ||
        input_quoted(input) || !sender || community_member(d->turn.community, sender->id) ||
        hint_is_live(d->queue, sender->id) || nearby_is_known(d))
        return false;
    const struct person *person = people_find(d->queue->home, sender->id);
    return !person || !person->stored;
}

/* What context.lua answers when it finds nothing. */
static const struct redis_reply *nothing(void)
{
    static const struct redis_reply none = {.type = REDIS_LIST},
                                    empty = {.type = REDIS_TEXT, .text = ""};
    static const struct redis_reply *const parts[] = {&none, &empty, &none,
                                                      &none, &none,  &none};
    static const struct redis_reply reply = {.type = REDIS_LIST, .len = 6, .items = parts};
    return &reply;
}

/* It was being decided at two crashes: put aside without another look. */
static void put_aside(struct decision *d)
{
    d->hint.text = input_text(d->item->input, d->arena);
    fill_turn(d);
    commit_park(d, "it was being decided when Loubot crashed, twice");
}

static void start_read(struct decision *d)
{
    struct queue *queue = d->queue;
    d->hint = *intake_hint(queue, d->item);
    hint_judge(queue, d->item->input, d->item->sender, d->arena, &d->hint);
    fill_turn(d);
    struct args args;
    args_init(&args);
    context_ask(d, &args);
    if (may_be_fresh(d)) {
        args_finish(&args);
        d->fresh = true;
        read_cb(d, 0, nothing());
        return;
    }
    poison_leave(queue->core->poison);
    core_kill_point(queue->core, "read");
    core_eval(queue->core, queue->home, queue->lane, SCRIPT_CONTEXT, args.count, args.values,
              NULL, read_cb, d);
    args_finish(&args);
}

void decision_start(struct queue *queue)
{
    struct poison *poison = queue->core->poison;
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    struct decision *d = arena_alloc(arena, sizeof *d);
    d->queue = queue;
    d->item = queue->first;
    d->arena = arena;
    d->roster = community_hold(queue->home->community);
    d->serial = community_serial(queue->home->community);
    intake_sender(queue, d->item);
    if (poison_is(poison, d->item->input->id)) {
        put_aside(d);
        return;
    }
    poison_enter(poison, d->item->input->id);
    start_read(d);
}
