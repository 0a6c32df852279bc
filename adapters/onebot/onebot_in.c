/* onebot_in.c: one frame of an OneBot v11 implementation, read. Called by onebot.c (frames of a
 * link), onebot_http.c (answers to HTTP calls) and the fuzzer.
 *
 * An event has `post_type`, an answer has `retcode`. Numbers may come as integers or strings,
 * sender fields may all be missing, and whatever we do not know is ignored: implementations add
 * to the protocol freely. When you add a notice, add its row to `notices`.
 */
#include "adapters/onebot/onebot_in.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/onebot/onebot_emoji.h"
#include "adapters/onebot/onebot_segment.h"

#define NAME_MAX 96
#define WHY_MAX 200
#define HISTORY_MAX 256 /* messages taken from one page of history */

struct reading {
    struct arena *arena;
    const char *self_id;
    const json_t *root;
    struct onebot_frame *frame;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is(const json_t *object, const char *key, const char *value)
{
    return strcmp(text_of(object, key), value) == 0;
}

static const char *id_of(struct reading *reading, const json_t *object, const char *key)
{
    return onebot_id(json_object_get(object, key), reading->arena);
}

static void verdict(struct reading *reading, enum onebot_kind kind, const char *why)
{
    reading->frame->kind = kind;
    reading->frame->why = why;
}

/* Seconds (or, from some bridges, milliseconds) as milliseconds; 0 when there is no time. */
static int64_t time_of(const json_t *object)
{
    const json_t *time = json_object_get(object, "time");
    double real = json_number_value(time);
    if (!json_is_number(time) || !(real > 0 && real < 4e12))
        return 0;
    int64_t value = json_is_integer(time) ? json_integer_value(time) : (int64_t)real;
    return value < 100000000000 ? value * 1000 : value;
}

static const char *sender_name(struct reading *reading, const json_t *message)
{
    static const char *const keys[] = {"card", "nickname"};
    const json_t *sender = json_object_get(message, "sender");
    for (int i = 0; i < 2; i++) {
        const char *name =
            onebot_text(json_object_get(sender, keys[i]), NAME_MAX, reading->arena);
        if (name && *name)
            return name;
    }
    return NULL;
}

static const char *sender_id(struct reading *reading, const json_t *message)
{
    const char *user = id_of(reading, message, "user_id");
    return user ? user : id_of(reading, json_object_get(message, "sender"), "user_id");
}

/* A message, as an event or as an entry of a history. NULL: well; else what is wrong. */
static const char *read_message(struct reading *reading, const json_t *message,
                                struct input *input)
{
    bool private = is(message, "message_type", "private");
    input->kind = INPUT_MESSAGE;
    input->user = sender_id(reading, message);
    input->message = id_of(reading, message, "message_id");
    input->time_ms = time_of(message);
    input->direct = private;
    input->group = private ? input->user : id_of(reading, message, "group_id");
    if (!input->user || !input->message || !input->group)
        return "a message without usable ids";
    if (!input->time_ms)
        return "a message without a time";
    if (onebot_segments(json_object_get(message, "message"), reading->self_id, reading->arena,
                        input))
        return "a message without content";
    input->user_name = sender_name(reading, message);
    if (!input->user_name)
        input->user_name = input->user;
    input->from_bot = reading->self_id && strcmp(input->user, reading->self_id) == 0;
    return NULL;
}

/* Implementations name the group of a temporary chat in one of two places. */
static const char *via_group(struct reading *reading)
{
    const json_t *root = reading->root;
    if (!is(root, "message_type", "private") || !is(root, "sub_type", "group"))
        return NULL;
    const char *group = id_of(reading, root, "group_id");
    return group ? group : id_of(reading, json_object_get(root, "sender"), "group_id");
}

static void read_message_event(struct reading *reading)
{
    if (is(reading->root, "sub_type", "notice")) {
        verdict(reading, ONEBOT_IGNORED, "a system line in a group");
        return;
    }
    const char *fault = read_message(reading, reading->root, &reading->frame->input);
    if (fault)
        verdict(reading, ONEBOT_BAD, fault);
    else if (reading->frame->input.segment_count == 0)
        verdict(reading, ONEBOT_IGNORED, "an empty message");
    else
        reading->frame->kind = ONEBOT_INPUT;
    reading->frame->via = via_group(reading);
}

/* What recalls and reactions have in common; false (and said) when something is missing. */
static bool read_about(struct reading *reading, enum input_kind kind, const char *actor)
{
    struct input *input = &reading->frame->input;
    input->kind = kind;
    input->user = id_of(reading, reading->root, actor);
    if (!input->user)
        input->user = id_of(reading, reading->root, "user_id");
    input->user_name = input->user;
    input->message = id_of(reading, reading->root, "message_id");
    input->time_ms = time_of(reading->root);
    input->group = id_of(reading, reading->root, "group_id");
    if (!input->user || !input->message || !input->group || !input->time_ms) {
        verdict(reading, ONEBOT_BAD, "a notice without usable ids");
        return false;
    }
    input->from_bot = reading->self_id && strcmp(input->user, reading->self_id) == 0;
    reading->frame->kind = ONEBOT_INPUT;
    return true;
}

static void read_group_recall(struct reading *reading)
{
    read_about(reading, INPUT_RECALL, "operator_id");
}

static void read_friend_recall(struct reading *reading)
{
    struct input *input = &reading->frame->input;
    input->kind = INPUT_RECALL;
    input->user = input->group = id_of(reading, reading->root, "user_id");
    input->user_name = input->user;
    input->message = id_of(reading, reading->root, "message_id");
    input->time_ms = time_of(reading->root);
    input->direct = true;
    if (!input->user || !input->message || !input->time_ms)
        verdict(reading, ONEBOT_BAD, "a notice without usable ids");
    else
        reading->frame->kind = ONEBOT_INPUT;
}

static void read_emoji(struct reading *reading, const char *actor, const json_t *id)
{
    char value[ONEBOT_EMOJI_SIZE];
    const char *emoji = onebot_id(id, reading->arena);
    if (!emoji) {
        verdict(reading, ONEBOT_BAD, "a reaction without an emoji");
        return;
    }
    if (!read_about(reading, INPUT_REACTION, actor))
        return;
    onebot_emoji_of(emoji, value);
    reading->frame->input.value = arena_strdup(reading->arena, value);
}

static void read_emoji_like(struct reading *reading)
{
    const json_t *likes = json_object_get(reading->root, "likes");
    if (json_is_false(json_object_get(reading->root, "is_add")))
        verdict(reading, ONEBOT_IGNORED, "a reaction taken back");
    else
        read_emoji(reading, "user_id", json_object_get(json_array_get(likes, 0), "emoji_id"));
}

static void read_reaction(struct reading *reading)
{
    if (!is(reading->root, "sub_type", "add"))
        verdict(reading, ONEBOT_IGNORED, "a reaction taken back");
    else
        read_emoji(reading, "operator_id", json_object_get(reading->root, "code"));
}

/* Notices about ourselves in a group; those about others are nothing to us. `everybody`: the
 * notice may name nobody (user 0) and then means all. */
static bool about_us(struct reading *reading, bool everybody)
{
    const char *user = id_of(reading, reading->root, "user_id");
    reading->frame->group = id_of(reading, reading->root, "group_id");
    if (!reading->frame->group || !user) {
        verdict(reading, ONEBOT_BAD, "a notice without usable ids");
        return false;
    }
    bool ours = (reading->self_id && strcmp(user, reading->self_id) == 0) ||
                (everybody && strcmp(user, "0") == 0);
    if (!ours)
        verdict(reading, ONEBOT_IGNORED, "a notice about somebody else");
    return ours;
}

static void read_ban(struct reading *reading)
{
    if (!about_us(reading, true))
        return;
    const json_t *duration = json_object_get(reading->root, "duration");
    bool lifted = is(reading->root, "sub_type", "lift_ban");
    reading->frame->kind = lifted ? ONEBOT_UNMUTED : ONEBOT_MUTED;
    json_int_t seconds = json_integer_value(duration);
    if (seconds > 0 && seconds < 366 * 86400)
        reading->frame->duration_ms = seconds * 1000;
}

static void read_decrease(struct reading *reading)
{
    if (is(reading->root, "sub_type", "disband") || is(reading->root, "sub_type", "kick_me")) {
        reading->frame->group = id_of(reading, reading->root, "group_id");
        reading->frame->kind = reading->frame->group ? ONEBOT_REMOVED : ONEBOT_BAD;
        reading->frame->why = "a notice without usable ids";
    } else if (about_us(reading, false)) {
        reading->frame->kind = ONEBOT_REMOVED;
    }
}

static void read_increase(struct reading *reading)
{
    if (about_us(reading, false))
        reading->frame->kind = ONEBOT_JOINED;
}

static void read_offline(struct reading *reading)
{
    const char *why =
        onebot_text(json_object_get(reading->root, "message"), WHY_MAX, reading->arena);
    verdict(reading, ONEBOT_OFFLINE, why ? why : "");
}

static const struct {
    const char *type;
    void (*read)(struct reading *reading);
} notices[] = {
    {"group_recall", read_group_recall},
    {"friend_recall", read_friend_recall},
    {"group_msg_emoji_like", read_emoji_like},
    {"reaction", read_reaction},
    {"group_ban", read_ban},
    {"group_decrease", read_decrease},
    {"group_increase", read_increase},
    {"bot_offline", read_offline},
};

static void read_notice(struct reading *reading)
{
    verdict(reading, ONEBOT_IGNORED, "a notice that we have no use for");
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (is(reading->root, "notice_type", notices[i].type))
            notices[i].read(reading);
}

static void read_meta(struct reading *reading)
{
    if (is(reading->root, "meta_event_type", "lifecycle")) {
        reading->frame->kind = ONEBOT_LIFECYCLE;
    } else if (is(reading->root, "meta_event_type", "heartbeat")) {
        const json_t *status = json_object_get(reading->root, "status");
        double interval = json_number_value(json_object_get(reading->root, "interval"));
        reading->frame->kind = ONEBOT_HEARTBEAT;
        reading->frame->online = !json_is_false(json_object_get(status, "online"));
        reading->frame->interval_ms =
            interval >= 1 && interval <= 3600000 ? (int64_t)interval : 0;
    } else {
        verdict(reading, ONEBOT_IGNORED, "an unknown meta event");
    }
}

static void read_event(struct reading *reading)
{
    reading->frame->self_id = id_of(reading, reading->root, "self_id");
    if (is(reading->root, "post_type", "message"))
        read_message_event(reading);
    else if (is(reading->root, "post_type", "notice"))
        read_notice(reading);
    else if (is(reading->root, "post_type", "meta_event"))
        read_meta(reading);
    else if (is(reading->root, "post_type", "message_sent"))
        verdict(reading, ONEBOT_IGNORED, "our own message");
    else
        verdict(reading, ONEBOT_IGNORED, "an event that we have no use for");
}

/* The messages of one page of history; entries that cannot be read are left out. */
static void read_history(struct reading *reading, const json_t *messages,
                         struct onebot_reply *reply)
{
    size_t count = json_array_size(messages);
    if (count > HISTORY_MAX)
        count = HISTORY_MAX;
    struct input *inputs = arena_alloc(reading->arena, (count + 1) * sizeof *inputs);
    const char **seqs = arena_alloc(reading->arena, (count + 1) * sizeof *seqs);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *message = json_array_get(messages, i);
        if (read_message(reading, message, &inputs[used])) {
            inputs[used] = (struct input){0};
            continue;
        }
        inputs[used].backfilled = true;
        seqs[used++] = id_of(reading, message, "message_seq");
    }
    reply->has_messages = true;
    reply->inputs = inputs;
    reply->input_seqs = seqs;
    reply->input_count = used;
}

