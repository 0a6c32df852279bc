/* rows_test.c: the roster changes while the daemon runs: by a turn, by another process beside
 * it, by the calendar; no platform is connected anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/live/core_stage.h"

#define ROWS "{nanfeng}:rows"

/* Whoever reports is told who the head of the building is; 新人 makes himself that, and 旧人
 * takes back the first change. */
static void handle(struct turn *turn)
{
    const char *building = turn->group->building;
    struct outgoing *out = turn_answer(turn, "test", LANG_ZH);
    out_text(out, "text",
             community_holder(turn->community, ROLE_BUILDING_HEAD, building, NULL)->name);
    if (strcmp(turn->sender->name, "旧人") == 0)
        turn_roster_drop(turn, 1);
    if (strcmp(turn->sender->name, "新人") != 0)
        return;
    struct roster_entry entry = {.id = turn->sender->id,
                                 .name = turn->sender->name,
                                 .role = "building_head",
                                 .area = arena_printf(turn->arena, "building:%s", building),
                                 .ids = "play:新人"};
    turn_roster_add(turn, &entry);
}

static int match(const struct turn *turn)
{
    return turn->meaning->report ? 50 : 0;
}

static const struct handler head = {.name = "head",
                                    .listens = LISTEN_MESSAGE,
                                    .intents = 1u << INTENT_REPORT,
                                    .match = match,
                                    .handle = handle};
static const struct handler *const handlers[] = {&head, NULL};

static int begin(void **state)
{
    int error = stage_set_up(state);
    stage_stop_core();
    s.handlers = handlers;
    stage_start_core();
    return error || !settle();
}

static void hear(const char *user, const char *answer)
{
    char text[200];
    say("b4", user, "楼道灯坏了");
    assert_true(settle());
    snprintf(text, sizeof text, "b4:^%s# %s", user, answer);
    assert_string_equal(rec.texts[rec.count - 1], text);
}

static void a_row_holds_from_the_next_turn_on(void **state)
{
    hear("新人", "楼长4");
    hear("孙大姐", "新人");
    assert_string_equal(LOOK("HLEN", ROWS), "1");
    assert_non_null(strstr(LOOK("HGET", ROWS, "1"), "\"by\":\"r-"));
    const char *audit = LOOK("LINDEX", "{nanfeng}:audit", "0");
    assert_non_null(strstr(audit, "1|{\"what\":\"add\""));
    assert_null(strstr(audit, "新人"));
}

static void it_outlives_the_daemon_and_is_taken_back(void **state)
{
    hear("新人", "楼长4");
    stage_stop_core();
    stage_start_core();
    assert_true(settle());
    hear("孙大姐", "新人");
    hear("旧人", "新人");
    hear("孙大姐", "楼长4");
    assert_string_equal(LOOK("HLEN", ROWS), "0");
    assert_string_equal(LOOK("LLEN", "{nanfeng}:audit"), "2");
}

/* As another process does it: row, number of the change, what commits must agree with. */
static void change(const char *number, const char *row)
{
    char held[100];
    snprintf(held, sizeof held, "%s", LOOK("GET", "{nanfeng}:roster"));
    snprintf(strrchr(held, ' ') + 1, 8, "%s", number);
    (void)LOOK("HSET", ROWS, number, row);
    (void)LOOK("HSET", "{nanfeng}:n", "row", number);
    (void)LOOK("SET", "{nanfeng}:roster", held);
}

#define BEN                                                                                    \
    "{\"id\":\"r-00000000000b\",\"name\":\"Ben\",\"role\":\"building_head\","                  \
    "\"area\":\"building:4\",\"by\":\"console\",\"at\":0}"

static void another_process_changes_it(void **state)
{
    hear("孙大姐", "楼长4");
    change("1", BEN);
    hear("孙大姐", "Ben");
    size_t sent = rec.count;
    change("2", "{\"id\":\"r-00000000000c\",\"name\":\"Cem\",\"role\":\"building_head\","
                "\"area\":\"building:99\",\"by\":\"console\",\"at\":0}");
    change("3", "nonsense");
    hear("孙大姐", "Ben"); /* what does not fit is left out */
    assert_int_equal(rec.count, sent + 1);
}

static void groups_are_refused_together_and_go_on(void **state)
{
    change("1", BEN);
    size_t sent = rec.count;
    say("b4", "孙大姐", "楼道灯坏了");
    say("b5", "李四", "楼道灯坏了");
    say("b4", "王五", "楼道灯坏了");
    assert_true(settle());
    assert_int_equal(rec.count, sent + 3);
    assert_string_equal(LOOK("HLEN", "{nanfeng}:inputs"), "0");
}

static void the_calendar_changes_it(void **state)
{
    change("1", "{\"id\":\"r-00000000000b\",\"name\":\"Ben\",\"role\":\"building_head\","
                "\"area\":\"building:4\",\"from\":\"2026-03-03\",\"until\":\"2026-03-03\","
                "\"by\":\"console\",\"at\":0}");
    hear("孙大姐", "楼长4");
    clock_set_ms(s.clock, 1772413200000 + 24 * 3600000);
    core_run_due(s.core);
    hear("孙大姐", "Ben");
    clock_set_ms(s.clock, 1772413200000 + 48 * 3600000);
    core_run_due(s.core);
    hear("孙大姐", "楼长4");
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, begin, stage_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(a_row_holds_from_the_next_turn_on), LIVE(it_outlives_the_daemon_and_is_taken_back),
        LIVE(another_process_changes_it),        LIVE(groups_are_refused_together_and_go_on),
        LIVE(the_calendar_changes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
