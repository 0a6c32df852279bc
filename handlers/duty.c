/* duty.c: what was given at run time is taken back: "收回 楼长 18" in direct chat, by those who
 * may give it (guard.c); with the name where several have it. A role of the roster's file is
 * the operator's to change. "撤销" within five minutes undoes one's own last change: a role
 * that was taken back, or a leave.
 */
#include "handlers/duties.h"

#include <string.h>
#include <strings.h>

#define UNDO_MS (5 * MINUTE_MS)
#define NAMES_MAX 4

/* ---- what was typed ---- */

/* What stands behind the command, or NULL: it is another text. */
static const char *behind_take(const char *text)
{
    static const char *const words[] = {"收回", "免去", "take back"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(text, words[i], strlen(words[i])) == 0)
            return text + strlen(words[i]);
    return NULL;
}

static bool is_undo(const char *text)
{
    static const char *const words[] = {"撤销", "undo"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (strncasecmp(text, words[i], len) == 0 && !text[len + strspn(text + len, " .!")])
            return true;
    }
    return false;
}

/* A role or home and, where it stands behind, somebody's name. */
static bool read(struct turn *turn, const char *text, struct code_grant *grant,
                 const char **ret_name)
{
    const char *space = strrchr(text, ' ');
    *ret_name = NULL;
    if (space && community_member_by_name(turn->community, space + 1)) {
        const char *rest = arena_strndup(turn->arena, text, (size_t)(space - text));
        *ret_name = space + 1;
        if (grant_read(turn, rest, grant))
            return true;
    }
    *ret_name = NULL;
    return grant_read(turn, text, grant);
}

/* ---- whose it is ---- */

struct holders {
    const struct amendment *rows[NAMES_MAX];
    size_t count; /* may be more than there is room for */
};

static const char *text_of(const char *cell)
{
    return cell ? cell : "";
}

static bool gives(const struct amendment *a, const struct roster_entry *wanted)
{
    return strcmp(text_of(a->entry.role), text_of(wanted->role)) == 0 &&
           strcmp(text_of(a->entry.owner), text_of(wanted->owner)) == 0 &&
           strcmp(text_of(a->entry.area), text_of(wanted->area)) == 0;
}

static void find(const struct turn *turn, const struct code_grant *grant, const char *name,
                 struct holders *holders)
{
    struct roster_entry wanted;
    code_grant_row(grant, &wanted);
    holders->count = 0;
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *a = community_amendment_at(turn->community, i);
        const struct member *m = community_member(turn->community, a->entry.id);
        if (!m || !gives(a, &wanted) || (name && strcmp(m->name, name) != 0))
            continue;
        if (holders->count < NAMES_MAX)
            holders->rows[holders->count] = a;
        holders->count++;
    }
}

/* Is it somebody's by the file? */
static bool is_of_file(const struct turn *turn, const struct code_grant *grant)
{
    for (size_t i = 0; i < community_member_count(turn->community); i++)
        if (code_grant_is_held(community_member_at(turn->community, i), grant))
            return true;
    return false;
}

/* ---- taking back ---- */

static struct outgoing *refuse(struct turn *turn, const char *why)
{
    struct outgoing *out = turn_answer(turn, "duty_how", turn->meaning->lang);
    out_flag(out, why, true);
    return out;
}

static void ask_which(struct turn *turn, const struct holders *holders)
{
    struct outgoing *out = refuse(turn, "several");
    const char *names = "";
    for (size_t i = 0; i < holders->count && i < NAMES_MAX; i++) {
        const char *id = holders->rows[i]->entry.id;
        names = arena_printf(turn->arena, "%s%s%s", names, i ? "、" : "",
                             community_member(turn->community, id)->name);
    }
    out_text(out, "names", names);
}

#define NOTHING "-" /* an empty cell among the choices */

static const char *kept(const char *cell)
{
    return cell && *cell ? cell : NOTHING;
}

