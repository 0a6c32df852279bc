/* account.c: what adapters may ask of the core, and what they tell it (bot/adapter.h); how
 * groups are reached. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/media.h"
#include "host/log.h"
#include "host/mem.h"
#include "turn/internal.h"
#include "turn/query.h"
#include "turn/marks.h"

const char *account_name(const struct account *account)
{
    return account->name;
}

void account_set_state(struct account *account, void *state)
{
    account->state = state;
}

void *account_state(const struct account *account)
{
    return account->state;
}

struct loop *account_loop(const struct account *account)
{
    return account->core->config.loop;
}

struct clock *account_clock(const struct account *account)
{
    return account->core->config.clock;
}

struct ws *account_ws(const struct account *account)
{
    return account->core->ws;
}

struct http *account_http(const struct account *account)
{
    return account->core->http;
}

const char *account_data_dir(const struct account *account)
{
    return account->core->config.data_dir;
}

int account_media_put(struct account *account, const void *bytes, size_t len, char *ret_ref,
                      size_t size)
{
    return media_put(account->core->config.data_dir, bytes, len, ret_ref, size);
}

int account_media_get(struct account *account, const char *ref, void **ret_bytes,
                      size_t *ret_len, const char **ret_type)
{
    return media_get(account->core->config.data_dir, ref, ret_bytes, ret_len, ret_type);
}

/* ---- describing ------------------------------------------------------------------------ */

static const char *const kind_names[] = {"building", "work", "direct"};

static bool serves(const struct account *account, const struct home *home,
                   const struct group *group)
{
    struct arena *arena = arena_create(TURN_ARENA_MAX);
    const char *platform_group;
    bool is_ours = core_reach(account->core, (struct home *)home, group->name, NULL, arena,
                              &platform_group) == account;
    arena_destroy(&arena);
    return is_ours;
}

static void add_name(json_t *names, const struct member *member)
{
    size_t i;
    json_t *name;
    if (!member)
        return;
    json_array_foreach(names, i,
                       name) if (strcmp(json_string_value(name), member->name) == 0) return;
    json_array_append_new(names, json_string(member->name));
}

/* Who is at hand for a building: head, micro-grid worker, grid worker, repairer. */
static json_t *staff_json(const struct community *community, const char *building)
{
    json_t *names = json_array();
    add_name(names, community_holder(community, ROLE_BUILDING_HEAD, building, NULL));
    add_name(names, community_holder(community, ROLE_MICRO_GRID_WORKER, building, NULL));
    add_name(names, community_holder(community, ROLE_GRID_WORKER, building, NULL));
    add_name(names, community_owner_person(community, OWNER_PROPERTY, building));
    return names;
}

static json_t *groups_json(const struct account *account, const struct home *home)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < community_group_count(home->community); i++) {
        const struct group *g = community_group_at(home->community, i);
        if (g->kind != GROUP_DIRECT && !serves(account, home, g))
            continue;
        json_t *group = json_pack("{ss ss}", "name", g->name, "kind", kind_names[g->kind]);
        if (g->building) {
            json_object_set_new(group, "building", json_string(g->building));
            json_object_set_new(group, "staff", staff_json(home->community, g->building));
        }
        json_array_append_new(groups, group);
    }
    return groups;
}

static json_t *people_json(const struct home *home)
{
    json_t *people = json_array();
    for (size_t i = 0; i < community_member_count(home->community); i++) {
        const struct member *m = community_member_at(home->community, i);
        json_t *roles = json_array();
        for (size_t k = 0; k < m->role_count; k++)
            json_array_append_new(roles, json_string(role_name(m->roles[k].role)));
        json_array_append_new(
            people, json_pack("{ss ss so}", "id", m->id, "name", m->name, "roles", roles));
    }
    return people;
}

void account_describe(const struct account *account, struct buf *out)
{
    json_t *list = json_array();
    for (size_t i = 0; i < account->core->home_count; i++) {
        const struct home *home = &account->core->homes[i];
        json_array_append_new(
            list, json_pack("{ss ss sb ss so so}", "community", community_id(home->community),
                            "name", community_name(home->community), "demo",
                            community_is_demo(home->community), "bot",
                            community_bot_name(home->community), "groups",
                            groups_json(account, home), "people", people_json(home)));
    }
    char *text = json_dumps(list, JSON_COMPACT);
    buf_puts(out, text ? text : "[]");
    free(text);
    json_decref(list);
}

void account_events(struct account *account, const char *platform_group, int limit,
                    events_cb *cb, void *arg)
{
    struct route *route = intake_route(account, platform_group);
    const struct home *home = route && route->group ? route->home : &account->core->homes[0];
    query_events(account->core->redis, home->community, home->calendar,
                 route && route->group ? route->group->name : platform_group, false, limit, cb,
                 arg);
}

/* ---- upward calls ---------------------------------------------------------------------------
 */

