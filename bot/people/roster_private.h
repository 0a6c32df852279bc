/* roster_private.h: the reader of roster.csv, shared by roster.c (people), roster_area.c
 * (places), roster_leave.c (dates, deputies) and amend.c (rows of run time). */
#ifndef LOUBOT_PEOPLE_ROSTER_PRIVATE_H
#define LOUBOT_PEOPLE_ROSTER_PRIVATE_H

#include "host/buf.h"
#include "host/conf.h"
#include "people/community_private.h"
#include "people/csv.h"

enum column {
    COL_ID,
    COL_NAME,
    COL_ROLE,
    COL_OWNER,
    COL_AREA,
    COL_DIRECT,
    COL_IDS,
    COL_FROM,
    COL_UNTIL,
    COL_DEPUTY,
    COL_COUNT
};

/* A member while the table is read: lists that still grow. */
struct draft {
    struct member member; /* first, so that a draft is its member */
    int line;             /* where he stands first */
    struct role_grant *roles;
    struct identity *identities;
    struct draft *deputy; /* who stands in while he is away */
};

/* An absence; the deputy may stand further down in the table. */
struct leave {
    struct draft *who;
    const char *deputy; /* id, "" for nobody */
    int line;
    bool holds; /* today */
    bool amended;
};

struct reader {
    struct community *c; /* whose places they are */
    struct roster *roster;
    struct faults *faults;
    bool faulty; /* one was added */
    struct csv csv;
    uint32_t row;           /* of an amendment; 0: the file is read */
    struct draft *newcomer; /* whom the present row names for the first time, or NULL */
    int where[COL_COUNT];   /* column → field, -1: not in this table */
    struct index rows;      /* id, role, area: a row given twice */
    struct leave *leaves;
    size_t leave_count;
};

#define AMENDMENTS "run-time row" /* stands for a file's name; the line is its number */

#define fault(r, ...)                                                                          \
    ((r)->faulty = true,                                                                       \
     faults_add((r)->faults, (r)->csv.name, (r)->csv.record_line, __VA_ARGS__))

/* The text in that column of this row, "" when it is not there. */
const char *roster_cell(const struct reader *r, enum column column);
/* Both tables. The roster's amendments are filled; see roster_create(). */
void roster_read(struct community *community, struct roster *roster, struct faults *faults,
                 struct faults *misfits);
/* Reads the row that csv.fields holds. */
void roster_row_read(struct reader *r);
/* Makes room in csv.fields for the row of an amendment, and reads it; when it does not fit
 * everything is as before and a fault is added. */
void amend_read(struct reader *r, const struct amendment *amendment);
#define ROSTER_NAME_MAX 60 /* bytes of a member's name */
/* A platform's user as a cell of accounts takes it, and (in place) back. */
void roster_write_user(const char *user, struct buf *out);
void roster_read_user(char *text);
/* Room for one more in a list that is reallocated at powers of two. */
void *roster_grow(void *list, size_t count, size_t size);
/* One more role; a fault when they are too many. */
void roster_grant(struct reader *r, struct draft *d, const struct role_grant *role);

/* An area as it is written, taken apart. */
enum area_kind { AREA_GRID, AREA_BUILDING, AREA_UNIT, AREA_FLAT, AREA_MICRO, AREA_KINDS };
struct roster_area {
    enum area_kind kind; /* AREA_KINDS: the whole community */
    struct area area;
    const char *room;
    const struct micro_grid *micro; /* of a micro-grid */
    const char *text;               /* the area written anew: "building:4", "" */
};
/* Reads the area of this row; false after a fault. Changes the cell. */
bool roster_area_read(struct reader *r, struct roster_area *ret_area);

/* Does this row hold today? False too after a fault. Notes the days in the row that is kept. */
bool roster_holds_today(struct reader *r, struct roster_row *row);
/* Keeps the row for community_write_roster(). */
void roster_row_keep(struct roster *roster, const struct roster_row *row);
/* A row that says that somebody is away. */
void roster_leave_read(struct reader *r, struct draft *d);
/* After the last row: whoever is away lends his roles to his deputy. `misfits` takes the faults
 * of amendments. */
void roster_leave_apply(struct reader *r, struct faults *misfits);

#endif
