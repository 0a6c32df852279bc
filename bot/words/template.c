/* template.c: compiles a Mustache subset into a flat list of nodes and renders it over a tree
 * of values.
 *
 * A section's node knows the index behind its closing tag, so rendering needs no second parse.
 * A tag that stands alone on its line takes the line away with it, as the Mustache
 * specification asks. Partials, lambdas and changes of the delimiters are left out; they are
 * faults.
 */
#include "words/template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"

#define SECTION_DEPTH_MAX 16

enum node_kind { NODE_TEXT, NODE_VALUE, NODE_SECTION, NODE_INVERTED, NODE_COMMENT, NODE_CLOSE };

struct node {
    enum node_kind kind;
    char *text;  /* TEXT: the bytes; others: the name */
    size_t len;  /* of text */
    bool raw;    /* VALUE: not escaped in pages */
    size_t next; /* sections: index of the first node behind them */
};

struct template
{
    struct node *nodes;
    size_t count, cap;
};

/* The state of one compilation. */
struct compile {
    struct template *template;
    const char *name, *text, *end;
    struct faults *faults;
    size_t open[SECTION_DEPTH_MAX]; /* indexes of the sections not yet closed */
    size_t depth;
};

/* One tag as it stands in the source. */
struct tag {
    enum node_kind kind;
    const char *from, *to; /* from the first brace to behind the last */
    const char *name;
    size_t name_len;
    bool raw;
};

static int line_of(const struct compile *c, const char *at)
{
    int line = 1;
    for (const char *p = c->text; p < at; p++)
        line += *p == '\n';
    return line;
}

static struct node *add_node(struct template *t, enum node_kind kind, const char *text,
                             size_t len)
{
    if (t->count == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 8;
        t->nodes = xrealloc(t->nodes, t->cap * sizeof *t->nodes);
    }
    struct node *node = &t->nodes[t->count++];
    *node = (struct node){.kind = kind, .text = xstrndup(text, len), .len = len};
    return node;
}

static bool name_is_good(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("_.-", name[i]))
            return false;
    return len > 0;
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && isspace((unsigned char)**from))
        (*from)++;
    while (*to > *from && isspace((unsigned char)(*to)[-1]))
        (*to)--;
}

static const char *find(const char *from, const char *end, const char *what)
{
    return from < end ? memmem(from, (size_t)(end - from), what, strlen(what)) : NULL;
}

/* Reads the tag that begins at `at` ("{{"). False: a fault was added. */
static bool read_tag(const struct compile *c, const char *at, struct tag *ret)
{
    const char *inner = at + 2;
    bool triple = inner < c->end && *inner == '{';
    const char *close = find(inner, c->end, triple ? "}}}" : "}}");
    if (!close) {
        faults_add(c->faults, c->name, line_of(c, at), "this tag is not closed; add \"%s\"",
                   triple ? "}}}" : "}}");
        return false;
    }
    *ret = (struct tag){.kind = NODE_VALUE, .from = at, .to = close + (triple ? 3 : 2)};
    const char *from = inner;
    if (from < close && strchr("#^/!&{", *from)) {
        ret->raw = *from == '&' || *from == '{';
        ret->kind = *from == '#'   ? NODE_SECTION
                    : *from == '^' ? NODE_INVERTED
                    : *from == '/' ? NODE_CLOSE
                    : *from == '!' ? NODE_COMMENT
                                   : NODE_VALUE;
        from++;
    }
    trim(&from, &close);
    ret->name = from;
    ret->name_len = (size_t)(close - from);
    if (ret->kind == NODE_COMMENT || name_is_good(from, ret->name_len))
        return true;
    faults_add(c->faults, c->name, line_of(c, at),
               "\"%.*s\" is no tag that is known here; use {{name}}, {{#name}}, {{^name}}, "
               "{{/name}} or {{! a comment}}",
               (int)(ret->to - at), at);
    return false;
}

/* A tag that prints nothing and stands alone on its line takes the whole line: moves *from to
 * the line's start and *to behind its end. */
static void widen_to_line(const struct compile *c, const char **from, const char **to)
{
    const char *left = *from, *right = *to;
    while (left > c->text && (left[-1] == ' ' || left[-1] == '\t'))
        left--;
    while (right < c->end && (*right == ' ' || *right == '\t'))
        right++;
    if (left > c->text && left[-1] != '\n')
        return;
    if (right + 1 < c->end && right[0] == '\r' && right[1] == '\n')
        right += 2;
    else if (right < c->end && *right == '\n')
        right++;
    else if (right < c->end)
        return;
    *from = left;
    *to = right;
}

static bool open_section(struct compile *c, const struct tag *tag)
{
    if (c->depth == SECTION_DEPTH_MAX) {
        faults_add(c->faults, c->name, line_of(c, tag->from),
                   "sections are nested deeper than %d; split the message", SECTION_DEPTH_MAX);
        return false;
    }
    c->open[c->depth++] = c->template->count;
    add_node(c->template, tag->kind, tag->name, tag->name_len);
    return true;
}

static bool close_section(struct compile *c, const struct tag *tag)
{
    struct node *node = c->depth ? &c->template->nodes[c->open[c->depth - 1]] : NULL;
    if (!node || node->len != tag->name_len || memcmp(node->text, tag->name, node->len) != 0) {
        faults_add(c->faults, c->name, line_of(c, tag->from),
                   "{{/%.*s}} closes a section that is not open here", (int)tag->name_len,
                   tag->name);
        return false;
    }
    node->next = c->template->count;
    c->depth--;
    return true;
}

