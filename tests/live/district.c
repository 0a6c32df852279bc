/* district.c: see district.h. */
#include "tests/live/district.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/calendar.h"
#include "event/policy.h"
#include "handlers/handlers.h"
#include "host/assets.h"
#include "host/buf.h"
#include "people/community.h"
#include "words/lexicon.h"
#include "words/wording.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define GRIDS 6 /* of a whole community */
static const int last_building[GRIDS] = {5, 10, 14, 18, 22, 27};

static struct district *d; /* the adapter's */

/* ---- the platform ------------------------------------------------------------------------ */

static int rec_start(struct account *account, struct conf_node *conf, struct faults *faults)
{
    d->account = account;
    bot_on_up(account);
    return 0;
}

static void rec_stop(struct account *account)
{
}

static void rec_answer(void *arg)
{
    size_t count = d->waiting_count;
    d->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        char id[24];
        snprintf(id, sizeof id, "out-%llu", (unsigned long long)++d->message);
        bot_on_sent(d->account, d->waiting[i], SENT_OK, id, 0, NULL);
    }
}

static int rec_send(struct account *account, const struct send *send)
{
    if (d->waiting_count == sizeof d->waiting / sizeof *d->waiting) {
        d->lost++;
        return ERR_AWAY;
    }
    d->sends++;
    d->waiting[d->waiting_count++] = send->id;
    loop_defer(account_loop(account), rec_answer, NULL);
    if (d->has_people)
        people_hear(d, send);
    return 0;
}

static void rec_taken(struct account *account, uint64_t token)
{
}

static const struct adapter platform = {
    .name = "recorder",
    .capabilities = {.delivery = DELIVERY_ACKED,
                     .hears_all = true,
                     .mentions = true,
                     .quotes = true,
                     .images = true,
                     .idempotent_sends = true},
    .start = rec_start,
    .stop = rec_stop,
    .send = rec_send,
    .taken = rec_taken,
};

/* ---- its files --------------------------------------------------------------------------- */

static const char *demo_file(const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "bot/people/data/demo/%s", name);
    return asset_find(path)->bytes;
}

static void write_community(const char *folder, size_t i, int grids)
{
    char path[200];
    snprintf(path, sizeof path, "%s/community.yaml", folder);
    FILE *file = fopen(path, "w");
    const char *demo = demo_file("community.yaml"), *end;
    for (; *demo; demo = end) {
        int building = 0;
        end = strchr(demo, '\n') + 1;
        sscanf(demo, "  - {names: [%d", &building);
        if (!building)
            sscanf(demo, "  - {name: %*[0-9ab], building: %d", &building);
        if (strncmp(demo, "id:", 3) == 0)
            fprintf(file, "id: c%02zu\n", i + 1);
        else if (building <= last_building[grids - 1])
            fwrite(demo, 1, (size_t)(end - demo), file);
    }
    fprintf(file, "groups:\n  - {name: work, bindings: {\"recorder:d\": c%02zu-work}}\n", i + 1);
    for (int b = 1; b <= last_building[grids - 1]; b++)
        fprintf(file, "  - {name: b%d, bindings: {\"recorder:d\": c%02zu-b%d}}\n", b, i + 1, b);
    fclose(file);
}

/* The demo's people, each with an identity of his community: "c01-物业1". */
static void write_roster(const char *folder, size_t i, int grids)
{
    char path[200];
    snprintf(path, sizeof path, "%s/roster.csv", folder);
    FILE *file = fopen(path, "w");
    const char *demo = demo_file("roster.csv"), *end;
    for (; *demo; demo = end) {
        int building = 0, grid = 0;
        end = strchr(demo, '\n') + 1;
        const char *area = memmem(demo, (size_t)(end - demo), "building:", 9);
        const char *of = memmem(demo, (size_t)(end - demo), "grid:", 5);
        const char *star = memmem(demo, (size_t)(end - demo), "*:", 2);
        if (area)
            sscanf(area, "building:%d", &building);
        else if (of)
            sscanf(of, "grid:%d", &grid);
        if (building > last_building[grids - 1] || grid > grids)
            continue;
        if (!star) {
            fwrite(demo, 1, (size_t)(end - demo), file);
            continue;
        }
        fwrite(demo, 1, (size_t)(star - demo), file);
        fprintf(file, "recorder:c%02zu-%.*s", i + 1, (int)(end - star - 2), star + 2);
    }
    fclose(file);
}

