/* play_script.c: a script's lines, its clock, its directives and the fields of events. */
#include "cli/play_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/play_parse.h"
#include "host/conf.h"
#include "host/mem.h"
#include "host/text.h"

#define SPAN_MAX_MS (3660LL * 86400000) /* ten years */
#define INT_DIGITS_MAX 9

bool play_wrong(const struct play_parse *parse, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    faults_add(parse->faults, parse->file, parse->number, "%s", text);
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

const char *play_skip(const char *text)
{
    while (is_space(*text))
        text++;
    return text;
}

const char *play_word_end(const char *text)
{
    while (*text && !is_space(*text))
        text++;
    return text;
}

const char *play_trim(const struct play_parse *parse, const char *from, const char *to)
{
    while (from < to && is_space(*from))
        from++;
    while (to > from && is_space(to[-1]))
        to--;
    return arena_strndup(parse->arena, from, (size_t)(to - from));
}

bool play_int(const char *text, const char **ret_end, int *ret)
{
    int value = 0, digits = 0;
    for (; *text >= '0' && *text <= '9'; text++, digits++) {
        if (digits == INT_DIGITS_MAX)
            return false;
        value = value * 10 + (*text - '0');
    }
    if (digits == 0)
        return false;
    *ret_end = text;
    *ret = value;
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool parse_clock(const struct play_parse *parse, struct play_line *line,
                        const char *text)
{
    struct local_time *t = &line->time;
    int used = 0;
    char sep = 0;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d%n", &t->year, &t->month, &t->day, &sep, &t->hour,
               &t->minute, &used) != 6 ||
        !(sep == 'T' || is_space(sep)) || used == 0)
        return play_wrong(parse, "\"%s\" is no time; write @ 2026-03-02 09:00", text);
    const char *rest = text + used;
    int more = 0;
    if (sscanf(rest, ":%2d%n", &t->second, &more) == 1)
        rest += more;
    bool ok = !*play_skip(rest) && t->year >= 2000 && t->year <= 2100 && t->month >= 1 &&
              t->month <= 12 && t->day >= 1 && t->day <= month_days(t->year, t->month) &&
              t->hour >= 0 && t->hour <= 23 && t->minute >= 0 && t->minute <= 59 &&
              t->second >= 0 && t->second <= 59;
    if (!ok)
        return play_wrong(parse, "there is no such time as \"%s\"; write @ 2026-03-02 09:00",
                          text);
    line->kind = PLAY_CLOCK;
    return true;
}

static int64_t unit_ms(char unit)
{
    switch (unit) {
    case 's':
        return 1000;
    case 'm':
        return 60000;
    case 'h':
        return 3600000;
    case 'd':
        return 86400000;
    default:
        return 0;
    }
}

static bool parse_pass(const struct play_parse *parse, struct play_line *line, const char *text)
{
    line->kind = PLAY_PASS;
    const char *p = text;
    do {
        int amount;
        const char *end;
        if (!play_int(p, &end, &amount) || unit_ms(*end) == 0)
            return play_wrong(
                parse, "\"%s\" is no span of time; write + 30s, + 40m, + 2h, + 3d", text);
        line->span_ms += amount * unit_ms(*end);
        if (line->span_ms > SPAN_MAX_MS)
            return play_wrong(parse, "\"%s\" is more than ten years", text);
        p = play_skip(end + 1);
    } while (*p);
    return true;
}

/* The operator at `p`; its length, 0 when there is none. */
static size_t parse_op(const char *p, enum play_op *ret)
{
    static const struct {
        const char *text;
        enum play_op op;
    } ops[] = {{"!=", PLAY_NE}, {">=", PLAY_GE}, {"<=", PLAY_LE},
               {"=", PLAY_EQ},  {">", PLAY_GT},  {"<", PLAY_LT}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (strncmp(p, ops[i].text, strlen(ops[i].text)) == 0) {
            *ret = ops[i].op;
            return strlen(ops[i].text);
        }
    }
    return 0;
}

