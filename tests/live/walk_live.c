/* walk_live.c: see walk_live.h. */
#include "walk_live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core_stage.h"
#include "tests/unit/walk_cover.h"
#include "tests/unit/walk_texts.h"

#define HOUR_MS 3600000LL
#define SAID_KEPT 8

void (*walk_before_change)(void);
int64_t walk_latest_ms;
static size_t heard; /* of the recorder's sends */

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

static int64_t day_of(int64_t ms)
{
    return (ms + 8 * HOUR_MS) / (24 * HOUR_MS);
}

static void go_to(int64_t at_ms)
{
    if (day_of(at_ms) > day_of(clock_now_ms(s.clock)))
        walk_before_change();
    clock_set_ms(s.clock, at_ms);
}

void walk_pass(int64_t ms)
{
    int64_t until_ms = clock_now_ms(s.clock) + ms, due_ms;
    if (until_ms > walk_latest_ms)
        walk_latest_ms = until_ms;
    while ((due_ms = next_due_ms()) <= until_ms) {
        if (due_ms > clock_now_ms(s.clock))
            go_to(due_ms);
        core_run_due(s.core);
        assert_true(calm());
    }
    go_to(until_ms);
}

struct said {
    char group[16], name[40], message[24], text[200];
};

static struct said last[SAID_KEPT]; /* the last ones, in a ring */
static uint32_t said_count;

static struct input input_of(const struct said *one, enum input_kind kind)
{
    bool direct = strcmp(one->group, "dm") == 0;
    return (struct input){.kind = kind,
                          .direct = direct,
                          .group = direct ? one->name : one->group,
                          .user = one->name,
                          .user_name = one->name,
                          .message = one->message,
                          .time_ms = clock_now_ms(s.clock)};
}

/* One of the last messages is edited or recalled. */
void walk_take_back(enum input_kind kind)
{
    struct segment segment = {.kind = SEGMENT_TEXT, .text = "2单元6楼的灯不亮"};
    uint32_t kept = said_count < SAID_KEPT ? said_count : SAID_KEPT;
    if (!kept)
        return;
    struct input input = input_of(&last[walk_dice(kept)], kind);
    input.segments = &segment;
    input.segment_count = kind == INPUT_EDIT;
    assert_int_equal(bot_on_input(rec.account, &input), 0);
    assert_true(calm());
    cover_act(kind == INPUT_EDIT ? "message edited" : "message recalled");
}

/* Marks as in play scripts; what is quoted is the recorder's last send. */
static void deliver(const struct said *one, int64_t ago_ms)
{
    char quoted[24];
    struct segment segments[4] = {{0}};
    struct input input = input_of(one, INPUT_MESSAGE);
    const char *text = one->text;
    walk_before_change();
    input.segments = segments;
    input.backfilled = ago_ms != 0;
    input.time_ms -= ago_ms;
    snprintf(quoted, sizeof quoted, "out-%zu", rec.count);
    while (text[0] == '[') {
        struct segment *segment = &segments[input.segment_count];
        if (strncmp(text, "[photo]", 7) == 0)
            *segment = (struct segment){.kind = SEGMENT_IMAGE, .text = one->message};
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
}

static const struct said *note_said(const char *group, const char *name, const char *text)
{
    struct said *one = &last[said_count % SAID_KEPT];
    snprintf(one->group, sizeof one->group, "%s", group);
    snprintf(one->name, sizeof one->name, "%s", name);
    snprintf(one->text, sizeof one->text, "%s", text);
    snprintf(one->message, sizeof one->message, "w%u", ++said_count);
    return one;
}

static void hear(void)
{
    for (; heard < rec.count; heard++)
        walk_hear(rec.texts[heard]);
}

void walk_speak(const char *group, const char *name, const char *text)
{
    deliver(note_said(group, name, text), 0);
    assert_true(calm());
    hear();
}

/* ---- what happens to Loubot ---- */

static void restart(void)
{
    stage_stop_core();
    stage_start_core();
    assert_true(calm());
    cover_act("restarted");
}

/* Thrown away in the middle of a turn; the platform, which has no answer, delivers it again. */
static void killed_in_a_turn(uint32_t event_count)
{
    char buffer[200];
    const char *group = walk_group(), *name = walk_person(group);
    const struct said *one =
        note_said(group, name, walk_text(event_count, buffer, sizeof buffer));
    deliver(one, 0);
    for (uint32_t i = walk_dice(4); i > 0; i--)
        loop_poll(s.loop, 0);
    core_destroy(&s.core, 0);
    rec.waiting_count = 0;
    stage_start_core();
    assert_true(calm());
    cover_act("killed in a turn");
    deliver(one, 0);
    assert_true(calm());
    cover_act("delivered again");
}

/* What was due meanwhile comes late; what was said is read back. */
static void off_for_hours(uint32_t event_count)
{
    char buffer[200];
    int64_t away_ms = (1 + walk_dice(40)) * HOUR_MS;
    const char *group = walk_group(), *name = walk_person(group);
    stage_stop_core();
    clock_set_ms(s.clock, clock_now_ms(s.clock) + away_ms);
    stage_start_core();
    assert_true(calm());
    deliver(note_said(group, name, walk_text(event_count, buffer, sizeof buffer)), away_ms / 2);
    assert_true(calm());
    walk_pass(0);
    cover_act("off for hours");
}

static void clock_jumps(void)
{
    bool ahead = walk_dice(3) != 0;
    int64_t by_ms = ahead ? (1 + walk_dice(60)) * HOUR_MS : -(int64_t)walk_dice(3) * HOUR_MS;
    clock_set_ms(s.clock, clock_now_ms(s.clock) + by_ms);
    walk_pass(0);
    cover_act(ahead ? "clock jumped ahead" : "clock set back");
}

void walk_happens(uint32_t event_count)
{
    walk_before_change();
    switch (walk_dice(8)) {
    case 0:
        restart();
        break;
    case 1:
        killed_in_a_turn(event_count);
        break;
    case 2:
        off_for_hours(event_count);
        break;
    case 3:
        clock_jumps();
        break;
    default:
        break;
    }
}

/* The recorder holds so many sends only. */
void walk_forget_sends(void)
{
    if (rec.count <= SENDS_MAX / 4 || rec.waiting_count)
        return;
    for (size_t i = 0; i < rec.count; i++) {
        free(rec.texts[i]);
        free(rec.stables[i]);
    }
    rec.count = rec.taken = heard = 0;
}
