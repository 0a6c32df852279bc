/* onebot_in.c: one frame of an OneBot v11 implementation, read. Called by onebot.c (frames of a
 * link), onebot_http.c (answers to HTTP calls) and the fuzzer.
 *
 * An event has `post_type`, an answer has `retcode`. Numbers may come as integers or strings,
 * sender fields may all be missing, and whatever we do not know is ignored: implementations add
 * to the protocol freely. When you add a notice, add its row to `notices`.
 */
#include "adapters/onebot/onebot_in.h"

#include <string.h>

#include "adapters/onebot/onebot_emoji.h"
#include "adapters/onebot/onebot_segment.h"

#define NAME_MAX 96
#define WHY_MAX 200
#define HISTORY_MAX 256 /* messages taken from one page of history */

struct reading {
    struct arena *arena;
    const char *self_id;
    const struct jnode *root;
    struct onebot_frame *frame;
};

static const char *text_of(const struct jnode *object, const char *key)
{
    const char *text = jnode_text(jnode_get(object, key));
    return text ? text : "";
}

static bool is(const struct jnode *object, const char *key, const char *value)
{
    return strcmp(text_of(object, key), value) == 0;
}

static const char *id_of(struct reading *reading, const struct jnode *object, const char *key)
{
    return onebot_id(jnode_get(object, key), reading->arena);
}

static void verdict(struct reading *reading, enum onebot_kind kind, const char *why)
{
    reading->frame->kind = kind;
    reading->frame->why = why;
}

/* Seconds (or, from some bridges, milliseconds) as milliseconds; 0 when there is no time. */
static int64_t time_of(const struct jnode *object)
{
    const struct jnode *time = jnode_get(object, "time");
    int64_t value;
    if (!jnode_integer(time, &value)) {
        double real = jnode_number(time);
        value = real > 0 && real < 4e12 ? (int64_t)real : 0;
    }
    if (value <= 0 || value >= 4000000000000)
        return 0;
    return value < 100000000000 ? value * 1000 : value;
}

static const char *sender_name(struct reading *reading, const struct jnode *message)
{
    static const char *const keys[] = {"card", "nickname"};
    const struct jnode *sender = jnode_get(message, "sender");
    for (int i = 0; i < 2; i++) {
        const char *name = onebot_text(jnode_get(sender, keys[i]), NAME_MAX, reading->arena);
        if (name && *name)
            return name;
    }
    return NULL;
}

static const char *sender_id(struct reading *reading, const struct jnode *message)
{
    const char *user = id_of(reading, message, "user_id");
    return user ? user : id_of(reading, jnode_get(message, "sender"), "user_id");
}

/* A message, as an event or as an entry of a history. NULL: well; else what is wrong. */
static const char *read_message(struct reading *reading, const struct jnode *message,
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
    if (onebot_segments(jnode_get(message, "message"), reading->self_id, reading->arena, input))
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
    const struct jnode *root = reading->root;
    if (!is(root, "message_type", "private") || !is(root, "sub_type", "group"))
        return NULL;
    const char *group = id_of(reading, root, "group_id");
    return group ? group : id_of(reading, jnode_get(root, "sender"), "group_id");
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

static void read_emoji(struct reading *reading, const char *actor, const struct jnode *id)
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
    const struct jnode *likes = jnode_get(reading->root, "likes");
    if (jnode_is(jnode_get(reading->root, "is_add"), JNODE_FALSE))
        verdict(reading, ONEBOT_IGNORED, "a reaction taken back");
    else
        read_emoji(reading, "user_id", jnode_get(jnode_first(likes), "emoji_id"));
}

static void read_reaction(struct reading *reading)
{
    if (!is(reading->root, "sub_type", "add"))
        verdict(reading, ONEBOT_IGNORED, "a reaction taken back");
    else
        read_emoji(reading, "operator_id", jnode_get(reading->root, "code"));
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
    const struct jnode *duration = jnode_get(reading->root, "duration");
    bool lifted = is(reading->root, "sub_type", "lift_ban");
    reading->frame->kind = lifted ? ONEBOT_UNMUTED : ONEBOT_MUTED;
    int64_t seconds;
    if (jnode_integer(duration, &seconds) && seconds > 0 && seconds < 366 * 86400)
        reading->frame->duration_ms = seconds * 1000;
}

