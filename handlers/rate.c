/* rate.c: a word of rating from the reporter after completion, by text or by a reaction to the
 * notice. Thanks are none. A bad one asks why. Rated, or after seven days, an event is
 * archived.
 */
#include "handlers/skills.h"

#include <string.h>

#define WHY_MS (2 * DAY_MS)

/* "还可以吧！" is "还可以". */
static const char *bare_word(const struct turn *turn, const char *text)
{
    static const char *const ends[] = {"。", "！", "～", "吧", "呀", "啊", "哦",
                                       "的", "了", "呢", "!",  ".",  "~",  " "};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (len > end && memcmp(text + len - end, ends[i], end) == 0) {
            len -= end;
            i = (size_t)-1;
        }
    }
    return arena_strndup(turn->arena, text, len);
}

static enum rating by_word(const struct turn *turn, const char *text)
{
    static const struct {
        const char *word;
        enum rating rating;
    } words[] = {
        {"👍", RATING_GOOD},      {"好", RATING_GOOD},       {"很好", RATING_GOOD},
        {"❤", RATING_GOOD},      {"❤️", RATING_GOOD},   {"👏", RATING_GOOD},
        {"🌹", RATING_GOOD},      {"good", RATING_GOOD},     {"great", RATING_GOOD},
        {"不错", RATING_GOOD},   {"挺好", RATING_GOOD},     {"可以", RATING_GOOD},
        {"非常好", RATING_GOOD}, {"真快", RATING_GOOD},     {"nice", RATING_GOOD},
        {"还不错", RATING_GOOD}, {"很快", RATING_GOOD},     {"挺快", RATING_GOOD},
        {"一般", RATING_FAIR},   {"还行", RATING_FAIR},     {"fair", RATING_FAIR},
        {"还可以", RATING_FAIR}, {"马马虎虎", RATING_FAIR}, {"ok", RATING_FAIR},
        {"差", RATING_BAD},      {"不满意", RATING_BAD},    {"👎", RATING_BAD},
        {"不好", RATING_BAD},    {"不行", RATING_BAD},      {"太慢", RATING_BAD},
        {"bad", RATING_BAD},     {"poor", RATING_BAD},      {"too slow", RATING_BAD},
    };
    const char *bare = bare_word(turn, text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].word) == 0 || strcasecmp(bare, words[i].word) == 0)
            return words[i].rating;
    return RATING_NONE;
}

static enum rating heard(const struct turn *turn)
{
    if (turn->input->kind == INPUT_REACTION)
        return turn->input->value ? by_word(turn, turn->input->value) : RATING_NONE;
    if (turn->meaning->intent == INTENT_RATE && turn->meaning->rating)
        return (enum rating)turn->meaning->rating;
    return by_word(turn, turn->text);
}

static bool may_rate(const struct turn *turn, const struct event *event)
{
    return (event->state == STATE_DONE || event->state == STATE_ARCHIVED) &&
           event->rating == RATING_NONE && event->outcome == OUTCOME_RESOLVED && turn->sender &&
           is_same(event->reporter, turn->sender->id);
}

static void archive(struct turn *turn, struct event *event, const char *note)
{
    if (event->state != STATE_DONE)
        return;
    event_move(event, STATE_ARCHIVED, LOUBOT_ITSELF, note, turn->now_ms, turn->arena);
    turn_timer_cancel(turn, event, "archive");
    clocks_drop_kept(turn, event);
}

static void ask_why(struct turn *turn, struct event *event)
{
    say_answer(turn, event, "ask_why");
    turn_ask(turn, turn->group->name, turn->sender->id, "rate", "why", event,
             turn->now_ms + WHY_MS, NULL, 0);
}

static void rate(struct turn *turn, struct event *event, enum rating rating)
{
    event->rating = rating;
    event->solved = rating == RATING_BAD ? event->solved : 2;
    event_note(event, "rated", turn->sender->id, rating_name(rating), turn->now_ms,
               turn->arena);
    archive(turn, event, "rating given");
    if (rating == RATING_BAD)
        ask_why(turn, event);
}

static bool is_about_a_notice(const struct turn *turn, const struct event *event)
{
    return turn->input->kind != INPUT_REACTION || event->reached & EVENT_BY_QUOTE;
}

/* The grid worker reads why, at night at 07:00. */
static void tell_why(struct turn *turn, const struct event *event, const char *words)
{
    const struct member *worker =
        community_rung(turn->community, 1, event->building, event->unit);
    if (!worker || clocks_keep_for_morning(turn, event, "why", "rate", words, NULL))
        return;
    struct outgoing *out = turn_ping(turn, worker, NULL, 0, event, "rated_bad");
    say_event(turn, out, event);
    if (out->member || !say_is_private(turn, event))
        out_text(out, "words", words);
}

static bool answer_why(struct turn *turn, struct session *session, size_t index,
                       struct event *event)
{
    if (turn->input->kind != INPUT_MESSAGE || !turn->text[0] || turn->meaning->report)
        return false;
    if (turn->meaning->intent == INTENT_DENY) /* "还是不亮" reopens */
        return false;
    event_note(event, "reason", turn->sender->id, say_masked(turn, turn->text), turn->now_ms,
               turn->arena);
    session_close(session, index);
    tell_why(turn, event, say_masked(turn, turn->text));
    if (!say_has_here(turn))
        say_answer(turn, event, "why_taken");
    return true;
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *question = &session->questions[index];
    struct event *event = turn_event_numbered(turn, question->event);
    if (!event || session != turn->session)
        return false;
    if (is_same(question->kind, "why"))
        return answer_why(turn, session, index, event);
    enum rating rating = heard(turn);
    if (!rating || !may_rate(turn, event) || !is_about_a_notice(turn, event))
        return false;
    session_close(session, index);
    rate(turn, event, rating);
    return true;
}

/* Named by number or quote, or a reaction to the notice, without an open question. */
static struct event *named(const struct turn *turn)
{
    for (size_t i = 0; i < turn->event_count; i++)
        if (turn->events[i]->reached & (EVENT_BY_NUMBER | EVENT_BY_QUOTE) &&
            may_rate(turn, turn->events[i]))
            return turn->events[i];
    return NULL;
}

static int match(const struct turn *turn)
{
    return turn->session && heard(turn) && named(turn) ? 50 : 0;
}

static void handle(struct turn *turn)
{
    rate(turn, named(turn), heard(turn));
}

static void on_timer(struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_TIMER);
    if (event && is_same(turn->timer_name, "why"))
        tell_why(turn, event, turn->timer_data);
    else if (event)
        archive(turn, event, "7 days");
}

const struct handler handler_rate = {
    .name = "rate",
    .listens = LISTEN_MESSAGE | LISTEN_REACTION,
    .intents = 1u << INTENT_RATE,
    .needs = NEED_NUMBERED | NEED_QUOTED | NEED_RECENT,
    .priority = 20,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
