/* conf.h: configuration files (YAML, by libyaml; every node knows its line). Caps on size,
 * depth and number of nodes; anchors, aliases and tags are refused.
 *
 * A reader takes what it knows by name; conf_report_unknown() then names every key that nobody
 * asked for. Faults are collected, not thrown: one pass shows them all.
 */
#ifndef LOUBOT_HOST_CONF_H
#define LOUBOT_HOST_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A list of faults that a person must mend: "file:line: what is wrong; what to do". Capped at
 * 1,000. */
struct faults;
struct faults *faults_create(void);
void faults_destroy(struct faults **faults);
void faults_add(struct faults *faults, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
size_t faults_count(const struct faults *faults);
const char *faults_text(const struct faults *faults, size_t index);
/* Writes them, a line each; returns how many. */
size_t faults_print(const struct faults *faults, FILE *file);

struct conf;      /* one file read */
struct conf_node; /* a mapping, list or scalar in it; lives as long as the conf */

/* Reads a file, or bytes under a name. On broken YAML adds a fault and returns NULL. */
struct conf *conf_read_file(const char *path, struct faults *faults);
struct conf *conf_read_bytes(const char *name, const char *bytes, size_t len,
                             struct faults *faults);
void conf_destroy(struct conf **conf);
const char *conf_name(const struct conf *conf);

struct conf_node *conf_root(struct conf *conf);
int conf_line(const struct conf_node *node);
/* The file that it stands in; of NULL: "configuration". */
const char *conf_file(const struct conf_node *node);
/* Child of a mapping by key; NULL when absent or when `node` is NULL or no mapping. Marks the
 * key as known. */
struct conf_node *conf_get(struct conf_node *node, const char *key);
/* Lists: length and items. A NULL or empty node has length 0. A scalar or a mapping counts as a
 * list of one. */
size_t conf_length(const struct conf_node *node);
struct conf_node *conf_item(struct conf_node *node, size_t index);
/* Mappings: keys in file order. Marks them known. */
size_t conf_keys(const struct conf_node *node);
const char *conf_key(struct conf_node *node, size_t index, struct conf_node **ret_value);
/* Scalars. `${NAME}` in a scalar is replaced by that environment variable (absent: a fault, and
 * ""; `${NAME:-text}` gives the text then, `$${` a literal `${`). A wrong type adds a fault and
 * gives the default; so does a NULL node, without the fault.
 */
const char *conf_string(struct conf_node *node, const char *fallback, struct faults *faults);
/* A text that stands in the file itself: a scalar without any `${NAME}`, not empty. */
bool conf_is_literal(const struct conf_node *node);
int64_t conf_int(struct conf_node *node, int64_t fallback, int64_t min, int64_t max,
                 struct faults *faults);
bool conf_bool(struct conf_node *node, bool fallback, struct faults *faults);
/* A time span such as "30s", "5m", "2h", "7d", in milliseconds. */
int64_t conf_span_ms(struct conf_node *node, int64_t fallback, struct faults *faults);
/* Leaves everything below `node` to another reader (an adapter): conf_report_unknown() of a
 * node above it does not look there. */
void conf_leave(struct conf_node *node);
/* Adds a fault for every key below `node` that was never asked for, with the nearest known one.
 */
void conf_report_unknown(struct conf_node *node, struct faults *faults);

#endif
