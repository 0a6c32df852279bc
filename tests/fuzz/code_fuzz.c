/* code_fuzz.c: any text as one that may hold a one-time code, as words of a grant, and as what
 * the store holds of a code. What is found is a code; what a group hears, direct chat hears
 * too; a grant that is read can be written, and is a row that the roster takes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/conf.h"
#include "host/mem.h"
#include "people/amend.h"
#include "people/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct community *demo;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(const char *text)
{
    char code[CODE_LEN + 1], shown[CODE_LEN + 2], again[CODE_LEN + 1];
    bool group = code_find(text, false, code);
    if (group) {
        code_show(code, shown);
        check(code_find(shown, true, again) && strcmp(code, again) == 0);
    }
    if (code_find(text, true, code)) {
        check(strlen(code) == CODE_LEN && !strpbrk(code, "01OI-"));
        code_show(code, shown);
        check(code_find(shown, false, again) && strcmp(code, again) == 0);
    }
}

static void check_grant(const struct code_grant *grant, struct arena *arena)
{
    struct faults *misfits = faults_create();
    struct code_record record = {CODE_OPEN, 1, "m", *grant}, back;
    struct amendment row = {.number = 1, .by = "console"};
    check(code_decode(demo, code_encode(&record, arena), arena, &back));
    check(strcmp(back.grant.area, grant->area) == 0 && back.grant.role == grant->role);
    code_grant_row(grant, &row.entry);
    row.entry.id = "r-0123456789ab";
    row.entry.name = "n";
    community_amend(demo, &row, 1, 1, 1772413200000, misfits);
    check(faults_count(misfits) == 0);
    check(code_grant_is_held(community_member(demo, row.entry.id), grant));
    faults_destroy(&misfits);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *arena = arena_create((size_t)1 << 28);
    char *text = arena_strndup(arena, (const char *)bytes, len);
    struct code_grant grant;
    struct code_record record;
    const char *why = NULL;
    if (!demo) {
        struct faults *faults = faults_create();
        demo = community_load_at(NULL, 1772413200000, faults);
        faults_destroy(&faults);
    }
    check_text(text);
    char *area = strchr(text, ' ');
    if (code_decode(demo, text, arena, &record))
        check(record.state != CODE_UNKNOWN);
    if (area)
        *area++ = '\0';
    if (code_grant_read(demo, text, area, arena, &grant, &why))
        check_grant(&grant, arena);
    else
        check(why != NULL);
    const char *account = roster_identity("onebot", text, arena);
    check(!strpbrk(account, " ;\n"));
    arena_destroy(&arena);
    return 0;
}
