/* jput.h: writes JSON into a buffer, a value after the other: what every report stores (events,
 * steps, sessions, timers, outgoing rows). What is rare is written with jansson.
 *
 * Why beside jansson: it builds an object of each value first and prints it afterwards, which
 * was a seventh of what a report cost (tests/bench/README.md).
 *
 * Texts that are not UTF-8 are left out, as jansson does. Every '#' in a text is written as
 * \u0023, so that no text from chat looks like the "#1" in whose place a commit puts a number.
 */
#ifndef LOUBOT_HOST_JPUT_H
#define LOUBOT_HOST_JPUT_H

#include <stdint.h>

struct buf;

/* Begins an object or array, as a value: "{" or "[". */
void jput_open(struct buf *out, char bracket);
void jput_close(struct buf *out, char bracket); /* "}" or "]" */
/* The key of the value that comes next. Keys are plain words. */
void jput_key(struct buf *out, const char *key);
/* Values. NULL or what is not UTF-8 becomes null. */
void jput_text(struct buf *out, const char *text);
void jput_integer(struct buf *out, int64_t value);
void jput_bare(struct buf *out, const char *value); /* as it is: true, false, null, "#1" */
/* A member each; left out when there is nothing: NULL or not UTF-8, 0. */
void jput_member_text(struct buf *out, const char *key, const char *text);
void jput_member_integer(struct buf *out, const char *key, int64_t value);

#endif
