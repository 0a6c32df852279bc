/* onebot_lines.c: keeps the order within a group when something must be waited for. Used by
 * onebot.c (live) and onebot_history.c.
 *
 * A line exists only while it is needed: an input without a picture, in a group whose line is
 * empty, goes straight to the core.
 */
#include "adapters/onebot/onebot_lines.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define RETRY_MS 200
#define INPUT_ARENA_MAX (256u * 1024)

struct item {
    struct item *next;
    struct line *line;
    struct arena *arena;
    struct input *input;
    size_t fetches; /* pictures still on their way */
};

struct fetch {
    struct item *item;
    struct segment *segment;
};

struct line {
    char *group;
    struct onebot_lines *lines;
    struct item *first, **last;
    bool held; /* its history is being read */
    UT_hash_handle hh;
};

struct onebot_lines {
    struct account *account;
    struct onebot_pictures *pictures;
    struct line *table;
    size_t count;
    struct loop_timer *retry; /* runs while the core takes nothing */
};

static void move(struct line *line);

struct onebot_lines *onebot_lines_create(struct account *account,
                                         struct onebot_pictures *pictures)
{
    struct onebot_lines *lines = xcalloc(1, sizeof *lines);
    lines->account = account;
    lines->pictures = pictures;
    return lines;
}

static void free_item(struct onebot_lines *lines, struct item *item)
{
    lines->count--;
    arena_destroy(&item->arena);
    free(item);
}

static void free_line(struct line *line)
{
    struct onebot_lines *lines = line->lines;
    for (struct item *item = line->first, *next; item; item = next) {
        next = item->next;
        free_item(lines, item);
    }
    HASH_DEL(lines->table, line);
    free(line->group);
    free(line);
}

void onebot_lines_destroy(struct onebot_lines **lines)
{
    struct line *line, *next;
    if (!*lines)
        return;
    HASH_ITER(hh, (*lines)->table, line, next)
    free_line(line);
    loop_timer_stop(&(*lines)->retry);
    free(*lines);
    *lines = NULL;
}

static struct line *find(struct onebot_lines *lines, const char *group)
{
    struct line *line;
    HASH_FIND_STR(lines->table, group, line);
    return line;
}

static struct line *open_line(struct onebot_lines *lines, const char *group)
{
    struct line *line = find(lines, group);
    if (line)
        return line;
    line = xcalloc(1, sizeof *line);
    line->group = xstrdup(group);
    line->lines = lines;
    line->last = &line->first;
    HASH_ADD_KEYPTR(hh, lines->table, line->group, strlen(line->group), line);
    return line;
}

/* ---- pictures -------------------------------------------------------------------------- */

static void got_picture(void *arg, const char *ref)
{
    struct fetch *fetch = arg;
    struct item *item = fetch->item;
    fetch->segment->text = arena_strdup(item->arena, ref); /* NULL: it could not be had */
    if (--item->fetches == 0)
        move(item->line);
}

static void fetch_pictures(struct item *item)
{
    struct segment *segments = (struct segment *)item->input->segments; /* our own copy */
    for (size_t i = 0; i < item->input->segment_count; i++) {
        if (segments[i].kind != SEGMENT_IMAGE)
            continue;
        struct fetch *fetch = arena_alloc(item->arena, sizeof *fetch);
        *fetch = (struct fetch){item, &segments[i]};
        item->fetches++;
        onebot_pictures_get(item->line->lines->pictures, segments[i].text, got_picture, fetch);
    }
}

static bool has_picture(const struct input *input)
{
    for (size_t i = 0; i < input->segment_count; i++)
        if (input->segments[i].kind == SEGMENT_IMAGE)
            return true;
    return false;
}

/* ---- moving ---------------------------------------------------------------------------- */

static struct item *new_item(struct line *line, const struct input *input)
{
    struct item *item = xcalloc(1, sizeof *item);
    item->line = line;
    item->arena = arena_create(INPUT_ARENA_MAX);
    item->input = input_copy(input, item->arena);
    line->lines->count++;
    return item;
}

static void retry(void *arg)
{
    struct onebot_lines *lines = arg;
    struct line *line, *next;
    loop_timer_stop(&lines->retry);
    HASH_ITER(hh, lines->table, line, next)
    move(line);
}

static void retry_later(struct onebot_lines *lines)
{
    if (!lines->retry)
        lines->retry =
            loop_timer_start(account_loop(lines->account), RETRY_MS, 0, retry, lines);
}

/* Hands over what stands at the head of the line and is ready; an empty line is closed. */
static void move(struct line *line)
{
    struct onebot_lines *lines = line->lines;
    while (line->first && !line->first->fetches && !line->held) {
        struct item *item = line->first;
        if (bot_on_input(lines->account, item->input) == ERR_FULL) {
            retry_later(lines);
            return;
        }
        line->first = item->next;
        if (!line->first)
            line->last = &line->first;
        free_item(lines, item);
    }
    if (!line->first && !line->held)
        free_line(line);
}

int onebot_lines_add(struct onebot_lines *lines, const struct input *input)
{
    struct line *line = find(lines, input->group);
    if (!line && !has_picture(input)) {
        struct input straight = *input;
        if (bot_on_input(lines->account, &straight) != ERR_FULL)
            return 0;
        retry_later(lines);
    }
    if (lines->count >= ONEBOT_LINES_MAX)
        return ERR_FULL;
    line = open_line(lines, input->group);
    struct item *item = new_item(line, input);
    *line->last = item;
    line->last = &item->next;
    fetch_pictures(item);
    return 0;
}

void onebot_lines_hold(struct onebot_lines *lines, const char *group)
{
    open_line(lines, group)->held = true;
}

void onebot_lines_release(struct onebot_lines *lines, const char *group,
                          const struct input *const *history, size_t count)
{
    struct line *line = open_line(lines, group);
    struct item *first = NULL, **last = &first;
    for (size_t i = 0; i < count; i++) {
        *last = new_item(line, history[i]);
        last = &(*last)->next;
    }
    struct item *live = line->first;
    *last = live;
    if (!live)
        line->last = last == &first ? &line->first : last;
    line->first = first;
    line->held = false;
    for (struct item *item = first; item != live; item = item->next)
        fetch_pictures(item);
    move(line);
}
