/* The effects of a turn, and which handler decides it: literal turns, no Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "turn/internal.h"

/* ---- a literal decision -------------------------------------------------------------- */

static struct community *community;
static struct faults *faults;

static int load(void **state)
{
    faults = faults_create();
    community = community_load(NULL, faults);
    return community ? 0 : -1;
}

static int unload(void **state)
{
    community_destroy(&community);
    faults_destroy(&faults);
    return 0;
}

struct scene {
    struct core core;
    struct queue queue;
    struct item item;
    struct input input;
    struct decision d;
    struct redis_reply reply, parts[6];
    const struct redis_reply *items[6];
};

static struct scene *scene_create(const struct handler *const *handlers, const char *text,
                                  enum intent intent)
{
    struct arena *arena = arena_create(1 << 22);
    struct scene *s = arena_alloc(arena, sizeof *s);
    s->core.config.handlers = handlers;
    s->queue.core = &s->core;
    s->queue.group = community_group(community, "b4");
    static char key[] = "b4";
    s->queue.key = key;
    s->item.input = &s->input;
    s->item.sender = community_member_by_name(community, "楼长4");
    s->input = (struct input){.kind = INPUT_MESSAGE, .message = "m1", .time_ms = 1000};
    s->d = (struct decision){.queue = &s->queue, .item = &s->item, .arena = arena};
    s->d.hint.text = text;
    s->d.hint.meaning.intent = intent;
    s->d.turn = (struct turn){.input = &s->input,
                              .meaning = &s->d.hint.meaning,
                              .text = text,
                              .community = community,
                              .group = s->queue.group,
                              .sender = s->item.sender,
                              .now_ms = 1000,
                              .staff = true,
                              .arena = arena};
    for (size_t i = 0; i < 6; i++) {
        s->parts[i] =
            (struct redis_reply){.type = i == 1 ? REDIS_TEXT : REDIS_LIST, .text = ""};
        s->items[i] = &s->parts[i];
    }
    s->reply = (struct redis_reply){.type = REDIS_LIST, .items = s->items, .len = 6};
    s->d.reply = &s->reply;
    return s;
}

static void scene_free(struct scene *s)
{
    struct arena *arena = s->d.arena;
    arena_destroy(&arena);
}

/* Gives the sender a session with these questions, as Redis would. */
static void scene_questions(struct scene *s, const char *json)
{
    static const char *const names[] = {"s"};
    static struct redis_reply fields[2];
    static const struct redis_reply *list[2] = {&fields[0], &fields[1]};
    fields[0] = (struct redis_reply){.type = REDIS_TEXT, .text = names[0], .len = 1};
    fields[1] = (struct redis_reply){.type = REDIS_TEXT, .text = json, .len = strlen(json)};
    s->parts[0].items = list;
    s->parts[0].len = 2;
    assert_int_equal(context_read(&s->d, &s->reply), 0);
}

/* ---- handlers that leave a mark ---------------------------------------------------------- */

static const char *decided;

static int sure_30(const struct turn *turn)
{
    return 30;
}

static int sure_60(const struct turn *turn)
{
    return 60;
}

static void handle_a(struct turn *turn)
{
    decided = "a";
}

static void handle_b(struct turn *turn)
{
    decided = "b";
}

static bool answer_two(struct turn *turn, struct session *session, size_t index)
{
    if (strcmp(turn->text, "2") != 0)
        return false;
    decided = session->questions[index].kind;
    session_close(session, index);
    session->dirty = true;
    return true;
}

static const struct handler low = {.name = "low",
                                   .listens = LISTEN_MESSAGE,
                                   .intents = ~0u,
                                   .match = sure_30,
                                   .handle = handle_a,
                                   .answer = answer_two};
static const struct handler high = {.name = "high",
                                    .listens = LISTEN_MESSAGE,
                                    .intents = 1u << INTENT_REPORT,
                                    .match = sure_60,
                                    .handle = handle_b};
static const struct handler first = {.name = "first",
                                     .listens = LISTEN_MESSAGE,
                                     .intents = ~0u,
                                     .priority = 5,
                                     .match = sure_30,
                                     .handle = handle_b};
static const struct handler staff = {.name = "staff",
                                     .listens = LISTEN_MESSAGE | LISTEN_STAFF_ONLY,
                                     .intents = ~0u,
                                     .match = sure_60,
                                     .handle = handle_b};

static const char *who_decides(const struct handler *const *handlers, struct scene *s)
{
    decided = "nobody";
    s->core.config.handlers = handlers;
    decide(&s->d);
    return decided;
}

static void the_surest_decides(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "灯坏了", INTENT_REPORT);
    assert_string_equal(who_decides(both, s), "b");
    s->d.hint.meaning.intent = INTENT_THANKS; /* the surer one does not hear that */
    assert_string_equal(who_decides(both, s), "a");
    scene_free(s);
}

