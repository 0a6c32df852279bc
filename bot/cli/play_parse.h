/* play_parse.h: what play_script.c and play_chat.c share; nobody else includes it. */
#ifndef LOUBOT_CLI_PLAY_PARSE_H
#define LOUBOT_CLI_PLAY_PARSE_H

#include "cli/play_script.h"

struct play_parse {
    const char *file;
    struct arena *arena;
    struct faults *faults;
    int number;   /* of the line */
    bool is_down; /* between ! down and ! up */
};

/* Adds a fault at the present line; returns false, so that readers can `return play_wrong(…)`.
 */
bool play_wrong(const struct play_parse *parse, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text without the spaces at both ends, in the arena. */
const char *play_trim(const struct play_parse *parse, const char *from, const char *to);
const char *play_skip(const char *text);                         /* past spaces */
const char *play_word_end(const char *text);                     /* to the next space */
bool play_int(const char *text, const char **ret_end, int *ret); /* decimal digits, capped */

/* Lines that begin with a group. */
bool play_chat(const struct play_parse *parse, struct play_line *line, const char *text);

#endif
