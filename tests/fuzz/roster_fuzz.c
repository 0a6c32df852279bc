/* roster_fuzz.c: any bytes as a roster, on a day in March. A table without faults must give
 * holders who hold what they are asked for, and nobody who is away. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"
#include "people/community_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char community_yaml[] =
    "id: x\nbuildings:\n- {names: [1-3], units: 2, grid: 1}\n- {names: [4, B], grid: 2}\n"
    "micro_grids:\n- {name: 1a, building: 1, units: 1}\n";

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_holders(const struct community *c)
{
    static const char *const units[] = {"1", "2", NULL};
    for (size_t i = 0; i < community_building_count(c); i++)
        for (size_t u = 0; u < 3; u++)
            for (int role = ROLE_BUILDING_HEAD; role < ROLE_COUNT; role++) {
                const char *building = community_building_at(c, i)->name;
                const struct member *m =
                    community_holder(c, (enum role)role, building, units[u]);
                check(!m || (!m->away && member_is_staff(m) &&
                             member_has_role(c, m, (enum role)role, building, units[u])));
            }
    for (int owner = OWNER_PROPERTY; owner <= OWNER_UPPER; owner++) {
        const struct member *m = community_owner_person(c, (enum owner)owner, "1");
        check(!m || owner == OWNER_COMMUNITY || member_acts_for(m, (enum owner)owner));
    }
}

static void check_members(const struct community *c, struct arena *arena)
{
    for (size_t i = 0; i < community_member_count(c); i++) {
        const struct member *m = community_member_at(c, i);
        check(community_member(c, m->id) == m && community_member_by_name(c, m->name));
        for (size_t k = 0; k < m->identity_count; k++)
            check(community_sender(c, m->identities[k].adapter, "a", m->identities[k].user, "n",
                                   NULL, arena) == m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct faults *faults = faults_create();
    struct arena *arena = arena_create((size_t)1 << 28);
    struct community *c = community_create();
    struct conf *conf = conf_read_bytes("y", community_yaml, sizeof community_yaml - 1, faults);
    community_read_file(c, conf, faults);
    conf_destroy(&conf);
    check(!faults_count(faults));
    c->table_name = "r";
    c->table = memcpy(malloc(len + 1), bytes, len);
    c->table_len = len;
    c->roster = roster_create(c, NULL, 0, 0, 20260305, faults, faults);
    if (!faults_count(faults)) {
        check_holders(c);
        check_members(c, arena);
        const struct roster *r = c->roster;
        check(!r->changes_on || (r->changes_on > r->today && r->changed_on <= r->today));
    }
    community_destroy(&c);
    arena_destroy(&arena);
    faults_destroy(&faults);
    return 0;
}
