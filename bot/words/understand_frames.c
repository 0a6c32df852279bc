/* understand_frames.c: what is in trouble: joins each symptom with the object it is said of,
 * takes troubles as they are, weighs what speaks for and against a report.
 *
 * Points: an object 1, a symptom 2 or its own weight, 1 for standing together, a trouble 4 or
 * its own weight; every mark of the text adds its weight once. REPORT_POINTS make a report. */
#include <stdlib.h>
#include <string.h>

#include "words/location.h"
#include "words/understand_inner.h"

#define SUPPORT 2       /* votes of other words that are worth a point */
#define REACH_BACK 12   /* glyphs from a symptom back to its object */
#define REACH_FORWARD 6 /* and forward */

static uint32_t distance(const struct hit *a, const struct hit *b)
{
    return a->to <= b->from ? b->from - a->to : b->to <= a->from ? a->from - b->to : 0;
}

static void undo(struct reading *reading, struct hit *hit, const struct hit *by)
{
    hit->off = true;
    reading_explain(reading, by->from, hit->to, 0, "undone: %s", hit->group->key);
}

/* "不漏", "没坏": a negation right before a symptom, or a word of repair over it. */
void reading_negations(struct reading *reading)
{
    if ((reading->marks & (UINT64_C(1) << MARK_NEGATION | UINT64_C(1) << MARK_REPAIRED)) == 0)
        return;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *no = &reading->hits[i];
        bool negation = no->group->mark == MARK_NEGATION && !no->inner;
        if (!negation && no->group->mark != MARK_REPAIRED)
            continue;
        for (size_t k = 0; k < reading->hit_count; k++) {
            struct hit *hit = &reading->hits[k];
            if (hit->group->kind != WORD_SYMPTOM && hit->group->kind != WORD_TROUBLE)
                continue;
            bool over = !negation && hit->tail >= no->from && hit->to <= no->to;
            if (over || (negation && hit->tail >= no->to && hit->tail - no->to <= 1 &&
                         hit->clause == no->clause))
                undo(reading, hit, no);
        }
    }
}

static const struct rule_def *rule_of(const struct lexicon *lexicon,
                                      const struct group_def *object,
                                      const struct group_def *symptom)
{
    if (object == NULL || symptom == NULL || object->tags == 0 || symptom->tags == 0)
        return NULL;
    for (size_t i = 0; i < lexicon->rule_count; i++) {
        const struct rule_def *rule = &lexicon->rules[i];
        if ((rule->object_tags & object->tags) && (rule->symptom_tags & symptom->tags))
            return rule;
    }
    return NULL;
}

static bool is_within(const struct hit *inside, const struct hit *outside)
{
    return inside->from >= outside->from && inside->to <= outside->to;
}

/* Whether the symptom can be said of the thing at all. A trouble that has its own category is
 * only said of things of that category. */
static bool may_be_said(const struct reading *reading, const struct group_def *object,
                        const struct group_def *symptom)
{
    if (symptom->only != 0 && (symptom->only & object->tags) == 0)
        return false;
    bool person = object->category != NULL && strcmp(object->category, "elderly_care") == 0;
    if ((object->yields || person) && symptom->kind == WORD_SYMPTOM && symptom->only == 0)
        return false; /* who sees to it, and who lives there, does not leak */
    if (symptom->kind != WORD_TROUBLE || symptom->category_else || object->category == NULL ||
        symptom->category == NULL || strcmp(symptom->category, object->category) == 0)
        return true;
    return rule_of(reading->lexicon, object, symptom) != NULL;
}

/* "电梯坏了，灯不亮": the thing has a symptom of its own behind it. */
static bool has_own_symptom(const struct reading *reading, const struct hit *object)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        bool symptom = hit->group->kind == WORD_SYMPTOM || hit->group->kind == WORD_TROUBLE;
        if (symptom && !hit->off && hit->clause == object->clause && hit->tail >= object->to)
            return true;
    }
    return false;
}

