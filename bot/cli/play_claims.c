#include "cli/play_claims.h"

#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/mem.h"

struct said {
    char *group, *person, *text;
    bool claimed;
};

struct play_claims {
    struct said *said;
    size_t count, room;
};

struct play_claims *play_claims_create(void)
{
    return xcalloc(1, sizeof(struct play_claims));
}

void play_claims_destroy(struct play_claims **claims)
{
    if (!*claims)
        return;
    for (size_t i = 0; i < (*claims)->count; i++) {
        free((*claims)->said[i].group);
        free((*claims)->said[i].person);
        free((*claims)->said[i].text);
    }
    free((*claims)->said);
    free(*claims);
    *claims = NULL;
}

void play_claims_add(struct play_claims *claims, const char *group, const char *person,
                     const char *text)
{
    if (claims->count == claims->room) {
        claims->room = claims->room ? claims->room * 2 : 64;
        claims->said = xrealloc(claims->said, claims->room * sizeof *claims->said);
    }
    claims->said[claims->count++] =
        (struct said){xstrdup(group), person ? xstrdup(person) : NULL, xstrdup(text), false};
}

/* Past one character of UTF-8. */
static const char *next_char(const char *text)
{
    do {
        text++;
    } while ((*text & 0xc0) == 0x80);
    return text;
}

bool play_glob(const char *glob, const char *text)
{
    const char *star = NULL,
               *retry = NULL; /* after the last `*`, and where it has matched to */
    while (*text) {
        if (*glob == '*') {
            star = ++glob;
            retry = text;
        } else if (*glob == '?') {
            glob++;
            text = next_char(text);
        } else if (*glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star;
            text = retry = next_char(retry);
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

static bool is_there(const struct play_expect *expect, const struct said *said)
{
    if (strcmp(expect->group, PLAY_ALL) == 0)
        return strcmp(said->group, PLAY_DIRECT) != 0;
    if (strcmp(expect->group, said->group) != 0)
        return false;
    return !expect->person || (said->person && strcmp(expect->person, said->person) == 0);
}

/* The first glob that does not match, or NULL. */
static const char *mismatch(const struct play_expect *expect, const char *text)
{
    for (size_t i = 0; i < expect->glob_count; i++) {
        if (!play_glob(expect->globs[i], text))
            return expect->globs[i];
    }
    return NULL;
}

static bool check_next(struct play_claims *claims, const struct play_expect *expect,
                       struct buf *why)
{
    for (size_t i = 0; i < claims->count; i++) {
        struct said *said = &claims->said[i];
        if (said->claimed || !is_there(expect, said))
            continue;
        said->claimed = true;
        const char *glob = mismatch(expect, said->text);
        if (!glob)
            return true;
        buf_printf(why, "%s does not match\n%s", glob, said->text);
        return false;
    }
    buf_puts(why, "nothing was said");
    return false;
}

static bool check_count(struct play_claims *claims, const struct play_expect *expect,
                        struct buf *why)
{
    int found = 0;
    for (size_t i = 0; i < claims->count; i++) {
        struct said *said = &claims->said[i];
        if (said->claimed || !is_there(expect, said) || mismatch(expect, said->text))
            continue;
        said->claimed = true;
        found++;
        buf_printf(why, "\n%s", said->text);
    }
    if (found >= expect->min && found <= expect->max) {
        buf_clear(why);
        return true;
    }
    struct buf list = *why;
    buf_init(why, list.max);
    buf_printf(why, "%d %s there%s", found, found == 1 ? "is" : "are", buf_text(&list));
    buf_finish(&list);
    return false;
}

static bool check_never(const struct play_claims *claims, const struct play_expect *expect,
                        struct buf *why)
{
    for (size_t i = 0; i < claims->count; i++) {
        const struct said *said = &claims->said[i];
        if (!is_there(expect, said) || mismatch(expect, said->text))
            continue;
        buf_printf(why, "it was said in %s%s%s\n%s", said->group, said->person ? " " : "",
                   said->person ? said->person : "", said->text);
        return false;
    }
    return true;
}

bool play_claims_check(struct play_claims *claims, const struct play_expect *expect,
                       struct buf *why)
{
    buf_clear(why);
    switch (expect->kind) {
    case PLAY_NEXT:
        return check_next(claims, expect, why);
    case PLAY_EXACT:
        return check_count(claims, expect, why);
    default:
        return check_never(claims, expect, why);
    }
}
