/* conf.c: reads YAML into a tree of nodes and answers questions about it; the contract is in
 * conf.h, scalars are in conf_scalar.c.
 *
 * The tree is built from libyaml's events. Refused while reading, each as a fault with its
 * line: files over CONF_BYTES_MAX, more than CONF_DEPTH_MAX levels or CONF_NODES_MAX nodes,
 * anchors and aliases (they can make a small file enormous), tags, a key given twice, a second
 * document.
 */
#include "host/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "host/conf_private.h"
#include "host/mem.h"
#include "host/nearest.h"
#include "host/slurp.h"

#define CONF_BYTES_MAX (1024 * 1024)
#define CONF_DEPTH_MAX 24
#define CONF_NODES_MAX 100000
#define CONF_ARENA_MAX (256 * 1024 * 1024)

/* A tree being built: the containers that are still open. */
struct builder {
    struct conf *conf;
    struct faults *faults;
    struct conf_node *open[CONF_DEPTH_MAX];
    size_t depth, nodes;
    const char *key; /* read, its value is expected */
    int key_line;
    bool done;
};

static bool refuse(struct builder *b, int line, const char *what)
{
    faults_add(b->faults, b->conf->name, line, "%s", what);
    return false;
}

static int line_of(const yaml_event_t *event)
{
    return (int)event->start_mark.line + 1;
}

static bool wants_key(const struct builder *b)
{
    return b->depth && b->open[b->depth - 1]->kind == NODE_MAP && !b->key;
}

static struct conf_node *node_add(struct builder *b, enum node_kind kind, int line)
{
    if (++b->nodes > CONF_NODES_MAX) {
        refuse(b, line, "the file holds too many values; split it");
        return NULL;
    }
    struct conf_node *node = arena_alloc(b->conf->arena, sizeof *node);
    node->kind = kind;
    node->conf = b->conf;
    node->line = b->key ? b->key_line : line;
    node->key = b->key;
    b->key = NULL;
    if (!b->depth) {
        b->conf->root = node;
        return node;
    }
    struct conf_node *parent = b->open[b->depth - 1];
    *(parent->last ? &parent->last->next : &parent->first) = node;
    parent->last = node;
    parent->count++;
    return node;
}

static bool container_open(struct builder *b, enum node_kind kind, const yaml_event_t *event)
{
    if (wants_key(b))
        return refuse(b, line_of(event), "a key must be a plain word; write `key: value`");
    if (b->depth == CONF_DEPTH_MAX)
        return refuse(b, line_of(event), "nested too deeply; at most 24 levels are read");
    struct conf_node *node = node_add(b, kind, line_of(event));
    if (!node)
        return false;
    b->open[b->depth++] = node;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct conf_node *x = *(struct conf_node *const *)a;
    const struct conf_node *y = *(struct conf_node *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool keys_unique(struct builder *b, const struct conf_node *map)
{
    struct conf_node **sorted = xmalloc(map->count * sizeof *sorted);
    memcpy(sorted, map->items, map->count * sizeof *sorted);
    qsort(sorted, map->count, sizeof *sorted, compare_keys);
    bool unique = true;
    for (size_t i = 1; i < map->count; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) {
            faults_add(b->faults, b->conf->name, sorted[i]->line,
                       "`%s` stands here twice, first in line %d; remove one", sorted[i]->key,
                       sorted[i - 1]->line);
            unique = false;
        }
    free(sorted);
    return unique;
}

static bool container_close(struct builder *b)
{
    struct conf_node *node = b->open[--b->depth];
    node->items = arena_alloc(b->conf->arena, node->count * sizeof *node->items);
    size_t i = 0;
    for (struct conf_node *child = node->first; child; child = child->next)
        node->items[i++] = child;
    return node->kind != NODE_MAP || !node->count || keys_unique(b, node);
}

static bool scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (strlen(text) != len)
        return refuse(b, line_of(event), "a NUL character stands in the text; remove it");
    if (wants_key(b)) {
        b->key = arena_strndup(b->conf->arena, text, len);
        b->key_line = line_of(event);
        return true;
    }
    struct conf_node *node = node_add(b, NODE_SCALAR, line_of(event));
    if (!node)
        return false;
    node->text = arena_strndup(b->conf->arena, text, len);
    node->is_null = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                    (!len || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
    return true;
}

/* An anchor or a tag of the event, or NULL. */
static const yaml_char_t *ornament(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    return anchor ? anchor : tag;
}

static bool take(struct builder *b, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT || ornament(event))
        return refuse(b, line_of(event),
                      "anchors, aliases and tags (& * !) are not read; write the value out, "
                      "in quotes if it begins with such a sign");
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->conf->root)
            return refuse(b, line_of(event), "a second document begins (---); keep one");
        return true;
    case YAML_SCALAR_EVENT:
        return scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return container_open(b, NODE_LIST, event);
    case YAML_MAPPING_START_EVENT:
        return container_open(b, NODE_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return container_close(b);
    case YAML_STREAM_END_EVENT:
        b->done = true;
        return true;
    default:
        return true;
    }
}

