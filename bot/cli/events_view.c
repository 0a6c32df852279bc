#include "cli/events_view.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "host/buf.h"
#include "host/mem.h"
#include "people/community.h"

#define CELL_MAX 256

static const char *text_of(json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

/* Columns on a terminal: a Chinese character takes two. */
static int width_of(const char *text)
{
    int width = 0;
    utf8proc_int32_t code;
    utf8proc_ssize_t used;
    for (; *text; text += used) {
        used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &code);
        if (used <= 0)
            return width;
        width += utf8proc_charwidth(code);
    }
    return width;
}

static void add_cell(struct buf *out, const char *text, int width)
{
    buf_puts(out, text);
    for (int i = width_of(text); i < width; i++)
        buf_puts(out, " ");
    buf_puts(out, "  ");
}

/* Those in the roster, and those found in chats whose names came along; whoever was forgotten
 * is "a resident". */
static const char *name_of(const struct community *community, json_t *event, const char *id)
{
    const struct member *member = *id ? community_member(community, id) : NULL;
    const char *found = json_string_value(json_object_get(json_object_get(event, "names"), id));
    if (member || found)
        return member ? member->name : found;
    return strncmp(id, "r-", 2) == 0 ? "a resident" : id;
}

/* "2026-03-02T09:00:05+08:00" → "2026-03-02 09:00" */
static void add_time(struct buf *out, const char *rfc3339)
{
    if (strlen(rfc3339) < 16)
        buf_puts(out, "-");
    else
        buf_printf(out, "%.10s %.5s", rfc3339, rfc3339 + 11);
}

static void add_place(json_t *event, struct buf *out)
{
    static const struct {
        const char *key, *before;
    } parts[] = {
        {"building", "building "}, {"unit", "unit "}, {"room", "room "}, {"place", ""}};
    size_t start = out->len;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = text_of(event, parts[i].key);
        if (*text)
            buf_printf(out, "%s%s%s", out->len > start ? ", " : "", parts[i].before, text);
        json_t *floor = json_object_get(event, "floor");
        if (i == 1 && json_is_integer(floor))
            buf_printf(out, "%sfloor %lld", out->len > start ? ", " : "",
                       (long long)json_integer_value(floor));
    }
}

enum { NUMBER, STATE, DUE, WHAT, WHERE, WHO, COLUMNS };
struct row {
    char *cells[COLUMNS];
};

static char *number_cell(json_t *event)
{
    return xasprintf("#%lld", (long long)json_integer_value(json_object_get(event, "id")));
}

/* A cell that one of the add_… functions fills. */
static char *cell_of(json_t *event, void (*add)(json_t *event, struct buf *out))
{
    struct buf text;
    buf_init(&text, CELL_MAX);
    add(event, &text);
    char *cell = xstrdup(buf_text(&text));
    buf_finish(&text);
    return cell;
}

static void add_what(json_t *event, struct buf *out)
{
    const char *object = text_of(event, "object"), *symptom = text_of(event, "symptom");
    bool spaced = *object && (unsigned char)object[strlen(object) - 1] < 0x80;
    buf_printf(out, "%s %s%s%s", text_of(event, "category"), object, spaced ? " " : "",
               symptom);
}

static void add_finish(json_t *event, struct buf *out)
{
    add_time(out, text_of(json_object_get(event, "due"), "finish"));
}

static struct row event_row(json_t *event, const struct community *community)
{
    const char *who = name_of(community, event, text_of(event, "assignee"));
    return (struct row){{[NUMBER] = number_cell(event),
                         [STATE] = xstrdup(text_of(event, "state")),
                         [DUE] = cell_of(event, add_finish),
                         [WHAT] = cell_of(event, add_what),
                         [WHERE] = cell_of(event, add_place),
                         [WHO] = xstrdup(*who ? who : text_of(event, "owner"))}};
}

/* Prints the rows, each column as wide as its widest cell; frees them. */
static void add_rows(struct row *rows, size_t count, struct buf *out)
{
    int widths[COLUMNS] = {0};
    for (size_t i = 0; i < count; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            int width = width_of(rows[i].cells[c]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            if (c < WHO)
                add_cell(out, rows[i].cells[c], widths[c]);
            else
                buf_printf(out, "%s\n", rows[i].cells[c]);
            free(rows[i].cells[c]);
        }
    }
}