static bool take_tag(struct compile *c, const struct tag *tag)
{
    switch (tag->kind) {
    case NODE_SECTION:
    case NODE_INVERTED:
        return open_section(c, tag);
    case NODE_CLOSE:
        return close_section(c, tag);
    case NODE_VALUE:
        add_node(c->template, NODE_VALUE, tag->name, tag->name_len)->raw = tag->raw;
        return true;
    default:
        return true;
    }
}

static bool compile(struct compile *c)
{
    const char *at = c->text, *open;
    while ((open = find(at, c->end, "{{"))) {
        struct tag tag;
        if (!read_tag(c, open, &tag))
            return false;
        const char *from = tag.from, *to = tag.to;
        if (tag.kind != NODE_VALUE)
            widen_to_line(c, &from, &to);
        if (from > at)
            add_node(c->template, NODE_TEXT, at, (size_t)(from - at));
        if (!take_tag(c, &tag))
            return false;
        at = to;
    }
    if (at < c->end)
        add_node(c->template, NODE_TEXT, at, (size_t)(c->end - at));
    if (!c->depth)
        return true;
    faults_add(c->faults, c->name, line_of(c, c->end),
               "section \"%s\" is not closed; add {{/%s}}",
               c->template->nodes[c->open[c->depth - 1]].text,
               c->template->nodes[c->open[c->depth - 1]].text);
    return false;
}

struct template *template_compile(const char *name, const char *text, size_t len,
                                  struct faults *faults)
{
    struct template *template = xcalloc(1, sizeof *template);
    struct compile c = {
        .template = template, .name = name, .text = text, .end = text + len, .faults = faults};
    if (!compile(&c))
        template_destroy(&template);
    return template;
}

void template_destroy(struct template **template)
{
    if (!*template)
        return;
    for (size_t i = 0; i < (*template)->count; i++)
        free((*template)->nodes[i].text);
    free((*template)->nodes);
    free(*template);
    *template = NULL;
}

/* The sections that are open while rendering, innermost first. */
struct frame {
    const struct value *value;
    const struct frame *outer;
};

static const struct value *child(const struct value *map, const char *key, size_t len)
{
    if (!map || map->kind != VALUE_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strlen(map->items[i].key) == len && memcmp(map->items[i].key, key, len) == 0)
            return &map->items[i];
    return NULL;
}

static const struct value *lookup(const struct frame *frame, const char *name)
{
    if (strcmp(name, ".") == 0)
        return frame->value;
    size_t len = strcspn(name, ".");
    const struct value *value = NULL;
    for (; frame && !value; frame = frame->outer)
        value = child(frame->value, name, len);
    while (value && name[len] == '.') {
        name += len + 1;
        len = strcspn(name, ".");
        value = child(value, name, len);
    }
    return value;
}

static bool is_truthy(const struct value *value)
{
    if (!value || value->kind == VALUE_NONE || value->kind == VALUE_FALSE)
        return false;
    if (value->kind == VALUE_LIST)
        return value->count > 0;
    return value->kind != VALUE_TEXT || (value->text && value->text[0]);
}

static void add_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        switch (*p) {
        case '&':
            buf_puts(out, "&amp;");
            break;
        case '<':
            buf_puts(out, "&lt;");
            break;
        case '>':
            buf_puts(out, "&gt;");
            break;
        case '"':
            buf_puts(out, "&quot;");
            break;
        case '\'':
            buf_puts(out, "&#39;");
            break;
        default:
            buf_add(out, p, 1);
        }
    }
}

static void render_value(const struct value *value, bool escape, struct buf *out)
{
    if (!value)
        return;
    if (value->kind == VALUE_TRUE)
        buf_puts(out, "true");
    if (value->kind != VALUE_TEXT || !value->text)
        return;
    if (escape)
        add_escaped(out, value->text);
    else
        buf_puts(out, value->text);
}

static void render_range(const struct template *t, size_t from, size_t to,
                         const struct frame *frame, bool html, struct buf *out);

static void render_section(const struct template *t, size_t index, const struct frame *frame,
                           bool html, struct buf *out)
{
    const struct node *node = &t->nodes[index];
    const struct value *value = lookup(frame, node->text);
    if (node->kind == NODE_INVERTED) {
        if (!is_truthy(value))
            render_range(t, index + 1, node->next, frame, html, out);
        return;
    }
    if (!is_truthy(value))
        return;
    bool list = value->kind == VALUE_LIST;
    for (size_t i = 0; i < (list ? value->count : 1); i++) {
        struct frame inner = {list ? &value->items[i] : value, frame};
        render_range(t, index + 1, node->next, &inner, html, out);
    }
}

static void render_range(const struct template *t, size_t from, size_t to,
                         const struct frame *frame, bool html, struct buf *out)
{
    for (size_t i = from; i < to;) {
        const struct node *node = &t->nodes[i];
        if (node->kind == NODE_SECTION || node->kind == NODE_INVERTED) {
            render_section(t, i, frame, html, out);
            i = node->next;
            continue;
        }
        if (node->kind == NODE_TEXT)
            buf_add(out, node->text, node->len);
        else
            render_value(lookup(frame, node->text), html && !node->raw, out);
        i++;
    }
}

static void render(const struct template *template, const struct value *values, bool html,
                   struct buf *out)
{
    static const struct value nothing = {.kind = VALUE_NONE};
    struct frame root = {values ? values : &nothing, NULL};
    render_range(template, 0, template->count, &root, html, out);
}

void template_render(const struct template *template, const struct value *values,
                     struct buf *out)
{
    render(template, values, false, out);
}

void template_render_html(const struct template *template, const struct value *values,
                          struct buf *out)
{
    render(template, values, true, out);
}

void template_names(const struct template *template, void (*cb)(void *arg, const char *name),
                    void *arg)
{
    for (size_t i = 0; i < template->count; i++)
        if (template->nodes[i].kind != NODE_TEXT)
            cb(arg, template->nodes[i].text);
}
