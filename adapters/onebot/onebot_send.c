/* onebot_send.c: sends, and where we may not. Called by onebot.c.
 *
 * A send whose answer is lost (the link was cut, or no answer came in time) is in doubt: as
 * soon as the account is up the group's newest messages are read, and our own text found there
 * makes it a success, its absence a retry. So a cut repeats nothing; only where there is no
 * history, or the link does not come back in time, the core is told that the outcome is
 * unknown. What an earlier process may have sent is looked for in the same way before anything
 * is sent.
 */
#include "adapters/onebot/onebot.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "adapters/onebot/onebot_failure.h"
#include "adapters/onebot/onebot_out.h"

#define DEADLINE_MS 15000
#define DOUBT_MS 25000      /* how long a doubtful send waits for the link */
#define LOOK_BACK_MS 120000 /* the clocks of the platform and ours may differ by less */
#define LOOK_COUNT 100
#define PARAMS_MAX (8u * 1024 * 1024)
#define SHORT_MUTE_MS 600000 /* a mute that ends within it is waited for */
#define KNOWN_MAX 64
#define BANS_MAX 1024

struct pending {
    struct pending *next;
    struct onebot_sends *sends;
    uint64_t id;
    char *group;
    char *words; /* its text without spaces, to find it again; NULL: it cannot be looked for */
    char *quote; /* what it quotes, or NULL */
    int64_t started_ms; /* wall clock */
    bool maybe;         /* only looked for: an earlier process may have sent it */
    /* a verdict that waits to be given */
    enum sent result;
    int64_t retry_ms;
    const char *why;
    /* in doubt */
    struct loop_timer *patience;
    bool looking;
};

struct ban {
    char *group;
    bool removed;
    int64_t until_ms; /* wall clock; 0: until told otherwise */
    UT_hash_handle hh;
};

struct onebot_sends {
    struct onebot *onebot;
    struct pending *pending; /* all of them */
    struct pending *verdicts;
    struct ban *bans;
    char *known[KNOWN_MAX]; /* messages that are accounted for */
    size_t known_next;
};

static int64_t now_ms(const struct onebot_sends *sends)
{
    return clock_now_ms(account_clock(sends->onebot->account));
}

static void free_pending(struct pending *pending)
{
    loop_timer_stop(&pending->patience);
    free(pending->group);
    free(pending->words);
    free(pending->quote);
    free(pending);
}

static void remember(struct onebot_sends *sends, const char *message)
{
    char **at = &sends->known[sends->known_next++ % KNOWN_MAX];
    free(*at);
    *at = xstrdup(message);
}

static bool is_known(const struct onebot_sends *sends, const char *message)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (sends->known[i] && strcmp(sends->known[i], message) == 0)
            return true;
    return false;
}

static void finish(struct pending *pending, enum sent result, const char *message,
                   int64_t retry_ms, const char *why)
{
    struct onebot_sends *sends = pending->sends;
    struct pending **at = &sends->pending;
    while (*at != pending)
        at = &(*at)->next;
    *at = pending->next;
    if (message)
        remember(sends, message);
    bot_on_sent(sends->onebot->account, pending->id, result, message, retry_ms, why);
    free_pending(pending);
}

/* ---- in doubt -------------------------------------------------------------------------- */

static void add_words(struct buf *words, const char *text)
{
    for (; *text; text++)
        if (!strchr(" \n\r\t", *text))
            buf_add(words, text, 1);
}

static char *words_of(const struct send *send)
{
    struct buf words;
    buf_init(&words, MESSAGE_TEXT_MAX);
    for (size_t i = 0; i < send->part_count; i++)
        if (send->parts[i].kind == SEGMENT_TEXT && send->parts[i].text)
            add_words(&words, send->parts[i].text);
    char *text = words.len && !words.failed ? xstrdup(buf_text(&words)) : NULL;
    buf_finish(&words);
    return text;
}

/* The same words may answer somebody else. */
static bool quotes_another(const struct pending *pending, const struct input *input)
{
    const char *quoted = input_quoted(input);
    return quoted && pending->quote && strcmp(quoted, pending->quote) != 0;
}

static bool is_it(const struct pending *pending, const struct input *input)
{
    struct buf words;
    if (!input->from_bot || input->time_ms < pending->started_ms - LOOK_BACK_MS ||
        is_known(pending->sends, input->message) || quotes_another(pending, input))
        return false;
    buf_init(&words, MESSAGE_TEXT_MAX);
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_TEXT)
            add_words(&words, input->segments[i].text);
    bool same = strcmp(buf_text(&words), pending->words) == 0;
    buf_finish(&words);
    return same;
}

