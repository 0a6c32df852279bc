/* understand_supposed.c: troubles that are only imagined: "万一着火怎么办", "要是电梯停了，
 * 老人被困住怎么办". What stands beside them and is not imagined stays a report:
 * "楼道堆了好多纸箱， 万一着火怎么办" tells of boxes. */
#include "words/understand_inner.h"

#define SURE_FRAME 4 /* points of a trouble that is told */

static bool is_mark(const struct hit *hit, enum mark mark)
{
    return hit->group->kind == WORD_MARK && hit->group->mark == mark && !hit->inner;
}

/* "怎么办", "谁负责" in this clause or, if wanted, behind it. */
static bool asks(const struct reading *reading, uint32_t clause, bool behind)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if ((is_mark(hit, MARK_QUESTION) || is_mark(hit, MARK_ENQUIRY)) &&
            (hit->clause == clause || (behind && hit->clause > clause)))
            return true;
    }
    return false;
}

static bool has_trouble(const struct reading *reading, uint32_t clause)
{
    for (size_t i = 0; i < reading->frame_count; i++)
        if (reading->frames[i].symptom != NULL && reading->frames[i].clause == clause)
            return true;
    return false;
}

/* "如果" colours its own clause, and one behind it that goes on with the question. */
static bool is_supposed(const struct reading *reading, uint32_t clause)
{
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (!is_mark(hit, MARK_HYPOTHETICAL) || hit->clause > clause)
            continue;
        if (hit->clause == clause || asks(reading, clause, has_trouble(reading, hit->clause)))
            return true;
    }
    return false;
}

void reading_suppose(struct reading *reading)
{
    bool real = false;
    if ((reading->marks >> MARK_HYPOTHETICAL & 1) == 0)
        return;
    for (size_t i = 0; i < reading->frame_count; i++) {
        struct frame *frame = &reading->frames[i];
        frame->supposed = is_supposed(reading, frame->clause);
        real |= !frame->supposed && frame->symptom != NULL && frame->points >= SURE_FRAME;
    }
    size_t left = 0;
    for (size_t i = 0; i < reading->frame_count; i++)
        if (!real || !reading->frames[i].supposed)
            reading->frames[left++] = reading->frames[i];
    reading->frame_count = left;
}
