/* event_walk_live_test.c: the walk of tests/unit/event_walk_test.c on the real core and a real
 * redis-server, with restarts, edits and recalls between. After every step what has changed is
 * read back and judged (fair_rules.c), every fifty steps timers and questions too. WALK_STEPS
 * and WALK_SEED in the environment make it longer or repeat it (`make walk`); with TMPDIR in
 * memory a step takes 5 ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core_stage.h"
#include "event/event.h"
#include "handlers/handlers.h"
#include "host/buf.h"
#include "host/mem.h"
#include "host/slurp.h"
#include "tests/unit/fair_rules.h"
#include "tests/unit/walk_aim.h"
#include "tests/unit/walk_cover.h"
#include "tests/unit/walk_texts.h"
#include "walk_live.h"

#define STEPS 300
#define LOOK_AT_ALL_EVERY 50 /* steps; what has changed is judged after each */
#define OPEN_WANTED 40       /* above that somebody does some work */
#define EVENTS_MAX 20000
#define JUDGE_ARENA_MAX (64u << 20)
#define HOUR_MS 3600000LL
#define SECONDS_A_STEP 20
#define NIGHT_STEPS 12
#define FULL_STEPS 20000 /* so many reach everything */

struct kept { /* an event as it was judged last */
    char *body, *text, *photos;
    enum state state;
    enum urgency urgency;
    char assignee[40], building[16];
};

static struct kept events[EVENTS_MAX];
static uint32_t event_count, open_count;
static char *script;
static int night_steps;

/* ---- the walk ---- */

/* An emergency calls every five minutes for ever: somebody hears it. */
static void hear_emergencies(void)
{
    char text[40];
    for (uint32_t id = 1; id <= event_count; id++) {
        if (events[id].urgency != URGENCY_EMERGENCY || events[id].state != STATE_DISPATCHED)
            continue;
        snprintf(text, sizeof text, "收到 %u", id);
        walk_speak("work", "小区网格长", text);
    }
}

/* Old events must come to an end: who has it says what comes next. */
static void work_on(uint32_t id)
{
    const struct kept *event = &events[id];
    const struct member *worker = community_member(s.community, event->assignee);
    char text[60], head[32], group[20];
    snprintf(head, sizeof head, "楼长%s", event->building);
    snprintf(group, sizeof group, "b%s", event->building);
    bool waits = event->state == STATE_DISPATCHED, busy = event->state == STATE_HANDLING;
    snprintf(text, sizeof text, waits ? "收到 %u" : busy ? "[photo] 完成 %u" : "确认 %u", id);
    if (worker && (waits || busy))
        walk_speak("work", worker->name, text);
    else if (event->state == STATE_CHECKING && event->building[0])
        walk_speak(group, head, text);
}

static void work(void)
{
    uint32_t from = 1 + walk_dice(event_count ? event_count : 1);
    int done = 0;
    for (uint32_t i = 0; i < event_count && done < 4; i++) {
        uint32_t id = 1 + (from + i) % event_count;
        if (events[id].state >= STATE_DISPATCHED && events[id].state <= STATE_CHECKING) {
            work_on(id);
            done++;
        }
    }
}

static struct event *decoded(uint32_t id, struct arena *arena)
{
    const struct kept *kept = &events[id];
    if (!kept->body)
        return NULL;
    struct event *event = event_create(arena);
    assert_int_equal(event_decode(event, kept->body, kept->text, kept->photos, arena), 0);
    event->id = id;
    return event;
}

static const struct event *find_cb(void *arg, uint32_t id)
{
    return decoded(id, arg);
}

static void say_line(const struct walk_line *line)
{
    walk_speak(line->group, line->name, line->text);
}

static bool aim(struct walk_line *line)
{
    struct arena *arena = arena_create(JUDGE_ARENA_MAX);
    struct walk_scene scene = {s.community, "t",   clock_now_ms(s.clock),
                               find_cb,     arena, event_count};
    bool aimed = walk_aim(&scene, line);
    arena_destroy(&arena);
    return aimed;
}

