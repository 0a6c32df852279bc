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
#include "host/mem.h"
#include "host/slurp.h"
#include "tests/unit/fair_rules.h"
#include "tests/unit/walk_texts.h"

#define STEPS 300
#define LOOK_AT_ALL_EVERY 50 /* steps; what has changed is judged after each */
#define OPEN_WANTED 40       /* above that somebody does some work */
#define EVENTS_MAX 20000
#define JUDGE_ARENA_MAX (64u << 20)
#define HOUR_MS 3600000LL

struct kept { /* an event as it was judged last */
    char *body, *text, *photos;
    enum state state;
    enum urgency urgency;
    char assignee[40], building[16];
};

static struct kept events[EVENTS_MAX];
static uint32_t event_count, open_count;
static char *script;
static size_t heard; /* of the recorder's sends */

/* ---- the walk ---- */

/* A change of the roster makes timers that are due at once, which run only when told to. */
static bool calm(void)
{
    int64_t end_ms = clock_boot_ms(s.clock) + 20000;
    while (clock_boot_ms(s.clock) < end_ms) {
        for (int i = 0; i < 20; i++) {
            loop_poll(s.loop, 10);
            if (core_is_ready(s.core) && core_is_idle(s.core))
                return true;
        }
        if (core_is_ready(s.core))
            core_run_due(s.core);
    }
    return false;
}

static void pass_cb(void *arg, int64_t due_ms)
{
    *(int64_t *)arg = due_ms;
}

static int64_t next_due_ms(void)
{
    int64_t due_ms = -1;
    core_next_due(s.core, pass_cb, &due_ms);
    for (int i = 0; i < 500 && due_ms < 0; i++)
        loop_poll(s.loop, 10);
    assert_true(due_ms >= 0);
    return due_ms;
}

static void pass(int64_t ms)
{
    int64_t until_ms = clock_now_ms(s.clock) + ms, due_ms;
    while ((due_ms = next_due_ms()) <= until_ms) {
        if (due_ms > clock_now_ms(s.clock))
            clock_set_ms(s.clock, due_ms);
        core_run_due(s.core);
        assert_true(calm());
    }
    clock_set_ms(s.clock, until_ms);
}

static char last_group[16], last_name[32], last_message[24];

/* The last message is edited or recalled. */
static void take_back(enum input_kind kind)
{
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "2单元6楼的灯不亮"};
    struct input input = {.kind = kind,
                          .direct = strcmp(last_group, "dm") == 0,
                          .group = strcmp(last_group, "dm") == 0 ? last_name : last_group,
                          .user = last_name,
                          .user_name = last_name,
                          .message = last_message,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = &segment,
                          .segment_count = kind == INPUT_EDIT};
    if (!last_message[0])
        return;
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(calm());
}

/* Marks as in play scripts; what is quoted is the recorder's last send. */
static void speak(const char *group, const char *name, const char *text)
{
    static int64_t id;
    char message[24], quoted[24];
    struct segment segments[4] = {{0}};
    struct input input = {.kind = INPUT_MESSAGE,
                          .direct = strcmp(group, "dm") == 0,
                          .group = strcmp(group, "dm") == 0 ? name : group,
                          .user = name,
                          .user_name = name,
                          .message = message,
                          .time_ms = clock_now_ms(s.clock),
                          .segments = segments};
    snprintf(message, sizeof message, "w%lld", (long long)++id);
    snprintf(quoted, sizeof quoted, "out-%zu", rec.count);
    while (text[0] == '[') {
        struct segment *segment = &segments[input.segment_count];
        if (strncmp(text, "[photo]", 7) == 0)
            *segment = (struct segment){.kind = SEGMENT_IMAGE, .text = message};
        else if (strncmp(text, "[reply", 6) == 0)
            *segment = (struct segment){.kind = SEGMENT_REPLY, .id = quoted};
        else
            return;
        input.segment_count++;
        text = strchr(text, ']') + 1;
        text += *text == ' ';
    }
    if (text[0])
        segments[input.segment_count++] = (struct segment){.kind = SEGMENT_TEXT, .text = text};
    snprintf(last_group, sizeof last_group, "%s", group);
    snprintf(last_name, sizeof last_name, "%s", name);
    snprintf(last_message, sizeof last_message, "%s", message);
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(calm());
}

