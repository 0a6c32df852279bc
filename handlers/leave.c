/* leave.c: staff who are away for some days. "我3号到8号休假 小区网格长代", in direct chat or
 * in the work group, becomes a row of the roster with the role `leave`; without a deputy it is
 * asked once who stands in, and without an answer the work goes one rung up. "我回来了" ends
 * it. Of somebody else an estate grid head, or somebody above him, says it. What the row means
 * is the roster's (people/roster_leave.c), open work moves by handover.c.
 */
#include "handlers/leave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS (10 * MINUTE_MS)
#define REST_MAX 30 /* bytes beside what matters: "回老家看看" */

struct plan {
    const struct member *who, *deputy; /* deputy NULL: nobody */
    int from, until;
};

static bool is_mine(const struct turn *turn, const struct member *who)
{
    return turn->sender && is_same(turn->sender->id, who->id);
}

/* ---- what does not work ---- */

/* A Chinese name makes no Chinese text of "I'm on leave, 网格员2 stands in". */
static enum lang lang_of(const struct turn *turn)
{
    size_t len;
    const char *word = leave_word(turn->text, &len);
    return word && (unsigned char)*word < 0x80 ? LANG_EN : turn->meaning->lang;
}

static struct outgoing *refuse(struct turn *turn, const char *why)
{
    struct outgoing *out = turn_answer(turn, "leave_how", lang_of(turn));
    out_flag(out, why, true);
    return out;
}

/* Every role of his is below the sender's and in the sender's area. */
static bool may_say(const struct turn *turn, const struct member *who)
{
    if (is_mine(turn, who))
        return true;
    bool may = member_is_staff(who) && guard_changes_rosters(turn, ROSTER_LEAVE);
    for (size_t i = 0; may && i < who->role_count; i++)
        may = who->roles[i].role == ROLE_RESIDENT ||
              guard_may_change(turn, ROSTER_LEAVE, who->roles[i].role, &who->roles[i].area);
    return may;
}

static bool deputy_works(struct turn *turn, const struct plan *plan)
{
    const struct member *deputy = plan->deputy;
    const char *why = NULL;
    if (is_same(deputy->id, plan->who->id))
        why = "self";
    else if (!member_is_staff(deputy))
        why = "no_staff";
    else if (community_is_on_leave(turn->community, deputy->id, plan->from, plan->until))
        why = "away";
    if (why)
        out_member(refuse(turn, why), "member", deputy->id);
    return !why;
}

/* ---- rows ---- */

static int day_of_cell(const char *cell)
{
    int y, m, d;
    return cell && sscanf(cell, "%d-%d-%d", &y, &m, &d) == 3 ? y * 10000 + m * 100 + d : 0;
}

static bool is_leave_of(const struct amendment *a, const char *member)
{
    return is_same(a->entry.role, "leave") && is_same(a->entry.id, member);
}

/* Rows of run time that say so for these days are taken back. True when a row of the file says
 * it too: that one stays. */
static bool drop_rows(struct turn *turn, const char *member, int from, int until)
{
    int rest = until;
    bool dropped = false;
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *a = community_amendment_at(turn->community, i);
        if (!is_leave_of(a, member) || day_of_cell(a->entry.from) > until ||
            day_of_cell(a->entry.until) < from)
            continue;
        turn_roster_drop(turn, a->number);
        dropped = true;
    }
    return !dropped && community_is_on_leave(turn->community, member, from, rest);
}

static void add_row(struct turn *turn, const struct plan *plan)
{
    struct roster_entry row = {.id = plan->who->id,
                               .role = "leave",
                               .from = leave_cell(turn, plan->from),
                               .until = leave_cell(turn, plan->until),
                               .deputy = plan->deputy ? plan->deputy->id : NULL};
    turn_roster_add(turn, &row);
}

/* ---- an empty rung ---- */

/* Nobody else has his role: that is said, and who gets the work. */
static void warn(const struct turn *turn, struct outgoing *out, const struct plan *plan)
{
    for (size_t i = 0; i < plan->who->role_count; i++) {
        const struct role_grant *role = &plan->who->roles[i];
        if (role->role == ROLE_RESIDENT || rung_has_other(turn, plan->who, role))
            continue;
        const struct member *next = rung_above(turn, plan->who, role);
        out_flag(out, "empty", true);
        if (next)
            out_member(out, "above", next->id);
        return;
    }
}

/* ---- saying ---- */

static void say_plan(const struct turn *turn, struct outgoing *out, const struct plan *plan)
{
    out_text(out, "days", leave_days(turn, plan->from, plan->until, out->lang));
    bool whole = out->lang == LANG_EN || plan->from / 100 != plan->until / 100;
    out_text(out, "last",
             whole ? leave_days(turn, plan->until, plan->until, out->lang)
                   : arena_printf(turn->arena, "%d日", plan->until % 100));
    if (plan->deputy)
        out_member(out, "deputy", plan->deputy->id);
}

static const char *data_of(const struct turn *turn, const char *what, const struct plan *plan)
{
    return arena_printf(turn->arena, "%s|%d|%d|%s|%s", what, plan->from, plan->until,
                        plan->who->id, plan->deputy ? plan->deputy->id : "");
}