static void read_reply(struct reading *reading)
{
    struct onebot_reply *reply = &reading->frame->reply;
    const json_t *data = json_object_get(reading->root, "data");
    const json_t *messages = json_object_get(data, "messages");
    const char *text =
        onebot_text(json_object_get(reading->root, "message"), WHY_MAX, reading->arena);
    if (!text || !*text)
        text = onebot_text(json_object_get(reading->root, "wording"), WHY_MAX, reading->arena);
    reading->frame->kind = ONEBOT_REPLY;
    reply->echo =
        onebot_text(json_object_get(reading->root, "echo"), ONEBOT_ID_MAX, reading->arena);
    reply->retcode = (int)json_integer_value(json_object_get(reading->root, "retcode"));
    reply->ok = is(reading->root, "status", "ok") && reply->retcode == 0;
    reply->unknowable = is(reading->root, "status", "async");
    reply->text = text ? text : "";
    reply->message = id_of(reading, data, "message_id");
    reply->user = id_of(reading, data, "user_id");
    if (json_is_array(messages))
        read_history(reading, messages, reply);
}

/* Half of a surrogate pair, as JavaScript writes it when a person has cut an emoji in two, is
 * no JSON to jansson; a report is not lost for that. Returns a malloc'ed copy with U+FFFD in
 * its place, or NULL when there was none. */
