/* play_script.h: conversation scripts (DESIGN §7.1) as data. Pure: text in, lines or faults
 * out; nothing is run here.
 *
 * play_script.c reads the clock, the directives and the fields, play_chat.c what people and the
 * bot say. When you add a line to the language, also describe it in the help of play.c, let
 * play_stage.c run it, and test it in tests/unit/play_script_test.c.
 */
#ifndef LOUBOT_CLI_PLAY_SCRIPT_H
#define LOUBOT_CLI_PLAY_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/calendar.h"

struct arena;
struct faults;

#define PLAY_FILE_MAX (4u << 20) /* bytes of a script */
#define PLAY_LINES_MAX 100000
#define PLAY_GLOBS_MAX 16
#define PLAY_FIELDS_MAX 32
#define PLAY_ARGS_MAX 8
#define PLAY_ALL                                                                               \
    "all" /* the group of an expectation about every group but the direct chats                \
           */
#define PLAY_DIRECT "dm"

enum play_kind {
    PLAY_CLOCK,     /* @ 2026-03-02 09:00 */
    PLAY_PASS,      /* + 40m */
    PLAY_SAY,       /* b4 name> … */
    PLAY_RECALL,    /* b4 name<< */
    PLAY_EXPECT,    /* b4 < … */
    PLAY_FIELDS,    /* = 1 state=handling */
    PLAY_COUNT,     /* = open 2, = total 3 */
    PLAY_DIRECTIVE, /* ! restart */
};

enum play_directive {
    PLAY_RESTART,
    PLAY_KILL,
    PLAY_KILL_REDIS, /* ! kill redis: the server alone; Loubot must bring it back */
    PLAY_DOWN,
    PLAY_UP,
    PLAY_CODE,
    PLAY_DEVICE
};

/* The marks in front of what a person writes. */
struct play_marks {
    int photos;
    bool lost; /* a photo that cannot be had */
    bool at, again, bot;
    bool edit;            /* changes what that person wrote last */
    bool reply;           /* quotes the bot's last message, or */
    const char *reply_to; /* the last one that named this: "#12" */
    const char *react;    /* "👍": a reaction instead of a text */
    const char *text;     /* "" when there is none */
};

enum play_expect_kind {
    PLAY_NEXT,  /* < globs: the next unclaimed message matches all of them */
    PLAY_EXACT, /* <2, <0-2, <1 globs: so many unclaimed ones (that match) are there */
    PLAY_NEVER  /* <! globs: none since the beginning matches, claimed or not */
};

struct play_expect {
    enum play_expect_kind kind;
    const char *group;  /* "b4", "work", "dm" or "all" */
    const char *person; /* of a direct chat; NULL: of any */
    int min, max;       /* EXACT; `<!` without globs is 0 to 0 */
    const char *globs[PLAY_GLOBS_MAX];
    size_t glob_count;
};

enum play_op { PLAY_EQ, PLAY_NE, PLAY_GE, PLAY_LE, PLAY_GT, PLAY_LT };
struct play_field {
    const char *name; /* "state", "due.finish" */
    enum play_op op;
    const char *value;
};

struct play_line {
    int number;         /* in the file, from 1 */
    const char *source; /* as it stands there, without the spaces around it */
    enum play_kind kind;

    struct local_time time; /* CLOCK */
    int64_t span_ms;        /* PASS */

    const char *group, *person; /* SAY, RECALL */
    struct play_marks marks;    /* SAY */

    struct play_expect expect; /* EXPECT */

    uint32_t event; /* FIELDS */
    struct play_field fields[PLAY_FIELDS_MAX];
    size_t field_count;

    bool open; /* COUNT: of open events; else of all */
    enum play_op op;
    int count;

    enum play_directive directive;
    const char *args[PLAY_ARGS_MAX]; /* CODE: code, flat or role, area; DEVICE: id, kind … */
    size_t arg_count;

    struct play_line *next;
};

/* Reads a whole script. Every wrong line adds a fault with file and line; the rest is read on,
 * so that one pass shows them all. The first line, or NULL when there is none. Everything lives
 * in `arena` (which must hold about four times `len`, plus 2 KB a line). */
struct play_line *play_script_parse(const char *file, const char *text, size_t len,
                                    struct arena *arena, struct faults *faults);

/* Does the text match the glob as a whole? `*` is any text, `?` one character. */
bool play_glob(const char *glob, const char *text);

#endif
