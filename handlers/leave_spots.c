/* leave_spots.c: the days in a wish for leave: "3号到8号", "3月3日-8日", "明天", "到8号",
 * "三天", "3rd to 8th March". First where they stand, then which days these are, seen from
 * today.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handlers/leave_scan.h"

/* ---- words ------------------------------------------------------------------------------ */

static const char *const day_signs[] = {"号", "日", "st", "nd", "rd", "th"};

size_t leave_begins(const char *at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncasecmp(at, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    return 0;
}

const char *leave_blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

size_t leave_between(const char *at)
{
    static const char *const between[] = {" ", "到", "至",    "－",   "—",  "-",
                                          "~", "～", "until", "till", "to", "through"};
    return BEGINS(at, between);
}

/* ---- days ------------------------------------------------------------------------------- */

static int number(const char **at)
{
    char *end;
    long value = isdigit((unsigned char)**at) ? strtol(*at, &end, 10) : -1;
    if (value < 0 || end - *at > 2)
        return -1;
    *at = end;
    return (int)value;
}

static int month_at(const char *at)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int i = 0; i < 12; i++)
        if (strncasecmp(at, names[i], 3) == 0)
            return i + 1;
    return 0;
}

static const char *letters(const char *at)
{
    while (isalpha((unsigned char)*at))
        at++;
    return at;
}

/* "3月3日", "3号", "3rd March", "3 March", and the 3 of "3-8号". */
static bool digits_at(const char *at, struct spot *spot)
{
    static const char *const places[] = {"楼", "单元", "线", "机", "网格", "门"};
    *spot = (struct spot){.at = at};
    int first = number(&at);
    if (first < 0)
        return false;
    if (strncmp(at, "月", strlen("月")) == 0) {
        at += strlen("月");
        spot->month = first;
        spot->day = number(&at);
        spot->end = at + BEGINS(at, day_signs);
        return spot->day >= 0;
    }
    spot->day = first;
    size_t sign = BEGINS(at, day_signs);
    const char *behind = leave_blanks(at + sign), *range = behind;
    if (sign && BEGINS(at + sign, places))
        return false;
    spot->end = at + sign;
    if (strncasecmp(behind, "of ", 3) == 0)
        behind += 3;
    if ((spot->month = month_at(behind)) != 0) {
        spot->end = letters(behind);
        return true;
    }
    if (sign)
        return true;
    size_t step = leave_between(range); /* "3-8号": its sign comes later */
    struct spot other;
    if (!step || *range == ' ')
        return false;
    range = leave_blanks(range + step);
    return isdigit((unsigned char)*range) && digits_at(range, &other);
}

/* "March 3". */
static bool month_first(const char *at, struct spot *spot)
{
    *spot = (struct spot){.at = at, .month = month_at(at)};
    const char *behind = leave_blanks(letters(at));
    if (!spot->month || behind == letters(at))
        return false;
    spot->day = number(&behind);
    spot->end = behind + BEGINS(behind, day_signs);
    return spot->day >= 0;
}

static bool word_at(const char *at, struct spot *spot)
{
    static const char *const words[] = {"大后天", "后天", "明天",     "明日",
                                        "今天",   "今日", "tomorrow", "today"};
    static const char *const weeks[] = {"下周", "下星期", "本周", "周", "星期", "礼拜"};
    static const char *const names[] = {"一", "二", "三", "四", "五", "六", "日", "天"};
    size_t len = BEGINS(at, words), week = BEGINS(at, weeks);
    size_t name = week ? BEGINS(at + week, names) : 0;
    if (!len && name)
        len = week + name;
    *spot = (struct spot){.at = at, .end = at + len, .word = true};
    return len > 0;
}

static bool spot_at(const char *text, const char *at, struct spot *spot)
{
    bool inside = at > text && isalnum((unsigned char)*at) && isalnum((unsigned char)at[-1]);
    if (inside)
        return false;
    return digits_at(at, spot) || month_first(at, spot) || word_at(at, spot);
}

static bool is_between(const char *from, const char *to)
{
    while (from < to) {
        size_t len = leave_between(from);
        if (!len)
            return false;
        from += len;
    }
    return true;
}

/* The first day, and a second one when nothing but "to" stands between them. */
static void find_spots(struct scan *s)
{
    struct spot spot;
    for (const char *at = s->text; *at; at++) {
        if (s->spot_count && !is_between(s->spots[0].end, at))
            return;
        if (!spot_at(s->text, at, &spot))
            continue;
        s->spots[s->spot_count++] = spot;
        if (s->spot_count == 2)
            return;
        at = spot.end - 1;
    }
}

