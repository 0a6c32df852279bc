/* code.h: one-time codes, by which somebody shows that a place in the roster is his. Eight
 * letters and digits without 0, O, 1 and I, written K7M4-PX2D; the store keeps the SHA-256 of
 * the normalised form ("K7M4PX2D") and what the code grants. Pure.
 */
#ifndef LOUBOT_PEOPLE_CODE_H
#define LOUBOT_PEOPLE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "people/community.h"

struct arena;
struct roster_entry;

#define CODE_LEN 8
#define CODE_VALID_MS (72 * 3600 * INT64_C(1000))
#define CODE_TRIES_MAX 5 /* wrong ones of one person, then he waits */
#define CODE_LOCK_MS (3600 * INT64_C(1000))

/* The first code in a text, normalised: typed with or without the dash, in small letters, in
 * full width. In a group only what has the very shape XXXX-XXXX, or eight capitals and digits
 * in a row; in direct chat also eight characters in a row (or twice four), where the text is
 * nothing else, or speaks of binding. */
bool code_find(const char *text, bool direct, char ret_code[CODE_LEN + 1]);
/* Does it ask to be bound, with a code or without? */
bool code_is_wish(const char *text);
void code_show(const char *code, char ret_shown[CODE_LEN + 2]); /* "K7M4-PX2D" */
void code_hash(const char *code, char ret_hash[65]);
/* Of eight random bytes. It has a digit and a letter. */
void code_make(const unsigned char bytes[CODE_LEN], char ret_code[CODE_LEN + 1]);

/* What a code ties its bearer to: a role for an area, or a home. */
struct code_grant {
    enum role role; /* ROLE_RESIDENT: a home */
    enum owner owner;
    const char *area;  /* as a roster writes it: "building:18", "flat:5-1-101", "" */
    struct area where; /* the same, taken apart */
    const char *room;  /* of a home */
};
/* From what people type: "5-1-101" and nothing, "楼长" and "18", "微网格员" and "4-2", "物业"
 * and "3", "building_head" and "18号楼". Names lie in `arena`. False: *ret_why says what would
 * be right, in English, for the operator. */
bool code_grant_read(const struct community *community, const char *what, const char *area,
                     struct arena *arena, struct code_grant *ret_grant, const char **ret_why);
/* The row that a code makes of a member, but for his id, name and account. */
void code_grant_row(const struct code_grant *grant, struct roster_entry *ret_row);
/* Somebody has this already. */
bool code_grant_is_held(const struct member *member, const struct code_grant *grant);

enum code_state { CODE_UNKNOWN, CODE_OPEN, CODE_USED, CODE_VOID };
/* A code as it is stored: "o|1772413200000|m-0007|building_head||building:18". */
struct code_record {
    enum code_state state;
    int64_t issued_ms;
    const char *by; /* member id, or "console" */
    struct code_grant grant;
};
char *code_encode(const struct code_record *record, struct arena *arena);
/* False: not readable, or its place is gone. */
bool code_decode(const struct community *community, const char *stored, struct arena *arena,
                 struct code_record *ret_record);

#endif
