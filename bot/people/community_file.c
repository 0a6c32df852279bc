/* community_file.c: reads community.yaml: the community itself, its buildings, micro-grids and
 * groups. The form is explained in bot/people/data/example/community.yaml.
 *
 * When you add a key: read it here, explain it in the example, and give it a fault in
 * tests/unit/community_test.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "people/community_private.h"

#define RANGE_MAX 1000
#define ID_MAX 32
#define ROOMS_MAX 2000

struct reader {
    struct community *c;
    struct conf *conf;
    struct faults *faults;
    const char *rooms[ROOMS_MAX]; /* of the entry that is being read */
};

#define fault(r, node, ...)                                                                    \
    faults_add((r)->faults, conf_name((r)->conf), conf_line(node), __VA_ARGS__)

static const char *text_of(struct reader *r, struct conf_node *node, const char *fallback)
{
    return arena_strdup(r->c->arena, conf_string(node, fallback, r->faults));
}

const char *place_normalise(struct arena *arena, const char *text)
{
    while (*text == '0' && text[1] >= '0' && text[1] <= '9')
        text++;
    size_t len = strlen(text);
    if (!len || len > 8)
        return NULL;
    char *name = arena_strdup(arena, text);
    for (char *c = name; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
        if (!(*c >= '0' && *c <= '9') && !(*c >= 'A' && *c <= 'Z'))
            return NULL;
    }
    return name;
}

/* Calls `cb` for each name in a list such as [1-5, 7, B]; a range counts up. */
typedef void name_cb(struct reader *r, struct conf_node *node, const char *name, void *arg);
static void names_each(struct reader *r, struct conf_node *list, name_cb *cb, void *arg)
{
    for (size_t i = 0; i < conf_length(list); i++) {
        struct conf_node *node = conf_item(list, i);
        const char *text = conf_string(node, "", r->faults);
        int from, to, used = 0;
        char number[16];
        if (sscanf(text, "%5d-%5d%n", &from, &to, &used) == 2 && !text[used]) {
            if (from < 0 || to < from || to - from >= RANGE_MAX)
                fault(r, node, "`%s` is no range; write for example 1-27", text);
            else
                for (int n = from; n <= to; n++) {
                    snprintf(number, sizeof number, "%d", n);
                    cb(r, node, number, arg);
                }
            continue;
        }
        const char *name = place_normalise(r->c->arena, text);
        if (name)
            cb(r, node, name, arg);
        else
            fault(r, node, "`%s` is no name; write digits and letters, such as 4 or B", text);
    }
}

static void add_building(struct reader *r, struct conf_node *node, const char *name, void *arg)
{
    struct community *c = r->c;
    if (c->building_count == BUILDINGS_MAX) {
        fault(r, node, "more than %d buildings; split the community", BUILDINGS_MAX);
        return;
    }
    struct building *b = arena_alloc(c->arena, sizeof *b);
    *b = *(const struct building *)arg;
    b->name = arena_strdup(c->arena, name);
    if (index_add_text(&c->by_building, b->name, b) != b) {
        fault(r, node, "building %s stands here twice; remove one", name);
        return;
    }
    if (!(c->building_count & (c->building_count - 1)))
        c->buildings = xrealloc(c->buildings, 2 * (c->building_count + 1) * sizeof b);
    c->buildings[c->building_count++] = b;
}

static void add_room(struct reader *r, struct conf_node *node, const char *name, void *arg)
{
    struct building *b = arg;
    if (b->room_count == ROOMS_MAX) {
        fault(r, node, "more than %d rooms in a unit; list fewer", ROOMS_MAX);
        return;
    }
    r->rooms[b->room_count++] = arena_strdup(r->c->arena, name);
}

static void read_floors(struct reader *r, struct conf_node *node, struct building *b)
{
    int used = 0;
    const char *text = conf_string(node, "1 to 6", r->faults);
    if (sscanf(text, "%4d to %4d%n", &b->floor_min, &b->floor_max, &used) == 2 && !text[used] &&
        b->floor_min <= b->floor_max && b->floor_min >= -20 && b->floor_max <= 200)
        return;
    fault(r, node, "`%s` are no floors; write the lowest and the highest, such as -2 to 33",
          text);
    b->floor_min = b->floor_max = 1;
}