/* The recorder holds so many sends only. */
static void forget_sends(void)
{
    for (size_t i = 0; i < rec.count; i++) {
        free(rec.texts[i]);
        free(rec.stables[i]);
    }
    rec.count = rec.taken = heard = 0;
}

/* An emergency calls every five minutes for ever: somebody hears it. */
static void hear_emergencies(void)
{
    char text[40];
    for (uint32_t id = 1; id <= event_count; id++) {
        if (events[id].urgency != URGENCY_EMERGENCY || events[id].state != STATE_DISPATCHED)
            continue;
        snprintf(text, sizeof text, "收到 %u", id);
        speak("work", "小区网格长", text);
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
        speak("work", worker->name, text);
    else if (event->state == STATE_CHECKING && event->building[0])
        speak(group, head, text);
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

static void step(void)
{
    if (rec.count > SENDS_MAX / 4 && !rec.waiting_count)
        forget_sends();
    char buffer[200];
    const char *group = walk_group();
    switch (walk_dice(16)) {
    case 0:
        pass((int64_t)walk_dice(30) * HOUR_MS);
        break;
    case 1:
        pass((int64_t)walk_dice(90) * 60000);
        break;
    case 2:
        if (walk_dice(10))
            break;
        stage_stop_core();
        stage_start_core();
        assert_true(calm());
        break;
    case 3:
        take_back(walk_dice(2) ? INPUT_EDIT : INPUT_RECALL);
        break;
    default:
        speak(group, walk_person(group), walk_text(event_count, buffer, sizeof buffer));
    }
    if (open_count > OPEN_WANTED)
        work();
    hear_emergencies();
    for (; heard < rec.count; heard++)
        walk_hear(rec.texts[heard]);
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
    char faults[1000];
};

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

static void look_cb(void *arg, int error, const struct redis_reply *reply)
{
    struct look *look = arg;
    look->done = true;
    if (error || reply->type != REDIS_LIST) {
        snprintf(look->faults, sizeof look->faults, "walk_judge.lua: %s",
                 error ? "Redis is away" : reply->text);
        return;
    }
    event_count = (uint32_t)reply->items[0]->integer;
    snprintf(look->faults, sizeof look->faults, "%s", reply->items[1]->text);
    look->news = arena_alloc(look->arena, (reply->len + 1) * sizeof *look->news);
    for (size_t i = 2; i < reply->len; i++)
        take(look, reply->items[i]);
}

static const struct event *find_cb(void *arg, uint32_t id)
{
    return decoded(id, arg);
}

static void judge(bool all)
{
    size_t len;
    if (!script)
        script = slurp("tests/live/walk_judge.lua", 65536, &len, s.faults);
    if (!script)
        fail_msg("tests/live/walk_judge.lua is not here: run it from the project's folder");
    struct look look = {.arena = arena_create(JUDGE_ARENA_MAX)};
    char tag[60];
    snprintf(tag, sizeof tag, "{%s}", community_id(s.community));
    redis_command(s.look, 0, 5,
                  (const char *const[]){"EVAL", script, "0", tag, all ? "all" : ""}, NULL,
                  look_cb, &look);
    while (!look.done)
        loop_poll(s.loop, 1000);
    struct fair fair = {s.community, s.calendar, clock_now_ms(s.clock), find_cb, look.arena};
    for (size_t i = 0; i < look.count; i++) {
        fair_check(&fair, look.news[i].was, look.news[i].is);
        if (!look.news[i].was || look.news[i].was->state != look.news[i].is->state)
            fair_check_followed(&fair, look.news[i].is);
    }
    if (look.faults[0])
        fail_msg("%s", look.faults);
    arena_destroy(&look.arena);
    open_count = 0;
    for (uint32_t id = 1; id <= event_count; id++)
        open_count += events[id].state >= STATE_DRAFT && events[id].state <= STATE_CHECKING;
}

static void walk(long steps)
{
    for (long i = 1; i <= steps; i++) {
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
