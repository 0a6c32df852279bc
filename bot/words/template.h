/* template.h: the wording of outgoing messages: a subset of Mustache: variables, sections,
 * inverted sections and comments. Chat is not HTML, so {{x}} does not escape; pages use
 * template_render_html(), where {{x}} escapes and {{{x}}} does not. Text from chat is only ever
 * a value: a value that looks like a template stays as it is.
 *
 * Written by hand: Debian has no Mustache library for C.
 */
#ifndef LOUBOT_WORDS_TEMPLATE_H
#define LOUBOT_WORDS_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/buf.h"

struct template;
struct faults;

/* Compiles. On a fault (unclosed section, unknown tag kind) adds it with file and line, and
 * returns NULL. */
struct template *template_compile(const char *name, const char *text, size_t len,
                                  struct faults *faults);
void template_destroy(struct template **template);

/* Values: a tree. A lookup walks from the innermost section outwards; dotted names walk down.
 */
struct value;
enum value_kind { VALUE_NONE, VALUE_FALSE, VALUE_TRUE, VALUE_TEXT, VALUE_LIST, VALUE_MAP };
struct value {
    const char *key; /* in a map */
    enum value_kind kind;
    const char *text;          /* TEXT */
    const struct value *items; /* LIST and MAP */
    size_t count;
};

/* Appends the rendered text. An unknown variable renders as nothing. The result is capped by
 * the buffer's limit. */
void template_render(const struct template *template, const struct value *values,
                     struct buf *out);
void template_render_html(const struct template *template, const struct value *values,
                          struct buf *out);
/* The variable and section names it uses, for `check`: calls `cb` for each. */
void template_names(const struct template *template, void (*cb)(void *arg, const char *name),
                    void *arg);

#endif