static bool parse_count(const struct play_parse *parse, struct play_line *line,
                        const char *text, size_t word)
{
    line->kind = PLAY_COUNT;
    line->open = text[0] == 'o';
    const char *p = play_skip(text + word);
    p = play_skip(p + parse_op(p, &line->op));
    const char *end;
    if (!play_int(p, &end, &line->count) || *play_skip(end))
        return play_wrong(parse, "a number of events is missing; write = %.*s 2", (int)word,
                          text);
    return true;
}

static bool parse_field(const struct play_parse *parse, struct play_line *line,
                        const char *from, const char *to)
{
    const char *word = arena_strndup(parse->arena, from, (size_t)(to - from));
    size_t name = strspn(word, "abcdefghijklmnopqrstuvwxyz_.");
    enum play_op op;
    size_t op_len = parse_op(word + name, &op);
    if (name == 0 || op_len == 0)
        return play_wrong(parse, "\"%s\" compares nothing; write field=value", word);
    if (!word[name + op_len])
        return play_wrong(parse, "\"%s\" has no value; an empty field is written %.*s=null",
                          word, (int)name, word);
    if (line->field_count == PLAY_FIELDS_MAX)
        return play_wrong(parse, "more than %d fields in one line", PLAY_FIELDS_MAX);
    line->fields[line->field_count++] =
        (struct play_field){arena_strndup(parse->arena, word, name), op, word + name + op_len};
    return true;
}

static bool parse_fields(const struct play_parse *parse, struct play_line *line,
                         const char *text)
{
    const char *end = text + strcspn(text, " \t=!<>");
    size_t word = (size_t)(end - text);
    if ((word == 4 && strncmp(text, "open", 4) == 0) ||
        (word == 5 && strncmp(text, "total", 5) == 0))
        return parse_count(parse, line, text, word);
    line->kind = PLAY_FIELDS;
    int id;
    const char *p = text + (*text == '#');
    if (!play_int(p, &p, &id) || id == 0 || !is_space(*p))
        return play_wrong(
            parse, "\"%s\" names no event; write = 1 state=handling, = open 2 or = total 3",
            text);
    line->event = (uint32_t)id;
    for (p = play_skip(p); *p; p = play_skip(p)) {
        const char *to = play_word_end(p);
        if (!parse_field(parse, line, p, to))
            return false;
        p = to;
    }
    if (line->field_count == 0)
        return play_wrong(parse, "nothing is expected of event %d; write = %d state=handling",
                          id, id);
    return true;
}

static bool is_code(const char *code)
{
    if (strlen(code) != 9 || code[4] != '-')
        return false;
    for (int i = 0; i < 9; i++) {
        if (i != 4 && !(code[i] >= 'A' && code[i] <= 'Z') &&
            !(code[i] >= '0' && code[i] <= '9'))
            return false;
    }
    return true;
}

static bool check_device(const struct play_parse *parse, const struct play_line *line)
{
    const char *state = line->args[3];
    if (strcmp(state, "raised") != 0 && strcmp(state, "cleared") != 0)
        return play_wrong(parse, "\"%s\" is neither raised nor cleared", state);
    char *end;
    strtod(line->args[2], &end);
    if (*end)
        return play_wrong(parse, "\"%s\" is no value that a device measures", line->args[2]);
    return true;
}

static const struct directive {
    const char *name;
    enum play_directive id;
    size_t args_min, args_max;
    const char *usage;
} directives[] = {
    {"restart", PLAY_RESTART, 0, 0, "! restart"},
    {"kill", PLAY_KILL, 0, 1, "! kill, ! kill redis"},
    {"down", PLAY_DOWN, 0, 0, "! down"},
    {"up", PLAY_UP, 0, 0, "! up"},
    {"code", PLAY_CODE, 2, 3, "! code K7M4-PX2D 5-1-101, ! code K7M4-PX2D 楼长 18"},
    {"device", PLAY_DEVICE, 5, 5, "! device 7 pressure 0.08 raised r1"},
};