static unsigned surrogate_at(const char *bytes, size_t len)
{
    if (len < 6 || bytes[0] != '\\' || bytes[1] != 'u')
        return 0;
    char digits[5] = {bytes[2], bytes[3], bytes[4], bytes[5], '\0'};
    char *end;
    unsigned long unit = strtoul(digits, &end, 16);
    return *end == '\0' && unit >= 0xD800 && unit < 0xE000 ? (unsigned)unit : 0;
}

static char *mend_surrogates(const char *bytes, size_t len)
{
    char *copy = xstrndup(bytes, len);
    bool mended = false;
    for (size_t i = 0; i + 6 <= len; i++) {
        unsigned unit = surrogate_at(bytes + i, len - i);
        if (bytes[i] == '\\' && !unit) {
            i++; /* an escape of another kind: its second character begins none */
        } else if (unit >= 0xD800 && unit < 0xDC00 &&
                   surrogate_at(bytes + i + 6, len - i - 6) >= 0xDC00) {
            i += 11;
        } else if (unit) {
            memcpy(copy + i, "\\ufffd", 6);
            mended = true;
            i += 5;
        }
    }
    if (!mended) {
        free(copy);
        return NULL;
    }
    return copy;
}

static json_t *load(const char *bytes, size_t len)
{
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_ALLOW_NUL, &error);
    char *mended = root ? NULL : mend_surrogates(bytes, len);
    if (mended)
        root = json_loadb(mended, len, JSON_ALLOW_NUL, &error);
    free(mended);
    return root;
}

void onebot_in(const char *bytes, size_t len, const char *self_id, struct arena *arena,
               struct onebot_frame *frame)
{
    *frame = (struct onebot_frame){.reply.text = ""};
    json_t *root = len <= ONEBOT_FRAME_MAX ? load(bytes, len) : NULL;
    struct reading reading = {arena, self_id, root, frame};
    if (!json_is_object(root))
        verdict(&reading, ONEBOT_BAD, "not a JSON object");
    else if (json_is_string(json_object_get(root, "post_type")))
        read_event(&reading);
    else if (json_is_integer(json_object_get(root, "retcode")))
        read_reply(&reading);
    else
        verdict(&reading, ONEBOT_BAD, "neither an event nor an answer");
    json_decref(root);
}
