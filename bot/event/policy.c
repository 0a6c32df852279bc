/* policy.c: reads the classes of trouble and answers what holds for one. The form is explained
 * at the head of handlers/lexicon/classes.yaml.
 *
 * When you add a key of a class: read it in read_class(), explain it there, test it in
 * tests/unit/policy_test.c.
 */
#include "event/policy.h"

#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/conf.h"
#include "host/mem.h"
#include "host/nearest.h"
#include "people/index.h"

#define EMBEDDED "handlers/lexicon/classes.yaml"
#define CLASSES_MAX 500
#define CATEGORIES_MAX 64
#define ARENA_MAX (16 * 1024 * 1024)
#define FALLBACK "QT99"

struct category {
    const char *name;
    const char *code; /* of its default class */
};

struct policy {
    struct arena *arena;
    struct class_policy *classes[CLASSES_MAX];
    bool accept_given[CLASSES_MAX];
    size_t class_count;
    struct category categories[CATEGORIES_MAX];
    size_t category_count;
    struct index by_code, by_category; /* class; category */
    struct class_policy nothing;       /* when no file could be read */
};

struct reader {
    struct policy *policy;
    const char *name;
    struct faults *faults;
};

static const struct limit accept_emergency = {CLOCK_URGENT_HOUR, 5};
static const struct limit accept_urgent = {CLOCK_URGENT_HOUR, 15};
static const struct limit accept_normal = {CLOCK_WORK_HOUR, 120};

#define fault(r, node, ...) faults_add((r)->faults, (r)->name, conf_line(node), __VA_ARGS__)

/* "N working days", "N hours" …; keeps *limit when there is no such key. */
static void read_limit(struct reader *r, struct conf_node *node, struct limit *limit)
{
    static const struct {
        const char *unit;
        enum clock_kind clock;
        int factor;
    } units[] = {{"working day", CLOCK_WORK_DAY, 1},
                 {"working hour", CLOCK_WORK_HOUR, 60},
                 {"day", CLOCK_NATURAL_DAY, 1},
                 {"hour", CLOCK_URGENT_HOUR, 60},
                 {"minute", CLOCK_URGENT_HOUR, 1}};
    const char *text = conf_string(node, NULL, r->faults);
    if (!text)
        return;
    if (strcmp(text, "none") == 0) {
        *limit = (struct limit){CLOCK_URGENT_HOUR, 0};
        return;
    }
    char *rest;
    long amount = strtol(text, &rest, 10);
    size_t len = strlen(rest);
    if (len && rest[len - 1] == 's')
        len--;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (*rest == ' ' && strlen(units[i].unit) == len - 1 && amount >= 1 && amount <= 365 &&
            strncmp(rest + 1, units[i].unit, len - 1) == 0) {
            *limit = (struct limit){units[i].clock, (int)amount * units[i].factor};
            return;
        }
    fault(r, node,
          "`%s` is no limit; write for example 1 working day, 4 working hours, 2 hours, "
          "30 minutes or none",
          text);
}

/* A text of the class; keeps *text when there is no such key. */
static void read_text(struct reader *r, struct conf_node *node, const char **text)
{
    const char *read = conf_string(node, NULL, r->faults);
    if (read)
        *text = arena_strdup(r->policy->arena, read);
}

static void read_owner(struct reader *r, struct conf_node *node, struct class_policy *class)
{
    const char *known[OWNER_UPPER];
    const char *word = conf_string(node, NULL, r->faults);
    if (!word)
        return;
    for (int o = OWNER_PROPERTY; o <= OWNER_UPPER; o++)
        known[o - 1] = owner_name((enum owner)o);
    enum owner owner = owner_by_name(word);
    const char *better = nearest(word, known, OWNER_UPPER);
    if (owner != OWNER_NONE)
        class->owner = owner;
    else
        fault(r, node, "owner `%s` is not known; %s%s", word,
              better ? "did you mean " : "see the head of classes.yaml", better ? better : "");
}