int bot_on_input(struct account *account, struct input *input)
{
    input->adapter = account->adapter->name;
    input->account = account->name;
    input_set_id(input);
    if (account->core->stopping)
        return ERR_CLOSED;
    return intake_add(account->core, account, input);
}

void bot_on_sent(struct account *account, uint64_t send_id, enum sent result,
                 const char *message, int64_t retry_ms, const char *why)
{
    outbox_on_sent(account->outbox, send_id, result, message, retry_ms, why);
}

void bot_on_up(struct account *account)
{
    account->up = true;
    log_info("account", "up adapter=%s account=%s", account->adapter->name, account->name);
    marks_backfill(account);
    outbox_kick(account->outbox);
}

void bot_on_down(struct account *account, const char *why)
{
    if (account->up)
        log_warn("account", "down adapter=%s account=%s why=%s", account->adapter->name,
                 account->name, why);
    account->up = false;
    account->backfills = 0;
    marks_set_read(account, NULL);
}

void bot_on_backfilled(struct account *account, const char *platform_group, bool complete)
{
    if (account->backfills)
        account->backfills--;
    if (!account->up)
        return; /* all of it is read again when it is back */
    marks_set_read(account, platform_group);
    account->incomplete += !complete;
    if (account->incomplete && !account->backfills) { /* one line for all of them */
        log_warn("account", "history incomplete adapter=%s account=%s groups=%zu last=%s",
                 account->adapter->name, account->name, account->incomplete, platform_group);
        account->incomplete = 0;
    }
}

/* ---- reaching
 * ---------------------------------------------------------------------------------- */

struct account *core_account(struct core *core, const char *adapter, const char *name)
{
    for (struct account *a = core->accounts; a; a = a->next)
        if (strcmp(a->adapter->name, adapter) == 0 && strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

/* The adapters that call groups as the community does. */
static bool by_name(const struct account *account)
{
    return strcmp(account->adapter->name, "web") == 0 ||
           strcmp(account->adapter->name, "play") == 0;
}

static struct account *reach_group(struct core *core, const struct home *home,
                                   const char *group, const char **ret_platform_group)
{
    const struct group *g = community_group(home->community, group);
    struct binding binding;
    if (g && community_binding(home->community, g, &binding)) {
        struct account *account = core_account(core, binding.adapter, binding.account);
        *ret_platform_group = binding.platform_group;
        if (account)
            return account;
    }
    for (struct account *a = core->accounts; g && a; a = a->next) {
        if (by_name(a)) {
            *ret_platform_group = g->name;
            return a;
        }
    }
    return NULL;
}

static const char *identity_on(const struct member *member, const struct account *account)
{
    for (size_t i = 0; i < member->identity_count; i++)
        if (strcmp(member->identities[i].adapter, "*") == 0 ||
            strcmp(member->identities[i].adapter, account->adapter->name) == 0)
            return member->identities[i].user;
    return NULL;
}

/* Where a resident is met: the group of his building. */
static struct account *account_at_home(struct core *core, const struct home *home,
                                       const struct member *member)
{
    const char *platform_group;
    char group[24];
    if (member_is_staff(member) || !member->building)
        return NULL;
    snprintf(group, sizeof group, "b%s", member->building);
    return reach_group(core, home, group, &platform_group);
}

/* The account over which somebody wrote last in direct chat, else the one of the group where he
 * is met, the staff in the work group; NULL: neither. */
static struct account *usual_account(struct core *core, const struct home *home,
                                     const struct member *member)
{
    const char *platform_group;
    const struct group *direct = community_group(home->community, "dm");
    const struct queue *queue = direct ? intake_find(core, home, direct, member->id) : NULL;
    struct account *account = queue ? queue->account : NULL;
    if (!account)
        account = account_at_home(core, home, member);
    return account ? account : reach_group(core, home, "work", &platform_group);
}

static struct account *reach_person(struct core *core, const struct home *home,
                                    const char *member, struct arena *arena,
                                    const char **ret_user)
{
    const struct member *known = community_member(home->community, member);
    struct account *usual = known ? usual_account(core, home, known) : NULL;
    *ret_user = usual ? identity_on(known, usual) : NULL;
    if (*ret_user)
        return usual;
    for (struct account *a = core->accounts; known && a; a = a->next) {
        *ret_user = identity_on(known, a);
        if (*ret_user)
            return a;
    }
    const struct person *person = known ? NULL : people_find(home, member);
    if (!person)
        return NULL;
    *ret_user = arena_strdup(arena, person->user);
    return core_account(core, person->adapter, person->account);
}

struct account *core_reach(struct core *core, struct home *home, const char *group,
                           const char *member, struct arena *arena,
                           const char **ret_platform_group)
{
    if (member && strcmp(group, "dm") == 0)
        return reach_person(core, home, member, arena, ret_platform_group);
    return reach_group(core, home, group, ret_platform_group);
}
