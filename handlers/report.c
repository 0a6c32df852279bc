/* report.c: somebody tells a trouble: one message makes one event for each fault, with one
 * answer. A needed slot that is missing is asked for once; pieces told within half a minute are
 * joined (by the core, from the session's half); later pieces and photos attach silently. */
#include "handlers/skills.h"

#include <string.h>
#include <strings.h>

#define HALF_MS (30 * SECOND_MS)
#define ATTACH_MS (3 * MINUTE_MS)
#define OWN_WORDS_MAX 36    /* bytes: twelve characters */
#define OWN_WORDS_EN_MAX 48 /* letters */
#define ALONE_MIN 12        /* four characters: they tell the thing as well */
#define TAIL_MAX 18         /* six */
#define TAIL_EN_MAX 24      /* letters */

/* ---- making ---- */

void report_attach_photos(struct turn *turn, struct event *event, bool after)
{
    for (size_t i = 0; i < turn->input->segment_count; i++) {
        const struct segment *segment = &turn->input->segments[i];
        if (segment->kind == SEGMENT_IMAGE && segment->text &&
            event_add_photo(event, segment->text, after, turn->arena))
            event_note(event, "photo", turn->sender->id, NULL, turn->now_ms, turn->arena);
    }
}

void report_remember(struct turn *turn, const struct event *event)
{
    struct session *session = turn->session;
    session->last_report = event->id;
    session->last_report_ref = event->id ? 0 : event->ref;
    session->last_report_until_ms = turn->now_ms + ATTACH_MS;
    session->dirty = true;
}

/* Without the spaces between joined pieces, and without 也 and 又, which point elsewhere. */
static const char *without_fillers(char *words)
{
    static const char *const fillers[] = {" ", "也", "又"};
    char *end = words;
    for (const char *p = words; *p;) {
        size_t skip = 0;
        bool apart = *p == ' ' && p > words && (unsigned char)p[-1] < 0x80 &&
                     (unsigned char)p[1] < 0x80; /* "not working" */
        for (size_t i = 0; i < sizeof fillers / sizeof *fillers && !skip && !apart; i++)
            if (strncmp(p, fillers[i], strlen(fillers[i])) == 0)
                skip = strlen(fillers[i]);
        if (skip)
            p += skip;
        else
            *end++ = *p++;
    }
    *end = '\0';
    return words;
}

static bool begins_with_any(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* The few characters that end the sentence: "被" is told as "被车堵住了", "漏" as "漏雨了". No
 * numbers, requests or people. */
static uint32_t length_of_tail(const char *text)
{
    static const char *const ends[] = {"，", "。", "！", "？", "、", "；", "…",  "～", "嘛",
                                       "吧", "啊", "呀", "呢", "咯", "啦", "哦", "哈"};
    static const char *const others[] = {"麻烦", "请", "帮", "谁",   "能", "吗", "谢", "咋",
                                         "我",   "他", "她", "你",   "您", "老", "怎", "什么",
                                         "来",   "赶", "快", "已",   "好", "都", "又", "和",
                                         "还",   "孩", "病", "人家", "速", "求", "何", "是"};
    size_t len = 0, most = TAIL_MAX;
    for (; text[len] && !begins_with_any(text + len, ends, sizeof ends / sizeof *ends);) {
        if ((unsigned char)text[len] < 0x80) {
            most = strchr(" ,.!?;~\n", text[len]) ? most : 0;
            break;
        }
        if (begins_with_any(text + len, others, sizeof others / sizeof *others))
            most = 0;
        len += 3;
    }
    if (len <= most)
        return (uint32_t)len;
    return strncmp(text, "了", strlen("了")) == 0 ? (uint32_t)strlen("了") : 0;
}

static bool is_word_of(const char *text, size_t len, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && strncasecmp(text, words[i], len) == 0)
            return true;
    return false;
}

/* The words up to where the clause ends or turns to place, time or reason: " noise" of "a
 * grinding noise again". */
static uint32_t length_of_tail_en(const char *text)
{
    static const char *const turns[] = {
        "at",      "in",     "on",      "since", "for",   "please", "and",  "again",
        "from",    "near",   "by",      "when",  "so",    "which",  "that", "can",
        "could",   "this",   "but",     "or",    "today", "now",    "yet",  "still",
        "outside", "inside", "i",       "we",    "my",    "our",    "who",  "where",
        "what",    "why",    "because", "you",   "your",  "every",  "all",  "just"};
    size_t len = 0;
    while (text[len] == ' ') {
        size_t word = strcspn(text + len + 1, " ,.!?;:()\n");
        if (word == 0 || is_word_of(text + len + 1, word, turns, sizeof turns / sizeof *turns))
            break;
        len += 1 + word;
        if (len > TAIL_EN_MAX)
            return 0;
    }
    return (uint32_t)len;
}