static void read_nature(struct reader *r, struct conf_node *node, struct class_policy *class)
{
    static const char *const natures[] = {"request", "complaint",  "accusation",
                                          "enquiry", "suggestion", "praise"};
    const char *word = conf_string(node, NULL, r->faults);
    if (!word)
        return;
    for (size_t i = 0; i < sizeof natures / sizeof *natures; i++)
        if (strcmp(word, natures[i]) == 0) {
            class->nature = natures[i];
            return;
        }
    fault(r, node, "nature `%s` is not known; see the head of classes.yaml", word);
}

static void read_ask(struct reader *r, struct conf_node *list, struct class_policy *class)
{
    if (!list)
        return;
    class->ask_unit = class->ask_floor = false;
    for (size_t i = 0; i < conf_length(list); i++) {
        const char *slot = conf_string(conf_item(list, i), "", r->faults);
        if (strcmp(slot, "unit") == 0)
            class->ask_unit = true;
        else if (strcmp(slot, "floor") == 0)
            class->ask_floor = true;
        else
            fault(r, list, "`%s` cannot be asked for; write unit or floor", slot);
    }
}

static bool code_is_good(const char *code)
{
    return strlen(code) == 4 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' &&
           code[1] <= 'Z' && strspn(code + 2, "0123456789") == 2;
}

/* The class of that code, made when there is none yet; its place in the list goes to *ret_at.
 */
static struct class_policy *class_named(struct reader *r, struct conf_node *node,
                                        const char *code, size_t *ret_at)
{
    struct policy *p = r->policy;
    struct class_policy *class = (struct class_policy *)index_find_text(&p->by_code, code);
    if (!class && (!code_is_good(code) || p->class_count == CLASSES_MAX)) {
        fault(r, node, "`%s` is no code of a class; write two capitals and two digits", code);
        return NULL;
    }
    if (!class) {
        class = arena_alloc(p->arena, sizeof *class);
        class->code = arena_strdup(p->arena, code);
        class->name_zh = class->name_en = class->code;
        class->nature = "request";
        index_add_text(&p->by_code, class->code, class);
        p->classes[p->class_count++] = class;
    }
    for (*ret_at = 0; p->classes[*ret_at] != class;)
        ++*ret_at;
    return class;
}

static void read_class(struct reader *r, const char *code, struct conf_node *node)
{
    size_t at;
    struct class_policy *class = class_named(r, node, code, &at);
    struct conf_node *accept = conf_get(node, "accept");
    struct conf_node *urgent = conf_get(node, "urgent"), *finish = conf_get(node, "finish");
    if (!class)
        return;
    read_text(r, conf_get(node, "category"), &class->category);
    read_text(r, conf_get(node, "zh"), &class->name_zh);
    read_text(r, conf_get(node, "en"), &class->name_en);
    read_owner(r, conf_get(node, "owner"), class);
    read_limit(r, finish, &class->finish);
    if (finish && !urgent)
        class->urgent = class->finish;
    read_limit(r, urgent, &class->urgent);
    read_limit(r, accept, &class->accept);
    r->policy->accept_given[at] |= accept != NULL;
    if (!r->policy->accept_given[at])
        class->accept =
            class->finish.clock == CLOCK_URGENT_HOUR ? accept_urgent : accept_normal;
    read_ask(r, conf_get(node, "ask"), class);
    class->ask_photo = conf_bool(conf_get(node, "photo"), class->ask_photo, r->faults);
    class->is_private = conf_bool(conf_get(node, "private"), class->is_private, r->faults);
    read_nature(r, conf_get(node, "nature"), class);
    const struct category *category =
        class->category ? index_find_text(&r->policy->by_category, class->category) : NULL;
    if (!category || class->owner == OWNER_NONE)
        fault(r, node, "class %s needs a `category` of `defaults`, and an `owner`", code);
}

static void read_default(struct reader *r, const char *name, struct conf_node *node)
{
    struct policy *p = r->policy;
    struct category *c = (struct category *)index_find_text(&p->by_category, name);
    if (!c && p->category_count == CATEGORIES_MAX) {
        fault(r, node, "more than %d categories; remove some", CATEGORIES_MAX);
        return;
    }
    if (!c) {
        c = &p->categories[p->category_count++];
        c->name = arena_strdup(p->arena, name);
        index_add_text(&p->by_category, c->name, c);
    }
    read_text(r, node, &c->code);
}

