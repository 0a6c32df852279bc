/* understand_inner.h: what the stages of understand() share; their order stands at the head of
 * understand.c. */
#ifndef LOUBOT_WORDS_UNDERSTAND_INNER_H
#define LOUBOT_WORDS_UNDERSTAND_INNER_H

#include "host/buf.h"
#include "host/mem.h"
#include "words/lexicon_data.h"
#include "words/opinion.h"
#include "words/understand.h"

#define REPORT_POINTS 4
#define CLOSED_MAX 64   /* glyphs of a text that the known words may cover wholly */
#define GLYPHS_MAX 4096 /* what is read of a text */
#define HITS_MAX 512
#define FRAMES_MAX 40
#define OPEN_SETS 8
#define PARTS_MAX 32 /* open first parts of "A..B" that are remembered */
#define GAP_HAN 12   /* glyphs between A and B */
#define GAP_LATIN 30

/* A word found. Positions are glyph indices. */
struct hit {
    const struct group_def *group;
    uint32_t from, to;
    uint32_t tail; /* where the B of "A..B" begins; else from */
    uint32_t clause;
    bool inner; /* lies within a longer word */
    bool off;   /* undone (negated) */
    bool pair;  /* an "A..B" */
};

/* The first part of an "A..B". */
struct part {
    uint32_t from, to, clause, word;
};

/* A trouble found: object and symptom, or a word that names both. */
struct frame {
    const struct hit *object, *symptom; /* symptom: also a trouble; either may be NULL */
    const struct rule_def *rule;
    const char *category, *code;
    enum urgency urgency;
    int points;
    bool yields;   /* loses a tie */
    bool supposed; /* imagined: "万一着火" */
    bool effect;   /* told behind another trouble it is what that leads to */
    bool given;    /* a community's line [given …] chose its category */
    uint32_t clause, from, to;
};

/* What speaks for one category. */
struct poll {
    const char *category;
    int points, lone; /* votes; how many things without a symptom are among them */
    struct frame *best;
};

struct reading {
    const struct lexicon *lexicon;
    const struct hints *hints;
    struct arena *arena;
    const char *text;
    struct buf *explain;  /* NULL: nobody asks why */
    struct glyph *glyphs; /* [count] holds the end */
    uint32_t count;
    struct hit hits[HITS_MAX];
    size_t hit_count;
    struct part parts[PARTS_MAX]; /* a ring */
    size_t part_count;
    uint32_t kinds;             /* bit set of the kinds hit */
    uint64_t opened[OPEN_SETS]; /* bit set of the words (modulo its size) among the parts */
    uint64_t marks;             /* bit set of the marks hit */
    uint32_t clauses;
    bool has_number; /* a digit or a Chinese numeral stands in it */
    bool has_han, has_latin;
    uint64_t loud;    /* bit set of the first glyphs: those that say something */
    uint32_t residue; /* glyphs that no known word, place or number covers */
    struct frame frames[FRAMES_MAX];
    struct poll polls[FRAMES_MAX];
    size_t frame_count, poll_count;
    struct opinion_view opinion;
    bool asked;  /* for the opinion */
    int support; /* votes for its category besides its own */
    int points;  /* what the marks and the rest say for the best frame */
    struct frame *best;
    int sum; /* of it all; 4 are a report. 0: nothing that could be one */
    enum lang lang;
    struct location where;
    uint32_t numbers_from, numbers_to; /* glyphs that name events */
};

struct span reading_span(const struct reading *reading, uint32_t from, uint32_t to);
/* Notes, if somebody asks, which rule saw what. */
void reading_explain(struct reading *reading, uint32_t from, uint32_t to, int points,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Returns false when the text is not valid. */
bool reading_scan(struct reading *reading, const char *text, size_t len);
/* Counts the glyphs that no known word, place or number covers; silent ones do not count. */
void reading_residue(struct reading *reading);
/* Where the last "and" stands that joins two sentences between these glyphs; 0: none does. */
uint32_t reading_joint(const struct reading *reading, uint32_t from, uint32_t to);
/* Whether a says what the trouble before it, b, leads to: "台阶缺了一角，老人容易绊倒". */
bool reading_is_effect(const struct reading *reading, const struct frame *a,
                       const struct frame *b);
bool reading_is(const struct reading *reading, uint32_t at, const char *utf8);

void reading_negations(struct reading *reading);
void reading_numbers(struct reading *reading, struct meaning *meaning);
void reading_frames(struct reading *reading);
/* Troubles that are only imagined step back behind those that are there. */
void reading_suppose(struct reading *reading);
/* The frame that says what the trouble is; NULL: none. */
struct frame *reading_vote(struct reading *reading);
/* The poll of a category, whose best frame counts twice. */
int poll_standing(const struct poll *poll);
void reading_faults(struct reading *reading, struct meaning *meaning);

/* Of a text that nothing else has been made of: whether the opinion makes it a report. */
void reading_help(struct reading *reading, struct meaning *meaning);

/* How urgent the trouble is that this frame tells. */
void reading_urgency(struct reading *reading, const struct frame *best,
                     struct fault_found *fault);
/* The same when the opinion has spoken too; `told`: what the lexicon says. */
enum urgency reading_weigh_urgency(struct reading *reading, enum urgency told);
/* The features of the text for the opinion, at most OPINION_GRAMS. Returns their number. */
size_t reading_grams(const struct reading *reading, struct opinion_gram *grams);
/* Whether it is a report, when both have spoken. */
bool reading_is_report(struct reading *reading);
/* The frame that says what the trouble is, when both have spoken. */
struct frame *reading_category(struct reading *reading, struct frame *best);
void reading_intent(struct reading *reading, struct meaning *meaning);
/* The place that a correction means, told from glyph `from` on. False: none. */
bool reading_corrected_place(const struct reading *reading, uint32_t from,
                             struct location *ret_where);

/* Whether the clause that holds this glyph tells a place. */
bool reading_has_own_place(const struct reading *reading, uint32_t at);
/* Several troubles, in the text's order: each has the place told since the one before, and what
 * it does not say is taken from that. */
void reading_share_places(const struct reading *reading, struct meaning *meaning,
                          const struct frame *const *picked);
/* One trouble of several places ("4号楼和5号楼的灯") becomes several faults. */
void reading_listed_places(const struct reading *reading, struct meaning *meaning);

/* The location told between two glyphs. */
void location_find(const struct reading *reading, uint32_t from, uint32_t to,
                   struct location *ret_location);

/* What the opinion goes by: the features of a text, at most OPINION_GRAMS. Asked by the
 * trainer; returns their number, -1 for a text that is not valid. */
long understand_grams(const struct lexicon *lexicon, enum lang lang, const char *text,
                      size_t len, struct opinion_gram *grams);

/* understand() that also appends to `explain`, one line a rule. */
void understand_explain(const struct lexicon *lexicon, const char *text, size_t len,
                        const struct hints *hints, struct arena *arena,
                        struct meaning *ret_meaning, struct buf *explain);

#endif
