/* event_test.c: the transition table of DESIGN §5, pair by pair, its hard rules, and the stored
 * and public forms of an event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "event/calendar.h"
#include "event/event.h"
#include "host/buf.h"
#include "host/conf.h"
#include "host/err.h"
#include "host/mem.h"

#define DAY_MS 86400000LL
static const int64_t now_ms = 1772413205000; /* 2026-03-02T09:00:05+08:00 */

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_create(1 << 24);
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(&arena);
    return 0;
}

static struct event *event_in(enum state state)
{
    struct event *event = event_create(arena);
    event->state = state;
    event->reporter = "m-1";
    event->assignee = "m-7";
    event->owner = OWNER_PROPERTY;
    if (state >= STATE_DONE) {
        event->outcome = OUTCOME_RESOLVED;
        event->done_ms = now_ms - DAY_MS;
    }
    return event;
}

/* Every pair of states that some row has, whatever the guard. */
static const char *const allowed[] = {
    "none>draft",           "none>reported",
    "draft>reported",       "draft>done",
    "reported>dispatched",  "reported>handling",
    "reported>done",        "dispatched>dispatched",
    "dispatched>handling",  "dispatched>conferring",
    "dispatched>checking",  "dispatched>done",
    "handling>dispatched",  "handling>conferring",
    "handling>suspended",   "handling>checking",
    "handling>done",        "conferring>dispatched",
    "conferring>suspended", "conferring>done",
    "suspended>handling",   "suspended>done",
    "checking>handling",    "checking>done",
    "done>handling",        "done>archived",
    "archived>handling",
};

static bool is_allowed(enum state from, enum state to)
{
    char pair[40];
    snprintf(pair, sizeof pair, "%s>%s", state_name(from), state_name(to));
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strcmp(allowed[i], pair) == 0)
            return true;
    return false;
}

/* Tries a move with every outcome and owner. */
static bool can_move(enum state from, enum state to, const char *who, const char *note)
{
    for (int outcome = OUTCOME_NONE; outcome <= OUTCOME_DUPLICATE; outcome++)
        for (int upper = 0; upper < 2; upper++) {
            struct event *event = event_in(from);
            if (to == STATE_DONE)
                event->outcome = outcome;
            if (upper)
                event->owner = OWNER_UPPER;
            if (event_move(event, to, who, note, now_ms, arena) == 0)
                return true;
        }
    return false;
}

static void the_table_has_these_pairs_and_no_others(void **state)
{
    for (int from = STATE_NONE; from <= STATE_ARCHIVED; from++)
        for (int to = STATE_DRAFT; to <= STATE_ARCHIVED; to++)
            if (can_move(from, to, "m-2", "because") != is_allowed(from, to))
                fail_msg("%s -> %s", state_name(from), state_name(to));
}

static void a_refused_move_changes_nothing(void **state)
{
    struct event *event = event_in(STATE_DISPATCHED);
    assert_int_equal(event_move(event, STATE_ARCHIVED, "m-2", "x", now_ms, arena), ERR_REFUSED);
    assert_int_equal(event->state, STATE_DISPATCHED);
    assert_false(event->dirty);
    assert_null(event->new_steps);
}

static void every_refusal_has_a_reason(void **state)
{
    static const enum state pairs[][2] = {{STATE_DISPATCHED, STATE_DISPATCHED},
                                          {STATE_HANDLING, STATE_DISPATCHED},
                                          {STATE_HANDLING, STATE_SUSPENDED},
                                          {STATE_HANDLING, STATE_CONFERRING},
                                          {STATE_CONFERRING, STATE_DISPATCHED}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_false(can_move(pairs[i][0], pairs[i][1], "m-2", NULL));
        assert_false(can_move(pairs[i][0], pairs[i][1], "m-2", ""));
        assert_true(can_move(pairs[i][0], pairs[i][1], "m-2", "等配件"));
    }
    struct event *event = event_in(STATE_REPORTED);
    event->outcome = OUTCOME_REJECTED;
    assert_int_equal(event_move(event, STATE_DONE, "m-2", NULL, now_ms, arena), ERR_REFUSED);
    assert_int_equal(event_move(event, STATE_DONE, "m-2", "不在小区", now_ms, arena), 0);
}

static void nobody_confirms_his_own_work(void **state)
{
    struct event *event = event_in(STATE_CHECKING);
    event->handler_member = "m-8";
    event->outcome = OUTCOME_RESOLVED;
    assert_int_equal(event_move(event, STATE_DONE, "m-8", NULL, now_ms, arena), ERR_REFUSED);
    assert_int_equal(event_move(event, STATE_DONE, "m-7", NULL, now_ms, arena), ERR_REFUSED);
    assert_int_equal(event_move(event, STATE_DONE, "m-2", NULL, now_ms, arena), 0);
    struct event *handling = event_in(STATE_HANDLING);
    handling->outcome = OUTCOME_RESOLVED;
    assert_int_equal(event_move(handling, STATE_DONE, "m-7", NULL, now_ms, arena), ERR_REFUSED);
    assert_int_equal(event_move(handling, STATE_DONE, "m-1", NULL, now_ms, arena), 0);
}

