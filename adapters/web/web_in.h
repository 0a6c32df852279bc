/* web_in.h: what a page sends, one JSON frame each. Pure, fuzzed.
 *
 *   {"op":"enter","room":"b4","as":"孙大姐","after":0}   room "dm": the direct chat with the
 * bot
 *   {"op":"say","client":"c-…","parts":[…]}             parts as in web_record.h
 *   {"op":"react","client":"c-…","to":"12","emoji":"👍"}
 *   {"op":"recall","client":"c-…","to":"12"}
 *   {"op":"events"}
 */
#ifndef LOUBOT_WEB_IN_H
#define LOUBOT_WEB_IN_H

#include "adapters/web/web_record.h"

#define WEB_FRAME_MAX (64 * 1024)
#define WEB_ROOM_MAX 60

enum web_op { WEB_OP_ENTER, WEB_OP_EVENTS, WEB_OP_RECORD };

struct web_in {
    enum web_op op;
    const char *room, *as; /* ENTER */
    uint64_t after;
    struct web_record record; /* RECORD: kind, client, to, emoji, segments */
};

/* 0, or ERR_INVALID and why (static). Strings live in `arena`. */
int web_in_parse(const char *text, size_t len, struct web_in *in, struct arena *arena,
                 const char **why);

#endif
