/* understand.c: from a sentence to its meaning, in stages that each do one thing. Read this
 * file first: it is the order of things. read_text() below calls the stages in this order:
 *
 *   1  reading_scan       bytes → glyphs (normalise.c), and in one pass over them every word of
 *                         the lexicon (automaton.h) → hits          understand_scan.c
 *      Nothing found, no number, no short answer: it is chat, as most lines are.
 *   2  reading_negations  "不漏": strikes what is undone             understand_frames.c
 *   3  reading_numbers    the events that it names: "#12"           understand_numbers.c
 *   4  location_find      building, unit, floor, room, place        location.c
 *   5  reading_residue    how much no word, number or place covers  understand_scan.c
 *   6  reading_frames     joins each symptom with its thing; what is only imagined
 *                         steps back          understand_frames.c, understand_supposed.c
 *   7  reading_faults     what it is, and whether it is a report, in these steps:
 *        reading_vote       every frame votes for its category      understand_votes.c
 *        points             frames and marks speak for and against  understand_frames.c
 *        reading_is_report  points and the learned model decide     understand_opinion.c
 *        reading_category   both choose of what                     understand_opinion.c
 *        reading_urgency    how urgent it is                        understand_urgency.c
 *   8  reading_listed_places  one trouble of several places         understand_places.c
 *   9  reading_intent     answers and commands; what is left after them is chat, a fragment, or
 *                         after all a report                        understand_intent.c
 *
 * Example: "4号楼二单元4楼的灯不亮"
 *   scan      灯 (object, lighting), 不亮 (symptom)
 *   location  building 4, unit 2, floor 4; the residue is 的
 *   frames    灯 × 不亮 → lighting, 4 points
 *   faults    nobody votes for anything but lighting; the place is a point more, and the model
 *             too believes in a report of lighting
 *   intent    nothing answers, asks or commands: a report it stays
 *
 * The stages share struct reading (understand_inner.h): each reads what those before it wrote.
 * `loubot parse --explain` prints what every stage saw. */
#include "words/understand.h"

#include <string.h>

#include "words/location.h"
#include "words/understand_inner.h"

#define SHORT_TEXT 8 /* glyphs; "b座" holds no word and no digit */

static enum lang lang_of(const struct reading *reading)
{
    if (reading->has_han)
        return LANG_ZH;
    return reading->has_latin ? LANG_EN : reading->hints->lang;
}

/* The building that the group implies counts when the text names none. */
static void imply_building(const struct reading *reading, struct location *where)
{
    if (where->building == NULL && reading->hints->building != NULL)
        where->building = reading->hints->building;
}

static void read_text(struct reading *reading, const char *text, size_t len,
                      struct meaning *meaning)
{
    if (!reading_scan(reading, text, len) ||
        (reading->hit_count == 0 && !reading->has_number && reading->count > SHORT_TEXT))
        return;
    meaning->lang = reading->lang = lang_of(reading);
    reading_negations(reading);
    reading_numbers(reading, meaning);
    location_find(reading, 0, reading->count, &reading->where);
    meaning->fault.where = reading->where;
    reading_residue(reading);
    reading_frames(reading);
    reading_faults(reading, meaning);
    reading_listed_places(reading, meaning);
    reading_intent(reading, meaning);
    imply_building(reading, &meaning->fault.where);
    for (size_t i = 0; i < meaning->more_count; i++)
        imply_building(reading, &meaning->more[i].where);
}

/* Only what a stage reads before it has written it. */
static void begin(struct reading *reading, const struct lexicon *lexicon, struct glyph *glyphs)
{
    memset(reading, 0, offsetof(struct reading, hits));
    reading->hit_count = reading->part_count = 0;
    memset(&reading->kinds, 0,
           offsetof(struct reading, frames) - offsetof(struct reading, kinds));
    memset(&reading->frame_count, 0, sizeof *reading - offsetof(struct reading, frame_count));
    reading->lexicon = lexicon;
    reading->glyphs = glyphs;
}

void understand_explain(const struct lexicon *lexicon, const char *text, size_t len,
                        const struct hints *hints, struct arena *arena,
                        struct meaning *ret_meaning, struct buf *explain)
{
    static const struct hints nothing;
    struct glyph glyphs[GLYPHS_MAX + 1];
    struct reading reading;
    begin(&reading, lexicon, glyphs);
    memset(ret_meaning, 0, sizeof *ret_meaning);
    reading.hints = hints != NULL ? hints : &nothing;
    reading.arena = arena;
    reading.explain = explain;
    location_init(&reading.where);
    location_init(&ret_meaning->fault.where);
    ret_meaning->lang = reading.hints->lang;
    if (len <= UNDERSTAND_MAX)
        read_text(&reading, text, len, ret_meaning);
}

long understand_grams(const struct lexicon *lexicon, enum lang lang, const char *text,
                      size_t len, struct opinion_gram *grams)
{
    struct glyph glyphs[GLYPHS_MAX + 1];
    struct reading reading;
    begin(&reading, lexicon, glyphs);
    if (!reading_scan(&reading, text, len))
        return -1;
    reading.lang = lang;
    reading_negations(&reading);
    return (long)reading_grams(&reading, grams);
}

void understand(const struct lexicon *lexicon, const char *text, size_t len,
                const struct hints *hints, struct arena *arena, struct meaning *ret_meaning)
{
    understand_explain(lexicon, text, len, hints, arena, ret_meaning, NULL);
}

const char *intent_name(enum intent intent)
{
    static const char *const names[] = {
        "chat",     "report", "fragment", "me_too",   "progress",   "confirm",
        "deny",     "accept", "done",     "transfer", "raise",      "correct",
        "withdraw", "rate",   "thanks",   "enquiry",  "suggestion", "emergency"};
    return names[intent];
}

const char *urgency_name(enum urgency urgency)
{
    static const char *const names[] = {"normal", "urgent", "emergency"};
    return names[urgency];
}

const char *lang_name(enum lang lang)
{
    return lang == LANG_EN ? "en" : "zh";
}
