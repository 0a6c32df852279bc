#include "cli/play_stage.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/play_claims.h"
#include "cli/play_fields.h"
#include "cli/play_platform.h"
#include "cli/play_print.h"
#include "cli/play_puppet.h"
#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"
#include "people/community.h"

#define WHY_MAX_BYTES (1u << 20)
#define ARENA_MAX_BYTES (256u << 20)
#define LIVES_MAX 50             /* starts of a daemon that dies before it is ready */
#define STUCK_MAX 200            /* rounds of due timers in which the clock does not move */
#define START_MS 1772413200000LL /* Monday 2026-03-02 09:00 in China */

struct stage {
    const struct community *community;
    const char *data;
    struct play_print print;
    struct play_platform *platform;
    struct play_claims *claims;
    struct play_puppet *puppet;
    struct arena *arena;
    struct buf why;
    const struct play_line *line;
    struct play_score *score;
    int64_t now_ms;
    bool began, is_down, clock_named;
    bool mortal; /* LOUBOT_KILL_AT holds for the first daemon only */
};

static void on_said(void *arg, const char *group, const char *person, const char *text)
{
    struct stage *stage = arg;
    play_claims_add(stage->claims, group, person, text);
    play_print_said(&stage->print, stage->now_ms, group, NULL, person, text);
}

static void on_platform(void *arg, const char *line, size_t len, struct buf *out)
{
    struct stage *stage = arg;
    if (play_platform_line(stage->platform, line, len, out) != 0)
        fprintf(stderr, "loubot play: a line of the daemon is not understood: %.*s\n", (int)len,
                line);
}

/* The present line failed for that reason. */
static void fail(struct stage *stage, const char *why)
{
    stage->score->failed++;
    play_print_failed(&stage->print, stage->line->number, stage->line->source, why);
}

static const char *trouble(int error)
{
    switch (error) {
    case ERR_CLOSED:
        return "the daemon has died";
    case ERR_TIMEOUT:
        return "the daemon hangs: no end within 20 seconds";
    case ERR_REFUSED:
        return "stopped";
    default:
        return "the daemon gave an answer that is not understood";
    }
}

static bool all_taken(void *arg)
{
    struct stage *stage = arg;
    return play_platform_delivered(stage->platform) == 0;
}

static int revive(struct stage *stage);

/* Was it the kill that LOUBOT_KILL_AT asked for? Then it counts as `! kill`: 0 when a new
 * daemon has caught up; else the error stands. */
static int after_death(struct stage *stage, int error)
{
    if (error != ERR_CLOSED || !stage->mortal || !play_puppet_was_killed(stage->puppet))
        return error;
    play_print_note(&stage->print, stage->now_ms, "killed at the point asked for");
    play_puppet_kill(&stage->puppet);
    return revive(stage);
}

static int ask(struct stage *stage, const struct play_request *request, struct play_answer *ret)
{
    for (;;) {
        int error = play_puppet_ask(stage->puppet, request, ret, stage->arena);
        if (error == 0)
            return 0;
        error = after_death(stage, error);
        if (error != 0)
            return error;
    }
}

/* Until everything that was written is taken and nothing is in flight. */
static int settle(struct stage *stage)
{
    struct play_answer answer;
    int error = play_puppet_wait(stage->puppet, all_taken, stage);
    if (error != 0)
        error = after_death(stage, error);
    if (error != 0)
        return error;
    return ask(stage, &(struct play_request){.what = PLAY_DO_SETTLE}, &answer);
}

static int start(struct stage *stage)
{
    int error = ERR_CLOSED;
    play_platform_lost(stage->platform);
    for (int i = 0; i < LIVES_MAX && error == ERR_CLOSED; i++) {
        bool was_killed;
        error = play_puppet_start(stage->data, stage->now_ms, stage->mortal, on_platform, stage,
                                  &was_killed, &stage->puppet);
        if (error == ERR_CLOSED && !(was_killed && stage->mortal))
            break;
        stage->mortal = stage->mortal && error == 0;
    }
    return error;
}

/* A new daemon on the old data, which reads back what it has missed. */
static int revive(struct stage *stage)
{
    stage->mortal = false;
    int error = start(stage);
    if (error == 0)
        error = settle(stage);
    struct buf out;
    buf_init(&out, WHY_MAX_BYTES);
    play_platform_push_direct(stage->platform, &out);
    if (error == 0) {
        play_puppet_tell(stage->puppet, buf_text(&out), out.len);
        error = settle(stage);
    }
    buf_finish(&out);
    size_t waiting = play_platform_waiting(stage->platform);
    if (error == 0 && waiting > 0) {
        buf_clear(&stage->why);
        buf_printf(&stage->why, "the daemon never read back %zu of what people wrote", waiting);
        fail(stage, buf_text(&stage->why));
    }
    return error;
}

static int begin(struct stage *stage)
{
    if (stage->began)
        return 0;
    stage->began = true;
    int error = start(stage);
    if (error == 0)
        error = settle(stage);
    return error;
}