/* "water pressure is": cut off in the middle. */
static bool is_torn(const char *words)
{
    static const char *const openers[] = {"is", "are", "was", "a", "the", "an", "to", "of"};
    const char *last = strrchr(words, ' ');
    return last &&
           is_word_of(last + 1, strlen(last + 1), openers, sizeof openers / sizeof *openers);
}

/* "暖气不热" out of "2单元暖气不热": what stands from the thing to its trouble, if it is short.
 */
static const char *own_words(const struct turn *turn, const struct fault_found *fault)
{
    struct span a = fault->object_span, b = fault->symptom_span;
    size_t len = strlen(turn->text);
    if (a.to <= a.from && b.to - b.from >= ALONE_MIN)
        a = b; /* "电动车推进电梯" needs no thing besides */
    if (a.to <= a.from || b.to <= b.from || a.to > len || b.to > len)
        return NULL;
    uint32_t from = a.from < b.from ? a.from : b.from, to = a.to > b.to ? a.to : b.to;
    bool zh = turn->meaning->lang == LANG_ZH;
    to += zh ? length_of_tail(turn->text + to) : length_of_tail_en(turn->text + to);
    if (to - from > (zh ? OWN_WORDS_MAX : OWN_WORDS_EN_MAX))
        return NULL;
    char *words = arena_strndup(turn->arena, turn->text + from, to - from);
    if (strpbrk(words, ",.!?;0123456789\n") || strstr(words, "，") || strstr(words, "。") ||
        strstr(words, "？") || strstr(words, "！"))
        return NULL;
    if (!zh)
        return is_torn(words) ? NULL : words;
    return slips_mended(turn, without_fillers(words));
}

static void take_fault(const struct turn *turn, struct event *event,
                       const struct class_policy *policy, const struct fault_found *fault)
{
    event->category = fault->category ? fault->category : policy->category;
    event->code = fault->code ? fault->code : policy->code;
    event->nature = policy->nature;
    event->object = fault->object;
    event->symptom = fault->symptom;
    event->said = own_words(turn, fault);
    event->urgency = fault->urgency;
    event->owner = policy->owner;
    event->level = fault->urgency == URGENCY_EMERGENCY ? 2 : 1;
}

bool report_make(struct turn *turn, const struct fault_found *fault, struct made *ret_made)
{
    struct event *event = turn_event_new(turn);
    if (!event)
        return false;
    take_fault(turn, event, policy_class(turn->policy, fault->code, fault->category), fault);
    const char *building = report_building(turn, fault);
    ret_made->event = event;
    ret_made->known = NULL;
    ret_made->wrong = report_wrong(turn, &fault->where, building);
    if (building && community_building(turn->community, building))
        event->building = building;
    report_take_place(turn, event, &fault->where);
    ret_made->at_home = !ret_made->wrong && report_take_home(turn, event, &fault->where);
    report_take_reporter(turn, event);
    if (turn->joined && turn->session && turn->session->half_message)
        event->message = turn->session->half_message;
    return true;
}

/* An event that was done long ago and is told again: the new one names the old one. */
static void follow_former(struct turn *turn, struct event *event,
                          const struct fault_found *fault)
{
    int sure;
    struct event *near = report_near(turn, fault, &sure);
    if (!near || near->state < STATE_DONE || sure < 2)
        return;
    event->former = near->id;
    bool no_place = !event->unit && !event->room && event->floor == FLOOR_NONE && !event->place;
    if (!no_place || !is_same(near->reporter, turn->sender->id))
        return;
    struct location where = {.unit = near->unit, /* "灯又不亮了": he told where the last time */
                             .room = near->room,
                             .place = near->place,
                             .floor = near->floor,
                             .floor_to = near->floor_to};
    report_take_place(turn, event, &where);
}

static void propose_merge(struct turn *turn, const struct event *event,
                          const struct event *near)
{
    /* a minute later: one message a turn, and the ping goes first */
    turn_timer_set(turn, event, "merge", "join", after_quiet(turn, turn->now_ms) + MINUTE_MS,
                   arena_printf(turn->arena, "%u", near->id));
}