static bool load_community(struct district *district, size_t i)
{
    char folder[100];
    int grids = district->grids - (int)i * GRIDS;
    if (grids > GRIDS)
        grids = GRIDS;
    snprintf(folder, sizeof folder, "%s/c%02zu", district->dir, i + 1);
    if (mkdir(folder, 0700) == 0) {
        write_community(folder, i, grids);
        write_roster(folder, i, grids);
    }
    district->communities[i] = community_load(folder, district->faults);
    district->calendars[i] =
        i ? district->calendars[0] : calendar_load(NULL, 28800, district->faults);
    district->policies[i] = i ? district->policies[0] : policy_load(NULL, district->faults);
    return district->communities[i] != NULL;
}

/* ---- life -------------------------------------------------------------------------------- */

static bool start_server(struct district *district)
{
    const char *why = "";
    struct redis_server_config server = {.data = district->dir,
                                         .fsync_always = district->fsync};
    district->server = redis_server_start(district->loop, &server, 10000, &why);
    if (!district->server)
        fprintf(stderr, "no redis-server: %s\n", why);
    district->redis = (struct redis_config){
        .socket = district->server ? redis_server_socket(district->server) : NULL,
        .connections = 4,
        .deadline_ms = 20000,
        .max_waiting = 100000};
    return district->server != NULL;
}

static void start_core(struct district *district)
{
    struct core_config config = {
        .loop = district->loop,
        .clock = district->clock,
        .redis = &district->redis,
        .data_dir = district->dir,
        .lexicon = district->lexicon,
        .wording = district->wording,
        .handlers = handlers_all,
        .communities = district->communities,
        .calendars = (const struct calendar *const *)district->calendars,
        .policies = (const struct policy *const *)district->policies,
        .community_count = district->count,
    };
    district->core = core_create(&config);
    core_add_account(district->core, &platform, "d", NULL, district->faults);
}

bool district_up(struct district *district)
{
    district->loop = loop_create();
    district->faults = faults_create();
    district->lexicon = lexicon_create(NULL, 0, district->faults);
    district->wording = wording_create(district->lexicon, NULL, district->faults);
    district->communities = calloc(district->count, sizeof *district->communities);
    district->calendars = calloc(district->count, sizeof *district->calendars);
    district->policies = calloc(district->count, sizeof *district->policies);
    bool ok = true;
    for (size_t i = 0; ok && i < district->count; i++)
        ok = load_community(district, i);
    for (size_t i = 0; i < faults_count(district->faults); i++)
        fprintf(stderr, "%s\n", faults_text(district->faults, i));
    if (!ok || !start_server(district))
        return false;
    start_core(district);
    return true;
}

bool district_start(struct district *district, int grids, uint64_t seed)
{
    d = district;
    district->grids = grids;
    district->random = seed * 2654435761u + 1;
    strcpy(district->dir, "/tmp/loubot-district-XXXXXX");
    if (!mkdtemp(district->dir))
        return false;
    district->count = (size_t)(grids + GRIDS - 1) / GRIDS;
    district->clock = clock_create_virtual(DISTRICT_START_MS);
    return district_up(district) && district_settle(district);
}

void district_down(struct district *district)
{
    core_destroy(&district->core, 5000);
    redis_destroy(&district->look);
    redis_server_stop(&district->server);
    for (size_t i = 0; i < district->count; i++)
        community_destroy(&district->communities[i]);
    calendar_destroy(&district->calendars[0]);
    policy_destroy(&district->policies[0]);
    free(district->communities);
    free(district->calendars);
    free(district->policies);
    wording_destroy(&district->wording);
    lexicon_destroy(&district->lexicon);
    faults_destroy(&district->faults);
    loop_destroy(&district->loop);
    district->waiting_count = 0;
}