bool events_view_table(const char *json, const struct community *community, struct buf *out)
{
    static const char *const heads[COLUMNS] = {"", "state", "due", "what", "where", "who"};
    json_t *events = json_loads(json, 0, NULL);
    bool ok = json_is_array(events);
    size_t count = json_array_size(events);
    struct row *rows = xcalloc(count + 1, sizeof *rows);
    for (int c = 0; c < COLUMNS; c++)
        rows[0].cells[c] = xstrdup(heads[c]);
    for (size_t i = 0; i < count; i++)
        rows[i + 1] = event_row(json_array_get(events, i), community);
    struct buf table;
    buf_init(&table, out->max);
    add_rows(rows, count + 1, &table);
    if (count > 0)
        buf_puts(out, buf_text(&table));
    buf_finish(&table);
    free(rows);
    json_decref(events);
    return ok;
}

static void add_fact(struct buf *out, const char *name, const char *value)
{
    if (*value)
        buf_printf(out, "  %-11s %s\n", name, value);
}

static void add_due(json_t *event, struct buf *out)
{
    json_t *due = json_object_get(event, "due");
    buf_puts(out, "  due         accept ");
    add_time(out, text_of(due, "accept"));
    buf_puts(out, ", finish ");
    add_time(out, text_of(due, "finish"));
    buf_puts(out, "\n");
}

static void add_facts(json_t *event, const struct community *community, struct buf *out)
{
    char *place = cell_of(event, add_place);
    buf_printf(out, "#%lld  %s (%s), %s, level %lld\n",
               (long long)json_integer_value(json_object_get(event, "id")),
               text_of(event, "category"), text_of(event, "class"), text_of(event, "state"),
               (long long)json_integer_value(json_object_get(event, "level")));
    buf_printf(out, "  “%s”\n", text_of(event, "text"));
    add_fact(out, "where", place);
    add_fact(out, "urgency", text_of(event, "urgency"));
    add_fact(out, "group", text_of(event, "group"));
    add_fact(out, "reporter", name_of(community, event, text_of(event, "reporter")));
    add_fact(out, "via", name_of(community, event, text_of(event, "via")));
    buf_printf(out, "  %-11s %lld\n", "households",
               (long long)json_integer_value(json_object_get(event, "households")));
    buf_printf(out, "  %-11s %zu\n", "photos",
               json_array_size(json_object_get(event, "photos")));
    add_fact(out, "owner", text_of(event, "owner"));
    add_fact(out, "assignee", name_of(community, event, text_of(event, "assignee")));
    add_fact(out, "verifier", name_of(community, event, text_of(event, "verifier")));
    add_fact(out, "outcome", text_of(event, "outcome"));
    add_fact(out, "confirmed by", text_of(event, "confirmed_by"));
    add_fact(out, "rating", text_of(event, "rating"));
    add_due(event, out);
    free(place);
}

static void add_step(json_t *step, const struct community *community, json_t *event,
                     struct buf *out)
{
    const char *from = text_of(step, "from"), *to = text_of(step, "to");
    const char *who = name_of(community, event, text_of(step, "who"));
    buf_puts(out, "  ");
    add_time(out, text_of(step, "at"));
    buf_puts(out, "  ");
    add_cell(out, strcmp(who, "loubot") == 0 ? "Loubot" : who, 14);
    if (*to)
        buf_printf(out, "%s%s%s", from, *from ? " → " : "", to);
    else
        buf_puts(out, text_of(step, "what"));
    if (*text_of(step, "note"))
        buf_printf(out, ": %s", text_of(step, "note"));
    buf_puts(out, "\n");
}

bool events_view_story(const char *json, const struct community *community, struct buf *out)
{
    json_t *event = json_loads(json, 0, NULL);
    bool ok = json_is_object(event);
    if (ok) {
        add_facts(event, community, out);
        buf_puts(out, "\n");
        size_t i;
        json_t *step;
        json_array_foreach(json_object_get(event, "trail"), i, step)
            add_step(step, community, event, out);
    }
    json_decref(event);
    return ok;
}

void events_view_join(const char *json, struct buf *out)
{
    json_t *events = json_loads(json, 0, NULL);
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        char *text = json_dumps(event, JSON_COMPACT);
        if (out->len > 0)
            buf_puts(out, ",\n");
        buf_puts(out, text);
        free(text);
    }
    json_decref(events);
}
