/* community.h: communities, their buildings and groups, and the people in them, read from files
 * and kept in memory.
 *
 * A community is a folder (or embedded data): community.yaml and roster.csv, see the README for
 * both. All of it is immutable after community_load(), but for the people, who may change
 * between two turns (amend.h); a changed file gives a new struct.
 */
#ifndef LOUBOT_PEOPLE_COMMUNITY_H
#define LOUBOT_PEOPLE_COMMUNITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct faults;

enum group_kind { GROUP_BUILDING, GROUP_WORK, GROUP_DIRECT };

enum role {
    ROLE_RESIDENT,
    ROLE_BUILDING_HEAD,
    ROLE_MICRO_GRID_WORKER,
    ROLE_GRID_WORKER,
    ROLE_PARTY_GROUP_LEADER,
    ROLE_ESTATE_GRID_HEAD,
    ROLE_COMMUNITY_GRID_HEAD,
    ROLE_STREET,
    ROLE_DISTRICT,
    ROLE_OWNER,         /* acts for an owner (property, heating …); `owner` says which */
    ROLE_OWNER_MANAGER, /* leads an owner's people (物业经理) */
    ROLE_COOK,          /* cooks for the canteen */
    ROLE_COUNT
};
const char *role_name(enum role role); /* "grid_worker" */

/* Whose an event is; spelling of DESIGN §5 by owner_name(). */
enum owner {
    OWNER_NONE,
    OWNER_PROPERTY,
    OWNER_WATER,
    OWNER_POWER,
    OWNER_GAS,
    OWNER_HEATING,
    OWNER_LIFT,
    OWNER_URBAN_MANAGEMENT,
    OWNER_POLICE,
    OWNER_MEDIATION,
    OWNER_COMMUNITY, /* the grid worker himself */
    OWNER_UPPER
};
const char *owner_name(enum owner owner); /* "property"; OWNER_NONE: NULL */
enum owner owner_by_name(const char *name);

/* Where a role holds: the narrowest that is set. All NULL: the whole community. */
struct area {
    const char *grid, *building, *unit;
};

struct role_grant {
    enum role role;
    enum owner owner; /* with ROLE_OWNER and ROLE_OWNER_MANAGER */
    struct area area;
    uint32_t row; /* the amendment that gave it (amend.h); 0: the file */
};

/* A platform identity. */
struct identity {
    const char *adapter; /* "web", "onebot" …; "*": any adapter (demo community) */
    const char *user;    /* the platform's user id */
};

struct member {
    const char *id;    /* "m-0007"; found people: "r-" and a hash, see community_sender() */
    const char *name;  /* as it is shown */
    bool wants_direct; /* pings go to direct chat instead of the work group */
    const struct role_grant *roles;
    size_t role_count;
    const struct identity *identities;
    size_t identity_count;
    const char *building, *household; /* of a resident; NULL: unknown, tied to no flat */
    bool away;                        /* on leave: nobody's holder, his deputy has his roles */
    const char *deputy;               /* who has them; NULL: nobody */
};

struct building {
    const char *name; /* "4" */
    const char *grid; /* "1" */
    int units;
    int floor_min, floor_max;
    int households;
    const char *const *rooms; /* of every unit ("101"), when the file lists them; else NULL */
    size_t room_count;
};

struct group {
    const char *community; /* id */
    const char *name;      /* "b4", "work", "dm" */
    enum group_kind kind;
    const char *building; /* of a building group */
    const char *lang;     /* "zh" or "en", default of the community */
};

struct community; /* opaque */

/* Reads one community. `path` is a folder, or NULL for the embedded demo community. Faults are
 * added with file and line; NULL when there was one. */
struct community *community_load(const char *path, struct faults *faults);
/* The same as it is on the local day of `now_ms`: with rows that hold for a time, and deputies
 * of those who are on leave. (community_load() leaves rows with dates out.) */
