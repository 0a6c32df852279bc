/* leave_read.c: takes apart what staff say of being away: "我3号到8号休假 小区网格长代",
 * "网格员2明天休息一天，网格员3替", "I'm on leave 3rd to 8th, 网格员2 stands in". Days first,
 * then the deputy's words, then whose leave it is: what stands before the first of these. */
#include "handlers/leave_scan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- the deputy ------------------------------------------------------------------------- */

static const char *const markers[] = {
    "代班",        "代理",   "代管",      "代我",      "代",
    "替我",        "替班",   "替",        "顶班",      "顶我",
    "顶",          "接手",   "stands in", "stand in",  "will stand in",
    "standing in", "covers", "cover",     "takes over"};
static const char *const leads[] = {
    "由", "让", "请", "找", "叫", "麻烦", "and ", "my deputy is ", "will", "是", "@", " "};
static const char *const stops[] = {" ", ",", ";", ".", "，", "。", "；", "、", "：", ":"};

static const char *without_leads(const char *at)
{
    for (size_t len; (len = BEGINS(at, leads)) != 0;)
        at += len;
    return at;
}

/* What stands between the last stop (or day, or word for leave) and the marker. */
static void find_deputy(struct scan *s)
{
    const char *after = s->word + s->word_len;
    const char *last = s->spot_count ? s->spots[s->spot_count - 1].end : s->text;
    if (last > after)
        after = last;
    if (s->length_end > after)
        after = s->length_end;
    for (const char *at = after; *at; at++) {
        size_t marker = BEGINS(at, markers);
        if (!marker)
            continue;
        s->deputy_at = after;
        for (const char *stop = after; stop < at; stop++) {
            size_t len = BEGINS(stop, stops);
            bool rest = len && leave_blanks(stop + len) < at;
            bool blank = *stop == ' ' && (unsigned char)stop[len] < 0x80;
            if (rest && !(blank && isalpha((unsigned char)stop[len])))
                s->deputy_at = stop + len;
        }
        s->deputy_end = at + marker;
        while (strncmp(s->deputy_end, "我", strlen("我")) == 0)
            s->deputy_end += strlen("我");
        return;
    }
}

static bool says_nobody(const char *words)
{
    static const char *const nobody[] = {"没人", "没有人", "无人",   "没有",   "无",
                                         "不用", "暂无",   "nobody", "no one", "none"};
    return BEGINS(words, nobody) > 0;
}

/* The name in the words: without what leads to it and the marker behind. */
static const char *bare_name(const struct turn *turn, const char *words)
{
    const char *name = without_leads(words);
    size_t len = strlen(name);
    for (size_t at = 1; at < len; at++)
        if (BEGINS(name + at, markers)) {
            len = at;
            break;
        }
    for (;;) {
        size_t tail = 0;
        for (size_t i = 0; i < sizeof stops / sizeof *stops && !tail; i++) {
            size_t n = strlen(stops[i]);
            tail = len >= n && memcmp(name + len - n, stops[i], n) == 0 ? n : 0;
        }
        if (!tail)
            break;
        len -= tail;
    }
    const char *bare = arena_strndup(turn->arena, name, len);
    size_t n = strlen(bare);
    return n > 5 && strcmp(bare + n - 5, " will") == 0 ? arena_strndup(turn->arena, bare, n - 5)
                                                       : bare;
}

static const struct member *only_of_name(const struct turn *turn, const char *name)
{
    const struct member *found = NULL;
    for (size_t i = 0; i < community_member_count(turn->community); i++) {
        const struct member *m = community_member_at(turn->community, i);
        if (strcmp(m->name, name) != 0)
            continue;
        if (found)
            return NULL;
        found = m;
    }
    return found;
}

/* Somebody mentioned by an @ that is not the bot. */
static const struct member *mentioned(const struct turn *turn)
{
    for (size_t i = 0; i < turn->input->segment_count; i++) {
        const struct segment *s = &turn->input->segments[i];
        if (s->kind == SEGMENT_AT && !s->self && s->id) {
            const struct member *m =
                community_sender(turn->community, turn->input->adapter, turn->input->account,
                                 s->id, s->id, turn->group, turn->arena);
            return community_member(turn->community, m->id);
        }
    }
    return NULL;
}

