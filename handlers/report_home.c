/* report_home.c: somebody whose flat is known writes in direct chat and tells no place: "our"
 * place is his flat, and what belongs to the building is in his unit and on his floor. The
 * answer says so, and he may correct it. In a group nobody's flat is told. */
#include "handlers/skills.h"

#include <stdlib.h>
#include <string.h>

/* "5-1-101" of the roster. False: he is bound to no flat. */
static bool home_of(const struct turn *turn, struct location *ret_home)
{
    const char *flat = turn->sender->household;
    const char *unit = flat ? strchr(flat, '-') : NULL,
               *room = unit ? strrchr(flat, '-') : NULL;
    if (!unit || room == unit)
        return false;
    size_t digits = strspn(room + 1, "0123456789");
    *ret_home = (struct location){
        .building = turn->sender->building,
        .unit = arena_strndup(turn->arena, unit + 1, (size_t)(room - unit - 1)),
        .room = room + 1,
        .floor = digits > 2 ? atoi(room + 1) / 100 : FLOOR_NONE,
        .floor_to = FLOOR_NONE};
    return true;
}

static bool is_implied(const struct turn *turn, const struct event *event,
                       const struct location *told)
{
    bool behalf = is_same(turn->meaning->command, "on_behalf");
    return turn->group->kind == GROUP_DIRECT && !behalf && !told->unit && !told->room &&
           is_same(event->building, turn->sender->building) && !report_is_outside(event);
}

/* "我家", "my": his own flat; but what is off in the whole building is no matter of one flat.
 */
static bool is_own_flat(const struct turn *turn, const struct event *event)
{
    return turn_word_in(turn, "home", turn->text, NULL) &&
           (emergency_is(event) || !report_is_wide(event));
}

bool report_take_home(struct turn *turn, struct event *event, const struct location *told)
{
    struct location home;
    if (!is_implied(turn, event, told) || !home_of(turn, &home))
        return false;
    bool own = is_own_flat(turn, event);
    if (!own)
        home.room = NULL;
    if (own || told->floor != FLOOR_NONE || !report_lacks_floor(turn, event))
        home.floor = FLOOR_NONE;
    return report_take_place(turn, event, &home);
}

/* Another unit than his own was told: the room that was his is not meant any more. */
void report_leave_home(const struct turn *turn, struct event *event,
                       const struct location *told)
{
    struct location home;
    if (event->room && !told->room && home_of(turn, &home) && is_same(event->room, home.room) &&
        !is_same(event->unit, home.unit))
        event->room = NULL;
}