static void looked(void *arg, int error, const struct onebot_reply *reply)
{
    struct pending *pending = arg;
    pending->looking = false;
    if (error)
        return; /* patience, or the next time that we are up, decides */
    if (!reply->ok || !reply->has_messages) {
        finish(pending, pending->maybe ? SENT_RETRY : SENT_UNKNOWN, NULL, 0,
               "the answer was lost, and there is no history");
        return;
    }
    for (size_t i = reply->input_count; i-- > 0;) {
        if (!is_it(pending, &reply->inputs[i]))
            continue;
        finish(pending, SENT_OK, reply->inputs[i].message, 0, NULL);
        return;
    }
    finish(pending, SENT_RETRY, NULL, 0, "the answer was lost, and the message is not there");
}

static void look(struct pending *pending)
{
    struct buf params;
    if (pending->looking || !pending->sends->onebot->up)
        return;
    buf_init(&params, 1024);
    onebot_out_history(&params, pending->group, NULL, LOOK_COUNT);
    pending->looking = onebot_call(pending->sends->onebot, "get_group_msg_history", &params,
                                   DEADLINE_MS, looked, pending) == 0;
    buf_finish(&params);
}

static void out_of_patience(void *arg)
{
    struct pending *pending = arg;
    loop_timer_stop(&pending->patience);
    if (!pending->looking)
        finish(pending, SENT_UNKNOWN, NULL, 0, "the answer was lost");
    else
        pending->patience = loop_timer_start(account_loop(pending->sends->onebot->account),
                                             DEADLINE_MS, 0, out_of_patience, pending);
}

static void doubt(struct pending *pending)
{
    pending->patience = loop_timer_start(account_loop(pending->sends->onebot->account),
                                         DOUBT_MS, 0, out_of_patience, pending);
    look(pending);
}

void onebot_sends_up(struct onebot_sends *sends)
{
    for (struct pending *pending = sends->pending; pending; pending = pending->next)
        if (pending->patience)
            look(pending);
}

/* ---- sending --------------------------------------------------------------------------- */

static void answered(void *arg, int error, const struct onebot_reply *reply)
{
    struct pending *pending = arg;
    int64_t retry_ms;
    if (error == ERR_TIMEOUT && pending->words) {
        doubt(pending);
    } else if (error) {
        finish(pending, error == ERR_TIMEOUT ? SENT_UNKNOWN : SENT_RETRY, NULL, 0,
               error == ERR_TIMEOUT ? "the answer was lost" : "the implementation is away");
    } else {
        enum sent result = onebot_failure(reply, &retry_ms);
        if (result == SENT_UNKNOWN && pending->words)
            doubt(pending);
        else
            finish(pending, result, reply->message, retry_ms, reply->text);
    }
}

static void give_verdicts(void *arg)
{
    struct onebot_sends *sends = arg;
    struct pending *next;
    for (struct pending *pending = sends->verdicts; pending; pending = next) {
        next = pending->next;
        bot_on_sent(sends->onebot->account, pending->id, pending->result, NULL,
                    pending->retry_ms, pending->why);
        free_pending(pending);
    }
    sends->verdicts = NULL;
}

/* Ends a send that was not even tried; the core hears of it later in this round. */
static void verdict(struct onebot_sends *sends, uint64_t id, enum sent result, int64_t retry_ms,
                    const char *why)
{
    struct pending *pending = xcalloc(1, sizeof *pending), **at = &sends->verdicts;
    pending->id = id;
    pending->result = result;
    pending->retry_ms = retry_ms;
    pending->why = why;
    while (*at)
        at = &(*at)->next;
    *at = pending;
    loop_defer(account_loop(sends->onebot->account), give_verdicts, sends);
}

static void forget_ban(struct onebot_sends *sends, struct ban *ban)
{
    HASH_DEL(sends->bans, ban);
    free(ban->group);
    free(ban);
}

/* Is the group closed to us? Gives the verdict then. */
static bool is_banned(struct onebot_sends *sends, const struct send *send)
{
    struct ban *ban = NULL;
    if (!send->direct && send->group)
        HASH_FIND_STR(sends->bans, send->group, ban);
    if (ban && ban->until_ms && ban->until_ms <= now_ms(sends)) {
        forget_ban(sends, ban);
        ban = NULL;
    }
    if (!ban)
        return false;
    int64_t left = ban->until_ms ? ban->until_ms - now_ms(sends) : 0;
    if (ban->removed)
        verdict(sends, send->id, SENT_NEVER, 0, "the bot was removed from the group");
    else if (left && left <= SHORT_MUTE_MS)
        verdict(sends, send->id, SENT_RETRY, left, "the bot is muted in the group");
    else
        verdict(sends, send->id, SENT_NEVER, 0, "the bot is muted in the group");
    return true;
}

