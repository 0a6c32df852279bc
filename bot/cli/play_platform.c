#include "cli/play_platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/play_wire.h"
#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"

#define TEXT_MAX_BYTES (256u * 1024)
#define HISTORY_MAX_BYTES (1u << 30)
#define LINE_ARENA (8u << 20)

enum passage { WAITING, DELIVERED, TAKEN };

/* One thing in a group's history. */
struct entry {
    struct play_item item; /* of a person */
    enum passage passage;
    bool by_bot, is_reaction, recalled;
    const char *text;   /* of the bot, as it is shown */
    const char *stable; /* of the bot: its idempotency key */
    uint32_t events[PLAY_WIRE_EVENTS_MAX];
    size_t event_count;
};

struct play_platform {
    const char *bot_name;
    play_said_cb *cb;
    void *arg;
    struct arena *arena;
    struct entry **entries; /* in the order of time */
    size_t count, room;
    unsigned ids, photos;
    size_t repeats;
};

struct play_platform *play_platform_create(const char *bot_name, play_said_cb *cb, void *arg)
{
    struct play_platform *platform = xcalloc(1, sizeof *platform);
    platform->arena = arena_create(HISTORY_MAX_BYTES);
    platform->bot_name = arena_strdup(platform->arena, bot_name);
    platform->cb = cb;
    platform->arg = arg;
    return platform;
}

void play_platform_destroy(struct play_platform **platform)
{
    if (!*platform)
        return;
    arena_destroy(&(*platform)->arena);
    free((*platform)->entries);
    free(*platform);
    *platform = NULL;
}

static struct entry *add_entry(struct play_platform *platform)
{
    if (platform->count == platform->room) {
        platform->room = platform->room ? platform->room * 2 : 64;
        platform->entries =
            xrealloc(platform->entries, platform->room * sizeof *platform->entries);
    }
    struct entry *entry = arena_alloc(platform->arena, sizeof *entry);
    platform->entries[platform->count++] = entry;
    return entry;
}

static bool is_in(const struct entry *entry, const char *group, bool direct)
{
    return entry->item.direct == direct && strcmp(entry->item.group, group) == 0;
}

/* Is `what` named in the text? "#1" is not named by "#12". */
static bool names(const char *text, const char *what)
{
    size_t len = strlen(what);
    bool ends_in_digit = what[len - 1] >= '0' && what[len - 1] <= '9';
    for (const char *at = text; (at = strstr(at, what)); at++) {
        if (!ends_in_digit || !(at[len] >= '0' && at[len] <= '9'))
            return true;
    }
    return false;
}

static bool is_about(const struct entry *entry, const char *what)
{
    if (*what != '#')
        return false;
    for (size_t i = 0; i < entry->event_count; i++) {
        if (entry->events[i] == strtoul(what + 1, NULL, 10))
            return true;
    }
    return false;
}

/* The bot's last message there; with `what`, the last that names it, or (when none spells it
 * out) the last that was about it. */
static const struct entry *find_said(const struct play_platform *platform, const char *group,
                                     bool direct, const char *what)
{
    const struct entry *about = NULL;
    for (size_t i = platform->count; i-- > 0;) {
        const struct entry *entry = platform->entries[i];
        if (!entry->by_bot || entry->is_reaction || !is_in(entry, group, direct))
            continue;
        if (!what || names(entry->text, what))
            return entry;
        if (!about && is_about(entry, what))
            about = entry;
    }
    return about;
}

/* What that person last did there; `messages`: last message that was not recalled. */
static struct entry *find_done(const struct play_platform *platform, const char *group,
                               bool direct, const char *user, bool messages)
{
    for (size_t i = platform->count; i-- > 0;) {
        struct entry *entry = platform->entries[i];
        if (entry->by_bot || !is_in(entry, group, direct) ||
            strcmp(entry->item.user, user) != 0 || entry->item.kind == INPUT_RECALL)
            continue;
        if (!messages || (entry->item.kind == INPUT_MESSAGE && !entry->recalled))
            return entry;
    }
    return NULL;
}

static const char *new_id(struct play_platform *platform)
{
    return arena_printf(platform->arena, "%u", 1000 + ++platform->ids);
}

static void deliver(struct entry *entry, bool backfilled, struct buf *out)
{
    entry->passage = DELIVERED;
    play_wire_item(&entry->item, backfilled, out);
}

