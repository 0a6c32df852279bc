/* web_out.h: what goes to the pages. Pure. Frames are complete JSON texts:
 *
 *   {"op":"hello","bot":"楼宝","demo":true,"communities":[…]}
 *   {"op":"room","room":"b4","records":[…]}
 *   {"op":"record","room":"b4","record":{…}}      in the room that the page is in
 *   {"op":"news","room":"b4"}                     in another one
 *   {"op":"said","client":"c-…","n":17}           it is in the history
 *   {"op":"events","group":"b4","events":[…]}
 *   {"op":"error","client":"c-…","why":"…"}
 */
#ifndef LOUBOT_WEB_OUT_H
#define LOUBOT_WEB_OUT_H

#include "adapters/web/web_record.h"

/* The record of a send; strings stay the send's. */
void web_out_record(const struct send *send, struct web_record *record);

/* `json` is one record as it lies in the history. */
void web_out_frame_record(const char *room, const char *json, struct buf *out);
void web_out_frame_news(const char *room, struct buf *out);
void web_out_frame_said(const char *client, uint64_t n, struct buf *out);
/* `events` is a JSON array. */
void web_out_frame_events(const char *group, const char *events, struct buf *out);
void web_out_frame_error(const char *client, const char *why, struct buf *out);
/* `communities` as account_describe() gives them. */
void web_out_frame_hello(const char *bot, bool demo, const char *communities, struct buf *out);

/* Appends `text` as a JSON string. */
void web_out_string(const char *text, struct buf *out);

#endif