/* Where libyaml stopped: reader faults know only the byte offset. */
static int problem_line(const yaml_parser_t *parser, const char *bytes, size_t len)
{
    if (parser->error != YAML_READER_ERROR)
        return (int)parser->problem_mark.line + 1;
    int line = 1;
    for (size_t i = 0; i < len && i < parser->problem_offset; i++)
        line += bytes[i] == '\n';
    return line;
}

static bool build(struct builder *b, const char *bytes, size_t len)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return refuse(b, 1, "the YAML reader could not be started");
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, len);
    bool ok = true;
    while (ok && !b->done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            faults_add(b->faults, b->conf->name, problem_line(&parser, bytes, len),
                       "not YAML: %s; check indentation, colons and quotes",
                       parser.problem ? parser.problem : "broken");
            ok = false;
            break;
        }
        ok = take(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return ok;
}

struct conf *conf_read_bytes(const char *name, const char *bytes, size_t len,
                             struct faults *faults)
{
    if (len > CONF_BYTES_MAX) {
        faults_add(faults, name, 1, "larger than 1 MB; split it");
        return NULL;
    }
    struct conf *conf = xcalloc(1, sizeof *conf);
    conf->name = xstrdup(name);
    conf->arena = arena_create(CONF_ARENA_MAX);
    struct builder builder = {.conf = conf, .faults = faults};
    if (!build(&builder, bytes, len))
        conf_destroy(&conf);
    return conf;
}

struct conf *conf_read_file(const char *path, struct faults *faults)
{
    size_t len;
    char *bytes = slurp(path, CONF_BYTES_MAX, &len, faults);
    struct conf *conf = bytes ? conf_read_bytes(path, bytes, len, faults) : NULL;
    free(bytes);
    return conf;
}

void conf_destroy(struct conf **conf)
{
    if (!*conf)
        return;
    arena_destroy(&(*conf)->arena);
    free((*conf)->name);
    free(*conf);
    *conf = NULL;
}

const char *conf_name(const struct conf *conf)
{
    return conf->name;
}

struct conf_node *conf_root(struct conf *conf)
{
    return conf->root;
}

int conf_line(const struct conf_node *node)
{
    return node ? node->line : 1;
}

const char *conf_file(const struct conf_node *node)
{
    return node ? node->conf->name : "configuration";
}

/* Remembers what was asked for, so that a mistyped key can be told its right name. */
static void asked(struct conf_node *map, const char *key)
{
    for (size_t i = 0; i < map->asked_count; i++)
        if (strcmp(map->asked[i], key) == 0)
            return;
    if (map->asked_count == CONF_ASKED_MAX)
        return;
    if (!map->asked)
        map->asked = arena_alloc(map->conf->arena, CONF_ASKED_MAX * sizeof *map->asked);
    map->asked[map->asked_count++] = arena_strdup(map->conf->arena, key);
}

struct conf_node *conf_get(struct conf_node *node, const char *key)
{
    if (!node || node->kind != NODE_MAP)
        return NULL;
    asked(node, key);
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->items[i]->key, key) == 0) {
            node->items[i]->known = true;
            return node->items[i];
        }
    return NULL;
}

size_t conf_length(const struct conf_node *node)
{
    if (!node || (node->kind == NODE_SCALAR && node->is_null))
        return 0;
    return node->kind == NODE_LIST ? node->count : 1;
}

struct conf_node *conf_item(struct conf_node *node, size_t index)
{
    if (index >= conf_length(node))
        return NULL;
    return node->kind == NODE_LIST ? node->items[index] : node;
}

size_t conf_keys(const struct conf_node *node)
{
    if (!node || node->kind != NODE_MAP)
        return 0;
    for (size_t i = 0; i < node->count; i++)
        node->items[i]->known = true;
    return node->count;
}

const char *conf_key(struct conf_node *node, size_t index, struct conf_node **ret_value)
{
    if (!node || node->kind != NODE_MAP || index >= node->count)
        return NULL;
    *ret_value = node->items[index];
    return node->items[index]->key;
}

void conf_leave(struct conf_node *node)
{
    if (node)
        node->left = true;
}

static void report_key(const struct conf_node *map, const struct conf_node *child,
                       struct faults *faults)
{
    const char *better = nearest(child->key, map->asked, map->asked_count);
    if (better)
        faults_add(faults, child->conf->name, child->line,
                   "`%s` is not known here; did you mean `%s`?", child->key, better);
    else
        faults_add(faults, child->conf->name, child->line,
                   "`%s` is not known here; remove it or look it up in the README", child->key);
}

void conf_report_unknown(struct conf_node *node, struct faults *faults)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->count; i++) {
        struct conf_node *child = node->items[i];
        if (node->kind == NODE_MAP && !child->known)
            report_key(node, child, faults);
        else if (!child->left)
            conf_report_unknown(child, faults);
    }
}
