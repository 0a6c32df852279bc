/* community_fuzz.c: any bytes as a community's two files: community.yaml, a NUL byte,
 * roster.csv. A file without faults must give a community whose parts can be found again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "people/community_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_community(const struct community *c)
{
    for (size_t i = 0; i < community_building_count(c); i++) {
        const struct building *b = community_building_at(c, i);
        check(community_building(c, b->name) == b);
    }
    for (size_t i = 0; i < community_group_count(c); i++) {
        const struct group *g = community_group_at(c, i);
        struct binding way;
        check(community_group(c, g->name) == g);
        if (community_binding(c, g, &way))
            check(community_bound_group(c, way.adapter, way.account, way.platform_group) == g);
    }
    for (size_t i = 0; i < community_member_count(c); i++) {
        const struct member *m = community_member_at(c, i);
        check(community_member(c, m->id) == m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes;
    const char *cut = len ? memchr(text, 0, len) : NULL;
    size_t head = cut ? (size_t)(cut - text) : len;
    struct faults *faults = faults_create();
    struct community *c = xcalloc(1, sizeof *c);
    c->arena = arena_create((size_t)1 << 28);
    struct conf *conf = conf_read_bytes("community.yaml", text, head, faults);
    if (conf) {
        community_read_file(c, conf, faults);
        conf_destroy(&conf);
        c->table_name = "roster.csv";
        c->table = xstrndup(cut ? cut + 1 : "", cut ? len - head - 1 : 0);
        c->table_len = cut ? len - head - 1 : 0;
        c->roster = roster_create(c, NULL, 0, 0, 0, faults, faults);
        if (!faults_count(faults))
            check_community(c);
    }
    for (size_t i = 0; i < faults_count(faults); i++)
        check(strstr(faults_text(faults, i), ".yaml:") ||
              strstr(faults_text(faults, i), ".csv:"));
    community_destroy(&c);
    faults_destroy(&faults);
    return 0;
}