static struct entry *add_item(struct play_platform *platform, const struct play_line *line,
                              int64_t now_ms)
{
    bool direct = strcmp(line->group, PLAY_DIRECT) == 0;
    struct entry *entry = add_entry(platform);
    entry->item = (struct play_item){
        .kind = INPUT_MESSAGE,
        .token = platform->count,
        .group = arena_strdup(platform->arena, direct ? line->person : line->group),
        .direct = direct,
        .user = arena_strdup(platform->arena, line->person),
        .bot = line->marks.bot,
        .time_ms = now_ms,
        .text = arena_strdup(platform->arena, line->marks.text ? line->marks.text : ""),
        .mention = line->marks.at ? platform->bot_name : NULL,
        .photos = line->marks.photos,
        .photo = platform->photos + 1,
        .lost = line->marks.lost,
    };
    platform->photos += (unsigned)line->marks.photos;
    return entry;
}

/* What that person wrote last there and has not recalled, or NULL. */
static struct entry *last_written(const struct play_platform *platform,
                                  const struct play_line *line)
{
    bool direct = strcmp(line->group, PLAY_DIRECT) == 0;
    return find_done(platform, direct ? line->person : line->group, direct, line->person, true);
}

static int recall(struct play_platform *platform, const struct play_line *line, int64_t now_ms,
                  struct buf *out, const char **reterr)
{
    struct entry *what = last_written(platform, line);
    *reterr = "that person has written nothing there that could be recalled";
    if (!what)
        return ERR_NOT_FOUND;
    what->recalled = true;
    struct entry *entry = add_item(platform, line, now_ms);
    entry->item.kind = INPUT_RECALL;
    entry->item.id = what->item.id;
    if (out)
        deliver(entry, false, out);
    return 0;
}

/* The platform delivers once more what it has delivered already: same id, same time. */
static int repeat(struct play_platform *platform, const struct play_line *line, struct buf *out,
                  const char **reterr)
{
    bool direct = strcmp(line->group, PLAY_DIRECT) == 0;
    struct entry *what =
        find_done(platform, direct ? line->person : line->group, direct, line->person, false);
    *reterr = "that person has written nothing there that could come again";
    if (!what)
        return ERR_NOT_FOUND;
    if (*line->marks.text)
        what->item.text = arena_strdup(platform->arena, line->marks.text);
    if (out)
        deliver(what, false, out);
    return 0;
}

static int say(struct play_platform *platform, const struct play_line *line, int64_t now_ms,
               struct buf *out, const char **reterr)
{
    const struct play_marks *marks = &line->marks;
    bool direct = strcmp(line->group, PLAY_DIRECT) == 0;
    const struct entry *about = NULL;
    if (marks->reply || marks->react) {
        about =
            find_said(platform, direct ? line->person : line->group, direct, marks->reply_to);
        *reterr = marks->reply_to ? "no message of the bot there names that"
                                  : "the bot has said nothing there yet";
        if (!about)
            return ERR_NOT_FOUND;
    }
    struct entry *entry = add_item(platform, line, now_ms);
    if (marks->react) {
        entry->item.kind = INPUT_REACTION;
        entry->item.value = arena_strdup(platform->arena, marks->react);
        entry->item.id = about->item.id;
    } else {
        entry->item.reply = about ? about->item.id : NULL;
        entry->item.id = new_id(platform);
    }
    if (out)
        deliver(entry, false, out);
    return 0;
}

/* That person changes what he wrote last: the same message, with another text. */
static int edit(struct play_platform *platform, const struct play_line *line, int64_t now_ms,
                struct buf *out, const char **reterr)
{
    struct entry *what = last_written(platform, line);
    *reterr = "that person has written nothing there that could be changed";
    if (!what)
        return ERR_NOT_FOUND;
    struct entry *entry = add_item(platform, line, now_ms);
    entry->item.kind = INPUT_EDIT;
    entry->item.id = what->item.id;
    if (out)
        deliver(entry, false, out);
    return 0;
}

int play_platform_do(struct play_platform *platform, const struct play_line *line,
                     int64_t now_ms, struct buf *out, const char **reterr)
{
    if (line->kind == PLAY_RECALL)
        return recall(platform, line, now_ms, out, reterr);
    if (line->marks.edit)
        return edit(platform, line, now_ms, out, reterr);
    if (line->marks.again)
        return repeat(platform, line, out, reterr);
    return say(platform, line, now_ms, out, reterr);
}

static const char *author(const struct play_platform *platform, const char *id)
{
    for (size_t i = platform->count; i-- > 0;) {
        const struct entry *entry = platform->entries[i];
        if (!entry->item.id || !id || strcmp(entry->item.id, id) != 0)
            continue;
        if (entry->by_bot)
            return platform->bot_name;
        if (entry->item.kind == INPUT_MESSAGE)
            return entry->item.user;
    }
    return "?";
}

