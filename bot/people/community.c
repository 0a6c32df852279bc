/* community.c: loads a community from its two files and answers questions about it; see
 * community.h. What is read stays as it is until the struct is destroyed.
 *
 *   community_file.c  community.yaml        roster.c    roster.csv (csv.c, names.c)
 *   amend.c           changes at run time
 *   holders.c         who holds which role  bindings.c  who and where on a platform
 */
#include "people/community.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/conf.h"
#include "host/mem.h"
#include "host/slurp.h"
#include "people/community_private.h"

#define ARENA_MAX ((size_t)1024 * 1024 * 1024)
#define ROSTER_BYTES_MAX (32 * 1024 * 1024)
#define DEMO "bot/people/data/demo/"

/* A file of the community: read from its folder, or one that the binary carries. */
struct source {
    char *path;
    char *bytes; /* NULL after a fault */
    size_t len;
};

static struct source source_open(const char *folder, const char *name, struct faults *faults)
{
    struct source s = {
        .path = xasprintf("%s%s%s", folder ? folder : DEMO, folder ? "/" : "", name)};
    if (folder) {
        s.bytes = slurp(s.path, ROSTER_BYTES_MAX, &s.len, faults);
        return s;
    }
    const struct asset *asset = asset_find(s.path);
    if (asset) {
        s.bytes = xstrndup(asset->bytes, asset->len);
        s.len = asset->len;
    } else {
        faults_add(faults, s.path, 1, "is missing in the program; build it again");
    }
    return s;
}

static void source_close(struct source *s)
{
    free(s->path);
    free(s->bytes);
}

static void digest_files(struct community *c, const struct source *file,
                         const struct source *roster)
{
    unsigned char both[2 * SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)file->bytes, file->len, both);
    SHA256((const unsigned char *)roster->bytes, roster->len, both + SHA256_DIGEST_LENGTH);
    SHA256(both, sizeof both, c->digest_of_files);
}

/* The roster's text goes over to the community, which reads it again at every change. */
static void read_sources(struct community *c, const struct source *file, struct source *roster,
                         int64_t now_ms, struct faults *faults)
{
    struct conf *conf = conf_read_bytes(file->path, file->bytes, file->len, faults);
    if (!conf)
        return;
    community_read_file(c, conf, faults);
    conf_destroy(&conf);
    digest_files(c, file, roster);
    c->table_name = arena_strdup(c->arena, roster->path);
    c->table = roster->bytes;
    c->table_len = roster->len;
    roster->bytes = NULL;
    int today = now_ms ? roster_day(now_ms + c->utc_offset_s * INT64_C(1000)) : 0;
    c->roster = roster_create(c, NULL, 0, 0, today, faults, faults);
}

struct community *community_create(void)
{
    struct community *c = xcalloc(1, sizeof *c);
    c->arena = arena_create(ARENA_MAX);
    c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    c->digest = EVP_MD_CTX_new();
    return c;
}

struct community *community_load(const char *path, struct faults *faults)
{
    return community_load_at(path, 0, faults);
}

static struct source table_open(const char *path, struct faults *faults)
{
    struct source s = {.path = xstrdup(path)};
    s.bytes = slurp(s.path, ROSTER_BYTES_MAX, &s.len, faults);
    return s;
}

struct community *community_load_at(const char *path, int64_t now_ms, struct faults *faults)
{
    return community_load_with(path, NULL, now_ms, faults);
}

struct community *community_load_with(const char *path, const char *table, int64_t now_ms,
                                      struct faults *faults)
{
    size_t before = faults_count(faults);
    struct source file = source_open(path, "community.yaml", faults);
    struct source roster =
        table ? table_open(table, faults) : source_open(path, "roster.csv", faults);
    struct community *c = community_create();
    c->demo = !path;
    if (file.bytes && roster.bytes)
        read_sources(c, &file, &roster, now_ms, faults);
    source_close(&file);
    source_close(&roster);
    if (faults_count(faults) != before)
        community_destroy(&c);
    return c;
}

void community_destroy(struct community **community)
{
    struct community *c = *community;
    if (!c)
        return;
    struct index *indexes[] = {&c->by_building, &c->by_group, &c->by_micro_grid, &c->grids,
                               &c->bindings};
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        index_finish(indexes[i]);
    free(c->buildings);
    free(c->table);
    roster_release(&c->roster);
    EVP_MD_CTX_free(c->digest);
    EVP_MD_free(c->sha256);
    arena_destroy(&c->arena);
    free(c);
    *community = NULL;
}

const char *community_id(const struct community *community)
{
    return community->id;
}

const char *community_name(const struct community *community)
{
    return community->name;
}

bool community_is_demo(const struct community *community)
{
    return community->demo;
}

const char *community_bot_name(const struct community *community)
{
    return community->bot_name;
}

int community_utc_offset_s(const struct community *community)
{
    return community->utc_offset_s;
}

int64_t community_changes_ms(const struct community *community)
{
    if (!community->roster->changes_on)
        return INT64_MAX;
    return roster_day_ms(community->roster->changes_on) -
           community->utc_offset_s * INT64_C(1000);
}

const char *community_version(const struct community *community)
{
    return community->roster->version;
}

const struct building *community_building(const struct community *community, const char *name)
{
    return name ? index_find_text(&community->by_building, name) : NULL;
}

size_t community_building_count(const struct community *community)
{
    return community->building_count;
}

const struct building *community_building_at(const struct community *community, size_t index)
{
    return index < community->building_count ? community->buildings[index] : NULL;
}

size_t community_micro_grid_count(const struct community *community)
{
    return community->micro_grid_count;
}

const struct group *community_group(const struct community *community, const char *name)
{
    return name ? index_find_text(&community->by_group, name) : NULL;
}

size_t community_group_count(const struct community *community)
{
    return community->group_count;
}

const struct group *community_group_at(const struct community *community, size_t index)
{
    return index < community->group_count ? &community->groups[index] : NULL;
}

const struct member *community_member(const struct community *community, const char *id)
{
    const struct member *member =
        id ? index_find_text(&community->roster->by_member, id) : NULL;
    if (member || !id || strncmp(id, "r-", 2) != 0)
        return member;
    struct index_key former = index_key(ROSTER_FORMER, id, NULL, NULL);
    return index_find(&community->roster->identities, &former);
}

const struct member *community_member_by_name(const struct community *community,
                                              const char *name)
{
    return name ? index_find_text(&community->roster->by_name, name) : NULL;
}

size_t community_member_count(const struct community *community)
{
    return community->roster->member_count;
}

const struct member *community_member_at(const struct community *community, size_t index)
{
    return index < community->roster->member_count ? community->roster->members[index] : NULL;
}
