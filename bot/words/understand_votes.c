/* understand_votes.c: what the trouble is: every word of the text votes for its category, and
 * the category with most votes is taken; its best frame says the rest (thing, symptom, class).
 *
 * A frame votes with its points, once for each symptom; a thing that stands in no frame votes
 * with 1. Where two troubles are named and one is known to be the point of it ("the fire lane
 * is full of cars"), a line [given …] of the lexicon hands the votes over first. */
#include <string.h>

#include "words/understand_inner.h"

#define SURE_FRAME 4  /* points of a thing and its trouble */
#define JOINTS_FIRM 6 /* of the words that join: 物业也不管 is no further trouble */
#define LONE_MAX 2    /* what the things without a symptom may add to a category */

/* All categories are names of one table, so equal names are the same pointer. */
static struct poll *poll_of(struct poll *polls, size_t *count, const char *category)
{
    for (size_t i = 0; i < *count; i++)
        if (polls[i].category == category)
            return &polls[i];
    polls[*count] = (struct poll){.category = category};
    return &polls[(*count)++];
}

/* The tags of all that the text names. */
static uint64_t tags_named(const struct reading *reading)
{
    uint64_t tags = 0;
    for (size_t i = 0; i < reading->hit_count; i++)
        if (!reading->hits[i].inner && !reading->hits[i].off)
            tags |= reading->hits[i].group->tags;
    return tags;
}

static bool hands_over(const struct given_def *given, const char *category)
{
    for (size_t i = 0; i < given->take_count; i++)
        if (given->take[i] == category)
            return true;
    return false;
}

/* Frames of a category that has to step back behind what the text also names. */
static void hand_over(struct reading *reading)
{
    const struct lexicon *lexicon = reading->lexicon;
    uint64_t tags = lexicon->given_count > 0 ? tags_named(reading) : 0;
    for (size_t g = 0; g < lexicon->given_count; g++) {
        const struct given_def *given = &lexicon->givens[g];
        if ((given->tags & tags) == 0 || (given->with != 0 && (given->with & tags) == 0))
            continue;
        for (size_t i = 0; i < reading->frame_count; i++) {
            struct frame *frame = &reading->frames[i];
            if (frame->symptom == NULL || frame->symptom->group->firm ||
                !hands_over(given, frame->category))
                continue;
            frame->category = given->category;
            frame->code = given->code;
            frame->given = given->own;
            reading_explain(reading, frame->from, frame->to, 0, "given %s:%d → %s", given->file,
                            given->line, given->category);
        }
    }
}

static bool overlaps(const struct hit *a, const struct hit *b)
{
    return a != NULL && b != NULL && a->tail < b->to && b->tail < a->to;
}

/* What a frame adds to its category: the points of what no frame before it has voted with. */
static int fresh_points(const struct reading *reading, const struct frame *frame, size_t at)
{
    int points = frame->points;
    for (size_t i = 0; i < at; i++) {
        const struct frame *before = &reading->frames[i];
        if (before->category != frame->category)
            continue;
        if (overlaps(frame->symptom, before->symptom) ||
            (frame->symptom != NULL && before->symptom != NULL &&
             before->symptom->group == frame->symptom->group))
            return 0;
        if (frame->object != NULL && before->object != NULL &&
            frame->object->group == before->object->group)
            points = frame->symptom != NULL && frame->points > 1 ? points - 1 : 0;
    }
    return points;
}

/* More points, where yielding costs one; at a tie one that does not yield, then the more
 * urgent, then one whose symptom has a name, then the first; of mere things the last, which is
 * the head of a title. */
static bool is_better(const struct frame *frame, const struct frame *best)
{
    int points = frame->points - frame->yields, best_points = best->points - best->yields;
    if (points != best_points)
        return points > best_points;
    if (frame->yields != best->yields)
        return best->yields;
    if (frame->urgency != best->urgency)
        return frame->urgency > best->urgency;
    if (frame->symptom == NULL || best->symptom == NULL)
        return frame->symptom == NULL && best->symptom == NULL;
    return best->symptom->group->nameless && !frame->symptom->group->nameless;
}

/* Best first, else as they stand in the text: of words that overlap the best votes. */
static void sort_frames(struct reading *reading)
{
    for (size_t i = 1; i < reading->frame_count; i++) {
        struct frame frame = reading->frames[i];
        size_t k = i;
        for (; k > 0 && reading->frames[k - 1].points < frame.points; k--)
            reading->frames[k] = reading->frames[k - 1];
        reading->frames[k] = frame;
    }
}

static void cast(struct reading *reading, struct poll *poll, size_t at)
{
    struct frame *frame = &reading->frames[at];
    if (poll->best == NULL || is_better(frame, poll->best))
        poll->best = frame;
    int points = fresh_points(reading, frame, at);
    if (frame->symptom == NULL && points > 0 && ++poll->lone > LONE_MAX)
        return;
    poll->points += points <= 0 ? 0 : frame->yields ? (points + 1) / 2 : points;
}

int poll_standing(const struct poll *poll)
{
    return poll->points + poll->best->points - poll->best->yields;
}

bool reading_is_effect(const struct reading *reading, const struct frame *a,
                       const struct frame *b)
{
    static const char *const joints[] = {"还有", "另",   "同时", "以及", "其次", ";",
                                         "也",   "and ", "also", "plus", NULL};
    if (!a->effect || b->effect || a->from < b->to)
        return false;
    for (uint32_t at = b->to; at < a->to; at++)
        for (size_t i = 0; joints[i] != NULL && i < (a->yields ? JOINTS_FIRM : SIZE_MAX); i++)
            if (reading_is(reading, at, joints[i]))
                return false;
    return true;
}

/* The trouble before, of which the best is only the effect. */
static struct frame *cause_of(struct reading *reading, struct frame *best)
{
    for (size_t i = 0; i < reading->frame_count && best->effect; i++) {
        struct frame *frame = &reading->frames[i];
        if (frame->object != NULL && frame->symptom != NULL && frame->points >= SURE_FRAME &&
            reading_is_effect(reading, best, frame))
            return frame;
    }
    return best;
}

struct frame *reading_vote(struct reading *reading)
{
    struct poll *polls = reading->polls;
    size_t count = 0;
    hand_over(reading);
    sort_frames(reading);
    for (size_t i = 0; i < reading->frame_count; i++)
        cast(reading, poll_of(polls, &count, reading->frames[i].category), i);
    reading->poll_count = count;
    const struct poll *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct poll *poll = &polls[i];
        if (reading->explain != NULL && poll->category != NULL)
            reading_explain(reading, poll->best->from, poll->best->to, poll_standing(poll),
                            "votes %s", poll->category);
        if (best == NULL || poll_standing(poll) > poll_standing(best) ||
            (poll_standing(poll) == poll_standing(best) && is_better(poll->best, best->best)))
            best = poll;
    }
    if (best == NULL)
        return NULL;
    reading->support = best->points - best->best->points;
    return cause_of(reading, best->best);
}