/* "顶楼的灯坏了": of two things the second is the one that is said of. */
static bool is_owner_of_another(const struct reading *reading, const struct hit *object,
                                const struct hit *symptom)
{
    if (!reading_is(reading, object->to, "的"))
        return false;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind == WORD_OBJECT && !hit->inner && hit->from == object->to + 1 &&
            hit->to <= symptom->from)
            return true;
    }
    return false;
}

/* What it costs to say the symptom of this object: the nearer the better, before rather than
 * behind, in the same clause; an object that a rule ties to the symptom is worth some way.
 * UINT32_MAX: out of reach. */
static uint32_t object_cost(const struct reading *reading, const struct hit *hit,
                            const struct hit *symptom)
{
    const struct group_def *group = hit->group;
    bool place = group->kind == WORD_PLACE && group->tags != 0;
    if ((group->kind != WORD_OBJECT && !place) ||
        (hit->inner && !(symptom->group->kind == WORD_TROUBLE && is_within(hit, symptom))) ||
        !may_be_said(reading, group, symptom->group) ||
        is_owner_of_another(reading, hit, symptom))
        return UINT32_MAX;
    bool tied = rule_of(reading->lexicon, group, symptom->group) != NULL;
    if (place && !tied)
        return UINT32_MAX;
    bool before = hit->from <= symptom->from || symptom->group->verb;
    uint32_t cost = distance(hit, symptom);
    if (cost > (before ? REACH_BACK : REACH_FORWARD) * (reading->has_han ? 1u : 5u))
        return UINT32_MAX;
    if (!before && (reading_joint(reading, symptom->to, hit->from) != 0 ||
                    (hit->clause != symptom->clause && has_own_symptom(reading, hit))))
        return UINT32_MAX;
    cost += (before ? 0 : 3) + 6 * (hit->clause != symptom->clause) + 8 * place;
    return tied ? cost : cost + 8;
}

static const struct hit *object_of(const struct reading *reading, const struct hit *symptom)
{
    const struct hit *best = NULL;
    uint32_t best_cost = UINT32_MAX;
    if ((reading->kinds & (1u << WORD_OBJECT | 1u << WORD_PLACE)) == 0)
        return NULL;
    for (size_t i = 0; i < reading->hit_count; i++) {
        uint32_t cost = object_cost(reading, &reading->hits[i], symptom);
        if (cost < best_cost) {
            best = &reading->hits[i];
            best_cost = cost;
        }
    }
    return best;
}

static int frame_points(const struct hit *object, const struct hit *symptom)
{
    const struct group_def *o = object != NULL ? object->group : NULL;
    int points = o == NULL ? 0 : o->weight != 0 ? o->weight : 1;
    if (symptom == NULL)
        return points;
    const struct group_def *s = symptom->group;
    bool trouble = s->kind == WORD_TROUBLE;
    if (s->only != 0 && o == NULL && !trouble)
        return 1;
    if (trouble && o != NULL && object->to > symptom->from && object->from < symptom->to)
        points = 0; /* the same words */
    points += s->weight != 0 ? s->weight : trouble ? 4 : 2;
    return points + (o != NULL && !trouble) - symptom->pair;
}

