/* onebot_out.c: the writer. Called by onebot_send.c, onebot_history.c and onebot_link.c.
 *
 * Frames look as those of real applications: ids that are numbers are written as numbers (but
 * as strings inside segments), a quote stands first, a text behind a mention begins with a
 * space. Text is always a segment of its own, never a CQ code; a mention of everybody cannot be
 * written.
 */
#include "adapters/onebot/onebot_out.h"

#include <string.h>

#include "adapters/onebot/onebot_emoji.h"

/* Length of the valid UTF-8 character at `p`, 0 when it is none. */
static size_t utf8_length(const unsigned char *p)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (len > 1 && (p[0] < 0xC2 || p[0] > 0xF4))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return len;
}

static void put_escaped(struct buf *out, unsigned char c)
{
    if (c == '"' || c == '\\')
        buf_add(out, (char[]){'\\', (char)c}, 2);
    else if (c == '\n')
        buf_puts(out, "\\n");
    else
        buf_printf(out, "\\u%04x", c);
}

static void put_prefixed(struct buf *out, const char *prefix, const char *text)
{
    const unsigned char *p = (const unsigned char *)text, *from = p;
    buf_printf(out, "\"%s", prefix);
    while (*p) {
        size_t len = utf8_length(p);
        if (len && *p >= 0x20 && *p != '"' && *p != '\\') {
            p += len;
            continue;
        }
        buf_add(out, from, (size_t)(p - from));
        if (len)
            put_escaped(out, *p);
        else
            buf_puts(out, "\xEF\xBF\xBD");
        from = ++p;
    }
    buf_add(out, from, (size_t)(p - from));
    buf_puts(out, "\"");
}

static void put_string(struct buf *out, const char *text)
{
    put_prefixed(out, "", text);
}

/* An integer as JSON would write it, that fits 64 bits. */
static bool is_number(const char *id)
{
    const char *digits = id + (*id == '-');
    size_t len = strlen(digits);
    if (!len || len > 19 || strspn(digits, "0123456789") != len)
        return false;
    if (len == 19 && strcmp(digits, "9223372036854775807") > 0)
        return false;
    return *digits != '0' || (len == 1 && digits == id);
}

static void put_id(struct buf *out, const char *id)
{
    if (is_number(id))
        buf_puts(out, id);
    else
        put_string(out, id);
}

struct writing {
    struct buf *out;
    size_t count;  /* segments so far */
    bool after_at; /* the last one was a mention */
    onebot_picture_cb *picture;
    void *arg;
};

static void open_segment(struct writing *writing, const char *type, const char *key)
{
    buf_printf(writing->out,
               "%s{\"type\":\"%s\",\"data\":{\"%s\":", writing->count++ ? "," : "", type, key);
}

static void put_segment(struct writing *writing, const char *type, const char *key,
                        const char *value)
{
    open_segment(writing, type, key);
    put_string(writing->out, value);
    buf_puts(writing->out, "}}");
}

static void put_text(struct writing *writing, const char *text)
{
    bool apart = writing->after_at && *text != ' ' && *text != '\n';
    if (!*text)
        return;
    open_segment(writing, "text", "text");
    put_prefixed(writing->out, apart ? " " : "", text);
    buf_puts(writing->out, "}}");
    writing->after_at = false;
}

static void put_at(struct writing *writing, const struct send_part *part)
{
    if (part->id && *part->id && strcmp(part->id, "all") != 0) {
        put_segment(writing, "at", "qq", part->id);
        writing->after_at = true;
    } else if (part->text) {
        put_text(writing, part->text);
    }
}

static void put_image(struct writing *writing, const struct send_part *part)
{
    struct buf base64;
    buf_init(&base64, writing->out->max);
    if (part->text && writing->picture &&
        writing->picture(writing->arg, part->text, &base64) == 0) {
        open_segment(writing, "image", "file");
        buf_puts(writing->out, "\"base64://");
        buf_add(writing->out, buf_text(&base64), base64.len);
        buf_puts(writing->out, "\"}}");
        writing->after_at = false;
    }
    buf_finish(&base64);
}

static void put_part(struct writing *writing, const struct send_part *part)
{
    if (part->kind == SEGMENT_TEXT && part->text)
        put_text(writing, part->text);
    else if (part->kind == SEGMENT_AT)
        put_at(writing, part);
    else if (part->kind == SEGMENT_IMAGE)
        put_image(writing, part);
}

static size_t put_message(struct writing *writing, const struct send *send)
{
    buf_puts(writing->out, ",\"message\":[");
    for (size_t i = 0; i < send->part_count; i++)
        if (send->parts[i].kind == SEGMENT_REPLY && send->parts[i].id && !writing->count)
            put_segment(writing, "reply", "id", send->parts[i].id);
    size_t quotes = writing->count;
    for (size_t i = 0; i < send->part_count; i++)
        put_part(writing, &send->parts[i]);
    buf_puts(writing->out, "]}");
    return writing->count - quotes;
}

static const char *out_reaction(struct buf *params, const struct send *send)
{
    char emoji[ONEBOT_EMOJI_SIZE];
    if (!send->about || !*send->about)
        return NULL;
    onebot_emoji_id(send->reaction, emoji);
    buf_puts(params, "{\"message_id\":");
    put_id(params, send->about);
    buf_printf(params, ",\"emoji_id\":\"%s\",\"set\":true}", emoji);
    return "set_msg_emoji_like";
}

const char *onebot_out_send(struct buf *params, const struct send *send, const char *via,
                            onebot_picture_cb *picture, void *arg)
{
    if (send->reaction)
        return out_reaction(params, send);
    struct writing writing = {.out = params, .picture = picture, .arg = arg};
    buf_puts(params, send->direct ? "{\"user_id\":" : "{\"group_id\":");
    put_id(params, send->group);
    if (send->direct && via) {
        buf_puts(params, ",\"group_id\":");
        put_id(params, via);
    }
    if (put_message(&writing, send) == 0 || params->failed)
        return NULL;
    return send->direct ? "send_private_msg" : "send_group_msg";
}

void onebot_out_history(struct buf *params, const char *group, const char *before, int count)
{
    buf_puts(params, "{\"group_id\":");
    put_id(params, group);
    if (before) {
        buf_puts(params, ",\"message_seq\":");
        put_id(params, before);
    }
    buf_printf(params, ",\"count\":%d}", count);
}

void onebot_out_frame(struct buf *out, const char *action, const char *params, const char *echo)
{
    buf_printf(out, "{\"action\":\"%s\",\"params\":%s,\"echo\":\"%s\"}", action, params, echo);
}
