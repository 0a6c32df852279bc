/* onebot_history.c: reads back what was said while we were away (get_group_msg_history), one
 * group after the other, page by page from the newest message down to the low-water mark.
 * Called by onebot.c for the core's backfill.
 *
 * What is read is put in the order in which it was said, before what came live meanwhile; input
 * ids make a message that was seen before harmless. A reading that a lost link breaks off lets
 * nothing go; it is done again when the link is back.
 */
#include "adapters/onebot/onebot.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot_out.h"

#define PAGE 50
#define PAGES_MAX 20
#define FOUND_MAX 1000
#define KEPT_MAX (8u * 1024 * 1024) /* bytes of messages; an arena holds a little more */
#define DEADLINE_MS 15000
#define TRIES_MAX 3 /* readings that may stay without an answer */

struct found {
    const struct input *input;
    int page, index; /* pages count downwards in time */
};

struct reading {
    struct reading *next;
    char *group;
    int64_t since_ms;
    struct arena *arena;
    struct found *found;
    size_t count;
    int pages, tries;
    const char *before; /* message that the next page ends with, NULL: the newest */
};

struct onebot_history {
    struct onebot *onebot;
    struct reading *first; /* the one that is being read */
    bool waiting;          /* for an answer */
};

static void step(void *arg);

static void free_reading(struct reading *reading)
{
    arena_destroy(&reading->arena);
    free(reading->found);
    free(reading->group);
    free(reading);
}

static int in_order(const void *one, const void *other)
{
    const struct found *a = one, *b = other;
    if (a->input->time_ms != b->input->time_ms)
        return a->input->time_ms < b->input->time_ms ? -1 : 1;
    if (a->page != b->page)
        return a->page > b->page ? -1 : 1;
    return a->index - b->index;
}

static void end(struct onebot_history *history, bool complete)
{
    struct reading *reading = history->first;
    const struct input **inputs = xcalloc(reading->count + 1, sizeof(struct input *));
    if (reading->count)
        qsort(reading->found, reading->count, sizeof *reading->found, in_order);
    for (size_t i = 0; i < reading->count; i++)
        inputs[i] = reading->found[i].input;
    history->first = reading->next;
    log_info("onebot", "history read account=%s group=%s messages=%zu complete=%d",
             account_name(history->onebot->account), reading->group, reading->count, complete);
    onebot_lines_release(history->onebot->lines, reading->group, inputs, reading->count);
    bot_on_backfilled(history->onebot->account, reading->group, complete);
    free(inputs);
    free_reading(reading);
    loop_defer(account_loop(history->onebot->account), step, history);
}

/* No answer came. What is held stays held: let go now, it would push the low-water mark over
 * what was not read. With the link gone, the core asks again when it is back; else the reading
 * begins anew. */
static void break_off(struct onebot_history *history, int error)
{
    struct reading *reading = history->first, **at = &history->first;
    if (error == ERR_TIMEOUT && ++reading->tries >= TRIES_MAX) {
        end(history, false);
        return;
    }
    history->first = reading->next;
    if (error == ERR_TIMEOUT) {
        reading->count = 0;
        reading->pages = 0;
        reading->before = NULL;
        reading->next = NULL;
        arena_clear(reading->arena);
        while (*at)
            at = &(*at)->next;
        *at = reading;
    } else {
        bot_on_backfilled(history->onebot->account, reading->group, false);
        free_reading(reading);
    }
    loop_defer(account_loop(history->onebot->account), step, history);
}

/* An id alone says little: the platform's counter may have begun anew. */
static bool known(const struct reading *reading, const struct input *input)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->found[i].input->time_ms == input->time_ms &&
            strcmp(reading->found[i].input->message, input->message) == 0)
            return true;
    return false;
}

/* Keeps what is new on the page and not older than the mark. `*ret_new`: messages not seen on
 * an earlier page; true: the mark was reached. */