/* Acknowledged at once; sent on, or asked about. */
static void settle(struct turn *turn, struct made *made, const struct fault_found *fault,
                   bool several)
{
    struct event *event = made->event;
    const char *who = turn->sender->id;
    follow_former(turn, event, fault);
    if (made->wrong || report_lacks(turn, event)) {
        event_move(event, STATE_DRAFT, who, NULL, turn->now_ms, turn->arena);
        report_wait_answer(turn, event, several);
        return;
    }
    event_move(event, STATE_REPORTED, who, NULL, turn->now_ms, turn->arena);
    dispatch(turn, event);
    int sure;
    struct event *near = report_near(turn, fault, &sure);
    if (near && sure == 1 && event_is_open(near))
        propose_merge(turn, event, near);
}

static void clear_half(struct session *session)
{
    if (!session->half)
        return;
    session->half = session->half_message = NULL;
    session->half_from_ms = session->half_until_ms = 0;
    session->dirty = true;
}

static void ask_one_question(struct turn *turn, const struct made *made, size_t count)
{
    struct event *lacking = report_lacking(turn, made, count);
    if (lacking)
        report_put_question(turn, lacking);
}

/* Where the ping stands in the same group, as on behalf in the work group, it is the answer. */
void report_acknowledge(struct turn *turn, const struct made *made, size_t count,
                        size_t advices)
{
    for (size_t i = advices; i < turn->out_count; i++) {
        struct outgoing *out = turn->out[i];
        if (!is_same(out->group, turn->group->name))
            continue;
        out->acknowledges = true;
        out->quote = turn->input->message;
        out->quote_member = turn->sender->id;
        return;
    }
    report_ack(turn, made, count);
    say_first(turn, advices);
}

/* Of several places told in one message some are known: these are joined. */
static size_t join_known(struct turn *turn, const struct fault_found **faults, size_t count,
                         const struct event **ret_known)
{
    size_t left = 0;
    struct event *known[TURN_NEW_MAX];
    size_t known_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct event *event = count > 1 ? report_known(turn, faults[i]) : NULL;
        if (event)
            known[known_count++] = event;
        else
            faults[left++] = faults[i];
    }
    *ret_known = left && known_count ? known[0] : NULL;
    for (size_t i = 0; left && i < known_count; i++)
        report_join(turn, known[i]);
    return left ? left : count;
}

static void handle_report(struct turn *turn)
{
    const struct fault_found *faults[TURN_NEW_MAX];
    struct made made[TURN_NEW_MAX];
    const struct event *known;
    size_t count = join_known(turn, faults, report_faults(turn, faults), &known);
    for (size_t i = 0; i < count; i++) {
        if (!report_make(turn, faults[i], &made[i]))
            return;
        if (emergency_is(made[i].event) && !turn->out_count)
            emergency_advise(turn, made[i].event);
    }
    made[0].known = known;
    report_attach_photos(turn, made[0].event, false);
    clear_half(turn->session);
    report_remember(turn, made[0].event);
    size_t advices = turn->out_count;
    for (size_t i = 0; i < count; i++)
        settle(turn, &made[i], faults[i], count > 1);
    ask_one_question(turn, made, count);
    report_acknowledge(turn, made, count, advices);
}

/* ---- pieces ---- */

static struct event *attachable(const struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_RECENT);
    return event && event_is_open(event) ? event : NULL;
}

static struct event *named_draft(const struct turn *turn)
{
    struct event *event = turn_event_by(turn, EVENT_BY_NUMBER | EVENT_BY_QUOTE);
    return event && event->state == STATE_DRAFT ? event : NULL;
}

/* Half a minute after the answer nobody expects that it is still read. */
static bool is_later(const struct turn *turn, const struct event *event)
{
    return turn->now_ms - event->opened_ms > HALF_MS;
}