/* Words said on purpose. */
static void aimed_step(void)
{
    struct walk_line line;
    const char *text;
    uint32_t more;
    switch (walk_dice(12)) {
    case 0:
    case 1:
        walk_aim_report(&line);
        say_line(&line);
        more = walk_dice(8);
        for (uint32_t i = 0; (text = walk_aim_more(more, i, &line)); i++)
            walk_speak(line.group, line.name, text);
        break;
    case 2:
        walk_aim_roster(&line);
        say_line(&line);
        break;
    default:
        if (aim(&line))
            say_line(&line);
    }
}

/* At night, when what is reported waits. */
static void to_the_night(void)
{
    int64_t since_midnight_ms = (clock_now_ms(s.clock) + 8 * HOUR_MS) % (24 * HOUR_MS);
    if (since_midnight_ms < 23 * HOUR_MS)
        walk_pass(23 * HOUR_MS - since_midnight_ms);
    night_steps = NIGHT_STEPS;
}

static void random_step(void)
{
    char buffer[200];
    const char *group = walk_group();
    switch (walk_dice(16)) {
    case 0:
        walk_pass((int64_t)walk_dice(30) * HOUR_MS);
        break;
    case 1:
        walk_pass((int64_t)walk_dice(90) * 60000);
        break;
    case 2:
        walk_happens(event_count);
        break;
    case 3:
        walk_take_back(walk_dice(2) ? INPUT_EDIT : INPUT_RECALL);
        break;
    case 4:
        if (walk_dice(4) == 0)
            to_the_night();
        break;
    case 5:
    case 6:
    case 7:
        walk_speak(group, walk_person(group), walk_text(event_count, buffer, sizeof buffer));
        break;
    default:
        aimed_step();
    }
}

/* ---- judging ---- */

struct news { /* what has changed; `was` is NULL for a new event */
    uint32_t id;
    struct event *was, *is;
};

struct look {
    struct arena *arena;
    struct news *news;
    size_t count;
    bool done;
    char failure[200];
    struct fair *fair;
};

static void keep(struct kept *kept, const struct redis_reply *item)
{
    free(kept->body);
    free(kept->text);
    free(kept->photos);
    kept->body = xstrdup(item->items[1]->text);
    kept->text = xstrdup(item->items[2]->text);
    kept->photos = xstrdup(item->items[3]->text);
}

static void note(const struct event *event)
{
    struct kept *kept = &events[event->id];
    kept->state = event->state;
    kept->urgency = event->urgency;
    snprintf(kept->assignee, sizeof kept->assignee, "%s",
             event->assignee ? event->assignee : "");
    snprintf(kept->building, sizeof kept->building, "%s",
             event->building ? event->building : "");
}

static void take(struct look *look, const struct redis_reply *item)
{
    struct news *news = &look->news[look->count++];
    news->id = (uint32_t)strtoul(item->items[0]->text, NULL, 10);
    assert_true(news->id < EVENTS_MAX);
    news->was = decoded(news->id, look->arena);
    keep(&events[news->id], item);
    news->is = decoded(news->id, look->arena);
    note(news->is);
    for (size_t i = 4; i < item->len; i++) {
        struct step *made = arena_alloc(look->arena, sizeof *made);
        assert_int_equal(step_decode(made, item->items[i]->text, look->arena), 0);
        *news->is->new_steps_end = made;
        news->is->new_steps_end = &made->next;
    }
}

static void check_waits(struct look *look, const struct redis_reply *item)
{
    struct fair_timer timers[16];
    size_t count = 0;
    const struct event *event =
        decoded((uint32_t)strtoul(item->items[0]->text, NULL, 10), look->arena);
    for (size_t i = 2; i + 1 < item->len && count < 16; i += 2)
        timers[count++] = (struct fair_timer){item->items[i]->text,
                                              strtoll(item->items[i + 1]->text, NULL, 10)};
    bool asked = strcmp(item->items[1]->text, "1") == 0;
    if (event)
        fair_check_waits(look->fair, event, timers, count, asked);
}

static void look_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct look *look = arg;
    look->done = true;
    if (error || reply->type != REDIS_LIST) {
        snprintf(look->failure, sizeof look->failure, "walk_judge.lua: %s",
                 error ? "Redis is away" : reply->text);
        return;
    }
    event_count = (uint32_t)reply->items[0]->integer;
    look->news = arena_alloc(look->arena, (reply->len + 1) * sizeof *look->news);
    for (size_t i = 2; i < reply->len; i++)
        take(look, reply->items[i]);
    for (size_t i = 0; i < reply->items[1]->len; i++)
        check_waits(look, reply->items[1]->items[i]);
}

