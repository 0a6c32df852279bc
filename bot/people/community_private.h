/* community_private.h: the struct behind community.h, shared by the files of people/. */
#ifndef LOUBOT_PEOPLE_COMMUNITY_PRIVATE_H
#define LOUBOT_PEOPLE_COMMUNITY_PRIVATE_H

#include "people/amend.h"
#include "people/community.h"
#include "people/index.h"

#define BUILDINGS_MAX 20000
#define UNITS_MAX 40
#define MEMBERS_MAX 200000

struct conf;

struct micro_grid {
    const char *name, *building;
    int unit_from, unit_to;
    struct micro_grid *next;
};

/* A row of the roster as it was understood, for writing it again. */
struct roster_row {
    const struct member *member;
    const char *role; /* "grid_worker" or "leave" */
    enum owner owner;
    const char *area;   /* "building:4", "" */
    int from, until;    /* yyyymmdd, 0: open */
    const char *deputy; /* id, "" */
};

/* The people part of a community: both tables (the file's and the amendments) as they were
 * read. Immutable; a change gives a new one, and the old one goes when nobody holds it. */
struct roster {
    int holders;         /* who refers to it: the community, turns under way */
    struct arena *arena; /* every string and list */
    char version[64];    /* "<files> <stamp of the amendments>" */
    int today;           /* yyyymmdd there; 0: not told, rows with dates do not hold */
    int changed_on;      /* the last day, up to today, on which a dated row began or ended */
    int changes_on;      /* the next such day; 0: none */
    uint64_t stamp;
    struct amendment *amendments;
    size_t amendment_count;

    struct member **members; /* malloc'ed */
    size_t member_count;
    struct roster_row *rows; /* malloc'ed, in the order of the tables */
    size_t row_count;
    struct index by_member, by_name;
    struct index identities; /* adapter, user → member */
    struct index by_role;    /* role, owner, kind of area, area → member */
};

struct community {
    struct arena *arena;          /* holds every string and list but the roster's */
    struct evp_md_ctx_st *digest; /* SHA-256, for the ids of people found in chats */
    struct evp_md_st *sha256;
    const char *id, *name, *bot_name, *lang;
    int utc_offset_s;
    bool demo;
    unsigned char digest_of_files[32];
    const char *table_name; /* of the roster's file, and its text, to be read again */
    char *table;            /* malloc'ed */
    size_t table_len;
    struct roster *roster;
    uint64_t serial; /* rosters so far */

    struct building **buildings; /* malloc'ed */
    size_t building_count;
    struct group *groups;
    size_t group_count;
    struct binding *group_bindings; /* one for each group; adapter NULL: bound nowhere */
    struct micro_grid *micro_grids;
    size_t micro_grid_count;

    struct index by_building, by_group, by_micro_grid;
    struct index grids;    /* name → its first building */
    struct index bindings; /* adapter, account, platform group → group */
};

/* An empty one, for community_load() and tests; destroyed by community_destroy(). */
struct community *community_create(void);
/* Fill the struct from the two files; faults are added. */
void community_read_file(struct community *community, struct conf *conf, struct faults *faults);
/* The roster of that day, made of the community's table and the amendments; what cannot be
 * right is added to `faults`, an amendment that does not fit to `misfits` and left out. Held
 * once. */
struct roster *roster_create(struct community *community, const struct amendment *amendments,
                             size_t count, uint64_t stamp, int today, struct faults *faults,
                             struct faults *misfits);
void roster_release(struct roster **roster);
/* A day as a number, 20260302, and back to the milliseconds at which it begins. */
int roster_day(int64_t local_ms);
int64_t roster_day_ms(int day);
/* After the roster: the index behind community_holder(). */
void holders_index(struct roster *roster);

/* "4" for "04", "B" for "b"; NULL: no name of a building or unit (digits and Latin letters, at
 * most 8). */
const char *place_normalise(struct arena *arena, const char *text);

#endif
