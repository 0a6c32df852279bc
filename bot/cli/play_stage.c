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
#include "cli/play_stage_in.h"
#include "host/buf.h"
#include "host/err.h"
#include "host/mem.h"
#include "people/community.h"

#define ARENA_MAX_BYTES (256u << 20)
#define REMOVE_TRIES 250
#define START_MS 1772413200000LL /* Monday 2026-03-02 09:00 in China */

static void on_said(void *arg, const char *group, const char *person, const char *text)
{
    struct play_stage *stage = arg;
    play_claims_add(stage->claims, group, person, text);
    play_print_said(&stage->print, stage->now_ms, group, NULL, person, text);
}

void play_on_platform(void *arg, const char *line, size_t len, struct buf *out)
{
    struct play_stage *stage = arg;
    if (play_platform_line(stage->platform, line, len, out) != 0)
        fprintf(stderr, "loubot play: a line of the daemon is not understood: %.*s\n", (int)len,
                line);
}

void play_fail(struct play_stage *stage, const char *why)
{
    stage->score->failed++;
    play_print_failed(&stage->print, stage->line->number, stage->line->source, why);
}

static const char *trouble(int error)
{
    switch (error) {
    case ERR_CLOSED:
        return "the daemon has died";
    case ERR_STALE:
        return "timers fall due at the same moment again and again: the clock cannot move on";
    case ERR_TIMEOUT:
        return "the daemon hangs: no end within 20 seconds";
    case ERR_REFUSED:
        return "stopped";
    default:
        return "the daemon gave an answer that is not understood";
    }
}

static int64_t line_time(const struct play_stage *stage)
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

static int do_clock(struct play_stage *stage)
{
    int64_t to_ms = line_time(stage);
    bool any = !stage->clock_named && !stage->began;
    stage->clock_named = true;
    if (any) {
        stage->now_ms = to_ms;
        return 0;
    }
    if (to_ms < stage->now_ms) {
        play_fail(stage,
                  "time only goes forward: that is before the present time of the script");
        return 0;
    }
    int error = play_life_begin(stage);
    return error ? error : play_life_advance(stage, to_ms);
}

static int do_people(struct play_stage *stage)
{
    const struct play_line *line = stage->line;
    const char *why, *said = strchr(line->source, '>');
    struct buf out;
    buf_init(&out, PLAY_WHY_MAX);
    play_print_said(&stage->print, stage->now_ms, line->group, line->person, NULL,
                    line->kind == PLAY_RECALL ? "[recalled]"
                                              : said + 1 + strspn(said + 1, " \t"));
    int error = play_platform_do(stage->platform, line, stage->now_ms,
                                 stage->is_down ? NULL : &out, &why);
    if (error != 0) {
        play_fail(stage, why);
        error = 0;
    } else if (!stage->is_down) {
        play_puppet_tell(stage->puppet, buf_text(&out), out.len);
        error = play_life_settle(stage);
    }
    buf_finish(&out);
    return error;
}

static void judge(struct play_stage *stage, bool holds)
{
    if (holds)
        stage->score->passed++;
    else
        play_fail(stage, buf_text(&stage->why));
}

static bool is_called(void *arg, const char *id, const char *name)
{
    struct play_stage *stage = arg;
    const struct member *member = community_member(stage->community, id);
    if (member)
        return strcmp(member->name, name) == 0;
    member = community_sender(stage->community, "play", "play", name, name, NULL, stage->arena);
    return strcmp(member->id, id) == 0;
}

