/* conf_private.h: the node shared by conf.c and conf_scalar.c. */
#ifndef LOUBOT_HOST_CONF_PRIVATE_H
#define LOUBOT_HOST_CONF_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_ASKED_MAX 32 /* names remembered for suggestions, in one mapping */

struct arena;

struct conf {
    char *name;
    struct arena *arena;
    struct conf_node *root; /* NULL: the file is empty */
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct conf_node {
    enum node_kind kind;
    struct conf *conf;
    int line;
    const char *key;                       /* in a mapping */
    bool known;                            /* somebody asked for this key */
    bool left;                             /* another reader's: not reported from above */
    const char *text;                      /* scalar, as written */
    bool is_null;                          /* scalar: empty, ~ or null without quotes */
    struct conf_node *first, *last, *next; /* while reading */
    struct conf_node **items;              /* children in file order */
    size_t count;
    const char **asked;
    size_t asked_count;
};

#endif