static void add_frame(struct reading *reading, const struct hit *object,
                      const struct hit *symptom)
{
    if (reading->frame_count == FRAMES_MAX)
        return;
    struct frame *frame = &reading->frames[reading->frame_count++];
    const struct group_def *o = object != NULL ? object->group : NULL;
    const struct group_def *s = symptom != NULL ? symptom->group : NULL;
    const struct hit *main = symptom != NULL ? symptom : object;
    *frame = (struct frame){.object = object,
                            .symptom = symptom,
                            .clause = main->clause,
                            .from = main->from,
                            .to = main->to};
    if (object != NULL && symptom != NULL) {
        frame->from = object->from < symptom->from ? object->from : symptom->from;
        frame->to = object->to > symptom->to ? object->to : symptom->to;
    }
    frame->rule = rule_of(reading->lexicon, o, s);
    const struct group_def *first = s != NULL && s->category != NULL && !s->category_else ? s
                                    : o != NULL && o->category != NULL                    ? o
                                                                                          : s;
    if (first != NULL) {
        frame->category = first->category;
        frame->code = first->code;
    }
    if (frame->rule != NULL && frame->rule->category != NULL) {
        frame->category = frame->rule->category;
        frame->code = frame->rule->code;
    }
    frame->points = frame_points(object, symptom);
    frame->yields = (o != NULL && o->yields) || (s != NULL && s->yields);
    frame->effect = frame->yields || (o != NULL && o->effect) || (s != NULL && s->effect);
    if (frame->rule != NULL)
        frame->points += frame->rule->weight;
    enum urgency u = s != NULL ? s->urgency : URGENCY_NORMAL;
    frame->urgency = frame->rule != NULL && frame->rule->urgency > u ? frame->rule->urgency : u;
    reading_explain(reading, frame->from, frame->to, frame->points, "frame %s × %s → %s",
                    o != NULL ? o->key : "-", s != NULL ? s->key : "-",
                    frame->category != NULL ? frame->category : "-");
}

/* A symptom that is nothing without its thing: "out", "cold". */
static bool says_nothing_alone(const struct group_def *symptom)
{
    return symptom->cue ||
           (symptom->kind == WORD_SYMPTOM && symptom->only != 0 && symptom->category == NULL);
}

void reading_frames(struct reading *reading)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->inner || hit->off)
            continue;
        if (hit->group->kind != WORD_SYMPTOM && hit->group->kind != WORD_TROUBLE)
            continue;
        const struct hit *object = object_of(reading, hit);
        if (object != NULL || !says_nothing_alone(hit->group))
            add_frame(reading, object, hit);
    }
    for (size_t i = 0; i < reading->hit_count; i++)
        if (reading->hits[i].group->kind == WORD_OBJECT && !reading->hits[i].inner)
            add_frame(reading, &reading->hits[i], NULL);
    reading_suppose(reading);
}

/* "修通了，还剩一段坑坑洼洼": a trouble named later is not over. */
static bool is_over(const struct reading *reading, const struct hit *mark)
{
    for (size_t i = 0; i < reading->frame_count; i++)
        if (reading->frames[i].symptom != NULL && reading->frames[i].to > mark->to &&
            reading->frames[i].points >= REPORT_POINTS)
            return false;
    return true;
}

/* Marks that colour only the clause they stand in. */
#define LOCAL_MARKS                                                                            \
    (UINT64_C(1) << MARK_PAST | UINT64_C(1) << MARK_ELSEWHERE | UINT64_C(1) << MARK_QUESTION | \
     UINT64_C(1) << MARK_TOPIC | UINT64_C(1) << MARK_YOU | UINT64_C(1) << MARK_PRAISE)

static bool is_part_of_pair(const struct reading *reading, const struct hit *mark)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->pair && hit->group->kind == WORD_SYMPTOM && is_within(mark, hit))
            return true;
    }
    return false;
}

/* "请问一下，1单元12楼的灯一直闪": who tells unit, floor or flat asks politely. */
static bool is_polite(const struct reading *reading, const struct frame *best)
{
    const struct location *where = &reading->where;
    return (best->object != NULL || where->place != NULL) &&
           best->points >= REPORT_POINTS - 1 &&
           (where->unit != NULL || where->floor != FLOOR_NONE || where->room != NULL);
}

/* What one mark weighs for the best frame. A trouble told before an enquiry stays a trouble:
 * "路段漆黑一片，请问什么时候修". */
