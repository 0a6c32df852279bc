/* check.c: see check.h. Faults make the exit status 1; notes (a rung that nobody stands on, a
 * year without holidays) only tell what will happen.
 *
 * When you add a file that a community can write: read it here too.
 */
#include "cli/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapter.h"
#include "cli/config.h"
#include "cli/running.h"
#include "cli/tables.h"
#include "event/calendar.h"
#include "event/policy.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/nearest.h"
#include "people/community.h"
#include "people/index.h"
#include "words/lexicon.h"
#include "words/wording.h"

#define NOVEMBER 11 /* when the next year's holidays are announced */

struct check {
    const struct config *config;
    struct faults *faults;
    struct index ids, bindings; /* seen in one community or another */
    int utc_offset_s;           /* of the first community */
    int64_t now_ms;
};

/* Adds one more to a list in words. */
static void list(struct buf *buf, const char *word)
{
    buf_printf(buf, "%s%s", buf->len ? ", " : "", word);
}

/* Rungs on which nobody stands, for some buildings or for all. */
static void note_rungs(const struct community *c)
{
    static const char *const rungs[] = {"building head",    "grid worker",
                                        "estate grid head", "community grid head",
                                        "street",           "district"};
    size_t count = community_building_count(c);
    struct buf empty;
    buf_init(&empty, 1000);
    for (int level = 0; level < 6; level++) {
        size_t gaps = 0;
        for (size_t i = 0; i < count; i++)
            gaps += !community_rung(c, level, community_building_at(c, i)->name, NULL);
        if (gaps == count)
            list(&empty, rungs[level]);
        else if (gaps)
            printf("note: %s: %zu of %zu buildings have no %s\n", community_id(c), gaps, count,
                   rungs[level]);
    }
    if (empty.len)
        printf("note: %s: no %s; events rise past that\n", community_id(c), buf_text(&empty));
    buf_finish(&empty);
}

static void note_owners(const struct community *c)
{
    const char *any = community_building_at(c, 0)->name;
    struct buf empty;
    buf_init(&empty, 1000);
    for (int owner = OWNER_PROPERTY; owner <= OWNER_MEDIATION; owner++)
        if (!community_owner_person(c, (enum owner)owner, any))
            list(&empty, owner_name((enum owner)owner));
    if (empty.len)
        printf("note: %s: nobody acts for %s; what is theirs starts one rung up\n",
               community_id(c), buf_text(&empty));
    buf_finish(&empty);
}

static bool account_is_there(const struct config *config, const struct binding *binding)
{
    for (size_t i = 0; i < config->account_count; i++)
        if (strcmp(config->accounts[i].adapter, binding->adapter) == 0 &&
            strcmp(config->accounts[i].name, binding->account) == 0)
            return true;
    return false;
}

/* Groups on platforms: every one once, each by an account that there is. */
static size_t check_bindings(struct check *check, const char *path, const struct community *c)
{
    size_t bound = 0;
    for (size_t i = 0; i < community_group_count(c); i++) {
        struct binding b;
        const struct group *group = community_group_at(c, i);
        if (!community_binding(c, group, &b))
            continue;
        bound++;
        struct index_key key = index_key(b.adapter, b.account, b.platform_group, NULL);
        if (index_add(&check->bindings, &key, group) != group)
            faults_add(check->faults, path, 1,
                       "%s:%s %s is bound to a group of two communities; remove one", b.adapter,
                       b.account, b.platform_group);
        if (!account_is_there(check->config, &b))
            printf("note: %s: %s is bound to account %s:%s, which is not configured\n",
                   community_id(c), group->name, b.adapter, b.account);
    }
    return bound;
}

static int households(const struct community *c)
{
    int sum = 0;
    for (size_t i = 0; i < community_building_count(c); i++)
        sum += community_building_at(c, i)->households;
    return sum;
}

static struct community *check_community(struct check *check, const char *path)
{
    struct community *c = community_load_at(path, check->now_ms, check->faults);
    if (!c)
        return NULL;
    const char *where = path ? path : "the demo community";
    if (index_add_text(&check->ids, community_id(c), c) != c)
        faults_add(check->faults, where, 1, "id `%s` is used by two communities; rename one",
                   community_id(c));
    size_t bound = check_bindings(check, where, c);
    note_rungs(c);
    note_owners(c);
    printf("%s %s: %zu buildings, %d households, %zu micro-grids, %zu people, %zu groups, %zu "
           "of them bound\n",
           community_id(c), community_name(c), community_building_count(c), households(c),
           community_micro_grid_count(c), community_member_count(c), community_group_count(c),
           bound);
    return c;
}

