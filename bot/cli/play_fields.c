#include "cli/play_fields.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"

#define PATH_MAX_BYTES 64

struct check {
    play_is_called_cb *is_called;
    void *arg;
};

/* A value of the event by a dotted name; NULL when there is none. */
static json_t *find(json_t *event, const char *name)
{
    while (event) {
        size_t len = strcspn(name, ".");
        char key[PATH_MAX_BYTES];
        if (len >= sizeof key)
            return NULL;
        memcpy(key, name, len);
        key[len] = '\0';
        event = json_object_get(event, key);
        if (!name[len])
            return event;
        name += len + 1;
    }
    return NULL;
}

static bool by_order(int order, enum play_op op)
{
    switch (op) {
    case PLAY_EQ:
        return order == 0;
    case PLAY_NE:
        return order != 0;
    case PLAY_GE:
        return order >= 0;
    case PLAY_LE:
        return order <= 0;
    case PLAY_GT:
        return order > 0;
    default:
        return order < 0;
    }
}

static bool number_of(const char *text, double *ret)
{
    char *end;
    errno = 0;
    *ret = strtod(text, &end);
    return end != text && !*end && errno == 0 && isfinite(*ret);
}

static bool read_number(json_t *value, double *ret)
{
    if (json_is_string(value))
        return number_of(json_string_value(value), ret);
    *ret = json_number_value(value);
    return json_is_number(value);
}

static bool is_time(const char *text)
{
    return strlen(text) >= 10 && strspn(text, "0123456789") == 4 && text[4] == '-' &&
           text[7] == '-';
}

/* "2026-03-03 18:00" never stands in a script, since fields end at a space. */
static int order_text(const struct check *check, const char *actual, const char *expected)
{
    if (is_time(actual) && is_time(expected))
        return strncmp(actual, expected, strlen(expected));
    if (strcmp(actual, expected) == 0 || play_glob(expected, actual) ||
        check->is_called(check->arg, actual, expected))
        return 0;
    return strcmp(actual, expected);
}

static bool is_in_list(const struct check *check, json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        if (text && order_text(check, text, word) == 0)
            return true;
    }
    return false;
}

static bool holds_list(const struct check *check, json_t *list, const struct play_field *field)
{
    double expected, count = (double)json_array_size(list);
    if (number_of(field->value, &expected))
        return by_order(count < expected ? -1 : count > expected, field->op);
    bool empty = strcmp(field->value, "null") == 0;
    bool found = empty ? count == 0 : is_in_list(check, list, field->value);
    return by_order(found ? 0 : 1, field->op);
}

static bool holds(const struct check *check, json_t *actual, const struct play_field *field)
{
    double number, expected;
    if (json_is_array(actual))
        return holds_list(check, actual, field);
    bool null = !actual || json_is_null(actual);
    if (null || strcmp(field->value, "null") == 0) {
        bool same = null && strcmp(field->value, "null") == 0;
        return field->op == PLAY_EQ ? same : field->op == PLAY_NE && !same;
    }
    if (json_is_boolean(actual))
        return by_order(strcmp(json_is_true(actual) ? "true" : "false", field->value),
                        field->op);
    bool numbers = number_of(field->value, &expected) && read_number(actual, &number);
    if (numbers)
        return by_order(number < expected ? -1 : number > expected, field->op);
    return json_is_string(actual) &&
           by_order(order_text(check, json_string_value(actual), field->value), field->op);
}

static void tell(const struct play_field *field, json_t *event, struct buf *why)
{
    json_t *actual = find(event, field->name);
    if (why->len)
        buf_puts(why, "\n");
    if (!actual) {
        buf_printf(why, "an event has no field %s", field->name);
        return;
    }
    char *text = json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT);
    buf_printf(why, "%s is ", field->name);
    if (json_is_array(actual))
        buf_printf(why, "a list of %zu: ", json_array_size(actual));
    buf_puts(why, json_is_string(actual) ? json_string_value(actual) : text ? text : "?");
    free(text);
}

bool play_fields_check(const struct play_line *line, const char *event_json,
                       play_is_called_cb *is_called, void *arg, struct buf *why)
{
    struct check check = {is_called, arg};
    json_t *event = json_loads(event_json, 0, NULL);
    bool all = true;
    buf_clear(why);
    for (size_t i = 0; i < line->field_count; i++) {
        if (holds(&check, find(event, line->fields[i].name), &line->fields[i]))
            continue;
        all = false;
        tell(&line->fields[i], event, why);
    }
    json_decref(event);
    return all;
}