static struct session *private_session(const struct turn *turn, const char *member)
{
    struct session *session = arena_alloc(turn->arena, sizeof *session);
    session->group = "dm";
    session->member = member;
    return session;
}

/* Whom it concerns without his having said it: not at night. */
static void tell(struct turn *turn, const struct plan *plan, const char *member)
{
    if (is_quiet(turn)) {
        turn_session_timer_set(turn, private_session(turn, member), "leave_told", "leave",
                               after_quiet(turn, turn->now_ms), data_of(turn, "told", plan));
        return;
    }
    enum lang lang = turn->group->lang && is_same(turn->group->lang, "en") ? LANG_EN : LANG_ZH;
    struct outgoing *out = turn_say_direct(turn, member, "leave_told", lang);
    bool yours = is_same(member, plan->who->id);
    out_flag(out, "yours", yours);
    if (!yours)
        out_member(out, "member", plan->who->id);
    say_plan(turn, out, plan);
}

static void settle(struct turn *turn, struct outgoing *out, const struct plan *plan)
{
    add_row(turn, plan);
    say_plan(turn, out, plan);
    if (!plan->deputy)
        warn(turn, out, plan);
    if (is_mine(turn, plan->who)) {
        out_flag(out, "mine", true);
    } else {
        out_member(out, "member", plan->who->id);
        tell(turn, plan, plan->who->id);
    }
    if (plan->deputy && !(turn->sender && is_same(plan->deputy->id, turn->sender->id)))
        tell(turn, plan, plan->deputy->id);
}

/* ---- asking who stands in ---- */

static void ask(struct turn *turn, const struct plan *plan)
{
    const char *choices[] = {data_of(turn, "plan", plan)};
    struct outgoing *out = turn_answer(turn, "leave_ask", lang_of(turn));
    say_plan(turn, out, plan);
    if (is_mine(turn, plan->who))
        out_flag(out, "mine", true);
    else
        out_member(out, "member", plan->who->id);
    warn(turn, out, plan);
    turn_ask(turn, turn->group->name, turn->sender->id, "leave", "deputy", NULL,
             turn->now_ms + ASK_MS, choices, 1);
    turn_session_timer_set(turn, turn->session, "leave", "leave", turn->now_ms + ASK_MS,
                           choices[0]);
}

static bool plan_read(const struct turn *turn, const char *data, struct plan *ret_plan)
{
    char what[8], who[40], deputy[40] = "";
    if (!data || sscanf(data, "%7[^|]|%d|%d|%39[^|]|%39s", what, &ret_plan->from,
                        &ret_plan->until, who, deputy) < 4)
        return false;
    ret_plan->who = community_member(turn->community, who);
    ret_plan->deputy = *deputy ? community_member(turn->community, deputy) : NULL;
    return ret_plan->who != NULL;
}

/* Was only the name of a deputy to be understood here? */
static bool is_a_name(const struct turn *turn)
{
    return turn->group->kind == GROUP_DIRECT && strlen(turn->text) <= 30 &&
           !strpbrk(turn->text, " ,.?!#") && turn->meaning->intent == INTENT_CHAT;
}

static bool answer(struct turn *turn, struct session *session, size_t index)
{
    struct plan plan;
    bool nobody;
    const char *name;
    if (session != turn->session || turn->meaning->report || !turn->text[0] ||
        !plan_read(turn, session->questions[index].choices[0], &plan))
        return false;
    plan.deputy = leave_deputy(turn, turn->text, &nobody, &name);
    if (!plan.deputy && !nobody) {
        if (is_a_name(turn))
            out_text(refuse(turn, "unknown"), "name", name);
        return is_a_name(turn);
    }
    if (plan.deputy && !deputy_works(turn, &plan))
        return true;
    session_close(session, index);
    turn_session_timer_cancel(turn, session, "leave");
    drop_rows(turn, plan.who->id, plan.from, plan.until);
    settle(turn, turn_answer(turn, "leave_set", lang_of(turn)), &plan);
    return true;
}

/* Nobody was named in ten minutes. */
static void on_timer(struct turn *turn)
{
    struct plan plan;
    if (!turn->session || !plan_read(turn, turn->timer_data, &plan))
        return;
    const char *asker = turn->session->member;
    if (strncmp(turn->timer_data, "told", 4) == 0) {
        tell(turn, &plan, asker);
        return;
    }
    for (size_t i = turn->session->question_count; i-- > 0;)
        if (is_same(turn->session->questions[i].handler, "leave") &&
            is_same(turn->session->questions[i].kind, "deputy"))
            session_close(turn->session, i);
    if (community_is_on_leave(turn->community, plan.who->id, plan.from, plan.until))
        return;
    enum lang lang = turn->group->lang && is_same(turn->group->lang, "en") ? LANG_EN : LANG_ZH;
    bool direct = is_same(turn->session->group, "dm");
    struct outgoing *out = direct ? turn_say_direct(turn, asker, "leave_set", lang)
                                  : turn_say(turn, turn->session->group, "leave_set", lang);
    if (!direct)
        out_mention(out, asker);
    add_row(turn, &plan);
    say_plan(turn, out, &plan);
    warn(turn, out, &plan);
    if (is_same(asker, plan.who->id)) {
        out_flag(out, "mine", true);
    } else {
        out_member(out, "member", plan.who->id);
        tell(turn, &plan, plan.who->id);
    }
}

