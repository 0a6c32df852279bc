/* play_in.c: bytes from the director → inputs. Pure. */
#include "adapters/play/play.h"

#include <jansson.h>
#include <string.h>

static const char *text_of(json_t *object, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static bool flag_of(json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static int read_segment(json_t *item, struct segment *segment, struct arena *arena)
{
    static const struct {
        const char *name;
        enum segment_kind kind;
    } kinds[] = {{"text", SEGMENT_TEXT},
                 {"at", SEGMENT_AT},
                 {"image", SEGMENT_IMAGE},
                 {"reply", SEGMENT_REPLY}};
    const char *kind = json_string_value(json_object_get(item, "kind"));
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i].name) != 0)
            continue;
        segment->kind = kinds[i].kind;
        segment->text = text_of(item, "text", arena);
        segment->id = text_of(item, "id", arena);
        segment->self = flag_of(item, "self");
        bool by_id = segment->kind == SEGMENT_IMAGE || segment->kind == SEGMENT_REPLY;
        return (by_id ? segment->id : segment->text) ? 0 : ERR_INVALID;
    }
    return ERR_INVALID;
}

static int read_segments(json_t *list, struct play_in *in, struct arena *arena)
{
    size_t count = json_array_size(list);
    if (count > MESSAGE_SEGMENTS_MAX)
        return ERR_FULL;
    in->segments = arena_alloc(arena, (count + 1) * sizeof *in->segments);
    for (size_t i = 0; i < count; i++) {
        if (read_segment(json_array_get(list, i), &in->segments[i], arena) != 0)
            return ERR_INVALID;
    }
    in->input.segments = in->segments;
    in->input.segment_count = count;
    return 0;
}

static int read_input(json_t *line, struct play_in *in, struct arena *arena,
                      const char **reterr)
{
    struct input *input = &in->input;
    input->group = text_of(line, "group", arena);
    input->direct = flag_of(line, "direct");
    input->user = input->user_name = text_of(line, "user", arena);
    input->from_bot = flag_of(line, "bot");
    input->message = text_of(line, "id", arena);
    input->time_ms = json_integer_value(json_object_get(line, "time"));
    input->backfilled = flag_of(line, "backfilled");
    input->value = text_of(line, "value", arena);
    input->token = (uint64_t)json_integer_value(json_object_get(line, "token"));
    *reterr = "group, user or id is missing";
    if (!input->group || !input->user || !input->message)
        return ERR_INVALID;
    *reterr = "a reaction without its value";
    if (input->kind == INPUT_REACTION && !input->value)
        return ERR_INVALID;
    *reterr = "segments are not understood";
    return read_segments(json_object_get(line, "segments"), in, arena);
}

static int read_line(json_t *line, struct play_in *in, struct arena *arena, const char **reterr)
{
    static const struct {
        const char *type;
        enum play_in_kind kind;
        enum input_kind input;
    } types[] = {
        {"message", PLAY_IN_INPUT, INPUT_MESSAGE},
        {"edit", PLAY_IN_INPUT, INPUT_EDIT},
        {"recall", PLAY_IN_INPUT, INPUT_RECALL},
        {"reaction", PLAY_IN_INPUT, INPUT_REACTION},
        {"sent", PLAY_IN_SENT, INPUT_MESSAGE},
        {"backfilled", PLAY_IN_BACKFILLED, INPUT_MESSAGE},
    };
    const char *type = json_string_value(json_object_get(line, "type"));
    *reterr = "an unknown type";
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
        if (strcmp(type, types[i].type) != 0)
            continue;
        in->kind = types[i].kind;
        in->input.kind = types[i].input;
        if (in->kind == PLAY_IN_INPUT)
            return read_input(line, in, arena, reterr);
        in->send = (uint64_t)json_integer_value(json_object_get(line, "send"));
        in->message = text_of(line, "message", arena);
        in->group = text_of(line, "group", arena);
        *reterr = "message or group is missing";
        return (in->kind == PLAY_IN_SENT ? in->message : in->group) ? 0 : ERR_INVALID;
    }
    return ERR_INVALID;
}

int play_in_parse(const char *line, size_t len, struct play_in *ret, struct arena *arena,
                  const char **reterr)
{
    struct play_in in = {0};
    *reterr = "the line is not a JSON object";
    json_t *json = json_loadb(line, len, 0, NULL);
    int error = json_is_object(json) ? read_line(json, &in, arena, reterr) : ERR_INVALID;
    json_decref(json);
    if (error == 0)
        *ret = in;
    return error;
}
