/* dispatch.c: to whom an event goes: owner by class, person by owner and place; where one is
 * missing, one rung up. Also the ping itself. */
#include "handlers/skills.h"

#include <stddef.h>
#include <string.h>

#define PHOTOS_MS (15 * SECOND_MS) /* several in a row are passed on in one message */

void dispatch_choose(const struct turn *turn, struct event *event)
{
    if (event->owner == OWNER_NONE)
        event->owner = policy_of(turn, event)->owner;
    if (event->owner == OWNER_NONE)
        event->owner = OWNER_COMMUNITY;
    const struct member *person =
        community_owner_person(turn->community, event->owner, event->building);
    for (int level = 1; !person && level <= 3; level++) {
        person = community_rung(turn->community, level, event->building, event->unit);
        if (person && level > event->level)
            event->level = level;
    }
    event->assignee = person ? person->id : NULL;
}

/* The two rungs that an emergency mentions beside the assignee. */
static size_t rungs(const struct turn *turn, const struct event *event,
                    const struct member *first, const struct member **others)
{
    size_t count = 0;
    for (int level = 1; emergency_is(event) && level <= event->level && level <= 3; level++) {
        const struct member *member =
            community_rung(turn->community, level, event->building, event->unit);
        if (member && !is_same(member->id, first->id))
            others[count++] = member;
    }
    return count;
}

struct outgoing *dispatch_details(struct turn *turn, const struct event *event,
                                  const char *member, enum lang lang)
{
    struct outgoing *details = turn_say_direct(turn, member, "ping_details", lang);
    say_event(turn, details, event);
    out_member(details, "reporter", event->via ? event->via : event->reporter);
    out_text(details, "text", event->text);
    if (event->photo_count)
        details->photo = event->photos[0];
    return details;
}

static bool tells_health(const char *text, size_t len)
{
    static const char *const words[] = {
        "瘫痪",     "癌",       "残疾",       "糖尿病",  "透析",      "怀孕",
        "孕妇",     "高血压",   "心脏病",     "抑郁",    "精神病",    "住院",
        "化疗",     "中风",     "痴呆",       "艾滋",    "肝炎",      "手术",
        "癫痫",     "欠债",     "欠了",       "低保",    "离婚",      "坐牢",
        "cancer",   "pregnant", "wheelchair", "stroke",  "dialysis",  "diabetes",
        "disabled", "dementia", "in debt",    "surgery", "paralysed", "paralyzed"};
    const char *end = text + len;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *at = strcasestr(text, words[i]);
        if (at && at < end)
            return true;
    }
    return false;
}

/* Illness and debt are nobody's business in a group: the sentence that tells of it is left out.
 * In an emergency it may save a life. */
static const char *without_health(const struct turn *turn, const struct event *event)
{
    static const char *const ends[] = {"，", "。", "！", "？", "；", ",", ";", ".", "!", "?"};
    const char *text = say_masked(turn, event->text), *kept = "";
    if (emergency_is(event) || !tells_health(text, strlen(text)))
        return text;
    while (*text) {
        size_t len = 0, mark = 0;
        while (text[len] && !mark) {
            for (size_t i = 0; i < sizeof ends / sizeof *ends && !mark; i++)
                if (strncmp(text + len, ends[i], strlen(ends[i])) == 0)
                    mark = strlen(ends[i]);
            len += mark ? mark : 1;
        }
        if (tells_health(text, len))
            kept = arena_printf(turn->arena, "%s…", kept);
        else
            kept = arena_printf(turn->arena, "%s%.*s", kept, (int)len, text);
        text += len;
    }
    return kept;
}

/* Is there nothing in the report but its place and the thing, which the line tells already? */
static bool is_told(const struct event *event)
{
    static const char *const place[] = {
        "单元", "号楼", "号", "楼", "层", "栋", "幢", "座", "室", "的", "了", "在",
        "有",   "一",   "二", "三", "四", "五", "六", "七", "八", "九", "十", "，",
        "。",   "！",   ",",  ".",  "!",  "#",  "-",  " ",  "啊", "呀", "嘛"};
    const char *text = event->text, *said = event->said ? strstr(text, event->said) : NULL;
    while (said && *text) {
        size_t len = text == said ? strlen(event->said) : 0;
        len = !len && *text >= '0' && *text <= '9' ? 1 : len;
        for (size_t i = 0; i < sizeof place / sizeof *place && !len; i++)
            if (strncmp(text, place[i], strlen(place[i])) == 0)
                len = strlen(place[i]);
        if (!len)
            return false;
        text += len;
    }
    return said;
}

void dispatch_words(const struct turn *turn, struct outgoing *out, const struct event *event)
{
    bool hidden = say_hides(turn, out, event);
    bool once = out->lang == event->lang && !emergency_is(event) && is_told(event);
    if (!hidden && !once)
        out_text(out, "text", without_health(turn, event));
    out_flag(out, "private", hidden);
}

