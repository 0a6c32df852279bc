/* roster_write.c: the roster as a table again. Cells that a spreadsheet would take for a
 * formula get a quote mark in front, which the reader (csv.c) takes away.
 *
 * When you add a column to roster.c, write it here too.
 */
#include <stdio.h>
#include <string.h>

#include "host/buf.h"
#include "people/roster_private.h"

void roster_row_keep(struct roster *roster, const struct roster_row *row)
{
    roster->rows = roster_grow(roster->rows, roster->row_count, sizeof *roster->rows);
    roster->rows[roster->row_count++] = *row;
}

static void cell(struct buf *out, const char *text)
{
    bool quoted = strpbrk(text, ",\"\n\r#") || *text == ' ';
    const char *guard = *text && strchr("=+-@\t", *text) ? "'" : "";
    buf_puts(out, quoted ? "\"" : "");
    buf_puts(out, guard);
    for (const char *c = text; *c; c++) {
        buf_puts(out, *c == '"' ? "\"" : "");
        buf_add(out, c, 1);
    }
    buf_puts(out, quoted ? "\"" : "");
}

static void day(struct buf *out, int day)
{
    if (day)
        buf_printf(out, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

static const char parting[] = " ;\n%"; /* what would part accounts, and what stands for it */

void roster_write_user(const char *user, struct buf *out)
{
    for (const char *c = user; *c; c++)
        if (strchr(parting, *c))
            buf_printf(out, "%%%02X", (unsigned)*c);
        else
            buf_add(out, c, 1);
}

void roster_read_user(char *text)
{
    char *to = text;
    for (const char *c = text; *c; to++) {
        unsigned value;
        if (sscanf(c, "%%%2X", &value) == 1 && value && strchr(parting, (int)value)) {
            *to = (char)value;
            c += 3;
        } else {
            *to = *c++;
        }
    }
    *to = '\0';
}

static void identities(struct buf *out, const struct member *member)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < member->identity_count; i++) {
        buf_printf(&text, "%s%s:", i ? " " : "", member->identities[i].adapter);
        roster_write_user(member->identities[i].user, &text);
    }
    cell(out, buf_text(&text));
    buf_finish(&text);
}

/* What is told once of a person stands in the first of his rows. */
static void write_row(struct buf *out, const struct roster_row *row, bool first)
{
    const char *owner = owner_name(row->owner);
    cell(out, row->member->id);
    buf_puts(out, ",");
    cell(out, first ? row->member->name : "");
    buf_printf(out, ",%s,%s,%s,%s,", row->role, owner ? owner : "", row->area,
               first && row->member->wants_direct ? "yes" : "");
    if (first)
        identities(out, row->member);
    buf_puts(out, ",");
    day(out, row->from);
    buf_puts(out, ",");
    day(out, row->until);
    buf_printf(out, ",%s\n", row->deputy);
}

void community_write_roster(const struct community *community, struct buf *out)
{
    struct index told = {NULL};
    buf_puts(out, "\xef\xbb\xbf"
                  "id,name,role,owner,area,direct,identities,from,until,deputy\n");
    for (size_t i = 0; i < community->roster->row_count; i++) {
        const struct roster_row *row = &community->roster->rows[i];
        write_row(out, row, index_add_text(&told, row->member->id, row) == row);
    }
    index_finish(&told);
}