/* Somebody has left, or was shown out. */
static void read_left(struct reading *reading)
{
    struct input *input = &reading->frame->input;
    input->kind = INPUT_LEFT;
    input->user = input->user_name = id_of(reading, reading->root, "user_id");
    input->group = reading->frame->group;
    input->message = arena_printf(reading->arena, "left %s", input->user);
    input->time_ms = time_of(reading->root);
    if (input->time_ms)
        reading->frame->kind = ONEBOT_INPUT;
    else
        verdict(reading, ONEBOT_BAD, "a notice without a time");
}

static void read_decrease(struct reading *reading)
{
    if (is(reading->root, "sub_type", "disband") || is(reading->root, "sub_type", "kick_me")) {
        reading->frame->group = id_of(reading, reading->root, "group_id");
        reading->frame->kind = reading->frame->group ? ONEBOT_REMOVED : ONEBOT_BAD;
        reading->frame->why = "a notice without usable ids";
    } else if (about_us(reading, false)) {
        reading->frame->kind = ONEBOT_REMOVED;
    } else if (reading->frame->kind == ONEBOT_IGNORED) {
        read_left(reading);
    }
}

static void read_increase(struct reading *reading)
{
    if (about_us(reading, false))
        reading->frame->kind = ONEBOT_JOINED;
}

static void read_offline(struct reading *reading)
{
    const char *why = onebot_text(jnode_get(reading->root, "message"), WHY_MAX, reading->arena);
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
        const struct jnode *status = jnode_get(reading->root, "status");
        double interval = jnode_number(jnode_get(reading->root, "interval"));
        reading->frame->kind = ONEBOT_HEARTBEAT;
        reading->frame->online = !jnode_is(jnode_get(status, "online"), JNODE_FALSE);
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
static void read_history(struct reading *reading, const struct jnode *messages,
                         struct onebot_reply *reply)
{
    size_t count = messages->len;
    if (count > HISTORY_MAX)
        count = HISTORY_MAX;
    struct input *inputs = arena_alloc(reading->arena, (count + 1) * sizeof *inputs);
    const char **seqs = arena_alloc(reading->arena, (count + 1) * sizeof *seqs);
    size_t used = 0;
    const struct jnode *message = jnode_first(messages);
    for (size_t i = 0; i < count; i++, message = message->next) {
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
    const struct jnode *data = jnode_get(reading->root, "data");
    const struct jnode *messages = jnode_get(data, "messages");
    const char *text =
        onebot_text(jnode_get(reading->root, "message"), WHY_MAX, reading->arena);
    if (!text || !*text)
        text = onebot_text(jnode_get(reading->root, "wording"), WHY_MAX, reading->arena);
    reading->frame->kind = ONEBOT_REPLY;
    reply->echo = onebot_text(jnode_get(reading->root, "echo"), ONEBOT_ID_MAX, reading->arena);
    int64_t retcode;
    jnode_integer(jnode_get(reading->root, "retcode"), &retcode);
    reply->retcode = (int)retcode;
    reply->ok = is(reading->root, "status", "ok") && reply->retcode == 0;
    reply->unknowable = is(reading->root, "status", "async");
    reply->text = text ? text : "";
    reply->message = id_of(reading, data, "message_id");
    reply->user = id_of(reading, data, "user_id");
    if (jnode_is(messages, JNODE_ARRAY))
        read_history(reading, messages, reply);
}

void onebot_in(const char *bytes, size_t len, const char *self_id, struct arena *arena,
               struct onebot_frame *frame)
{
    *frame = (struct onebot_frame){.reply.text = ""};
    bool readable = len <= ONEBOT_FRAME_MAX && text_is_utf8(bytes, len);
    const struct jnode *root = readable ? jnode_read(bytes, len, arena) : NULL;
    struct reading reading = {arena, self_id, root, frame};
    if (!jnode_is(root, JNODE_OBJECT))
        verdict(&reading, ONEBOT_BAD, "not a JSON object");
    else if (jnode_is(jnode_get(root, "post_type"), JNODE_STRING))
        read_event(&reading);
    else if (jnode_is(jnode_get(root, "retcode"), JNODE_INTEGER))
        read_reply(&reading);
    else
        verdict(&reading, ONEBOT_BAD, "neither an event nor an answer");
}
