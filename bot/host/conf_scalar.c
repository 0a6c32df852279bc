/* conf_scalar.c: single values of a configuration: texts with ${NAME}, numbers, switches, time
 * spans. Faults name the value as it is written in the file, never what the environment put
 * there (it may be a secret). */
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/conf_private.h"
#include "host/mem.h"

#define SCALAR_MAX (256 * 1024)
#define VARIABLE_MAX 128

static void fault(struct conf_node *node, struct faults *faults, const char *what)
{
    faults_add(faults, node->conf->name, node->line, "%s%s%s%s", node->key ? "`" : "",
               node->key ? node->key : "the value", node->key ? "` " : " ", what);
}

/* Appends what stands for the text between "${" and "}": NAME, or NAME:-otherwise. */
static void variable(struct conf_node *node, const char *from, size_t len, struct buf *out,
                     struct faults *faults)
{
    char name[VARIABLE_MAX];
    if (len >= sizeof name) {
        fault(node, faults, "has a variable name that is too long; shorten it");
        return;
    }
    memcpy(name, from, len);
    name[len] = '\0';
    char *otherwise = strstr(name, ":-");
    if (otherwise) {
        *otherwise = '\0';
        otherwise += 2;
    }
    const char *value = getenv(name);
    if (value && *value)
        buf_puts(out, value);
    else if (otherwise)
        buf_puts(out, otherwise);
    else if (!value)
        faults_add(faults, node->conf->name, node->line,
                   "the environment variable %s is not set; set it, or write the value here",
                   name);
}

/* The text with variables put in; "$${" stands for a literal "${". */
static const char *expand(struct conf_node *node, struct faults *faults)
{
    const char *p = strstr(node->text, "${");
    if (!p)
        return node->text;
    struct buf out;
    buf_init(&out, SCALAR_MAX);
    const char *from = node->text;
    for (; p; p = strstr(from, "${")) {
        const char *end = strchr(p, '}');
        bool literal = p > from && p[-1] == '$';
        buf_add(&out, from, (size_t)(p - from) - literal);
        if (literal) {
            buf_puts(&out, "${");
            from = p + 2;
        } else if (end) {
            variable(node, p + 2, (size_t)(end - p) - 2, &out, faults);
            from = end + 1;
        } else {
            fault(node, faults, "has `${` without `}`; close it, or write `$${`");
            from = p + strlen(p);
        }
    }
    buf_puts(&out, from);
    if (out.failed)
        fault(node, faults, "is too long; shorten it");
    const char *text = arena_strdup(node->conf->arena, buf_text(&out));
    buf_finish(&out);
    return text;
}

/* NULL: absent, or (with a fault) no scalar. */
static const char *text_of(struct conf_node *node, const char *wanted, struct faults *faults)
{
    if (!node || node->is_null)
        return NULL;
    if (node->kind == NODE_SCALAR)
        return expand(node, faults);
    faults_add(faults, node->conf->name, node->line, "`%s` is a %s; write %s",
               node->key ? node->key : "value", node->kind == NODE_LIST ? "list" : "mapping",
               wanted);
    return NULL;
}

const char *conf_string(struct conf_node *node, const char *fallback, struct faults *faults)
{
    const char *text = text_of(node, "one text", faults);
    return text ? text : fallback;
}

bool conf_is_literal(const struct conf_node *node)
{
    return node && node->kind == NODE_SCALAR && !node->is_null && *node->text &&
           !strstr(node->text, "${");
}

int64_t conf_int(struct conf_node *node, int64_t fallback, int64_t min, int64_t max,
                 struct faults *faults)
{
    const char *text = text_of(node, "a whole number", faults);
    if (!text)
        return fallback;
    char *end;
    long long value = strtoll(text, &end, 10);
    bool number = end != text && !*end && !strchr(" \t+", *text);
    if (number && value >= min && value <= max)
        return value;
    faults_add(faults, node->conf->name, node->line,
               "`%s` is no whole number from %lld to %lld; mend `%s`", node->text,
               (long long)min, (long long)max, node->key ? node->key : "it");
    return fallback;
}

bool conf_bool(struct conf_node *node, bool fallback, struct faults *faults)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    const char *text = text_of(node, "true or false", faults);
    if (!text)
        return fallback;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return i % 2;
    fault(node, faults, "is neither true nor false; write one of them");
    return fallback;
}

static int64_t unit_ms(const char *unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].ms;
    return 0;
}

int64_t conf_span_ms(struct conf_node *node, int64_t fallback, struct faults *faults)
{
    const char *text = text_of(node, "a time span such as 30s, 5m, 2h or 7d", faults);
    if (!text)
        return fallback;
    char *end;
    long long amount = strtoll(text, &end, 10);
    int64_t ms = unit_ms(end);
    if (strcmp(text, "0") == 0)
        return 0;
    if (end != text && strchr("0123456789", *text) && ms && amount <= INT64_C(3650) * 86400)
        return amount * ms;
    fault(node, faults, "is no time span; write 30s, 5m, 2h or 7d");
    return fallback;
}
