/* work.c: "收到" and "好了" of those who do the work. By number, quote, last ping or the only
 * open event; others' commands meet silence. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SAYS_NOTHING_MORE 12 /* bytes: "收到", "收到！": no time or plan in it */

static bool fits_accept(const struct turn *turn, const struct event *event)
{
    return event->state == STATE_DISPATCHED && guard_may(turn, event, RIGHT_ACCEPT);
}

static bool fits_done(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_DISPATCHED || event->state == STATE_HANDLING ||
            event->state == STATE_SUSPENDED) &&
           guard_may(turn, event, RIGHT_DONE);
}

/* ---- accepting ---- */

static const char *without_heads(const char *text, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncasecmp(text, heads[i], strlen(heads[i])) == 0)
            return without_heads(text + strlen(heads[i]), heads, count);
    return text;
}

/* "收到 1，下午两点到" without the command and its numbers; NULL: nothing more is told. */
static const char *more_than_numbers(const struct turn *turn)
{
    static const char *const heads[] = {"收到", "接单", "完成", "也", "都", "got it", "done",
                                        "，",   "、",   "。",   "！", "号", "和",     ",",
                                        ".",    "!",    " ",    "#",  "0",  "1",      "2",
                                        "3",    "4",    "5",    "6",  "7",  "8",      "9"};
    const char *all = turn->text;
    const char *text = without_heads(all, heads, sizeof heads / sizeof *heads);
    bool named = text > all && strncmp(text, "都", strlen("都")) != 0;
    return named && strlen(text) >= SAYS_NOTHING_MORE / 2 ? say_masked(turn, text) : NULL;
}

/* "收到，下午两点到" without the first word. */
static const char *more_than_yes(const struct turn *turn)
{
    static const char *const heads[] = {"收到", "，", ",", "。", "！", "!", " "};
    if (turn->meaning->number_count)
        return more_than_numbers(turn);
    if (strlen(turn->text) <= SAYS_NOTHING_MORE)
        return NULL;
    return without_heads(say_masked(turn, turn->text), heads, sizeof heads / sizeof *heads);
}

static void take_over(const struct turn *turn, struct event *event)
{
    if (guard_relations(turn, event) & IS_COMPANY)
        event->assignee = turn->sender->id;
}

static void accept_one(struct turn *turn, struct event *event)
{
    const char *note = more_than_yes(turn);
    if (!fits_accept(turn, event) || event_move(event, STATE_HANDLING, turn->sender->id, note,
                                                turn->now_ms, turn->arena) < 0)
        return;
    take_over(turn, event);
    turn_timer_cancel(turn, event, "accept");
    const char *teller = event->via ? event->via : event->reporter;
    if (say_is_private(turn, event) && is_same(teller, turn->sender->id)) {
        turn_react(turn, "👌"); /* it is his own */
        return;
    }
    struct outgoing *out = say_residents(turn, event, "accepted");
    if (!out)
        return;
    out_member(out, "member", turn->sender->id);
    out_time(out, "at", turn->now_ms);
    out_text(out, "note", note);
    out_flag(out, "emergency", emergency_is(event));
    out_flag(out, "private", say_is_private(turn, event));
    if (event->due_finish_ms > turn->now_ms)
        out_time(out, "due", event->due_finish_ms);
}

/* ---- done ---- */

static void ask_photo(struct turn *turn, struct event *event)
{
    say_answer(turn, event, input_lost_count(turn->input) ? "photo_lost" : "ask_photo");
    turn_ask(turn, turn->group->name, turn->sender->id, "work", "photo", event,
             turn->now_ms + 30 * MINUTE_MS, NULL, 0);
}

/* Done before the date came. */
static void end_hold(struct turn *turn, struct event *event)
{
    event_move(event, STATE_HANDLING, turn->sender->id, NULL, turn->now_ms, turn->arena);
    event->until_ms = 0;
    clocks_resume(turn, event);
    turn_timer_cancel(turn, event, "resume");
}

static void done_one(struct turn *turn, struct event *event)
{
    if (!fits_done(turn, event))
        return;
    bool short_word = strlen(turn->text) <= SAYS_NOTHING_MORE;
    const char *note = turn->meaning->number_count ? more_than_numbers(turn)
                       : short_word                ? NULL
                                                   : say_masked(turn, turn->text);
    if (event->state == STATE_SUSPENDED)
        end_hold(turn, event);
    if (event_move(event, STATE_CHECKING, turn->sender->id, note, turn->now_ms, turn->arena) <
        0)
        return;
    take_over(turn, event);
    event->handler_member = turn->sender->id;
    report_attach_photos(turn, event, true);
    report_remember(turn, event);
    turn_timer_cancel(turn, event, "accept");
    turn_timer_cancel(turn, event, "finish");
    verify_ask(turn, event);
}

static bool is_just_done(const struct turn *turn, const struct event *event)
{
    return event->state == STATE_CHECKING && event->new_steps &&
           event->checking_ms == turn->now_ms;
}

