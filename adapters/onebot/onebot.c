/* onebot.c: the OneBot v11 adapter: an account's life, and what is done with each frame.
 *
 * Messages, recalls and reactions go through onebot_lines.c to the core; answers to the call
 * that waits for them; the rest says how the account and its groups are. The account is up when
 * events come and calls can be made and the platform has not logged it out.
 *
 *   onebot_link.c      connections          onebot_in.c, onebot_segment.c, onebot_cq.c reading
 *   onebot_wire.c      calls                onebot_out.c writing onebot_calls.c     answers by
 * echo      onebot_failure.c   failures by kind onebot_send.c      sends onebot_lines.c order
 * within a group onebot_history.c   what was missed      onebot_pictures.c  pictures
 */
#include "adapters/onebot/onebot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot_failure.h"

#define HELLO_DEADLINE_MS 15000
#define HELLO_AGAIN_MS 10000
#define HELLO_REFUSED_MS 300000

/* Is this the first time that this cause is met? */
static bool once(struct onebot *onebot, const char *cause)
{
    for (int i = 0; i < ONEBOT_CAUSES_MAX; i++) {
        if (onebot->causes[i] == cause)
            return false;
        if (!onebot->causes[i]) {
            onebot->causes[i] = cause;
            return true;
        }
    }
    return false;
}

/* ---- up and down ----------------------------------------------------------------------- */

static void update(struct onebot *onebot, const char *why)
{
    bool calls = !onebot->config.http_api || onebot->answered;
    bool up = onebot->online && calls && onebot->link && onebot_link_ready(onebot->link);
    if (up == onebot->up)
        return;
    onebot->up = up;
    if (!up) {
        bot_on_down(onebot->account, why);
        return;
    }
    bot_on_up(onebot->account);
    onebot_sends_up(onebot->sends);
}

static void set_self(struct onebot *onebot, const char *self_id)
{
    if (onebot->self_id || !self_id)
        return;
    onebot->self_id = xstrdup(self_id);
    log_info("onebot", "account known account=%s self_id=%s", account_name(onebot->account),
             self_id);
}

static void hello(void *arg);

static void hello_later(struct onebot *onebot, int64_t after_ms)
{
    loop_timer_stop(&onebot->hello);
    onebot->hello = loop_timer_start(account_loop(onebot->account), after_ms, 0, hello, onebot);
}

static void hello_answered(void *arg, int error, const struct onebot_reply *reply)
{
    struct onebot *onebot = arg;
    if (error) {
        hello_later(onebot, HELLO_AGAIN_MS);
        return;
    }
    if (onebot_failure_is_auth(reply)) {
        if (once(onebot, "token refused"))
            log_error("onebot",
                      "calls are refused account=%s retcode=%d do=\"check `token`; trying "
                      "again every 5 minutes\"",
                      account_name(onebot->account), reply->retcode);
        hello_later(onebot, HELLO_REFUSED_MS);
        return;
    }
    onebot->answered = true;
    set_self(onebot, reply->user);
    if (reply->user && strcmp(reply->user, onebot->self_id) != 0 &&
        once(onebot, "another account"))
        log_error("onebot",
                  "the implementation holds another account account=%s self_id=%s found=%s "
                  "do=\"correct `self_id` or `url`\"",
                  account_name(onebot->account), onebot->self_id, reply->user);
    update(onebot, "");
}

/* Asks who we are: it proves that calls are answered, and tells the account's id. */
static void hello(void *arg)
{
    struct onebot *onebot = arg;
    struct buf params;
    buf_init(&params, 16);
    buf_puts(&params, "{}");
    loop_timer_stop(&onebot->hello);
    if (onebot_call(onebot, "get_login_info", &params, HELLO_DEADLINE_MS, hello_answered,
                    onebot))
        hello_later(onebot, HELLO_AGAIN_MS);
    buf_finish(&params);
}

/* ---- frames ---------------------------------------------------------------------------- */