static bool check_directive(struct play_parse *parse, struct play_line *line)
{
    switch (line->directive) {
    case PLAY_KILL:
        if (line->arg_count == 1) {
            if (strcmp(line->args[0], "redis") != 0)
                return play_wrong(parse, "cannot kill \"%s\"; write ! kill or ! kill redis",
                                  line->args[0]);
            line->directive = PLAY_KILL_REDIS;
        }
        break;
    case PLAY_CODE:
        if (!is_code(line->args[0]))
            return play_wrong(parse, "\"%s\" is no code; it looks like K7M4-PX2D",
                              line->args[0]);
        return true;
    case PLAY_DEVICE:
        return check_device(parse, line);
    default:
        break;
    }
    bool up = line->directive == PLAY_UP;
    if (up != parse->is_down)
        return play_wrong(parse, up ? "! up without a ! down before it"
                                    : "Loubot is down here; ! up comes first");
    parse->is_down = line->directive == PLAY_DOWN;
    return true;
}

static bool parse_directive(struct play_parse *parse, struct play_line *line, const char *text)
{
    line->kind = PLAY_DIRECTIVE;
    const char *end = play_word_end(text);
    const struct directive *found = NULL;
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (strlen(directives[i].name) == (size_t)(end - text) &&
            strncmp(directives[i].name, text, (size_t)(end - text)) == 0)
            found = &directives[i];
    }
    if (!found)
        return play_wrong(
            parse,
            "unknown directive \"%s\"; known are ! restart, ! kill, ! down, ! up, "
            "! code, ! device",
            text);
    line->directive = found->id;
    for (const char *p = play_skip(end); *p; p = play_skip(end)) {
        end = play_word_end(p);
        if (line->arg_count == found->args_max)
            return play_wrong(parse, "too many words; write %s", found->usage);
        line->args[line->arg_count++] = arena_strndup(parse->arena, p, (size_t)(end - p));
    }
    if (line->arg_count < found->args_min)
        return play_wrong(parse, "something is missing; write %s", found->usage);
    return check_directive(parse, line);
}

static bool parse_line(struct play_parse *parse, struct play_line *line)
{
    const char *text = line->source;
    switch (*text) {
    case '@':
        return parse_clock(parse, line, play_skip(text + 1));
    case '+':
        return parse_pass(parse, line, play_skip(text + 1));
    case '=':
        return parse_fields(parse, line, play_skip(text + 1));
    case '!':
        return parse_directive(parse, line, play_skip(text + 1));
    default:
        return play_chat(parse, line, text);
    }
}

/* One line of the file; NULL when it is blank, a comment, or wrong (then a fault was added). */
static struct play_line *read_line(struct play_parse *parse, const char *from, const char *to)
{
    size_t len = (size_t)(to - from);
    if (!text_is_utf8(from, len) || memchr(from, '\0', len)) {
        play_wrong(parse, "the line is not UTF-8 text; save the file as UTF-8");
        return NULL;
    }
    const char *source = play_trim(parse, from, to);
    if (*source == '\0' || *source == '#')
        return NULL;
    struct play_line *line = arena_alloc(parse->arena, sizeof *line);
    line->number = parse->number;
    line->source = source;
    return parse_line(parse, line) ? line : NULL;
}

struct play_line *play_script_parse(const char *file, const char *text, size_t len,
                                    struct arena *arena, struct faults *faults)
{
    struct play_parse parse = {.file = file, .arena = arena, .faults = faults};
    struct play_line *first = NULL, **end = &first;
    const char *stop = text + len;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < stop) {
        const char *to = memchr(text, '\n', (size_t)(stop - text));
        if (!to)
            to = stop;
        parse.number++;
        if (parse.number > PLAY_LINES_MAX) {
            play_wrong(&parse, "more than %d lines; make two scripts of it", PLAY_LINES_MAX);
            break;
        }
        struct play_line *line = read_line(&parse, text, to);
        if (line) {
            *end = line;
            end = &line->next;
        }
        text = to + 1;
    }
    return first;
}