/* The numbers of those that may change still; the others are looked at now and then. */
static const char *in_life(struct buf *ids)
{
    buf_init(ids, 1 << 20);
    for (uint32_t id = 1; id <= event_count; id++)
        if (events[id].state != STATE_ARCHIVED)
            buf_printf(ids, "%u ", id);
    return buf_text(ids);
}

static void ask_redis(struct look *look, bool all)
{
    struct buf ids;
    char tag[60], known[16];
    snprintf(tag, sizeof tag, "{%s}", community_id(s.community));
    snprintf(known, sizeof known, "%u", event_count);
    redis_command(
        s.look, 0, 7,
        (const char *const[]){"EVAL", script, "0", tag, all ? "all" : "", known, in_life(&ids)},
        NULL, look_cb, look);
    while (!look->done)
        loop_poll(s.loop, 1000);
    buf_finish(&ids);
    if (look->failure[0])
        fail_msg("%s", look->failure);
}

static void judge(bool all)
{
    size_t len;
    if (!script)
        script = slurp("tests/live/walk_judge.lua", 65536, &len, s.faults);
    if (!script)
        fail_msg("tests/live/walk_judge.lua is not here: run it from the project's folder");
    struct arena *arena = arena_create(JUDGE_ARENA_MAX);
    struct fair fair = {s.community, s.calendar, clock_now_ms(s.clock), find_cb, arena};
    struct fair latest = fair;
    latest.now_ms = walk_latest_ms > fair.now_ms ? walk_latest_ms : fair.now_ms;
    struct look look = {.arena = arena, .fair = &latest};
    ask_redis(&look, all);
    for (size_t i = 0; i < look.count; i++) {
        fair_check(&fair, look.news[i].was, look.news[i].is);
        if (!look.news[i].was || look.news[i].was->state != look.news[i].is->state)
            fair_check_followed(&fair, look.news[i].is);
    }
    arena_destroy(&arena);
    open_count = 0;
    for (uint32_t id = 1; id <= event_count; id++)
        open_count += events[id].state >= STATE_DRAFT && events[id].state <= STATE_CHECKING;
}

static void judge_changed(void)
{
    judge(false);
}

static void step(void)
{
    walk_forget_sends();
    walk_pass(SECONDS_A_STEP * 1000); /* nobody floods */
    if (night_steps > 0) {
        night_steps--;
        aimed_step();
    } else {
        random_step();
    }
    if (open_count > OPEN_WANTED)
        work();
    hear_emergencies();
}

static void walk(long steps)
{
    walk_before_change = judge_changed;
    for (long i = 1; i <= steps; i++) {
        walk_step = (uint32_t)i;
        step();
        judge(i % LOOK_AT_ALL_EVERY == 0);
        if (i % 1000 == 0) {
            print_message("%ld steps, %u events, %u open\n", i, event_count, open_count);
            fflush(stdout);
        }
    }
    judge(true);
}

static void the_rules_hold_on_the_real_core(void **state)
{
    const char *given = getenv("WALK_SEED"), *length = getenv("WALK_STEPS");
    walk_seed =
        given ? strtoull(given, NULL, 10) : 20260302; /* `make test` always walks one way */
    long steps = length ? strtol(length, NULL, 10) : STEPS;
    print_message("WALK_SEED=%llu WALK_STEPS=%ld\n", (unsigned long long)walk_seed, steps);
    stage_stop_core();
    wording_destroy(&s.wording);
    s.wording = wording_create(s.lexicon, NULL, s.faults);
    s.handlers = handlers_all;
    stage_start_core();
    assert_true(settle());
    assert_non_null(LOOK("PING")); /* opens the test's own eyes */
    walk(steps);
    print_message("%u events, %u open\n", event_count, open_count);
    size_t missing = length ? cover_print(true) + walk_aim_print() : 0;
    if (steps >= FULL_STEPS && missing)
        fail_msg("%zu things were never reached", missing);
    free(script);
    for (uint32_t id = 0; id < EVENTS_MAX; id++) {
        free(events[id].body);
        free(events[id].text);
        free(events[id].photos);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        the_rules_hold_on_the_real_core, stage_set_up, stage_tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
