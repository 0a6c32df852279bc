/* bind.c: one-time codes. In direct chat a code ties whoever writes to his place in the roster
 * or to his home; "发码 楼长 18" gives one out (estate grid head and above, in his area). A
 * code that is seen in a group is void at once: a group learns neither codes nor who lives
 * where.
 */
#include "handlers/duties.h"

#include <string.h>
#include <strings.h>

static bool is_direct(const struct turn *turn)
{
    return turn->group->kind == GROUP_DIRECT;
}

/* A bare code says nothing of its writer's language. */
static enum lang lang_of(const struct turn *turn)
{
    enum lang usual =
        turn->group->lang && strcmp(turn->group->lang, "en") == 0 ? LANG_EN : LANG_ZH;
    bool bare = turn->code && strlen(turn->text) <= CODE_LEN + 4;
    return bare ? usual : turn->meaning->lang;
}

void grant_say(struct turn *turn, struct outgoing *out, const struct code_grant *grant)
{
    struct event place = {.building = grant->where.building,
                          .unit = grant->where.unit,
                          .room = grant->room,
                          .floor = FLOOR_NONE,
                          .floor_to = FLOOR_NONE};
    if (grant->where.building)
        out_place(out, "place", &place);
    out_text(out, "grid", grant->where.grid);
    out_flag(out, "home", grant->role == ROLE_RESIDENT);
    if (grant->role == ROLE_RESIDENT)
        return;
    out_term(out, "role",
             grant->role == ROLE_OWNER
                 ? arena_printf(turn->arena, "owner.%s", owner_name(grant->owner))
                 : arena_printf(turn->arena, "role.%s", role_name(grant->role)));
}

/* ---- using one ---- */

/* The one of the roster who has just this role and no account yet: it is he who writes. Where
 * there are several, nobody can tell which. */
static const struct member *waiting(const struct turn *turn, const struct code_grant *grant)
{
    const struct member *found = NULL;
    for (size_t i = 0; i < community_member_count(turn->community); i++) {
        const struct member *m = community_member_at(turn->community, i);
        if (m->identity_count || !code_grant_is_held(m, grant))
            continue;
        if (found)
            return NULL;
        found = m;
    }
    return found;
}

static void tie(struct turn *turn, const struct code_grant *grant)
{
    const struct member *sender = turn->sender;
    bool known = community_member(turn->community, sender->id) != NULL;
    const struct member *he =
        known || grant->role == ROLE_RESIDENT ? NULL : waiting(turn, grant);
    struct roster_entry row = {NULL};
    if (!he)
        code_grant_row(grant, &row);
    row.id = he ? he->id : sender->id;
    /* who is no row of the file is named in each of his, so that any may go */
    bool found = !he && strncmp(sender->id, "r-", 2) == 0;
    row.name = found ? roster_name(sender->name, turn->arena) : NULL;
    if (!known || found)
        row.ids = roster_identity(turn->input->adapter, turn->input->user, turn->arena);
    if (he) /* what he told before stays his */
        row.ids = arena_printf(turn->arena, "%s %s:%s", row.ids, ROSTER_FORMER, sender->id);
    turn_roster_add(turn, &row);
}

static void use(struct turn *turn)
{
    const struct code_grant *grant = &turn->code->record.grant;
    turn_code_use(turn);
    if (!code_grant_is_held(turn->sender, grant))
        tie(turn, grant);
    grant_say(turn, turn_answer(turn, "bind_done", lang_of(turn)), grant);
}

/* A name on the web chat is not an account: anybody can take it. */
static bool is_nameless(const struct turn *turn)
{
    return is_same(turn->input->adapter, "web") && !community_is_demo(turn->community);
}

static bool is_his_already(const struct turn *turn)
{
    return turn->code->record.state == CODE_USED &&
           code_grant_is_held(turn->sender, &turn->code->record.grant);
}

