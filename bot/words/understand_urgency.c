/* understand_urgency.c: how urgent the trouble is: the most urgent of all that the words of the
 * text say of it, weighed against the opinion (understand_opinion.c), which has learned from
 * sentences whose urgency is told. */
#include "words/understand_inner.h"

#define SURE_FRAME 3 /* points of what is told beside a trouble of the same kind */

static void raise_urgency(const struct reading *reading, struct fault_found *fault,
                          enum urgency urgency, uint32_t from, uint32_t to)
{
    if (urgency <= fault->urgency)
        return;
    fault->urgency = urgency;
    fault->urgency_span = reading_span(reading, from, to);
}

static bool is_alarm(const struct frame *best, const struct hit *hit)
{
    const struct group_def *group = hit->group;
    if (group->mark != MARK_URGENT || group->category == NULL)
        return group->mark == MARK_URGENT;
    return !hit->inner && group->category == best->category &&
           (best->object == NULL || group->only == 0 ||
            (best->object->group->tags & group->only) != 0);
}

/* Words that make any trouble an emergency; those with a category only one of that:
 * "电梯不动了， 里面有人", which is told by its own name then. */
static void hear_alarm(const struct reading *reading, const struct frame *best,
                       struct fault_found *fault, const struct hit *hit)
{
    const struct group_def *group = hit->group;
    if (group->urgency != URGENCY_EMERGENCY || !is_alarm(best, hit))
        return;
    if (group->value != NULL && fault->urgency < URGENCY_EMERGENCY) {
        fault->symptom = group->value;
        fault->symptom_span = (struct span){0, 0};
    }
    raise_urgency(reading, fault, URGENCY_EMERGENCY, hit->from, hit->to);
}

/* The most urgent of all that is said of the trouble counts ("a line is down across the drive,
 * sparking"). An emergency that is told of ("经常困人", "被困事件") is none now, but urgent; so
 * is what the text itself calls so. */
void reading_urgency(struct reading *reading, const struct frame *best,
                     struct fault_found *fault)
{
    for (size_t i = 0; i < reading->frame_count; i++) {
        const struct frame *frame = &reading->frames[i];
        if (frame->category == fault->category && frame->points >= SURE_FRAME)
            raise_urgency(reading, fault, frame->urgency, frame->from, frame->to);
    }
    for (size_t i = 0; i < reading->hit_count; i++)
        hear_alarm(reading, best, fault, &reading->hits[i]);
    if (fault->urgency == URGENCY_EMERGENCY && reading->marks >> MARK_INCIDENT & 1)
        fault->urgency = URGENCY_URGENT;
    for (size_t i = 0; i < reading->hit_count; i++) {
        const struct hit *hit = &reading->hits[i];
        if (is_alarm(best, hit))
            raise_urgency(reading, fault, URGENCY_URGENT, hit->from, hit->to);
    }
    enum urgency weighed = reading_weigh_urgency(reading, fault->urgency);
    if (weighed != fault->urgency)
        fault->urgency_span = (struct span){0, 0};
    fault->urgency = weighed;
}