static void add_part(const struct play_platform *platform, const struct play_wire_part *part,
                     struct buf *text)
{
    const char *words = part->text ? part->text : "";
    bool joined = text->len == 0 || strchr(" \n", text->p[text->len - 1]) != NULL ||
                  (part->kind == SEGMENT_TEXT && (*words == ' ' || *words == '\n'));
    if (!joined)
        buf_puts(text, " ");
    if (part->kind == SEGMENT_TEXT)
        buf_puts(text, words);
    else if (part->kind == SEGMENT_AT)
        buf_printf(text, "%s%s", *words == '@' ? "" : "@", words);
    else if (part->kind == SEGMENT_IMAGE)
        buf_puts(text, "[photo]");
    else if (part->kind == SEGMENT_REPLY)
        buf_printf(text, "[reply %s]", author(platform, part->id));
}

/* The message as scripts see it. */
static const char *shown(struct play_platform *platform, const struct play_wire *wire)
{
    struct buf text;
    buf_init(&text, TEXT_MAX_BYTES);
    if (wire->reaction)
        buf_printf(&text, "[react %s]", wire->reaction);
    for (size_t i = 0; i < wire->part_count; i++)
        add_part(platform, &wire->parts[i], &text);
    size_t len = text.len;
    while (len > 0 && strchr(" \n", text.p[len - 1]))
        len--;
    const char *copy = arena_strndup(platform->arena, buf_text(&text), len);
    buf_finish(&text);
    return copy;
}

static void post(struct play_platform *platform, const struct play_wire *wire, struct buf *out)
{
    for (size_t i = 0; i < platform->count; i++) {
        const struct entry *known = platform->entries[i];
        if (known->by_bot && strcmp(known->stable, wire->stable) == 0) {
            platform->repeats++;
            play_wire_sent(wire->send, known->item.id, out);
            return;
        }
    }
    const char *text = shown(platform, wire);
    struct entry *entry = add_entry(platform);
    entry->by_bot = true;
    entry->passage = TAKEN;
    entry->is_reaction = wire->reaction != NULL;
    entry->item.group = arena_strdup(platform->arena, wire->group);
    entry->item.direct = wire->direct;
    entry->item.id = new_id(platform);
    entry->stable = arena_strdup(platform->arena, wire->stable);
    entry->text = text;
    memcpy(entry->events, wire->events, sizeof entry->events);
    entry->event_count = wire->event_count;
    play_wire_sent(wire->send, entry->item.id, out);
    platform->cb(platform->arg, wire->direct ? PLAY_DIRECT : entry->item.group,
                 wire->direct ? entry->item.group : NULL, entry->text);
}

static void read_back(struct play_platform *platform, const char *group, int64_t since_ms,
                      struct buf *out)
{
    for (size_t i = 0; i < platform->count; i++) {
        struct entry *entry = platform->entries[i];
        if (!entry->by_bot && strcmp(entry->item.group, group) == 0 &&
            entry->item.time_ms >= since_ms)
            deliver(entry, true, out);
    }
    play_wire_backfilled(group, out);
}

int play_platform_line(struct play_platform *platform, const char *line, size_t len,
                       struct buf *out)
{
    struct arena *arena = arena_create(LINE_ARENA);
    struct play_wire *wire = arena_alloc(arena, sizeof *wire);
    int error = play_wire_parse(line, len, wire, arena);
    if (error != 0)
        ;
    else if (wire->kind == PLAY_WIRE_SEND)
        post(platform, wire, out);
    else if (wire->kind == PLAY_WIRE_BACKFILL)
        read_back(platform, wire->group, wire->since_ms, out);
    else if (wire->token > 0 && wire->token <= platform->count)
        platform->entries[wire->token - 1]->passage = TAKEN;
    else
        error = ERR_INVALID;
    arena_destroy(&arena);
    return error;
}

void play_platform_lost(struct play_platform *platform)
{
    for (size_t i = 0; i < platform->count; i++) {
        if (platform->entries[i]->passage == DELIVERED)
            platform->entries[i]->passage = WAITING;
    }
}

void play_platform_push_direct(struct play_platform *platform, struct buf *out)
{
    for (size_t i = 0; i < platform->count; i++) {
        struct entry *entry = platform->entries[i];
        if (entry->passage == WAITING && entry->item.direct)
            deliver(entry, true, out);
    }
}

static size_t count_passage(const struct play_platform *platform, enum passage passage)
{
    size_t count = 0;
    for (size_t i = 0; i < platform->count; i++)
        count += platform->entries[i]->passage == passage;
    return count;
}

size_t play_platform_delivered(const struct play_platform *platform)
{
    return count_passage(platform, DELIVERED);
}

size_t play_platform_waiting(const struct play_platform *platform)
{
    return count_passage(platform, WAITING);
}

size_t play_platform_repeats(const struct play_platform *platform)
{
    return platform->repeats;
}