static int mark_weight(const struct reading *reading, const struct frame *best,
                       const struct hit *mark)
{
    const struct group_def *group = mark->group;
    if (group->mark == MARK_REPAIRED && !is_over(reading, mark))
        return 0;
    if (best == NULL)
        return group->weight;
    if (group->mark == MARK_HYPOTHETICAL)
        return best->supposed ? group->weight : 0;
    if (LOCAL_MARKS >> group->mark & 1 && mark->clause != best->clause)
        return 0;
    if (group->weight < 0 && is_part_of_pair(reading, mark))
        return 0; /* "什么时候才修好" asks nothing */
    if (group->mark == MARK_ENQUIRY && best->points >= REPORT_POINTS &&
        mark->clause > best->clause)
        return group->weight / 4;
    if (group->mark == MARK_ENQUIRY && is_polite(reading, best))
        return group->weight / 4;
    return group->weight;
}

/* The heaviest mark of each kind counts; of small talk further words count too, up to a limit.
 */
static int mark_points(struct reading *reading, const struct frame *best)
{
    int heaviest[MARK_KINDS] = {0};
    int points = 0, chat = 0;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (hit->group->kind != WORD_MARK || hit->inner || hit->group->weight == 0)
            continue;
        int weight = mark_weight(reading, best, hit);
        int before = heaviest[hit->group->mark];
        if (hit->group->mark == MARK_CHAT && before != 0 && chat++ < 3)
            points--;
        if (abs(weight) <= abs(before))
            continue;
        heaviest[hit->group->mark] = weight;
        points += weight - before;
        reading_explain(reading, hit->from, hit->to, weight, "mark %s", hit->group->key);
    }
    return points;
}

/* A short text whose words are all known is about the trouble and nothing else. Words that only
 * hint at a trouble gain nothing by that. */
static int closed_points(struct reading *reading, const struct frame *best)
{
    const struct group_def *symptom =
        best != NULL && best->symptom != NULL ? best->symptom->group : NULL;
    if (symptom == NULL || symptom->cue || reading->residue * 6 > reading->count ||
        (symptom->kind == WORD_TROUBLE && symptom->weight != 0 && symptom->weight < 3))
        return 0;
    reading_explain(reading, 0, reading->count, 1, "nothing else in it");
    return 1;
}

/* Who names a flat or a floor speaks of where they live. */
static int place_points(struct reading *reading, const struct frame *best)
{
    const struct location *where = &reading->where;
    if (best == NULL || (where->building == NULL && where->unit == NULL &&
                         where->room == NULL && where->floor == FLOOR_NONE))
        return 0;
    reading_explain(reading, 0, reading->count, 1, "tells where");
    return 1;
}

static void fill_fault(const struct reading *reading, const struct frame *frame, enum lang lang,
                       struct fault_found *fault)
{
    struct location where = fault->where;
    *fault = (struct fault_found){.where = where};
    fault->category = frame->category;
    fault->code = frame->code;
    fault->urgency = frame->urgency;
    if (frame->object != NULL && frame->object->group->kind == WORD_OBJECT) {
        fault->object = frame->object->group->name[lang];
        fault->object_span = reading_span(reading, frame->object->from, frame->object->to);
    }
    if (frame->symptom != NULL) {
        fault->symptom =
            frame->symptom->group->nameless ? NULL : frame->symptom->group->name[lang];
        fault->symptom_span = reading_span(reading, frame->symptom->from, frame->symptom->to);
        fault->urgency_span =
            fault->urgency != URGENCY_NORMAL ? fault->symptom_span : fault->urgency_span;
    }
    int points = frame->points + reading->points;
    fault->score = points <= 0                   ? 0
                   : points >= 2 * REPORT_POINTS ? 1
                                                 : points / (2.0 * REPORT_POINTS);
}

static bool is_other_trouble(const struct reading *reading, const struct frame *a,
                             const struct frame *b)
{
    if (a->category == NULL || b->category == NULL ||
        (a->object != NULL && a->object == b->object))
        return false;
    const struct frame *first = a->from < b->from ? a : b, *second = first == a ? b : a;
    if (reading_is_effect(reading, second, first))
        return false;
    bool alarm = a->urgency == URGENCY_EMERGENCY || b->urgency == URGENCY_EMERGENCY;
    if (a->clause == b->clause && (alarm || !reading_joint(reading, first->to, second->from)))
        return false;
    return strcmp(a->category, b->category) != 0;
}

