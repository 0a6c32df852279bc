/* web_record.h: one line of a room's history, as it lies in its file and goes to the pages.
 * Pure; web_in_fuzz reads it from hostile bytes.
 *
 *   {"n":17,"at":1772413205000,"kind":"say","from":"孙大姐","client":"c-81…","parts":[…]}
 *
 * parts: {"text":…}, {"at":id,"name":…,"self":true}, {"image":"media:…"}, {"reply":"12"}.
 */
#ifndef LOUBOT_WEB_RECORD_H
#define LOUBOT_WEB_RECORD_H

#include "bot/adapter.h"

struct arena;

#define WEB_NAME_MAX 60   /* bytes of a person's name */
#define WEB_CLIENT_MAX 64 /* of the id that a page gives to what it sends */
#define WEB_EMOJI_MAX 32
#define WEB_RECORD_MAX                                                                         \
    (256 * 1024) /* of its JSON, in which control characters take six bytes */

enum web_kind { WEB_SAY, WEB_REACT, WEB_RECALL };

struct web_record {
    uint64_t n; /* number in its room; the message's platform id */
    int64_t at_ms;
    enum web_kind kind;
    const char *from;   /* a person's name; NULL: the bot */
    const char *client; /* by which a page's repeat is known, or NULL */
    const char *stable; /* by which the bot's repeat is known, or NULL */
    const char *to;     /* REACT, RECALL: number of the message that it is about */
    const char *emoji;  /* REACT */
    struct segment segments[MESSAGE_SEGMENTS_MAX]; /* SAY */
    size_t segment_count;
};

/* Appends it as one line of JSON without the line's end. */
void web_record_encode(const struct web_record *record, struct buf *out);
/* Strings live in `arena`. 0, or ERR_INVALID and why (static). */
int web_record_decode(const char *json, size_t len, struct web_record *record,
                      struct arena *arena, const char **why);

/* What people may call themselves: no control characters, not empty, short. */
bool web_is_name(const char *name);
/* Decimal digits, as message numbers are. */
bool web_is_number(const char *text);

#endif