static bool is_bot(const struct onebot *onebot, const char *user)
{
    for (size_t i = 0; i < onebot->config.bot_count; i++)
        if (strcmp(onebot->config.bots[i], user) == 0)
            return true;
    return false;
}

static void on_input(struct onebot *onebot, struct input *input, const char *via)
{
    if (input->from_bot)
        return; /* our own words, heard back */
    onebot_people_met(onebot->people, input->user, input->direct ? via : input->group);
    input->from_bot = is_bot(onebot, input->user);
    if (!input->direct)
        onebot_history_hurry(onebot->history, input->group);
    if (onebot_lines_add(onebot->lines, input) == 0)
        return;
    log_warn("onebot", "too much waits; hanging up and reading it back later account=%s",
             account_name(onebot->account));
    onebot_link_drop(onebot->link, "too much waits");
}

static void on_reply(struct onebot *onebot, enum onebot_role role,
                     const struct onebot_reply *reply)
{
    uint64_t number = onebot_echo_number(reply->echo);
    if (!number && onebot_failure_is_auth(reply)) {
        onebot_link_refused(onebot->link, role);
        return;
    }
    onebot_link_good(onebot->link, role);
    if (!number || !onebot_calls_answer(onebot->calls, number, reply))
        log_debug("onebot", "an answer that nobody waits for account=%s",
                  account_name(onebot->account));
    update(onebot, "");
}

static void on_heartbeat(struct onebot *onebot, enum onebot_role role,
                         const struct onebot_frame *frame)
{
    if (frame->interval_ms)
        onebot_link_pulse(onebot->link, role, frame->interval_ms);
    onebot->online = frame->online;
    update(onebot, "the platform has logged the account out");
}

static void on_event(struct onebot *onebot, enum onebot_role role, struct onebot_frame *frame)
{
    switch (frame->kind) {
    case ONEBOT_INPUT:
        on_input(onebot, &frame->input, frame->via);
        break;
    case ONEBOT_HEARTBEAT:
        on_heartbeat(onebot, role, frame);
        break;
    case ONEBOT_LIFECYCLE:
        onebot->online = true;
        update(onebot, "");
        break;
    case ONEBOT_OFFLINE:
        onebot->online = false;
        log_error("onebot", "logged out account=%s said=\"%s\" do=\"log it in again\"",
                  account_name(onebot->account), frame->why);
        update(onebot, "the platform has logged the account out");
        break;
    case ONEBOT_MUTED:
        onebot_sends_mute(onebot->sends, frame->group, frame->duration_ms);
        break;
    case ONEBOT_REMOVED:
        onebot_sends_remove(onebot->sends, frame->group);
        break;
    default:
        onebot_sends_allow(onebot->sends, frame->group);
        break;
    }
}

static void on_frame(struct onebot *onebot, enum onebot_role role, struct onebot_frame *frame)
{
    if (frame->kind == ONEBOT_BAD) {
        if (once(onebot, frame->why))
            log_warn("onebot", "a frame was refused account=%s why=\"%s\"",
                     account_name(onebot->account), frame->why);
        return;
    }
    if (frame->kind == ONEBOT_REPLY) {
        on_reply(onebot, role, &frame->reply);
        return;
    }
    set_self(onebot, frame->self_id);
    onebot_link_good(onebot->link, role);
    update(onebot, "");
    if (frame->self_id && strcmp(frame->self_id, onebot->self_id) != 0) {
        if (once(onebot, "an event of another account"))
            log_warn("onebot", "events of another account are ignored account=%s self_id=%s",
                     account_name(onebot->account), frame->self_id);
    } else if (frame->kind == ONEBOT_IGNORED) {
        log_debug("onebot", "ignored account=%s what=\"%s\"", account_name(onebot->account),
                  frame->why);
    } else {
        on_event(onebot, role, frame);
    }
}

/* ---- the link's calls ------------------------------------------------------------------ */

