/* play.c: the lifecycle of the play adapter: one account over one inherited descriptor, which
 * its configuration names (`fd: 5`). */
#include "adapters/play/play.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct play {
    struct account *account;
    int fd;
    struct loop_watch *watch;
    struct buf in, out;
    bool is_up;
};

static void flush(struct play *play)
{
    while (play->watch && play->out.len > 0) {
        ssize_t n = write(play->fd, play->out.p, play->out.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            buf_clear(&play->out); /* the end of the link is noticed by its reader */
        if (n < 0)
            break;
        buf_drop(&play->out, (size_t)n);
    }
    if (play->watch)
        loop_watch_set(play->watch, LOOP_READ | (play->out.len ? LOOP_WRITE : 0));
}

static void lose(struct play *play, const char *why)
{
    loop_watch_stop(&play->watch);
    buf_clear(&play->out);
    if (play->is_up)
        bot_on_down(play->account, why);
    play->is_up = false;
}

/* A picture of one pixel, a different one for each number (media are told apart by content). */
static int put_photo(struct account *account, unsigned number, char *ret_ref, size_t size)
{
    unsigned char gif[] = {'G', 'I', 'F', '8', '9', 'a', 1, 0,    1, 0, 0x80, 0,
                           0,   0,   0,   0,   0,   0,   0, ',',  0, 0, 0,    0,
                           1,   0,   1,   0,   0,   2,   2, 0x44, 1, 0, ';'};
    gif[13] = (unsigned char)(number >> 16);
    gif[14] = (unsigned char)(number >> 8);
    gif[15] = (unsigned char)number;
    return account_media_put(account, gif, sizeof gif, ret_ref, size);
}

static void on_input(struct play *play, struct play_in *in, struct arena *arena)
{
    struct input *input = &in->input;
    for (size_t i = 0; i < input->segment_count; i++) {
        struct segment *segment = &in->segments[i];
        if (segment->kind != SEGMENT_IMAGE || strcmp(segment->id, "lost") == 0)
            continue;
        char ref[128];
        unsigned number = (unsigned)strtoul(segment->id, NULL, 10);
        if (put_photo(play->account, number, ref, sizeof ref) != 0) {
            log_error("play", "photo %u could not be kept", number);
            snprintf(ref, sizeof ref, "lost");
        }
        segment->text = arena_strdup(arena, ref);
    }
    input->adapter = "play";
    input->account = account_name(play->account);
    input_set_id(input);
    int error = bot_on_input(play->account, input);
    if (error != 0)
        log_error("play", "message %s refused, error %d", input->message, error);
}

static void on_line(struct play *play, const char *line, size_t len)
{
    struct arena *arena = arena_create(8 * PLAY_LINE_MAX);
    struct play_in in;
    const char *why;
    if (play_in_parse(line, len, &in, arena, &why) != 0)
        log_error("play", "a line from the director is not understood: %s", why);
    else if (in.kind == PLAY_IN_INPUT)
        on_input(play, &in, arena);
    else if (in.kind == PLAY_IN_SENT)
        bot_on_sent(play->account, in.send, SENT_OK, in.message, 0, NULL);
    else
        bot_on_backfilled(play->account, in.group, true);
    arena_destroy(&arena);
}

static void read_lines(struct play *play)
{
    char *end;
    while (play->watch && (end = memchr(buf_text(&play->in), '\n', play->in.len))) {
        size_t len = (size_t)(end - play->in.p);
        on_line(play, play->in.p, len);
        buf_drop(&play->in, len + 1);
    }
}

static void on_ready(void *arg, int events)
{
    struct play *play = arg;
    if (events & LOOP_READ) {
        char bytes[65536];
        ssize_t n = read(play->fd, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            lose(play, "the director has gone");
            return;
        }
        if (n > 0)
            buf_add(&play->in, bytes, (size_t)n);
        if (play->in.failed) {
            lose(play, "the director's line is too long");
            return;
        }
        read_lines(play);
    }
    flush(play);
}

static void say_up(void *arg)
{
    struct play *play = arg;
    play->is_up = true;
    bot_on_up(play->account);
}

static int play_start(struct account *account, struct conf_node *conf, struct faults *faults)
{
    int fd = (int)conf_int(conf_get(conf, "fd"), -1, 0, 65535, faults);
    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        faults_add(faults, "play", 0,
                   "fd: no open descriptor is named; only loubot play has one");
        return ERR_INVALID;
    }
    struct play *play = xcalloc(1, sizeof *play);
    play->account = account;
    play->fd = fd;
    buf_init(&play->in, 2 * PLAY_LINE_MAX);
    buf_init(&play->out, 16 * PLAY_LINE_MAX);
    play->watch = loop_watch_start(account_loop(account), fd, LOOP_READ, on_ready, play);
    account_set_state(account, play);
    loop_defer(account_loop(account), say_up, play);
    return 0;
}

static void play_stop(struct account *account)
{
    struct play *play = account_state(account);
    loop_undefer(account_loop(account), say_up, play);
    loop_watch_stop(&play->watch);
    close(play->fd);
    buf_finish(&play->in);
    buf_finish(&play->out);
    free(play);
    account_set_state(account, NULL);
}

static int play_send(struct account *account, const struct send *send)
{
    struct play *play = account_state(account);
    if (!play->watch)
        return ERR_AWAY;
    play_out_send(send, &play->out);
    flush(play);
    return 0;
}

static void play_taken(struct account *account, uint64_t token)
{
    struct play *play = account_state(account);
    play_out_taken(token, &play->out);
    flush(play);
}

static void play_backfill(struct account *account, const char *platform_group, int64_t since_ms)
{
    struct play *play = account_state(account);
    play_out_backfill(platform_group, since_ms, &play->out);
    flush(play);
}

const struct adapter play_adapter = {
    .name = "play",
    .capabilities =
        {
            .delivery = DELIVERY_REPLAYABLE,
            .hears_all = true,
            .idempotent_sends = true,
            .mentions = true,
            .quotes = true,
            .images = true,
            .reactions = true,
            .recall = true,
            .max_text = 16 * 1024,
            .send_deadline_ms = 10000,
        },
    .start = play_start,
    .stop = play_stop,
    .send = play_send,
    .taken = play_taken,
    .backfill = play_backfill,
};