static void done_needs_an_outcome_that_fits(void **state)
{
    struct event *event = event_in(STATE_CHECKING);
    assert_int_equal(event_move(event, STATE_DONE, "m-2", NULL, now_ms, arena), ERR_REFUSED);
    event->outcome = OUTCOME_WITHDRAWN;
    assert_int_equal(event_move(event, STATE_DONE, "m-2", NULL, now_ms, arena), ERR_REFUSED);
    struct event *handling = event_in(STATE_HANDLING);
    handling->outcome = OUTCOME_WITHDRAWN;
    assert_int_equal(event_move(handling, STATE_DONE, "m-1", NULL, now_ms, arena), ERR_REFUSED);
}

static void reopening_ends_after_seven_days(void **state)
{
    struct event *event = event_in(STATE_ARCHIVED);
    event->done_ms = now_ms - 7 * DAY_MS;
    event->rating = RATING_GOOD;
    event->accepted_ms = 5;
    assert_int_equal(event_move(event, STATE_HANDLING, "m-1", "又坏了", now_ms, arena), 0);
    assert_int_equal(event->reopened, 1);
    assert_int_equal(event->outcome, OUTCOME_NONE);
    assert_int_equal(event->rating, RATING_NONE);
    assert_int_equal(event->accepted_ms, 5);
    event = event_in(STATE_DONE);
    event->done_ms = now_ms - 7 * DAY_MS - 1;
    assert_int_equal(event_move(event, STATE_HANDLING, "m-1", "又坏了", now_ms, arena),
                     ERR_REFUSED);
}

static void dates_and_counters_follow_the_states(void **state)
{
    struct event *event = event_in(STATE_REPORTED);
    event_move(event, STATE_DISPATCHED, LOUBOT_ITSELF, NULL, 10, arena);
    event_move(event, STATE_HANDLING, "m-7", NULL, 20, arena);
    event_move(event, STATE_CHECKING, "m-7", NULL, 30, arena);
    event->verifier = "m-4";
    event_move(event, STATE_HANDLING, "m-4", "没修好", 40, arena);
    assert_int_equal(event->dispatched_ms, 10);
    assert_int_equal(event->accepted_ms, 20);
    assert_int_equal(event->checking_ms, 0);
    assert_int_equal(event->rework, 1);
    assert_null(event->verifier);
    size_t steps = 0;
    for (struct step *step = event->new_steps; step; step = step->next)
        steps++;
    assert_int_equal(steps, 4);
    assert_int_equal(event->new_steps->from, STATE_REPORTED);
    assert_int_equal(event->new_steps->to, STATE_DISPATCHED);
    assert_string_equal(event->new_steps->what, "moved");
}

static void households_and_photos_have_caps(void **state)
{
    struct event *event = event_in(STATE_REPORTED);
    assert_false(event_join(event, "m-1", arena));
    assert_true(event_join(event, "m-2", arena));
    assert_false(event_join(event, "m-2", arena));
    assert_int_equal(event_households(event), 2);
    char id[20];
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "r-%d", i);
        event_join(event, id, arena);
    }
    assert_int_equal(event->also_count, EVENT_ALSO_MAX);
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "media:%d", i);
        event_add_photo(event, id, i > 0, arena);
    }
    assert_int_equal(event->photo_count, EVENT_PHOTOS_MAX);
    assert_int_equal(event->photos_after, EVENT_PHOTOS_MAX - 1);
}

static void a_long_note_is_cut_between_characters(void **state)
{
    struct event *event = event_in(STATE_REPORTED);
    char note[1001] = "";
    for (int i = 0; i < 333; i++)
        strcat(note, "长");
    note[0] = 'x';
    note[1] = note[2] = 'y';
    event_note(event, "noted", "m-1", note + 1, now_ms, arena);
    size_t len = strlen(event->new_steps->note);
    assert_true(len <= NOTE_MAX && len > NOTE_MAX - 4);
    assert_int_equal((len - 2) % 3, 0);
}