static const char *quote_of(const struct send *send)
{
    for (size_t i = 0; i < send->part_count; i++)
        if (send->parts[i].kind == SEGMENT_REPLY)
            return send->parts[i].id;
    return NULL;
}

static struct pending *new_pending(struct onebot_sends *sends, const struct send *send)
{
    struct pending *pending = xcalloc(1, sizeof *pending);
    pending->sends = sends;
    pending->id = send->id;
    pending->group = xstrdup(send->group ? send->group : "");
    pending->words = send->direct || send->reaction ? NULL : words_of(send);
    const char *quote = quote_of(send);
    pending->quote = quote ? xstrdup(quote) : NULL;
    pending->started_ms = now_ms(sends);
    pending->next = sends->pending;
    sends->pending = pending;
    return pending;
}

/* Did an earlier process send it? False: nothing can be looked for. */
static bool look_first(struct onebot_sends *sends, const struct send *send)
{
    struct pending *pending = new_pending(sends, send);
    pending->started_ms = send->maybe_since_ms;
    pending->maybe = true;
    if (pending->words) {
        doubt(pending);
        return true;
    }
    sends->pending = pending->next;
    free_pending(pending);
    return false;
}

int onebot_sends_start(struct onebot_sends *sends, const struct send *send)
{
    struct buf params;
    int error = 0;
    if (!sends->onebot->up)
        return ERR_AWAY;
    if (is_banned(sends, send) || (send->maybe_since_ms && look_first(sends, send)))
        return 0;
    buf_init(&params, PARAMS_MAX);
    const char *via =
        send->direct ? onebot_people_via(sends->onebot->people, send->group) : NULL;
    const char *action =
        onebot_out_send(&params, send, via, onebot_pictures_base64, sends->onebot->account);
    if (!action) {
        verdict(sends, send->id, SENT_NEVER, 0, "there is nothing in it that could be sent");
    } else {
        struct pending *pending = new_pending(sends, send);
        error = onebot_call(sends->onebot, action, &params, DEADLINE_MS, answered, pending);
        if (error) {
            sends->pending = pending->next;
            free_pending(pending);
        }
    }
    buf_finish(&params);
    return error;
}

/* ---- where we may not ------------------------------------------------------------------ */

static struct ban *ban_of(struct onebot_sends *sends, const char *group)
{
    struct ban *ban;
    HASH_FIND_STR(sends->bans, group, ban);
    if (ban)
        return ban;
    if (HASH_COUNT(sends->bans) >= BANS_MAX)
        forget_ban(sends, sends->bans); /* the oldest */
    ban = xcalloc(1, sizeof *ban);
    ban->group = xstrdup(group);
    HASH_ADD_KEYPTR(hh, sends->bans, ban->group, strlen(ban->group), ban);
    return ban;
}

void onebot_sends_mute(struct onebot_sends *sends, const char *group, int64_t for_ms)
{
    ban_of(sends, group)->until_ms = for_ms ? now_ms(sends) + for_ms : 0;
    log_warn("onebot", "muted account=%s group=%s for_s=%lld",
             account_name(sends->onebot->account), group, (long long)for_ms / 1000);
}

void onebot_sends_remove(struct onebot_sends *sends, const char *group)
{
    struct ban *ban = ban_of(sends, group);
    ban->removed = true;
    ban->until_ms = 0;
    log_warn("onebot", "removed from a group account=%s group=%s",
             account_name(sends->onebot->account), group);
}

void onebot_sends_allow(struct onebot_sends *sends, const char *group)
{
    struct ban *ban;
    HASH_FIND_STR(sends->bans, group, ban);
    if (!ban)
        return;
    log_info("onebot", "may speak again account=%s group=%s",
             account_name(sends->onebot->account), group);
    forget_ban(sends, ban);
}

struct onebot_sends *onebot_sends_create(struct onebot *onebot)
{
    struct onebot_sends *sends = xcalloc(1, sizeof *sends);
    sends->onebot = onebot;
    return sends;
}

static void free_all(struct pending *pending)
{
    for (struct pending *next; pending; pending = next) {
        next = pending->next;
        free_pending(pending);
    }
}

void onebot_sends_destroy(struct onebot_sends **sends)
{
    struct ban *ban, *next;
    if (!*sends)
        return;
    loop_undefer(account_loop((*sends)->onebot->account), give_verdicts, *sends);
    free_all((*sends)->pending);
    free_all((*sends)->verdicts);
    HASH_ITER(hh, (*sends)->bans, ban, next)
    forget_ban(*sends, ban);
    for (size_t i = 0; i < KNOWN_MAX; i++)
        free((*sends)->known[i]);
    free(*sends);
    *sends = NULL;
}
