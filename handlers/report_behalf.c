/* report_behalf.c: staff report for somebody who does not write himself:
 * "代报：26号楼张大爷家水管漏水 301", "替301的老人报 …". The trouble is his, who told it is
 * noted beside him. */
#include "handlers/skills.h"

#include <string.h>

/* "代报：26号楼张大爷家…": whose trouble it is. Somebody unknown gets an id made of his name.
 */
const char *report_named(const struct turn *turn, const char *building)
{
    static const char *const titles[] = {"大爷", "大妈", "大姐", "大哥", "阿姨", "叔叔", "奶奶",
                                         "爷爷", "先生", "女士", "师傅", "老师", "大叔"};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        const char *at = strstr(turn->text, titles[i]);
        if (!at || at - turn->text < 3)
            continue; /* one character of a surname stands in front, three bytes */
        const char *name = arena_strndup(turn->arena, at - 3, 3 + strlen(titles[i]));
        const struct member *known = community_member_by_name(turn->community, name);
        if (known && is_same(known->building, building))
            return known->id;
        return community_sender(turn->community, turn->input->adapter, turn->input->account,
                                name, name, NULL, turn->arena)
            ->id;
    }
    return turn->sender->id;
}

/* "… 301" at the end, as one writes it down in a hurry. */
static const char *trailing_room(const struct turn *turn)
{
    size_t len = strlen(turn->text), from = len;
    while (from && turn->text[from - 1] >= '0' && turn->text[from - 1] <= '9')
        from--;
    const char *comma = "，";
    bool apart = from && (turn->text[from - 1] == ' ' || turn->text[from - 1] == ',');
    if (from >= strlen(comma))
        apart |= strncmp(turn->text + from - strlen(comma), comma, strlen(comma)) == 0;
    bool room = len - from >= 3 && len - from <= 4 && apart;
    return room ? arena_strdup(turn->arena, turn->text + from) : NULL;
}

/* "替301的老人报", "帮402室张大爷报". */
static const char *room_of_whom(const struct turn *turn)
{
    static const char *const behind[] = {"的", "室", "家", "户"};
    for (const char *p = turn->text; *p; p++) {
        size_t len = strspn(p, "0123456789");
        for (size_t i = 0; (len == 3 || len == 4) && i < sizeof behind / sizeof *behind; i++)
            if (strncmp(p + len, behind[i], strlen(behind[i])) == 0)
                return arena_strndup(turn->arena, p, len);
        p += len ? len - 1 : 0;
    }
    return NULL;
}

void report_take_reporter(const struct turn *turn, struct event *event)
{
    if (!turn->staff || !is_same(turn->meaning->command, "on_behalf"))
        return;
    if (!event->room)
        event->room = trailing_room(turn);
    if (!event->room)
        event->room = room_of_whom(turn);
    event->via = turn->sender->id;
    event->reporter = report_named(turn, event->building);
}

/* "代报", and nothing of what. */
bool report_is_bare_behalf(const struct turn *turn)
{
    return turn->staff && is_same(turn->meaning->command, "on_behalf") &&
           turn->group->kind != GROUP_BUILDING;
}