/* Every category has a class that is there. */
static void check_defaults(struct reader *r, struct conf_node *defaults)
{
    for (size_t i = 0; i < r->policy->category_count; i++) {
        const struct category *c = &r->policy->categories[i];
        struct conf_node *node = conf_get(defaults, c->name);
        if (!c->code || !index_find_text(&r->policy->by_code, c->code))
            fault(r, node ? node : defaults, "there is no class `%s` for `%s`",
                  c->code ? c->code : "", c->name);
    }
}

static void read_conf(struct policy *policy, struct conf *conf, struct faults *faults)
{
    struct reader r = {policy, conf_name(conf), faults};
    struct conf_node *defaults = conf_get(conf_root(conf), "defaults"), *value;
    struct conf_node *classes = conf_get(conf_root(conf), "classes");
    size_t count = conf_keys(defaults);
    for (size_t i = 0; i < count; i++) {
        const char *name = conf_key(defaults, i, &value);
        read_default(&r, name, value);
    }
    count = conf_keys(classes);
    for (size_t i = 0; i < count; i++) {
        const char *code = conf_key(classes, i, &value);
        read_class(&r, code, value);
    }
    check_defaults(&r, defaults);
    conf_report_unknown(conf_root(conf), faults);
}

struct policy *policy_load(const char *extra_path, struct faults *faults)
{
    struct policy *policy = xcalloc(1, sizeof *policy);
    policy->arena = arena_create(ARENA_MAX);
    policy->nothing = (struct class_policy){.code = FALLBACK,
                                            .category = "other",
                                            .name_zh = "其他",
                                            .name_en = "other matters",
                                            .owner = OWNER_COMMUNITY,
                                            .finish = {CLOCK_WORK_DAY, 1},
                                            .urgent = {CLOCK_WORK_DAY, 1},
                                            .accept = accept_normal,
                                            .nature = "request"};
    const struct asset *asset = asset_find(EMBEDDED);
    struct conf *conf =
        asset ? conf_read_bytes(EMBEDDED, asset->bytes, asset->len, faults) : NULL;
    if (conf)
        read_conf(policy, conf, faults);
    conf_destroy(&conf);
    conf = extra_path ? conf_read_file(extra_path, faults) : NULL;
    if (conf)
        read_conf(policy, conf, faults);
    conf_destroy(&conf);
    return policy;
}

void policy_destroy(struct policy **policy)
{
    if (!*policy)
        return;
    index_finish(&(*policy)->by_code);
    index_finish(&(*policy)->by_category);
    arena_destroy(&(*policy)->arena);
    free(*policy);
    *policy = NULL;
}

const struct class_policy *policy_class(const struct policy *policy, const char *code,
                                        const char *category)
{
    const struct class_policy *class = code ? index_find_text(&policy->by_code, code) : NULL;
    const struct category *c =
        category && !class ? index_find_text(&policy->by_category, category) : NULL;
    if (c && c->code)
        class = index_find_text(&policy->by_code, c->code);
    if (!class)
        class = index_find_text(&policy->by_code, FALLBACK);
    return class ? class : &policy->nothing;
}

struct limit policy_finish(const struct class_policy *policy, enum urgency urgency)
{
    return urgency == URGENCY_NORMAL ? policy->finish : policy->urgent;
}

struct limit policy_accept(const struct class_policy *policy, enum urgency urgency)
{
    if (urgency == URGENCY_EMERGENCY)
        return accept_emergency;
    if (urgency == URGENCY_URGENT && policy->urgent.clock == CLOCK_URGENT_HOUR &&
        policy->accept.clock != CLOCK_URGENT_HOUR)
        return accept_urgent;
    return policy->accept;
}

const char *policy_category(const struct policy *policy, size_t index)
{
    return index < policy->category_count ? policy->categories[index].name : NULL;
}

size_t policy_count(const struct policy *policy)
{
    return policy->class_count;
}

const struct class_policy *policy_at(const struct policy *policy, size_t index)
{
    return index < policy->class_count ? policy->classes[index] : NULL;
}
