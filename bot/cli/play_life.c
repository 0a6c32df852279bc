/* play_life.c: the daemon's life under the director: started, caught up, asked, led through
 * time, and revived after a kill. */
#include <stdint.h>

#include "cli/play_platform.h"
#include "cli/play_puppet.h"
#include "cli/play_stage_in.h"
#include "host/err.h"

#define LIVES_MAX 50  /* starts of a daemon that dies before it is ready */
#define STUCK_MAX 200 /* rounds of due timers in which the clock does not move */

static bool all_taken(void *arg)
{
    struct play_stage *stage = arg;
    return play_platform_delivered(stage->platform) == 0;
}

/* Was it the kill that LOUBOT_KILL_AT asked for? Then it counts as `! kill`: 0 when a new
 * daemon has caught up; else the error stands. */
static int after_death(struct play_stage *stage, int error)
{
    if (error != ERR_CLOSED || !stage->mortal || !play_puppet_was_killed(stage->puppet))
        return error;
    play_print_note(&stage->print, stage->now_ms, "killed at the point asked for");
    play_puppet_kill(&stage->puppet);
    return play_life_revive(stage);
}

int play_life_ask(struct play_stage *stage, const struct play_request *request,
                  struct play_answer *ret)
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

int play_life_settle(struct play_stage *stage)
{
    struct play_answer answer;
    int error = play_puppet_wait(stage->puppet, all_taken, stage);
    if (error != 0)
        error = after_death(stage, error);
    if (error != 0)
        return error;
    return play_life_ask(stage, &(struct play_request){.what = PLAY_DO_SETTLE}, &answer);
}

/* What waits in direct chats is there first: those who write to the bot alone mean what they
 * have seen, not what it reads back from the groups in the same moment. */
static int start_once(struct play_stage *stage, bool *ret_was_killed)
{
    struct buf lines;
    buf_init(&lines, PLAY_WHY_MAX);
    play_platform_lost(stage->platform);
    play_platform_push_direct(stage->platform, &lines);
    int error = play_puppet_start(stage->data, stage->now_ms, stage->mortal > 0, &lines,
                                  play_on_platform, stage, ret_was_killed, &stage->puppet);
    buf_finish(&lines);
    return error;
}

static int start(struct play_stage *stage)
{
    int error = ERR_CLOSED;
    for (int i = 0; i < LIVES_MAX && error == ERR_CLOSED; i++) {
        bool was_killed;
        error = start_once(stage, &was_killed);
        if (error == ERR_CLOSED && !(was_killed && stage->mortal))
            break;
        if (error != 0 && stage->mortal)
            stage->mortal--;
    }
    return error;
}

int play_life_revive(struct play_stage *stage)
{
    if (stage->mortal)
        stage->mortal--; /* LOUBOT_KILLS: more than one may die of it */
    int error = start(stage);
    if (error == 0)
        error = play_life_settle(stage);
    size_t waiting = play_platform_waiting(stage->platform);
    if (error == 0 && waiting > 0) {
        buf_clear(&stage->why);
        buf_printf(&stage->why, "the daemon never read back %zu of what people wrote", waiting);
        play_fail(stage, buf_text(&stage->why));
    }
    return error;
}

int play_life_begin(struct play_stage *stage)
{
    if (stage->began)
        return 0;
    stage->began = true;
    int error = start(stage);
    if (error == 0)
        error = play_life_settle(stage);
    return error;
}

static int run_to(struct play_stage *stage, int64_t to_ms)
{
    struct play_answer answer;
    stage->now_ms = to_ms;
    return play_life_ask(stage, &(struct play_request){.what = PLAY_DO_RUN, .to_ms = to_ms},
                         &answer);
}

int play_life_advance(struct play_stage *stage, int64_t to_ms)
{
    if (stage->is_down) {
        stage->now_ms = to_ms;
        return 0;
    }
    struct play_answer due;
    int stuck = 0;
    for (;;) {
        int error = play_life_ask(stage, &(struct play_request){.what = PLAY_DO_DUE}, &due);
        if (error != 0)
            return error;
        if (due.due_ms > to_ms)
            break;
        stuck = due.due_ms > stage->now_ms ? 0 : stuck + 1;
        if (stuck > STUCK_MAX)
            return ERR_STALE;
        error = run_to(stage, due.due_ms > stage->now_ms ? due.due_ms : stage->now_ms);
        if (error != 0)
            return error;
    }
    return run_to(stage, to_ms);
}
