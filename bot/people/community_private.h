/* community_private.h: the struct behind community.h, shared by the files of people/. */
#ifndef LOUBOT_PEOPLE_COMMUNITY_PRIVATE_H
#define LOUBOT_PEOPLE_COMMUNITY_PRIVATE_H

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

struct community {
    struct arena *arena;          /* holds every string and list */
    struct evp_md_ctx_st *digest; /* SHA-256, for the ids of people found in chats */
    struct evp_md_st *sha256;
    const char *id, *name, *bot_name, *lang;
    int utc_offset_s;
    bool demo;
    char version[17];
    int today;      /* yyyymmdd there; 0: not told, rows with dates do not hold */
    int changed_on; /* the last day, up to today, on which a dated row began or ended */
    int changes_on; /* the next such day; 0: none */

    struct building **buildings; /* malloc'ed */
    size_t building_count;
    struct group *groups;
    size_t group_count;
    struct binding *group_bindings; /* one for each group; adapter NULL: bound nowhere */
    struct micro_grid *micro_grids;
    size_t micro_grid_count;
    struct member **members; /* malloc'ed */
    size_t member_count;
    struct roster_row *rows; /* malloc'ed, in the order of the table */
    size_t row_count;

    struct index by_building, by_group, by_micro_grid, by_member, by_name;
    struct index grids;      /* name → its first building */
    struct index bindings;   /* adapter, account, platform group → group */
    struct index identities; /* adapter, user → member */
    struct index holders;    /* role, owner, kind of area, area → member */
};

/* An empty one, for community_load() and tests; destroyed by community_destroy(). */
struct community *community_create(void);
/* Fill the struct from the two files; faults are added. */
void community_read_file(struct community *community, struct conf *conf, struct faults *faults);
void roster_read(struct community *community, const char *name, const char *bytes, size_t len,
                 struct faults *faults);
/* A day as a number, 20260302, and back to the milliseconds at which it begins. */
int roster_day(int64_t local_ms);
int64_t roster_day_ms(int day);
/* After the roster: the index behind community_holder(). */
void holders_index(struct community *community);

/* "4" for "04", "B" for "b"; NULL: no name of a building or unit (digits and Latin letters, at
 * most 8). */
const char *place_normalise(struct arena *arena, const char *text);

#endif