struct outgoing *dispatch_ping(struct turn *turn, const struct event *event,
                               const char *template)
{
    const struct member *assignee =
        event->assignee ? community_member(turn->community, event->assignee) : NULL;
    if (!assignee)
        return NULL;
    const struct member *others[3];
    size_t count = rungs(turn, event, assignee, others);
    struct outgoing *out = turn_ping(turn, assignee, others, count, event, template);
    say_event(turn, out, event);
    out_member(out, "reporter", event->via ? event->via : event->reporter);
    out_time(out, "opened", event->opened_ms);
    if (event->due_finish_ms) {
        out_time(out, "due", event->due_finish_ms);
        out_flag(out, "late", event->due_finish_ms <= turn->now_ms);
    }
    dispatch_words(turn, out, event);
    out_flag(out, "check_place",
             report_lacks_unit(turn, event) || report_lacks_floor(turn, event));
    if (event->photo_count && !say_hides(turn, out, event))
        out->photo = event->photos[0];
    if (emergency_is(event))
        out->lane = LANE_EMERGENCY;
    return say_merged(turn, out, event) ? NULL : out;
}

/* What is private is told to the person alone; the work group sees that something came. */
static struct outgoing *ping_private(struct turn *turn, const struct event *event)
{
    struct outgoing *out = dispatch_ping(turn, event, "ping_private");
    if (out && !out->member)
        dispatch_details(turn, event, event->assignee, out->lang);
    return out;
}

struct outgoing *dispatch_first_ping(struct turn *turn, const struct event *event)
{
    if (say_is_hidden(turn, event))
        return ping_private(turn, event);
    struct outgoing *out =
        dispatch_ping(turn, event, emergency_is(event) ? "ping_emergency" : "ping");
    if (out && event->due_accept_ms)
        out_time(out, "accept", event->due_accept_ms);
    return out;
}

/* What was put right was taken back: nothing of it is left. */
static bool is_taken_back(const struct event *event)
{
    return !event->correction;
}

/* It is somebody else's now: he is pinged, and who had it reads in the same line that he need
 * not go; in direct chat in one of his own. */
static void hand_on(struct turn *turn, const struct event *event, const struct member *former)
{
    struct outgoing *out = dispatch_first_ping(turn, event);
    if (out && !out->member) {
        out_mention(out, former->id);
    } else {
        out = turn_ping(turn, former, NULL, 0, event, "ping_changed");
        say_event(turn, out, event);
        out_member(out, "assignee", event->assignee);
        if (say_merged(turn, out, event))
            return;
    }
    out_member(out, "former", former->id);
    out_flag(out, "back", is_taken_back(event));
}

/* Put right, or what was missing is known now. */
static void tell_changed(struct turn *turn, const struct event *event, bool added)
{
    struct outgoing *out = dispatch_ping(turn, event, "ping_changed");
    if (!out)
        return;
    out_flag(out, "added", added);
    out_flag(out, "back", !added && is_taken_back(event));
    const char *words = turn->text; /* the last ones, not all that was put right before */
    if (words[0] && !say_hides(turn, out, event) && !tells_health(words, strlen(words)))
        out_text(out, "words", say_masked(turn, words));
}

void dispatch_changed(struct turn *turn, const struct event *event, const char *former)
{
    const struct member *he = former ? community_member(turn->community, former) : NULL;
    if (event->state != STATE_DISPATCHED && event->state != STATE_HANDLING)
        return;
    if (clocks_keep_for_morning(turn, event, "changed", "ladder", former, NULL))
        return;
    if (he && !is_same(he->id, event->assignee))
        hand_on(turn, event, he);
    else
        tell_changed(turn, event, !he);
}

/* He was pinged again and again within minutes: those that can wait come in one message. */
static bool goes_into_list(struct turn *turn, const struct event *event)
{
    bool hours = policy_accept(policy_of(turn, event), event->urgency).clock == CLOCK_WORK_HOUR;
    bool waits = hours && event->urgency == URGENCY_NORMAL && !say_is_private(turn, event) &&
                 event->assignee && !is_same(turn->timer_name, "dispatch");
    int64_t at_ms = waits ? turn_next_ping_ms(turn, event->assignee) : turn->now_ms;
    if (at_ms <= turn->now_ms || after_quiet(turn, at_ms) != at_ms)
        return false;
    list_pings(turn, event->assignee, event, at_ms);
    return true;
}

void dispatch_photo(struct turn *turn, const struct event *event)
{
    if (emergency_is(event))
        dispatch_photo_now(turn, event);
    else
        turn_timer_set(turn, event, "photo", "ladder",
                       after_quiet(turn, turn->now_ms + PHOTOS_MS), NULL);
}

void dispatch_photo_now(struct turn *turn, const struct event *event)
{
    bool out_already = event->state == STATE_DISPATCHED || event->state == STATE_HANDLING;
    if (!out_already || !event->assignee || !event->photo_count)
        return;
    struct outgoing *out = say_is_hidden(turn, event)
                               ? dispatch_details(turn, event, event->assignee, event->lang)
                               : dispatch_ping(turn, event, "ping_photo");
    if (out)
        out->photo = event->photos[event->photo_count - 1];
}

void dispatch(struct turn *turn, struct event *event)
{
    clocks_open(turn, event);
    dispatch_choose(turn, event);
    event->dirty = true;
    if (!emergency_is(event) && is_quiet(turn)) {
        turn_timer_set(turn, event, "dispatch", "ladder",
                       calendar_quiet_end_ms(turn->calendar, turn->now_ms), NULL);
        return;
    }
    if (event_move(event, STATE_DISPATCHED, LOUBOT_ITSELF, NULL, turn->now_ms, turn->arena) < 0)
        return;
    clocks_wait_accept(turn, event);
    clocks_wait_finish(turn, event);
    if (!goes_into_list(turn, event))
        dispatch_first_ping(turn, event);
    list_for_grid_worker(turn, event);
}