/* ---- going ---- */

static void go(struct turn *turn, const struct leave_wish *wish)
{
    struct plan plan = {.who = wish->who, .from = wish->from, .until = wish->until};
    bool nobody = false;
    const char *name = NULL;
    if (!may_say(turn, wish->who)) {
        refuse(turn, "rights");
        return;
    }
    if (wish->fault) {
        refuse(turn, wish->fault);
        return;
    }
    if (wish->deputy)
        plan.deputy = leave_deputy(turn, wish->deputy, &nobody, &name);
    if (wish->deputy && !plan.deputy && !nobody) {
        out_text(refuse(turn, "unknown"), "name", name);
        return;
    }
    if (plan.deputy && !deputy_works(turn, &plan))
        return;
    if (drop_rows(turn, plan.who->id, plan.from, plan.until)) {
        refuse(turn, "file");
        return;
    }
    if (!plan.deputy && !nobody) {
        turn->dropped_count = 0; /* what he had holds until this is settled */
        ask(turn, &plan);
        return;
    }
    settle(turn, turn_answer(turn, "leave_set", lang_of(turn)), &plan);
}

/* ---- coming back ---- */

/* Of whom it is said that he is back; NULL: of nobody known. */
static const struct member *who_is_back(const struct turn *turn)
{
    size_t len;
    if (!leave_is_over(turn->text, &len))
        return NULL;
    const char *name = arena_strndup(turn->arena, turn->text, len);
    return !*name || is_same(name, "我") ? community_member(turn->community, turn->sender->id)
                                         : community_member_by_name(turn->community, name);
}

/* The days of his leave: the present one, else the next one. */
static bool find_leave(const struct turn *turn, const char *member, int *ret_from,
                       int *ret_until)
{
    int today = leave_today(turn), first = 0;
    if (community_is_on_leave(turn->community, member, today, today)) {
        *ret_from = *ret_until = today;
        return true;
    }
    for (size_t i = 0; i < community_amendment_count(turn->community); i++) {
        const struct amendment *a = community_amendment_at(turn->community, i);
        int from = day_of_cell(a->entry.from);
        if (is_leave_of(a, member) && from > today && (!first || from < first))
            first = from;
    }
    *ret_from = *ret_until = first;
    return first != 0;
}

static void come_back(struct turn *turn, const struct member *who)
{
    int from, until;
    bool mine = is_mine(turn, who);
    if (!may_say(turn, who)) {
        refuse(turn, "rights");
    } else if (!find_leave(turn, who->id, &from, &until)) {
        refuse(turn, "none");
    } else if (drop_rows(turn, who->id, from, until)) {
        refuse(turn, "file");
        turn_tell_operator(turn, "leave in the file",
                           "somebody is back before his leave in roster.csv is over; take its "
                           "row out");
    } else {
        struct outgoing *out = turn_answer(turn, "leave_over", turn->meaning->lang);
        if (mine)
            out_flag(out, "mine", true);
        else
            out_member(out, "member", who->id);
        out_flag(out, "now", from == leave_today(turn));
        if (who->deputy)
            out_member(out, "deputy", who->deputy);
    }
}

/* ---- the row ---- */

static bool is_heard(const struct turn *turn, const struct leave_wish *wish)
{
    if (turn->meaning->report)
        return false;
    if (is_same(wish->fault, "no_dates") && wish->rest)
        return false;
    if (turn->group->kind == GROUP_DIRECT || turn->addressed)
        return true;
    /* talk among colleagues */
    if (is_same(wish->fault, "no_dates") || !may_say(turn, wish->who))
        return false;
    return wish->rest <= (wish->deputy ? REST_MAX : 0);
}

static int match(const struct turn *turn)
{
    struct leave_wish wish;
    int from, until;
    if (!turn->sender || !turn->session || turn->input->kind != INPUT_MESSAGE ||
        turn->group->kind == GROUP_BUILDING ||
        !community_member(turn->community, turn->sender->id))
        return 0;
    const struct member *back = who_is_back(turn);
    if (back)
        return turn->group->kind == GROUP_DIRECT || find_leave(turn, back->id, &from, &until)
                   ? 90
                   : 0;
    return leave_read(turn, &wish) && is_heard(turn, &wish) ? 90 : 0;
}

static void handle(struct turn *turn)
{
    struct leave_wish wish;
    const struct member *back = who_is_back(turn);
    if (back)
        come_back(turn, back);
    else if (leave_read(turn, &wish))
        go(turn, &wish);
}

const struct handler handler_leave = {
    .name = "leave",
    .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY | LISTEN_CODES,
    .priority = 45,
    .match = match,
    .handle = handle,
    .answer = answer,
    .on_timer = on_timer,
};
