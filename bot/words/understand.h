/* understand.h: from a text to its meaning. Pure, deterministic, one pass, and it explains
 * itself: every slot carries the span of text that it came from (DESIGN §6).
 *
 * The words are data (handlers/lexicon/, see lexicon.h). A text is normalised first (full width
 * to half width, Latin lower case, traditional to simplified as far as the lexicon says); spans
 * are byte offsets into the original text.
 */
#ifndef LOUBOT_WORDS_UNDERSTAND_H
#define LOUBOT_WORDS_UNDERSTAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct lexicon;

enum lang { LANG_ZH, LANG_EN };

enum intent {
    INTENT_CHAT, /* nothing for the bot */
    INTENT_REPORT,
    INTENT_FRAGMENT, /* a place, an object or a symptom alone */
    INTENT_ME_TOO,
    INTENT_PROGRESS,
    INTENT_CONFIRM, /* it is fixed; also a bare yes */
    INTENT_DENY,    /* it is not; also a bare no */
    INTENT_ACCEPT,
    INTENT_DONE,
    INTENT_TRANSFER,
    INTENT_RAISE,
    INTENT_CORRECT,
    INTENT_WITHDRAW,
    INTENT_RATE,
    INTENT_THANKS,
    INTENT_ENQUIRY,
    INTENT_SUGGESTION,
    INTENT_EMERGENCY
};

enum urgency { URGENCY_NORMAL, URGENCY_URGENT, URGENCY_EMERGENCY };

struct span {
    uint32_t from,
        to; /* byte offsets into the original text; from == to: the slot came from no text */
};

#define FLOOR_NONE INT32_MIN

/* Where. Building, unit and room are normalised (Arabic digits without leading zeros, Latin
 * letters upper case). */
struct location {
    const char *building, *unit, *room; /* NULL: not said */
    int32_t floor;                      /* FLOOR_NONE: not said; below ground negative */
    int32_t floor_to;                   /* end of a range, else FLOOR_NONE */
    const char *place; /* canonical word of the lexicon ("楼道", "大厅"), NULL */
    struct span building_span, unit_span, room_span, floor_span, place_span;
};

/* One trouble. Strings live in the lexicon or in the arena. */
struct fault_found {
    const char *category; /* coarse category, "lighting"; NULL when unknown */
    const char *code;     /* class, "WY01"; NULL when unknown */
    const char *object;   /* canonical word, "灯"; NULL */
    const char *symptom;  /* "不亮"; NULL */
    enum urgency urgency;
    struct location where;
    double score; /* 0..1, how sure that this is a report */
    struct span object_span, symptom_span, urgency_span;
};

#define MEANING_MORE 3
#define MEANING_NUMBERS 16

struct meaning {
    enum intent intent;
    bool report; /* the text reports a trouble (intent report or emergency, and me_too when it
                    names the trouble: "我家也停水了") */
    bool unsure; /* addressed and perhaps a report: the handler asks */
    enum lang lang;
    struct fault_found fault;              /* also filled for fragments: what was found of it */
    struct fault_found more[MEANING_MORE]; /* further faults of the same text */
    size_t more_count;
    uint32_t numbers[MEANING_NUMBERS]; /* event numbers that the text names ("#12",
                                          "12号修了吗", "完成 12 14") */
    size_t number_count;
    const char
        *owner; /* transfer: the owner named (spelling of DESIGN §5: "heating"), or NULL */
    /* What a staff member's or a reporter's words ask for beyond the intent, in the lexicon's
     * spelling: "suspend", "agree", "confer", "merge", "on_behalf", "reject", "explain",
     * "decide", "again" …; NULL: nothing more. */
    const char *command;
    const char *reason; /* transfer, deny, raise …: the rest of the text as a reason, or NULL */
    int rating;         /* rate: 1 bad, 2 fair, 3 good; else 0 */
    bool is_yes, is_no; /* the whole text is a bare yes or no */
    struct span intent_span;
};

struct hints {
    const char *building; /* of the group, or NULL */
    int units;            /* how many units that building has; 0: not known */
    enum lang lang;       /* for texts without letters */
    bool addressed;       /* the bot was mentioned or quoted */
    bool direct;          /* direct chat */
};

/* Fills *ret_meaning; strings that are not of the lexicon are put into the arena. Never fails:
 * text that is not valid UTF-8, or longer than UNDERSTAND_MAX bytes, is chat. Of a long text
 * the first 4,096 characters are read. */
#define UNDERSTAND_MAX (1024 * 1024)
void understand(const struct lexicon *lexicon, const char *text, size_t len,
                const struct hints *hints, struct arena *arena, struct meaning *ret_meaning);

/* The spelling of DESIGN §7 ("me_too"). */
const char *intent_name(enum intent intent);
const char *urgency_name(enum urgency urgency);
const char *lang_name(enum lang lang); /* "zh", "en" */

#endif