static void refuse(struct turn *turn)
{
    const struct turn_code *code = turn->code;
    struct outgoing *out = turn_answer(turn, "bind_refused", lang_of(turn));
    int64_t locked_ms = code->locked_until_ms;
    if (!locked_ms && code->record.state == CODE_UNKNOWN)
        locked_ms = turn_code_wrong(turn);
    if (locked_ms)
        out_time(out, "locked", locked_ms);
    else if (code->record.state == CODE_UNKNOWN)
        out_flag(out, "wrong", true);
    else
        out_flag(out,
                 code->record.state == CODE_USED   ? "used"
                 : code->record.state == CODE_VOID ? "void"
                                                   : "expired",
                 true);
}

static void bind(struct turn *turn)
{
    const struct turn_code *code = turn->code;
    if (is_nameless(turn))
        out_flag(turn_answer(turn, "bind_refused", lang_of(turn)), "elsewhere", true);
    else if (!code)
        turn_answer(turn, "bind_how", turn->meaning->lang);
    else if (is_his_already(turn))
        grant_say(turn, turn_answer(turn, "bind_done", lang_of(turn)), &code->record.grant);
    else if (code->locked_until_ms || code->record.state != CODE_OPEN || code->expired)
        refuse(turn);
    else
        use(turn);
}

/* ---- giving one out ---- */

/* What stands behind the command, or NULL: it is another text. */
static const char *behind_issue(const char *text)
{
    static const char *const words[] = {"发码", "发绑定码", "new code"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(text, words[i], strlen(words[i])) == 0)
            return text + strlen(words[i]);
    return NULL;
}

static const char *skip_blanks(const char *text)
{
    for (;;) {
        if (*text == ' ' || *text == ':')
            text++;
        else if (strncmp(text, "　", 3) == 0 || strncmp(text, "：", 3) == 0)
            text += 3;
        else
            return text;
    }
}

bool grant_read(struct turn *turn, const char *text, struct code_grant *ret_grant)
{
    const char *why;
    text = skip_blanks(text);
    size_t len = strcspn(text, " 0123456789");
    if (!len)
        return code_grant_read(turn->community, text, NULL, turn->arena, ret_grant, &why);
    const char *role = arena_strndup(turn->arena, text, len);
    const char *area = skip_blanks(text + len);
    return code_grant_read(turn->community, role, *area ? area : NULL, turn->arena, ret_grant,
                           &why);
}

static void refuse_issue(struct turn *turn, const char *why)
{
    out_flag(turn_answer(turn, "code_refused", turn->meaning->lang), why, true);
}

static void issue(struct turn *turn, const char *what)
{
    struct code_grant *grant = arena_alloc(turn->arena, sizeof *grant);
    if (!guard_changes_rosters(turn, ROSTER_CODE)) {
        refuse_issue(turn, "rights");
    } else if (!grant_read(turn, what, grant)) {
        refuse_issue(turn, "how");
    } else if (!turn->fresh ||
               !guard_may_change(turn, ROSTER_CODE, grant->role, &grant->where)) {
        refuse_issue(turn, "area");
    } else {
        char shown[CODE_LEN + 2];
        code_show(turn->fresh, shown);
        turn_code_issue(turn, grant);
        struct outgoing *out = turn_answer(turn, "code_issued", turn->meaning->lang);
        grant_say(turn, out, grant);
        out_text(out, "code", shown);
    }
}

/* ---- the row ---- */

static int match(const struct turn *turn)
{
    const struct turn_code *code = turn->code;
    if (!turn->sender || turn->input->kind != INPUT_MESSAGE)
        return 0;
    if (!is_direct(turn))
        return code && code->record.state == CODE_OPEN && !code->expired ? 100 : 0;
    return code || behind_issue(turn->text) || code_is_wish(turn->text) ? 95 : 0;
}

static void handle(struct turn *turn)
{
    const char *what = is_direct(turn) ? behind_issue(turn->text) : NULL;
    if (!is_direct(turn)) {
        turn_code_void(turn);
        turn_say_direct(turn, turn->sender->id, "code_seen", lang_of(turn));
    } else if (what) {
        issue(turn, what);
    } else {
        bind(turn);
    }
}

const struct handler handler_bind = {
    .name = "bind",
    .listens = LISTEN_MESSAGE | LISTEN_BACKFILLED | LISTEN_CODES,
    .priority = 50,
    .match = match,
    .handle = handle,
};