const struct member *leave_deputy(const struct turn *turn, const char *words, bool *ret_nobody,
                                  const char **ret_name)
{
    const char *name = bare_name(turn, words);
    *ret_name = name;
    *ret_nobody = says_nobody(name);
    if (*ret_nobody)
        return NULL;
    return *name ? only_of_name(turn, name) : mentioned(turn);
}

/* ---- whose it is ------------------------------------------------------------------------ */

static const char *const of_me[] = {"我",   "本人",   "俺",     "i'm",    "i’m", "i am",
                                    "i'll", "i will", "i take", "i have", "i "};

static const struct member *whose(struct scan *s)
{
    static const char *const tails[] = {" ", "从", "在", "要", "想", "，", ","};
    const char *end = s->word;
    if (s->spot_count && s->spots[0].at < end)
        end = s->spots[0].at;
    if (s->length_at && s->length_at < end)
        end = s->length_at;
    size_t len = (size_t)(end - s->text);
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
            size_t n = strlen(tails[i]);
            if (len >= n && memcmp(s->text + len - n, tails[i], n) == 0) {
                len -= n;
                again = true;
            }
        }
    }
    if (!len || BEGINS(s->text, of_me))
        return community_member(s->turn->community, s->turn->sender->id);
    const char *name = arena_strndup(s->turn->arena, s->text, len);
    static const char *const nothing[] = {"到", "至", "until", "till", "请", "on"};
    if (BEGINS(name, nothing))
        return community_member(s->turn->community, s->turn->sender->id);
    s->who_at = s->text;
    s->who_end = s->text + len;
    return only_of_name(s->turn, name);
}

/* ---- the rest --------------------------------------------------------------------------- */

static bool is_used(const struct scan *s, const char *at)
{
    const char *const spans[][2] = {
        {s->word, s->word + s->word_len},  {s->spots[0].at, s->spots[0].end},
        {s->spots[1].at, s->spots[1].end}, {s->length_at, s->length_end},
        {s->who_at, s->who_end},           {s->deputy_at, s->deputy_end}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (spans[i][0] && at >= spans[i][0] && at < spans[i][1])
            return true;
    return false;
}

/* Bytes that say something else. */
static size_t rest_of(const struct scan *s)
{
    static const char *const fillers[] = {
        "从",   "在",   "要",   "想", "休",     "了",   "去",   "共", "请",
        "个",   "啊",   "哈",   "吧", "大家好", "各位", "半天", "！", "!",
        "期间", "have", "take", "be", "for",    "from", "the",  "a ", "off"};
    size_t rest = 0;
    for (const char *at = s->text; *at;) {
        size_t len = is_used(s, at) ? 1 : BEGINS(at, of_me);
        len = len ? len : BEGINS(at, fillers);
        len = len ? len : BEGINS(at, stops);
        len = len ? len : leave_between(at);
        rest += !len;
        at += len ? len : 1;
    }
    return rest;
}

static bool is_question(const char *text)
{
    return strstr(text, "?") || strstr(text, "？") || strstr(text, "吗") ||
           strstr(text, "是不是");
}

bool leave_read(const struct turn *turn, struct leave_wish *ret_wish)
{
    struct scan s = {.turn = turn, .text = leave_blanks(turn->text)};
    *ret_wish = (struct leave_wish){0};
    s.word = leave_word(s.text, &s.word_len);
    if (!s.word || is_question(s.text))
        return false;
    leave_find_days(&s);
    find_deputy(&s);
    ret_wish->who = whose(&s);
    if (!ret_wish->who)
        return false;
    if (s.spot_count || s.length)
        leave_set_days(&s, ret_wish);
    else
        ret_wish->fault = "no_dates";
    if (s.deputy_at)
        ret_wish->deputy =
            arena_strndup(turn->arena, s.deputy_at, (size_t)(s.deputy_end - s.deputy_at));
    ret_wish->rest = rest_of(&s);
    return true;
}