/* Whether a frame tells a trouble besides those already picked. What names no thing ("停水")
 * does so only in a clause of its own that tells where. */
static bool is_further(const struct reading *reading, const struct frame *frame,
                       const struct frame *const *picked, size_t count)
{
    if (frame->symptom == NULL || frame->symptom->group->nameless ||
        frame->points + reading->points < REPORT_POINTS || frame->points < REPORT_POINTS)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_other_trouble(reading, picked[i], frame) ||
            (frame->object == NULL && frame->clause == picked[i]->clause))
            return false;
    return frame->object != NULL || reading_has_own_place(reading, frame->from);
}

/* Further troubles, all in the text's order. */
static void fill_faults(struct reading *reading, const struct frame *best,
                        struct meaning *meaning)
{
    const struct frame *picked[MEANING_MORE + 1] = {best};
    size_t count = 1;
    for (size_t i = 0; i < reading->frame_count && count <= MEANING_MORE; i++)
        if (is_further(reading, &reading->frames[i], picked, count))
            picked[count++] = &reading->frames[i];
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && picked[k]->from < picked[k - 1]->from; k--) {
            const struct frame *swap = picked[k];
            picked[k] = picked[k - 1];
            picked[k - 1] = swap;
        }
    if (count == 1)
        return;
    fill_fault(reading, picked[0], meaning->lang, &meaning->fault);
    for (size_t i = 1; i < count; i++)
        fill_fault(reading, picked[i], meaning->lang, &meaning->more[meaning->more_count++]);
    reading_share_places(reading, meaning, picked);
}

/* What a text says that is a report. */
static void tell(struct reading *reading, struct frame *best, struct meaning *meaning)
{
    best = reading_category(reading, best);
    if (best->category == NULL)
        return;
    fill_fault(reading, best, meaning->lang, &meaning->fault);
    fill_faults(reading, best, meaning);
    reading_urgency(reading, best, &meaning->fault);
    meaning->report = true;
    meaning->unsure = false;
    meaning->intent =
        meaning->fault.urgency == URGENCY_EMERGENCY ? INTENT_EMERGENCY : INTENT_REPORT;
}

void reading_faults(struct reading *reading, struct meaning *meaning)
{
    struct frame *best = reading->best = reading_vote(reading);
    int top = 0; /* the surest frame decides whether, the best one what */
    for (size_t i = 0; i < reading->frame_count; i++)
        if (reading->frames[i].symptom != NULL && reading->frames[i].points > top)
            top = reading->frames[i].points;
    reading->points = mark_points(reading, best) + closed_points(reading, best) +
                      place_points(reading, best) + (reading->support >= SUPPORT);
    if (best == NULL)
        return;
    fill_fault(reading, best, meaning->lang, &meaning->fault);
    bool complaint =
        (reading->marks & (UINT64_C(1) << MARK_COMPLAINT | UINT64_C(1) << MARK_REQUEST |
                           UINT64_C(1) << MARK_GRIEVANCE)) != 0;
    bool symptom =
        best->symptom != NULL || (complaint && best->object->group->category != NULL);
    top = best->points > top ? best->points : top;
    reading->sum = symptom && best->category != NULL ? top + reading->points : 0;
    if (reading->sum >= REPORT_POINTS && reading_is_report(reading))
        tell(reading, best, meaning);
    meaning->unsure = symptom && !meaning->report && reading->hints->addressed &&
                      best->points >= REPORT_POINTS - 1;
}

void reading_help(struct reading *reading, struct meaning *meaning)
{
    if (reading->best == NULL || reading->sum >= REPORT_POINTS ||
        (reading->marks >> MARK_WISH & 1) != 0 || !reading_is_report(reading))
        return;
    tell(reading, reading->best, meaning);
}
