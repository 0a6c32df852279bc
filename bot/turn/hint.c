/* hint.c: does a line matter? Judged in memory, so that chat costs nothing (DESIGN §3.2): a
 * report, a fragment, a quote, the bot's name, or anything from somebody who has something open
 * with the bot in this group. */
/* Most who write have nothing open: a table of live members tells that by a bit (256 bytes a
 * group that has any). Only this file touches those tables. */
#define HASH_BLOOM 11
#include <stdlib.h>
#include <string.h>

#include "host/mem.h"
#include "turn/internal.h"

static struct live *find_live(const struct queue *queue, const char *member)
{
    struct live *live;
    HASH_FIND_STR(queue->live, member, live);
    return live;
}

static void live_free(struct queue *queue, struct live *live)
{
    HASH_DEL(queue->live, live);
    free(live->member);
    free(live->half);
    free(live);
}

static struct live *live_make(struct queue *queue, const char *member)
{
    struct live *live = find_live(queue, member);
    if (!live) {
        live = xcalloc(1, sizeof *live);
        live->member = xstrdup(member);
        HASH_ADD_KEYPTR(hh, queue->live, live->member, strlen(live->member), live);
    }
    live->noted = queue->core->notes;
    return live;
}

void hint_note(struct queue *queue, const struct session *session)
{
    bool open = session->question_count || session->half || session->last_report ||
                session->last_report_ref;
    struct live *live = find_live(queue, session->member);
    if (!open) {
        if (live)
            live_free(queue, live);
        return;
    }
    live = live_make(queue, session->member);
    free(live->half);
    live->half = session->half ? xstrdup(session->half) : NULL;
    live->half_until_ms = session->half_until_ms;
    live->questions = session->question_count > 0;
    live->report_until_ms = session->last_report_until_ms;
}

void hint_note_question(struct queue *queue, const char *member)
{
    live_make(queue, member)->questions = true;
}

void hint_drop(struct queue *queue, const char *member, uint64_t began)
{
    struct live *live = find_live(queue, member);
    if (live && live->noted < began)
        live_free(queue, live);
}

void hint_forget(struct queue *queue)
{
    struct live *live, *next;
    HASH_ITER(hh, queue->live, live, next) live_free(queue, live);
}

static bool is_live(const struct live *live, int64_t now_ms)
{
    return live && (live->questions || (live->half && live->half_until_ms >= now_ms) ||
                    live->report_until_ms >= now_ms);
}

bool hint_is_live(const struct queue *queue, const char *member)
{
    return find_live(queue, member) != NULL;
}

/* ---- load ---------------------------------------------------------------------------- */

static void load_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct queue *queue = arg;
    struct core *core = queue->core;
    core->loading--;
    queue->loads--;
    if (error || reply->type != REDIS_LIST) {
        queue->unread = core->unread = true;
        return;
    }
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    hint_forget(queue);
    for (size_t i = 0; i + 1 < reply->len; i += 2) {
        struct merged merged;
        hint_note(queue, context_session(queue->group->name, reply->items[i]->text,
                                         reply->items[i + 1], arena, &merged));
    }
    arena_destroy(&arena);
    queue->loaded = true;
    intake_go_on(queue);
}

void hint_load(struct queue *queue)
{
    queue->core->loading++;
    queue->loads++;
    const char *argv[] = {queue->group->name, queue->person ? queue->person : ""};
    core_eval(queue->core, queue->home, queue->lane, SCRIPT_LOAD, 2, argv, NULL, load_cb,
              queue);
}

/* ---- judging -------------------------------------------------------------------------- */

static void understand_text(const struct queue *queue, const char *text, bool addressed,
                            struct arena *arena, struct meaning *ret_meaning)
{
    const char *name = queue->group->building;
    const struct building *building =
        name ? community_building(queue->home->community, name) : NULL;
    struct hints hints = {
        .building = name,
        .units = building ? building->units : 0,
        .lang = queue->group->lang && strcmp(queue->group->lang, "en") == 0 ? LANG_EN : LANG_ZH,
        .addressed = addressed,
        .direct = queue->group->kind == GROUP_DIRECT};
    understand(queue->core->config.lexicon, text, strlen(text), &hints, arena, ret_meaning);
}

/* A half-told report and its next piece, read as one text. Taken when together they say more.
 */