static void check_communities(struct check *check)
{
    const struct config *config = check->config;
    size_t count = config->community_count ? config->community_count : 1;
    struct community **loaded = calloc(count, sizeof *loaded);
    for (size_t i = 0; loaded && i < count; i++)
        loaded[i] =
            check_community(check, config->community_count ? config->communities[i] : NULL);
    if (loaded && loaded[0])
        check->utc_offset_s = community_utc_offset_s(loaded[0]);
    index_finish(&check->ids);
    index_finish(&check->bindings);
    for (size_t i = 0; loaded && i < count; i++)
        community_destroy(&loaded[i]);
    free(loaded);
}

static void check_calendar(struct check *check)
{
    struct calendar *calendar =
        calendar_load(check->config->calendar, check->utc_offset_s, check->faults);
    struct local_time today = calendar_local(calendar, check->now_ms);
    for (int year = today.year; year <= today.year + (today.month >= NOVEMBER); year++)
        if (!calendar_has_year(calendar, year))
            printf("note: no public holidays are known for %d; Monday to Friday count as "
                   "working days\n",
                   year);
    calendar_destroy(&calendar);
}

static void no_such_adapter(struct check *check, const struct tables *tables,
                            const struct config_account *account)
{
    const char *names[64];
    size_t count = 0;
    for (; tables->adapters[count] && count < 64; count++)
        names[count] = tables->adapters[count]->name;
    const char *better = nearest(account->adapter, names, count);
    faults_add(check->faults, conf_file(account->conf), conf_line(account->conf),
               "there is no adapter `%s`; %s%s", account->adapter,
               better ? "did you mean " : "see the README", better ? better : "");
}

static void check_account(struct check *check, const struct tables *tables,
                          const struct config_account *account)
{
    const struct adapter *const *adapter = tables->adapters;
    while (*adapter && strcmp((*adapter)->name, account->adapter) != 0)
        adapter++;
    if (!*adapter)
        no_such_adapter(check, tables, account);
    else if ((*adapter)->check)
        (*adapter)->check(account->conf, check->faults);
}

static void check_accounts(struct check *check, const struct tables *tables)
{
    for (size_t i = 0; i < check->config->account_count; i++)
        check_account(check, tables, &check->config->accounts[i]);
}

/* A secret written into a file that others can read. */
static void note_secrets(const struct config *config)
{
    static const char *const secrets[] = {"token", "secret", "password"};
    struct stat st;
    if (!config->path || stat(config->path, &st) < 0 || !(st.st_mode & 077))
        return;
    for (size_t i = 0; i < config->account_count; i++)
        for (size_t k = 0; k < sizeof secrets / sizeof *secrets; k++) {
            const struct conf_node *node = conf_get(config->accounts[i].conf, secrets[k]);
            if (conf_is_literal(node))
                printf("note: %s:%d: a %s stands in a file that others can read; chmod 600, or "
                       "write ${NAME} and set it in the environment\n",
                       config->path, conf_line(node), secrets[k]);
        }
}

static void check_words(struct check *check)
{
    const struct config *config = check->config;
    struct lexicon *lexicon = lexicon_create(config->words, config->word_count, check->faults);
    struct wording *wording = wording_create(lexicon, config->templates, check->faults);
    struct policy *policy = policy_load(config->classes, check->faults);
    printf("words: %zu bytes of lexicon; %zu classes of trouble\n", lexicon_bytes(lexicon),
           policy_count(policy));
    policy_destroy(&policy);
    wording_destroy(&wording);
    lexicon_destroy(&lexicon);
}

/* What was changed in the rosters at run time and no longer fits, where a Loubot runs. */
static void note_misfits(const char *path)
{
    struct running running;
    running_look(&running, path);
    for (size_t i = 0; i < faults_count(running.misfits); i++)
        printf("note: left out of the roster: %s; `loubot roster --undo` takes it back\n",
               faults_text(running.misfits, i));
    running_close(&running);
}

static int report(const struct faults *faults)
{
    size_t count = faults_print(faults, stdout);
    if (count)
        printf("%zu fault%s\n", count, count == 1 ? "" : "s");
    else
        printf("no faults\n");
    return count ? 1 : 0;
}

int cli_check(const struct tables *tables, int argc, char **argv)
{
    bool named = argc == 3 && strcmp(argv[1], "-c") == 0;
    if (argc != 1 && !named) {
        fprintf(stderr, "usage: loubot check [-c FILE]\n");
        return 2;
    }
    struct clock *clock = clock_create_system();
    struct check check = {
        .faults = faults_create(), .utc_offset_s = 8 * 3600, .now_ms = clock_now_ms(clock)};
    clock_destroy(&clock);
    struct config *config = config_try(named ? argv[2] : NULL, check.faults);
    check.config = config;
    if (config) {
        check_accounts(&check, tables);
        note_secrets(config);
        check_communities(&check);
        check_calendar(&check);
        check_words(&check);
        if (!faults_count(check.faults))
            note_misfits(named ? argv[2] : NULL);
    }
    int status = report(check.faults);
    config_destroy(&config);
    faults_destroy(&check.faults);
    return status;
}
