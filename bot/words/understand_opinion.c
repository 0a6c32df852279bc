/* understand_opinion.c: where the points of the lexicon and the learned opinion (opinion.h)
 * meet.
 *
 * The lexicon sees what stands in its files and explains it; the model has read whole sentences
 * and knows what company words keep. Each is wrong at other places, so both are weighed:
 *
 *   is it a report   the model vetoes what the lexicon is not sure of, and helps what it nearly
 *                    took for one
 *   of what          the model's margins and the lexicon's votes are added up
 *
 * The figures were chosen on sentences by a hand that neither had learned from then (450
 * reports and 850 sentences of chat in Chinese, 200 and 600 in English;
 * tests/eval/third_*.jsonl), such that they do no harm on any other set. They are flat: half or
 * twice as much changes the outcome by about one sentence in a hundred. */
#include "words/understand_inner.h"

/* A sum that the model cannot talk away. */
#define SURE_SUM 6
/* Below this margin it is no report. At -0.3 the veto costs a report in two hundred more, at
 * -0.5 it lets a quarter more of the false alarms pass. */
#define VETO_MARGIN (-0.4F)
/* A sum from which on the model may make it a report, and the margin that it takes: at 0.3
 * every second report gained is paid with a false alarm, at 1 half of what can be gained is
 * lost. */
#define HELP_SUM 1
#define HELP_MARGIN 0.6F
/* What the lexicon's votes are worth in margin: so much for each, up to so many, and what its
 * choice is worth beyond. 12 votes, a thing and its trouble named twice, outweigh all but the
 * plainest margins. */
#define VOTE_MARGIN 0.05F
#define VOTES_MAX 12
#define CHOICE_MARGIN 0.25F

static const struct opinion *model_of(const struct reading *reading)
{
    return &reading->lexicon->opinion[reading->lang];
}

/* Says which runs of the text moved one margin most. */
static void explain_output(struct reading *reading, size_t output)
{
    struct opinion_reason reasons[4];
    size_t count = opinion_reasons(model_of(reading), reading->glyphs, reading->count, output,
                                   reasons, sizeof reasons / sizeof *reasons);
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
    for (size_t k = 1; k < view->outputs; k++)
        if (k != except && (best == 0 || view->margin[k] > view->margin[best]))
            best = k;
    return best;
}

/* The opinion, asked for when it is first needed. NULL: there is none. */
static const struct opinion_view *ask(struct reading *reading)
{
    struct opinion_view *view = &reading->opinion;
    if (!reading->asked) {
        reading->asked = true;
        opinion_ask(model_of(reading), reading->glyphs, reading->count, view);
        if (reading->explain != NULL && view->outputs > 0) {
            size_t first = best_output(view, 0);
            explain_output(reading, 0);
            explain_output(reading, first);
            explain_output(reading, best_output(view, first));
        }
    }
    return view->outputs > 0 ? view : NULL;
}

/* An emergency is never vetoed, nor what consists of known words only ("灯坏了": the model has
 * learned from whole sentences), nor what is said to Loubot itself. */
bool reading_is_vetoed(struct reading *reading)
{
    if (reading->sum >= SURE_SUM || reading->best->urgency == URGENCY_EMERGENCY ||
        reading->residue == 0 || reading->hints->addressed || reading->hints->direct)
        return false;
    const struct opinion_view *view = ask(reading);
    if (view == NULL || view->margin[0] >= VETO_MARGIN)
        return false;
    reading_explain(reading, 0, reading->count, 0, "opinion: no report");
    return true;
}

bool reading_is_helped(struct reading *reading)
{
    if (reading->sum < HELP_SUM || reading->residue == 0)
        return false;
    const struct opinion_view *view = ask(reading);
    if (view == NULL || view->margin[0] <= HELP_MARGIN)
        return false;
    reading_explain(reading, 0, reading->count, 0, "opinion: a report");
    return true;
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
    for (size_t k = 1; k < view->outputs; k++) {
        const char *category = reading->lexicon->opinion_category[reading->lang][k];
        float score = view->margin[k] + vote_margin(poll_of(reading, category));
        if (category == lexicons)
            score += CHOICE_MARGIN;
        if (category == NULL || score <= best_score)
            continue;
        best = category;
        best_score = score;
    }
    return best;
}

/* What the lexicon decides alone: emergencies, texts of known words only, and what a line of
 * its files settles ([given …], firm), so that a community's own line has the last word. */
static bool is_settled(const struct reading *reading, const struct frame *best)
{
    return best->urgency == URGENCY_EMERGENCY || best->given || reading->residue == 0 ||
           (best->symptom != NULL && best->symptom->group->firm);
}

/* A frame of the category chosen tells the trouble; without one the lexicon's frame does, under
 * the other category, whose usual class goes with it. */
struct frame *reading_category(struct reading *reading, struct frame *best)
{
    const struct opinion_view *view = is_settled(reading, best) ? NULL : ask(reading);
    if (view == NULL)
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