static struct event *full_event(void)
{
    struct event *event = event_in(STATE_HANDLING);
    event->community = "nanfeng";
    event->group = "b4";
    event->building = "4";
    event->unit = "2";
    event->floor = 4;
    event->place = "楼道";
    event->category = "lighting";
    event->code = "WY01";
    event->object = "灯";
    event->symptom = "不亮";
    event->lang = LANG_EN;
    event->urgency = URGENCY_URGENT;
    event->text = "4号楼\"二单元\"\n4楼的灯不亮";
    event->opened_ms = now_ms;
    event->due_finish_ms = now_ms + DAY_MS;
    event->level = 2;
    event->sees[event->sees_count++] = "5";
    event_join(event, "m-44", arena);
    event_add_photo(event, "media:ab.jpg", false, arena);
    return event;
}

static void stored_form_round_trip(void **state)
{
    struct event *event = full_event();
    struct buf body, photos;
    buf_init(&body, 8192);
    buf_init(&photos, 8192);
    event_encode(event, &body);
    event_encode_photos(event, &photos);
    assert_true(body.len < 1000);
    struct event *back = event_create(arena);
    assert_int_equal(event_decode(back, buf_text(&body), event->text, buf_text(&photos), arena),
                     0);
    struct buf again;
    buf_init(&again, 8192);
    event_encode(back, &again);
    assert_string_equal(buf_text(&body), buf_text(&again));
    assert_string_equal(back->text, event->text);
    assert_int_equal(back->photo_count, 1);
    assert_int_equal(back->floor, 4);
    assert_int_equal(back->floor_to, FLOOR_NONE);
    assert_string_equal(back->also[0], "m-44");
    assert_string_equal(back->sees[0], "5");
    assert_int_equal(event_decode(back, buf_text(&body), NULL, NULL, arena), 0);
    assert_string_equal(back->text, "");
    assert_int_equal(back->photo_count, 0);
    buf_finish(&again);
    buf_finish(&body);
    buf_finish(&photos);
}

static void rubbish_is_no_event(void **state)
{
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"state\":\"lost\"}",
                                      "{\"state\":\"done\",\"owner\":99}",
                                      "{\"state\":\"done\",\"level\":-3}",
                                      "{\"state\":\"done\",\"rating\":-1}",
                                      "{\"state\":"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(event_decode(event_create(arena), bad[i], NULL, NULL, arena),
                         ERR_INVALID);
}

static void steps_round_trip(void **state)
{
    struct event *event = event_in(STATE_DISPATCHED);
    event_move(event, STATE_HANDLING, "m-7", "马上到", now_ms, arena);
    struct buf out;
    buf_init(&out, 4096);
    step_encode(event->new_steps, &out);
    struct step back;
    assert_int_equal(step_decode(&back, buf_text(&out), arena), 0);
    assert_int_equal(back.from, STATE_DISPATCHED);
    assert_int_equal(back.to, STATE_HANDLING);
    assert_string_equal(back.note, "马上到");
    assert_int_equal(back.at_ms, now_ms);
    assert_int_equal(step_decode(&back, "{}", arena), ERR_INVALID);
    buf_finish(&out);
}

static void public_form(void **state)
{
    struct faults *faults = faults_create();
    struct calendar *calendar = calendar_load(NULL, 28800, faults);
    struct event *event = full_event();
    event->id = 126;
    const char *trail[] = {"{\"at\":1772413205000,\"who\":\"m-1\",\"to\":\"reported\","
                           "\"what\":\"moved\"}",
                           "rubbish"};
    struct buf out;
    buf_init(&out, 1 << 16);
    event_public_json(event, calendar, trail, 2, &out);
    json_t *json = json_loads(buf_text(&out), 0, NULL);
    assert_non_null(json);
    assert_int_equal(json_integer_value(json_object_get(json, "id")), 126);
    assert_string_equal(json_string_value(json_object_get(json, "opened_at")),
                        "2026-03-02T09:00:05+08:00");
    assert_string_equal(json_string_value(json_object_get(json, "stage")), "办");
    assert_string_equal(json_string_value(json_object_get(json, "class")), "WY01");
    assert_true(json_is_null(json_object_get(json, "room")));
    assert_true(json_is_null(json_object_get(json_object_get(json, "due"), "accept")));
    json_t *steps = json_object_get(json, "trail");
    assert_int_equal(json_array_size(steps), 1);
    assert_true(json_is_null(json_object_get(json_array_get(steps, 0), "from")));
    json_decref(json);
    buf_finish(&out);
    calendar_destroy(&calendar);
    faults_destroy(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_table_has_these_pairs_and_no_others, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_refused_move_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(every_refusal_has_a_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_confirms_his_own_work, setup, teardown),
        cmocka_unit_test_setup_teardown(done_needs_an_outcome_that_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(reopening_ends_after_seven_days, setup, teardown),
        cmocka_unit_test_setup_teardown(dates_and_counters_follow_the_states, setup, teardown),
        cmocka_unit_test_setup_teardown(households_and_photos_have_caps, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_note_is_cut_between_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(stored_form_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(rubbish_is_no_event, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(public_form, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