static int run_to(struct stage *stage, int64_t to_ms)
{
    struct play_answer answer;
    stage->now_ms = to_ms;
    return ask(stage, &(struct play_request){.what = PLAY_DO_RUN, .to_ms = to_ms}, &answer);
}

/* Lets time pass until `to_ms`; every timer runs on its way. */
static int advance(struct stage *stage, int64_t to_ms)
{
    if (stage->is_down) {
        stage->now_ms = to_ms;
        return 0;
    }
    struct play_answer due;
    int stuck = 0;
    for (;;) {
        int error = ask(stage, &(struct play_request){.what = PLAY_DO_DUE}, &due);
        if (error != 0)
            return error;
        if (due.due_ms > to_ms)
            break;
        stuck = due.due_ms > stage->now_ms ? 0 : stuck + 1;
        if (stuck > STUCK_MAX)
            return ERR_TIMEOUT;
        error = run_to(stage, due.due_ms > stage->now_ms ? due.due_ms : stage->now_ms);
        if (error != 0)
            return error;
    }
    return run_to(stage, to_ms);
}

static int64_t line_time(const struct stage *stage)
{
    const struct local_time *t = &stage->line->time;
    struct tm tm = {.tm_year = t->year - 1900,
                    .tm_mon = t->month - 1,
                    .tm_mday = t->day,
                    .tm_hour = t->hour,
                    .tm_min = t->minute,
                    .tm_sec = t->second};
    return ((int64_t)timegm(&tm) - community_utc_offset_s(stage->community)) * 1000;
}

static int do_clock(struct stage *stage)
{
    int64_t to_ms = line_time(stage);
    bool any = !stage->clock_named && !stage->began;
    stage->clock_named = true;
    if (any) {
        stage->now_ms = to_ms;
        return 0;
    }
    if (to_ms < stage->now_ms) {
        fail(stage, "time only goes forward: that is before the present time of the script");
        return 0;
    }
    int error = begin(stage);
    return error ? error : advance(stage, to_ms);
}

static int do_people(struct stage *stage)
{
    const struct play_line *line = stage->line;
    const char *why;
    struct buf out;
    buf_init(&out, WHY_MAX_BYTES);
    play_print_said(&stage->print, stage->now_ms, line->group, line->person, NULL,
                    line->kind == PLAY_RECALL ? "[recalled]" : strchr(line->source, '>') + 1);
    int error = play_platform_do(stage->platform, line, stage->now_ms,
                                 stage->is_down ? NULL : &out, &why);
    if (error != 0) {
        fail(stage, why);
        error = 0;
    } else if (!stage->is_down) {
        play_puppet_tell(stage->puppet, buf_text(&out), out.len);
        error = settle(stage);
    }
    buf_finish(&out);
    return error;
}

static void judge(struct stage *stage, bool holds)
{
    if (holds)
        stage->score->passed++;
    else
        fail(stage, buf_text(&stage->why));
}

static bool is_called(void *arg, const char *id, const char *name)
{
    struct stage *stage = arg;
    const struct member *member = community_member(stage->community, id);
    if (member)
        return strcmp(member->name, name) == 0;
    member = community_sender(stage->community, "play", "play", name, name, NULL, stage->arena);
    return strcmp(member->id, id) == 0;
}

static int check_fields(struct stage *stage)
{
    struct play_answer answer;
    int error =
        ask(stage, &(struct play_request){.what = PLAY_DO_EVENT, .id = stage->line->event},
            &answer);
    if (error != 0)
        return error;
    buf_clear(&stage->why);
    if (answer.error)
        buf_puts(&stage->why, answer.error);
    else if (!answer.json)
        buf_printf(&stage->why, "there is no event %u", stage->line->event);
    judge(stage, answer.json && play_fields_check(stage->line, answer.json, is_called, stage,
                                                  &stage->why));
    return 0;
}

static bool compare(int64_t number, enum play_op op, int64_t expected)
{
    switch (op) {
    case PLAY_EQ:
        return number == expected;
    case PLAY_NE:
        return number != expected;
    case PLAY_GE:
        return number >= expected;
    case PLAY_LE:
        return number <= expected;
    case PLAY_GT:
        return number > expected;
    default:
        return number < expected;
    }
}

static int check_count(struct stage *stage)
{
    struct play_answer answer;
    int error =
        ask(stage, &(struct play_request){.what = PLAY_DO_EVENTS, .open = stage->line->open},
            &answer);
    if (error != 0)
        return error;
    buf_clear(&stage->why);
    if (answer.error)
        buf_puts(&stage->why, answer.error);
    else
        buf_printf(&stage->why, "there %s %lld", answer.number == 1 ? "is" : "are",
                   (long long)answer.number);
    judge(stage, !answer.error && compare(answer.number, stage->line->op, stage->line->count));
    return 0;
}