static const char *cell(const char *choice)
{
    return strcmp(choice, NOTHING) == 0 ? NULL : choice;
}

static void drop(struct turn *turn, const struct amendment *a, const struct code_grant *grant)
{
    const struct roster_entry *e = &a->entry;
    const struct member *who = community_member(turn->community, e->id);
    const struct role_grant role = {
        .role = grant->role, .owner = grant->owner, .area = grant->where};
    const char *choices[] = {e->id,          kept(e->name), kept(e->role),
                             kept(e->owner), kept(e->area), kept(e->ids)};
    struct outgoing *out = turn_answer(turn, "duty_taken", turn->meaning->lang);
    grant_say(turn, out, grant);
    out_text(out, "name", who->name);
    if (grant->role != ROLE_RESIDENT && !rung_has_other(turn, who, &role)) {
        const struct member *next = rung_above(turn, who, &role);
        out_flag(out, "empty", true);
        if (next)
            out_member(out, "above", next->id);
    }
    turn_roster_drop(turn, a->number);
    turn_ask(turn, turn->group->name, turn->sender->id, "duty", "undo", NULL,
             turn->now_ms + UNDO_MS, choices, 6);
}

static void take(struct turn *turn, const char *what)
{
    struct code_grant grant;
    struct holders holders;
    const char *name;
    if (!guard_changes_rosters(turn, ROSTER_TAKE_BACK)) {
        refuse(turn, "rights");
        return;
    }
    if (!read(turn, what, &grant, &name)) {
        refuse(turn, "how");
        return;
    }
    if (!guard_may_change(turn, ROSTER_TAKE_BACK, grant.role, &grant.where)) {
        refuse(turn, "area");
        return;
    }
    find(turn, &grant, name, &holders);
    if (holders.count == 1)
        drop(turn, holders.rows[0], &grant);
    else if (holders.count)
        ask_which(turn, &holders);
    else
        refuse(turn, is_of_file(turn, &grant) ? "file" : "nobody");
}

/* ---- undoing ---- */

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    const struct question *q = &session->questions[index];
    if (session != turn->session || !is_undo(turn->text) || q->choice_count < 6)
        return false;
    struct roster_entry row = {.id = q->choices[0],
                               .name = cell(q->choices[1]),
                               .role = cell(q->choices[2]),
                               .owner = cell(q->choices[3]),
                               .area = cell(q->choices[4]),
                               .ids = cell(q->choices[5])};
    turn_roster_add(turn, &row);
    session_close(session, index);
    turn_answer(turn, "duty_undone", turn->meaning->lang);
    return true;
}

/* The leave that the sender has said last, if that was just now. */
static const struct amendment *just_said(const struct turn *turn)
{
    const struct amendment *last = NULL;
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *a = community_amendment_at(turn->community, i);
        if (is_same(a->by, turn->sender->id) && is_same(a->entry.role, "leave") &&
            turn->now_ms - a->at_ms <= UNDO_MS && (!last || a->number > last->number))
            last = a;
    }
    return last;
}

/* ---- the row ---- */

static int match(const struct turn *turn)
{
    if (!turn->sender || turn->input->kind != INPUT_MESSAGE ||
        turn->group->kind != GROUP_DIRECT)
        return 0;
    if (is_undo(turn->text))
        return just_said(turn) ? 90 : 0;
    return behind_take(turn->text) && !turn->meaning->report ? 90 : 0;
}

static void handle(struct turn *turn)
{
    const char *what = behind_take(turn->text);
    if (what) {
        take(turn, what);
        return;
    }
    turn_roster_drop(turn, just_said(turn)->number);
    turn_answer(turn, "duty_undone", turn->meaning->lang);
}

const struct handler handler_duty = {
    .name = "duty",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY | LISTEN_CODES,
    .priority = 46,
    .match = match,
    .handle = handle,
    .answer = answer,
};