/* The residents are asked in the morning; he hears at once that it was heard. */
static void thank_at_night(struct turn *turn)
{
    bool direct = turn->group->kind == GROUP_DIRECT, said = say_has_here(turn);
    for (size_t i = 0; i < turn->event_count && is_quiet(turn) && !said; i++) {
        const struct event *event = turn->events[i];
        if (!is_just_done(turn, event) || emergency_is(event))
            continue;
        if (direct)
            say_direct_once(turn, turn->sender->id, "done_night", event);
        else
            say_once(turn, turn->group->name, "done_night", event, turn->meaning->lang);
    }
}

/* When all are done, since of several one may be asked about right here. */
static void ask_photos(struct turn *turn)
{
    for (size_t i = 0; i < turn->event_count && !say_has_here(turn); i++) {
        struct event *event = turn->events[i];
        bool wanted = policy_of(turn, event)->ask_photo || input_lost_count(turn->input);
        if (is_just_done(turn, event) && wanted && !event->photos_after)
            ask_photo(turn, event);
    }
}

/* ---- the row ---- */

typedef bool fits_fn(const struct turn *turn, const struct event *event);

/* A worker's "好了" may be read as a confirmation, his "好的" as a yes. */
static fits_fn *verb(const struct turn *turn)
{
    const struct meaning *m = turn->meaning;
    if (m->command && !is_same(m->command, "spot"))
        return NULL;
    if (m->intent == INTENT_ACCEPT || m->is_yes)
        return fits_accept;
    if (m->intent == INTENT_DONE || m->intent == INTENT_CONFIRM)
        return fits_done;
    return NULL;
}

static enum right right_of(fits_fn *fits)
{
    return fits == fits_accept ? RIGHT_ACCEPT : RIGHT_DONE;
}

static bool any_fits(const struct turn *turn, const struct targets *targets, fits_fn *fits)
{
    for (size_t i = 0; i < targets->count; i++)
        if (fits(turn, targets->events[i]))
            return true;
    return false;
}

static int match(const struct turn *turn)
{
    fits_fn *fits = verb(turn);
    if (!fits || !turn->session)
        return 0;
    struct targets targets;
    targets_find(turn, fits, &targets);
    if (any_fits(turn, &targets, fits))
        return 80;
    if (turn->meaning->intent != INTENT_CONFIRM &&
        targets_are_unfit(turn, &targets, right_of(fits), fits))
        return 20;
    return targets.unknown_count ? 20 : 0;
}

static void apply(struct turn *turn, struct event *event, fits_fn *fits)
{
    if (fits == fits_accept)
        accept_one(turn, event);
    else
        done_one(turn, event);
}

static void handle(struct turn *turn)
{
    fits_fn *fits = verb(turn);
    struct targets targets;
    targets_find(turn, fits, &targets);
    if (targets.several) {
        targets_ask(turn, &targets, "work",
                    fits == fits_accept ? "which_accept" : "which_done");
        return;
    }
    for (size_t i = 0; i < targets.count; i++)
        apply(turn, targets.events[i], fits);
    ask_photos(turn);
    thank_at_night(turn);
    targets_say_unknown(turn, &targets);
    targets_say_unfit(turn, &targets, right_of(fits), fits);
    say_heard(turn);
}

static bool answer_photo(struct turn *turn, struct session *session, size_t index)
{
    struct event *event = turn_event_numbered(turn, session->questions[index].event);
    if (!event || (!input_image_count(turn->input) && !input_lost_count(turn->input)))
        return false;
    if (!input_image_count(turn->input)) {
        say_lost(turn, event); /* it is asked for still */
        return true;
    }
    report_attach_photos(turn, event, true);
    session_close(session, index);
    return true;
}

/* Photos that came with the command were kept with the question. */
static void take_kept_photos(struct turn *turn, struct event *event,
                             const struct question *question)
{
    for (size_t i = 0; i < question->choice_count; i++)
        if (strtoul(question->choices[i], NULL, 10) == 0)
            event_add_photo(event, question->choices[i], true, turn->arena);
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    if (session != turn->session || turn->input->kind != INPUT_MESSAGE)
        return false;
    const struct question *question = &session->questions[index];
    if (is_same(question->kind, "photo"))
        return answer_photo(turn, session, index);
    fits_fn *fits = is_same(question->kind, "which_accept") ? fits_accept : fits_done;
    struct event *event = targets_chosen(turn, question);
    if (!event || !fits(turn, event))
        return false;
    if (fits == fits_done)
        take_kept_photos(turn, event, question);
    session_close(session, index);
    apply(turn, event, fits);
    ask_photos(turn);
    thank_at_night(turn);
    say_heard(turn);
    return true;
}

const struct handler handler_work = {
    .name = "work",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY | LISTEN_BACKFILLED,
    .intents = 1u << INTENT_ACCEPT | 1u << INTENT_DONE | 1u << INTENT_CONFIRM,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_MINE | NEED_RECENT,
    .priority = 40,
    .match = match,
    .handle = handle,
    .answer = answer,
};
