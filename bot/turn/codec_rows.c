/* codec_rows.c: the stored JSON of the roster's amendments, and what the audit says of them.
 *
 * When you add a column to the roster: a row in `columns`.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

struct column {
    const char *key;
    size_t offset;
};
#define COLUMN(name)                                                                           \
    {                                                                                          \
#name, offsetof(struct roster_entry, name)                                             \
    }
static const struct column columns[] = {
    COLUMN(id),     COLUMN(name), COLUMN(role), COLUMN(owner), COLUMN(area),
    COLUMN(direct), COLUMN(ids),  COLUMN(from), COLUMN(until), COLUMN(deputy)};
#define COLUMNS (sizeof columns / sizeof *columns)

static const char **cell(const struct column *column, struct roster_entry *entry)
{
    return (const char **)((char *)entry + column->offset);
}

static char *dump(json_t *json, struct arena *arena)
{
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    char *copy = arena_strdup(arena, text ? text : "{}");
    free(text);
    return copy;
}

char *amendment_encode(const struct amendment *amendment, struct arena *arena)
{
    struct roster_entry entry = amendment->entry;
    json_t *json = json_object();
    for (size_t i = 0; i < COLUMNS; i++)
        if (*cell(&columns[i], &entry))
            json_object_set_new(json, columns[i].key, json_string(*cell(&columns[i], &entry)));
    json_object_set_new(json, "by", json_string(amendment->by));
    json_object_set_new(json, "at", json_integer(amendment->at_ms));
    return dump(json, arena);
}

int amendment_decode(struct amendment *amendment, const char *text, struct arena *arena)
{
    json_t *json = json_loads(text, 0, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        *cell(&columns[i], &amendment->entry) =
            arena_strdup(arena, json_string_value(json_object_get(json, columns[i].key)));
    amendment->by = arena_strdup(arena, json_string_value(json_object_get(json, "by")));
    amendment->at_ms = json_integer_value(json_object_get(json, "at"));
    json_decref(json);
    return amendment->entry.id && amendment->by ? 0 : ERR_INVALID;
}

char *audit_encode(const char *what, const struct roster_entry *entry, const char *by,
                   const char *giver, int64_t at_ms, struct arena *arena)
{
    json_t *json = json_pack("{ss ss sI}", "what", what, "by", by, "at", (json_int_t)at_ms);
    const char *const told[][2] = {{"who", entry->id},      {"giver", giver},
                                   {"role", entry->role},   {"owner", entry->owner},
                                   {"area", entry->area},   {"from", entry->from},
                                   {"until", entry->until}, {"deputy", entry->deputy}};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (told[i][1])
            json_object_set_new(json, told[i][0], json_string(told[i][1]));
    return dump(json, arena);
}
