/* play_chat.c: the lines of a script that begin with a group: what people write
 * (`b4 孙大姐> [photo] 灯不亮`), recall (`b4 孙大姐<<`), and what the bot should have said
 * (`b4 < *#1* & *4楼*`). */
#include <stdio.h>
#include <string.h>

#include "cli/play_parse.h"
#include "host/mem.h"
#include "turn/message.h"

#define NAME_MAX_BYTES 60
#define REACTION_MAX_BYTES 32

static const char *const mark_names[] = {"photo", "at",   "reply", "again",
                                         "react", "edit", "bot"};

/* A bracket that is nearly a mark is a typing mistake; any other one is text ("[doge] 哈哈").
 */
static bool looks_like_mark(const char *inside)
{
    size_t len = strcspn(inside, " #\t");
    for (size_t i = 0; i < sizeof mark_names / sizeof *mark_names; i++) {
        const char *name = mark_names[i];
        size_t name_len = strlen(name), same = 0, tail = 0;
        while (same < len && same < name_len && (inside[same] | 0x20) == name[same])
            same++;
        while (tail < len - same && tail < name_len - same &&
               (inside[len - 1 - tail] | 0x20) == name[name_len - 1 - tail])
            tail++;
        size_t longer = len > name_len ? len : name_len;
        if (len >= 2 && longer - same - tail <= (name_len > 3 ? 1u : 0u))
            return true;
    }
    return false;
}

/* Takes one mark, given without its brackets. False: a fault was added, or (with *ret_text) it
 * is no mark. */
static bool take_mark(const struct play_parse *parse, struct play_marks *marks,
                      const char *inside, bool *ret_text)
{
    *ret_text = false;
    if (strcmp(inside, "photo") == 0) {
        marks->photos++;
    } else if (strcmp(inside, "photo lost") == 0) {
        marks->lost = true;
    } else if (strcmp(inside, "edit") == 0) {
        marks->edit = true;
    } else if (strcmp(inside, "at") == 0) {
        marks->at = true;
    } else if (strcmp(inside, "again") == 0) {
        marks->again = true;
    } else if (strcmp(inside, "bot") == 0) {
        marks->bot = true;
    } else if (strcmp(inside, "reply") == 0) {
        marks->reply = true;
    } else if (strncmp(inside, "reply ", 6) == 0 && *play_skip(inside + 6)) {
        marks->reply = true;
        marks->reply_to = play_skip(inside + 6);
    } else if (strncmp(inside, "react ", 6) == 0 && *play_skip(inside + 6)) {
        marks->react = play_skip(inside + 6);
        if (strlen(marks->react) > REACTION_MAX_BYTES)
            return play_wrong(parse, "[%s] is no reaction", inside);
    } else if (looks_like_mark(inside)) {
        return play_wrong(parse,
                          "[%s] is no mark; known are [photo] [photo lost] [at] [reply] [reply "
                          "#12] [again] [react 👍] [edit] [bot]",
                          inside);
    } else {
        *ret_text = true;
        return false;
    }
    return true;
}

static bool check_marks(const struct play_parse *parse, const struct play_marks *marks)
{
    bool has_text = *marks->text != '\0';
    if (marks->react && (has_text || marks->photos || marks->at || marks->again))
        return play_wrong(parse, "a reaction stands alone: no text, photo or mention with it");
    if (marks->photos + 2 > MESSAGE_SEGMENTS_MAX)
        return play_wrong(parse, "more than %d photos in one message",
                          MESSAGE_SEGMENTS_MAX - 2);
    if (marks->edit && (!has_text || marks->react || marks->again || marks->reply))
        return play_wrong(parse, "[edit] wants the text as it is now, and nothing else");
    if (!has_text && !marks->react && !marks->photos && !marks->lost && !marks->again &&
        !marks->at && !marks->reply)
        return play_wrong(parse, "nothing is said after the >");
    return true;
}

static bool parse_said(const struct play_parse *parse, struct play_line *line, const char *text)
{
    line->kind = PLAY_SAY;
    struct play_marks *marks = &line->marks;
    text = play_skip(text);
    while (*text == '[') {
        const char *end = strchr(text, ']');
        if (!end)
            break;
        bool is_text;
        if (!take_mark(parse, marks, play_trim(parse, text + 1, end), &is_text)) {
            if (!is_text)
                return false;
            break;
        }
        text = play_skip(end + 1);
    }
    marks->text = play_trim(parse, text, text + strlen(text));
    return check_marks(parse, marks);
}

