/* lexicon_data.h: the inside of a lexicon, for the stages of understand() only.
 *
 * A lexicon is a list of groups ([kind name key=value …] in the files) and a list of words; a
 * word has one sense for each group that lists it. The automaton's patterns are the distinct
 * words. When you add a kind: name it in lexicon_read.c, say what it does in the head of
 * handlers/lexicon/zh.txt, and use it in one stage.
 */
#ifndef LOUBOT_WORDS_LEXICON_DATA_H
#define LOUBOT_WORDS_LEXICON_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words/automaton.h"
#include "words/lexicon.h"
#include "words/normalise.h"
#include "words/opinion.h"
#include "words/understand.h"

enum word_kind {
    WORD_OBJECT,  /* a thing that can be in trouble */
    WORD_SYMPTOM, /* what is wrong with it */
    WORD_TROUBLE, /* both in one: names a trouble by itself */
    WORD_PLACE,   /* a named place */
    WORD_MARK,    /* speaks for or against a report */
    WORD_SAY,     /* an answer or a command */
    WORD_OWNER,   /* somebody whom an event can belong to */
    WORD_IGNORE,  /* only hides the shorter words inside it */
    WORD_PART,    /* the A of "A..B" */
    WORD_KINDS
};

/* What a mark does beyond its weight. */
enum mark {
    MARK_NONE,
    MARK_NEGATION,     /* undoes a symptom that follows at once */
    MARK_REPAIRED,     /* the trouble is over */
    MARK_HYPOTHETICAL, /* if, in case */
    MARK_PAST,         /* was */
    MARK_ELSEWHERE,    /* another place */
    MARK_QUESTION,     /* asks to be told */
    MARK_ENQUIRY,      /* 咨询 */
    MARK_SUGGESTION,   /* 建议 */
    MARK_THANKS,
    MARK_PRAISE,
    MARK_CHAT,
    MARK_OFFER,     /* sells, seeks, lends */
    MARK_NOTICE,    /* an announcement */
    MARK_COMPLAINT, /* 投诉 */
    MARK_REQUEST,   /* please see to it */
    MARK_LIVING,    /* speaks of the estate and its people */
    MARK_HOW,       /* "how is it": progress */
    MARK_ALSO,      /* 也: me too */
    MARK_SELF,      /* 我家: who says me too */
    MARK_INCIDENT,  /* tells of what happened, not of what is happening */
    MARK_URGENT,
    MARK_AGAIN,
    MARK_STILL,
    MARK_YOU,       /* speaks to or of a person */
    MARK_WISH,      /* wants something new */
    MARK_TOPIC,     /* talks of what chat is about */
    MARK_ESTATE,    /* speaks of the estate in its own words: 小区, 业主 */
    MARK_MATTER,    /* 问题, 情况 */
    MARK_GRIEVANCE, /* a complaining tone: 一直, 竟然 */
    MARK_FILLER,    /* says nothing: politeness, particles */
    MARK_KINDS
};

#define GROUP_TAGS 64

struct group_def {
    enum word_kind kind;
    const char *key;     /* the Chinese name as the files write it, with what follows a dot */
    const char *name[2]; /* by enum lang; both set, perhaps the same */
    const char *category, *code;
    bool category_else; /* the category counts only where no thing is named */
    const char *value;  /* say: command */
    uint64_t only;      /* symptom: said of objects with one of these tags; 0: of any */
    uint64_t tags;      /* for rules */
    int weight;
    int rating;
    int32_t floor; /* of a place (负一层车库 has its own number; 天台 none) */
    enum mark mark;
    enum intent intent;
    enum urgency urgency;
    bool nameless; /* its name means nothing to people */
    bool cue;      /* symptom: only hints, and says nothing without its thing */
    bool verb;     /* symptom: what it is said of may as well stand behind it */
    bool yields;   /* its category loses a tie */
    bool effect;   /* what another trouble before it leads to: no further one beside it */
    bool firm;     /* its category is not handed over ([given …]) */
    bool yes, no;
    bool anywhere; /* say: counts in the midst of other words too */
    uint32_t feature; /* for the opinion */
    const char *file;
    int line;
};

/* [rule …]: an object with one of these tags and a symptom with one of those make this. */
struct rule_def {
    uint64_t object_tags, symptom_tags;
    const char *category, *code; /* NULL: the object's */
    int weight;                  /* added to the frame */
    enum urgency urgency;
    const char *file;
    int line;
};

#define TAKE_MAX 16

/* [given …]: where the text names something with one of these tags (and one of `with`), what
 * speaks of the categories in `take` speaks of this one. */
struct given_def {
    uint64_t tags, with; /* with 0: nothing more is needed */
    const char *take[TAKE_MAX];
    size_t take_count;
    const char *category, *code;
    bool own; /* a community's line */
    const char *file;
    int line;
};

struct sense {
    uint32_t group;
    uint32_t next; /* next sense of the same word + 1; 0: none */
    uint16_t flags;
    uint16_t pair; /* it is the B of this "A..B"; 0: a whole word */
};

/* The word counts only at the beginning, at the end of a clause (^ and $ in the files). */
enum { WORD_AT_START = 1, WORD_AT_END = 2 };

/* The A of "A..B"; B is a sense of its word with the pair's number. */
struct pair_def {
    uint32_t word;
    uint16_t next; /* another form of A; 0: none */
    bool at_start; /* ^A..B */
};

struct word_def {
    uint32_t first;              /* sense + 1 */
    uint16_t len;                /* glyphs */
    bool latin_start, latin_end; /* must stand at a word's border */
    bool opens;                  /* it is the A of some "A..B" */
};

/* [list NAME]: what handlers look for by themselves; see lexicon_lists.c. */
struct list_word {
    const char *text;
    size_t len;
    struct list_word *next;
};
struct word_list {
    const char *name;
    struct list_word *words;
    struct word_list *next;
};

struct lexicon {
    struct group_def *groups;
    size_t group_count;
    struct rule_def *rules;
    size_t rule_count;
    struct given_def *givens;
    size_t given_count;
    struct sense *senses;
    size_t sense_count;
    struct word_def *words; /* by pattern */
    size_t word_count;
    struct pair_def *pairs; /* [0] is none */
    size_t pair_count;
    struct word_list *lists;
    const char *tags[GROUP_TAGS];
    size_t tag_count;
    struct fold fold;
    uint16_t symbol[65536]; /* of a normalised code point of the basic plane; 0: none */
    uint32_t *far;          /* code points beyond it that words use, sorted */
    uint16_t *far_symbol;
    size_t far_count;
    uint32_t symbol_count;
    struct automaton automaton;
    struct opinion opinion[2];                        /* by enum lang; lie in the binary */
    const char *opinion_category[2][OPINION_OUTPUTS]; /* the groups' names for its outputs */
    struct arena *arena;                              /* names and the like */
};

static inline uint32_t lexicon_symbol(const struct lexicon *lexicon, uint32_t cp)
{
    if (cp < 65536)
        return lexicon->symbol[cp];
    for (size_t i = 0; i < lexicon->far_count; i++)
        if (lexicon->far[i] == cp)
            return lexicon->far_symbol[i];
    return 0;
}

struct lexicon_builder;
/* Reads one file's text; see lexicon_read.c. */
void lexicon_read(struct lexicon_builder *builder, const char *file, const char *bytes,
                  size_t len);

#endif