/* "三天", "两周", "a week", "3 days". */
static void find_length(struct scan *s)
{
    static const struct {
        const char *word;
        int value;
    } numbers[] = {{"十", 10}, {"一", 1}, {"两", 2}, {"二", 2}, {"三", 3}, {"四", 4},
                   {"五", 5},  {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}, {"a ", 1}};
    static const char *const days[] = {"天", "days", "day"};
    static const char *const weeks[] = {"周", "个星期", "个礼拜", "weeks", "week"};
    for (const char *at = s->text; *at; at++) {
        const char *behind = at;
        int value = at > s->text && isdigit((unsigned char)at[-1]) ? -1 : number(&behind);
        for (size_t i = 0; value < 0 && i < sizeof numbers / sizeof *numbers; i++)
            if (strncmp(at, numbers[i].word, strlen(numbers[i].word)) == 0) {
                value = numbers[i].value;
                behind = at + strlen(numbers[i].word);
            }
        behind = leave_blanks(behind);
        size_t day = BEGINS(behind, days), week = BEGINS(behind, weeks);
        bool off = strncasecmp(behind + day, " off", 4) == 0; /* "a day off" is no length */
        if (value < 1 || !(day || week) || off)
            continue;
        s->length = value * (week ? 7 : 1);
        s->length_at = at;
        s->length_end = behind + (day ? day : week);
        return;
    }
}

void leave_find_days(struct scan *s)
{
    find_spots(s);
    find_length(s);
}

/* ---- which days these are --------------------------------------------------------------- */

static int make_day(const struct turn *turn, int year, int month, int day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    int made = year * 10000 + month * 100 + day;
    return leave_day_after(turn, made, 0) == made ? made : 0;
}

static int next_month(const struct turn *turn, int year, int month, int day)
{
    return month == 12 ? make_day(turn, year + 1, 1, day)
                       : make_day(turn, year, month + 1, day);
}

/* 0: there is no such day. */
static int day_of_word(const struct turn *turn, const struct spot *spot)
{
    int64_t ms;
    const char *word = arena_strndup(turn->arena, spot->at, (size_t)(spot->end - spot->at));
    if (strcmp(word, "明日") == 0 || strcmp(word, "今日") == 0)
        word = *word && strcmp(word, "明日") == 0 ? "明天" : "今天";
    if (strncmp(word, "本周", strlen("本周")) == 0)
        word += strlen("本");
    if (!date_find(turn, word, &ms))
        return 0;
    struct local_time local = calendar_local(turn->calendar, ms);
    return make_day(turn, local.year, local.month, local.day);
}

/* The first day. A day alone is of this month, or, when it is over, of the next, unless the
 * leave goes on ("1号到8号" on the 2nd). */
static int first_day(const struct turn *turn, const struct spot *spot, const struct spot *until)
{
    struct local_time now = calendar_local(turn->calendar, turn->now_ms);
    if (spot->word)
        return day_of_word(turn, spot);
    if (spot->month) {
        bool next = spot->month + 6 < now.month; /* January, told in December */
        return make_day(turn, now.year + next, spot->month, spot->day);
    }
    bool goes_on = until && !until->word && !until->month && until->day >= now.day &&
                   until->day >= spot->day;
    if (until && until->month && !until->word)
        return make_day(turn, now.year + (until->month + 6 < now.month), until->month,
                        spot->day); /* 3 to 8 March */
    if (spot->day >= now.day || goes_on)
        return make_day(turn, now.year, now.month, spot->day);
    return next_month(turn, now.year, now.month, spot->day);
}

static int last_day(const struct turn *turn, const struct spot *spot, int from)
{
    int year = from / 10000, month = from / 100 % 100;
    if (spot->word)
        return day_of_word(turn, spot);
    if (spot->month)
        return make_day(turn, year + (spot->month + 6 < month), spot->month, spot->day);
    bool over = from % 100 >= 20 && spot->day <= 15; /* "28号到3号" */
    return over ? next_month(turn, year, month, spot->day)
                : make_day(turn, year, month, spot->day);
}

static bool is_until(const struct scan *s)
{
    static const char *const signs[] = {"到", "至", "until", "till", "to"};
    const char *at = s->spots[0].at;
    while (at > s->text && at[-1] == ' ')
        at--;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t len = strlen(signs[i]);
        if ((size_t)(at - s->text) >= len && strncasecmp(at - len, signs[i], len) == 0)
            return true;
    }
    return false;
}

void leave_set_days(const struct scan *s, struct leave_wish *wish)
{
    const struct turn *turn = s->turn;
    const struct spot *until = s->spot_count == 2 ? &s->spots[1] : NULL;
    int today = leave_today(turn);
    wish->from = wish->until = today;
    if (s->spot_count == 1 && is_until(s))
        wish->until = first_day(turn, &s->spots[0], NULL);
    else if (s->spot_count)
        wish->from = wish->until = first_day(turn, &s->spots[0], until);
    if (until && wish->from)
        wish->until = last_day(turn, until, wish->from);
    if (!wish->from || !wish->until) {
        wish->fault = "no_day";
        return;
    }
    if (!until && s->length && wish->until == wish->from)
        wish->until = leave_day_after(turn, wish->from, s->length - 1);
    if (wish->until < wish->from)
        wish->fault = "order";
    else if (wish->until < today)
        wish->fault = "past";
    else if (wish->until > leave_day_after(turn, today, 366))
        wish->fault = "far";
    else if (wish->from < today)
        wish->from = today;
}