struct community *community_load_at(const char *path, int64_t now_ms, struct faults *faults);
/* The same with another roster, the file `table` (NULL: its own). */
struct community *community_load_with(const char *path, const char *table, int64_t now_ms,
                                      struct faults *faults);
/* The midnight at which it must be loaded anew because a role begins or ends, or somebody goes
 * or comes back; INT64_MAX: none is known. */
int64_t community_changes_ms(const struct community *community);
void community_destroy(struct community **community);

const char *community_id(const struct community *community);   /* "nanfeng" */
const char *community_name(const struct community *community); /* "南风花园社区" */
bool community_is_demo(const struct community *community);
const char *community_bot_name(const struct community *community); /* "楼宝" */
int community_utc_offset_s(const struct community *community);     /* 28800 for China */
/* A digest of roster and buildings, a blank, and the stamp of the amendments; changes whenever
 * they do. Commits check it. */
const char *community_version(const struct community *community);

const struct building *community_building(const struct community *community,
                                          const char *name); /* NULL: no such */
size_t community_building_count(const struct community *community);
const struct building *community_building_at(const struct community *community, size_t index);

size_t community_micro_grid_count(const struct community *community);

/* Groups. Direct chats are one group "dm" for all; the person is named beside it. */
const struct group *community_group(const struct community *community, const char *name);
size_t community_group_count(const struct community *community);
const struct group *community_group_at(const struct community *community, size_t index);
/* The community's group that a platform group is bound to, or NULL: unknown. Adapters "web" and
 * "play" name groups as the community does; others by the bindings in community.yaml. */
const struct group *community_bound_group(const struct community *community,
                                          const char *adapter, const char *account,
                                          const char *platform_group);
/* The reverse: platform group and account through which a group is reached; false when it is
 * bound nowhere. */
struct binding {
    const char *adapter, *account, *platform_group;
};
bool community_binding(const struct community *community, const struct group *group,
                       struct binding *ret_binding);

/* Members. By his id, or by one that he had before he was bound (ROSTER_FORMER). */
const struct member *community_member(const struct community *community, const char *id);
const struct member *community_member_by_name(const struct community *community,
                                              const char *name);
size_t community_member_count(const struct community *community);
const struct member *community_member_at(const struct community *community, size_t index);
/* Is somebody on leave on one of these days (20260303)? Rows that begin later count too. */
bool community_is_on_leave(const struct community *community, const char *member, int from,
                           int until);
/* The roster as a table that community_load() reads again (CSV in UTF-8 with BOM, for
 * spreadsheets), rows with dates and leave included, amendments too. */
void community_write_roster(const struct community *community, struct buf *out);
/* Who wrote: the bound member, or, for people not in the roster, a resident made up in `arena`
 * whose id is "r-" and 12 hex digits of SHA-256(adapter, account, user), of the group's
 * building. Never NULL. */
const struct member *community_sender(const struct community *community, const char *adapter,
                                      const char *account, const char *user, const char *name,
                                      const struct group *group, struct arena *arena);

/* Has the member this role for that place (an area that contains it)? building and unit may be
 * NULL: where the place is not known, an area inside it will do. */
bool member_has_role(const struct community *community, const struct member *member,
                     enum role role, const char *building, const char *unit);
/* Any role beyond resident, for any area. */
bool member_is_staff(const struct member *member);
/* Acts for that owner (worker or manager). */
bool member_acts_for(const struct member *member, enum owner owner);
/* Who holds a role for a place: the one with the narrowest area; NULL: nobody. */
const struct member *community_holder(const struct community *community, enum role role,
                                      const char *building, const char *unit);
/* Who acts for an owner at a place. OWNER_COMMUNITY: the grid worker. */
const struct member *community_owner_person(const struct community *community, enum owner owner,
                                            const char *building);
/* Who stands on a rung of the ladder (DESIGN §5 `level`, 0..5) for a place; NULL: a gap. */
const struct member *community_rung(const struct community *community, int level,
                                    const char *building, const char *unit);

#endif