void district_stop(struct district *district)
{
    district_down(district);
    free(district->actions);
    clock_destroy(&district->clock);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", district->dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left\n", district->dir);
}

void district_restart(struct district *district, bool redis_too)
{
    core_destroy(&district->core, 5000);
    district->waiting_count = 0;
    if (redis_too) {
        redis_destroy(&district->look);
        redis_server_stop(&district->server);
        start_server(district);
    }
    start_core(district);
}

bool district_settle(struct district *district)
{
    for (int i = 0; i < 3000; i++) {
        if (core_is_ready(district->core) && core_is_idle(district->core))
            return true;
        loop_poll(district->loop, 10);
    }
    return false;
}

/* ---- time and words ---------------------------------------------------------------------- */

void district_say(struct district *district, const char *group, const char *name,
                  const char *text, bool photo)
{
    char message[24], user[64];
    struct segment segments[2] = {
        {.kind = SEGMENT_TEXT, .text = text},
        {.kind = SEGMENT_IMAGE,
         .text = "media:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.jpg"}};
    snprintf(message, sizeof message, "%lld", (long long)++district->message);
    snprintf(user, sizeof user, "%.3s-%s", group, name);
    struct input input = {.kind = INPUT_MESSAGE,
                          .group = group,
                          .user = user,
                          .user_name = name,
                          .message = message,
                          .time_ms = clock_now_ms(district->clock),
                          .segments = segments,
                          .segment_count = photo ? 2 : 1};
    bot_on_input(district->account, &input);
}

static void act(struct district *district, int64_t now_ms)
{
    while (district->action_count && district->actions[0].at_ms <= now_ms) {
        struct action action = district->actions[0];
        memmove(district->actions, district->actions + 1,
                --district->action_count * sizeof action);
        district_say(district, action.group, action.name, action.text, action.photo);
    }
}

bool district_pass(struct district *district, int64_t ms, int64_t step_ms)
{
    int64_t end = clock_now_ms(district->clock) + ms;
    for (int64_t now = clock_now_ms(district->clock); now < end;) {
        int64_t next = now + step_ms;
        if (next / DAY_MS != now / DAY_MS && !district->quiet)
            people_day(district, next);
        now = next;
        clock_set_ms(district->clock, now);
        core_run_due(district->core);
        act(district, now);
        if (!district_settle(district))
            return false;
    }
    return true;
}

/* ---- own eyes ------------------------------------------------------------------------------
 */

struct looking {
    struct buf text;
    bool done;
};

static void look_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct looking *looking = arg;
    looking->done = true;
    if (error)
        buf_printf(&looking->text, "error %d", error);
    else if (reply->type == REDIS_INT)
        buf_printf(&looking->text, "%lld", (long long)reply->integer);
    else if (reply->type == REDIS_LIST)
        for (size_t i = 0; i < reply->len; i++)
            buf_printf(&looking->text, "%s\n", reply->items[i]->text);
    else
        buf_puts(&looking->text, reply->text ? reply->text : "");
}

char *district_ask(struct district *district, int argc, const char *const *argv)
{
    struct looking looking = {0};
    buf_init(&looking.text, 16 * 1024 * 1024);
    if (!district->look)
        district->look = redis_create(district->loop, &district->redis, NULL, NULL);
    for (int i = 0; i < 500 && !redis_is_up(district->look); i++)
        loop_poll(district->loop, 10);
    redis_command(district->look, 0, argc, argv, NULL, look_cb, &looking);
    for (int i = 0; i < 3000 && !looking.done; i++)
        loop_poll(district->loop, 10);
    char *text = strdup(buf_text(&looking.text));
    buf_finish(&looking.text);
    return text;
}
