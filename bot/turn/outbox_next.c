/* outbox_next.c: what a group will never take goes the next way to those whom it mentions: to
 * each of the staff among them in the direct chat (DESIGN §3.10). The refused row is kept for
 * the operator, its events' trails say so, and the new rows are queued, all in one script.
 *
 * The direct chat of somebody may belong to another account.
 */
#include "host/mem.h"
#include "turn/outbox.h"

/* The row once more, for one person. */
static const char *row_to(const struct entry *entry, const char *member, struct arena *arena)
{
    struct outgoing out = entry->row.out;
    for (size_t i = 0; i < entry->row.number_count; i++) {
        struct event *event = arena_alloc(arena, sizeof *event);
        event->id = entry->row.numbers[i];
        out.events[i] = event;
    }
    out.event_count = entry->row.number_count;
    out.group = "dm";
    out.member = member;
    out.mention_count = 0;
    out.quote = out.quote_member = out.replace_key = NULL;
    return row_encode(&out, entry->row.owner, entry->row.queued_ms, arena);
}

void outbox_refused(struct outbox *outbox, struct entry *entry, const char *why)
{
    struct core *core = outbox->account->core;
    struct home *home = entry->home;
    const struct outgoing *out = &entry->row.out;
    struct report *r = outbox_park(outbox, entry, why, true);
    for (size_t i = 0; !out->member && !out->reaction && i < out->mention_count; i++) {
        const struct member *member = community_member(home->community, out->mentions[i]);
        const char *user;
        struct account *account =
            member && member_is_staff(member)
                ? core_reach(core, home, "dm", member->id, r->arena, &user)
                : NULL;
        if (!account)
            continue;
        r->argv[r->argc++] = arena_strdup(r->arena, account->outbox->name);
        r->argv[r->argc++] = arena_printf(r->arena, "%s@%zu", entry->id, i + 1);
        r->argv[r->argc++] = row_to(entry, member->id, r->arena);
    }
    outbox_park_start(r);
}

void outbox_next_ways(struct core *core, struct home *home)
{
    for (struct account *account = core->accounts; account; account = account->next)
        outbox_load(account->outbox, home);
}
