/* web.h: the web chat: a chat platform of Loubot's own on the loopback address, for trying and
 * for training. Pages come in over one port (HTTP and WebSocket), rooms are the community's
 * groups and each person's direct chat with the bot.
 *
 * It is an adapter like any other. What a chat platform does elsewhere is done here, too: it
 * keeps the history (web_room.h), numbers the messages, confirms them to the pages once they
 * are on the disk, and tells repeats by the pages' ids. To the core it is replayable: after a
 * restart the history is read back.
 *
 *   web.c       lifecycle, token, sends          web_http.c   what browsers ask for, who may
 *   web_pages.c connected pages, what they do    web_feed.c   from the rooms to the core
 *   web_room.c  history and files                web_events.c the state of events, for the
 * pages web_in.c, web_out.c, web_record.c, web_parts.c            codecs
 */
#ifndef LOUBOT_WEB_H
#define LOUBOT_WEB_H

#include "bot/adapter.h"

extern const struct adapter web_adapter;

/* The address with its token, for the operator to open. Valid until the account stops. */
const char *web_address(const struct account *account);

#endif
