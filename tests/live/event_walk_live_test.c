/* event_walk_live_test.c: the walk of tests/unit/event_walk_test.c on the real core and a real
 * redis-server, with restarts between. After every few steps the events are read back and
 * judged. WALK_STEPS and WALK_SEED in the environment make it longer or repeat it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "core_stage.h"
#include "handlers/handlers.h"
#include "tests/unit/walk_texts.h"
#include "turn/query.h"

#define STEPS 120
#define JUDGE_EVERY 20
#define HOUR_MS 3600000LL

static json_t *before; /* the events as they were judged last, by number */
static uint32_t event_count;

/* ---- the walk ---- */

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
        assert_true(settle());
    }
    clock_set_ms(s.clock, until_ms);
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
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(settle());
}

/* The recorder holds so many sends only. */
static void forget_sends(void)
{
    for (size_t i = 0; i < rec.count; i++) {
        free(rec.texts[i]);
        free(rec.stables[i]);
    }
    rec.count = rec.taken = 0;
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
        if (walk_dice(4))
            break;
        stage_stop_core();
        stage_start_core();
        assert_true(settle());
        break;
    default:
        speak(group, walk_person(group), walk_text(event_count, buffer, sizeof buffer));
    }
    for (uint32_t id = 1; id <= event_count; id++) { /* or they call every five minutes */
        snprintf(buffer, sizeof buffer, "收到 %u", id);
        const json_t *event = before ? json_array_get(before, id) : NULL;
        const char *urgency = json_string_value(json_object_get(event, "urgency"));
        const char *state = json_string_value(json_object_get(event, "state"));
        if (urgency && strcmp(urgency, "emergency") == 0 && strcmp(state, "dispatched") == 0)
            speak("work", "网格员1", buffer);
    }
}

/* ---- judging ---- */

static void keep_cb(void *arg, const char *json)
{
    *(json_t **)arg = json ? json_loads(json, 0, NULL) : json_null();
}

static json_t *read_event(uint32_t id)
{
    json_t *event = NULL;
    query_event(s.look, s.community, s.calendar, NULL, id, keep_cb, &event);
    for (int i = 0; i < 500 && !event; i++)
        loop_poll(s.loop, 10);
    assert_non_null(event);
    return event;
}

static const char *text_of(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

static void broken(const json_t *event, const char *rule)
{
    size_t i;
    json_t *step_made;
    json_array_foreach(json_object_get(event, "trail"), i, step_made)
    {
        char *text = json_dumps(step_made, JSON_COMPACT);
        print_message("%s\n", text);
        free(text);
    }
    print_message("event %lld is %s\n", json_integer_value(json_object_get(event, "id")),
                  text_of(event, "state"));
    fail_msg("%s", rule);
}

static void judge_trail(const json_t *event)
{
    const char *at = NULL;
    size_t i;
    json_t *step_made;
    json_array_foreach(json_object_get(event, "trail"), i, step_made)
    {
        const char *from = text_of(step_made, "from"), *to = text_of(step_made, "to");
        if (!*to)
            continue;
        if (at && strcmp(at, from) != 0)
            broken(event, "the trail has a gap");
        bool refusal = strcmp(to, "dispatched") == 0 &&
                       (strcmp(from, "dispatched") == 0 || strcmp(from, "handling") == 0);
        if (refusal && !*text_of(step_made, "note"))
            broken(event, "a refusal without a reason");
        if (strcmp(from, "checking") == 0 && strcmp(to, "done") == 0 &&
            strcmp(text_of(event, "outcome"), "resolved") == 0 &&
            strcmp(text_of(step_made, "who"), text_of(event, "handler")) == 0)
            broken(event, "somebody confirmed his own work");
        at = to;
    }
    if (!at || strcmp(at, text_of(event, "state")) != 0)
        broken(event, "the trail does not end where the event is");
}

static bool is_closed(const json_t *event)
{
    return strcmp(text_of(event, "state"), "done") == 0 ||
           strcmp(text_of(event, "state"), "archived") == 0;
}

static void judge_change(const json_t *was, const json_t *event)
{
    static const char *const lists[] = {"photos", "also", "trail"};
    for (size_t i = 0; i < 3; i++)
        if (json_array_size(json_object_get(event, lists[i])) <
            json_array_size(json_object_get(was, lists[i])))
            broken(event, "something was dropped");
    if (*text_of(was, "reporter") &&
        strcmp(text_of(was, "reporter"), text_of(event, "reporter")))
        broken(event, "the reporter changed");
}

static void judge(void)
{
    json_t *now = json_array();
    json_array_append_new(now, json_null());
    for (event_count = 0;; event_count++) {
        json_t *event = read_event(event_count + 1);
        if (!json_is_object(event)) {
            json_decref(event);
            break;
        }
        if (is_closed(event) == json_is_null(json_object_get(event, "outcome")))
            broken(event, "closed and outcome do not agree");
        judge_trail(event);
        json_t *was = before ? json_array_get(before, event_count + 1) : NULL;
        if (was)
            judge_change(was, event);
        json_array_append_new(now, event);
    }
    json_decref(before);
    before = now;
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
    for (long i = 1; i <= steps; i++) {
        step();
        if (i % JUDGE_EVERY == 0)
            judge();
    }
    judge();
    print_message("%u events, %zu messages\n", event_count, rec.count);
    json_decref(before);
    before = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        the_rules_hold_on_the_real_core, stage_set_up, stage_tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