static void link_opened(void *arg, enum onebot_role role)
{
    struct onebot *onebot = arg;
    bool carries_calls = role != ONEBOT_EVENT || onebot->config.http_api;
    onebot->online = true;
    if (carries_calls)
        hello_later(onebot, 0);
}

static void link_heard(void *arg, enum onebot_role role, const char *text, size_t len)
{
    struct onebot *onebot = arg;
    struct onebot_frame frame;
    arena_clear(onebot->frame);
    onebot_in(text, len, onebot->self_id, onebot->frame, &frame);
    on_frame(onebot, role, &frame);
}

static void link_closed(void *arg, enum onebot_role role, const char *why)
{
    struct onebot *onebot = arg;
    update(onebot, why);
    if (role == ONEBOT_EVENT || onebot->config.http_api)
        return;
    loop_timer_stop(&onebot->hello);
    onebot->answered = false;
    onebot_calls_end_all(onebot->calls);
}

static const struct onebot_link_ops link_ops = {link_opened, link_heard, link_closed};

/* ---- the adapter's slots --------------------------------------------------------------- */

static void onebot_stop(struct account *account)
{
    struct onebot *onebot = account_state(account);
    if (!onebot)
        return;
    account_set_state(account, NULL);
    onebot_link_destroy(&onebot->link);
    onebot_wire_stop(onebot);
    onebot_calls_destroy(&onebot->calls);
    onebot_pictures_destroy(&onebot->pictures);
    onebot_history_destroy(&onebot->history);
    onebot_sends_destroy(&onebot->sends);
    onebot_lines_destroy(&onebot->lines);
    onebot_people_destroy(&onebot->people);
    loop_timer_stop(&onebot->hello);
    arena_destroy(&onebot->frame);
    free(onebot->self_id);
    free(onebot);
}

static void onebot_check(struct conf_node *conf, struct faults *faults)
{
    struct onebot_config config;
    onebot_config_read(&config, conf, faults);
}

static int onebot_start(struct account *account, struct conf_node *conf, struct faults *faults)
{
    struct onebot_config config;
    if (onebot_config_read(&config, conf, faults))
        return ERR_INVALID;
    struct onebot *onebot = xcalloc(1, sizeof *onebot);
    onebot->account = account;
    onebot->config = config;
    onebot->frame = arena_create(ONEBOT_ARENA_MAX);
    onebot->self_id = config.self_id ? xstrdup(config.self_id) : NULL;
    onebot->calls = onebot_calls_create(account_loop(account), account_clock(account));
    onebot->pictures = onebot_pictures_create(account, &onebot->config);
    onebot->lines = onebot_lines_create(account, onebot->pictures);
    onebot->history = onebot_history_create(onebot);
    onebot->sends = onebot_sends_create(onebot);
    onebot->people = onebot_people_create();
    account_set_state(account, onebot);
    onebot->link = onebot_link_create(account, &onebot->config, &link_ops, onebot, faults);
    if (onebot->link)
        return 0;
    onebot_stop(account);
    return ERR_INVALID;
}

static int onebot_send(struct account *account, const struct send *send)
{
    struct onebot *onebot = account_state(account);
    return onebot_sends_start(onebot->sends, send);
}

static void onebot_backfill(struct account *account, const char *platform_group,
                            int64_t since_ms)
{
    struct onebot *onebot = account_state(account);
    onebot_history_read(onebot->history, platform_group, since_ms);
}

const struct adapter onebot_adapter = {
    .name = "onebot",
    .capabilities = {.delivery = DELIVERY_REPLAYABLE,
                     .hears_all = true,
                     .mentions = true,
                     .quotes = true,
                     .images = true,
                     .reactions = true,
                     .recall = true,
                     .max_text = 3000,
                     .group_pace_ms = 1200,
                     .account_pace_ms = 300,
                     .send_deadline_ms = 60000},
    .check = onebot_check,
    .start = onebot_start,
    .stop = onebot_stop,
    .send = onebot_send,
    .backfill = onebot_backfill,
};
