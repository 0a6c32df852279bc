/* understand_opinion.c: where the points of the lexicon and the learned opinion (opinion.h)
 * meet.
 *
 * The lexicon sees what stands in its files and explains it; the model has read whole sentences
 * and knows what company words keep. Each is wrong at other places, so both are weighed:
 *
 *   is it a report   the lexicon's points, up to a limit, count as margin beside the model's
 *   of what          the model's margins and the lexicon's votes are added up
 *   how urgent       the model's margins, and what the lexicon calls it
 *
 * What no word of the lexicon hints at is never a report, whatever the model thinks of it.
 *
 * The figures were chosen on files of example sentences, each read by a model that had learned
 * from all the other files, most of them by hands whose sentences the lexicon was not written
 * for. They are flat: half or twice as much changes the outcome by about one sentence in a
 * hundred. */
#include <string.h>

#include "words/understand_inner.h"

/* By language: what a point of the lexicon is worth in margin; from which margin on it is a
 * report (0.1 less hears one report in a hundred more, for every fifth false alarm more), and
 * one that the lexicon calls an emergency; from which on an emergency what it calls calm. */
static const struct {
    float point, report, alarm, calm;
} bounds[] = {[LANG_ZH] = {0.15F, 0.85F, 0.7F, 0.1F}, [LANG_EN] = {0.2F, 0.8F, 0.35F, 0.25F}};
/* From which margin on it is urgent, and what the lexicon calls urgent an emergency; and where
 * what it calls an emergency stays one. Few of the examples are either, so these lie low. */
#define URGENT_FROM (-0.2F)
#define EMERGENCY_FROM 0.0F
#define EMERGENCY_STAYS (-0.4F)
/* How many points count; what it is worth that all words are known. */
#define POINTS_MOST 6
#define KNOWN_MARGIN 0.8F
/* What the lexicon's votes are worth in margin: so much for each, up to so many, and what its
 * choice is worth beyond. */
#define VOTE_MARGIN 0.03F
#define VOTES_MAX 12
#define CHOICE_MARGIN 0.15F

static const struct opinion *model_of(const struct reading *reading)
{
    return &reading->lexicon->opinion[reading->lang];
}

size_t reading_grams(const struct reading *reading, struct opinion_gram *grams)
{
    size_t n = opinion_runs(reading->lang, reading->glyphs, reading->count, grams);
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (!hit->inner) /* what is undone is another thing */
            grams[n++] = (struct opinion_gram){hit->group->feature ^ hit->off,
                                               (uint16_t)hit->from, (uint16_t)hit->to};
    }
    return n;
}

/* Says which features of the text moved one margin most. */
static void explain_output(struct reading *reading, const struct opinion_gram *grams,
                           size_t gram_count, size_t output)
{
    struct opinion_reason reasons[4];
    size_t count = opinion_reasons(model_of(reading), grams, gram_count, output, reasons,
                                   sizeof reasons / sizeof *reasons);
    reading_explain(reading, 0, reading->count, 0, "opinion %s %+.2f",
                    model_of(reading)->head->names[output], reading->opinion.margin[output]);
    for (size_t i = 0; i < count; i++)
        reading_explain(reading, reasons[i].from, reasons[i].to, 0, "  weighs %+.2f",
                        reasons[i].weight);
}

/* The output with the largest margin, `except` left out. */
static size_t best_output(const struct opinion_view *view, size_t except)
{
    size_t best = 0;
    for (size_t k = OPINION_CATEGORY; k < view->outputs; k++)
        if (k != except && (best == 0 || view->margin[k] > view->margin[best]))
            best = k;
    return best;
}

/* The opinion, asked for when it is first needed; of what (`all`), only for reports. NULL:
 * there is none. */
static const struct opinion_view *ask(struct reading *reading, bool all)
{
    struct opinion_view *view = &reading->opinion;
    all |= reading->explain != NULL;
    if (!reading->asked || (all && view->outputs == 1)) {
        struct opinion_gram grams[OPINION_GRAMS];
        size_t count = reading_grams(reading, grams);
        reading->asked = true;
        opinion_ask(model_of(reading), grams, count, all, view);
        if (reading->explain != NULL && view->outputs > 0) {
            size_t first = best_output(view, 0);
            for (size_t k = OPINION_REPORT; k < OPINION_CATEGORY; k++)
                explain_output(reading, grams, count, k);
            explain_output(reading, grams, count, first);
            explain_output(reading, grams, count, best_output(view, first));
        }
    }
    return view->outputs > 0 ? view : NULL;
}

/* In the group of his building somebody names his unit or flat, the thing and its trouble. */
static bool is_at_home(const struct reading *reading)
{
    const struct frame *best = reading->best;
    const struct location *where = &reading->where;
    return reading->hints->building != NULL && (where->unit != NULL || where->room != NULL) &&
           best != NULL && best->object != NULL && best->symptom != NULL &&
           best->points >= REPORT_POINTS && reading->sum > REPORT_POINTS;
}

static bool is_strange(const struct reading *reading, const struct hit *hit)
{
    return hit != NULL && !opinion_knows(model_of(reading), hit->group->feature);
}

/* What the model has never met: words of a community's own groups. */
static bool is_unheard_of(const struct reading *reading, const struct frame *best)
{
    return is_strange(reading, best->object) || is_strange(reading, best->symptom);
}