static int check_store(struct stage *stage)
{
    if (stage->is_down) {
        fail(stage, "Loubot is down, so its events cannot be read; ! up comes first");
        return 0;
    }
    return stage->line->kind == PLAY_COUNT ? check_count(stage) : check_fields(stage);
}

static int kill_redis(struct stage *stage)
{
    struct play_answer answer;
    int error = ask(stage, &(struct play_request){.what = PLAY_DO_REDIS}, &answer);
    if (error != 0)
        return error;
    if (answer.number > 1)
        kill((pid_t)answer.number, SIGKILL);
    play_print_note(&stage->print, stage->now_ms, "redis-server killed");
    return 0;
}

/* What the console and a device would do. */
static int from_outside(struct stage *stage)
{
    struct play_request request = {.what = stage->line->directive == PLAY_CODE ? PLAY_DO_CODE
                                                                               : PLAY_DO_DEVICE,
                                   .arg_count = stage->line->arg_count};
    memcpy(request.args, stage->line->args, sizeof request.args);
    struct play_answer answer;
    play_print_note(&stage->print, stage->now_ms, stage->line->source);
    int error = ask(stage, &request, &answer);
    if (error == 0 && answer.error)
        fail(stage, answer.error);
    return error ? error : settle(stage);
}

static int restart(struct stage *stage)
{
    play_print_note(&stage->print, stage->now_ms, "restarted");
    int error = play_puppet_stop(&stage->puppet);
    if (error == ERR_REFUSED)
        fail(stage, "the daemon did not end cleanly");
    else if (error == ERR_TIMEOUT)
        fail(stage, "the daemon did not end within 20 seconds of SIGTERM");
    return revive(stage);
}

static int do_directive(struct stage *stage)
{
    switch (stage->line->directive) {
    case PLAY_RESTART:
        return restart(stage);
    case PLAY_KILL:
        play_print_note(&stage->print, stage->now_ms, "killed and started again");
        play_puppet_kill(&stage->puppet);
        return revive(stage);
    case PLAY_KILL_REDIS:
        return kill_redis(stage);
    case PLAY_DOWN:
        play_print_note(&stage->print, stage->now_ms, "killed, down");
        play_puppet_kill(&stage->puppet);
        stage->is_down = true;
        return 0;
    case PLAY_UP:
        play_print_note(&stage->print, stage->now_ms, "up again");
        stage->is_down = false;
        return revive(stage);
    default:
        return from_outside(stage);
    }
}

static int do_line(struct stage *stage)
{
    const struct play_line *line = stage->line;
    if (line->kind == PLAY_CLOCK)
        return do_clock(stage);
    int error = begin(stage);
    if (error != 0)
        return error;
    switch (line->kind) {
    case PLAY_PASS:
        return advance(stage, stage->now_ms + line->span_ms);
    case PLAY_EXPECT:
        judge(stage, play_claims_check(stage->claims, &line->expect, &stage->why));
        return 0;
    case PLAY_FIELDS:
    case PLAY_COUNT:
        return check_store(stage);
    case PLAY_DIRECTIVE:
        return do_directive(stage);
    default:
        return do_people(stage);
    }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

static void finish(struct stage *stage)
{
    play_puppet_kill(&stage->puppet);
    if (play_platform_repeats(stage->platform) > 0)
        printf("(%zu sent again after a kill, known by their key and not shown twice)\n",
               play_platform_repeats(stage->platform));
    play_platform_destroy(&stage->platform);
    play_claims_destroy(&stage->claims);
    buf_finish(&stage->why);
    arena_destroy(&stage->arena);
    nftw(stage->data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool play_stage_run(const char *file, const struct play_line *lines,
                    const struct community *community, struct play_score *score)
{
    char data[128];
    const char *tmp = getenv("TMPDIR");
    snprintf(data, sizeof data, "%s/loubot-play-XXXXXX",
             tmp && strlen(tmp) < 60 ? tmp : "/tmp");
    if (!mkdtemp(data)) {
        fprintf(stderr, "loubot play: cannot make a folder for data: %s: %m\n", data);
        score->failed++;
        return true;
    }
    struct stage stage = {
        .community = community,
        .data = data,
        .print = {.file = file,
                  .bot_name = community_bot_name(community),
                  .utc_offset_s = community_utc_offset_s(community),
                  .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")},
        .claims = play_claims_create(),
        .arena = arena_create(ARENA_MAX_BYTES),
        .score = score,
        .now_ms = START_MS,
        .mortal = getenv("LOUBOT_KILL_AT") != NULL,
    };
    stage.platform = play_platform_create(stage.print.bot_name, on_said, &stage);
    buf_init(&stage.why, WHY_MAX_BYTES);
    int error = 0;
    for (stage.line = lines; stage.line && error == 0; stage.line = stage.line->next) {
        error = do_line(&stage);
        if (error != 0 && error != ERR_REFUSED)
            fail(&stage, trouble(error));
        fflush(stdout);
    }
    finish(&stage);
    return error != ERR_REFUSED;
}
