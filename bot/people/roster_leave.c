/* roster_leave.c: roles for a time, and people on leave: a row with the role `leave`, its dates
 * and, if somebody stands in, the deputy's id. Whoever is away keeps his rights but is nobody's
 * holder; his deputy has his roles as well, by name. Days are numbers, 20260302.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host/mem.h"
#include "people/roster_private.h"

#define DEPUTIES_MAX 8 /* deputies of deputies */

int roster_day(int64_t local_ms)
{
    time_t seconds = (time_t)(local_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

int64_t roster_day_ms(int day)
{
    struct tm tm = {
        .tm_year = day / 10000 - 1900, .tm_mon = day / 100 % 100 - 1, .tm_mday = day % 100};
    return (int64_t)timegm(&tm) * 1000;
}

/* The day in that cell; 0: the cell is empty, -1 after a fault. */
static int day_read(struct reader *r, enum column column)
{
    int y, m, d, used = 0;
    const char *text = roster_cell(r, column);
    if (!*text)
        return 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 && !text[used] && y >= 1970 &&
        m >= 1 && d >= 1) {
        int day = y * 10000 + m * 100 + d;
        if (roster_day(roster_day_ms(day)) == day)
            return day;
    }
    fault(r, "`%s` is no day; write for example 2026-03-08", text);
    return -1;
}

/* Remembers that the roster means something else from that day on. */
static void turning_day(struct roster *c, int day)
{
    if (day <= c->today && day > c->changed_on)
        c->changed_on = day;
    if (day > c->today && (!c->changes_on || day < c->changes_on))
        c->changes_on = day;
}

bool roster_holds_today(struct reader *r, struct roster_row *row)
{
    int from = day_read(r, COL_FROM), until = day_read(r, COL_UNTIL);
    struct roster *roster = r->roster;
    if (from < 0 || until < 0)
        return false;
    row->from = from;
    row->until = until;
    if (until && until < from) {
        fault(r, "it ends before it begins; mend from and until");
        return false;
    }
    if (!from && !until)
        return true;
    if (!roster->today)
        return false;
    if (from)
        turning_day(roster, from);
    if (until)
        turning_day(roster, roster_day(roster_day_ms(until) + INT64_C(86400000)));
    return from <= roster->today && (!until || roster->today <= until);
}

void roster_leave_read(struct reader *r, struct draft *d)
{
    if (!*roster_cell(r, COL_FROM) || !*roster_cell(r, COL_UNTIL))
        fault(r, "a leave needs from and until, such as 2026-03-03 and 2026-03-08");
    if (*roster_cell(r, COL_AREA) || *roster_cell(r, COL_OWNER))
        fault(r, "a leave is from every role; empty the cells of owner and area");
    const char *deputy = roster_cell(r, COL_DEPUTY);
    struct roster_row row = {.member = &d->member,
                             .role = "leave",
                             .area = "",
                             .deputy = arena_strdup(r->roster->arena, deputy)};
    struct leave leave = {d, row.deputy, r->csv.record_line, roster_holds_today(r, &row),
                          r->row > 0};
    roster_row_keep(r->roster, &row);
    if (leave.holds && d->member.away)
        fault(r, "%s is on leave twice at the same time; remove one row", d->member.id);
    d->member.away |= leave.holds;
    r->leaves = roster_grow(r->leaves, r->leave_count, sizeof *r->leaves);
    r->leaves[r->leave_count++] = leave;
}

/* The first along the chain of deputies who is there; NULL: nobody. */
static struct draft *stands_in(const struct draft *who)
{
    struct draft *d = who->deputy;
    for (int i = 0; d && d->member.away && i < DEPUTIES_MAX; i++)
        d = d->deputy;
    return d && !d->member.away ? d : NULL;
}

/* Faults found now are of that row. */
static void back_to(struct reader *r, const struct leave *leave, struct faults *faults,
                    struct faults *misfits)
{
    r->faults = leave->amended ? misfits : faults;
    r->csv.name = leave->amended ? AMENDMENTS : r->c->table_name;
    r->csv.record_line = leave->line;
    r->row = leave->amended ? (uint32_t)leave->line : 0;
}

void roster_leave_apply(struct reader *r, struct faults *misfits)
{
    struct faults *faults = r->faults;
    for (size_t i = 0; i < r->leave_count; i++) {
        struct leave *l = &r->leaves[i];
        back_to(r, l, faults, misfits);
        struct draft *deputy =
            (struct draft *)index_find_text(&r->roster->by_member, l->deputy);
        if (*l->deputy && !deputy)
            fault(r, "the deputy `%s` is nobody in this table; write his id", l->deputy);
        else if (deputy == l->who)
            fault(r, "%s cannot be his own deputy", l->deputy);
        else if (l->holds)
            l->who->deputy = deputy;
    }
    for (size_t i = 0; i < r->leave_count; i++) {
        struct draft *who = r->leaves[i].who;
        struct draft *deputy = r->leaves[i].holds ? stands_in(who) : NULL;
        if (deputy)
            who->member.deputy = deputy->member.id;
        back_to(r, &r->leaves[i], faults, misfits);
        for (size_t k = 0; deputy && k < who->member.role_count; k++)
            if (who->roles[k].role != ROLE_RESIDENT)
                roster_grant(r, deputy, &who->roles[k]);
    }
    r->faults = faults;
}

bool community_is_on_leave(const struct community *community, const char *member, int from,
                           int until)
{
    const struct roster *roster = community->roster;
    for (size_t i = 0; i < roster->row_count; i++) {
        const struct roster_row *row = &roster->rows[i];
        if (strcmp(row->role, "leave") == 0 && strcmp(row->member->id, member) == 0 &&
            row->from <= until && from <= row->until)
            return true;
    }
    return false;
}