static void ties_go_to_the_higher_priority(void **state)
{
    const struct handler *const both[] = {&low, &first, NULL};
    struct scene *s = scene_create(both, "灯坏了", INTENT_REPORT);
    assert_string_equal(who_decides(both, s), "b");
    scene_free(s);
}

static void residents_do_not_reach_staff_skills(void **state)
{
    const struct handler *const both[] = {&low, &staff, NULL};
    struct scene *s = scene_create(both, "完成", INTENT_DONE);
    assert_string_equal(who_decides(both, s), "b");
    s->d.turn.staff = false;
    assert_string_equal(who_decides(both, s), "a");
    scene_free(s);
}

static void late_history_is_taken_silently(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "灯坏了", INTENT_REPORT);
    s->input.backfilled = true;
    s->d.turn.late_ms = 31 * 60 * 1000;
    assert_string_equal(who_decides(both, s), "nobody");
    s->d.turn.late_ms = 29 * 60 * 1000;
    assert_string_equal(who_decides(both, s), "b");
    scene_free(s);
}

/* Makes stored sessions with the codec itself, so that its spelling is not repeated here. */
static const char *stored(struct arena *arena, const char *const *kinds, size_t count)
{
    struct session session = {0};
    for (size_t i = 0; i < count; i++)
        session_ask(&session, &(struct question){.handler = "low",
                                                 .kind = kinds[i],
                                                 .event = (uint32_t)(12 + i),
                                                 .asked_ms = 500,
                                                 .expires_ms = 900000});
    struct buf buf;
    buf_init(&buf, 10000);
    buf_puts(&buf, "12|");
    session_encode(&session, &buf);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_finish(&buf);
    return text;
}

static void a_question_is_offered_first(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "2", INTENT_REPORT);
    scene_questions(s, stored(s->d.arena, (const char *[]){"unit"}, 1));
    assert_string_equal(who_decides(both, s), "unit");
    assert_int_equal(s->d.turn.session->question_count, 0);
    scene_free(s);
}

static void what_is_no_answer_goes_on_as_usual(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "灯坏了", INTENT_REPORT);
    scene_questions(s, stored(s->d.arena, (const char *[]){"unit"}, 1));
    assert_string_equal(who_decides(both, s), "b");
    assert_int_equal(s->d.turn.session->question_count, 1);
    scene_free(s);
}

/* A bare answer counts only when exactly one question takes it. */
static void a_bare_answer_to_two_questions_is_none(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "2", INTENT_THANKS);
    scene_questions(s, stored(s->d.arena, (const char *[]){"unit", "floor"}, 2));
    assert_string_equal(who_decides(both, s), "a");
    assert_int_equal(s->d.turn.session->question_count, 2);
    assert_false(s->d.turn.session->dirty);
    scene_free(s);
}

static void expired_questions_are_not_asked(void **state)
{
    const struct handler *const both[] = {&low, &high, NULL};
    struct scene *s = scene_create(both, "2", INTENT_THANKS);
    s->d.turn.now_ms = 900001;
    scene_questions(s, stored(s->d.arena, (const char *[]){"unit"}, 1));
    assert_string_equal(who_decides(both, s), "a");
    scene_free(s);
}

/* ---- effects
 * ----------------------------------------------------------------------------------- */

static void a_new_event_is_filled_from_the_turn(void **state)
{
    struct scene *s = scene_create(NULL, "灯坏了", INTENT_REPORT);
    struct turn *turn = &s->d.turn;
    turn->late_ms = 400;
    struct event *event = turn_event_new(turn);
    assert_string_equal(event->group, "b4");
    assert_string_equal(event->text, "灯坏了");
    assert_string_equal(event->reporter, turn->sender->id);
    assert_string_equal(event->message, "m1");
    assert_int_equal(event->opened_ms, 600);
    assert_int_equal(event->ref, 1);
    for (int i = 1; i < TURN_NEW_MAX; i++)
        assert_non_null(turn_event_new(turn));
    assert_null(turn_event_new(turn));
    assert_true(turn->full);
    scene_free(s);
}

static void a_timer_of_a_name_is_set_once(void **state)
{
    struct scene *s = scene_create(NULL, "x", INTENT_CHAT);
    struct turn *turn = &s->d.turn;
    struct event *a = turn_event_new(turn), *b = turn_event_new(turn);
    turn_timer_set(turn, a, "accept", "work", 5, NULL);
    turn_timer_set(turn, b, "accept", "work", 6, NULL);
    turn_timer_set(turn, a, "accept", "work", 7, NULL);
    turn_timer_cancel(turn, b, "accept");
    assert_int_equal(turn->timer_count, 2);
    assert_int_equal(turn->timers[0].due_ms, 7);
    assert_int_equal(turn->timers[1].due_ms, 0);
    scene_free(s);
}