static void read_building(struct reader *r, struct conf_node *node)
{
    struct building b = {.name = NULL};
    struct conf_node *names = conf_get(node, "names");
    struct conf_node *rooms = conf_get(node, "rooms");
    const char *grid = conf_string(conf_get(node, "grid"), "1", r->faults);
    b.grid = place_normalise(r->c->arena, grid);
    if (!b.grid)
        fault(r, conf_get(node, "grid"), "`%s` is no grid; write digits and letters", grid);
    b.units = (int)conf_int(conf_get(node, "units"), 1, 1, UNITS_MAX, r->faults);
    read_floors(r, conf_get(node, "floors"), &b);
    names_each(r, rooms, add_room, &b);
    if (b.room_count) {
        const char **copy = arena_alloc(r->c->arena, b.room_count * sizeof *copy);
        memcpy(copy, r->rooms, b.room_count * sizeof *copy);
        b.rooms = copy;
    }
    b.households = (int)conf_int(conf_get(node, "households"), b.units * (int)b.room_count, 0,
                                 100000, r->faults);
    if (!conf_length(names))
        fault(r, node, "a building without `names`; write for example names: [1-5, 7]");
    if (b.grid)
        names_each(r, names, add_building, &b);
}

static void read_buildings(struct reader *r, struct conf_node *list)
{
    struct community *c = r->c;
    for (size_t i = 0; i < conf_length(list); i++)
        read_building(r, conf_item(list, i));
    for (size_t i = 0; i < c->building_count; i++)
        index_add_text(&c->grids, c->buildings[i]->grid, c->buildings[i]);
    if (!c->building_count)
        fault(r, list, "no `buildings`; list them, each with names, units, floors and grid");
}

static void read_micro_grid(struct reader *r, struct conf_node *node)
{
    struct community *c = r->c;
    struct micro_grid *m = arena_alloc(c->arena, sizeof *m);
    m->name = text_of(r, conf_get(node, "name"), "");
    const char *name = conf_string(conf_get(node, "building"), "", r->faults);
    const struct building *b = index_find_text(&c->by_building, name);
    struct conf_node *units = conf_get(node, "units");
    const char *text = conf_string(units, "", r->faults);
    int used = 0, n = sscanf(text, "%3d%n-%3d%n", &m->unit_from, &used, &m->unit_to, &used);
    if (n == 1)
        m->unit_to = m->unit_from;
    if (!b) {
        fault(r, node, "micro-grid `%s`: there is no building `%s`", m->name, name);
    } else if (units && (n < 1 || text[used] || m->unit_from < 1 || m->unit_to < m->unit_from ||
                         m->unit_to > b->units)) {
        fault(r, units, "`%s` are no units of building %s; write for example 1-2", text, name);
    } else {
        m->building = b->name;
        m->unit_from = units ? m->unit_from : 1;
        m->unit_to = units ? m->unit_to : b->units;
        if (!*m->name || index_add_text(&c->by_micro_grid, m->name, m) != m)
            fault(r, node, "a micro-grid needs a `name` of its own");
        c->micro_grid_count++;
    }
}

static void add_group(struct community *c, const char *name, enum group_kind kind,
                      const char *building)
{
    struct group *g = &c->groups[c->group_count++];
    *g = (struct group){c->id, name, kind, building, c->lang};
    index_add_text(&c->by_group, name, g);
}

/* Every building has its group; so have the staff, and so have direct chats. */
static void make_groups(struct community *c)
{
    size_t most = c->building_count + 2;
    c->groups = arena_alloc(c->arena, most * sizeof *c->groups);
    c->group_bindings = arena_alloc(c->arena, most * sizeof *c->group_bindings);
    for (size_t i = 0; i < c->building_count; i++) {
        const char *name = c->buildings[i]->name;
        add_group(c, arena_printf(c->arena, "b%s", name), GROUP_BUILDING, name);
    }
    add_group(c, "work", GROUP_WORK, NULL);
    add_group(c, "dm", GROUP_DIRECT, NULL);
}

static const char *language(struct reader *r, struct conf_node *node, const char *fallback)
{
    const char *lang = conf_string(node, fallback, r->faults);
    if (strcmp(lang, "zh") == 0)
        return "zh";
    if (strcmp(lang, "en") == 0)
        return "en";
    fault(r, node, "`%s` is no language; write zh or en", lang);
    return "zh";
}