/* Later pieces complete the event silently; the repairer is told when he was pinged before. */
static bool attach_piece(struct turn *turn, struct event *event)
{
    const struct location *where = &turn->meaning->fault.where;
    struct location missing = {.floor = FLOOR_NONE, .floor_to = FLOOR_NONE};
    if (!event->unit)
        missing.unit = where->unit;
    if (event->floor == FLOOR_NONE) {
        missing.floor = where->floor;
        missing.floor_to = where->floor_to;
    }
    if (!event->room)
        missing.room = where->room;
    if (!report_take_place(turn, event, &missing))
        return false;
    report_attach_photos(turn, event, false);
    event_note(event, "added", turn->sender->id, say_masked(turn, turn->text), turn->now_ms,
               turn->arena);
    dispatch_changed(turn, event, NULL);
    if (!say_lost(turn, event) && !say_has_here(turn) && is_later(turn, event))
        turn_react(turn, "👌");
    return true;
}

static void keep_half(struct turn *turn)
{
    struct session *session = turn->session;
    if (!turn->joined || !session->half) {
        session->half_from_ms = turn->now_ms;
        session->half_message = turn->input->message;
    }
    if (strlen(turn->text) > SESSION_HALF_MAX)
        return;
    session->half = turn->text;
    session->half_until_ms = turn->now_ms + HALF_MS;
    session->dirty = true;
    turn_session_timer_set(turn, session, "half", "report", session->half_until_ms, NULL);
}

static void handle_fragment(struct turn *turn)
{
    struct event *draft = named_draft(turn);
    if (draft) {
        report_fill(turn, draft, false);
        return;
    }
    struct event *recent = attachable(turn);
    if (recent && (correct_piece(turn, recent) || attach_piece(turn, recent)))
        return;
    if (turn->group->kind != GROUP_WORK)
        keep_half(turn);
}

static void ask_whether(struct turn *turn)
{
    struct outgoing *out = turn_answer(turn, "ask_report", turn->meaning->lang);
    out_flag(out, "direct", turn->group->kind == GROUP_DIRECT);
    out_flag(out, "behalf", report_is_bare_behalf(turn));
}

/* ---- the row ---- */

static bool is_photo_only(const struct turn *turn)
{
    return !turn->text[0] && input_image_count(turn->input) + input_lost_count(turn->input) > 0;
}

static int match(const struct turn *turn)
{
    if (!turn->session || !turn->sender)
        return 0;
    if (turn->meaning->report)
        return 60;
    if (is_photo_only(turn))
        return attachable(turn) ? 40 : 0;
    if ((turn->meaning->unsure && turn->addressed) || report_is_bare_behalf(turn))
        return 20;
    if (turn->meaning->intent == INTENT_FRAGMENT)
        return named_draft(turn) ? 70 : 30;
    return 0;
}

static void attach_photo_only(struct turn *turn, struct event *event)
{
    bool of_the_work = is_same(event->handler_member, turn->sender->id);
    size_t before = event->photo_count;
    report_attach_photos(turn, event, of_the_work);
    say_lost(turn, event);
    if (!of_the_work && event->photo_count > before)
        dispatch_photo(turn, event);
}

static void handle(struct turn *turn)
{
    if (turn->meaning->report) {
        handle_report(turn);
    } else if (is_photo_only(turn)) {
        attach_photo_only(turn, attachable(turn));
    } else if (turn->meaning->intent == INTENT_FRAGMENT) {
        handle_fragment(turn);
    } else {
        ask_whether(turn);
    }
}

void report_draft_over(struct turn *turn, struct event *event)
{
    if (event->state != STATE_DRAFT)
        return;
    const struct group *group =
        event->group ? community_group(turn->community, event->group) : NULL;
    if (!event->building && group)
        event->building = group->building;
    report_go_on(turn, event, "place to be checked on site");
    struct outgoing *out = say_residents(turn, event, "draft_over");
    if (!out)
        return;
    out_member(out, "assignee", event->assignee);
    out_flag(out, "night", event->state == STATE_REPORTED);
}

static void on_timer(struct turn *turn)
{
    struct event *draft = turn_event_by(turn, EVENT_BY_TIMER);
    if (draft && is_same(turn->timer_data, "several"))
        list_drafts(turn, draft);
    else if (draft)
        report_draft_over(turn, draft);
    else if (turn->session && turn->session->half &&
             turn->session->half_until_ms <= turn->now_ms)
        clear_half(turn->session);
}

const struct handler handler_report = {
    .name = "report",
    .listens = LISTEN_MESSAGE,
    .intents = ~0u,
    .needs = NEED_NEARBY | NEED_RECENT | NEED_NUMBERED | NEED_QUOTED,
    .priority = 10,
    .match = match,
    .handle = handle,
    .answer = report_answer,
    .on_timer = on_timer,
};