static void a_ping_is_remembered_and_a_question_kept_once(void **state)
{
    struct scene *s = scene_create(NULL, "x", INTENT_CHAT);
    struct turn *turn = &s->d.turn;
    const struct member *worker = community_member_by_name(community, "物业1");
    struct event *event = turn_event_new(turn);
    struct outgoing *out = turn_ping(turn, worker, NULL, 0, event, "ping");
    assert_string_equal(out->group, "work");
    assert_string_equal(out->mentions[0], worker->id);
    assert_int_equal(turn->touched_count, 1);
    assert_int_equal(turn->touched[0]->last_ping_ref, 1);
    turn_ask(turn, "work", worker->id, "work", "which", event, 9, NULL, 0);
    turn_ask(turn, "work", worker->id, "work", "which", event, 10, NULL, 0);
    assert_int_equal(turn->touched_count, 1);
    assert_int_equal(turn->touched[0]->question_count, 1);
    assert_int_equal(turn->touched[0]->questions[0].expires_ms, 10);
    scene_free(s);
}

static void arguments_are_cut_and_capped(void **state)
{
    struct scene *s = scene_create(NULL, "x", INTENT_CHAT);
    struct outgoing *out = turn_say(&s->d.turn, "b4", "t", LANG_ZH);
    char text[2000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "灯", 4);
    out_text(out, "text", text);
    out_text(out, "none", NULL);
    assert_int_equal(out->arg_count, 1);
    assert_int_equal(strlen(out->args[0].text), 600);
    for (int i = 0; i < 2 * OUTGOING_ARGS_MAX; i++)
        out_flag(out, "flag", true);
    assert_int_equal(out->arg_count, OUTGOING_ARGS_MAX);
    for (int i = 0; i < 3; i++)
        out_mention(out, "m-1");
    assert_int_equal(out->mention_count, 1);
    scene_free(s);
}

/* A stored row read back says the same, with the numbers that the commit gave. */
static void a_row_survives_storing(void **state)
{
    struct scene *s = scene_create(NULL, "x", INTENT_CHAT);
    struct turn *turn = &s->d.turn;
    struct event *event = turn_event_new(turn);
    event->building = "4", event->unit = "2", event->floor = -1;
    struct outgoing *out = turn_answer(turn, "ack", LANG_EN);
    out->lane = LANE_NOTICE;
    out->expires_ms = 77;
    out->replace_key = "k";
    out_number(out, "number", event);
    out_place(out, "place", event);
    out_text(out, "text", "#1 \"#1\" {{x}} | 灯");
    out_time(out, "due", 123456789012);
    out_flag(out, "late", true);
    out_mention(out, "m-2");
    struct arena *arena = s->d.arena;
    const char *stored_row =
        arena_printf(arena, "126|1|%s", row_encode(out, "m-3", 1700, arena));
    struct row row;
    assert_int_equal(row_decode(&row, stored_row, arena), 0);
    assert_true(row.acknowledges);
    assert_string_equal(row.owner, "m-3");
    assert_int_equal(row.queued_ms, 1700);
    assert_string_equal(row.out.template, "ack");
    assert_int_equal(row.out.lane, LANE_NOTICE);
    assert_int_equal(row.out.lang, LANG_EN);
    assert_int_equal(row.out.expires_ms, 77);
    assert_string_equal(row.out.quote, "m1");
    assert_int_equal(row.out.args[0].event, 126);
    assert_string_equal(row.out.args[1].text, "4|2|-1|||");
    assert_string_equal(row.out.args[2].text, "#1 \"#1\" {{x}} | 灯");
    assert_int_equal(row.out.args[3].time_ms, 123456789012);
    assert_true(row.out.args[4].flag);
    assert_string_equal(row.out.mentions[0], "m-2");
    assert_int_equal(row_decode(&row, "126|1|{broken", arena), ERR_INVALID);
    assert_int_equal(row_decode(&row, "", arena), ERR_INVALID);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surest_decides),
        cmocka_unit_test(ties_go_to_the_higher_priority),
        cmocka_unit_test(residents_do_not_reach_staff_skills),
        cmocka_unit_test(late_history_is_taken_silently),
        cmocka_unit_test(a_question_is_offered_first),
        cmocka_unit_test(what_is_no_answer_goes_on_as_usual),
        cmocka_unit_test(a_bare_answer_to_two_questions_is_none),
        cmocka_unit_test(expired_questions_are_not_asked),
        cmocka_unit_test(a_new_event_is_filled_from_the_turn),
        cmocka_unit_test(a_timer_of_a_name_is_set_once),
        cmocka_unit_test(a_ping_is_remembered_and_a_question_kept_once),
        cmocka_unit_test(arguments_are_cut_and_capped),
        cmocka_unit_test(a_row_survives_storing),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
