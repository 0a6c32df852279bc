/* roster_area.c: the areas that roles hold for, as a roster writes them: grid:1, building:4,
 * unit:4-2, micro:4a, flat:4-2-401, in English or Chinese words.
 *
 * When you add a kind of area: its row in area_words, its reading, and the example roster.
 */
#include <stdio.h>
#include <string.h>

#include "host/mem.h"
#include "people/roster_private.h"

static const struct building *building_of(struct reader *r, const char *name)
{
    const char *clean = place_normalise(r->roster->arena, name);
    const struct building *b = clean ? index_find_text(&r->c->by_building, clean) : NULL;
    if (!b)
        fault(r, "there is no building `%s` in community.yaml", name);
    return b;
}

/* The unit as a normalised name when the building has it. */
static const char *unit_of(struct reader *r, const struct building *b, const char *text)
{
    const char *name = place_normalise(r->roster->arena, text);
    int unit, used = 0;
    if (name && sscanf(name, "%3d%n", &unit, &used) == 1 && !name[used] && unit >= 1 &&
        unit <= b->units)
        return name;
    fault(r, "building %s has no unit `%s`; it has units 1 to %d", b->name, text, b->units);
    return NULL;
}

/* The room as a normalised name; where the rooms are listed, only one of those. */
static const char *room_of(struct reader *r, const struct building *b, const char *text)
{
    const char *name = place_normalise(r->roster->arena, text);
    for (size_t i = 0; name && i < b->room_count; i++)
        if (strcmp(b->rooms[i], name) == 0)
            return name;
    if (!name)
        fault(r, "`%s` is no room; write digits and letters", text);
    else if (b->room_count)
        fault(r, "building %s has no room `%s`; community.yaml lists its rooms", b->name, name);
    return b->room_count ? NULL : name;
}

/* Splits "a-b-c" in place; returns the number of parts, at most 3. */
static size_t split(char *text, char *parts[3])
{
    size_t n = 0;
    for (char *p = text; p && n < 3; n++) {
        parts[n] = p;
        p = n < 2 ? strchr(p, '-') : NULL;
        if (p)
            *p++ = '\0';
    }
    return n;
}

static const char *const area_words[AREA_KINDS][2] = {[AREA_GRID] = {"grid", "网格"},
                                                      [AREA_BUILDING] = {"building", "楼"},
                                                      [AREA_UNIT] = {"unit", "单元"},
                                                      [AREA_FLAT] = {"flat", "户"},
                                                      [AREA_MICRO] = {"micro", "微网格"}};

static bool place_area(struct reader *r, char *text, struct roster_area *w)
{
    static const size_t wanted[AREA_KINDS] = {
        [AREA_BUILDING] = 1, [AREA_UNIT] = 2, [AREA_FLAT] = 3};
    static const char *const forms[AREA_KINDS] = {
        [AREA_BUILDING] = "building:4", [AREA_UNIT] = "unit:4-2", [AREA_FLAT] = "flat:4-2-401"};
    char *parts[3] = {NULL, NULL, NULL};
    if (split(text, parts) != wanted[w->kind]) {
        fault(r, "the area is not complete; write for example %s", forms[w->kind]);
        return false;
    }
    const struct building *b = building_of(r, parts[0]);
    if (!b)
        return false;
    w->area.building = b->name;
    if (parts[1] && !(w->area.unit = unit_of(r, b, parts[1])))
        return false;
    if (parts[2] && !(w->room = room_of(r, b, parts[2])))
        return false;
    w->text = arena_printf(r->roster->arena, "%s:%s%s%s%s%s", area_words[w->kind][0], b->name,
                           parts[1] ? "-" : "", parts[1] ? w->area.unit : "",
                           parts[2] ? "-" : "", parts[2] ? w->room : "");
    return true;
}

static bool named_area(struct reader *r, const char *text, struct roster_area *w)
{
    const char *name = place_normalise(r->roster->arena, text);
    const struct building *first = name ? index_find_text(&r->c->grids, name) : NULL;
    if (w->kind == AREA_MICRO)
        w->micro = index_find_text(&r->c->by_micro_grid, text);
    else if (first)
        w->area.grid = first->grid;
    if (w->kind == AREA_MICRO && !w->micro)
        fault(r, "there is no micro-grid `%s` in community.yaml", text);
    if (w->kind == AREA_GRID && !first)
        fault(r, "there is no grid `%s`; no building in community.yaml lies in it", text);
    if (!w->micro && !w->area.grid)
        return false;
    w->text = arena_printf(r->roster->arena, "%s:%s", area_words[w->kind][0],
                           w->micro ? w->micro->name : w->area.grid);
    return true;
}

/* What stands behind the colon, ASCII or full width; NULL: there is none. The kind of area in
 * front of it goes to *ret_kind. */
static char *behind_colon(const char *text, enum area_kind *ret_kind)
{
    const char *colon = strchr(text, ':'), *wide = strstr(text, "：");
    if (wide && (!colon || wide < colon))
        colon = wide;
    size_t len = colon ? (size_t)(colon - text) : 0;
    *ret_kind = AREA_KINDS;
    for (int k = 0; k < AREA_KINDS; k++)
        for (int l = 0; l < 2; l++)
            if (len && strlen(area_words[k][l]) == len &&
                strncmp(area_words[k][l], text, len) == 0)
                *ret_kind = (enum area_kind)k;
    return colon ? (char *)colon + (*colon == ':' ? 1 : strlen("：")) : NULL;
}

bool roster_area_read(struct reader *r, struct roster_area *ret_area)
{
    *ret_area = (struct roster_area){.kind = AREA_KINDS, .text = ""};
    const char *text = roster_cell(r, COL_AREA);
    if (!*text)
        return true;
    char *place = behind_colon(text, &ret_area->kind);
    if (ret_area->kind == AREA_GRID || ret_area->kind == AREA_MICRO)
        return named_area(r, place, ret_area);
    if (ret_area->kind != AREA_KINDS)
        return place_area(r, place, ret_area);
    fault(r,
          "`%s` is no area; write grid:1, building:4, unit:4-2, micro:4a, flat:4-2-401 or "
          "nothing for the whole community",
          text);
    return false;
}
