/* emergency.c: what to do and whom to call, before anything else (PEOPLE.md, manners). The
 * texts are templates advice_<kind>; the kind follows from category and class. */
#include "handlers/skills.h"

#include <string.h>

bool emergency_is(const struct event *event)
{
    return event->urgency == URGENCY_EMERGENCY;
}

static const char *advice_of(const struct event *event)
{
    static const struct {
        const char *word, *template;
    } by_category[] = {
        {"gas", "advice_gas"},
        {"elevator", "advice_lift"},
        {"fire_safety", "advice_fire"},
        {"power", "advice_power"},
        {"water_supply", "advice_water"},
        {"elderly_care", "advice_medical"},
        {"public_safety", "advice_police"},
    };
    if (is_same(event->symptom, "险情") || is_same(event->symptom, "danger to life"))
        return "advice_rescue";
    if (is_same(event->symptom, "伤人") || is_same(event->symptom, "somebody hurt"))
        return "advice_medical";
    for (size_t i = 0; i < sizeof by_category / sizeof *by_category; i++)
        if (is_same(event->category, by_category[i].word))
            return by_category[i].template;
    return "advice_danger";
}

void emergency_advise(struct turn *turn, const struct event *event)
{
    struct outgoing *out = turn_answer(turn, advice_of(event), event->lang);
    out->lane = LANE_EMERGENCY;
    say_event(turn, out, event);
}
