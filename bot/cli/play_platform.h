/* play_platform.h: the chat platform that `loubot play` is for its daemon: it keeps every
 * group's history, gives message ids, delivers, reads back, and posts what the bot sends. It
 * survives the daemon, as a real platform does.
 *
 * Lines for the daemon are appended to the `out` given; the caller carries them over. A send
 * with an idempotency key that was seen before is answered with the same id and not posted
 * again (and counted).
 */
#ifndef LOUBOT_CLI_PLAY_PLATFORM_H
#define LOUBOT_CLI_PLAY_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/play_script.h"

struct buf;
struct play_platform;

/* The bot has posted: `group` is "b4", "work" or "dm", then `person` is set. The text reads as
 * scripts see it. */
typedef void play_said_cb(void *arg, const char *group, const char *person, const char *text);

struct play_platform *play_platform_create(const char *bot_name, play_said_cb *cb, void *arg);
void play_platform_destroy(struct play_platform **platform);

/* A person writes, reacts or recalls (a SAY or RECALL line of a script). It goes into the
 * history, and with `out` also to the daemon. 0, or ERR_NOT_FOUND with a static reason: there
 * is nothing to quote, repeat or recall. */
int play_platform_do(struct play_platform *platform, const struct play_line *line,
                     int64_t now_ms, struct buf *out, const char **reterr);
/* A line of the daemon; 0 or ERR_INVALID. */
int play_platform_line(struct play_platform *platform, const char *line, size_t len,
                       struct buf *out);
/* The daemon is another one now: what was delivered and not taken was lost on the way. */
void play_platform_lost(struct play_platform *platform);
/* Delivers what waits in direct chats (histories of those are not read back). */
void play_platform_push_direct(struct play_platform *platform, struct buf *out);
/* How many deliveries have not been taken yet. */
size_t play_platform_delivered(const struct play_platform *platform);
/* How many items wait that the present daemon has never been given. */
size_t play_platform_waiting(const struct play_platform *platform);
/* Sends that came again with a known key. */
size_t play_platform_repeats(const struct play_platform *platform);

#endif
