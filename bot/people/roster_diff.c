/* roster_diff.c: see roster_diff.h. Each roster is taken apart into facts, an id and a text
 * each; two sorted lists of facts are walked side by side.
 *
 * When you add a column to roster.c, it gets its fact here.
 */
#include "people/roster_diff.h"

#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/mem.h"
#include "people/community_private.h"

#define FACTS_ARENA_MAX ((size_t)1024 * 1024 * 1024)
#define WHAT_MAX (64u * 1024)

struct fact {
    const char *id, *text;
};

struct facts {
    struct arena *arena;
    struct fact *list; /* malloc'ed */
    size_t count, room, at;
};

static void add(struct facts *facts, const char *id, const char *text)
{
    if (facts->count == facts->room) {
        facts->room = 2 * facts->room + 64;
        facts->list = xrealloc(facts->list, facts->room * sizeof *facts->list);
    }
    facts->list[facts->count++] = (struct fact){id, text};
}

static const char *day(struct facts *facts, const char *word, int day)
{
    return day ? arena_printf(facts->arena, " %s %04d-%02d-%02d", word, day / 10000,
                              day / 100 % 100, day % 100)
               : "";
}

static void add_row(struct facts *facts, const struct roster_row *row)
{
    const char *owner = owner_name(row->owner);
    add(facts, row->member->id,
        arena_printf(facts->arena, "%s%s%s%s%s%s%s%s%s", row->role, owner ? " " : "",
                     owner ? owner : "", *row->area ? " " : "", row->area,
                     day(facts, "from", row->from), day(facts, "until", row->until),
                     *row->deputy ? " deputy " : "", row->deputy));
}

static void add_member(struct facts *facts, const struct member *member)
{
    add(facts, member->id, arena_printf(facts->arena, "name %s", member->name));
    if (member->wants_direct)
        add(facts, member->id, "direct");
    for (size_t i = 0; i < member->identity_count; i++)
        add(facts, member->id,
            arena_printf(facts->arena, "account %s:%s", member->identities[i].adapter,
                         member->identities[i].user));
}

static int by_id_and_text(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : strcmp(x->text, y->text);
}

static void facts_of(const struct roster *roster, struct facts *facts)
{
    *facts = (struct facts){.arena = arena_create(FACTS_ARENA_MAX)};
    for (size_t i = 0; i < roster->member_count; i++)
        add_member(facts, roster->members[i]);
    for (size_t i = 0; i < roster->row_count; i++)
        add_row(facts, &roster->rows[i]);
    if (facts->count)
        qsort(facts->list, facts->count, sizeof *facts->list, by_id_and_text);
}

static void facts_finish(struct facts *facts)
{
    free(facts->list);
    arena_destroy(&facts->arena);
}

static const struct fact *first(const struct facts *facts)
{
    return facts->at < facts->count ? &facts->list[facts->at] : NULL;
}

static void tell(struct buf *what, char sign, const struct fact *fact)
{
    buf_printf(what, "%s%c%s", what->len ? "; " : "", sign, fact->text);
}

/* The facts of one id in both lists. */
static void compare(struct facts *old, struct facts *now, const char *id, struct buf *what)
{
    for (;;) {
        const struct fact *a = first(old), *b = first(now);
        a = a && strcmp(a->id, id) == 0 ? a : NULL;
        b = b && strcmp(b->id, id) == 0 ? b : NULL;
        if (!a && !b)
            return;
        int order = !a ? 1 : !b ? -1 : strcmp(a->text, b->text);
        if (order < 0)
            tell(what, '-', a);
        else if (order > 0)
            tell(what, '+', b);
        old->at += order <= 0;
        now->at += order >= 0;
    }
}

static const char *lesser(const struct fact *a, const struct fact *b)
{
    if (!a || !b)
        return a ? a->id : b->id;
    return strcmp(a->id, b->id) < 0 ? a->id : b->id;
}

void roster_diff(const struct community *old, const struct community *now, roster_diff_cb *cb,
                 void *arg)
{
    struct facts before, after;
    facts_of(old->roster, &before);
    facts_of(now->roster, &after);
    while (first(&before) || first(&after)) {
        struct difference d = {.id = lesser(first(&before), first(&after))};
        const struct member *was = community_member(old, d.id),
                            *is = community_member(now, d.id);
        struct buf what;
        buf_init(&what, WHAT_MAX);
        compare(&before, &after, d.id, &what);
        d.kind = !was ? DIFFERENCE_ADDED : !is ? DIFFERENCE_GONE : DIFFERENCE_CHANGED;
        d.name = is ? is->name : was->name;
        d.what = buf_text(&what);
        if (what.len || what.failed)
            cb(arg, &d);
        buf_finish(&what);
    }
    facts_finish(&before);
    facts_finish(&after);
}