/* `onebot:10001: 123456`: adapter and account, then the platform's group. */
static void read_binding(struct reader *r, struct group *group, const char *way,
                         struct conf_node *node)
{
    struct community *c = r->c;
    const char *colon = strchr(way, ':');
    struct binding b = {.platform_group = text_of(r, node, "")};
    if (!colon || colon == way || !colon[1] || !*b.platform_group) {
        fault(r, node, "`%s` binds nothing; write adapter:account: platform group", way);
        return;
    }
    b.adapter = arena_strndup(c->arena, way, (size_t)(colon - way));
    b.account = arena_strdup(c->arena, colon + 1);
    struct index_key key = index_key(b.adapter, b.account, b.platform_group, NULL);
    const struct group *holder = index_add(&c->bindings, &key, group);
    if (holder != group)
        fault(r, node, "%s %s is bound to %s already; remove one", way, b.platform_group,
              holder ? holder->name : "nothing (too long)");
    struct binding *first = &c->group_bindings[group - c->groups];
    if (!first->adapter)
        *first = b;
}

static void read_group(struct reader *r, struct conf_node *node)
{
    const char *name = conf_string(conf_get(node, "name"), "", r->faults);
    struct group *group = (struct group *)index_find_text(&r->c->by_group, name);
    struct conf_node *bindings = conf_get(node, "bindings"), *value;
    struct conf_node *lang = conf_get(node, "language");
    size_t count = conf_keys(bindings);
    if (!group) {
        fault(r, node, "there is no group `%s`; groups are work, and b and a building (b4)",
              name);
        return;
    }
    group->lang = language(r, lang, group->lang);
    if (conf_length(bindings) && !count)
        fault(r, bindings, "`bindings` wants lines `adapter:account: platform group`");
    for (size_t i = 0; i < count; i++) {
        const char *way = conf_key(bindings, i, &value);
        read_binding(r, group, way, value);
    }
}

/* "+08:00", or the name of a zone without summer time. */
static bool offset_parse(const char *text, int *ret_s)
{
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"Asia/Shanghai", 480}, {"Asia/Urumqi", 360},  {"Asia/Hong_Kong", 480},
                 {"Asia/Macau", 480},    {"Asia/Taipei", 480},  {"Asia/Singapore", 480},
                 {"Asia/Bangkok", 420},  {"Asia/Tokyo", 540},   {"Asia/Seoul", 540},
                 {"Asia/Kolkata", 330},  {"Asia/Jakarta", 420}, {"UTC", 0}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(text, zones[i].name) == 0) {
            *ret_s = zones[i].minutes * 60;
            return true;
        }
    int hours, minutes, used = 0;
    char sign;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || text[used] ||
        (sign != '+' && sign != '-') || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    *ret_s = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static void read_head(struct reader *r, struct conf_node *root)
{
    struct community *c = r->c;
    struct conf_node *id = conf_get(root, "id"), *zone = conf_get(root, "timezone");
    c->id = text_of(r, id, "");
    c->name = text_of(r, conf_get(root, "name"), c->id);
    c->bot_name = text_of(r, conf_get(root, "bot_name"), "楼宝");
    c->lang = language(r, conf_get(root, "language"), "zh");
    size_t len = strlen(c->id);
    if (!len || len > ID_MAX || strspn(c->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
        fault(r, id, "`id` must be a short word of a-z, 0-9 and -; it may never change later");
    const char *text = conf_string(zone, "Asia/Shanghai", r->faults);
    if (!offset_parse(text, &c->utc_offset_s))
        fault(r, zone, "`%s` is no known timezone; write Asia/Shanghai, or +08:00", text);
}

void community_read_file(struct community *community, struct conf *conf, struct faults *faults)
{
    struct reader r = {.c = community, .conf = conf, .faults = faults};
    struct conf_node *root = conf_root(conf);
    read_head(&r, root);
    read_buildings(&r, conf_get(root, "buildings"));
    struct conf_node *list = conf_get(root, "micro_grids");
    for (size_t i = 0; i < conf_length(list); i++)
        read_micro_grid(&r, conf_item(list, i));
    make_groups(community);
    list = conf_get(root, "groups");
    for (size_t i = 0; i < conf_length(list); i++)
        read_group(&r, conf_item(list, i));
    conf_report_unknown(root, faults);
}