/* What the lexicon speaks against, what is said to Loubot itself or at home, and known words
 * only that make no report, or are new to the model. */
static bool is_left_to_lexicon(const struct reading *reading)
{
    bool told = reading->hints->addressed || reading->hints->direct;
    if (reading->sum < REPORT_POINTS)
        return reading->sum < 0 || reading->residue == 0;
    return told || is_at_home(reading) ||
           (reading->residue == 0 && is_unheard_of(reading, reading->best));
}

/* Points and margin together. Known words only ("灯坏了") are worth something more, since the
 * model has learned from whole sentences. */
static bool outweighs(const struct reading *reading, float margin)
{
    bool alarm = reading->sum >= REPORT_POINTS && reading->best->urgency == URGENCY_EMERGENCY;
    float bound = alarm ? bounds[reading->lang].alarm : bounds[reading->lang].report;
    int points = reading->sum > POINTS_MOST ? POINTS_MOST : reading->sum;
    float known = reading->residue == 0 ? KNOWN_MARGIN : 0;
    return margin + known + bounds[reading->lang].point * (float)points >= bound;
}

bool reading_is_report(struct reading *reading)
{
    bool by_points = reading->sum >= REPORT_POINTS;
    const struct opinion_view *view = is_left_to_lexicon(reading) ? NULL : ask(reading, false);
    if (view == NULL)
        return by_points;
    bool report = outweighs(reading, view->margin[OPINION_REPORT]);
    if (report != by_points)
        reading_explain(reading, 0, reading->count, 0, "opinion: %s",
                        report ? "a report" : "no report");
    return report;
}

static struct poll *poll_of(struct reading *reading, const char *category)
{
    for (size_t i = 0; i < reading->poll_count; i++)
        if (reading->polls[i].category == category)
            return &reading->polls[i];
    return NULL;
}

static float vote_margin(const struct poll *poll)
{
    if (poll == NULL)
        return 0;
    int votes = poll_standing(poll);
    return VOTE_MARGIN * (float)(votes > VOTES_MAX ? VOTES_MAX : votes);
}

/* The category that both together choose. */
static const char *choose(struct reading *reading, const struct opinion_view *view,
                          const char *lexicons)
{
    const char *best = lexicons;
    float best_score = -1e9F;
    bool imagined = (reading->marks >> MARK_HYPOTHETICAL & 1) != 0; /* and no frame any more */
    for (size_t k = OPINION_CATEGORY; k < view->outputs; k++) {
        const char *category = reading->lexicon->opinion_category[reading->lang][k];
        const struct poll *poll = poll_of(reading, category);
        float score = view->margin[k] + vote_margin(poll);
        if (category == lexicons)
            score += CHOICE_MARGIN;
        else if (poll == NULL && imagined)
            continue;
        if (category == NULL || score <= best_score)
            continue;
        best = category;
        best_score = score;
    }
    return best;
}

/* "帮独居的赵大爷报：马桶漏水": for whom it is told is not the trouble. */
static bool is_on_behalf(const struct reading *reading)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const char *value = reading->hits[i].group->value;
        if (value != NULL && strcmp(value, "on_behalf") == 0)
            return true;
    }
    return false;
}

/* What the lexicon decides alone: emergencies, what is told for somebody, and what the model
 * has never met: words of a community's own groups, and its lines [given …]. So these have the
 * last word. */
static bool is_settled(const struct reading *reading, const struct frame *best)
{
    return best->category != NULL && (best->urgency == URGENCY_EMERGENCY || best->given ||
                                      is_on_behalf(reading) || is_unheard_of(reading, best));
}

/* A frame of the category chosen tells the trouble; without one the lexicon's frame does, under
 * the other category, whose usual class goes with it. */
struct frame *reading_category(struct reading *reading, struct frame *best)
{
    const struct opinion_view *view = ask(reading, true);
    if (view == NULL || is_settled(reading, best))
        return best;
    const char *category = choose(reading, view, best->category);
    if (category == best->category)
        return best;
    struct poll *poll = poll_of(reading, category);
    reading_explain(reading, 0, reading->count, 0, "opinion: rather %s", category);
    if (poll != NULL && poll->best->symptom != NULL)
        return poll->best;
    best->category = category;
    best->code = poll != NULL ? poll->best->code : NULL;
    return best;
}

/* What the lexicon calls urgent stays so. Known words only ("着火了") are taken as it has them.
 */
enum urgency reading_weigh_urgency(struct reading *reading, enum urgency told)
{
    const struct opinion_view *view = reading->residue == 0 ? NULL : ask(reading, true);
    if (view == NULL || is_unheard_of(reading, reading->best))
        return told;
    float bound = told == URGENCY_EMERGENCY ? EMERGENCY_STAYS
                  : told == URGENCY_URGENT  ? EMERGENCY_FROM
                                            : bounds[reading->lang].calm;
    bool incident = (reading->marks >> MARK_INCIDENT & 1) != 0;
    enum urgency both = URGENCY_NORMAL;
    if (view->margin[OPINION_EMERGENCY] > bound && !incident)
        both = URGENCY_EMERGENCY;
    else if (told != URGENCY_NORMAL || view->margin[OPINION_URGENT] > URGENT_FROM)
        both = URGENCY_URGENT;
    if (both != told)
        reading_explain(reading, 0, reading->count, 0, "opinion: rather %s",
                        urgency_name(both));
    return both;
}