static void join_half(const struct queue *queue, const struct live *live, struct arena *arena,
                      struct hint *hint)
{
    enum intent alone = hint->meaning.intent;
    bool again = alone == INTENT_DENY && hint->meaning.command &&
                 strcmp(hint->meaning.command, "again") == 0; /* "电梯", then "又停了" */
    if (!again && alone != INTENT_FRAGMENT && alone != INTENT_CHAT && alone != INTENT_REPORT)
        return;
    const char *text = arena_printf(arena, "%s %s", live->half, hint->text);
    struct meaning meaning;
    understand_text(queue, text, hint->addressed, arena, &meaning);
    if (!meaning.report && !(alone == INTENT_FRAGMENT && meaning.intent == INTENT_FRAGMENT))
        return;
    hint->text = text;
    hint->meaning = meaning;
    hint->joined = true;
}

/* Length of the "@" that stands before `at`; 0: none does. */
static size_t sign_before(const char *text, const char *at)
{
    static const char *const signs[] = {"@", "＠"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t len = strlen(signs[i]);
        if ((size_t)(at - text) >= len && memcmp(at - len, signs[i], len) == 0)
            return len;
    }
    return 0;
}

/* "@楼宝 the light is out", typed by hand: the name is taken out, so that the rest is read in
 * its own language. NULL: it is not there. */
static const char *without_name(const struct queue *queue, const char *text,
                                struct arena *arena)
{
    const char *name = community_bot_name(queue->home->community), *at = text;
    size_t len = strlen(name), sign = 0;
    while (len && !sign && (at = strstr(at, name)) != NULL) {
        sign = sign_before(text, at);
        at += len;
    }
    if (!sign)
        return NULL;
    const char *rest = at + strspn(at, " ");
    int before = (int)(at - text - (ptrdiff_t)(len + sign));
    while (!*rest && before && text[before - 1] == ' ')
        before--;
    return arena_printf(arena, "%.*s%s", before, text, rest);
}

static bool has_text(const struct input *input)
{
    return input->kind == INPUT_MESSAGE || input->kind == INPUT_EDIT;
}

void hint_read(const struct queue *queue, const struct input *input, struct arena *arena,
               struct hint *hint)
{
    bool direct = queue->group->kind == GROUP_DIRECT;
    *hint = (struct hint){.text = ""};
    hint->meaning.fault.where.floor = hint->meaning.fault.where.floor_to = FLOOR_NONE;
    if (!has_text(input))
        return;
    hint->addressed = input_mentions_self(input) || direct;
    hint->text = input_text(input, arena);
    const char *rest = without_name(queue, hint->text, arena);
    if (rest) {
        hint->text = rest;
        hint->addressed = true;
    }
    if (hint->text[0])
        understand_text(queue, hint->text, hint->addressed || input_quoted(input), arena,
                        &hint->meaning);
    if (!code_find(hint->text, direct, hint->code))
        hint->code[0] = '\0';
}

/* Staff tell each other in the work group that they are away. */
static bool is_of_leave(const struct queue *queue, const char *text)
{
    size_t len;
    return queue->group->kind == GROUP_WORK &&
           (leave_word(text, &len) || leave_is_over(text, &len));
}

/* Also by an id that he had before he was bound. */
static bool has_open(const struct queue *queue, const struct member *sender,
                     const struct live *live, int64_t now_ms)
{
    if (is_live(live, now_ms))
        return true;
    for (size_t i = 0; i < sender->identity_count; i++)
        if (strcmp(sender->identities[i].adapter, ROSTER_FORMER) == 0 &&
            is_live(find_live(queue, sender->identities[i].user), now_ms))
            return true;
    return false;
}

void hint_judge(struct queue *queue, const struct input *input, const struct member *sender,
                struct arena *arena, struct hint *hint)
{
    const struct live *live = sender ? find_live(queue, sender->id) : NULL;
    int64_t now_ms = clock_now_ms(queue->core->config.clock);
    hint->matters = !input->from_bot; /* never answer ourselves or another bot */
    if (input->from_bot || !has_text(input))
        return; /* recalls, reactions, timers, calls are rare: they all matter */
    bool open = sender && has_open(queue, sender, live, now_ms);
    if (live && live->half && live->half_until_ms >= now_ms && hint->text[0])
        join_half(queue, live, arena, hint);
    hint->matters = hint->code[0] || hint->addressed || input_quoted(input) || open ||
                    input->kind == INPUT_EDIT ||
                    (queue->core->wanted >> hint->meaning.intent & 1) ||
                    is_of_leave(queue, hint->text);
    if (!hint->matters)
        shown_note(queue, input, hint->text);
}
