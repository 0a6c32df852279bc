/* play.h: the platform of `loubot play`: a pair of sockets to the process that directs the
 * conversation, JSON lines in both directions. To the core it is an adapter like any other, so
 * a script exercises the same intake, outbox and read-back of history as a chat platform does.
 *
 * In: {"type":"message"|"edit"|"recall"|"reaction", …} with a token, {"type":"sent", …},
 * {"type":"backfilled", …}. Out: {"type":"send"|"taken"|"backfill", …}. The fields are told in
 * play_in.c and play_out.c.
 */
#ifndef LOUBOT_ADAPTERS_PLAY_H
#define LOUBOT_ADAPTERS_PLAY_H

#include "bot/adapter.h"

#define PLAY_LINE_MAX (1u << 20)

extern const struct adapter play_adapter;

enum play_in_kind { PLAY_IN_INPUT, PLAY_IN_SENT, PLAY_IN_BACKFILLED };

struct play_in {
    enum play_in_kind kind;
    struct input input;       /* INPUT, without its id; pictures carry their number in `id` */
    struct segment *segments; /* the same as input.segments */
    uint64_t send;            /* SENT */
    const char *message;      /* SENT: the platform's id of it */
    const char *group;        /* BACKFILLED */
};

/* Reads one line; strings live in the arena. 0 or ERR_INVALID with a static reason. */
int play_in_parse(const char *line, size_t len, struct play_in *ret, struct arena *arena,
                  const char **reterr);

/* Each appends one line with its newline. */
void play_out_send(const struct send *send, struct buf *out);
void play_out_taken(uint64_t token, struct buf *out);
void play_out_backfill(const char *platform_group, int64_t since_ms, struct buf *out);

#endif