static int check_fields(struct play_stage *stage)
{
    struct play_answer answer;
    int error = play_life_ask(
        stage, &(struct play_request){.what = PLAY_DO_EVENT, .id = stage->line->event},
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

static int check_count(struct play_stage *stage)
{
    struct play_answer answer;
    int error = play_life_ask(
        stage, &(struct play_request){.what = PLAY_DO_EVENTS, .open = stage->line->open},
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

static int check_store(struct play_stage *stage)
{
    if (stage->is_down) {
        play_fail(stage, "Loubot is down, so its events cannot be read; ! up comes first");
        return 0;
    }
    return stage->line->kind == PLAY_COUNT ? check_count(stage) : check_fields(stage);
}

static int kill_redis(struct play_stage *stage)
{
    struct play_answer answer;
    int error = play_life_ask(stage, &(struct play_request){.what = PLAY_DO_REDIS}, &answer);
    if (error != 0)
        return error;
    if (answer.number > 1)
        kill((pid_t)answer.number, SIGKILL);
    play_print_note(&stage->print, stage->now_ms, "redis-server killed");
    return 0;
}

/* What the console and a device would do. */
static int from_outside(struct play_stage *stage)
{
    struct play_request request = {.what = stage->line->directive == PLAY_CODE ? PLAY_DO_CODE
                                                                               : PLAY_DO_DEVICE,
                                   .arg_count = stage->line->arg_count};
    memcpy(request.args, stage->line->args, sizeof request.args);
    struct play_answer answer;
    play_print_note(&stage->print, stage->now_ms, stage->line->source);
    int error = play_life_ask(stage, &request, &answer);
    if (error == 0 && answer.error)
        play_fail(stage, answer.error);
    return error ? error : play_life_settle(stage);
}

static int restart(struct play_stage *stage)
{
    play_print_note(&stage->print, stage->now_ms, "restarted");
    int error = play_puppet_stop(&stage->puppet);
    if (error == ERR_REFUSED)
        play_fail(stage, "the daemon did not end cleanly");
    else if (error == ERR_TIMEOUT)
        play_fail(stage, "the daemon did not end within 20 seconds of SIGTERM");
    return play_life_revive(stage);
}

static int do_directive(struct play_stage *stage)
{
    switch (stage->line->directive) {
    case PLAY_RESTART:
        return restart(stage);
    case PLAY_KILL:
        play_print_note(&stage->print, stage->now_ms, "killed and started again");
        play_puppet_kill(&stage->puppet);
        return play_life_revive(stage);
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
        return play_life_revive(stage);
    default:
        return from_outside(stage);
    }
}

static int do_line(struct play_stage *stage)
{
    const struct play_line *line = stage->line;
    if (line->kind == PLAY_CLOCK)
        return do_clock(stage);
    int error = play_life_begin(stage);
    if (error != 0)
        return error;
    switch (line->kind) {
    case PLAY_PASS:
        return play_life_advance(stage, stage->now_ms + line->span_ms);
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

static void finish(struct play_stage *stage)
{
    play_puppet_kill(&stage->puppet);
    if (play_platform_repeats(stage->platform) > 0)
        printf("(%zu sent again after a kill, known by their key and not shown twice)\n",
               play_platform_repeats(stage->platform));
    play_platform_destroy(&stage->platform);
    play_claims_destroy(&stage->claims);
    buf_finish(&stage->why);
    arena_destroy(&stage->arena);
    /* redis-server may still be writing its last: it ends when it notices that its parent has
     */
    for (int i = 0; i < REMOVE_TRIES && access(stage->data, F_OK) == 0; i++) {
        if (i > 0)
            usleep(20000);
        nftw(stage->data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

/* How many daemons in a row die of LOUBOT_KILL_AT. */
static int kills_to_come(void)
{
    const char *kills = getenv("LOUBOT_KILLS");
    if (!getenv("LOUBOT_KILL_AT"))
        return 0;
    return kills ? atoi(kills) : 1;
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
    struct play_stage stage = {
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
        .mortal = kills_to_come(),
    };
    stage.platform = play_platform_create(stage.print.bot_name, on_said, &stage);
    buf_init(&stage.why, PLAY_WHY_MAX);
    int error = 0;
    for (stage.line = lines; stage.line && error == 0; stage.line = stage.line->next) {
        error = do_line(&stage);
        if (error != 0 && error != ERR_REFUSED) {
            buf_clear(&stage.why);
            buf_printf(&stage.why, "%s%s; the script ends here", trouble(error),
                       error == ERR_CLOSED ? play_puppet_end(stage.puppet) : "");
            play_fail(&stage, buf_text(&stage.why));
        }
        fflush(stdout);
    }
    finish(&stage);
    return error != ERR_REFUSED;
}
