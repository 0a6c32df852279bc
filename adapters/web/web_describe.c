#include "adapters/web/web_describe.h"

#include <jansson.h>
#include <string.h>

#include "bot/adapter.h"

char *web_describe_bot(const char *text, bool *ret_demo)
{
    json_t *list = json_loads(text, 0, NULL), *first = json_array_get(list, 0);
    const char *bot = json_string_value(json_object_get(first, "bot"));
    char *copy = bot ? xstrdup(bot) : NULL;
    *ret_demo = json_is_true(json_object_get(first, "demo"));
    json_decref(list);
    return copy;
}

static void each_group(const json_t *community, void (*cb)(void *arg, const char *name),
                       void *arg)
{
    json_t *groups = json_object_get(community, "groups");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        json_t *group = json_array_get(groups, i);
        const char *name = json_string_value(json_object_get(group, "name"));
        const char *kind = json_string_value(json_object_get(group, "kind"));
        if (name && kind && strcmp(kind, "direct") != 0)
            cb(arg, name);
    }
}

void web_describe_groups(const char *text, void (*cb)(void *arg, const char *name), void *arg)
{
    json_t *list = json_loads(text, 0, NULL);
    for (size_t i = 0; i < json_array_size(list); i++)
        each_group(json_array_get(list, i), cb, arg);
    json_decref(list);
}