static bool keep_page(struct reading *reading, const struct onebot_reply *reply,
                      size_t *ret_new)
{
    bool reached = false;
    *ret_new = 0;
    if (!reading->found) /* not sooner: thousands of groups wait for their turn */
        reading->found = xcalloc(FOUND_MAX, sizeof *reading->found);
    for (size_t i = 0; i < reply->input_count && reading->count < FOUND_MAX; i++) {
        const struct input *input = &reply->inputs[i];
        if (input->time_ms < reading->since_ms) {
            reached = true;
            continue;
        }
        if (input->from_bot || input->direct || strcmp(input->group, reading->group) != 0 ||
            known(reading, input))
            continue;
        if (arena_used(reading->arena) > KEPT_MAX)
            break;
        reading->found[reading->count++] =
            (struct found){input_copy(input, reading->arena), reading->pages, (int)i};
        ++*ret_new;
    }
    return reached;
}

/* The id to page on from: that of the page's oldest message. */
static const char *oldest(const struct onebot_reply *reply)
{
    size_t at = 0;
    for (size_t i = 1; i < reply->input_count; i++)
        if (reply->inputs[i].time_ms < reply->inputs[at].time_ms)
            at = i;
    return reply->input_seqs[at] ? reply->input_seqs[at] : reply->inputs[at].message;
}

static void got_page(void *arg, int error, const struct onebot_reply *reply)
{
    struct onebot_history *history = arg;
    struct reading *reading = history->first;
    size_t fresh;
    history->waiting = false;
    if (error) {
        break_off(history, error);
        return;
    }
    if (!reply->ok || !reply->has_messages) {
        log_warn("onebot", "no history account=%s group=%s retcode=%d",
                 account_name(history->onebot->account), reading->group, reply->retcode);
        end(history, false);
        return;
    }
    bool reached = keep_page(reading, reply, &fresh);
    reading->pages++;
    if (reached || !fresh || reply->input_count == 0) {
        end(history, reached || reading->pages < PAGES_MAX);
    } else if (reading->pages >= PAGES_MAX || reading->count >= FOUND_MAX) {
        end(history, false);
    } else {
        reading->before = arena_strdup(reading->arena, oldest(reply));
        loop_defer(account_loop(history->onebot->account), step, history);
    }
}

/* Asks for the next page of the first reading. */
static void step(void *arg)
{
    struct onebot_history *history = arg;
    struct reading *reading = history->first;
    struct buf params;
    if (!reading || history->waiting)
        return;
    buf_init(&params, 1024);
    onebot_out_history(&params, reading->group, reading->before, PAGE);
    history->waiting = true;
    int error = onebot_call(history->onebot, "get_group_msg_history", &params, DEADLINE_MS,
                            got_page, history);
    buf_finish(&params);
    if (error) {
        history->waiting = false;
        break_off(history, error);
    }
}

struct onebot_history *onebot_history_create(struct onebot *onebot)
{
    struct onebot_history *history = xcalloc(1, sizeof *history);
    history->onebot = onebot;
    return history;
}

void onebot_history_destroy(struct onebot_history **history)
{
    if (!*history)
        return;
    loop_undefer(account_loop((*history)->onebot->account), step, *history);
    for (struct reading *reading = (*history)->first, *next; reading; reading = next) {
        next = reading->next;
        free_reading(reading);
    }
    free(*history);
    *history = NULL;
}

void onebot_history_hurry(struct onebot_history *history, const char *group)
{
    struct reading *first = history->first, *reading;
    for (struct reading **at = first ? &first->next : NULL; at && *at; at = &(*at)->next) {
        if (strcmp((*at)->group, group) != 0)
            continue;
        reading = *at;
        *at = reading->next;
        reading->next = first->next;
        first->next = reading;
        return;
    }
}

void onebot_history_read(struct onebot_history *history, const char *group, int64_t since_ms)
{
    struct reading *reading = xcalloc(1, sizeof *reading), **at = &history->first;
    reading->group = xstrdup(group);
    reading->since_ms = since_ms;
    reading->arena = arena_create(KEPT_MAX + ONEBOT_ARENA_MAX);
    while (*at)
        at = &(*at)->next;
    *at = reading;
    onebot_lines_hold(history->onebot->lines, group);
    loop_defer(account_loop(history->onebot->account), step, history);
}