static bool parse_globs(const struct play_parse *parse, struct play_expect *expect,
                        const char *text)
{
    for (;;) {
        const char *and = strstr(text, " & ");
        const char *to = and? and : text + strlen(text);
        const char *glob = play_trim(parse, text, to);
        size_t len = strlen(glob);
        if (len == 0 || (!and&&len >= 2 && strcmp(glob + len - 2, " &") == 0))
            return play_wrong(parse, "an empty pattern beside the &");
        if (expect->glob_count == PLAY_GLOBS_MAX)
            return play_wrong(parse, "more than %d patterns in one line", PLAY_GLOBS_MAX);
        expect->globs[expect->glob_count++] = glob;
        if (!and)
            return true;
        text = and+3;
    }
}

/* `2` or `0-2`, followed by a space or the end; else false: it belongs to a pattern. */
static bool parse_range(const char *text, const char **ret_end, struct play_expect *expect)
{
    const char *end;
    int min, max;
    if (!play_int(text, &end, &min))
        return false;
    max = min;
    if (*end == '-' && !play_int(end + 1, &end, &max))
        return false;
    if (*end && *end != ' ' && *end != '\t')
        return false;
    expect->min = min;
    expect->max = max;
    *ret_end = end;
    return true;
}

/* What stands behind the `<`. */
static bool parse_expected(const struct play_parse *parse, struct play_line *line,
                           const char *text)
{
    line->kind = PLAY_EXPECT;
    struct play_expect *expect = &line->expect;
    expect->group = line->group;
    expect->person = line->person;
    if (*text == '!') {
        text = play_skip(text + 1);
        expect->kind = *text ? PLAY_NEVER : PLAY_EXACT;
        return !*text || parse_globs(parse, expect, text);
    }
    if (parse_range(text, &text, expect)) {
        expect->kind = PLAY_EXACT;
        if (expect->min > expect->max)
            return play_wrong(parse, "between %d and %d lies nothing", expect->min,
                              expect->max);
        text = play_skip(text);
        return !*text || parse_globs(parse, expect, text);
    }
    expect->kind = PLAY_NEXT;
    text = play_skip(text);
    if (!*text)
        return play_wrong(parse, "a pattern is missing; write %s < *text*, %s <2 or %s <!",
                          line->group, line->group, line->group);
    return parse_globs(parse, expect, text);
}

static bool is_group(const char *name)
{
    int number;
    const char *end;
    if (name[0] == 'b')
        return play_int(name + 1, &end, &number) && !*end && number > 0;
    return strcmp(name, "work") == 0 || strcmp(name, PLAY_DIRECT) == 0 ||
           strcmp(name, PLAY_ALL) == 0;
}

static bool check_person(const struct play_parse *parse, const struct play_line *line)
{
    if (strcmp(line->group, PLAY_ALL) == 0)
        return play_wrong(parse, "nobody writes to all groups; name one: b1 … b27, work or dm");
    if (!*line->person)
        return play_wrong(parse, "who writes? Write %s 孙大姐> text", line->group);
    if (strlen(line->person) > NAME_MAX_BYTES)
        return play_wrong(parse, "the name before the > is longer than %d bytes",
                          NAME_MAX_BYTES);
    return true;
}

bool play_chat(const struct play_parse *parse, struct play_line *line, const char *text)
{
    const char *end = text + strcspn(text, " \t<>");
    line->group = arena_strndup(parse->arena, text, (size_t)(end - text));
    if (!is_group(line->group))
        return play_wrong(parse,
                          "\"%s\" is no group; a line begins with b1 … b27, work or dm, "
                          "or with @ + = ! #",
                          line->group);
    const char *name = play_skip(end);
    const char *sign = name + strcspn(name, "<>");
    line->person = play_trim(parse, name, sign);
    if (*sign == '>')
        return check_person(parse, line) && parse_said(parse, line, sign + 1);
    if (*sign == '<' && sign[1] == '<' && !*play_skip(sign + 2)) {
        line->kind = PLAY_RECALL;
        return check_person(parse, line);
    }
    if (*sign != '<')
        return play_wrong(parse, "neither > nor <; write %s 孙大姐> text or %s < *text*",
                          line->group, line->group);
    if (!*line->person)
        line->person = NULL;
    else if (strcmp(line->group, PLAY_DIRECT) != 0)
        return play_wrong(parse, "only a direct chat names a person before the <: dm %s < …",
                          line->person);
    return parse_expected(parse, line, sign + 1);
}
